"""Billing days: what was recorded, in which invoice it is, and what the insurer said of the whole day."""

from collections.abc import Iterable, Sequence

from application.ports import Recorded, Row
from domain.billing_day import Line, fold, verdict_of_all
from domain.care import CareLine
from domain.day_events import (
    CareRecorded,
    CorrectionDecided,
    CorrectionRestored,
    DayAcceptedByInsurer,
    DayBilled,
    DayPartlyRefusedByInsurer,
    DayPriced,
    DayRefusedByInsurer,
    DayReinstated,
    DayReturned,
    DayVerdict,
    DuplicateConfirmed,
    LineCorrected,
    LineWithdrawn,
)
from projections.scope import Condition
from projections.table import FROM, WHOLE, Index, Table, ViewRow, flag, number, text, uuid
from projections.view import RowView, Streams, on_stream

SETTLED = "phase = 'settled'"
PREPARED = "sending_id IS NULL AND line_count > 0"
UNPRICED = Condition("sending_id IS NULL AND unpriced > 0")
"""Days whose amount is not known yet: no sending takes one."""
_ANSWERED = 3
"""Recorded, billed and answered come before a second billing."""
REFUSED = "verdict IN ('mixed', 'refused')"
_SUMMED = ("month", "amount_cents", "unpriced", "line_count", "possible_duplicates", "is_returned", "sending_id")

