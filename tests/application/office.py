"""A practice at work: every use case over one store, and unions that write real files when they are told what to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import date as Date
from itertools import count
from typing import Any
from uuid import UUID

from application.bill import Billing
from application.import_care import CareImports, FileRow, ImportOptions, ImportReport, Rejected
from application.ports import Clock, Context, EventLog, KeyRing, MessageStore, Meta
from application.read_answers import AnswerReport, Answers
from application.record_care import CareBook, Entry
from application.register import Register, Registered
from application.run_report import RunReport
from application.send import Dispatch, Sent
from application.take_over import TakeOver
from application.tariffs import TariffDesk
from domain import billing_day, inbox
from domain import invoice as invoicing
from domain import sending as sendings
from domain.answer import FundSettlement, Reason
from domain.care import Care
from domain.inbox import ItemRaised
from domain.patient import Insurability
from domain.run_plan import RunOptions
from infrastructure.efact.answer_writer import (
    EnvelopeFault,
    Verdict,
    write_acknowledgement,
    write_answer,
    write_envelope_refusal,
)
from infrastructure.efact.answers import read_answer
from infrastructure.efact.outline import outline
from infrastructure.efact.reader import read
from infrastructure.ehealth.codec import UnionCodec
from infrastructure.tariff.tariff_file import read_tariff_set
from tests.application.fakes import FoldingLookups, MemoryLog, MemoryMessages, PlainKeys, Postbox
from tests.domain.builders import SSIN, a_care, establishment_details, insured, patient_details, provider_details

MONTH = "2026-01"
SOON = Date(2026, 2, 10)
_COMMANDS = count(1)


def context(**values: Any) -> Context:
    """A command of its own."""
    return Context(Meta(actor="user:1", command_id=f"command {next(_COMMANDS)}", **values))


@dataclass
class StandingClock:
    """Stands where it is put."""

    instant: datetime = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


@dataclass
class Office:
    """`where`: its establishment, with one nurse since 2020; patients and care come from the test."""

    log: EventLog
    messages: MessageStore
    keys: KeyRing
    clock: Clock = field(default_factory=StandingClock)
    codec: Any = field(default_factory=UnionCodec)
    unions: Postbox = field(default_factory=Postbox)
    details: Mapping[str, Any] = field(default_factory=dict)
    files_scope: Any = None

    def __post_init__(self) -> None:
        self.lookups = FoldingLookups(self.log, self.keys)
        self.register = Register(self.log, self.keys, self.lookups, self.clock)
        self.care = CareBook(self.log, self.keys)
        self.imports = CareImports(self.log, self.keys, self.lookups, self.messages)
        self.tariffs = TariffDesk(self.log, self.messages, read_tariff_set)
        self.billing = Billing(self.log, self.keys, self.lookups, self.messages, self.codec, self.clock, self.tariffs)
        self.dispatch = Dispatch(
            self.log, self.lookups, self.messages, self.unions, self.clock, files_scope=self.files_scope
        )
        self.answers = Answers(self.log, self.lookups, self.messages, self.codec, self.unions, self.clock)
        self.take_over = TakeOver(self.log, self.keys, self.lookups, self.messages, self.codec, self.answers)
        details = establishment_details(**self.details)
        self.where = self.register.establishment(context(), details).result.id
        nurse = self.register.provider(context(), provider_details()).result.id
        self.register.join(context(), self.where, nurse, Date(2020, 1, 1))

    # What a person does

    def patient(self, ssin: str = SSIN, *periods: Insurability, affiliation: str = "", **details: Any) -> Registered:
        known = periods or (insured(start=Date(2020, 1, 1)),)
        return self.register.patient(context(), self.where, ssin, affiliation, patient_details(**details), known).result

    def record(self, who: UUID, *cares: Care, day: int = 15, month: int = 1) -> list[UUID]:
        """Care on one day; answers the day of each line."""
        entries = [Entry(who, Date(2026, month, day), care, n) for n, care in enumerate(cares or (a_care(),))]
        done = self.care.record(context(), self.where, entries)
        return [line.day_id for line in done.result.lines]

    def bring(
        self,
        rows: Sequence[FileRow],
        rejected: Sequence[Rejected] = (),
        content: bytes | None = None,
        **options: bool,
    ) -> ImportReport:
        """A care file with these rows; its bytes are the rows unless given."""
        given = repr(rows).encode() if content is None else content
        made = self.imports.take(context(), self.where, given, (rows, rejected), ImportOptions(**options))
        return made.result

    def bill(self, month: str = MONTH, *, leave_undecided: bool = False, **options: Any) -> RunReport:
        asked = RunOptions(month, **options)
        return self.billing.run(context(), self.where, asked, leave_undecided=leave_undecided).result

    def send(self, *sending_ids: UUID) -> list[Sent]:
        return list(self.dispatch.send(context(), self.where, sending_ids).result)

    def receive(self, content: bytes) -> AnswerReport:
        return self.answers.receive(context(), self.where, content).result

    def billed(self, *cares: Care) -> UUID:
        """One patient, one day with this care, billed and sent: the sending."""
        self.record(self.patient().id, *cares)
        (total,) = self.bill().sendings
        assert total.sending_id
        assert [sent.outcome for sent in self.send()] == ["transmitted"]
        return total.sending_id

    def fork(self) -> "Office":
        """The same office with a history of its own from here on; in memory only."""
        assert isinstance(self.log, MemoryLog)
        return Office(self.log.fork(), self.messages, self.keys, self.clock, self.codec, self.unions)

    # What is there

    def sending(self, sending_id: UUID) -> sendings.Sending:
        state = sendings.fold(self.log.load([sending_id])[sending_id], sending_id)
        assert state is not None
        return state

    def file(self, sending_id: UUID) -> bytes:
        return self.messages.get(self.sending(sending_id).made.message)

    def invoices(self, sending_id: UUID) -> list[invoicing.Invoice]:
        ids = self.sending(sending_id).made.invoice_ids
        loaded = self.log.load(ids)
        return [state for i in ids if (state := invoicing.fold(loaded[i]))]

    def days(self, sending_id: UUID) -> dict[UUID, billing_day.BillingDay]:
        ids = [i for invoice in self.invoices(sending_id) for i in invoice.made.day_ids]
        return {i: self.day(i) for i in ids}

    def day(self, day_id: UUID) -> billing_day.BillingDay:
        state = billing_day.fold(self.log.load([day_id])[day_id])
        assert state is not None
        return state

    def open_items(self) -> list[tuple[str, UUID | None]]:
        found = [inbox.fold_item(events) for events in self.lookups.streams(ItemRaised).values()]
        return sorted(
            ((item.raised.kind, item.raised.sending_id) for item in found if item and not item.is_settled), key=str
        )

    def all_sendings(self) -> list[sendings.Sending]:
        return [self.sending(i) for i in self.lookups.streams(sendings.SendingPrepared)]

    def state_of(self, sending_id: UUID) -> tuple[Any, ...]:
        """All that answers can change, for comparison."""
        return (
            self.sending(sending_id),
            tuple(self.invoices(sending_id)),
            tuple(self.days(sending_id).items()),
            tuple(self.open_items()),
        )


def in_memory(**values: Any) -> Office:
    """An office whose history can be forked."""
    return Office(MemoryLog(), MemoryMessages(), PlainKeys(), **values)


# What a union writes


def acknowledged(content: bytes, reference: str = "900001") -> bytes:
    return write_acknowledgement(read(content), reference)


def fetched(content: bytes, major: str = "success", minor: str = "") -> bytes:
    """A TAck of the union for a file."""
    reference = read_answer(acknowledged(content)).provider_reference
    return (
        f'<g:TAck xmlns:g="urn:be:cin:nip:async:generic" Issuer="urn:nip:issuer:io:100"'
        f' AppliesTo="urn:nip:reference:input:{reference}" ResultMajor="urn:nip:tack:result:major:{major}"'
        f' ResultMinor="{minor}" Reference="1">AAAA</g:TAck>'
    ).encode()


def failed(content: bytes) -> bytes:
    """A TAck that says the contrary."""
    return fetched(content, "failure", "urn:nip:tack:result:minor:simulated")


def not_treated(content: bytes) -> bytes:
    """A REJECT, with the NUL byte that real ones may have."""
    reference = read_answer(acknowledged(content)).provider_reference
    return (
        f'<g:RejectInb xmlns:g="urn:be:cin:nip:async:generic" xmlns:t="urn:be:cin:types:v1" msgName="HCPFAC">'
        f'<g:CommonInput><c:InputReference xmlns:c="urn:be:cin:mycarenet:esb:common:v2">{reference}</c:InputReference>'
        f"</g:CommonInput><g:Fault><t:FaultCode>CODE</t:FaultCode><t:FaultSource>IO-BE-100</t:FaultSource>"
        f"<t:Message>\0no</t:Message><t:Details/></g:Fault></g:RejectInb>"
    ).encode()


def envelope_refused(content: bytes, zone: str = "501", code: str = "20") -> bytes:
    return write_envelope_refusal(read(content), [EnvelopeFault(zone, code)], "900002")


def envelope_duplicate(content: bytes) -> bytes:
    return envelope_refused(content, "301", "40")


def in_process(content: bytes, percentage: str = "01666") -> bytes:
    return write_answer(
        "920098", read(content), {}, oa_reference="900003", answered_on=SOON, error_percentage=percentage
    )


def rejected(content: bytes, code: str = "100720") -> bytes:
    return write_answer(
        "920099",
        read(content),
        {1: Verdict((Reason("B", code),))},
        oa_reference="900004",
        answered_on=SOON,
        error_percentage="10000",
        refusal_type="01",
    )


def duplicate(content: bytes) -> bytes:
    return rejected(content, "100721")


def settled(
    content: bytes, said: Mapping[int, tuple[str, int]] | None = None, wrong_by: int = 0, mark: str = ""
) -> bytes:
    """A 920900. `said`: by place of the line in the file, the letter with its code, and the cents accepted.

    `wrong_by`: so much does the accepted total differ from what adds up. `mark`: makes another file of it.
    """
    request = read(content)
    verdicts: dict[int, Verdict] = {}
    totals: dict[str, list[int]] = {}
    nth = count(0)
    for made in outline(request).invoices:
        accepted, touched = 0, False
        for record in made.services:
            asked = record.cents("amount") or 0
            code, paid = (said or {}).get(next(nth), ("", asked))
            accepted += paid
            fund = totals.setdefault(made.destination, [0, 0])
            fund[0], fund[1] = fund[0] + asked, fund[1] + paid
            if code:
                touched = True
                verdicts[record.order or 0] = Verdict((Reason(code[0], code[1:]),), accepted_cents=paid, comment="no")
        if touched and made.closing:
            verdicts[made.closing.order or 0] = Verdict(accepted_cents=accepted)
    funds = [
        FundSettlement(fund, asked, paid + wrong_by, asked - paid, f"{fund}/{mark}")
        for fund, (asked, paid) in totals.items()
    ]
    return write_answer("920900", request, verdicts, oa_reference="900005", answered_on=SOON, settlements=funds)


def row(line: int, number: str = SSIN, day: int = 15, care: Care | None = None) -> FileRow:
    return FileRow(line, number, Date(2026, 1, day), care or a_care())
