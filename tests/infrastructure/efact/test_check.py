"""Faults that a union would find: one damage, its code; and the five real requests with their known deviations only."""

from dataclasses import replace
from datetime import date

import pytest

from domain.billing_file import IdentityReading, PreviousInvoice
from infrastructure.efact.check import check
from infrastructure.efact.digits import seal
from infrastructure.efact.errors import UnexpectedMessage, UnrecognisedMessage
from infrastructure.efact.header_zones import HEADER_200, HEADER_300
from infrastructure.efact.records import REQUEST
from infrastructure.efact.writer import write
from tests.infrastructure.efact.builders import ASSISTANT, DOCTOR, NURSE, OTHER_PATIENT, a_file, a_line, an_invoice
from tests.infrastructure.efact.samples import REQUESTS, needs_samples, sample

PREVIOUS = PreviousInvoice("202500000007", 12, "131", "202502")
LINE = a_line(commitment_number="100TEST", reading=IdentityReading(agreement_number="1" * 20))
FILE = write(a_file(an_invoice(LINE, a_line(amount_cents=0, service_norm=9)))).content
PLACES = {"10": 227, "20": 577, "50": 927, "51": 1277, "52": 1627, "80": 2327, "90": 2677, "95": 3027, "96": 3377}
STATISTICAL = 1977


def codes(content: bytes) -> list[str]:
    return [fault.code for fault in check(content)]


def changed(record_type: str, zone: str, value: int | str, *, start: int = 0, content: bytes = FILE) -> bytes:
    """`content` with one zone changed and, in records 10-90, the check digits made right again."""
    if record_type in ("200", "300"):
        layout, start = (HEADER_200, 0) if record_type == "200" else (HEADER_300, 67)
    else:
        layout, start = REQUEST[record_type], start or PLACES[record_type]
    record = layout.patch(content[start : start + layout.length], {zone: value})
    if record_type not in ("200", "300", "95", "96") and zone != "99":
        record = seal(record)
    return content[:start] + record + content[start + layout.length :]


def test_a_written_file_has_no_fault():
    assert check(FILE) == []


FAULTS = [
    ("200", "201", 0, ["201/11"]),
    ("200", "202", 12, ["304/21"]),
    ("200", "202", 50, ["202/20", "304/21"]),
    ("200", "204", 0, ["204/10"]),
    ("300", "300", 202502, ["102320"]),
    ("300", "300", 202403, ["102220"]),
    ("300", "301", 18, ["100720"]),
    ("300", "302", 20250403, ["302/20"]),
    ("300", "302", 20250231, ["302/11", "302/20"]),
    ("300", "302", 20011231, ["302/21", "302/20"]),
    ("300", "304", "0001999", ["304/21", "100420"]),
    ("300", "308", 2, ["308/20"]),
    ("300", "309", 3, ["309/30"]),
    ("10", "2", 2, ["100210", "200210"]),
    ("10", "4", "0001999", ["100420"]),
    ("10", "14", "041234502402", ["901412", "201412"]),
    ("10", "14", "041234503401", ["101402", "901412", "201412"]),
    ("10", "18", 0, ["101810"]),
    ("10", "22", 2024, ["102220", "902212", "500547", "500547"]),
    ("10", "23", 5, ["102320", "102311", "902312"]),
    ("10", "23", 13, ["102320", "102303", "902312"]),
    ("10", "25", 20250231, ["302/20", "102503", "500510", "500510"]),
    ("10", "27", 0, ["102702", "902712"]),
    ("10", "27", "0999999922", ["102711", "902712"]),
    ("10", "36", "BE50999000000171", ["103605"]),
    ("10", "99", 1, ["109902"]),
    ("20", "2", 7, ["200210", "500210"]),
    ("20", "7", 101, ["800712"]),
    ("20", "8", OTHER_PATIENT, ["800812", "500812", "510812", "520812", "500812"]),
    ("20", "8", "85073003329", ["200802", "800812", "500812", "510812", "520812", "500812"]),
    ("20", "9", 0, ["200903"]),
    ("20", "11", 3, ["202910", "203410", "203710", "204112", "201140"]),
    ("20", "18", 101, ["801812", "401/21", "401/10"]),
    ("20", "24", 5, ["802412"]),
    ("20", "29", 5, ["202911"]),
    ("20", "32", 0, ["200813"]),
    ("20", "32", 5, ["203203"]),
    ("20", "38", "2025", ["203811"]),
    ("20", "99", 1, ["209902"]),
    ("50", "3", 7, ["500344"]),
    ("50", "3", 9, ["500344"]),
    ("50", "4", 0, ["500403", "510412", "520412", "809802", "909802", "410/20", "510/20"]),
    ("50", "5", 20250304, ["500615", "510512", "520512"]),
    ("50", "5", 20250332, ["500503", "510512", "520512"]),
    ("50", "6", 20250304, ["500615"]),
    ("50", "8", OTHER_PATIENT, ["500812"]),
    ("50", "15", 0, ["501502"]),
    ("50", "15", "041234503401", ["501502"]),
    ("50", "16", 2, ["504911"]),
    ("50", "19", 669, ["511912", "801910"]),
    ("50", "22", 0, []),
    ("50", "24", DOCTOR, ["502011"]),
    ("50", "24", "11234579004", ["502402", "502011"]),
    ("50", "27", 1, ["802710"]),
    ("50", "30", 1, ["803010"]),
    ("50", "49", ASSISTANT, ["504912"]),
    ("50", "99", 1, ["509902"]),
    ("51", "4", "0425125", ["510412", "809802", "909802", "410/20", "510/20"]),
    ("51", "99", 1, ["519902"]),
    ("52", "4", "0425125", ["520412", "809802", "909802", "410/20", "510/20"]),
    ("52", "5", 20250304, ["520512"]),
    ("52", "99", 1, ["529902"]),
    ("80", "19", 669, ["801910", "901911", "404/41", "504/20"]),
    ("80", "27", 1, ["802710"]),
    ("80", "30", 1, ["803010"]),
    ("80", "98", 1, ["809802"]),
    ("80", "99", 1, ["809902"]),
    ("90", "7", 18, ["900712"]),
    ("90", "19", 669, ["901911"]),
    ("90", "98", 1, ["909802"]),
    ("90", "99", 1, ["909902"]),
    ("95", "401", 101, ["401/21", "401/10"]),
    ("95", "404", 669, ["404/41", "408/20"]),
    ("95", "406", 1, ["406/15"]),
    ("95", "408", 669, ["408/20"]),
    ("95", "409", 5, ["409/20"]),
    ("95", "410", 1, ["410/20"]),
    ("96", "501", 100, ["501/20"]),
    ("96", "501", 299, ["501/20"]),
    ("96", "504", 669, ["504/20", "508/20"]),
    ("96", "506", 1, ["506/15"]),
    ("96", "509", 6, ["509/20"]),
    ("96", "510", 1, ["510/20"]),
]


