"""What the writer decides by itself: zones per union and type, totals, and what it refuses."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing_file import IdentityReading, PreviousInvoice
from infrastructure.efact.check import check
from infrastructure.efact.errors import EfactError, ValueDoesNotFit
from infrastructure.efact.reader import read
from infrastructure.efact.writer import write
from tests.infrastructure.efact.builders import ASSISTANT, DOCTOR, NURSE, PATIENT, a_file, a_line, an_invoice


def records(file):
    return read(write(file).content).records


@pytest.mark.parametrize(
    ("fund", "in_20_and_80", "in_50"),
    [
        ("131", 131, 131),
        ("203", 0, 0),
        ("319", 319, 319),
        ("403", 0, 403),
        ("509", 0, 0),
        ("602", 602, 602),
        ("910", 910, 910),
    ],
)
def test_affiliation_is_left_out_for_some_unions(fund, in_20_and_80, in_50):
    _, twenty, fifty, eighty, *_ = records(a_file(an_invoice(sickness_fund=fund, destination=fund), union=fund))
    assert [r.number("affiliation") for r in (twenty, fifty, eighty)] == [in_20_and_80, in_50, in_20_and_80]


@pytest.mark.parametrize(("union", "fund"), [("100", 199), ("306", 399), ("690", 699), ("900", 999)])
def test_grand_total_names_the_union(union, fund):
    assert records(a_file(union=union))[-1].number("fund") == fund


def test_one_total_per_destination_and_counts_of_records():
    commitment = a_line(commitment_number="100TEST", reading=IdentityReading())
    file = a_file(
        an_invoice(a_line(), commitment, destination="101"),
        an_invoice(a_line(), destination="131"),
        an_invoice(a_line(amount_cents=1), destination="131", invoice_number="2"),
    )
    written = write(file)
    *_, ninety, first, second, total = read(written.content).records
    assert [(r.text("fund"), r.number("record_count"), r.cents("amount")) for r in (first, second)] == [
        ("101", 6, 1336),
        ("131", 6, 669),
    ]
    assert (total.number("record_count"), total.cents("amount")) == (14, 2005) == (ninety.order, ninety.cents("amount"))
    assert written.numbers.invoices == (2, 8, 11)
    assert written.numbers.lines == ((3, 4), (9,), (12,))
    assert total.number("control") == ninety.number("control") == written.control_number == 425110 * 6 % 97


@pytest.mark.parametrize(("invoicing_type", "reference"), [(1, "2025100000120000020000"), (3, ""), (0, "")])
def test_reference_of_the_union_only_in_a_resubmission(invoicing_type, reference):
    previous = PreviousInvoice("202500000007", 12, "131", "2025-02", "2025100000120000020000")
    twenty = records(a_file(an_invoice(invoicing_type=invoicing_type, previous=previous)))[1]
    assert twenty.text("previous_reference") == reference
    assert (twenty.number("previous_invoice"), twenty.number("previous_month")) == (202500000007, 202502)


def test_a_patient_without_national_number():
    twenty = records(a_file(an_invoice(patient_number="1234567890123", has_ssin=False)))[1]
    assert (twenty.text("patient"), twenty.number("ssin_flag")) == ("1234567890123", 0)


@pytest.mark.parametrize(
    ("file", "record", "zone"),
    [
        (a_file(sending_number=1000), "header 300", "301"),
        (a_file(provider_reference="123456789012345"), "header 200", "204"),
        (a_file(billed_month="2025-13"), "header 300", "300"),
        (a_file(contact_phone="+32470000001"), "header 300", "307"),
        (a_file(contact_last_name="x" * 46), "header 300", "305"),
        (a_file(iban="BE49" + "9" * 31), "record 10", "36"),
        (a_file(profession_code="nurse"), "record 10", "18"),
        (a_file(an_invoice(patient_number="85.07.30-033.28")), "record 20", "8"),
        (a_file(an_invoice(ct1="1100")), "record 20", "27"),
        (a_file(an_invoice(reference="x" * 26)), "record 20", "28"),
        (a_file(an_invoice(previous=PreviousInvoice("1", 1, "131", "march"))), "record 20", "41"),
        (a_file(an_invoice(a_line(code="42511012"))), "record 50", "4"),
        (a_file(an_invoice(a_line(units=10_000))), "record 50", "22"),
        (a_file(an_invoice(a_line(amount_cents=10**11))), "record 50", "19"),
        (a_file(an_invoice(a_line(provider="x"))), "record 50", "15"),
        (a_file(an_invoice(a_line(commitment_number="x" * 49))), "record 51", "42"),
        (a_file(an_invoice(a_line(reading=IdentityReading(serial="ABC")))), "record 52", "16"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_without_room_is_refused_with_its_place(file, record, zone):
    with pytest.raises(ValueDoesNotFit) as refused:
        write(file)
    assert (refused.value.record, refused.value.zone) == (record, zone)
    assert PATIENT not in str(refused.value)
    assert "85.07" not in str(refused.value)


DATES = st.dates(date(2025, 3, 1), date(2025, 4, 2))
CENTS = st.integers(0, 10**7)
NAMES = st.text(max_size=20)


@st.composite
def lines(draw, sign):
    prescribed, second_person = draw(st.booleans()), draw(st.booleans())
    priced = draw(st.booleans())
    return a_line(
        reference=draw(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=25)),
        code=f"{draw(st.integers(1, 999_999)):06d}",
        date=draw(DATES),
        amount_cents=sign * draw(CENTS) if priced else 0,
        patient_share_cents=sign * draw(CENTS) if priced else 0,
        supplement_cents=sign * draw(CENTS) if priced else 0,
        units=sign * draw(st.integers(1, 9999)),
        service_norm=0 if priced else 9,
        provider_norm=2 if second_person else 1,
        care_assistant=ASSISTANT if second_person else "",
        prescriber=DOCTOR if prescribed else "",
        prescriber_norm=int(prescribed),
        prescription_date=draw(DATES) if prescribed else None,
        time=draw(st.sampled_from(["", "0000", "2359"])),
        tooth=draw(st.sampled_from(["", "11", "48"])),
        commitment_number=draw(st.sampled_from(["", "100COMMITMENT+/7"])),
        commitment_date=draw(st.none() | DATES),
        reading=draw(st.none() | st.just(IdentityReading(method="A", agreement_number="1" * 20))),
    )


@st.composite
def files(draw):
    destinations = sorted(draw(st.lists(st.sampled_from(["101", "131", "134"]), min_size=1, max_size=4)))
    invoices = []
    for place, destination in enumerate(destinations):
        kind = draw(st.sampled_from([0, 1, 3]))
        previous = PreviousInvoice("202500000099", 3, destination, "202502", "2025100") if kind else None
        invoices.append(
            an_invoice(
                *draw(st.lists(lines(-1 if kind == 3 else 1), min_size=1, max_size=4)),
                destination=destination,
                invoice_number=str(place + 1),
                invoicing_type=kind,
                previous=previous,
            )
        )
    return a_file(*invoices, contact_last_name=draw(NAMES), contact_first_name=draw(NAMES))


@given(files())
def test_whatever_is_written_is_read_back_without_fault(file):
    written = write(file)
    read_file = read(written.content)
    assert written.content.isascii()
    assert len(written.content) == 227 + 350 * len(read_file.records)
    assert (check(written.content), read_file.unread) == ([], ())
    by_order = {record.order: record for record in read_file.details}
    for invoice, order, line_orders in zip(file.invoices, written.numbers.invoices, written.numbers.lines, strict=True):
        assert by_order[order].text("destination") == invoice.destination
        for line, place in zip(invoice.lines, line_orders, strict=True):
            record = by_order[place]
            assert (record.type, record.text("reference"), record.text("code")) == (
                "50",
                line.reference,
                "0" + line.code,
            )
            assert (record.cents("amount"), record.cents("units")) == (line.amount_cents, line.units)
            assert record.cents("patient_share") == line.patient_share_cents
            assert record.text("provider") == "0" + NURSE
    assert by_order[written.record_count].cents("amount") == written.total_cents
    assert written.total_cents == sum(line.amount_cents for invoice in file.invoices for line in invoice.lines)


def test_every_refusal_is_an_efact_error():
    with pytest.raises(EfactError):
        write(a_file(union="Ω"))
