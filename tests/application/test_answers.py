"""Read answers of every kind: stored first, bound by reference, and in whatever order, ending alike."""

from dataclasses import replace
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from application.ports import OutcomeUnknown
from domain.day_events import DayRefusedByInsurer, DayReinstated
from domain.errors import NotAllowed
from domain.invoice import Invoice
from infrastructure.store.opening import Store
from tests.application.conftest import MakeOffice
from tests.application.office import (
    Office,
    acknowledged,
    context,
    duplicate,
    envelope_duplicate,
    envelope_refused,
    failed,
    fetched,
    in_memory,
    in_process,
    not_treated,
    rejected,
    settled,
)
from tests.domain.builders import NURSE, OTHER_SSIN, a_care, insured, uid

FEE, TOILET = a_care("425294", 2000), a_care("425110", 668)


def verdicts(office: Office, sending: UUID) -> list[str]:
    return [day.verdict for day in office.days(sending).values()]


def are_prepared(office: Office, sending: UUID) -> bool:
    found = {day.is_prepared for day in office.days(sending).values()}
    assert len(found) == 1
    return found.pop()


# Each kind of message


@pytest.mark.parametrize(
    ("write", "kind", "status", "comes_back"),
    [
        (acknowledged, "931000", "acknowledged", False),
        (envelope_refused, "920999", "envelope_rejected", True),
        (envelope_duplicate, "920999", "outcome_unknown", False),
        (in_process, "920098", "accepted_for_processing", False),
        (rejected, "920099", "rejected", True),
        (duplicate, "920099", "outcome_unknown", False),
        (settled, "920900", "settled", False),
        (fetched, "TACK", "transmitted", False),
        (failed, "REJECT", "outcome_unknown", False),
        (not_treated, "REJECT", "outcome_unknown", False),
    ],
)
def test_sof_52_every_kind_of_answer_finds_its_sending(
    office: Office, write: Any, kind: str, status: str, comes_back: bool
):
    sending = office.billed(FEE, TOILET)
    content = write(office.file(sending))
    report = office.receive(content)
    assert (report.kind, report.outcome, report.sending_id, report.status) == (kind, "read", sending, status)
    assert office.sending(sending).status == status
    assert are_prepared(office, sending) == comes_back
    statuses = {"rejected": "withdrawn", "envelope_rejected": "withdrawn", "settled": "settled"}
    assert [invoice.status for invoice in office.invoices(sending)] == [statuses.get(status, "issued")]
    assert office.messages.get(report.message) == content


def test_bytes_that_were_stored_as_something_else_are_an_answer_all_the_same_and_once(office: Office, store: Store):
    content = settled(office.file(office.billed()))
    sha256, _ = office.messages.put(content, "attachment", "in", office.where)
    office.messages.put(content, "answer", "in", uid("another practice"))
    assert office.receive(content).outcome == "read"
    head = office.log.head()
    assert office.receive(content).outcome == "already_read"
    assert office.log.head() == head
    store.keys.erase(uid("another practice"))
    info = office.messages.info(sha256, office.where, "answer")
    assert info is not None
    assert office.messages.read(info) == content


def test_the_same_file_twice_changes_nothing_and_says_so(office: Office):
    sending = office.billed()
    for write in (acknowledged, in_process, settled):
        content = write(office.file(sending))
        office.receive(content)
        head = office.log.head()
        again = office.receive(content)
        assert (again.outcome, again.sending_id) == ("already_read", sending)
        assert office.log.head() == head


def test_what_the_insurer_says_before_the_settlement_is_kept(office: Office):
    sending = office.billed()
    office.receive(acknowledged(office.file(sending)))
    office.receive(in_process(office.file(sending)))
    state = office.sending(sending)
    assert (state.insurer_reference, state.error_percentage) == ("00000000900001", "01666")


# Settlement


