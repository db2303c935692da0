"""What the document of an invoice tells its patient, from the log up to a position: as asked, or as corrected since.

Nothing of it is stored, so the same position gives the same document, whatever happened later: the patient's name, the
practice, the care givers and the words of the tariffs are those of that position too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from application.patient_documents import Corrected
from application.ports import EventLog, KeyRing
from application.register import provider_id
from application.tariffs import TariffDesk
from domain import establishment as establishments
from domain import patient as patients
from domain import provider as providers
from domain import sending as sendings
from domain.billing_day import BillingDay, Line
from domain.care import Care
from domain.errors import NotFound
from domain.establishment import EstablishmentDetails
from domain.invoice import Invoice
from domain.patient import Patient
from domain.pricing.book import PriceBook
from domain.run_invoices import CREDIT_NOTE
from projections.settled_days import days_of_invoices

Words = Mapping[str, str]
"""Texts by language."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A service. `texts`: of its code where a set of tariffs knows it, else empty. `care_giver`: name, if registered.

    `invoice_number`: of the invoice that asked it last. `accepted_cents`: what the insurer settled; None before, and
    in a document as asked.
    """

    date: Date
    care: Care
    texts: Words
    care_giver: str
    invoice_number: str
    accepted_cents: int | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A credit note gave a day back to the insurer. `cents`: what the insurer took, above zero."""

    date: Date
    invoice_number: str
    cents: int


