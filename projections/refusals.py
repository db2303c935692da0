"""Refusals: one row per line that the insurer refused, or accepted for less, until the day is billed again.

Codes that only follow from another refusal fold under their root: the first refused line of the same day that says
something of its own. The insurer's comment stays sealed in the event and is not copied here.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from application.ports import Recorded
from domain.answer import Reason
from domain.billing_day import BillingDay, evolve, fold
from domain.day_events import (
    CorrectionDecided,
    CorrectionRestored,
    DayAcceptedByInsurer,
    DayBilled,
    DayPartlyRefusedByInsurer,
    DayRefusedByInsurer,
    DayReinstated,
    DayReturned,
    LineVerdict,
)
from domain.rules.cascade import is_cascade
from projections.table import FROM, WHOLE, Index, Table, ViewRow, flag, number, text, uuid
from projections.view import Key, SetView, Streams, topic

_REFUSES = frozenset("BFR")

EVERY = "root_code IS NOT NULL"
"""True of every row; what says so may use the index of the causes."""
UNDECIDED = "decision = 'none'"
"""Rows of days of which the practice has not said yet what becomes of them."""
FOLLOWS = "is_cascade"
"""Rows that another refusal brought about."""
_COUNTED = ("adds_day", "is_cascade", "refused_cents", "date", FROM)

TABLE = Table(
    "refusals",
    (
        uuid("line_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("date", fixed=True),
        text("month", fixed=True),
        text("verdict"),
        text("provider", fixed=True),
        text("nomenclature_code", fixed=True),
        text("code"),
        text("root_code"),
        text("root_letter"),
        flag("is_cascade"),
        number("adds_day"),
        uuid("sending_id", fixed=True),
        number("requested_cents"),
        number("accepted_cents"),
        number("refused_cents"),
        uuid("invoice_id", fixed=True),
        uuid("day_id", fixed=True),
        uuid("patient_id", fixed=True),
        text("letter"),
        text("reasons"),
        uuid("root_line_id"),
        text("message"),
        text("decision"),
    ),
    key="line_id",
    owner="day_id",
    indexes=(
        Index(("establishment_id", "date", "line_id"), only_on="postgresql"),
        Index(("establishment_id", "date", "line_id", "refused_cents", FROM), where=WHOLE, only_on="sqlite"),
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
    """A verdict opens its rows; being billed again closes them, unless that file is refused as a whole."""
    happened = recorded.event
    if isinstance(happened, DayBilled):
        return _closed(rows, happened.line_ids)
    if isinstance(happened, CorrectionDecided | CorrectionRestored):
        decision = happened.decision if isinstance(happened, CorrectionDecided) else "none"
        return {key: {**row, "decision": decision} for key, row in rows.items()}
    day = fold(streams.before(recorded))
    if day is None:
        return {}
    if isinstance(happened, DayReturned | DayReinstated):
        return _moved(rows, recorded, day)
    made = _rows(recorded.stream_id, day, happened.sending_id, happened.message, _lost(happened.lines))
    return {**_once_a_day(made, [row for key, row in rows.items() if key not in made])}


def _closed(rows: Mapping[Key, ViewRow], line_ids: Collection[UUID]) -> Mapping[Key, ViewRow | None]:
    """Without the rows of these lines, of all when there are none."""
    gone = {key for key in rows if not line_ids or key in line_ids}
    left = {key: dict(row) for key, row in rows.items() if key not in gone}
    return {**dict.fromkeys(gone), **_once_a_day(left, [])}


def _moved(rows: Mapping[Key, ViewRow], recorded: Recorded, day: BillingDay) -> Mapping[Key, ViewRow | None]:
    """What was billed again is refused as before when it comes back, and no more when it counts after all."""
    after = evolve(day, recorded.event)
    if isinstance(recorded.event, DayReinstated):
        return _closed(rows, after.asked_ids) if rows else {}
    if after.sending_id is None:
        return {}
    said = [line.said for line in after.active if line.said and line.line_id not in rows]
    made = _rows(recorded.stream_id, after, after.sending_id, after.settled_by, _lost(said))
    return {**_once_a_day(made, rows.values())}


def _once_a_day(made: dict[Key, ViewRow], others: Iterable[ViewRow]) -> dict[Key, ViewRow]:
    """`adds_day`: 1 on the first row of the day under its root, 0 on the others, so that days are summed."""
    seen = {(row["root_code"], row["root_letter"]) for row in others}
    for row in made.values():
        root = (row["root_code"], row["root_letter"])
        row["adds_day"] = int(root not in seen)
        seen.add(root)
    return made


def _lost(lines: Sequence[LineVerdict]) -> list[LineVerdict]:
    return [line for line in lines if line.verdict in ("refused", "accepted_less")]


def _rows(
    day_id: UUID, day: BillingDay, sending_id: UUID, message: str, said: Sequence[LineVerdict]
) -> dict[Key, ViewRow]:
    cares = {line.line_id: line.care for line in day.lines}
    date = day.date.isoformat()
    root = next((line for line in said if line.verdict == "refused" and not _only_follows(line)), None)
    made: dict[Key, ViewRow] = {}
    for line in said:
        care = cares[line.line_id]
        follows = _only_follows(line) and root is not None
        own, cause = _primary(line.reasons), _primary(root.reasons if follows and root else line.reasons)
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
            "is_cascade": follows,
            "root_line_id": root.line_id if follows and root else line.line_id,
            "root_code": cause.code,
            "root_letter": cause.letter or "",
            "message": message,
            "decision": day.decision,
        }
    return made


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
    return (recorded.stream_id,) if _lost(recorded.event.lines) else ()


def _needs_stream(recorded: Recorded) -> bool:
    match recorded.event:
        case DayBilled() | CorrectionDecided() | CorrectionRestored():
            return False
        case DayReturned() | DayReinstated():
            return bool(_billed(recorded))
        case said:
            return bool(_lost(said.lines))


_MOVES = (DayBilled, DayReturned, DayReinstated, CorrectionDecided, CorrectionRestored)
_VERDICTS = (DayAcceptedByInsurer, DayPartlyRefusedByInsurer, DayRefusedByInsurer)

VIEW = SetView(
    TABLE,
    version=7,
    touches={
        **dict.fromkeys(map(topic, _MOVES), _billed),
        **dict.fromkeys(map(topic, _VERDICTS), _judged),
    },
    needs_stream=_needs_stream,
    apply=apply,
)
