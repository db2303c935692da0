"""Billing days: what was recorded, in which invoice it is, and what the insurer said of the whole day."""

from collections.abc import Iterable, Sequence

from application.ports import Recorded, Row
from domain.billing_day import BillingDay, Line, verdict_of_all
from domain.care import CareLine
from domain.day_events import (
    CareRecorded,
    CorrectionDecided,
    CorrectionDeclined,
    CorrectionProposed,
    CorrectionRestored,
    CreditSettled,
    DayAcceptedByInsurer,
    DayBilled,
    DayCredited,
    DayPaidOnDocument,
    DayPartlyRefusedByInsurer,
    DayPriced,
    DayRefusedByInsurer,
    DayRefusedOnDocument,
    DayReinstated,
    DayReopenedOnDocument,
    DayReturned,
    DayVerdict,
    DuplicateConfirmed,
    LineCorrected,
    LineWithdrawn,
    RefusalLeftUndecided,
    Settled,
)
from domain.local_time import local_date
from projections.refusals import lost
from projections.scope import Condition
from projections.table import FROM, WHOLE, Index, Table, ViewRow, flag, number, text, uuid
from projections.view import RowView, Streams, on_stream

SETTLED = "phase = 'settled'"
PREPARED = "sending_id IS NULL AND line_count > 0"
UNPRICED = Condition("sending_id IS NULL AND unpriced > 0")
"""Days whose amount is not known yet: no sending takes one."""
_OPENS = "credit_note"
"""Whoever takes that decision back finds the lines as they were paid."""
_ANSWERED = 3
"""Recorded, billed and answered come before a second billing."""
DECIDED = "decision <> 'none'"
PROPOSED = "proposed <> 'none'"
REFUSED = "verdict IN ('mixed', 'refused')"
UNDECIDED = f"{REFUSED} AND decision = 'none'"
"""Something of them is refused, and nobody decided what becomes of it."""
LEFT = f"{UNDECIDED} AND left_times > 0"
NEVER_LEFT = f"{UNDECIDED} AND left_times = 0"
"""Of those: a billing run went by before, or none did."""
_SUMMED = ("month", "amount_cents", "unpriced", "line_count", "possible_duplicates", "is_returned", "sending_id")
_JUDGED = ("phase", "line_count", "lost_lines", "accepted_cents", "refused_cents")

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
        number("lost_lines"),
        text("credit"),
        number("credited_cents"),
        text("proposed"),
        text("refused_on"),
        number("left_times"),
        text("left_on"),
    ),
    key="day_id",
    # No index on what a settlement changes, and room for its new version on the page.
    room=40,
    indexes=(
        Index(("establishment_id", "date", "day_id"), only_on="postgresql"),
        # Holds the list in its usual order with its sum, and what the figures add up of the verdicts between two dates.
        Index(("establishment_id", "date", "day_id", "amount_cents", FROM, *_JUDGED), where=WHOLE, only_on="sqlite"),
        # Hold all that is counted and summed of them; on past days too where no verdict pays for that.
        Index(("establishment_id", "date", *_SUMMED), where="sending_id IS NULL", only_on="postgresql"),
        Index(("establishment_id", "date", *_SUMMED, FROM, "verdict"), where="sending_id IS NULL", only_on="sqlite"),
        # Not on PostgreSQL: there it would cost each verdict its place on the page, and a count is quick without.
        Index(("establishment_id", "decision", "refused_cents", "verdict"), where=REFUSED, only_on="sqlite"),
        # Days that a run may take up.
        Index(("establishment_id", "date", "day_id", "decision"), where=DECIDED),
        # Days that wait for a second person; few.
        Index(("establishment_id", "month", "proposed"), where=PROPOSED),
        Index(("invoice_id",)),
    ),
    # Days whose verdict did not last are few: the first one is looked for among them.
    past_indexes=(Index(("establishment_id", "day_id", FROM, "phase"), where=SETTLED),),
)


def phase_of(day: BillingDay) -> str:
    """How far it is: prepared, in_sending, settled; on_document whatever became of the document."""
    if day.is_prepared:
        return "prepared"
    return "on_document" if day.document else "in_sending" if day.verdict == "none" else "settled"


def with_known_amounts(rows: Iterable[Row]) -> list[Row]:
    """`amount_cents` is None of days that are not priced yet."""
    return [{**row, "amount_cents": None} if row["unpriced"] else row for row in rows]


