"""Simulated answers are read as what was said, and look like the real ones."""

from datetime import date

import pytest

from domain.answer import FundSettlement, Reason
from infrastructure.efact.answer_writer import (
    EnvelopeFault,
    Verdict,
    write_acknowledgement,
    write_answer,
    write_envelope_refusal,
)
from infrastructure.efact.answers import read_answer
from infrastructure.efact.reader import read
from infrastructure.efact.writer import write
from tests.infrastructure.efact.builders import a_file, a_line, an_invoice
from tests.infrastructure.efact.samples import needs_samples, sample

# 10; 20 50 50 80 = 2-5; 20 50 80 = 6-8; 90 = 9; 95 101, 95 131, 96
REQUEST = read(
    write(
        a_file(
            an_invoice(a_line(), a_line(reference="LINE2"), destination="101"),
            an_invoice(a_line(reference="LINE3"), destination="131", invoice_number="2"),
        )
    ).content
)
REFUSED = Verdict(
    reasons=(Reason("R", "502255"), Reason("S", "5027A0")),
    accepted_cents=0,
    patient_share_cents=0,
    comment="Too many for Zoë",
    ct1="110",
    ct2="110",
    insurer_reference="2025100000120000040000",
)
DAY = date(2025, 4, 9)


def test_an_acknowledgement_is_227_characters_and_names_the_file():
    content = write_acknowledgement(REQUEST, "77")
    assert content == b"9310000002009200000020250000000017000000000000007700000000000000000" + b"92000000" + b" " * 152
    answer = read_answer(content)
    assert (answer.provider_reference, answer.oa_reference) == ("20250000000017", "00000000000077")
    assert (answer.records, answer.header_errors, answer.unread) == ((), (), ())


def test_an_envelope_refusal_returns_the_totals_at_fault_with_their_codes():
    faults = [
        EnvelopeFault("301", "40"),
        EnvelopeFault("202", "31"),
        EnvelopeFault("404", "41", "131"),
        EnvelopeFault("501", "20"),
    ]
    content = write_envelope_refusal(REQUEST, faults, "77")
    assert len(content) == 227 + 2 * 350
    assert content[16:18] == b"40"
    answer = read_answer(content)
    assert answer.header_errors == (Reason(None, "202/31"), Reason(None, "301/40"))
    assert [(r.type, r.order, r.errors) for r in answer.records] == [
        ("95", None, (Reason(None, "404/41"),)),
        ("96", None, (Reason(None, "501/20"),)),
    ]
    assert answer.records[0].raw[4:7] == b"131"
    assert (answer.error_percentage, answer.refusal_type, answer.unread) == (None, None, ())


def test_a_fault_without_fund_is_on_every_total_of_its_kind():
    answer = read_answer(write_envelope_refusal(REQUEST, [EnvelopeFault("401", "20")], "77"))
    assert [record.raw[4:7] for record in answer.records] == [b"101", b"131"]


@pytest.mark.parametrize("message", ["920098", "920099"])
def test_an_error_list_returns_lines_with_a_verdict_and_their_frame(message):
    content = write_answer(
        message, REQUEST, {4: REFUSED}, oa_reference="77", answered_on=DAY, error_percentage="01111", refusal_type="02"
    )
    assert len(content) == 677 + 5 * 800
    answer = read_answer(content)
    assert (answer.message, answer.error_percentage, answer.refusal_type) == (message, "01111", "02")
    assert [(r.type, r.order) for r in answer.records] == [("10", 1), ("20", 2), ("50", 4), ("80", 5), ("90", 9)]
    line = answer.records[2]
    assert (line.errors, line.comment, line.reference) == (REFUSED.reasons, "Too many for Zoe", "LINE2")
    assert (line.accepted_cents, line.accepted_patient_share_cents, line.requested_cents) == (0, 0, 668)
    assert (line.ct1, line.ct2, line.insurer_reference) == ("110", "110", "2025100000120000040000")
    assert [r.accepted_cents for r in answer.records] == [None, None, 0, None, None]
    assert (answer.settlements, answer.total, answer.unread) == ((), None, ())


def test_without_verdicts_only_records_10_and_90_come_back():
    content = write_answer("920098", REQUEST, {}, oa_reference="77", answered_on=DAY)
    assert len(content) == 2277
    assert [(r.type, r.errors) for r in read_answer(content).records] == [("10", ()), ("90", ())]


