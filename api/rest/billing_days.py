"""Billing days: the care of a patient on a date, where it was billed and what the insurer said, line by line."""

from dataclasses import asdict, dataclass
from datetime import date as Date
from uuid import UUID

from fastapi import Response

from api.held_days import HELD, why_held
from api.rest.billing_runs import Explained
from api.rest.patients import kept
from api.rest.reads import Reads
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayRead, not_here, within
from api.verdicts_to_come import told_cents
from application.access import Caller
from application.periods import in_books
from application.ports import EventLog
from domain import billing_day as days
from domain.answer import Reason
from domain.billing_day import BillingDay, Line
from domain.care import Care, columns_of
from domain.day_states import state_of
from domain.local_time import local_date
from projections.days import phase_of

router = resource("/billing-days", "billing days")
ABSENT = "day_unknown"
_ASKED = frozenset(
    {
        "code",
        "amount_cents",
        "provider",
        "units",
        "patient_share_cents",
        "supplement_cents",
        "service_norm",
        "provider_norm",
        "is_priced",
    }
)
"""Of a line, what everybody sees who may read; the rest is for who may see care."""


@dataclass(frozen=True, slots=True)
class VerdictOut:
    """What the insurer said of a line; `comment` is the insurer's own text."""

    verdict: str
    requested_cents: int
    accepted_cents: int
    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    comment: str | None


@dataclass(frozen=True, slots=True)
class CareOut(Care):
    """What was recorded. Its amounts are null as long as nobody gave them (`is_priced` false); 0 is an amount."""

    amount_cents: int | None  # type: ignore[assignment]
    patient_share_cents: int | None = 0  # type: ignore[assignment]
    supplement_cents: int | None = 0  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class LineOut:
    """A line as it stands. `record`: its running number in the file; `said` is null when it was not listed.

    `is_derived`: made by the tariffs, in the place of the lines that say `is_told`. `is_amount_confirmed`: billed as it
    was given, whatever the tariffs say.

    Without the scope `medical`, `care` has no more than what was asked for which service, and the comment is null.
    """

    line_id: UUID
    care: CareOut
    possible_duplicate: bool
    is_derived: bool
    is_told: bool
    is_amount_confirmed: bool
    is_withdrawn: bool
    import_id: UUID | None
    record: int | None
    said: VerdictOut | None


@dataclass(frozen=True, slots=True)
class DayOut:
    """State of a day. `phase`: prepared, in_sending, settled, or on_document, whatever became of the document beyond
    eFact, whose id `sending_id` and `invoice_id` then are. `decision`: what the practice wants of what was settled.

    `state`: one of the table that `quittance states` shows. `credit`: of credit notes for it, empty, asked or taken;
    `credited_cents`: what they give back.

    `accepted_cents` and `refused_cents` are null before the verdict.
    `paid_cents`: part of `accepted_cents`, of lines that were settled before the others were billed again.
    `proposed`: a decision that waits for another person than `proposed_by`; none when there is no such.
    """

    day_id: UUID
    establishment_id: UUID
    patient_id: UUID
    date: Date
    sequence: int
    phase: str
    sending_id: UUID | None
    invoice_id: UUID | None
    returned_from: UUID | None
    verdict: str
    accepted_cents: int | None
    refused_cents: int | None
    paid_cents: int
    state: str
    decision: str
    credit: str
    credited_cents: int
    proposed: str
    proposed_by: str
    settled_by: str
    time_bar_proof: str
    lines: tuple[LineOut, ...]


@dataclass(frozen=True, slots=True)
class DayNow(DayOut):
    """`phase` may also be blocked: the next run would leave the day out, and `held_back` says why."""

    held_back: tuple[Explained, ...] = ()


@router.get("/{day_id}", operation_id="get_billing_day", response_model=DayNow, responses=NOT_CHANGED)
def get_billing_day(caller: MayRead, reading: Reads, day_id: UUID) -> Response:
    """One day with all its lines."""
    events = reading.events(day_id)
    day = days.fold(events)
    within(caller, day.establishment_id if day else None, ABSENT)
    if day is None:
        not_here(ABSENT)
    day = in_books(reading.quittance.log, day.establishment_id, {day_id: day}, reading.upto)[day_id]
    today = local_date(reading.as_of) if reading.as_of else None
    held = reading.quittance.billing.held_back(day.establishment_id, [day_id], today, reading.upto).get(day_id, ())
    body = asdict(shown(day_id, day, whole=caller.may("medical")))
    body |= {"held_back": why_held(held, reading.language)} | ({"phase": HELD} if held else {})
    return reading.one(
        body,
        len(events),
        action="billing_day.read",
        patients=[day.patient_id],
        is_alone=not (day.waits_for_run or day.decision == "justified"),
    )


def owned_day(caller: Caller, log: EventLog, day_id: UUID) -> BillingDay:
    """A day that the caller may see. Raises `NotFound`."""
    day = days.fold(log.load([day_id]).get(day_id, []))
    within(caller, day.establishment_id if day else None, ABSENT)
    return day or not_here(ABSENT)


def shown(day_id: UUID, day: BillingDay, *, whole: bool) -> DayOut:
    """A day for whoever may see it; `whole`: for who may see care."""
    is_in = day.sending_id is not None
    records = dict(zip((line.line_id for line in day.asked), day.records, strict=False)) if is_in else {}
    return DayOut(
        day_id,
        day.establishment_id,
        day.patient_id,
        day.date,
        day.sequence,
        phase_of(day),
        day.sending_id,
        day.invoice_id if is_in else None,
        day.returned_from,
        day.verdict,
        told_cents(day.verdict, day.accepted_cents),
        told_cents(day.verdict, day.refused_cents),
        day.paid_cents,
        state_of(day),
        day.decision,
        day.credit_state,
        -sum(sum(credit.cents) for credit in day.credits),
        day.proposed,
        day.proposed_by,
        day.settled_by,
        day.time_bar_proof if whole else "",
        tuple(_line(line, records.get(line.line_id), whole=whole) for line in day.lines),
    )


def _line(line: Line, record: int | None, *, whole: bool) -> LineOut:
    said = line.said and VerdictOut(
        line.said.verdict,
        line.said.requested_cents,
        line.said.accepted_cents,
        line.said.reasons,
        line.said.notes,
        kept(line.said.comment) if whole else None,
    )
    return LineOut(
        line.line_id,
        _care(line.care, whole=whole),
        line.possible_duplicate,
        line.is_derived,
        line.is_told,
        line.is_amount_confirmed,
        line.withdrawn,
        line.import_id,
        record,
        said or None,
    )


def _care(care: Care, *, whole: bool) -> CareOut:
    """All of it, or what was asked for which service and nothing that tells more of the patient."""
    values = columns_of(care) | {"is_priced": care.is_priced}
    return CareOut(**{name: value for name, value in values.items() if whole or name in _ASKED})
