"""A fictitious month of home nursing as a billing file, and the practice's own side of it for the judge."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

from domain.billing_day import BillingDay, Line, day_id
from domain.billing_file import BillingFile, FileInvoice, FileLine, IdentityReading, WrittenFile
from domain.care import Care, reference_of
from domain.invoice import Invoice, InvoiceIssued, invoice_id
from infrastructure.efact.writer import write

SPACE = UUID(int=7)
TPP = "94999903"
NURSES = ("49991166401", "49992264401")
DOCTOR = "19999957004"
FUNDS = ("101", "131")
FIRST = date(2026, 10, 1)


def checked(body: str, rest: str) -> str:
    """A NIHII number with its check digits."""
    return f"{body}{97 - int(body) % 97:02d}{rest}"


def ssin(index: int) -> str:
    body = 600101990 + index
    return f"{body:09d}{97 - body % 97:02d}"


def a_month(patients=12, days=14, funds=FUNDS, union="100", number=7, **changes) -> BillingFile:
    """Toilets twice a day, now and then a flat fee with its statistical lines, a commitment, a reading."""
    per_fund = sorted(range(patients), key=lambda p: funds[p % len(funds)])
    invoices = tuple(_invoice(p, days, funds[p % len(funds)], number) for p in per_fund)
    file = BillingFile(
        provider_reference=f"202600000{number:05d}",
        sending_number=number,
        billed_month="202610",
        creation_date=date(2026, 11, 3),
        union=union,
        test=True,
        tpp_number=checked("949999", "000"),
        cbe_number=f"09999998{97 - 9999998 % 97:02d}",
        iban="BE49999000000171",
        bic="TESTBEBB",
        contact_last_name="Example",
        contact_first_name="Ann",
        contact_phone="0470000001",
        content_code="040",
        profession_code="999",
        reference=f"SENDING{number}",
        file_reference="OCTOBER",
        invoices=invoices,
    )
    return replace(file, **changes)


def _invoice(patient: int, days: int, fund: str, number: int) -> FileInvoice:
    lines = []
    for day in range(days):
        lines += _day(patient, FIRST + timedelta(days=day))
    invoice_number = f"2026{number:03d}{patient:05d}"
    return FileInvoice(
        reference=reference_of(uuid5(SPACE, invoice_number)),
        invoice_number=invoice_number,
        patient_number=ssin(patient),
        has_ssin=True,
        sex=1 + patient % 2,
        sickness_fund=fund,
        destination=fund,
        ct1="110" if patient % 3 else "111",
        ct2="110" if patient % 3 else "111",
        lines=tuple(lines),
    )


def _day(patient: int, on: date) -> list[FileLine]:
    nurse = checked("499911", "401")
    made = []

    def line(code: str, cents: int, **more) -> None:
        name = uuid5(SPACE, f"{patient}|{on}|{len(made)}")
        made.append(FileLine(reference_of(name), code, on, cents, nurse, **more))

    if patient % 4 == 0:
        for code in ("990101", "990112"):
            line(code, 0, service_norm=9)
        line("419613", 2150)
    else:
        line("990011", 700, patient_share_cents=50, time="0800")
        line("990011", 700, time="1800", derogation=3)
        prescribed = (on.day + patient) % 5 != 0
        line("424631", 835, prescriber=checked("199999", "004") if prescribed else "",
             prescription_date=FIRST if prescribed else None, prescriber_norm=int(prescribed),
             commitment_number="FICTITIOUS" + "0" * 38 if patient == 1 else "",
             reading=IdentityReading(method="1", document="1", read_on=on, time="0810") if patient % 2 else None)  # fmt: skip
    return made


def our_side(file: BillingFile, written: WrittenFile) -> tuple[list[Invoice], dict[UUID, BillingDay]]:
    """Invoices and days as the practice keeps them."""
    invoices, days = [], {}
    sending = uuid5(SPACE, file.provider_reference)
    for index, made in enumerate(file.invoices):
        patient = uuid5(SPACE, made.patient_number)
        by_date: dict[date, list[tuple[FileLine, int]]] = {}
        for line, order in zip(made.lines, written.numbers.lines[index], strict=True):
            by_date.setdefault(line.date, []).append((line, order))
        ids = []
        for on, entries in by_date.items():
            identifier = day_id(SPACE, patient, on, index + 1)
            ids.append(identifier)
            days[identifier] = BillingDay(
                SPACE, patient, on, index + 1,
                lines=tuple(_known_line(line) for line, _ in entries),
                sending_id=sending, records=tuple(order for _, order in entries),
            )  # fmt: skip
        issued = InvoiceIssued(
            SPACE, patient, sending, made.invoice_number, made.reference, file.billed_month, made.sickness_fund,
            made.destination, made.ct1, made.ct2, made.invoicing_type, written.numbers.invoices[index],
            _total_record(made, written, index), sum(line.amount_cents for line in made.lines), 0, 0,
            len(made.lines), tuple(ids),
        )  # fmt: skip
        invoices.append(Invoice(issued))
    assert len({invoice_id(sending, i.made.invoice_number) for i in invoices}) == len(invoices)
    return invoices, days


def _known_line(line: FileLine) -> Line:
    from domain.care import identifier_of

    care = Care(line.code, line.amount_cents, line.provider, service_norm=line.service_norm)
    return Line(identifier_of(line.reference) or UUID(int=0), care)


def _total_record(made: FileInvoice, written: WrittenFile, index: int) -> int:
    if index + 1 < len(written.numbers.invoices):
        return written.numbers.invoices[index + 1] - 1
    return written.record_count - 1


def bytes_of(file: BillingFile) -> bytes:
    return write(file).content
