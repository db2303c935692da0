"""The billing day: care of one patient on one date, and all that ever became of it.

Its stream is the correction chain: recorded, billed, answered, returned, billed again. What the insurer said and
what the practice decides are separate facts; here stand the first, and the day never forgets one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.care import Care, CareLine
from domain.day_events import (
    AmountConfirmed,
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
    Decision,
    DuplicateConfirmed,
    LineCorrected,
    LineVerdict,
    LineWithdrawn,
    ReturnCause,
    Settled,
    TimeBarLifted,
)
from domain.errors import Invalid, NotAllowed, NotFound
from domain.rules.limits import last_sendable_day

AGAIN: tuple[Decision, ...] = ("rebill", "rebill_elsewhere")
"""Decisions that bill refused lines again."""
_DAYS = UUID("5f0b3a3e-4c7e-5b7e-9f53-0f7f1f6c2d10")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the day knows it now. `is_derived`: made by the tariffs; `is_told`: such lines stand in its place.

    `is_amount_confirmed`: its amount is billed as it was given, whatever the tariffs say.
    """

    line_id: UUID
    care: Care
    possible_duplicate: bool = False
    is_confirmed: bool = False
    withdrawn: bool = False
    withdrawn_by_hand: bool = False
    import_id: UUID | None = None
    said: LineVerdict | None = None
    is_derived: bool = False
    is_told: bool = False
    is_amount_confirmed: bool = False


class BillingDay(NamedTuple):
    """State of a day; a tuple, as a settlement builds 40,000 of these and a frozen dataclass costs three times that.
    `sending_id` and `records` are those of the sending that it is in now, if any, or was refused in. `asked_ids`: lines
    that were asked again there, the others being settled before; empty for all. `paid_cents`, `lost_cents`: what the
    others brought and did not, part of `accepted_cents` and `refused_cents`. `before`: as it stood when it was billed
    again; `away`: as it stood in the sending that gave it back since.
    """

    establishment_id: UUID
    patient_id: UUID
    date: Date
    sequence: int
    lines: tuple[Line, ...] = ()
    sending_id: UUID | None = None
    invoice_id: UUID | None = None
    records: tuple[int, ...] = ()
    verdict: DayVerdict = "none"
    accepted_cents: int = 0
    refused_cents: int = 0
    settled_by: str = ""
    time_bar_proof: str = ""
    returned_from: UUID | None = None
    decision: Decision = "none"
    asked_ids: tuple[UUID, ...] = ()
    paid_cents: int = 0
    lost_cents: int = 0
    before: "BillingDay | None" = None
    away: "BillingDay | None" = None

    @property
    def active(self) -> tuple[Line, ...]:
        """Lines that were not withdrawn or told by others, in the order in which they are billed."""
        return tuple([line for line in self.lines if not (line.withdrawn or line.is_told)])

    @property
    def recorded(self) -> tuple[Line, ...]:
        """Lines as people entered them, those that are told by others too; without the withdrawn."""
        return tuple([line for line in self.lines if not (line.withdrawn or line.is_derived)])

    @property
    def asked_cents(self) -> int | None:
        """What the insurer is asked for; None as long as nobody knows."""
        return None if self.unpriced else sum(line.care.amount_cents for line in self.active)

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """Lines without amounts that nothing tells yet: the day cannot be billed before."""
        return tuple([line for line in self.active if not line.care.is_priced])

    @property
    def is_prepared(self) -> bool:
        """Nothing of it is in a sending: it may be changed and billed."""
        return self.sending_id is None

    @property
    def asked(self) -> tuple[Line, ...]:
        """Lines in the sending that it is in, in the order of `records`."""
        if not self.asked_ids:
            return self.active
        wanted = set(self.asked_ids)
        return tuple([line for line in self.active if line.line_id in wanted])

    @property
    def refused(self) -> tuple[Line, ...]:
        """Lines that the insurer refused; all of a day of which nothing is paid."""
        if self.verdict == "refused":
            return self.active
        return tuple([line for line in self.active if line.said and line.said.verdict == "refused"])

    @property
    def lost(self) -> tuple[Line, ...]:
        """Lines that the insurer refused, or accepted for less."""
        if self.verdict == "refused":
            return self.active
        return tuple([line for line in self.active if line.said and line.said.verdict in ("refused", "accepted_less")])

    @property
    def to_bill(self) -> tuple[Line, ...]:
        """Lines that the next run takes, in the order in which they are billed."""
        if self.is_prepared:
            return self.active
        return self.refused if self.decision in AGAIN else ()

    @property
    def is_open(self) -> bool:
        """Its lines to bill may be changed, priced and billed: it is prepared, or wholly refused and to be rebilled."""
        return self.is_prepared or (self.decision in AGAIN and self.verdict == "refused")


