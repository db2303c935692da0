"""The billing day: care of one patient on one date, and all that ever became of it.

Its stream is the correction chain: recorded, billed, answered, returned, credited, billed again. What the insurer said
and what the practice decides are separate facts, and the day never forgets one. Here are its commands; its state stands
in `day_state`, what events make of it in `day_fold`.
"""

from collections.abc import Sequence
from datetime import date as Date
from uuid import UUID

from domain.care import Care, CareLine
from domain.day_events import (
    AmountConfirmed,
    CareRecorded,
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
    DuplicateConfirmed,
    LineCorrected,
    LineVerdict,
    LineWithdrawn,
    ReturnCause,
    Settled,
    TimeBarLifted,
)
from domain.day_fold import evolve, fold, priced_with, untold, verdict_of, verdict_of_all
from domain.day_state import AGAIN, GIVES_BACK, BillingDay, Line, day_id
from domain.day_states import forbids
from domain.errors import Invalid, NotAllowed, NotFound
from domain.rules.limits import last_sendable_day

__all__ = [
    "AGAIN",
    "GIVES_BACK",
    "BillingDay",
    "Line",
    "bill",
    "confirm",
    "confirm_amount",
    "correct",
    "credit",
    "day_id",
    "evolve",
    "fold",
    "give_back",
    "lift_time_bar",
    "pay_on_document",
    "price",
    "record",
    "refuse_on_document",
    "reinstate",
    "reopen_on_document",
    "settle",
    "settle_credit",
    "undo_import",
    "verdict_of",
    "verdict_of_all",
    "withdraw",
]


def record(day: BillingDay | None, opening: CareRecorded) -> list[object]:
    """Enter care on the day. A billed day takes none: the caller opens the next sequence."""
    if day is not None and (wrong := forbids(day, "record")):
        raise NotAllowed(wrong, "This day is in a sending; new care opens the next sequence of the date.")
    return [opening] if opening.lines else []


def correct(day: BillingDay, line: UUID, care: Care, import_id: UUID | None = None) -> list[object]:
    """Change the values of a line that is not in a sending, or that was refused there and is to be billed again."""
    found = _changeable(day, line) if day.is_open else _refused_line(day, line, care)
    return [] if found.care == care else [LineCorrected(day.patient_id, line, care, import_id)]


def withdraw(day: BillingDay, line: UUID, import_id: UUID | None = None) -> list[object]:
    """Take a line out before it is billed."""
    _changeable(day, line)
    return [LineWithdrawn(line, import_id)]


def confirm(day: BillingDay, line: UUID) -> list[object]:
    """Say that an identical second line was really done."""
    return [] if _changeable(day, line).is_confirmed else [DuplicateConfirmed(line)]


def confirm_amount(day: BillingDay, line: UUID) -> list[object]:
    """Say that the amount of a line is to be billed as it was given; it holds until the line is corrected."""
    found = _changeable(day, line)
    if not found.care.is_priced:
        raise NotAllowed("line_unpriced", "This line came without amount; the tariffs give it one.")
    return [] if found.is_amount_confirmed else [AmountConfirmed(line)]


def lift_time_bar(day: BillingDay, proof: str, letter_date: Date) -> list[object]:
    """Make a time-barred day sendable again by a registered letter (zone 16 of record 20)."""
    if not (day.is_prepared or day.to_bill):
        raise NotAllowed("day_billed", "This day is in a sending; the time-bar is lifted before billing.")
    if not proof.strip():
        raise Invalid("field_invalid", "proof: give your reference of the registered letter.", field="proof")
    if letter_date > last_sendable_day(day.date):
        raise Invalid("letter_too_late", "letter_date: the letter came after the time-bar.", field="letter_date")
    return [] if day.time_bar_proof == proof else [TimeBarLifted(day.patient_id, proof, letter_date)]


def bill(
    day: BillingDay, sending_id: UUID, invoice_id: UUID, records: tuple[int, ...], *, is_document: bool = False
) -> list[object]:
    """Put what is to bill of the day into an invoice, one record number for each line.

    `is_document`: on a document beyond eFact, which has one id.
    """
    lines = day.to_bill
    if wrong := forbids(day, "bill"):
        raise NotAllowed(wrong, "This day is already in a sending.")
    if len(records) != len(lines) or day.unpriced:
        raise NotAllowed("day_changed", "Lines were added or withdrawn meanwhile; make the preview again.")
    again = () if len(lines) == len(day.active) else tuple([line.line_id for line in lines])
    return [DayBilled(sending_id, invoice_id, records, again, is_document)]


