"""The sixteen real answers: codes, amounts and references as one sees them in the files."""

from datetime import date

import pytest

from domain.answer import Reason
from infrastructure.efact.answer_writer import Verdict, write_answer
from infrastructure.efact.answers import read_answer
from infrastructure.efact.errors import UnexpectedMessage, UnrecognisedMessage
from infrastructure.efact.reader import read
from infrastructure.efact.show import show
from infrastructure.efact.writer import write
from tests.infrastructure.efact.builders import PATIENT, a_file, a_line, an_invoice
from tests.infrastructure.efact.samples import ANSWERS, REQUESTS, needs_samples, sample

HEADERS = {
    "920098-01.txt": ("20240228720157", "00000010123112", "01666", "00"),
    "920098-02.txt": ("20240301963124", "00000010123131", "01666", "00"),
    "920099-01.txt": ("20240218528391", "00099000014624", "00000", "01"),
    "920099-02.txt": ("20240207414426", "00099000014509", "00000", "01"),
    "920099-03.txt": ("20240207962332", "00099000014507", "00000", "01"),
    "920099-04.txt": ("20240220468877", "00000010122960", "10000", "01"),
    "920099-05.txt": ("20240207390060", "00000010122499", "10000", "01"),
    "920099-06.txt": ("20240223956297", "00000010123031", "10000", "01"),
    "920099-07.txt": ("20240228293859", "24060300000003", "00000", "01"),
    "920099-08.txt": ("20240308454943", "00099000014869", "00000", "01"),
    "920900-01.txt": ("20240223554112", "00000010123044", "00000", "00"),
    "920900-02.txt": ("20240228280153", "00000010123119", "00000", "00"),
    "920900-03.txt": ("20240312402786", "00000010123245", "00000", "00"),
    "920999-01.txt": ("20240131803654", "24031001000001", None, None),
    "931000-01.txt": ("20240207390060", "00000010122494", None, None),
    "931000-02.txt": ("20240301088812", "01000000014805", None, None),
}
# type, running number, refusals
RECORDS = {
    "920098-01.txt": "10 1 | 20 2 | 52 4 R521920 | 80 5 | 90 6",
    "920098-02.txt": "10 1 | 20 2 | 52 4 R521922 | 80 5 | 90 6",
    "920099-01.txt": "10 1 B100720 B102702 | 90 6 B902303",
    "920099-02.txt": "10 1 B100720 B102702 B103103 | 20 2 | 50 3 B501901 B502701 B503001 | 80 5 | 90 6 B902303",
    "920099-03.txt": "10 1 B100720 B102702 B103103 | 20 2 | 50 3 B501901 B502701 B503001 | 80 5 | 90 6 B902303",
    "920099-04.txt": "10 1 B109902 | 20 2 F200820 F200921 B209902 | 50 3 R502405 B509902 | 51 4 R510119 R511503 B511905"
    " | 80 5 F801910 F802710 F803010 | 90 6 B901911 B909902",
    "920099-05.txt": "10 1 B109902 | 20 2 F200820 F200921 B209902 | 50 3 B501901 R502405 B502701"
    " | 50 4 B501901 R502405 B502701 | 51 5 R510119 R510512 R511503 | 51 6 B510110 R510512 R511503"
    " | 80 7 F801910 F802710 F803010 | 90 8 B901911 B902303 B909902",
    "920099-06.txt": "10 1 B109902 | 20 2 F200820 F200921 B209902 | 50 3 R502405 B509902 | 52 4 R520119 R521920 B529902"
    " | 80 5 F801910 F802710 F803010 | 90 6 B901911 B909902",
    "920099-07.txt": "10 1 | 20 2 B200703 | 80 5 | 90 6",
    "920099-08.txt": "10 1 | 20 2 | 50 3 | 50 5 B500210 | 50 7 | 50 9 | 50 11 | 52 4 | 52 6 | 52 8 | 52 10 | 52 12"
    " | 80 13 | 90 14",
    "920900-01.txt": "10 1 | 20 2 | 50 3 R502405 | 52 4 R520119 R521922 | 80 5 | 90 6",
    "920900-02.txt": "10 1 | 20 2 | 50 3 R502020 | 52 4 R521922 | 80 5 | 90 6",
    "920900-03.txt": "10 1 | 20 2 | 52 6 R521919 | 52 10 R521919 | 50 17 R502255 | 52 18 R521919 | 80 19 | 90 20",
    "920999-01.txt": "96 None 501/20",
    "931000-01.txt": "",
    "931000-02.txt": "",
}


@needs_samples
@pytest.mark.parametrize("name", ANSWERS)
def test_every_real_answer_reads_whole_with_its_codes(name):
    answer = read_answer(sample(name))
    assert answer.message == name[:6]
    assert (answer.provider_reference, answer.oa_reference, answer.error_percentage, answer.refusal_type) == HEADERS[
        name
    ]
    lines = (
        " ".join([record.type, str(record.order), *((reason.letter or "") + reason.code for reason in record.errors)])
        for record in answer.records
    )
    assert " | ".join(lines) == RECORDS[name]
    assert (answer.unread, answer.header_errors) == ((), ())


