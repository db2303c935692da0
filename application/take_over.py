"""Take over from the old program: its files become sendings made elsewhere, its lines become days.

Later settlements bind to them, and corrections can cite them. Nothing is sent; numbers that it used are remembered.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Literal
from uuid import UUID

from application.commit import Decided, Streams, caused, decide
from application.ports import (
    BillingFileCodec,
    Change,
    ConcurrencyConflict,
    Context,
    EventLog,
    KeyRing,
    Lookups,
    MessageStore,
    UnreadableMessage,
    Watch,
)
from application.read_answers import AnswerReport, Answers
from application.record_care import sequences_of
from application.register import number_blind
from domain import billing_day as days
from domain import establishment as establishments
from domain import invoice as invoices
from domain import numbering as numbers
from domain import patient as patients
from domain import sending as sendings
from domain.billing_file import BillingFile, FileInvoice, FileLine, IdentityReading, WrittenFile
from domain.care import Care, CareLine, line_id
from domain.day_events import CareRecorded, DayBilled
from domain.errors import DomainError, Invalid, NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became of one file of the old program. `code` says why it was not taken."""

    message: str
    outcome: Literal["taken", "already_taken", "not_taken"]
    sending_id: UUID | None = None
    invoices: int = 0
    days: int = 0
    new_patients: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class TakeOverReport:
    """Outcome for all files given, billing files first, then the answers."""

    files: tuple[TakenOver, ...]
    answers: tuple[AnswerReport, ...]


class TakeOver:
    """Import past billing files and answers."""

    def __init__(
        self,
        log: EventLog,
        keys: KeyRing,
        lookups: Lookups,
        messages: MessageStore,
        codec: BillingFileCodec,
        answers: Answers,
    ) -> None:
        self._log, self._keys, self._lookups = log, keys, lookups
        self._messages, self._codec, self._answers = messages, codec, answers

    def take(self, context: Context, where: UUID, files: Sequence[bytes], watch: Watch = iter) -> TakeOverReport:
        """Take all files, whatever their order; each commits by itself and a repeated one changes nothing.

        One that cannot be taken says why and keeps none of the others back. Raises `NotFound` without establishment.
        """
        if establishments.fold(self._log.load([where]).get(where, [])) is None:
            raise NotFound("establishment_unknown", "There is no such establishment; register it first.")
        plain = Context(context.meta)
        ours = [content for content in files if self._codec.kind(content) == "920000"]
        others = [content for content in files if self._codec.kind(content) != "920000"]
        taken = tuple(self._request(plain, where, content) for content in watch(ours))
        read = tuple(self._answers.receive_or_leave(plain, where, content, "take_over") for content in watch(others))
        again = self._answers.retry_unmatched(plain, where)
        return TakeOverReport(taken, read + again)

    def _request(self, context: Context, where: UUID, content: bytes) -> TakenOver:
        sha256, _ = self._messages.put(content, "920000", "out", where)
        mine = caused(context, sha256)
        try:
            file, written = self._codec.read_request(content)
            return decide(self._log, mine, lambda: self._decide(where, sha256, file, written)).result
        except (UnreadableMessage, DomainError) as refused:
            return TakenOver(sha256, "not_taken", code=refused.code)
        except ConcurrencyConflict:
            return TakenOver(sha256, "not_taken", code="changed_meanwhile")

    def _decide(self, where: UUID, sha256: str, file: BillingFile, written: WrittenFile) -> Decided[TakenOver]:
        target = sendings.sending_id(where, file.provider_reference)
        streams = Streams(self._log, [where, target])
        establishment = establishments.fold(streams.events(where))
        if establishment is None:
            raise NotFound("establishment_unknown", "There is no such establishment; register it first.")
        if establishment.details.tpp_number != file.tpp_number:
            return Decided([], TakenOver(sha256, "not_taken", code="tpp_number_of_another"))
        state = sendings.fold(streams.events(target), target)
        if state is not None:
            same = state.made.message == sha256
            outcome: Literal["already_taken", "not_taken"] = "already_taken" if same else "not_taken"
            return Decided([], TakenOver(sha256, outcome, target, code="" if same else "reference_used"))
        who, registered, gone = self._patients(where, file.invoices)
        placed = _Placed(self._log, where, target, who, gone, file.invoices)
        invoice_changes = [
            placed.invoice(who[invoice.patient_number], invoice, index, written, file.billed_month)
            for index, invoice in enumerate(file.invoices)
        ]
        day_changes = placed.days()
        prepared = _prepared(where, sha256, file, written, [c.stream_id for c in invoice_changes], len(day_changes))
        changes = [streams.change(target, [prepared]), *invoice_changes, *day_changes, *registered]
        changes += self._numbers(file)
        done = TakenOver(sha256, "taken", target, len(invoice_changes), len(day_changes), len(registered))
        return Decided(changes, done)

    def _patients(
        self, where: UUID, made: Sequence[FileInvoice]
    ) -> tuple[dict[str, UUID], list[Change], AbstractSet[UUID]]:
        """Records by number; an unknown number becomes a record without a name, to be completed by a person.

        And those who were erased: nothing that would be sealed can be kept of them.
        """
        blinds = {invoice.patient_number: number_blind(self._keys, where, invoice.patient_number) for invoice in made}
        found = self._lookups.patients_by_number(where, list(blinds.values()))
        own = {n: self._keys.keyed_id("patient", str(where), n) for n, blind in blinds.items() if blind not in found}
        entered = self._log.load(own.values())
        who: dict[str, UUID] = {}
        registered = []
        for invoice in made:
            number = invoice.patient_number
            if number in who:
                continue
            known = found.get(blinds[number])
            who[number] = known or own[number]
            if known is None and own[number] not in entered:
                nameless = patients.PatientDetails("", "", "", invoice.sex)
                ssin, other = (number, "") if invoice.has_ssin else ("", number)
                new = patients.PatientRegistered(where, ssin, other, nameless)
                registered.append(Change(who[number], 0, [new]))
        gone = {i for i, events in entered.items() if (state := patients.fold(events)) and state.is_erased}
        return who, registered, gone

    def _numbers(self, file: BillingFile) -> list[Change]:
        sending = numbers.numbering_id("sending", file.tpp_number)
        reference = numbers.numbering_id("reference", "")
        streams = Streams(self._log, [sending, reference])
        years = {file.creation_date.year, int(file.billed_month[:4])}
        taken = numbers.take_elsewhere(numbers.fold(streams.events(sending)), file.sending_number, years)
        state = numbers.fold(streams.events(reference))
        year, rest = int(file.provider_reference[:4]), int(file.provider_reference[4:])
        above = _begin_above(state, year, rest) if year in years else []
        return [streams.change(sending, taken), streams.change(reference, above)]


