"""What a union answers: envelope, blocking errors, error rate, settlement."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.answer import Reason
from infrastructure.efact.answers import read_answer
from infrastructure.efact.check import check
from infrastructure.efact.reader import read
from infrastructure.efact.writer import write
from infrastructure.simulator.scenario import ACCEPTS_ALL
from tests.effort import times
from tests.infrastructure.simulator.helpers import Office, changed, changed_total, codes, messages, settled
from tests.infrastructure.simulator.worlds import a_month, bytes_of


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def test_a_right_file_is_received_accepted_and_paid_in_full(office):
    file = a_month()
    assert check(bytes_of(file)) == []
    received, accepted, paid = office.answers(file)
    assert messages([received, accepted, paid]) == ["931000", "920098", "920900"]
    assert {a.provider_reference for a in (received, accepted, paid)} == {file.provider_reference}
    assert len({a.oa_reference for a in (received, accepted, paid)}) == 1
    assert (accepted.error_percentage, accepted.refusal_type) == ("00000", "00")
    assert [record.type for record in paid.records] == ["10", "90"]
    assert [s.fund for s in paid.settlements] == ["101", "131"]
    assert {s.payment_reference for s in paid.settlements} == {"007/202610/100/"}
    assert (paid.total.fund, paid.total.refused_cents) == ("199", 0)
    assert paid.total.requested_cents == paid.total.accepted_cents == write(file).total_cents


@pytest.mark.parametrize(
    ("kind", "zones", "fault"),
    [
        ("96", {"fund": "100"}, "501/20"),
        ("96", {"amount_a": "+00000000001"}, "504/20"),
        ("95", {"record_count": 1}, "409/20"),
    ],
)
def test_a_wrong_total_refuses_the_envelope_and_nothing_else_follows(office, kind, zones, fault):
    file = a_month()
    (refused,) = office.answers(file, changed_total(bytes_of(file), kind, **zones))
    assert refused.message == "920999"
    assert Reason(None, fault) in [reason for record in refused.records for reason in record.errors]
    assert messages(office.answers(file))[0] == "931000"  # the number stayed free


def test_a_file_at_another_union_is_refused(office):
    file = a_month()
    (refused,) = office.answers(replace(file, union="200"), bytes_of(file))
    assert refused.message == "920999"
    assert refused.records[-1].errors == (Reason(None, "501/20"),)


def test_a_sending_number_is_taken_once_a_year_by_each_third_party(office):
    file = a_month()
    assert len(office.answers(file)) == 3
    again = replace(file, provider_reference="20260000000099")
    (refused,) = office.answers(again)
    assert refused.header_errors == (Reason(None, "301/40"),)
    assert refused.provider_reference == "20260000000099"
    assert len(office.answers(replace(again, sending_number=8))) == 3
    assert len(office.answers(replace(again, creation_date=date(2027, 1, 4)))) == 3
    other = bytes_of(file).replace(file.tpp_number.encode(), b"41234502401")
    assert len(office.answers(replace(file, tpp_number="41234502401"), other)) in (2, 3)


def test_union_500_counts_numbers_by_billed_year(office):
    file = a_month(funds=("509",), union="500", creation_date=date(2027, 1, 4))
    assert len(office.answers(file)) == 3
    assert len(office.answers(replace(file, billed_month="202701", invoices=file.invoices[:1]))) == 3
    (refused,) = office.answers(replace(file, creation_date=date(2026, 12, 31)))
    assert refused.header_errors == (Reason(None, "301/40"),)


def test_a_blocking_error_rejects_the_file_whatever_the_rate(office):
    file = a_month()
    received, rejected = office.answers(file, changed(bytes_of(file), 1, cbe_number="0999999922"))
    assert messages([received, rejected]) == ["931000", "920099"]
    assert (rejected.refusal_type, rejected.error_percentage) == ("01", "00000")
    assert rejected.records[0].errors == (Reason("B", "102711"),)


def spoilt(file, count):
    """So many lines with a care-giver norm that lacks its care assistant (504911)."""
    content = bytes_of(file)
    orders = [r.order for r in read(content).details if r.type == "50"]
    for order in orders[:count]:
        content = changed(content, order, provider_norm=2)
    return content


def test_more_than_five_percent_wrong_records_reject_the_file(office):
    file = a_month(patients=4, days=5)
    records = sum(1 for _ in read(bytes_of(file)).details)
    most = records * 5 // 100
    within = office.answers(file, spoilt(file, most))
    assert messages(within) == ["931000", "920098", "920900"]
    assert within[1].error_percentage == f"{most * 10_000 // records:05d}"
    assert codes(within[1]) == codes(within[2]) == {"R504911"}
    assert within[2].total.refused_cents > 0
    file = replace(file, sending_number=9)
    over = office.answers(file, spoilt(file, most + 1))
    assert messages(over) == ["931000", "920099"]
    assert (over[1].refusal_type, over[1].error_percentage) == ("02", f"{(most + 1) * 10_000 // records:05d}")


def test_a_settlement_tells_holder_codes_references_and_patient_shares(tmp_path):
    file = a_month(patients=3, days=6)
    answer, judged = settled(tmp_path, file, replace(ACCEPTS_ALL, remarks=(("502744", 0.2),)))
    assert judged.holds
    own = {invoice.reference: invoice for invoice in file.invoices}
    lines = [record for record in answer.records if record.type == "50"]
    assert lines
    for record in lines:
        assert record.insurer_reference == f"202610000007{record.order:06d}0000"
        assert record.accepted_cents == record.requested_cents
    for record in answer.records:
        if record.type == "20":
            assert (record.ct1, record.ct2) == (own[record.reference].ct1, own[record.reference].ct2)
        if record.type == "80":
            shares = sum(line.patient_share_cents for line in own[record.reference].lines)
            assert record.accepted_patient_share_cents == shares


CONTENT = bytes_of(a_month(patients=2, days=2))


@settings(max_examples=times(60), deadline=None)
@given(st.data())
def test_no_readable_file_is_left_without_an_answer(tmp_path_factory, data):
    content = bytearray(CONTENT)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(6, len(content)))
        length = data.draw(st.sampled_from([1, 1, 1, 2, 14, 350]))
        content[start : start + length] = data.draw(st.binary(min_size=0, max_size=14))
    office = Office(tmp_path_factory.mktemp("unions"))
    answers = office.answers(a_month(), bytes(content))
    assert answers
    assert not any(answer.unread for answer in answers if answer.message == "920900")
    assert office.unions.collect(a_month().tpp_number).waiting == []


def test_letters_of_faults_are_those_of_the_public_list():
    from infrastructure.simulator.letters import letter_of
    from tests.infrastructure.efact.samples import SAMPLES

    listed = SAMPLES / "error-codes.tsv"
    if not listed.is_file():
        pytest.skip("no error list here")
    known = dict(line.split("\t")[::4] for line in listed.read_text().splitlines()[1:])
    text = """
        102220 102320 100720 100420 100703 101402 102702 103605 102303 102503 102311 900712 901412 902212
        902312 902712 109902 209902 509902 519902 529902 809902 909902 201812 202420 200802 200813 200812 203203
        200903 203811 202911 202910 203410 203710 204112 204111 201412 201140 800712 800812 801412 801812 802412
        500503 500615 500510 500547 501905 501901 502205 502201 502705 503005 500344 501502 502402 502011 504911
        504912 500403 500812 510812 520812 510110 510412 510512 511912 520110 520412 520512 100110 900110 200111
        500210 500110 809802 801910 802710 803010 901911 909802
    """
    ours = re.findall(r"\d{6}", text)
    assert {code: letter_of(code) for code in ours} == {code: known[code] for code in ours}


def test_answers_are_dated_by_the_clock(office):
    file = a_month(patients=1, days=1)
    office.clock.forward(days=300)
    office.unions.transmit(bytes_of(file), file.provider_reference, file.union, file.tpp_number)
    content = office.taken(file)[-1]
    assert b"20261227" in content[677 + 350 : 677 + 450]
    assert read_answer(content).message == "920900"