@dataclass(frozen=True, slots=True)
class PatientDocument:
    """`is_corrected`: it tells how corrections ended. `sent_on` None: the file has not left. `position`: of the log."""

    invoice_id: UUID
    invoice: Invoice
    practice: EstablishmentDetails
    patient: Patient
    sent_on: Date | None
    lines: tuple[DocumentLine, ...]
    taken_back: tuple[TakenBack, ...]
    is_corrected: bool
    position: int
    made_at: datetime

    @property
    def asked_cents(self) -> int:
        """Of the insurer."""
        return sum(line.care.amount_cents for line in self.lines)

    @property
    def accepted_cents(self) -> int | None:
        """What the insurer settled of it; None as long as anything waits."""
        told = [line.accepted_cents for line in self.lines]
        return None if not self.is_corrected or None in told else sum(cents or 0 for cents in told)

    @property
    def share_cents(self) -> int:
        """What the patient pays."""
        return sum(line.care.patient_share_cents for line in self.lines)

    @property
    def supplement_cents(self) -> int:
        """What the patient pays beside it."""
        return sum(line.care.supplement_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A line as an invoice asked it, and what became of it there."""

    line: Line
    invoice_number: str
    accepted_cents: int | None
    is_refused: bool


def documents(
    log: EventLog,
    keys: KeyRing,
    tariffs: TariffDesk,
    wanted: Sequence[Corrected],
    at: int,
    *,
    corrected: bool = True,
) -> tuple[PatientDocument, ...]:
    """Of these invoices, as of the position; without what corrected them when `corrected` is false.

    Patients whose data were erased by now have none. All are of one practice.
    """
    if not wanted:
        return ()
    made = {one.invoice_id: one.invoice.made for one in wanted}
    chains = {one.invoice_id: _ended(one) if corrected else () for one in wanted}
    issued = [*made.items(), *((i, state.made) for chain in chains.values() for i, state in chain)]
    days = days_of_invoices(log, issued, at)
    by_invoice: dict[UUID, dict[UUID, BillingDay]] = {}
    for (invoice_id, day_id), day in days.items():
        by_invoice.setdefault(invoice_id, {})[day_id] = day.state
    where = next(iter(made.values())).establishment_id
    people = log.load({one.patient_id for one in made.values()}, at)
    sent = log.load({one.sending_id for one in made.values()}, at)
    practice = establishments.fold(log.load([where], at).get(where, []))
    told, made_at, gone = _Told(log, keys, tariffs.book(where, at), at), _made_at(log, at), _erased(log, people)
    found = []
    for one in wanted:
        invoice = one.invoice.made
        patient = patients.fold(people.get(invoice.patient_id, []))
        sending = sendings.fold(sent.get(invoice.sending_id, []), invoice.sending_id)
        if patient is None or practice is None or invoice.patient_id in gone:
            continue
        asked, taken = _standing(one, chains[one.invoice_id], by_invoice)
        found.append(
            PatientDocument(
                one.invoice_id,
                one.invoice,
                practice.details,
                patient,
                sending.transmitted_on if sending else None,
                told.lines(asked, tells_verdicts=bool(chains[one.invoice_id])),
                taken,
                bool(chains[one.invoice_id]),
                at,
                made_at,
            )
        )
    return tuple(found)


def _made_at(log: EventLog, at: int) -> datetime:
    """When the event at that position was recorded."""
    for found in log.read(at - 1, 1):
        return found.recorded_at
    raise NotFound("position_unknown", "The log has no such position.")


def _erased(log: EventLog, who: Collection[UUID]) -> frozenset[UUID]:
    """By now: what a key no longer opens is not shown as of any day."""
    states = ((one, patients.fold(events)) for one, events in log.load(who).items())
    return frozenset(one for one, state in states if state is None or state.is_erased)


def _ended(one: Corrected) -> tuple[tuple[UUID, Invoice], ...]:
    ended = {each.invoice_id for each in one.ended}
    return tuple((identifier, state) for identifier, state in one.corrections if identifier in ended)


def _standing(
    one: Corrected, chain: Iterable[tuple[UUID, Invoice]], days: Mapping[UUID, Mapping[UUID, BillingDay]]
) -> tuple[list[tuple[Date, _Asked]], tuple[TakenBack, ...]]:
    """Lines as they stand after each correction in turn, by date, and what was given back.

    A resubmission takes the place of what was refused of the day; a credit note, of the lines that it gives back. What
    is billed again after a credit note is an invoice of its own, with a document of its own.
    """
    lines = {day_id: _asked(day, one.invoice) for day_id, day in days.get(one.invoice_id, {}).items()}
    dates = {day_id: day.date for day_id, day in days.get(one.invoice_id, {}).items()}
    taken = []
    for identifier, correction in chain:
        for day_id, day in days.get(identifier, {}).items():
            again = _asked(day, correction)
            if correction.made.invoicing_type == CREDIT_NOTE:
                gone = {each.line.line_id for each in again if not each.is_refused}
                lines[day_id] = [each for each in lines.get(day_id, []) if each.line.line_id not in gone]
                cents = -sum(each.accepted_cents or 0 for each in again)
                if cents:
                    taken.append(TakenBack(day.date, correction.made.invoice_number, cents))
            else:
                kept = [each for each in lines.get(day_id, []) if not each.is_refused]
                lines[day_id] = [*kept, *again]
                dates[day_id] = day.date
    ordered = sorted(lines, key=lambda day_id: (dates[day_id], str(day_id)))
    return [(dates[day_id], each) for day_id in ordered for each in lines[day_id]], tuple(taken)


def _asked(day: BillingDay, invoice: Invoice) -> list[_Asked]:
    return [_Asked(line, invoice.made.invoice_number, *_became(day, line)) for line in day.asked]


def _became(day: BillingDay, line: Line) -> tuple[int | None, bool]:
    """What the insurer took of a line, and whether it refused it."""
    if day.verdict == "none":
        return None, False
    if day.verdict == "refused" or (line.said and line.said.verdict == "refused"):
        return 0, True
    return line.said.accepted_cents if line.said else line.care.amount_cents, False


class _Told:
    """Names of care givers and of codes, each looked up once."""

    def __init__(self, log: EventLog, keys: KeyRing, book: PriceBook, at: int) -> None:
        self._log, self._keys, self._book, self._at = log, keys, book, at
        self._names: dict[str, str] = {}

    def lines(self, asked: Sequence[tuple[Date, _Asked]], *, tells_verdicts: bool) -> tuple[DocumentLine, ...]:
        self._learn({one.line.care.provider for _, one in asked})
        return tuple(
            DocumentLine(
                date,
                one.line.care,
                self._words(one.line.care.code, date),
                self._names[one.line.care.provider],
                one.invoice_number,
                one.accepted_cents if tells_verdicts else None,
            )
            for date, one in asked
        )

    def _learn(self, nihiis: Collection[str]) -> None:
        ids = {nihii: provider_id(self._keys, nihii) for nihii in nihiis if nihii not in self._names}
        loaded = self._log.load(set(ids.values()), self._at) if ids else {}
        for nihii, identifier in ids.items():
            state = providers.fold(loaded.get(identifier, []))
            self._names[nihii] = f"{state.details.last_name} {state.details.first_name}".strip() if state else ""

    def _words(self, code: str, date: Date) -> Words:
        pricer = self._book.pricer(date)
        if pricer is None:
            return {}
        known = pricer.tariffs.codes.get(code) or pricer.tariffs.codes.get(pricer.tariffs.plain(code))
        return known.texts if known else {}