def _begin_above(state: numbers.Numbering, year: int, taken: int) -> list[object]:
    """Our references of the year follow its own; one too high to follow, or low enough already, moves nothing."""
    highest = numbers.HIGHEST["reference"]
    if taken > highest // 2:
        return []  # numbered by another rule than ours: hardly any number would be left
    try:
        return numbers.start(state, year, taken + 1, highest)
    except (Invalid, NotAllowed):
        return []


class _Placed:
    """Days of one taken-over file: lines of a patient and date in the next free sequence."""

    def __init__(
        self,
        log: EventLog,
        where: UUID,
        target: UUID,
        who: Mapping[str, UUID],
        gone: AbstractSet[UUID],
        made: Sequence[FileInvoice],
    ) -> None:
        self._where, self._target, self._gone = where, target, gone
        self._made: dict[UUID, list[object]] = {}
        keys = {(who[invoice.patient_number], line.date) for invoice in made for line in invoice.lines}
        known, _ = sequences_of(log, where, list(keys))
        self._taken = {key: len(found) for key, found in known.items()}

    def invoice(self, who: UUID, invoice: FileInvoice, index: int, written: WrittenFile, billed_month: str) -> Change:
        """The invoice as issued, its days noted beside."""
        identifier = invoices.invoice_id(self._target, invoice.invoice_number)
        grouped: dict[Date, list[tuple[FileLine, int]]] = {}
        for line, record in zip(invoice.lines, written.numbers.lines[index], strict=True):
            grouped.setdefault(line.date, []).append((line, record))
        day_ids = [self._day(who, date, found, identifier) for date, found in sorted(grouped.items())]
        following = written.numbers.invoices[index + 1 : index + 2]
        issued = invoices.InvoiceIssued(
            establishment_id=self._where,
            patient_id=who,
            sending_id=self._target,
            invoice_number=invoice.invoice_number,
            reference="" if who in self._gone else invoice.reference,
            billed_month=f"{billed_month[:4]}-{billed_month[4:]}",
            sickness_fund=invoice.sickness_fund,
            destination=invoice.destination,
            ct1=invoice.ct1,
            ct2=invoice.ct2,
            invoicing_type=invoice.invoicing_type,
            record=written.numbers.invoices[index],
            total_record=(following[0] if following else written.record_count) - 1,
            requested_cents=sum(line.amount_cents for line in invoice.lines),
            patient_share_cents=sum(line.patient_share_cents for line in invoice.lines),
            supplement_cents=sum(line.supplement_cents for line in invoice.lines),
            line_count=len(invoice.lines),
            day_ids=tuple(day_ids),
        )
        return Change(identifier, 0, [issued])

    def days(self) -> list[Change]:
        """All days opened by the file."""
        return [Change(day_id, 0, happened) for day_id, happened in self._made.items()]

    def _day(self, who: UUID, date: Date, found: Sequence[tuple[FileLine, int]], invoice_id: UUID) -> UUID:
        sequence = self._taken[who, date] = self._taken[who, date] + 1
        identifier = days.day_id(self._where, who, date, sequence)
        cares = [_unsealed(_care(line)) if who in self._gone else _care(line) for line, _ in found]
        # Not from its reference: who has the database could try all national numbers on an id made of one.
        ids = [line_id(identifier, replace(care, line_ref=""), n) for n, care in enumerate(cares, 1)]
        lines = tuple(CareLine(*line) for line in zip(ids, cares, strict=True))
        recorded = CareRecorded(self._where, who, date, sequence, lines)
        billed = DayBilled(self._target, invoice_id, tuple(record for _, record in found))
        self._made[identifier] = [recorded, billed]
        return identifier


