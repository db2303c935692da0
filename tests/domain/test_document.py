"""The invoice beyond eFact: its number and communication, and what a person may note of it, in any order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date as Date
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain import document as documents
from domain.document import (
    Document,
    DocumentCancelled,
    DocumentDay,
    DocumentHandedOut,
    DocumentIssued,
    DocumentPaid,
    DocumentRefused,
    DocumentReopened,
)
from domain.errors import DomainError, Invalid, NotAllowed
from tests.domain.builders import PATIENT, WHERE, uid
from tests.domain.spec import Spec
from tests.effort import times

ISSUED_ON, TODAY = Date(2026, 2, 2), Date(2026, 3, 2)
IDENTIFIER = uid("document")
ISSUED = DocumentIssued(
    WHERE,
    PATIENT,
    uid("run"),
    "2026000001",
    "202600000192",
    "81000146111",
    "2026-01",
    ISSUED_ON,
    (DocumentDay(uid("day"), (uid("line"),), 2_000), DocumentDay(uid("day 2"), (uid("line 2"),), 668)),
    2_668,
    0,
    0,
)
HANDED_OUT, REFUSED = DocumentHandedOut(Date(2026, 2, 5)), DocumentRefused(Date(2026, 2, 20))
PAID = DocumentPaid(PATIENT, Date(2026, 2, 20), 2_668, "statement 4")
PART = replace(PAID, cents=668)
spec = Spec(partial(documents.fold, identifier=IDENTIFIER))


@pytest.mark.parametrize(
    ("digits", "check"), [("0108068171", "83"), ("0000000000", "97"), ("0000000097", "97")], ids=str
)
def test_the_published_examples_of_structured_communications(digits: str, check: str) -> None:
    assert documents.communication_of(digits) == digits + check


def test_a_communication_as_it_is_printed() -> None:
    assert documents.printed("010806817183") == "+++010/8068/17183+++"
    assert documents.printed(documents.communication_of("0000000000")) == "+++000/0000/00097+++", "the lowest valid one"


@given(year=st.integers(2000, 2100), running=st.integers(1, 999_999))
def test_a_number_and_its_communication_name_each_other(year: int, running: int) -> None:
    number = documents.number_of(year, running)
    whole = documents.communication_of(number)
    assert (len(number), len(whole)) == (10, 12)
    assert (int(number[:4]), int(number[4:])) == (year, running)
    assert 1 <= int(whole[10:]) <= 97
    assert (int(number) - int(whole[10:])) % 97 == 0


@given(number=st.from_regex(r"[0-9]{10}", fullmatch=True), place=st.integers(0, 9), digit=st.integers(0, 9))
def test_one_mistyped_digit_never_has_the_same_check(number: str, place: int, digit: int) -> None:
    other = number[:place] + str(digit) + number[place + 1 :]
    same = documents.communication_of(number)[10:] == documents.communication_of(other)[10:]
    assert same == (number == other)


def test_the_numbers_of_a_year_end() -> None:
    with pytest.raises(NotAllowed) as caught:
        documents.number_of(2026, 1_000_000)
    assert caught.value.code == "document_numbers_exhausted"


def test_a_document_is_named_by_its_number_in_its_establishment() -> None:
    first = documents.document_id(WHERE, "2026000001")
    assert first == documents.document_id(WHERE, "2026000001")
    assert len({first, documents.document_id(WHERE, "2026000002"), documents.document_id(uid("b"), "2026000001")}) == 3


def test_it_is_handed_out_once() -> None:
    state = spec.given(ISSUED).when(documents.hand_out, HANDED_OUT.on, TODAY).then(HANDED_OUT)
    assert (state.status, state.handed_out_on, state.open_cents) == ("handed_out", HANDED_OUT.on, 2_668)
    spec.given(ISSUED, HANDED_OUT).when(documents.hand_out, HANDED_OUT.on, TODAY).refused("document_handed_out")


def test_it_is_paid_once_all_of_it_came() -> None:
    part = spec.given(ISSUED).when(documents.pay, PART.on, 668, " statement 4 ", TODAY).then(PART)
    assert (part.status, part.paid_cents, part.open_cents) == ("issued", 668, 2_000)
    rest = replace(PAID, cents=2_000, reference="")
    whole = spec.given(ISSUED, PART).when(documents.pay, PAID.on, 2_000, "", TODAY).then(rest)
    assert (whole.status, whole.paid_cents, whole.open_cents) == ("paid", 2_668, 0)


@pytest.mark.parametrize("cents", [0, -1, 2_669])
def test_no_more_is_paid_than_it_asks_and_no_less_than_something(cents: int) -> None:
    wrong = spec.given(ISSUED).when(documents.pay, PAID.on, cents, "", TODAY).refused("document_amount", Invalid)
    assert wrong.facts["field"] == "amount"


def test_one_that_asks_for_nothing_is_closed_by_nothing() -> None:
    free = replace(ISSUED, amount_cents=0)
    assert spec.given(free).when(documents.pay, PAID.on, 0, "", TODAY).state().status == "paid"


def test_a_long_reference_is_refused() -> None:
    spec.given(ISSUED).when(documents.pay, PAID.on, 668, "x" * 61, TODAY).refused("field_invalid", Invalid)


@pytest.mark.parametrize("on", [Date(2026, 2, 1), Date(2026, 3, 3)], ids=["before it was issued", "to come"])
def test_nothing_is_noted_of_a_day_on_which_it_cannot_be(on: Date) -> None:
    for act in (documents.hand_out, documents.refuse):
        spec.given(ISSUED).when(act, on, TODAY).refused("document_date", Invalid)
    spec.given(ISSUED).when(documents.pay, on, 668, "", TODAY).refused("document_date", Invalid)


def test_its_addressee_refuses_it_whole() -> None:
    state = spec.given(ISSUED, HANDED_OUT).when(documents.refuse, REFUSED.on, TODAY).then(REFUSED)
    assert (state.status, state.refused_on, state.open_cents) == ("refused", REFUSED.on, 0)
    spec.given(ISSUED, PART).when(documents.refuse, REFUSED.on, TODAY).refused("document_partly_paid")


def test_what_was_noted_wrongly_is_taken_back() -> None:
    for noted in ([PAID], [PART], [PART, replace(PAID, cents=2_000)], [REFUSED]):
        state = spec.given(ISSUED, HANDED_OUT, *noted).when(documents.reopen).then(DocumentReopened())
        assert state == spec.given(ISSUED, HANDED_OUT).state
        assert spec.given(ISSUED, *noted).when(documents.reopen).state() == spec.given(ISSUED).state
    spec.given(ISSUED, HANDED_OUT).when(documents.reopen).refused("document_nothing_noted")


def test_it_is_cancelled_as_long_as_nothing_is_paid() -> None:
    for before in ([ISSUED], [ISSUED, HANDED_OUT], [ISSUED, PAID, DocumentReopened()]):
        assert spec.given(*before).when(documents.cancel).then(DocumentCancelled()).status == "cancelled"
    spec.given(ISSUED, PART).when(documents.cancel).refused("document_partly_paid")


@pytest.mark.parametrize("last", [PAID, REFUSED, DocumentCancelled()], ids=["paid", "refused", "cancelled"])
def test_nothing_more_happens_to_one_that_is_closed(last: object) -> None:
    closed = spec.given(ISSUED, last)
    closed.when(documents.pay, PAID.on, 1, "", TODAY).refused("document_closed")
    closed.when(documents.refuse, REFUSED.on, TODAY).refused("document_closed")
    closed.when(documents.cancel).refused("document_closed")


class DocumentLife(RuleBasedStateMachine):
    """Whatever people note, in any order: what is paid and open always adds up, and no closed one takes money."""

    @initialize(cents=st.integers(0, 5_000))
    def begin(self, cents: int) -> None:
        state = documents.fold([replace(ISSUED, amount_cents=cents)], IDENTIFIER)
        assert state
        self.state, self.came = state, 0

    def tried(self, act: Callable[[Document], list[object]]) -> bool:
        """Whether it was allowed; then it happened."""
        try:
            happened = act(self.state)
        except DomainError:
            return False
        for event in happened:
            self.state = documents.evolve(self.state, event, IDENTIFIER)
        return True

    @rule(cents=st.integers(-1, 5_001))
    def pay(self, cents: int) -> None:
        was_open, left = self.state.status in documents.OPEN, self.state.made.amount_cents - self.came
        done = self.tried(lambda state: documents.pay(state, PAID.on, cents, "", TODAY))
        assert done == (was_open and (0 < cents <= left or cents == left == 0))
        self.came += cents if done else 0

    @rule()
    def hand_out(self) -> None:
        may = self.state.status == "issued"
        assert self.tried(lambda state: documents.hand_out(state, HANDED_OUT.on, TODAY)) == may

    @rule()
    def refuse(self) -> None:
        may = self.state.status in documents.OPEN and not self.state.payments
        assert self.tried(lambda state: documents.refuse(state, REFUSED.on, TODAY)) == may

    @rule()
    def reopen(self) -> None:
        may = bool(self.state.payments) or self.state.status == "refused"
        assert self.tried(documents.reopen) == may
        self.came = 0 if may else self.came

    @rule()
    def cancel(self) -> None:
        may = self.state.status in documents.OPEN and not self.state.payments
        assert self.tried(documents.cancel) == may

    @invariant()
    def what_came_and_what_is_open_is_what_was_asked(self) -> None:
        asked = self.state.made.amount_cents
        assert self.state.paid_cents == self.came <= asked
        if self.state.status in documents.OPEN:
            assert self.state.paid_cents + self.state.open_cents == asked
        if self.state.status == "paid":
            assert self.came == asked
        if self.state.status in ("refused", "cancelled"):
            assert (self.came, self.state.open_cents) == (0, 0)


TestDocumentLife = DocumentLife.TestCase
TestDocumentLife.settings = settings(max_examples=times(40), stateful_step_count=15, deadline=None)