def test_records_10_and_90_can_be_at_fault_and_keep_their_fillers():
    verdicts = {1: Verdict((Reason("B", "102702"),)), 9: Verdict((Reason("B", "909802"),))}
    content = write_answer("920099", REQUEST, verdicts, oa_reference="77", answered_on=DAY, refusal_type="01")
    ten, ninety = read_answer(content).records
    assert (ten.errors, ninety.errors) == (verdicts[1].reasons, verdicts[9].reasons)
    assert (ten.accepted_cents, ninety.comment, ten.comment) == (None, "", "")
    assert ten.raw[350:361] == b"01720250409"
    assert (set(ten.raw[361:456]), set(ninety.raw[353:456])) == (set(b"1"), set(b"9"))


def test_more_than_three_reasons_do_not_fit():
    reasons = tuple(Reason("R", f"50010{n}") for n in range(1, 6))
    answer = read_answer(write_answer("920098", REQUEST, {3: Verdict(reasons)}, oa_reference="77", answered_on=DAY))
    assert answer.records[2].errors == reasons[:3]


def test_a_settlement_ends_with_what_is_paid():
    settlements = [
        FundSettlement("101", 1336, 668, 668, "017/202503/100/"),
        FundSettlement("131", 668, 668, 0, "017/202503/100/"),
    ]
    content = write_answer(
        "920900",
        REQUEST,
        {4: REFUSED, 5: Verdict(accepted_cents=668, patient_share_cents=12)},
        oa_reference="77",
        answered_on=DAY,
        settlements=settlements,
    )
    answer = read_answer(content)
    assert [(r.type, r.order, r.accepted_cents) for r in answer.records] == [
        ("10", 1, None),
        ("20", 2, 0),
        ("50", 4, 0),
        ("80", 5, 668),
        ("90", 9, None),
    ]
    assert answer.records[3].accepted_patient_share_cents == 12
    read_back = [
        (s.fund, s.requested_cents, s.accepted_cents, s.refused_cents, s.payment_reference) for s in answer.settlements
    ]
    assert read_back == [
        (s.fund, s.requested_cents, s.accepted_cents, s.refused_cents, s.payment_reference) for s in settlements
    ]
    assert answer.total is not None
    total = answer.total
    assert (total.fund, total.requested_cents, total.accepted_cents, total.refused_cents) == ("199", 2004, 1336, 668)
    ninety_one = read(content).records[-3]
    assert (ninety_one.number("summary_number"), ninety_one.number("record_count")) == (250000000017, 4)
    assert ninety_one.number("control") == 425110 * 2 % 97
    assert answer.unread == ()


def test_echoes_are_the_very_bytes_that_were_sent():
    content = write_answer("920098", REQUEST, {3: REFUSED, 7: REFUSED}, oa_reference="77", answered_on=DAY)
    sent = {record.order: record.raw for record in REQUEST.details}
    echoes = list(read(content).details)
    assert [record.order for record in echoes] == [1, 2, 3, 5, 6, 7, 8, 9]
    assert all(record.echo == sent[record.order] and record.has_right_check_digits for record in echoes)
    assert [record.text("index") for record in echoes[1:-1]] == [f"{n:06d}" for n in range(1, 7)]
    assert [record.text("fund") for record in echoes[1:-1]] == ["101"] * 3 + ["131"] * 3


@needs_samples
def test_a_simulated_tail_is_laid_out_like_a_real_one():
    """Same kinds of characters in the same places as union 900 wrote in a settlement."""
    real = next(r for r in read(sample("920900-03.txt")).records if r.order == 17)
    content = write_answer(
        "920900",
        REQUEST,
        {
            3: Verdict(
                (Reason("R", "502255"),), 0, 0, "Test comment 000017 / 0567033", "110", "110", "2024900008970000170000"
            )
        },
        oa_reference="77",
        answered_on=DAY,
    )
    ours = next(r for r in read(content).records if r.order == 3)
    for zone in (
        "third_payer",
        "ct1",
        "ct2",
        "insurer_reference",
        "insurer_reference_b",
        "letter_1",
        "code_1",
        "letter_2",
    ):
        assert ours.zone(zone) == real.zone(zone)
    for zone in (
        "code_2",
        "letter_3",
        "code_3",
        "accepted",
        "accepted_b",
        "accepted_share",
        "117",
        "118",
        "119",
        "comment",
    ):
        assert ours.zone(zone) == real.zone(zone)
    assert ours.raw[733:794] == real.raw[733:794]