TOLD, FLAT = a_line(code="424771", amount_cents=0, service_norm=9), a_line(code="425272", amount_cents=2000)
BLOCK = write(a_file(an_invoice(TOLD, FLAT, a_line()))).content
OF_A_BLOCK = [
    ("6", 20250304, ["500615", "500617"]),
    ("7", 306, ["500717"]),
    ("8", OTHER_PATIENT, ["500812", "500817"]),
    ("9", 1, ["500917"]),
    ("10", 1, ["501017"]),
    ("11", 1, ["501117"]),
    ("12", 1, ["501217"]),
    ("13", 1, ["501317"]),
    ("14", "071000436003", ["501417"]),
]


@pytest.mark.parametrize(("zone", "value", "expected"), OF_A_BLOCK)
def test_the_lines_of_a_block_are_as_their_flat_fee(zone: str, value: int | str, expected: list[str]):
    assert check(BLOCK) == []
    told = changed("50", zone, value, content=BLOCK)
    assert [(fault.order, fault.code) for fault in check(told)] == [(3, code) for code in expected]
    after = changed("50", zone, value, content=BLOCK, start=PLACES["50"] + 700)
    assert [fault.code for fault in check(after)] == expected[:-1], "a line behind it is of no block"


def test_a_line_of_another_day_or_of_a_dentist_is_of_no_block():
    dentist = {"provider": "31234592001"}
    for told, flat in (
        (replace(TOLD, date=date(2025, 3, 4), place="71000436003"), FLAT),
        (replace(TOLD, place="71000436003", **dentist), replace(FLAT, **dentist)),
    ):
        assert codes(write(a_file(an_invoice(told, flat))).content) == []


@pytest.mark.parametrize(
    ("record_type", "zone", "value", "expected"), FAULTS, ids=lambda v: str(v) if isinstance(v, str) else ""
)
def test_one_wrong_zone_gives_the_codes_of_that_zone(record_type, zone, value, expected):
    assert codes(changed(record_type, zone, value)) == expected


def raw_change(start: int, zone: str, raw: bytes) -> bytes:
    zone_start = start + REQUEST["50"].zone(zone).start - 1
    content = FILE[:zone_start] + raw + FILE[zone_start + len(raw) :]
    return content[:start] + seal(content[start : start + 350]) + content[start + 350 :]