def test_sof_55_a_settlement_sets_the_days_by_itself(office: Office):
    who = office.patient().id
    office.record(who, FEE, TOILET)
    office.record(who, FEE, day=16)
    office.record(who, FEE, day=17)
    (total,) = office.bill().sendings
    office.send()
    assert total.sending_id
    said = {1: ("R502255", 0), 2: ("R500130", 0), 3: ("E502720", 2000)}
    report = office.receive(settled(office.file(total.sending_id), said))
    assert (report.status, report.items) == ("settled", ())
    days = list(office.days(total.sending_id).values())
    assert [(d.verdict, d.accepted_cents, d.refused_cents) for d in days] == [
        ("mixed", 2000, 668),
        ("refused", 0, 2000),
        ("accepted", 2000, 0),
    ]
    (invoice,) = office.invoices(total.sending_id)
    assert (invoice.verdict, invoice.accepted_cents, invoice.refused_cents) == ("mixed", 4000, 2668)
    state = office.sending(total.sending_id)
    assert (state.outcome, state.settlement and state.settlement.accepted_cents) == ("in_part", 4000)
    assert state.settlement
    assert [(f.fund, f.requested_cents, f.payment_reference) for f in state.settlement.funds] == [("131", 6668, "131/")]
    said_of = days[0].lines[1].said
    assert said_of
    assert (said_of.reasons[0].code, said_of.comment) == ("502255", "no")
    assert [(one.day_id, one.refused_cents) for one in office.lookups.undecided_refusals(office.where)] == [
        (i, d.refused_cents) for i, d in office.days(total.sending_id).items() if d.refused_cents
    ]


def test_a_line_accepted_for_less(office: Office):
    sending = office.billed(FEE, TOILET)
    office.receive(settled(office.file(sending), {0: ("S503001", 1500)}))
    (day,) = office.days(sending).values()
    assert (day.verdict, day.accepted_cents, day.refused_cents) == ("mixed", 2168, 500)
    assert day.lines[0].said
    assert day.lines[0].said.verdict == "accepted_less"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [({}, "in_full"), ({0: ("R502255", 0)}, "in_part"), ({0: ("R502255", 0), 1: ("R500118", 0)}, "refused")],
)
def test_ref_01_ref_02_a_sending_is_accepted_in_full_in_part_or_refused(office: Office, said: Any, outcome: str):
    sending = office.billed(FEE, TOILET)
    office.receive(settled(office.file(sending), said))
    assert (office.sending(sending).status, office.sending(sending).outcome) == ("settled", outcome)


def test_sof_56_refused_days_come_first_in_the_next_preview(office: Office):
    sending = office.billed(FEE, TOILET)
    office.receive(settled(office.file(sending), {0: ("R502255", 0)}))
    seen = office.bill()
    assert (seen.undecided_days, seen.undecided_cents, seen.undecided) == (1, 2000, tuple(office.days(sending)))
    assert seen.sendings == (), "nothing is carried over without a decision"


def test_figures_that_do_not_agree_are_for_a_person_and_the_lines_stay_unsettled(office: Office):
    sending = office.billed(FEE, TOILET)
    report = office.receive(settled(office.file(sending), {0: ("R502255", 0)}, wrong_by=100))
    assert report.items == ("figures_disagree", "figures_disagree")
    assert set(office.open_items()) == {("figures_disagree", sending)}
    assert (office.sending(sending).status, verdicts(office, sending)) == ("transmitted", ["none"])
    assert not are_prepared(office, sending)


def test_a_right_settlement_after_a_contested_one_is_applied(office: Office):
    sending = office.billed()
    office.receive(settled(office.file(sending), wrong_by=100))
    office.receive(settled(office.file(sending)))
    assert (office.sending(sending).status, verdicts(office, sending)) == ("settled", ["accepted"])


def test_a_second_settlement_changes_nothing_and_is_for_a_person(office: Office):
    sending = office.billed()
    office.receive(settled(office.file(sending)))
    before = office.sending(sending), office.days(sending), office.invoices(sending)
    report = office.receive(settled(office.file(sending), {0: ("R502255", 0)}))
    assert (report.status, report.items) == ("settled", ("second_settlement",))
    assert before == (office.sending(sending), office.days(sending), office.invoices(sending))


# A file rejected as a whole


@pytest.mark.parametrize("write", [rejected, envelope_refused])
def test_a_rejected_file_is_billed_again_under_new_numbers(office: Office, write: Any):
    sending = office.billed(FEE)
    office.receive(write(office.file(sending)))
    assert verdicts(office, sending) == ["none"], "prepared, not refused: nothing in it was accepted"
    (total,) = office.bill().sendings
    assert total.sending_id
    assert total.sending_id != sending
    old, new = office.sending(sending).made, office.sending(total.sending_id).made
    assert (old.sending_number, new.sending_number) == (1, 2)
    (invoice,) = office.invoices(total.sending_id)
    assert (invoice.made.invoicing_type, invoice.made.invoice_number) == (0, "202600000002")
    assert list(office.days(total.sending_id)) == list(office.days(sending))


