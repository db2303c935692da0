"""A billing file as the person at the union's desk sees it: services by patient and by day."""

from dataclasses import dataclass

from infrastructure.efact.message import Record
from infrastructure.efact.outline import InvoiceRecords, Outline

_CREDIT_NOTE = 3
_FREE_NORMS = (7, 9)
_NURSE = "04"


@dataclass(frozen=True, slots=True)
class Service:
    """One record 50. `attached`: type and running number of the records 51 and 52 behind it. Signed cents."""

    order: int
    invoice: int
    patient: str
    date: str
    code: str
    norm: int
    amount_cents: int
    patient_share_cents: int
    has_prescriber: bool
    is_nursing: bool
    attached: tuple[tuple[str, int], ...]
    record: Record

    @property
    def is_priced(self) -> bool:
        """Whether it asks for money: lines under a flat fee and lines for information do not."""
        return self.norm not in _FREE_NORMS and self.amount_cents != 0

    @property
    def day(self) -> tuple[str, str]:
        """Patient and date."""
        return self.patient, self.date


@dataclass(frozen=True, slots=True)
class Case:
    """A file with running numbers that are right (others never get as far as this).

    `services` are all, by patient and date; `refusable` leaves out credit notes, `credited` has theirs alone: a union
    checks them against its own books.
    """

    invoices: tuple[InvoiceRecords, ...]
    services: tuple[Service, ...]
    refusable: tuple[Service, ...]
    credited: tuple[Service, ...]
    by_day: dict[tuple[str, str], list[Service]]
    by_invoice: dict[int, list[Service]]

    def holder_codes(self, invoice: int) -> tuple[str, str]:
        """CT1 and CT2 that the practice wrote."""
        opening = self.invoices[invoice].opening
        digits = "" if opening is None else opening.text("holder_codes")
        return digits[4:7], digits[7:10]


def case_of(placed: Outline) -> Case:
    """Look through all invoices."""
    services: list[Service] = []
    credited: set[int] = set()
    for index, invoice in enumerate(placed.invoices):
        if invoice.opening is not None and invoice.opening.number("invoicing_type") == _CREDIT_NOTE:
            credited.add(index)
        services += _services(index, invoice)
    services.sort(key=lambda service: (service.patient, service.date, service.order))
    refusable = tuple(service for service in services if service.invoice not in credited)
    by_day: dict[tuple[str, str], list[Service]] = {}
    by_invoice: dict[int, list[Service]] = {}
    for service in refusable:
        by_day.setdefault(service.day, []).append(service)
    for service in services:
        by_invoice.setdefault(service.invoice, []).append(service)
    given_back = tuple(service for service in services if service.invoice in credited)
    return Case(tuple(placed.invoices), tuple(services), refusable, given_back, by_day, by_invoice)


def _services(index: int, invoice: InvoiceRecords) -> list[Service]:
    found: list[tuple[Record, list[tuple[str, int]]]] = []
    for record in invoice.lines:
        if record.type == "50":
            found.append((record, []))
        elif record.type in ("51", "52") and found:
            found[-1][1].append((record.type, record.order or 0))
    return [_service(index, record, tuple(attached)) for record, attached in found]


def _service(index: int, record: Record, attached: tuple[tuple[str, int], ...]) -> Service:
    return Service(
        order=record.order or 0,
        invoice=index,
        patient=record.text("patient"),
        date=record.text("date"),
        code=record.text("code")[-6:],
        norm=record.number("service_norm") or 0,
        amount_cents=record.cents("amount") or 0,
        patient_share_cents=record.cents("patient_share") or 0,
        has_prescriber=bool(record.number("prescriber")),
        is_nursing=record.text("provider").startswith(_NURSE),
        attached=attached,
        record=record,
    )