def day_id(establishment_id: UUID, patient_id: UUID, date: Date, sequence: int) -> UUID:
    """Identity of a day; the patient's id is already keyed, so nothing personal can be guessed from it."""
    return uuid5(_DAYS, f"{establishment_id}|{patient_id}|{date.isoformat()}|{sequence}")


def evolve(day: BillingDay | None, happened: object) -> BillingDay:
    """Fold one event of the day's stream."""
    if isinstance(happened, CareRecorded):
        return _recorded(day, happened)
    if day is None:
        raise NotFound("day_unknown", "A billing day begins with recorded care.")
    match happened:
        case DayBilled():
            return _billed(day, happened)
        case DayPriced():
            return _priced(day, happened.lines)
        case DayAcceptedByInsurer() | DayPartlyRefusedByInsurer() | DayRefusedByInsurer():
            return _settled(day, happened)
        case DayReturned() | DayReinstated():
            return _moved(day, happened)
        case CorrectionDecided():
            return day._replace(decision=happened.decision)
        case CorrectionRestored():
            return day._replace(decision="none")
        case TimeBarLifted():
            return day._replace(time_bar_proof=happened.proof)
    return _line_changed(day, happened)


def fold(events: Iterable[object]) -> BillingDay | None:
    """State after all events of one stream."""
    day: BillingDay | None = None
    for happened in events:
        day = evolve(day, happened)
    return day


def record(day: BillingDay | None, opening: CareRecorded) -> list[object]:
    """Enter care on the day. A billed day takes none: the caller opens the next sequence."""
    if day is not None and not day.is_prepared:
        raise NotAllowed("day_billed", "This day is in a sending; new care opens the next sequence of the date.")
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


def bill(day: BillingDay, sending_id: UUID, invoice_id: UUID, records: tuple[int, ...]) -> list[object]:
    """Put what is to bill of the day into an invoice, one record number for each line."""
    lines = day.to_bill
    if not lines and not day.is_prepared:
        raise NotAllowed("day_billed", "This day is already in a sending.")
    if len(records) != len(lines) or day.unpriced:
        raise NotAllowed("day_changed", "Lines were added or withdrawn meanwhile; make the preview again.")
    again = () if len(lines) == len(day.active) else tuple([line.line_id for line in lines])
    return [DayBilled(sending_id, invoice_id, records, again)]


def price(
    day: BillingDay, lines: tuple[CareLine, ...], tariffs: str, ct1: str, ct2: str, authorisation: str = ""
) -> list[object]:
    """Put priced lines in the place of all lines without amounts; the same lines again change nothing."""
    if not day.is_open:
        raise NotAllowed("day_billed", "This day is in a sending; prices are set before billing.")
    if not _untold(day).unpriced:
        raise NotAllowed("day_changed", "All lines of this day have their amounts; make the preview again.")
    if [(line.line_id, line.care) for line in day.lines if line.is_derived] == [(x.line_id, x.care) for x in lines]:
        return []
    priced = _priced(day, lines).active
    total = sum(line.care.amount_cents for line in priced)
    return [DayPriced(day.patient_id, tariffs, ct1, ct2, lines, total, len(priced), authorisation)]


def give_back(day: BillingDay, sending_id: UUID, cause: ReturnCause) -> list[object]:
    """Return the day from a sending of which nothing was accepted; a settled day stays settled."""
    if day.sending_id != sending_id or day.verdict != "none":
        return []
    return [DayReturned(sending_id, cause)]


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


def reinstate(day: BillingDay, sending_id: UUID, invoice_id: UUID) -> list[object]:
    """Undo a return when the insurer settled the sending after all and the day is in no other one."""
    if day.returned_from == sending_id and (day.is_prepared or day.away is not None):
        return [DayReinstated(sending_id, invoice_id)]
    return []


def _moved(day: BillingDay, happened: DayReturned | DayReinstated) -> BillingDay:
    """Out of a sending and back: a day that was billed again is then refused as before, and still to be rebilled."""
    if isinstance(happened, DayReturned):
        if day.before is None:
            return day._replace(sending_id=None, returned_from=happened.sending_id)
        return day.before._replace(returned_from=happened.sending_id, away=day)
    if day.away is None:
        return day._replace(sending_id=happened.sending_id, invoice_id=happened.invoice_id, returned_from=None)
    return day.away


def _line_changed(day: BillingDay, happened: object) -> BillingDay:
    """What a former sending asked is then no more what the day holds: it cannot be put back into it."""
    if day.away is not None and isinstance(happened, LineCorrected | LineWithdrawn):
        day = day._replace(away=None)
    match happened:
        case LineCorrected():
            return _corrected(day, happened)
        case LineWithdrawn():
            told = _untold(day)
            return _line(told, happened.line_id, withdrawn=True, withdrawn_by_hand=happened.import_id is None)
        case DuplicateConfirmed():
            return _line(day, happened.line_id, possible_duplicate=False, is_confirmed=True)
        case AmountConfirmed():
            return _line(day, happened.line_id, is_amount_confirmed=True)
    return day