@pytest.mark.parametrize("write", [rejected, envelope_refused])
def test_a_settlement_after_a_rejection_reinstates_what_was_returned(office: Office, write: Any):
    sending = office.billed(FEE, TOILET)
    office.receive(write(office.file(sending)))
    report = office.receive(settled(office.file(sending), {0: ("R502255", 0), 1: ("R500118", 0)}))
    assert (report.status, report.items) == ("settled", ("contradictory_answers",))
    ((day_id, day),) = office.days(sending).items()
    assert (day.verdict, day.is_prepared) == ("refused", False)
    kinds = [type(event) for event in office.log.load([day_id])[day_id]][-2:]
    assert kinds == [DayReinstated, DayRefusedByInsurer]
    assert [invoice.status for invoice in office.invoices(sending)] == ["settled"]


def test_but_not_what_is_in_another_sending_by_now(office: Office):
    sending = office.billed(FEE)
    office.receive(rejected(office.file(sending)))
    (total,) = office.bill().sendings
    assert total.sending_id
    report = office.receive(settled(office.file(sending)))
    assert set(report.items) == {"settled_after_rebilling"}
    assert office.sending(sending).status == "rejected"
    assert verdicts(office, total.sending_id) == ["none"]
    assert [invoice.status for invoice in office.invoices(total.sending_id)] == ["issued"]


def test_nor_a_day_whose_lines_are_others_by_now(office: Office):
    sending = office.billed(TOILET, FEE)
    office.receive(rejected(office.file(sending)))
    ((day_id, day),) = office.days(sending).items()
    office.care.withdraw(context(), day_id, day.lines[0].line_id)
    assert office.record(day.patient_id, a_care("425375", 668)) == [day_id]
    report = office.receive(settled(office.file(sending)))
    assert set(report.items) == {"settled_after_rebilling"}
    assert office.day(day_id).verdict == "none"


# A refusal as duplicate


@pytest.mark.parametrize("refusal", [duplicate, envelope_duplicate, failed, not_treated])
@pytest.mark.parametrize("alive", [acknowledged, in_process, settled])
def test_a_duplicate_refusal_never_returns_days_and_a_sign_of_life_wins(office: Office, refusal: Any, alive: Any):
    sending = office.billed()
    file = office.file(sending)
    item = "duplicate_refusal" if refusal in (duplicate, envelope_duplicate) else "not_treated"
    assert office.receive(refusal(file)).items == (item,)
    assert not are_prepared(office, sending)
    office.receive(alive(file))
    assert office.open_items() == []
    assert not are_prepared(office, sending)
    assert office.sending(sending).status in ("acknowledged", "accepted_for_processing", "settled")


@pytest.mark.parametrize("refusal", [failed, not_treated])
def test_a_file_that_is_not_treated_is_released_by_a_person(office: Office, refusal: Any):
    sending = office.billed()
    office.receive(refusal(office.file(sending)))
    assert not are_prepared(office, sending)
    with pytest.raises(NotAllowed, match="outcome is resolved"):
        office.dispatch.resolve(context(), sending, arrived=False)
    office.dispatch.confirm_rejection(context(), sending)
    assert are_prepared(office, sending)
    assert office.open_items() == []
    assert office.sending(sending).status == "rejected"


def test_that_the_union_fetched_a_file_settles_an_unknown_outcome(office: Office):
    office.record(office.patient().id)
    (total,) = office.bill().sendings
    assert total.sending_id
    office.unions.fails = OutcomeUnknown
    assert [sent.outcome for sent in office.send()] == ["outcome_unknown"]
    office.receive(fetched(office.file(total.sending_id)))
    assert office.sending(total.sending_id).status == "transmitted"


def test_a_real_rejection_beside_a_duplicate_refusal_returns_the_days(office: Office):
    sending = office.billed()
    office.receive(duplicate(office.file(sending)))
    office.receive(rejected(office.file(sending)))
    assert are_prepared(office, sending)
    assert office.open_items() == []


# Any order of arrival


