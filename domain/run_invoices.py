"""Days to bill and days to credit, gathered into invoices and files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from domain.billing_day import Line
from domain.rules.limits import add_months, is_time_barred, month_of, month_start
from domain.rules.unions import union_of
from domain.run_again import destination, follows
from domain.run_parts import Candidate, Practice, in_order

CREDIT_NOTE = 3


@dataclass(frozen=True, slots=True, order=True)
class InvoiceKey:
    """What makes two days share an invoice (decisions, Billing).

    `invoicing_type`: 0 original, 1 resubmission, 3 credit note. `previous`: id of the invoice that a resubmission or
    credit note follows, as text.
    """

    destination: str
    patient_id: UUID
    billed_month: str
    sickness_fund: str
    ct1: str
    ct2: str
    time_bar_lifted: bool = False
    invoicing_type: int = 0
    previous: str = ""

    @property
    def is_credit(self) -> bool:
        """All its amounts are negative."""
        return self.invoicing_type == CREDIT_NOTE


@dataclass(frozen=True, slots=True)
class PlannedInvoice:
    """Days of one invoice in order of date."""

    key: InvoiceKey
    days: tuple[Candidate, ...]

    def lines_of(self, candidate: Candidate) -> tuple[Line, ...]:
        """What it asks for one of its days, or gives back."""
        if self.key.is_credit:
            return candidate.day.to_credit.get(UUID(self.key.previous), ())
        return candidate.day.to_bill

    def cents_of(self, candidate: Candidate) -> int:
        """The sum of that."""
        return sum(line.care.amount_cents for line in self.lines_of(candidate))

    @property
    def amount_cents(self) -> int:
        """What is asked of the insurer."""
        return sum(self.cents_of(candidate) for candidate in self.days)


@dataclass(frozen=True, slots=True)
class PlannedSending:
    """Invoices of one file, by ascending destination (201812); of each destination credit notes first."""

    union: str
    billed_month: str
    invoices: tuple[PlannedInvoice, ...]

    @property
    def amount_cents(self) -> int:
        """What the file asks for, less what it gives back."""
        return sum(invoice.amount_cents for invoice in self.invoices)

    def carrying(self, other: "PlannedSending") -> "PlannedSending":
        """With the invoices of another file of the same union."""
        invoices = sorted((*self.invoices, *other.invoices), key=lambda invoice: _place(invoice.key))
        return PlannedSending(self.union, self.billed_month, tuple(invoices))

    @property
    def day_ids(self) -> frozenset[UUID]:
        """Its days; one that is credited and asked again stands in two invoices."""
        return frozenset(candidate.day_id for invoice in self.invoices for candidate in invoice.days)

    def without(self, day_ids: Iterable[UUID]) -> "PlannedSending":
        """Without any line of these days."""
        gone = set(day_ids)
        left = [
            PlannedInvoice(invoice.key, kept)
            for invoice in self.invoices
            if (kept := tuple(one for one in invoice.days if one.day_id not in gone))
        ]
        return PlannedSending(self.union, self.billed_month, tuple(left))


def invoice_key(practice: Practice, candidate: Candidate, today: Date) -> InvoiceKey:
    """Where its lines to bill go."""
    day = candidate.day
    identifier, patient = practice.patients[day.patient_id]
    period = patient.insurability(day.date)
    if period is None:
        raise AssertionError("a day without insurability is blocked before")
    lifted = bool(day.time_bar_proof) and is_time_barred(day.date, today)
    return InvoiceKey(
        destination(period, day.date),
        identifier,
        month_of(day.date),
        period.sickness_fund,
        period.ct1,
        period.ct2,
        lifted,
        *follows(day),
    )


def credit_key(practice: Practice, candidate: Candidate, payer: UUID) -> InvoiceKey:
    """A credit note says of the patient what the invoice that it takes back said."""
    paid = practice.payers[payer]
    return InvoiceKey(
        paid.destination,
        practice.patients[candidate.day.patient_id][0],
        paid.billed_month,
        paid.sickness_fund,
        paid.ct1,
        paid.ct2,
        invoicing_type=CREDIT_NOTE,
        previous=str(payer),
    )


def files_of(
    invoices: Mapping[InvoiceKey, Iterable[Candidate]], *, one_month_per_file: bool
) -> tuple[PlannedSending, ...]:
    """One file a union, or more where the months do not go together; see `RunOptions`."""
    files: dict[str, list[PlannedInvoice]] = {}
    for key in sorted(invoices, key=_place):
        days = sorted(invoices[key], key=in_order)
        files.setdefault(union_of(key.destination) or "", []).append(PlannedInvoice(key, tuple(days)))
    made = []
    for union, open_ones in sorted(files.items()):
        waiting = open_ones
        while waiting:
            month = _majority_month(waiting)
            fits, others = list[PlannedInvoice](), list[PlannedInvoice]()
            for invoice in waiting:
                fitting = _fits(invoice.key.billed_month, month, one_month_per_file=one_month_per_file)
                (fits if fitting else others).append(invoice)
            made.append(PlannedSending(union, month, tuple(fits)))
            waiting = others
    return tuple(sorted(made, key=lambda sending: (sending.union, sending.billed_month)))


def _place(key: InvoiceKey) -> tuple[str, bool, InvoiceKey]:
    """Where an invoice stands in its file."""
    return key.destination, not key.is_credit, key


def _fits(month: str, billed_month: str, *, one_month_per_file: bool) -> bool:
    """Care of one month in a file of another: at most one month later (500547), or never when months are kept apart."""
    if one_month_per_file:
        return month == billed_month
    return month_start(month) <= add_months(month_start(billed_month), 1)


def _majority_month(invoices: Iterable[PlannedInvoice]) -> str:
    """Month of most services, the latest on a tie (eFact reference 1.11)."""
    count: dict[str, int] = {}
    for invoice in invoices:
        lines = sum(len(invoice.lines_of(candidate)) for candidate in invoice.days)
        count[invoice.key.billed_month] = count.get(invoice.key.billed_month, 0) + lines
    return max(count, key=lambda month: (count[month], month))
