"""Refusals: one row per line that the insurer refused, or accepted for less, until the day is billed again.

Codes that only follow from another refusal fold under their root: the first refused line of the same day that says
something of its own. The insurer's comment stays sealed in the event and is not copied here.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from application.ports import Recorded
from domain.answer import Reason
from domain.billing_day import BillingDay
from domain.day_events import (
    CorrectionDecided,
    CorrectionRestored,
    CreditSettled,
    DayAcceptedByInsurer,
    DayBilled,
    DayPartlyRefusedByInsurer,
    DayRefusedByInsurer,
    DayReinstated,
    DayReturned,
    LineVerdict,
    RefusalLeftUndecided,
)
from domain.rules.cascade import is_cascade
from projections.table import FROM, WHOLE, Index, Table, ViewRow, flag, number, text, uuid
from projections.view import Key, SetView, Streams, topic

_REFUSES = frozenset("BFR")

EVERY = "root_code >= ''"
"""True of every row; what says so may use the index of the causes. PostgreSQL drops what the table's columns promise
(`IS NOT NULL`), and with it the index: this it keeps."""
HELD = frozenset({"root_code", "root_letter", "patient_id", "date_from", "date_to"})
"""What a filter may ask for without leaving that index."""
UNDECIDED = "decision = 'none'"
"""Rows of days of which the practice has not said yet what becomes of them."""
LEFT = f"{UNDECIDED} AND left_times > 0"
NEVER_LEFT = f"{UNDECIDED} AND left_times = 0"
"""Of those: a billing run went by before, or none did."""
FOLLOWS = "is_cascade"
"""Rows that another refusal brought about."""
_BY_DATE = ("establishment_id", "date", "line_id", "refused_cents", FROM)
_COUNTED = ("adds_day", "is_cascade", "refused_cents", "date", FROM)

TABLE = Table(
    "refusals",
    (
        # A line that is billed again and refused again keeps its key, maybe within one batch: little of it is fixed.
        uuid("line_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("date", fixed=True),
        text("month", fixed=True),
        text("verdict"),
        text("provider"),
        text("nomenclature_code"),
        text("code"),
        text("root_code"),
        text("root_letter"),
        flag("is_cascade"),
        number("adds_day"),
        uuid("sending_id"),
        number("requested_cents"),
        number("accepted_cents"),
        number("refused_cents"),
        uuid("invoice_id"),
        uuid("day_id", fixed=True),
        uuid("patient_id", fixed=True),
        text("letter"),
        text("reasons"),
        uuid("root_line_id"),
        text("message"),
        text("decision"),
        number("left_times"),
    ),
    key="line_id",
    owner="day_id",
    indexes=(
        Index(_BY_DATE, only_on="postgresql"),
        Index(_BY_DATE, where=WHOLE, only_on="sqlite"),
        Index(("establishment_id", "root_code", "line_id"), only_on="postgresql"),
        Index(("sending_id",)),
        Index(("invoice_id",)),
        # Holds all that the causes of a practice count, in the order in which they are counted: for them alone, as
        # SQLite would take it for its order in any query and then fetch row by row.
        Index(("establishment_id", "root_code", "root_letter", "patient_id", *_COUNTED), where=EVERY),
        # With the column of their condition, or SQLite looks each row up to see it.
        Index(
            ("establishment_id", "root_code", "root_letter", "code", "letter", "refused_cents", FROM, "is_cascade"),
            where=FOLLOWS,
        ),
        Index(
            ("establishment_id", "root_code", "root_letter", "adds_day", "refused_cents", "date", FROM, "decision"),
            where=UNDECIDED,
        ),
    ),
)


def apply(rows: Mapping[Key, ViewRow], recorded: Recorded, streams: Streams) -> Mapping[Key, ViewRow | None]:
    """A verdict opens its rows; being billed again closes them, unless that file is refused as a whole.

    A credit note that an insurer refused asks for a new decision. `left_times`: of `BillingDay`.
    """
    happened = recorded.event
    if isinstance(happened, DayBilled):
        return _closed(rows, happened.line_ids)
    if isinstance(happened, RefusalLeftUndecided):
        return {key: {**row, "left_times": row["left_times"] + 1} for key, row in rows.items()}
    if isinstance(happened, CorrectionDecided | CorrectionRestored):
        decision = happened.decision if isinstance(happened, CorrectionDecided) else "none"
        return {key: {**row, "decision": decision} for key, row in rows.items()}
    if isinstance(happened, CreditSettled):
        decision = streams.day_after(recorded).decision
        return {key: {**row, "decision": decision} for key, row in rows.items()}
    if isinstance(happened, DayReturned | DayReinstated):
        return _moved(rows, recorded, streams.day_after(recorded))
    day = streams.day_before(recorded)
    made = _rows(recorded.stream_id, day, happened.sending_id, happened.message, lost(happened.lines))
    return {**_once_a_day(made, [row for key, row in rows.items() if key not in made])}


def _closed(rows: Mapping[Key, ViewRow], line_ids: Collection[UUID]) -> Mapping[Key, ViewRow | None]:
    """Without the rows of these lines, of all when there are none. Runs that left the others are counted anew."""
    gone = {key for key in rows if not line_ids or key in line_ids}
    left = {key: {**row, "left_times": 0} for key, row in rows.items() if key not in gone}
    return {**dict.fromkeys(gone), **_once_a_day(left, [])}


def _moved(rows: Mapping[Key, ViewRow], recorded: Recorded, after: BillingDay) -> Mapping[Key, ViewRow | None]:
    """What was billed again is refused as before when it comes back, and no more when it counts after all."""
    if isinstance(recorded.event, DayReinstated):
        return _closed(rows, after.asked_ids) if rows and after.verdict == "none" else {}
    if after.sending_id is None:
        return {}
    settled = (after.as_paid or after)._replace(decision=after.decision)
    on_paper = {line.line_id for line in settled.asked} if settled.document else ()  # that no insurer refused
    said = [x.said for x in settled.active if x.said and x.line_id not in rows and x.line_id not in on_paper]
    made = _rows(recorded.stream_id, settled, after.sending_id, after.settled_by, lost(said))
    beside = {key: {**row, "left_times": after.left_times} for key, row in rows.items()}
    return {**beside, **_once_a_day(made, rows.values())}


def _once_a_day(made: dict[Key, ViewRow], others: Iterable[ViewRow]) -> dict[Key, ViewRow]:
    """`adds_day`: 1 on the first row of the day under its root, 0 on the others, so that days are summed."""
    seen = {(row["root_code"], row["root_letter"]) for row in others}
    for row in made.values():
        root = (row["root_code"], row["root_letter"])
        row["adds_day"] = int(root not in seen)
        seen.add(root)
    return made


def lost(lines: Sequence[LineVerdict]) -> list[LineVerdict]:
    """Those that were refused, or accepted for less."""
    return [line for line in lines if line.verdict in ("refused", "accepted_less")]


def _rows(
    day_id: UUID, day: BillingDay, sending_id: UUID, message: str, said: Sequence[LineVerdict]
) -> dict[Key, ViewRow]:
    cares = {line.line_id: line.care for line in day.lines}
    date = day.date.isoformat()
    made: dict[Key, ViewRow] = {}
    for line, root, cause in rooted(said):
        care, own = cares[line.line_id], _primary(line.reasons)
        made[line.line_id] = {
            "line_id": line.line_id,
            "day_id": day_id,
            "establishment_id": day.establishment_id,
            "patient_id": day.patient_id,
            "sending_id": sending_id,
            "invoice_id": day.invoice_id,
            "date": date,
            "month": date[:7],
            "provider": care.provider,
            "nomenclature_code": care.code,
            "verdict": line.verdict,
            "requested_cents": line.requested_cents,
            "accepted_cents": line.accepted_cents,
            "refused_cents": line.requested_cents - line.accepted_cents,
            "code": own.code,
            "letter": own.letter or "",
            "reasons": json.dumps([[reason.letter or "", reason.code] for reason in line.reasons]),
            "is_cascade": root is not line,
            "root_line_id": root.line_id,
            "root_code": cause.code,
            "root_letter": cause.letter or "",
            "message": message,
            "decision": day.decision,
            "left_times": day.left_times,
        }
    return made


def rooted(said: Sequence[LineVerdict]) -> list[tuple[LineVerdict, LineVerdict, Reason]]:
    """Each line of a day, the one that it follows from (itself, if from no other), and the reason at their root."""
    first = next((line for line in said if line.verdict == "refused" and not _only_follows(line)), None)
    roots = [(line, first if first and _only_follows(line) else line) for line in said]
    return [(line, root, _primary(root.reasons)) for line, root in roots]


def _only_follows(line: LineVerdict) -> bool:
    return bool(line.reasons) and all(is_cascade(reason.code) for reason in line.reasons)


def _primary(reasons: Sequence[Reason]) -> Reason:
    """The first that refuses by itself, else the first with a cause of its own, else the first."""
    own = [reason for reason in reasons if not is_cascade(reason.code)]
    weighty = [reason for reason in own if reason.letter in _REFUSES]
    return next(iter([*weighty, *own, *reasons]), Reason(None, ""))


def _billed(recorded: Recorded) -> tuple[Key, ...]:
    """Recorded, billed and answered come before a second billing: an earlier one finds no refusal."""
    return (recorded.stream_id,) if recorded.version > 3 else ()


def _judged(recorded: Recorded) -> tuple[Key, ...]:
    return (recorded.stream_id,) if lost(recorded.event.lines) else ()


def _needs_stream(recorded: Recorded) -> bool:
    match recorded.event:
        case DayBilled() | CorrectionDecided() | CorrectionRestored() | RefusalLeftUndecided():
            return False
        case DayReturned() | DayReinstated() | CreditSettled():
            return bool(_billed(recorded))
        case said:
            return bool(lost(said.lines))


_DECISIVE = (CorrectionDecided, CorrectionRestored, RefusalLeftUndecided)
_MOVES = (DayBilled, DayReturned, DayReinstated, CreditSettled, *_DECISIVE)
_VERDICTS = (DayAcceptedByInsurer, DayPartlyRefusedByInsurer, DayRefusedByInsurer)

VIEW = SetView(
    TABLE,
    version=9,
    touches={
        **dict.fromkeys(map(topic, _MOVES), _billed),
        **dict.fromkeys(map(topic, _VERDICTS), _judged),
    },
    needs_stream=_needs_stream,
    apply=apply,
)