@needs_samples
def test_a_settlement_in_part_says_what_is_paid_and_what_is_not():
    answer = read_answer(sample("920900-03.txt"))
    (fund,) = answer.settlements
    assert (fund.fund, fund.requested_cents, fund.accepted_cents, fund.refused_cents) == ("940", 131_75, 124_75, 7_00)
    assert fund.payment_reference == "900/202403/900/"
    assert answer.total is not None
    assert (answer.total.fund, answer.total.requested_cents, answer.total.accepted_cents) == ("999", 131_75, 124_75)
    assert answer.total.refused_cents == 7_00
    line = next(record for record in answer.records if record.order == 17)
    assert (line.code, line.requested_cents, line.accepted_cents) == ("567033", 7_00, 0)
    assert (line.comment, line.ct1, line.ct2) == ("Test comment 000017 / 0567033", "110", "110")
    assert line.insurer_reference == "2024900008970000170000"
    whole = next(record for record in answer.records if record.type == "80")
    assert (whole.requested_cents, whole.accepted_cents, whole.accepted_patient_share_cents) == (131_75, 124_75, 33_49)


@needs_samples
@pytest.mark.parametrize(
    ("name", "reference"), [("920900-01.txt", "713/202402/900/"), ("920900-02.txt", "941/202402/900/")]
)
def test_a_settlement_refused_whole(name, reference):
    answer = read_answer(sample(name))
    (fund,) = answer.settlements
    assert (fund.fund, fund.requested_cents, fund.accepted_cents, fund.refused_cents) == ("910", 2375, 0, 2375)
    assert fund.payment_reference == reference
    assert [record.accepted_cents for record in answer.records] == [None, 0, 0, 0, 0, None]


@needs_samples
def test_fillers_are_neither_amounts_nor_comments_nor_references():
    """An error list carries zeros, ones or nines where a settlement has figures (3.3)."""
    for name in ("920098-01.txt", "920099-07.txt", "920099-08.txt"):
        for record in read_answer(sample(name)).records:
            assert record.accepted_cents is None
            assert (record.comment, record.insurer_reference, record.ct1) == ("", "", "")


@needs_samples
def test_letters_in_an_amount_make_it_unreadable_not_wrong():
    """Union 600 sent back lines with a decimal point in zone 19; its own zone 114 is a proper zero."""
    line = read_answer(sample("920099-02.txt")).records[2]
    assert (line.type, line.requested_cents, line.accepted_cents) == ("50", None, 0)


@needs_samples
@pytest.mark.parametrize("name", [*ANSWERS, *REQUESTS])
def test_what_is_shown_holds_no_patient_number(name):
    content = sample(name)
    patients = {r.text("patient")[-11:] for r in read(content).details if r.layout.has("patient")}
    assert not any(patient in repr(show(content)) for patient in patients)


def test_a_patient_number_in_a_reference_or_comment_is_hidden():
    request = read(write(a_file(an_invoice(a_line(reference=f"P{PATIENT}")))).content)
    verdict = Verdict((Reason("R", "502255"),), comment=f"see {PATIENT}")
    shown = show(write_answer("920098", request, {3: verdict}, oa_reference="1", answered_on=date(2025, 4, 9)))
    assert (shown["records"][2]["reference"], shown["records"][2]["comment"]) == ("P***********", "see ***********")
    assert PATIENT not in repr(shown)


@needs_samples
def test_show_has_the_agreed_shape():
    shown = show(sample("920900-03.txt"))
    assert {key: shown[key] for key in shown if key != "records"} == {
        "message": "920900",
        "provider_reference": "20240312402786",
        "oa_reference": "00000010123245",
        "error_percentage": "00000",
        "refusal_type": "00",
        "header_errors": [],
        "settlements": [
            {
                "fund": "940",
                "requested_cents": 13175,
                "accepted_cents": 12475,
                "refused_cents": 700,
                "payment_reference": "900/202403/900/",
            }
        ],
        "total": {"fund": "999", "requested_cents": 13175, "accepted_cents": 12475, "refused_cents": 700},
        "unread": [],
    }
    line = shown["records"][4]
    assert (line["type"], line["order"], line["accepted_cents"]) == ("50", 17, 0)
    assert line["errors"] == [{"letter": "R", "code": "502255"}]
    assert line["comment"] == "Test comment 000017 / 0567033"


@needs_samples
@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_shown_in_the_same_shape_without_errors(name):
    shown = show(sample(name))
    assert (shown["message"], shown["error_percentage"], shown["refusal_type"]) == ("920000", None, None)
    assert (shown["settlements"], shown["total"], shown["unread"], shown["header_errors"]) == ([], None, [], [])
    types = [record["type"] for record in shown["records"]]
    assert types == (
        ["10", "20", "50", "51", "80", "90"] if len(sample(name)) == 3027 else ["10", "20", "50", "80", "90"]
    )
    assert all(record["errors"] == [] and record["accepted_cents"] is None for record in shown["records"])


@needs_samples
def test_a_slot_needs_a_known_letter_and_a_code():
    content = bytearray(sample("920900-03.txt"))
    slots = content.index(b"R502255")
    content[slots : slots + 21] = b"X502255R000000S5027A0"
    line = next(record for record in read_answer(bytes(content)).records if record.order == 17)
    assert line.errors == (Reason("S", "5027A0"),)


@needs_samples
def test_a_request_is_no_answer_and_text_is_no_message():
    with pytest.raises(UnexpectedMessage, match="give an answer of a union"):
        read_answer(sample(REQUESTS[0]))
    with pytest.raises(UnrecognisedMessage, match="none of the 5 bytes"):
        read_answer(b"hello")