def apply(row: ViewRow | None, recorded: Recorded, streams: Streams) -> ViewRow | None:
    """`phase`: as `phase_of`. `import_id`: the file that opened the day.

    `unpriced`: lines that the tariffs still have to price; until then the amount is not known, and stands as 0.
    `paid_cents`, `lost_cents`: parts of what was accepted and refused, of lines that were settled before others were
    billed again. `lost_lines`: how many the latest verdict refused or paid for less. `credit`, `credited_cents`:
    `BillingDay.credit_state`, and what is or was given back so. `proposed`: a decision that waits for a second person.
    `refused_on`: when the latest word that refused something of it came. `left_times`: how many runs went by since
    while nobody had decided; `left_on`: when the latest one ever did.
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
                "phase": "on_document" if happened.is_document else "in_sending",
                "verdict": "none",
                "accepted_cents": 0,
                "refused_cents": 0,
                "is_returned": False,
            }
        case DayAcceptedByInsurer():
            return _settled(row, "accepted", happened, happened.accepted_cents, 0)
        case DayPartlyRefusedByInsurer():
            settled = _settled(row, "mixed", happened, happened.accepted_cents, happened.refused_cents)
            return settled | _refused(recorded)
        case DayRefusedByInsurer():
            return _settled(row, "refused", happened, 0, happened.refused_cents) | _refused(recorded)
        case RefusalLeftUndecided():
            return row | {"left_times": row["left_times"] + 1, "left_on": _day_of(recorded)}
        case CorrectionDecided(decision=decision, replaced=former) if former != _OPENS:
            return row | {"decision": decision, "proposed": "none"}
        case CorrectionRestored(decision=former) if former != _OPENS:
            return row | {"decision": "none", "proposed": "none"}
        case CorrectionProposed():
            return row | {"proposed": happened.decision}
        case CorrectionDeclined():
            return row | {"proposed": "none"}
        case LineCorrected() | LineWithdrawn() | DuplicateConfirmed() | CareRecorded():
            return _lines_changed(row, recorded, streams)
        case _:
            return _as_folded(row, recorded, streams)


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
        "proposed": "none",
        "paid_cents": 0,
        "lost_cents": 0,
        "lost_lines": 0,
        "credit": "",
        "credited_cents": 0,
        "refused_on": "",
        "left_times": 0,
        "left_on": "",
        **_asked(happened.lines, happened.lines),
    }


def _settled(row: ViewRow, verdict: DayVerdict, said: Settled, accepted_cents: int, refused_cents: int) -> ViewRow:
    return row | {
        "phase": "settled",
        "verdict": verdict_of_all(verdict, row["paid_cents"], row["lost_cents"]),
        "accepted_cents": row["paid_cents"] + accepted_cents,
        "refused_cents": row["lost_cents"] + refused_cents,
        "lost_lines": len(lost(said.lines)),
        "credit": "",
        "credited_cents": 0,
    }


def _refused(recorded: Recorded) -> ViewRow:
    return {"refused_on": _day_of(recorded)}


def _day_of(recorded: Recorded) -> str:
    return local_date(recorded.recorded_at).isoformat()


def _as_folded(row: ViewRow, recorded: Recorded, streams: Streams) -> ViewRow:
    """Out of a sending, back into one, or billed again: what stood before comes back with it."""
    day = streams.day_after(recorded)
    return row | {
        "sending_id": day.sending_id,
        "invoice_id": day.invoice_id if day.sending_id else None,
        "phase": phase_of(day),
        "verdict": day.verdict,
        "accepted_cents": day.accepted_cents,
        "refused_cents": day.refused_cents,
        "is_returned": isinstance(recorded.event, DayReturned),
        "decision": day.decision,
        "proposed": day.proposed,
        "paid_cents": day.paid_cents,
        "lost_cents": day.lost_cents,
        "credit": day.credit_state,
        "credited_cents": -sum(sum(credit.cents) for credit in day.credits),
        "left_times": day.left_times,
        **(_refused(recorded) if isinstance(recorded.event, DayRefusedOnDocument) else {}),
        **_asked(day.active, day.recorded),
    }


def _lines_changed(row: ViewRow, recorded: Recorded, streams: Streams) -> ViewRow:
    """Lines came, or were corrected, withdrawn or confirmed: rare enough to fold the day again."""
    day = streams.day_after(recorded)
    return row | _asked(day.active, day.recorded)


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


def _needs_stream(recorded: Recorded) -> bool:
    match recorded.event:
        case CareRecorded():
            return recorded.version > 1
        case DayBilled():
            return recorded.version > _ANSWERED
        case CorrectionDecided(replaced=former) | CorrectionRestored(decision=former):
            return former == _OPENS
        case CorrectionProposed() | CorrectionDeclined() | RefusalLeftUndecided():
            return False
        case DayPriced() | DayAcceptedByInsurer() | DayPartlyRefusedByInsurer() | DayRefusedByInsurer():
            return False
    return True


VIEW = RowView(
    TABLE,
    version=9,
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
        CorrectionDeclined,
        CorrectionProposed,
        CorrectionRestored,
        DayCredited,
        CreditSettled,
        RefusalLeftUndecided,
        DayPaidOnDocument,
        DayRefusedOnDocument,
        DayReopenedOnDocument,
    ),
    needs_stream=_needs_stream,
    apply=apply,
)