@pytest.mark.parametrize(
    ("zone", "raw", "expected"),
    [
        ("19", b" 00000000000", ["501905"]),
        ("19", b"+00000000.00", ["501901"]),
        ("22", b"00001", ["502205"]),
        ("27", b"         ", ["502705"]),
        ("30", b"+00000O000", ["503001"]),
    ],
)
def test_amounts_need_a_sign_and_digits(zone, raw, expected):
    assert codes(raw_change(STATISTICAL, zone, raw)) == expected


@pytest.mark.parametrize(("raw", "zone"), [(b" 00000000668", 404), (b" 00000000668", 504)])
def test_totals_need_a_sign(raw, zone):
    start = PLACES["95" if zone == 404 else "96"] + 23
    assert codes(FILE[:start] + raw + FILE[start + 12 :]) == [f"{zone}/40", f"{zone + 4}/20"]


def without(start: int) -> bytes:
    return FILE[:start] + FILE[start + 350 :]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (without(PLACES["50"]), {"510210", "510110", "520110"}),
        (without(PLACES["20"]), {"500110", "500210"}),
        (without(PLACES["80"]), {"900110", "900210", "200111"}),
        (without(PLACES["90"]), {"900110", "400/20"}),
        (without(PLACES["95"]), {"500/20", "400/10", "401/10"}),
        (without(PLACES["96"]), {"500/10"}),
        (without(PLACES["10"]), {"100110", "200110", "200210"}),
        (FILE[:227] + FILE[PLACES["96"] :] + FILE[227 : PLACES["96"]], {"500/20", "100110"}),
    ],
)
def test_a_record_missing_or_out_of_place_is_told(content, expected):
    assert expected <= set(codes(content))


def test_a_record_51_after_a_52_has_no_record_50():
    swapped = FILE[: PLACES["51"]] + FILE[1627:1977] + FILE[1277:1627] + FILE[1977:]
    assert codes(swapped) == ["520210", "510210", "500210", "510110"]


def test_bytes_outside_records_are_told():
    assert codes(FILE + b"  ") == ["unread"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (a_file(an_invoice(destination="131"), an_invoice(destination="101", invoice_number="2")), ["201812"]),
        (a_file(an_invoice(), an_invoice()), ["202420"]),
        (a_file(an_invoice(invoicing_type=1)), ["202910", "203410", "203710", "204112"]),
        (a_file(an_invoice(invoicing_type=1, previous=PreviousInvoice("7", 1, "131", "202504"))), ["204111"]),
        (a_file(an_invoice(invoicing_type=3, previous=PREVIOUS)), ["201140"]),
        (a_file(an_invoice(a_line(amount_cents=-668), invoicing_type=3, previous=PREVIOUS)), ["201140"]),
        (a_file(an_invoice(a_line(amount_cents=-668, units=-1), invoicing_type=3, previous=PREVIOUS)), []),
        (a_file(an_invoice(patient_number="1234567890123", has_ssin=False)), []),
        (a_file(an_invoice(patient_number="1234567890123", has_ssin=True)), ["200802"]),
        (a_file(an_invoice(a_line(provider_norm=4, care_assistant=DOCTOR))), []),
        (a_file(billed_month="2025-02"), []),
        (a_file(billed_month="2025-01"), ["500547"]),
        (a_file(billed_month="2024-12", sending_number=5), ["500547"]),
        (a_file(billed_month="2025-05"), ["102311"]),
        (a_file(sending_number=0), ["100703"]),
        (a_file(profession_code="", tpp_number="94000027001"), []),
        (a_file(profession_code=""), ["101810"]),
        (a_file(), []),
    ],
)  # fmt: skip
def test_faults_between_records_of_a_file(file, expected):
    assert codes(write(file).content) == expected


@needs_samples
@pytest.mark.parametrize("name", REQUESTS)
def test_the_real_requests_have_their_known_deviations_and_no_other(name):
    """Check digits plus 10, counts 6 and 8 whatever the number of records, no company number, no profession code (2014)."""
    content = sample(name)
    types = ["10", "20", "50", "51", "80", "90"] if len(content) == 3027 else ["10", "20", "50", "80", "90"]
    assert codes(content) == ["101810", "102702", *(f"{kind}9902" for kind in types), "409/20", "509/20"]


def test_faults_say_where_without_saying_who():
    (fault,) = check(changed("20", "8", "0085073003329", content=write(a_file()).content))[:1]
    assert (fault.order, fault.zone, fault.code) == (2, "8", "200802")
    assert "850730" not in fault.text
    assert NURSE not in fault.text


def test_only_billing_files_are_checked():
    with pytest.raises(UnrecognisedMessage):
        check(b"")
    with pytest.raises(UnexpectedMessage, match="give a billing file"):
        check(b"931000" + FILE[6:227])
