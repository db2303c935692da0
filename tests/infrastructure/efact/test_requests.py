"""A past billing file comes back as it was meant: what the writer wrote, and what real senders wrote."""

from datetime import date
from pathlib import Path

import pytest

from application.ports import UnreadableMessage
from domain.billing_file import BillingFile, FileInvoice, FileLine, IdentityReading, PreviousInvoice
from infrastructure.efact.codec import EfactCodec

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "efact" / "requests"


def a_file(*invoices: FileInvoice) -> BillingFile:
    return BillingFile(
        provider_reference="20260000000017",
        sending_number=17,
        billed_month="202610",
        creation_date=date(2026, 11, 3),
        union="100",
        test=True,
        tpp_number="41234564401",
        cbe_number="0999999922",
        iban="BE68539007547034",
        bic="GKCCBEBB",
        contact_last_name="DUPONT",
        contact_first_name="ANNE",
        contact_phone="0470000000",
        content_code="040",
        profession_code="401",
        reference="REF OF THE FILE",
        file_reference="0000000000017",
        invoices=invoices,
    )


def an_invoice(number: str, *lines: FileLine, **values: object) -> FileInvoice:
    base: dict[str, object] = {
        "reference": f"INVOICE {number[-2:]}",
        "invoice_number": number,
        "patient_number": "36121015396",
        "has_ssin": True,
        "sex": 2,
        "sickness_fund": "131",
        "destination": "131",
        "ct1": "110",
        "ct2": "110",
        "lines": lines,
    }
    return FileInvoice(**{**base, **values})  # type: ignore[arg-type]


def test_what_the_writer_wrote_comes_back_whole() -> None:
    plain = FileLine("LINE1", "425110", date(2026, 10, 2), 668, "41234564401", service_norm=0, urgency=2, time="0815")
    full = FileLine(
        "LINE2",
        "424336",
        date(2026, 10, 3),
        835,
        "41234564401",
        units=2,
        patient_share_cents=120,
        supplement_cents=50,
        provider_norm=2,
        care_assistant="41234564401",
        derogation=3,
        related_code="425110",
        prescriber="18334780004",
        prescriber_norm=1,
        prescription_date=date(2026, 9, 30),
        tooth="16",
        limb=1,
        lump_sum_pct=50,
        convention_status=1,
        commitment_number="COMMITMENT" * 4,
        reading=IdentityReading("1", "1", 0, 0, date(2026, 10, 3), "0815", "592123456", "", "", "90095042024066000035"),
    )
    previous = PreviousInvoice("202600000009", 3, "131", "202609", "20269000089700001700")
    made = a_file(
        an_invoice("202600000001", plain, full),
        an_invoice("202600000002", plain, invoicing_type=1, previous=previous, time_bar_lifted=True),
    )
    codec = EfactCodec()
    written = codec.write(made)
    read, found = codec.read_request(written.content)
    assert read == made
    assert found == written


def test_a_missing_record_is_refused_with_its_place() -> None:
    codec = EfactCodec()
    content = codec.write(
        a_file(an_invoice("202600000001", FileLine("L", "425110", date(2026, 10, 2), 668, "41234564401")))
    ).content
    with pytest.raises(UnreadableMessage) as refused:
        codec.read_request(content[: 227 + 350 * 2])
    assert refused.value.code == "efact.unusable"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not beside the project")
def test_real_billing_files_are_taken_over() -> None:
    codec = EfactCodec()
    for path in sorted(SAMPLES.iterdir()):
        read, written = codec.read_request(path.read_bytes())
        assert sum(line.amount_cents for invoice in read.invoices for line in invoice.lines) == written.total_cents
        assert written.record_count == (path.stat().st_size - 227) // 350 - 2