def credit(day: BillingDay, payer: UUID, sending_id: UUID, invoice_id: UUID, records: tuple[int, ...]) -> list[object]:
    """Give back what one invoice paid of the day, in another one of type 3."""
    lines = day.to_credit.get(payer, ())
    if not lines or len(records) != len(lines):
        raise NotAllowed("day_changed", "Nothing of this day is to be given back now; make the preview again.")
    identifiers, cents = tuple([line.line_id for line in lines]), tuple([line.care.amount_cents for line in lines])
    return [DayCredited(sending_id, invoice_id, payer, records, identifiers, cents)]


def price(
    day: BillingDay, lines: tuple[CareLine, ...], tariffs: str, ct1: str, ct2: str, authorisation: str = ""
) -> list[object]:
    """Put priced lines in the place of all lines without amounts; the same lines again change nothing."""
    if not day.is_open:
        raise NotAllowed("day_billed", "This day is in a sending; prices are set before billing.")
    if not untold(day).unpriced:
        raise NotAllowed("day_changed", "All lines of this day have their amounts; make the preview again.")
    if [(line.line_id, line.care) for line in day.lines if line.is_derived] == [(x.line_id, x.care) for x in lines]:
        return []
    priced = priced_with(day, lines).active
    total = sum(line.care.amount_cents for line in priced)
    return [DayPriced(day.patient_id, tariffs, ct1, ct2, lines, total, len(priced), authorisation)]


def give_back(day: BillingDay, sending_id: UUID, cause: ReturnCause) -> list[object]:
    """Return the day from a sending of which nothing was accepted; a settled day stays settled."""
    is_asked = day.sending_id == sending_id and day.verdict == "none"
    is_credited = any(one.sending_id == sending_id and not one.settled_by for one in day.credits)
    return [DayReturned(sending_id, cause)] if is_asked or is_credited else []


def pay_on_document(day: BillingDay, document_id: UUID) -> list[object]:
    """What a document asked of the day is paid; nothing when the day waits for that document no more."""
    cents = _asked_on(day, document_id)
    return [] if cents is None else [DayPaidOnDocument(document_id, cents)]


def refuse_on_document(day: BillingDay, document_id: UUID) -> list[object]:
    """The addressee refuses what a document asked of the day."""
    cents = _asked_on(day, document_id)
    return [] if cents is None else [DayRefusedOnDocument(document_id, cents)]


def reopen_on_document(day: BillingDay, document_id: UUID) -> list[object]:
    """Have the day wait for its document again. Raises `NotAllowed` once somebody decided about it, or billed it."""
    is_there = day.sending_id == document_id and day.document in ("paid", "refused")
    noted = day.accepted_cents - day.paid_cents if day.document == "paid" else day.refused_cents - day.lost_cents
    is_as_then = noted == sum(line.care.amount_cents for line in day.asked)
    if not is_there or day.decision != "none" or day.credits or not is_as_then:
        raise NotAllowed("document_decided", "A day of it was decided, changed or billed since: take that back first.")
    return [DayReopenedOnDocument(document_id)]


def _asked_on(day: BillingDay, document_id: UUID) -> int | None:
    if day.sending_id != document_id or day.document != "open":
        return None
    return sum(line.care.amount_cents for line in day.asked)