def _recorded(day: BillingDay | None, happened: CareRecorded) -> BillingDay:
    lines = tuple(
        [
            Line(line.line_id, line.care, line.possible_duplicate, import_id=happened.import_id)
            for line in happened.lines
        ]
    )
    if day is None:
        return BillingDay(happened.establishment_id, happened.patient_id, happened.date, happened.sequence, lines)
    # After a return the former record numbers no longer fit the lines: that sending cannot be settled on this day.
    day = _untold(day)
    return day._replace(lines=day.lines + lines, records=())


def _priced(day: BillingDay, lines: tuple[CareLine, ...]) -> BillingDay:
    """Lines of the tariffs come behind those that have their amounts; what they made before is gone."""
    kept = [replace(line, is_told=not line.care.is_priced) for line in _untold(day).lines]
    made = [Line(line.line_id, line.care, is_derived=True) for line in lines]
    return day._replace(lines=(*kept, *made))


def _untold(day: BillingDay) -> BillingDay:
    """As it was recorded: a change to what was done asks for new prices."""
    if not any(line.is_derived for line in day.lines):
        return day
    kept = [replace(line, is_told=False) for line in day.lines if not line.is_derived]
    return day._replace(lines=tuple(kept), records=())


def _billed(day: BillingDay, happened: DayBilled) -> BillingDay:
    """Built field by field: `_replace` costs three times this, and a settlement folds 20,000 of these."""
    if not day.is_prepared:
        return _billed_again(day, happened)
    lines = day.lines
    if any(line.said for line in lines):
        lines = tuple([replace(line, said=None) for line in lines])
    return BillingDay(
        day.establishment_id,
        day.patient_id,
        day.date,
        day.sequence,
        lines,
        happened.sending_id,
        happened.invoice_id,
        happened.records,
        time_bar_proof=day.time_bar_proof,
    )


def _billed_again(day: BillingDay, happened: DayBilled) -> BillingDay:
    """What was paid before stays so; what is asked again waits for its verdict."""
    again = set(happened.line_ids) or {line.line_id for line in day.active}
    kept = [line for line in day.active if line.line_id not in again]
    paid = sum(line.said.accepted_cents if line.said else line.care.amount_cents for line in kept)
    return day._replace(
        lines=tuple([replace(line, said=None) if line.line_id in again else line for line in day.lines]),
        sending_id=happened.sending_id,
        invoice_id=happened.invoice_id,
        records=happened.records,
        verdict="none",
        accepted_cents=paid,
        refused_cents=0,
        settled_by="",
        returned_from=None,
        decision="none",
        asked_ids=happened.line_ids,
        paid_cents=paid,
        lost_cents=sum(line.care.amount_cents for line in kept) - paid,
        before=day._replace(before=None, away=None),
        away=None,
    )


def verdict_of(happened: Settled) -> tuple[DayVerdict, int, int]:
    """What the insurer's word makes of the day: verdict, accepted cents, refused cents."""
    match happened:
        case DayAcceptedByInsurer():
            return "accepted", happened.accepted_cents, 0
        case DayRefusedByInsurer():
            return "refused", 0, happened.refused_cents
    return "mixed", happened.accepted_cents, happened.refused_cents


def _settled(day: BillingDay, happened: Settled) -> BillingDay:
    verdict, accepted, refused = verdict_of(happened)
    lines = day.lines
    if happened.lines:
        spoken, asked = {said.line_id: said for said in happened.lines}, set(day.asked_ids)
        lines = tuple(
            [
                line if asked and line.line_id not in asked else replace(line, said=spoken.get(line.line_id))
                for line in lines
            ]
        )
    return day._replace(
        verdict=verdict_of_all(verdict, day.paid_cents, day.lost_cents),
        accepted_cents=day.paid_cents + accepted,
        refused_cents=day.lost_cents + refused,
        settled_by=happened.message,
        lines=lines,
        before=None,
    )


def verdict_of_all(said: DayVerdict, paid_cents: int, lost_cents: int) -> DayVerdict:
    """Of the whole day, when some lines were asked again beside others that brought and lost so much before."""
    return "mixed" if (said == "refused" and paid_cents) or (said == "accepted" and lost_cents) else said


def _corrected(day: BillingDay, happened: LineCorrected) -> BillingDay:
    """A derogation code says why an identical line stands there, as a confirmation does."""
    is_beside_paid = not day.is_open
    day = _line(
        day if is_beside_paid else _untold(day), happened.line_id, care=happened.care, is_amount_confirmed=False
    )
    return _line(day, happened.line_id, possible_duplicate=False) if happened.care.derogation else day


def _line(day: BillingDay, identifier: UUID, **values: object) -> BillingDay:
    return day._replace(
        lines=tuple([replace(x, **values) if x.line_id == identifier else x for x in day.lines]),  # type: ignore[arg-type]
    )


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