def all_orders(office: Office, messages: dict[str, bytes], most: int, sending: UUID) -> dict[frozenset[str], Any]:
    """Every permutation of every choice of up to `most` messages; asserts that each choice ends in one state."""
    ends: dict[frozenset[str], Any] = {}

    def arrive(here: Office, came: tuple[str, ...]) -> None:
        state = here.state_of(sending)
        assert ends.setdefault(frozenset(came), state) == state, came
        if len(came) < most:
            for name in messages.keys() - set(came):
                there = here.fork()
                there.receive(messages[name])
                arrive(there, (*came, name))

    arrive(office, ())
    return ends


def test_every_order_of_up_to_six_messages_ends_in_the_same_state():
    office = in_memory()
    sending = office.billed(FEE, TOILET)
    file = office.file(sending)
    messages = {
        "receipt": acknowledged(file),
        "duplicate": envelope_duplicate(file),
        "duplicate number": duplicate(file),
        "processing": in_process(file),
        "rejection": rejected(file),
        "settlement": settled(file, {0: ("R502255", 0)}),
    }
    ends = all_orders(office, messages, 6, sending)
    assert len(ends) == 64
    for came, (state, made, days, items) in ends.items():
        contradicts = {"rejection"} < came and came & {"processing", "settlement"}
        waits = came & {"duplicate", "duplicate number"} and not came & {
            "receipt",
            "processing",
            "rejection",
            "settlement",
        }
        expected = [("contradictory_answers", sending)] * bool(contradicts) + [("duplicate_refusal", sending)] * bool(
            waits
        )
        assert list(items) == expected
        assert {invoice.status for invoice in made} == {
            "settled" if "settlement" in came else "withdrawn" if "rejection" in came else "issued"
        }
        assert {day.verdict for _, day in days} == {"mixed" if "settlement" in came else "none"}
        assert state.status != "prepared"


def test_nor_does_the_order_matter_for_a_refused_envelope_or_a_contested_settlement():
    office = in_memory()
    sending = office.billed(FEE, TOILET)
    file = office.file(sending)
    messages = {
        "receipt": acknowledged(file),
        "envelope": envelope_refused(file),
        "rejection": rejected(file),
        "contested": settled(file, wrong_by=1),
        "duplicate": envelope_duplicate(file),
    }
    assert len(all_orders(office, messages, 4, sending)) == 31
    messages["contested"] = settled(file)
    assert len(all_orders(office, messages, 4, sending)) == 31


def test_answers_may_come_while_the_outcome_of_the_hand_over_is_unknown():
    office = in_memory()
    office.record(office.patient().id, FEE)
    (total,) = office.bill().sendings
    assert total.sending_id
    file = office.file(total.sending_id)
    messages = {"receipt": acknowledged(file), "rejection": rejected(file), "settlement": settled(file)}
    all_orders(office, messages, 3, total.sending_id)


def test_every_order_on_the_real_store(make_office: MakeOffice, office: Office):
    """The same with databases: three messages, each order on a patient of its own."""
    states = []
    who = office.patient().id
    for day, order in enumerate(permutations((in_process, rejected, settled)), 1):
        office.record(who, FEE, TOILET, day=day)
        (total,) = office.bill().sendings
        assert total.sending_id
        for write in order:
            office.receive(write(office.file(total.sending_id)))
        state = office.sending(total.sending_id)
        (found,) = office.days(total.sending_id).values()
        states.append((state.facts, state.status, state.error_percentage, found.verdict, found.accepted_cents))
    assert len(set(states)) == 1
    assert [kind for kind, _ in office.open_items()] == ["contradictory_answers"] * 6


# What does not fit


def test_an_answer_to_an_unknown_sending_is_kept_and_listed(office: Office, make_office: MakeOffice):
    sending = office.billed()
    other = make_office(clock=office.clock, details={"tpp_number": NURSE})
    report = other.receive(settled(office.file(sending)))
    assert (report.outcome, report.sending_id, report.items) == ("unmatched", None, ("sending_unknown",))
    head = other.log.head()
    assert other.receive(settled(office.file(sending))).outcome == "unmatched"
    assert other.log.head() == head
    assert other.lookups.unmatched_messages(other.where) == [report.message]
    assert office.sending(sending).status == "transmitted"


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"hello", "é".encode() * 500])
def test_a_file_that_nobody_can_read_is_kept_and_listed(office: Office, content: bytes):
    report = office.receive(content)
    assert (report.outcome, report.items) == ("unreadable", ("unreadable",))
    assert office.messages.get(report.message) == content
    assert office.receive(content).outcome == "already_read"
    assert office.open_items() == [("unreadable", None)]