def _care(line: FileLine) -> Care:
    reading = line.reading or IdentityReading()
    return Care(
        code=line.code,
        amount_cents=line.amount_cents,
        provider=line.provider,
        units=line.units,
        patient_share_cents=line.patient_share_cents,
        supplement_cents=line.supplement_cents,
        service_norm=line.service_norm,
        provider_norm=line.provider_norm,
        care_assistant=line.care_assistant,
        urgency=line.urgency,
        time=line.time,
        derogation=line.derogation,
        related_code=line.related_code,
        prescriber=line.prescriber,
        prescriber_norm=line.prescriber_norm,
        prescription_date=line.prescription_date,
        tooth=line.tooth,
        limb=line.limb,
        place=line.place,
        lump_sum_pct=line.lump_sum_pct,
        commitment_number=line.commitment_number,
        agreement_number=reading.agreement_number,
        reading_method=reading.method,
        reading_document=reading.document,
        reading_reason=reading.reason,
        reading_time=reading.time,
        reading_serial=reading.serial,
        vignette_reason=reading.vignette_reason,
        proof_number=reading.proof_number,
        device_number=reading.device_number,
        line_ref=line.reference,
    )


def _unsealed(care: Care) -> Care:
    """What may be kept of an erased patient's line."""
    return replace(
        care,
        commitment_number="",
        agreement_number="",
        reading_serial="",
        proof_number="",
        device_number="",
        line_ref="",
    )


def _prepared(
    where: UUID, sha256: str, file: BillingFile, written: WrittenFile, made: Sequence[UUID], day_count: int
) -> sendings.SendingPrepared:
    return sendings.SendingPrepared(
        establishment_id=where,
        run_id=None,
        union=file.union,
        billed_month=f"{file.billed_month[:4]}-{file.billed_month[4:]}",
        creation_date=file.creation_date,
        sending_number=file.sending_number,
        provider_reference=file.provider_reference,
        reference="",
        message=sha256,
        invoice_ids=tuple(made),
        record_count=written.record_count,
        line_count=sum(len(group) for group in written.numbers.lines),
        day_count=day_count,
        requested_cents=written.total_cents,
        control_number=written.control_number,
        made_elsewhere=True,
    )
