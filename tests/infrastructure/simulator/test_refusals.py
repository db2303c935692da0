"""Refusals of a settlement: the mix is data, the seed decides, the judge agrees with every figure."""

from collections import Counter
from dataclasses import replace

import pytest

from infrastructure.simulator.causes import CAUSES
from infrastructure.simulator.chance import Draw
from infrastructure.simulator.scenario import ACCEPTS_ALL, USUAL
from tests.infrastructure.simulator.dentist import a_dentist_month
from tests.infrastructure.simulator.helpers import Office, codes, settled
from tests.infrastructure.simulator.worlds import a_month, bytes_of


@pytest.mark.parametrize("seed", range(12))
def test_every_settlement_adds_up_line_by_line(tmp_path, seed):
    file = a_month(patients=6 + seed, days=10, number=seed + 1)
    answer, judged = settled(tmp_path, file, seed=seed)
    assert judged.holds
    assert judged.doubts == ()
    assert judged.accepted_cents == answer.total.accepted_cents
    assert judged.refused_cents == answer.total.refused_cents
    for settlement in answer.settlements:
        assert settlement.requested_cents == settlement.accepted_cents + settlement.refused_cents


def test_three_to_four_percent_of_the_lines_over_at_least_six_causes(tmp_path):
    refused = lines = 0
    causes = Counter()
    for seed in range(12):
        file = a_month(days=30)
        answer, judged = settled(tmp_path / str(seed), file, seed=seed)
        lines += sum(len(invoice.lines) for invoice in file.invoices)
        refused += sum(said.verdict == "refused" for day in judged.verdicts.values() for said in day)
        causes.update(codes(answer))
    assert 0.03 < refused / lines < 0.045
    assert len({code[1:] for code in causes} & set(CAUSES)) >= 6
    assert {"R500118", "R500119", "R520119", "R510119", "S501940", "E500524", "S502744", "R521922"} <= set(causes)


@pytest.mark.parametrize("cause", [*CAUSES, "500423"])
def test_each_cause_alone_can_refuse_a_share(tmp_path, cause):
    file = a_month(patients=8, days=12)
    answer, judged = settled(tmp_path, file, replace(ACCEPTS_ALL, refusals=((cause, 0.2),)), seed=5)
    letter = "F" if cause.startswith("20") else "R"
    assert f"{letter}{cause}" in codes(answer)
    assert judged.holds
    assert 0 < judged.refused_cents < judged.requested_cents


def test_all_of_a_cause_refuses_everything(tmp_path):
    file = a_month(patients=3, days=3)
    _, judged = settled(tmp_path, file, replace(ACCEPTS_ALL, refusals=(("500540", 1.0),)))
    assert judged.holds
    assert judged.accepted_cents == 0
    assert judged.refused_cents == judged.requested_cents


def test_holder_codes_of_the_union_are_told_and_hold_from_a_date_on(tmp_path):
    file = a_month(patients=4, days=10, funds=("131",))
    answer, _ = settled(tmp_path, file, replace(ACCEPTS_ALL, refusals=(("500522", 0.1),)))
    refused = {r.reference: r for r in answer.records if r.type == "50"}
    invoice = next(i for i in file.invoices if any(line.reference in refused for line in i.lines))
    dates = {line.date for line in invoice.lines if line.reference in refused}
    assert dates == {line.date for line in invoice.lines if line.date >= min(dates)}
    told = next(iter(refused.values()))
    assert (told.ct1, told.ct2) != (invoice.ct1, invoice.ct2)
    assert told.comment == f"CT1-CT2 {told.ct1}-{told.ct2}"


def test_the_second_service_of_a_day_is_refused_first(tmp_path):
    file = a_month(patients=2, days=10, funds=("131",))
    scenario = replace(ACCEPTS_ALL, refusals=(("502255", 0.02),), cascade_chance=0.0)
    answer, _ = settled(tmp_path, file, scenario)
    second = {line.reference for i in file.invoices for line in i.lines if line.derogation == 3}
    assert {r.reference for r in answer.records if r.type == "50"} <= second


def test_a_line_may_be_accepted_for_less_or_sent_back_for_nothing(tmp_path):
    file = a_month(patients=4, days=20)
    _, less = settled(tmp_path / "less", file, replace(ACCEPTS_ALL, remarks=(("501940", 0.2),)))
    verdicts = Counter(said.verdict for day in less.verdicts.values() for said in day)
    assert set(verdicts) == {"accepted_less"}
    assert 0 < less.refused_cents < less.requested_cents / 20
    answer, innocent = settled(tmp_path / "echo", file, replace(ACCEPTS_ALL, remarks=(("", 0.2),)))
    assert any(record.type == "50" for record in answer.records)
    assert codes(answer) == set()
    assert innocent.holds
    assert innocent.verdicts == {}


def test_notes_on_readings_and_commitments_refuse_nothing(tmp_path):
    file = a_month(patients=4, days=10)
    scenario = replace(ACCEPTS_ALL, remarks=(("521922", 0.5), ("511503", 0.5)))
    answer, judged = settled(tmp_path, file, scenario)
    assert codes(answer) == {"R521922", "R511503"}
    assert judged.holds
    assert judged.refused_cents == 0


def test_a_dentist_gets_no_nursing_cascade(tmp_path):
    file = a_dentist_month()
    answer, judged = settled(tmp_path, file, replace(USUAL, refusals=(("502255", 0.5),)))
    assert judged.holds
    assert "R502255" in codes(answer)
    assert "R500118" not in codes(answer)


def test_same_file_and_seed_same_bytes_another_seed_other_refusals(tmp_path):
    file = a_month()

    def bytes_with(seed, folder):
        office = Office(tmp_path / folder, USUAL, seed)
        office.unions.transmit(bytes_of(file), file.provider_reference, file.union, file.tpp_number)
        return office.taken(file)

    assert bytes_with(1, "a") == bytes_with(1, "b")
    assert bytes_with(1, "c")[-1] != bytes_with(2, "d")[-1]


def test_draws_are_the_same_everywhere():
    draw = Draw("a", 1)
    assert [round(draw.share(), 6) for _ in range(3)] == [0.964369, 0.855788, 0.939231]
    assert Draw("a", 1).shuffled("abcdef") == Draw("a", 1).shuffled("abcdef")
    assert Draw("a", 1).shuffled("abcdef") != Draw("a", 2).shuffled("abcdef")
