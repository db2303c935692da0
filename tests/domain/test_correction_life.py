"""Whatever a practice decides, and an insurer or the addressee of a document answers, in any order: a line that waits
or is paid is never asked again, whether by file or by document.

The oracle is a ledger of requests, line by line, that knows nothing of how a day keeps its state.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import billing_day as days
from domain import correction
from domain.answer import Reason
from domain.billing_day import BillingDay
from domain.correction import DECISIONS, GIVES_UP
from domain.day_events import DayBilled, DayReinstated, Decision, LineVerdict
from domain.day_states import CLOSED, COMMANDS, STATES, TABLE, Command, State, forbids, state_of
from domain.errors import NotAllowed
from tests.domain.builders import a_care, a_day, recorded, uid
from tests.effort import times

VERDICTS = st.sampled_from(("accepted", "refused", "refused", "accepted_less"))
TOLD = st.sampled_from([["accepted"] * 4, ["refused"] * 4]) | st.lists(VERDICTS, min_size=4, max_size=4)
WHO = st.sampled_from(("user:1", "user:2", "rule:3"))
TAKEN = st.sampled_from([[True] * 4, [False] * 4]) | st.lists(st.booleans(), min_size=4, max_size=4)


@dataclass
class Request:
    """One line asked in one sending; `state`: open, paid, refused, returned, or `credited` when it is paid no more."""

    line_id: UUID
    sending_id: UUID
    cents: int
    state: str = "open"
    paid: int = 0
    credit: UUID | None = None

    @property
    def is_alive(self) -> bool:
        """A union may pay it, or has, and nobody gave it back."""
        return self.state in ("open", "paid") and self.credit is None


@dataclass
class Ledger:
    requests: list[Request] = field(default_factory=list)

    def ask(self, sending_id: UUID, lines: Sequence[days.Line]) -> None:
        for line in lines:
            alive = [one for one in self.requests if one.line_id == line.line_id and one.is_alive]
            assert not alive, "asked again while it waits or is paid"
            self.requests.append(Request(line.line_id, sending_id, line.care.amount_cents))

    def give_back(self, sending_id: UUID, lines: Sequence[days.Line]) -> None:
        for line in lines:
            paid = [one for one in self.requests if one.line_id == line.line_id and one.is_alive][-1]
            assert paid.state == "paid"
            assert line.care.amount_cents == -paid.paid, "given back is what was paid"
            paid.credit = sending_id

    def of(self, sending_id: UUID) -> list[Request]:
        return [one for one in self.requests if one.sending_id == sending_id]

    def credited_in(self, sending_id: UUID) -> list[Request]:
        return [one for one in self.requests if one.credit == sending_id]

    def last(self) -> dict[UUID, Request]:
        """The last request of each line that was not given back by its file."""
        return {one.line_id: one for one in self.requests if one.state != "returned"}


class CorrectionLife(RuleBasedStateMachine):
    """A day of up to four lines, billed by file or document, answered, given back, decided upon, credited, billed again."""

    @initialize(amounts=st.lists(st.integers(100, 5_000), min_size=1, max_size=4))
    def begin(self, amounts: list[int]) -> None:
        self.day: BillingDay = a_day(*(a_care(f"42501{n}", cents) for n, cents in enumerate(amounts)))
        self.ledger, self.sendings, self.away = Ledger(), 0, list[UUID]()
        self.waits_for_second = NOTHING_PROPOSED
        self.left, self.left_before, self.left_away = 0, list[int](), 0

    def billed(self) -> None:
        """Runs that left it are counted anew."""
        self.left_before.append(self.left)
        self.left = 0

    def came_back(self) -> None:
        self.left = self.left_away = self.left_before.pop()

    def happens(self, events: Sequence[object], *, leaves_proposal: bool = False) -> None:
        for event in events:
            self.day = days.evolve(self.day, event)
        if events and not leaves_proposal:
            self.waits_for_second = NOTHING_PROPOSED

    @precondition(lambda self: self.day.to_bill or self.day.to_credit)
    @rule(split=st.booleans())
    def run(self, split: bool) -> None:
        """`split`: the insurer takes a credit note and the new bill in two months only."""
        self.sendings += 1
        sending, asked, back = uid(f"sending {self.sendings}"), self.day.to_bill, self.day.to_credit
        before = self.day
        for payer, lines in back.items():
            invoice = uid(f"credit {payer} {self.sendings}")
            self.happens(days.credit(before, payer, sending, invoice, tuple(range(1, len(lines) + 1))))
            self.ledger.give_back(sending, lines)
        if asked and not (back and split):
            billed = days.bill(before, sending, uid(f"invoice {self.sendings}"), tuple(range(1, len(asked) + 1)))
            assert all(isinstance(event, DayBilled) for event in billed)
            self.ledger.ask(sending, asked)
            self.happens(billed)
            self.billed()
            assert [line.line_id for line in self.day.asked] == [line.line_id for line in asked]
        self.away = []

    @precondition(lambda self: self.day.to_bill and not self.day.to_credit)
    @rule()
    def run_to_paper(self) -> None:
        """Its destination is one that no file reaches: a document asks for it."""
        self.sendings += 1
        document, asked = uid(f"document {self.sendings}"), self.day.to_bill
        records = tuple(range(1, len(asked) + 1))
        self.ledger.ask(document, asked)
        self.happens(days.bill(self.day, document, document, records, is_document=True))
        self.billed()
        assert [line.line_id for line in self.day.asked] == [line.line_id for line in asked]
        assert self.day.document == "open"
        self.away = []

    @precondition(lambda self: self.day.document == "open")
    @rule(is_paid=st.booleans())
    def note(self, is_paid: bool) -> None:
        """A person notes what became of the document."""
        document = self.day.sending_id
        assert document
        said = days.pay_on_document(self.day, document) if is_paid else days.refuse_on_document(self.day, document)
        assert said
        self.happens(said)
        for request in self.ledger.of(document):
            request.state, request.paid = ("paid", request.cents) if is_paid else ("refused", 0)
        assert not days.pay_on_document(self.day, document)
        assert not days.refuse_on_document(self.day, document)

    @precondition(lambda self: self.day.document in ("paid", "refused"))
    @rule()
    def noted_wrongly(self) -> None:
        document = self.day.sending_id
        assert document
        if self.day.decision != "none" or self.day.credits:
            assert refused_with(lambda: days.reopen_on_document(self.day, document)) == "document_decided"
            return
        self.happens(days.reopen_on_document(self.day, document))
        self.left = 0
        for request in self.ledger.of(document):
            request.state, request.paid = "open", 0
        self.away = []

    @precondition(lambda self: self.day.document == "open")
    @rule()
    def cancel_document(self) -> None:
        document = self.day.sending_id
        assert document
        self.happens(days.give_back(self.day, document, "document_cancelled"))
        self.came_back()
        for request in self.ledger.of(document):
            request.state = "returned"
        self.away = []

    @property
    def waiting(self) -> UUID | None:
        """The sending whose answer the day waits for."""
        open_ones = [one.sending_id for one in self.day.credits if not one.settled_by]
        in_file = self.day.sending_id if self.day.verdict == "none" and not self.day.document else None
        return open_ones[0] if open_ones else in_file

    @precondition(lambda self: self.waiting)
    @rule(told=TOLD, taken=TAKEN)
    def settle(self, told: list[str], taken: list[bool]) -> None:
        sending, before, message = self.waiting, self.day, f"message {self.sendings}"
        assert sending
        verdict_of_line = dict(zip((line.line_id for line in before.lines), taken, strict=False))
        for credit in [one for one in before.credits if one.sending_id == sending]:
            said = []
            for line_id, cents in zip(credit.line_ids, credit.cents, strict=True):
                (request,) = [one for one in self.ledger.credited_in(sending) if one.line_id == line_id]
                if verdict_of_line[line_id]:
                    request.state, request.paid = "credited", 0
                else:
                    request.credit = None
                    said.append(LineVerdict(line_id, "refused", cents, 0, (Reason("F", "202920"),)))
            self.happens(days.settle_credit(before, credit.invoice_id, message, said))
        if before.sending_id != sending:
            return
        said = []
        for line, verdict in zip(before.asked, told, strict=False):
            (request,) = [one for one in self.ledger.of(sending) if one.line_id == line.line_id]
            cents = request.cents
            request.paid = {"accepted": cents, "refused": 0, "accepted_less": cents - 1}[verdict]
            request.state = "refused" if verdict == "refused" else "paid"
            if verdict != "accepted":
                reason = (Reason("R", "500522"),)
                said.append(LineVerdict(line.line_id, verdict, cents, request.paid, reason))  # type: ignore[arg-type]
        self.happens(days.settle(before, sending, message, said))

    @precondition(lambda self: self.waiting)
    @rule()
    def give_back(self) -> None:
        sending = self.waiting
        assert sending
        is_asked = self.day.sending_id == sending and self.day.verdict == "none"
        self.happens(days.give_back(self.day, sending, "rejected"))
        if is_asked:
            self.came_back()
        for request in self.ledger.of(sending):
            request.state = "returned"
        self.away_credits = self.ledger.credited_in(sending)
        for request in self.away_credits:
            request.credit = None
        self.away = [sending]

    @rule()
    def settled_after_all(self) -> None:
        """The union settles a file that it had refused as a whole."""
        for sending in self.away:
            back = days.reinstate(self.day, sending, uid("invoice"))
            assert all(isinstance(event, DayReinstated) for event in back)
            if back:
                self.happens(back)
                if self.day.sending_id == sending and self.day.verdict == "none":
                    self.left_before.append(self.left_away)
                    self.left = 0
                for request in self.away_credits:
                    assert request.is_alive
                    request.credit = sending
                for request in self.ledger.of(sending):
                    others = [one for one in self.ledger.requests if one.line_id == request.line_id]
                    assert not [one for one in others if one is not request and one.is_alive]
                    request.state = "open"
        self.away = []

    @precondition(lambda self: self.day.to_bill)
    @rule(cents=st.integers(100, 5_000), place=st.integers(0, 3))
    def correct(self, cents: int, place: int) -> None:
        lines = self.day.to_bill
        line = lines[place % len(lines)]
        corrected = days.correct(self.day, line.line_id, replace(line.care, amount_cents=cents))
        self.happens(corrected, leaves_proposal=True)
        self.away = []  # what that file asked is not what stands here now: its settlement is for a person

    @rule(place=st.integers(0, 3))
    def correct_what_does_not_go(self, place: int) -> None:
        others = [line for line in self.day.active if line not in self.day.to_bill]
        if others and not self.day.is_open:
            line = others[place % len(others)]
            with pytest.raises(NotAllowed):
                days.correct(self.day, line.line_id, replace(line.care, amount_cents=line.care.amount_cents + 1))

    @rule(decision=st.sampled_from(DECISIONS))
    def decide(self, decision: Decision) -> None:
        if correction.why_not(self.day, decision):
            with pytest.raises(NotAllowed):
                correction.decide(self.day, decision)
        else:
            self.happens(correction.decide(self.day, decision))

    @rule(decision=st.sampled_from(GIVES_UP), by=WHO)
    def propose(self, decision: Decision, by: str) -> None:
        before = self.day
        if correction.why_not(before, decision):
            with pytest.raises(NotAllowed):
                correction.propose(before, decision, by)
            return
        self.happens(correction.propose(before, decision, by), leaves_proposal=True)
        if decision not in (before.decision, before.proposed):
            self.waits_for_second = (decision, by)
        assert self.day._replace(proposed="none", proposed_by="") == before._replace(proposed="none", proposed_by="")

    @rule(by=WHO)
    def confirm(self, by: str) -> None:
        decision, proposer = self.waits_for_second
        if by == proposer or decision == "none" or correction.why_not(self.day, decision):
            with pytest.raises(NotAllowed):
                correction.confirm(self.day, by)
            return
        self.happens(correction.confirm(self.day, by))
        assert self.day.decision == decision

    @rule()
    def who_proposed_does_not_decide_it_alone(self) -> None:
        decision, proposer = self.waits_for_second
        if proposer and not correction.why_not(self.day, decision):
            assert refused_with(lambda: correction.confirm(self.day, proposer)) == "correction_own_proposal"
            own = refused_with(lambda: correction.decide(self.day, decision, proposer))
            assert own == "correction_own_proposal"

    @rule()
    def decline(self) -> None:
        if self.waits_for_second == NOTHING_PROPOSED:
            assert refused_with(lambda: correction.decline(self.day)) == "correction_nothing_proposed"
        else:
            before = self.day
            self.happens(correction.decline(before))
            assert self.day == before._replace(proposed="none", proposed_by="")

    @rule()
    def restore(self) -> None:
        before = self.day
        if before.is_in_closed_books:
            assert refused_with(lambda: correction.restore(before, before.date)) == "correction_period_closed"
        elif before.decision == "none" or before.credits:
            with pytest.raises(NotAllowed):
                correction.restore(before, before.date)
        else:
            self.happens(correction.restore(before, before.date))
            assert self.day.decision == "none"

    @rule()
    def leave(self) -> None:
        """A billing run goes by: what waits for a decision is left, and nothing else of it changes."""
        before = self.day
        if not before.waits_for_decision:
            with pytest.raises(NotAllowed):
                correction.leave(before, uid("run"))
            return
        self.happens(correction.leave(before, uid("run")), leaves_proposal=True)
        self.left += 1
        assert self.day == before._replace(left_times=before.left_times + 1)

    @precondition(lambda self: self.day.decision == "justified")
    @rule()
    def close_books(self) -> None:
        """Of the month in which it was given up: whoever reads the day tells."""
        self.day = self.day._replace(is_in_closed_books=True)

    @precondition(lambda self: self.day.is_in_closed_books)
    @rule(decision=st.sampled_from(DECISIONS))
    def what_stands_in_closed_books_stands(self, decision: Decision) -> None:
        assert correction.why_not(self.day, decision) == ("" if decision == "justified" else "correction_period_closed")
        assert not correction.decide(self.day, "justified")

    @precondition(lambda self: self.day.is_in_closed_books)
    @rule()
    def reopen_books(self) -> None:
        self.day = self.day._replace(is_in_closed_books=False)

    @rule(command=st.sampled_from(COMMANDS), place=st.integers(0, 3))
    def what_the_table_forbids_is_refused_with_its_code(self, command: Command, place: int) -> None:
        code = forbids(self.day, command)
        if not code:
            return
        line = self.day.lines[place % len(self.day.lines)]
        with pytest.raises(NotAllowed) as raised:
            self.tried(command, line)()
        assert raised.value.code == code

    def tried(self, command: Command, line: days.Line) -> Callable[[], Sequence[object]]:
        day = self.day
        acts: dict[Command, Callable[[], Sequence[object]]] = {
            "record": lambda: days.record(day, recorded(date=day.date)),
            "correct": lambda: days.correct(day, line.line_id, replace(line.care, units=9)),
            "withdraw": lambda: days.withdraw(day, line.line_id),
            "bill": lambda: days.bill(day, uid("s"), uid("i"), tuple(range(len(day.to_bill)))),
            "restore": lambda: correction.restore(day, day.date),
            "leave": lambda: correction.leave(day, uid("run")),
        }
        return acts.get(command, lambda: correction.decide(day, command))  # type: ignore[arg-type]

    @invariant()
    def what_would_be_billed_waits_for_nothing_and_is_not_paid(self) -> None:
        asked = {one.line_id for one in self.ledger.requests if one.is_alive}
        asked -= {line.line_id for lines in self.day.to_credit.values() for line in lines}
        assert not asked & {line.line_id for line in self.day.to_bill}

    @invariant()
    def no_credit_note_takes_back_what_a_document_brought(self) -> None:
        back = {line.line_id for lines in self.day.to_credit.values() for line in lines}
        papers = {uid(f"document {n}") for n in range(1, self.sendings + 1)}
        on_paper = [one for one in self.ledger.requests if one.is_alive and one.sending_id in papers]
        assert not back & {one.line_id for one in on_paper}
        assert not on_paper or self.day.document in ("open", "paid")

    @invariant()
    def only_what_was_given_up_stands_in_closed_books(self) -> None:
        assert self.day.decision == "justified" or not self.day.is_in_closed_books

    @invariant()
    def a_proposal_stands_until_something_else_happens_to_the_day(self) -> None:
        assert (self.day.proposed, self.day.proposed_by) == self.waits_for_second

    @invariant()
    def whatever_is_refused_without_a_decision_can_be_left_and_is_counted(self) -> None:
        assert self.day.left_times == self.left
        if self.day.verdict in ("mixed", "refused") and self.day.decision == "none":
            assert self.day.waits_for_decision
            assert correction.leave(self.day, uid("run"))

    @invariant()
    def nothing_more_comes_of_what_is_closed(self) -> None:
        if state_of(self.day) in CLOSED:
            assert not self.day.waits_for_decision
            assert not self.day.waits_for_run
            assert not self.day.waits_for_credit

    @invariant()
    def the_amounts_are_those_of_the_ledger(self) -> None:
        paid = sum(one.paid for one in self.ledger.requests if one.state == "paid")
        assert self.day.accepted_cents == paid
        last = list(self.ledger.last().values())
        given_back = any(one.credit or one.state == "credited" for one in self.ledger.requests)
        is_paid_twice = any(one.state == "paid" and one not in last for one in self.ledger.requests)
        if self.day.verdict != "none" and not given_back and not is_paid_twice:
            asked = sum(one.cents for one in last)
            assert self.day.accepted_cents + self.day.refused_cents == asked
            assert self.day.verdict == ("accepted" if paid == asked else "mixed" if paid else "refused")


NOTHING_PROPOSED: tuple[Decision, str] = ("none", "")
FINDS_NOTHING = {"correction_nothing_refused", "correction_nothing_paid", "correction_paid_before"}
YES, NO = [True] * 4, [False] * 4
PAID, LOST, PARTLY = ["accepted"] * 4, ["refused"] * 4, ["accepted", "refused"] * 2
PATHS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "to_bill": [],
    "in_sending": [("run", {"split": False})],
    "paid": [("run", {"split": False}), ("settle", {"told": PAID, "taken": YES})],
    "partly_refused": [("run", {"split": False}), ("settle", {"told": PARTLY, "taken": YES})],
    "refused": [("run", {"split": False}), ("settle", {"told": LOST, "taken": YES})],
    "on_document": [("run_to_paper", {})],
    "paid_on_document": [("run_to_paper", {}), ("note", {"is_paid": True})],
    "refused_on_document": [("run_to_paper", {}), ("note", {"is_paid": False})],
}
PATHS |= {
    "partly_paid_on_document": [
        ("run", {"split": False}),
        ("settle", {"told": ["accepted_less", "refused"] * 2, "taken": YES}),
        ("decide", {"decision": "rebill_elsewhere"}),
        *PATHS["paid_on_document"],
    ],
    "to_bill_again": [*PATHS["refused"], ("decide", {"decision": "rebill"})],
    "justified": [*PATHS["refused"], ("decide", {"decision": "justified"})],
    "justified_in_closed_books": [*PATHS["refused"], ("decide", {"decision": "justified"}), ("close_books", {})],
    "to_credit": [*PATHS["paid"], ("decide", {"decision": "credit_note"})],
    "to_regularise": [*PATHS["paid"], ("decide", {"decision": "regularise"})],
}
PATHS |= {
    "credit_asked": [*PATHS["to_credit"], ("run", {"split": True})],
    "regularise_asked": [*PATHS["to_regularise"], ("run", {"split": True})],
    "paid_before": [*PATHS["to_credit"], ("run", {"split": False}), ("settle", {"told": LOST, "taken": NO})],
}
PATHS |= {
    "credited": [*PATHS["credit_asked"], ("settle", {"told": PAID, "taken": YES})],
    "regularised": [*PATHS["regularise_asked"], ("settle", {"told": PAID, "taken": YES})],
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_and_each_of_its_commands_decided(state: State) -> None:
    life = CorrectionLife()
    life.begin(amounts=[2_000, 668])
    for step, values in PATHS[state]:
        getattr(life, step)(**values)
    assert state_of(life.day) == state
    assert set(TABLE[state]) == set(COMMANDS)
    for command in COMMANDS:
        life.what_the_table_forbids_is_refused_with_its_code(command=command, place=0)
        if not forbids(life.day, command):
            line = life.day.refused[0] if life.day.refused else life.day.lines[0]
            assert refused_with(life.tried(command, line)) in {"", *FINDS_NOTHING}, "the table allows it"


def refused_with(act: Callable[[], object]) -> str:
    try:
        act()
    except NotAllowed as refused:
        return refused.code
    return ""


TestCorrectionLife = CorrectionLife.TestCase
TestCorrectionLife.settings = settings(max_examples=times(60), stateful_step_count=25, deadline=None)