def settle(day: BillingDay, sending_id: UUID, message: str, said: Sequence[LineVerdict]) -> list[Settled]:
    """Set the insurer's verdict on a day of this sending; lines not in `said` are accepted as requested."""
    if day.sending_id != sending_id or day.verdict != "none":
        return []
    active = day.asked
    if not said:  # most days of a settlement: nothing was said of them, so they are accepted whole
        total = sum([line.care.amount_cents for line in active])
        return [DayAcceptedByInsurer(sending_id, message, day.patient_id, total)]
    spoken = {verdict.line_id: verdict for verdict in said}
    accepted = refused = refusals = 0
    for line in active:
        verdict = spoken.get(line.line_id)
        if verdict is None:
            accepted += line.care.amount_cents
            continue
        accepted += verdict.accepted_cents
        refused += 0 if verdict.verdict == "accepted" else verdict.requested_cents - verdict.accepted_cents
        refusals += verdict.verdict == "refused"
    if not refusals and not refused:
        return [DayAcceptedByInsurer(sending_id, message, day.patient_id, accepted, tuple(said))]
    if _all_refused(active, spoken):
        return [DayRefusedByInsurer(sending_id, message, day.patient_id, refused, tuple(said))]
    return [DayPartlyRefusedByInsurer(sending_id, message, day.patient_id, accepted, refused, tuple(said))]


def settle_credit(day: BillingDay, invoice_id: UUID, message: str, said: Sequence[LineVerdict]) -> list[CreditSettled]:
    """Set the insurer's word on what an invoice gives back of the day; lines not in `said` are taken as they stand."""
    found = day.credit_in(invoice_id)
    if found is None or found.settled_by:
        return []
    kept = sum(one.requested_cents - one.accepted_cents for one in said)
    asked = sum(found.cents)
    return [CreditSettled(found.sending_id, invoice_id, message, day.patient_id, -asked, kept - asked, tuple(said))]


def reinstate(day: BillingDay, sending_id: UUID, invoice_id: UUID) -> list[object]:
    """Undo a return when the insurer settled the sending after all and the day is in no other one."""
    if day.returned_from == sending_id and (day.is_prepared or day.away is not None):
        return [DayReinstated(sending_id, invoice_id)]
    return []


def _all_refused(active: Sequence[Line], spoken: dict[UUID, LineVerdict]) -> bool:
    """Statistical lines carry no money: they do not keep a refused flat fee from being a refused day."""
    weighty = [line for line in active if not line.care.is_statistical] or active
    return all((said := spoken.get(line.line_id)) is not None and said.verdict == "refused" for line in weighty)


def _changeable(day: BillingDay, identifier: UUID) -> Line:
    if not day.is_open:
        raise NotAllowed("day_billed", "This day is in a sending: a line changes before billing or after a return.")
    for line in day.lines:
        if line.line_id == identifier and not line.withdrawn and not line.is_derived:
            return line
    raise NotFound("line_unknown", "This day has no such line, or it was withdrawn.")


def _refused_line(day: BillingDay, identifier: UUID, care: Care) -> Line:
    """Beside lines that were paid: what the tariffs asked for a refused line stays, or the whole day is priced anew."""
    found = next((line for line in day.to_bill if line.line_id == identifier), None)
    if found is None:
        raise NotAllowed("day_billed", "This day is in a sending: a line changes before billing or after a return.")
    if found.is_derived and _price_of(found.care) != _price_of(care):
        raise NotAllowed("line_priced", "Other lines of this day are paid: code, units and amounts of this one stay.")
    return found


def _price_of(care: Care) -> tuple[object, ...]:
    return care.code, care.units, care.amount_cents, care.patient_share_cents, care.supplement_cents


def undo_import(events: Sequence[object], import_id: UUID) -> list[object]:
    """Withdraw the lines that an import brought and give back the values that it changed.

    A line that somebody corrected since keeps that correction. Raises `NotAllowed` when the day is in a sending.
    """
    before: dict[UUID, Care] = {}
    day: BillingDay | None = None
    for happened in events:
        if isinstance(happened, LineCorrected) and day is not None:
            former = next(line.care for line in day.lines if line.line_id == happened.line_id)
            before.pop(happened.line_id, None)
            if happened.import_id == import_id:
                before[happened.line_id] = former
        day = evolve(day, happened)
    if day is None:
        return []
    recorded = day.recorded
    brought = [line for line in recorded if line.import_id == import_id]
    if not day.is_prepared and (brought or before):
        raise NotAllowed("import_sent", "A day of this import is in a sending: correct its lines one by one.")
    undone = [event for line in brought for event in withdraw(day, line.line_id, import_id)]
    kept = {line.line_id for line in recorded} - {line.line_id for line in brought}
    return undone + [event for line, care in before.items() if line in kept for event in correct(day, line, care)]