TABLE = Table(
    "days",
    (
        uuid("day_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("date", fixed=True),
        text("month", fixed=True),
        text("phase"),
        text("verdict"),
        uuid("sending_id", optional=True),
        flag("is_returned"),
        number("amount_cents"),
        number("accepted_cents"),
        number("refused_cents"),
        number("line_count"),
        uuid("invoice_id", optional=True),
        uuid("patient_id", fixed=True),
        uuid("import_id", optional=True, fixed=True),
        number("sequence", fixed=True),
        number("possible_duplicates"),
        number("unpriced"),
        text("decision"),
        number("paid_cents"),
        number("lost_cents"),
    ),
    key="day_id",
    # No index on what a settlement changes, and room for its new version on the page.
    room=40,
    indexes=(
        Index(("establishment_id", "date", "day_id"), only_on="postgresql"),
        Index(("establishment_id", "date", "day_id", "amount_cents", FROM), where=WHOLE, only_on="sqlite"),
        # Holds all that is counted and summed of them, on past days too.
        Index(("establishment_id", "date", *_SUMMED, FROM), where="sending_id IS NULL"),
        # Not on PostgreSQL: there it would cost each verdict its place on the page, and a count is quick without.
        Index(("establishment_id", "decision", "refused_cents", "verdict"), where=REFUSED, only_on="sqlite"),
        Index(("invoice_id",)),
    ),
    # Days whose verdict did not last are few: the first one is looked for among them.
    past_indexes=(Index(("establishment_id", "day_id", FROM), where=SETTLED),),
)


def with_known_amounts(rows: Iterable[Row]) -> list[Row]:
    """`amount_cents` is None of days that are not priced yet."""
    return [{**row, "amount_cents": None} if row["unpriced"] else row for row in rows]


def apply(row: ViewRow | None, recorded: Recorded, streams: Streams) -> ViewRow | None:
    """`phase`: prepared, in_sending, settled. `import_id`: the file that opened the day.

    `unpriced`: lines that the tariffs still have to price; until then the amount is not known, and stands as 0.
    `paid_cents`, `lost_cents`: parts of what was accepted and refused, of lines that were settled before others were
    billed again.
    """
    happened = recorded.event
    if row is None:
        return _opened(recorded) if isinstance(happened, CareRecorded) else None
    match happened:
        case DayPriced():
            return row | {
                "amount_cents": happened.amount_cents,
                "line_count": happened.line_count,
                "unpriced": 0,
            }
        case DayBilled():
            if row["sending_id"] is not None:
                return _as_folded(row, recorded, streams)
            return row | {
                "sending_id": happened.sending_id,
                "invoice_id": happened.invoice_id,
                "phase": "in_sending",
                "verdict": "none",
                "accepted_cents": 0,
                "refused_cents": 0,
                "is_returned": False,
            }
        case DayAcceptedByInsurer():
            return _settled(row, "accepted", happened.accepted_cents, 0)
        case DayPartlyRefusedByInsurer():
            return _settled(row, "mixed", happened.accepted_cents, happened.refused_cents)
        case DayRefusedByInsurer():
            return _settled(row, "refused", 0, happened.refused_cents)
        case CorrectionDecided():
            return row | {"decision": happened.decision}
        case CorrectionRestored():
            return row | {"decision": "none"}
        case DayReturned() | DayReinstated():
            return _as_folded(row, recorded, streams)
        case _:
            return _lines_changed(row, recorded, streams)


def _opened(recorded: Recorded) -> ViewRow:
    happened = recorded.event
    date = happened.date.isoformat()
    return {
        "day_id": recorded.stream_id,
        "establishment_id": happened.establishment_id,
        "patient_id": happened.patient_id,
        "date": date,
        "month": date[:7],
        "sequence": happened.sequence,
        "import_id": happened.import_id,
        "sending_id": None,
        "invoice_id": None,
        "phase": "prepared",
        "verdict": "none",
        "accepted_cents": 0,
        "refused_cents": 0,
        "is_returned": False,
        "decision": "none",
        "paid_cents": 0,
        "lost_cents": 0,
        **_asked(happened.lines, happened.lines),
    }


def _settled(row: ViewRow, verdict: DayVerdict, accepted_cents: int, refused_cents: int) -> ViewRow:
    return row | {
        "phase": "settled",
        "verdict": verdict_of_all(verdict, row["paid_cents"], row["lost_cents"]),
        "accepted_cents": row["paid_cents"] + accepted_cents,
        "refused_cents": row["lost_cents"] + refused_cents,
    }


def _as_folded(row: ViewRow, recorded: Recorded, streams: Streams) -> ViewRow:
    """Out of a sending, back into one, or billed again: what stood before comes back with it."""
    day = fold([*streams.before(recorded), recorded.event])
    if day is None:
        return row
    return row | {
        "sending_id": day.sending_id,
        "invoice_id": day.invoice_id if day.sending_id else None,
        "phase": "prepared" if day.is_prepared else "in_sending" if day.verdict == "none" else "settled",
        "verdict": day.verdict,
        "accepted_cents": day.accepted_cents,
        "refused_cents": day.refused_cents,
        "is_returned": isinstance(recorded.event, DayReturned),
        "decision": day.decision,
        "paid_cents": day.paid_cents,
        "lost_cents": day.lost_cents,
        **_asked(day.active, day.recorded),
    }


def _lines_changed(row: ViewRow, recorded: Recorded, streams: Streams) -> ViewRow:
    """Lines came, or were corrected, withdrawn or confirmed: rare enough to fold the day again."""
    day = fold([*streams.before(recorded), recorded.event])
    return row | _asked(day.active, day.recorded) if day else row


def _asked(active: Sequence[Line | CareLine], recorded: Sequence[Line | CareLine]) -> ViewRow:
    """What is asked for, and how many of the lines that were recorded wait for a word, told by others or not."""
    unpriced = amount = doubtful = 0
    for line in active:
        unpriced += not line.care.is_priced
        amount += line.care.amount_cents
    for line in recorded:
        doubtful += line.possible_duplicate
    return {
        "amount_cents": 0 if unpriced else amount,
        "line_count": len(active),
        "possible_duplicates": doubtful,
        "unpriced": unpriced,
    }


VIEW = RowView(
    TABLE,
    version=6,
    touches=on_stream(
        CareRecorded,
        DayPriced,
        DayBilled,
        DayAcceptedByInsurer,
        DayPartlyRefusedByInsurer,
        DayRefusedByInsurer,
        DayReturned,
        DayReinstated,
        LineCorrected,
        LineWithdrawn,
        DuplicateConfirmed,
        CorrectionDecided,
        CorrectionRestored,
    ),
    needs_stream=lambda recorded: (
        isinstance(recorded.event, LineCorrected | LineWithdrawn | DuplicateConfirmed | DayReturned | DayReinstated)
        or (recorded.version > 1 and isinstance(recorded.event, CareRecorded))
        or (recorded.version > _ANSWERED and isinstance(recorded.event, DayBilled))
    ),
    apply=apply,
)
