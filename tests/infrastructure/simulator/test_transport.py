"""The way there and back: nothing is lost over a restart, and mishaps come when they are asked for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports import NotTransmitted, OutcomeUnknown, UnionTransport
from domain.settlement import judge
from infrastructure.efact.answers import read_answer
from infrastructure.efact.writer import write
from infrastructure.simulator import spool
from infrastructure.simulator.scenario import ACCEPTS_ALL, USUAL
from infrastructure.simulator.unions import SimulatedUnions
from tests.infrastructure.simulator.helpers import Office, messages
from tests.infrastructure.simulator.worlds import a_month, bytes_of, our_side

FILE = a_month(patients=2, days=3)
CONTENT = bytes_of(FILE)
TPP = FILE.tpp_number


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def transmit(office, file=FILE):
    office.unions.transmit(write(file).content, file.provider_reference, file.union, file.tpp_number)


def test_it_is_a_union_transport(office):
    transport: UnionTransport = office.unions
    assert transport.collect("41234502401").waiting == []


def test_answers_wait_until_they_are_confirmed_and_survive_a_restart(office):
    transmit(office)
    first = office.unions.collect(TPP).waiting
    office.restart()
    assert office.unions.collect(TPP).waiting == first
    assert len({receipt for receipt, _ in first}) == 3
    office.unions.confirm(TPP, [first[0][0], "../../etc/passwd", "unknown"])
    office.unions.confirm(TPP, [first[0][0]])
    assert office.unions.collect(TPP).waiting == first[1:]
    assert office.unions.collect("41234502401").waiting == []


def test_an_interrupted_hand_over_is_finished_by_the_next_collect(office, monkeypatch):
    def full_disk(*_):
        raise OSError(28, "no space left")

    monkeypatch.setattr(spool.Mailbox, "answer", full_disk)
    transmit(office)
    monkeypatch.undo()
    office.restart()
    assert messages([read_answer(c) for _, c in office.unions.collect(TPP).waiting]) == ["931000", "920098", "920900"]


def test_a_folder_that_cannot_be_written_means_not_transmitted(tmp_path):
    (tmp_path / "taken").write_text("a file")
    office = Office(tmp_path / "taken")
    with pytest.raises(NotTransmitted):
        transmit(office)


@pytest.mark.parametrize("content", [b"", b"hello", b"931000" + b"0" * 221, CONTENT.replace(b"920000", b"930000", 1)])
def test_what_is_no_billing_file_never_leaves(office, content):
    with pytest.raises(NotTransmitted):
        office.unions.transmit(content, "1", "100", TPP)
    assert office.unions.collect(TPP).waiting == []


def test_names_of_files_tell_no_person(office, tmp_path):
    transmit(office)
    names = "|".join(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert FILE.provider_reference in names
    for number in (TPP, *(invoice.patient_number for invoice in FILE.invoices)):
        assert number not in names
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.rglob("*.9*") if path.is_file())


def test_outcome_unknown_with_and_without_the_file(office):
    office.unions.scenario = replace(ACCEPTS_ALL, lose_file=True)
    with pytest.raises(OutcomeUnknown):
        transmit(office)
    assert office.unions.collect(TPP).waiting == []
    office.unions.scenario = replace(ACCEPTS_ALL, lose_answer=True)
    with pytest.raises(OutcomeUnknown):
        transmit(office)
    assert len(office.unions.collect(TPP).waiting) == 3
    office.unions.scenario = ACCEPTS_ALL
    transmit(office)  # sent twice blindly: the union has the number already
    assert messages([read_answer(c) for c in office.taken(FILE)])[-1] == "920999"


def test_not_transmitted_leaves_nothing(office):
    office.unions.scenario = replace(ACCEPTS_ALL, not_transmitted=True)
    with pytest.raises(NotTransmitted):
        transmit(office)
    assert office.unions.collect(TPP).waiting == []


def test_refusals_on_demand(office):
    office.unions.scenario = replace(ACCEPTS_ALL, envelope_refusal=True)
    assert messages(office.answers(FILE)) == ["920999"]
    office.unions.scenario = replace(ACCEPTS_ALL, envelope_refusal=True, acknowledge_refused=True)
    assert messages(office.answers(FILE)) == ["920999", "931000"]
    office.unions.scenario = replace(ACCEPTS_ALL, reject_file=True)
    received, rejected = office.answers(FILE)
    assert (received.message, rejected.message, rejected.refusal_type) == ("931000", "920099", "01")


def test_duplicates_disorder_and_strangers(office):
    office.unions.scenario = replace(USUAL, duplicated=True)
    transmit(office)
    waiting = office.unions.collect(TPP).waiting
    assert len({receipt for receipt, _ in waiting}) == 6
    assert len({content for _, content in waiting}) == 3
    office.taken(FILE)
    office.unions.scenario = replace(USUAL, shuffled=True)
    mixed = messages(office.answers(replace(FILE, sending_number=8)))
    assert sorted(mixed) == ["920098", "920900", "931000"]
    assert mixed != ["931000", "920098", "920900"]
    office.unions.scenario = replace(USUAL, stray=True)
    answers = office.answers(replace(FILE, sending_number=9))
    assert answers[-1].provider_reference == "99999999999999"
    assert answers[-1].message == "920900"


@pytest.mark.parametrize(
    ("figures", "doubt"), [("not_adding_up", "figures_disagree"), ("not_of_lines", "sum_of_lines_disagrees")]
)
def test_figures_that_contradict_are_noticed_by_the_judge(office, figures, doubt):
    office.unions.scenario = replace(USUAL, figures=figures)
    answer = office.answers(FILE)[-1]
    judged = judge(answer, *our_side(FILE, write(FILE)))
    assert not judged.holds
    assert doubt in {one.kind for one in judged.doubts}


def test_delayed_answers_become_due_one_after_the_other(office):
    office.unions.scenario = replace(
        ACCEPTS_ALL, checked_after=timedelta(days=1), settled_after=timedelta(days=20, hours=2)
    )
    transmit(office)
    assert [m.message for m in map(read_answer, office.taken(FILE))] == ["931000"]
    office.clock.forward(days=1)
    assert [m.message for m in map(read_answer, office.taken(FILE))] == ["920098"]
    office.clock.forward(days=19)
    assert office.taken(FILE) == []
    office.clock.forward(days=1)
    assert [m.message for m in map(read_answer, office.taken(FILE))] == ["920900"]


def test_a_union_may_have_a_scenario_of_its_own(tmp_path):
    office = Office(tmp_path)
    office.unions = SimulatedUnions(
        tmp_path, 1, office.clock, ACCEPTS_ALL, {"200": replace(ACCEPTS_ALL, reject_file=True)}
    )
    assert len(office.answers(FILE)) == 3
    other = a_month(patients=1, days=1, funds=("206",), union="200", number=8)
    assert messages(office.answers(other)) == ["931000", "920099"]


def test_mail_of_several_sendings_comes_in_order(office):
    for number in (1, 2, 3):
        transmit(office, a_month(patients=1, days=1, number=number))
        office.clock.forward(seconds=2)
    references = [read_answer(content).provider_reference[-1] for content in office.taken(FILE)]
    assert references == ["1"] * 3 + ["2"] * 3 + ["3"] * 3