def test_a_billing_file_is_no_answer(office: Office):
    sending = office.billed()
    assert office.receive(office.file(sending)).outcome == "unreadable"


def test_bytes_that_mean_nothing_are_listed_and_the_rest_is_applied(office: Office):
    sending = office.billed()
    report = office.receive(settled(office.file(sending)) + b"GARBAGE" * 9)
    assert report.items == ("bytes_unread",)
    assert office.sending(sending).status == "settled"


def test_a_record_of_another_line_is_listed_and_the_rest_is_applied(office: Office):
    """Two files swapped at the union: the record numbers fit, our own reference does not."""
    first = office.billed(FEE, TOILET)
    office.record(office.patient(OTHER_SSIN, insured("131"), birth_date="").id, FEE, TOILET)
    (total,) = office.bill().sendings
    assert total.sending_id
    swapped = settled(office.file(total.sending_id), {0: ("E502720", 2000)}).replace(
        office.sending(total.sending_id).made.provider_reference.encode(),
        office.sending(first).made.provider_reference.encode(),
    )
    report = office.receive(swapped)
    assert set(report.items) == {"reference_disagrees"}
    assert (office.sending(first).status, verdicts(office, first)) == ("settled", ["accepted"])


# The way back


def test_ref_03_waiting_answers_are_collected_read_and_confirmed_in_one_step(office: Office):
    sending = office.billed()
    file = office.file(sending)
    office.unions.arrive(acknowledged(file), b"rubbish", settled(file))
    reports = office.answers.collect(context(), office.where).result.answers
    assert [report.outcome for report in reports] == ["read", "unreadable", "read"]
    assert office.unions.waiting == []
    assert office.answers.collect(context(), office.where).result.answers == ()
    assert office.sending(sending).status == "settled"


def test_an_answer_cut_short_while_it_is_read_is_collected_again(office: Office, monkeypatch: pytest.MonkeyPatch):
    sending = office.billed()
    office.unions.arrive(acknowledged(office.file(sending)))
    read_answer = office.codec.read_answer

    def broken(_content: bytes) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(office.codec, "read_answer", broken)
    with pytest.raises(RuntimeError):
        office.answers.collect(context(), office.where)
    monkeypatch.setattr(office.codec, "read_answer", read_answer)
    assert [r.outcome for r in office.answers.collect(context(), office.where).result.answers] == ["read"]
    assert office.sending(sending).status == "acknowledged"


def test_a_comment_on_an_erased_patient_stays_in_the_raw_message_and_the_settlement_is_applied(office: Office):
    sending = office.billed()
    content = settled(office.file(sending), {0: ("R502255", 0)})
    (day,) = office.days(sending).values()
    office.register.erase(context(), day.patient_id)
    assert office.receive(content).status == "settled"
    (after,) = office.days(sending).values()
    said = after.active[0].said
    assert said is not None
    assert (said.verdict, [r.code for r in said.reasons], said.comment) == ("refused", ["502255"], "")


def test_a_file_that_cannot_be_applied_keeps_none_behind_it_back(office: Office, monkeypatch: pytest.MonkeyPatch):
    sending = office.billed()
    file = office.file(sending)
    office.unions.arrive(acknowledged(file), settled(file))
    interpret = office.answers.interpret

    def refusing(given: Any, where: UUID, sha256: str) -> Any:
        if office.messages.get(sha256).startswith(b"931000"):
            raise NotAllowed("subject_erased", "no key")
        return interpret(given, where, sha256)

    monkeypatch.setattr(office.answers, "interpret", refusing)
    reports = office.answers.collect(context(), office.where).result.answers
    assert [report.outcome for report in reports] == ["not_applied", "read"]
    assert office.unions.waiting == []
    assert "not_applied" in [kind for kind, _ in office.open_items()]
    monkeypatch.undo()
    assert office.receive(acknowledged(file)).outcome == "read", "brought again, it is read again"


def test_nothing_is_collected_for_an_unknown_establishment(office: Office):
    from domain.errors import NotFound

    with pytest.raises(NotFound):
        office.answers.collect(context(), uid("nowhere"))


def test_states_are_compared_whole():
    """The comparison above sees a difference of one cent in one invoice."""
    office = in_memory()
    sending = office.billed()
    (invoice,) = office.invoices(sending)
    assert isinstance(invoice, Invoice)
    assert invoice != replace(invoice, accepted_cents=1)
    assert invoice in office.state_of(sending)[1]
