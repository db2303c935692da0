"""Whatever a practice decides and an insurer answers, in any order: a line that is paid is never asked again.

The oracle is a ledger of requests, line by line, that knows nothing of how a day keeps its state.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import billing_day as days
from domain import correction
from domain.answer import Reason
from domain.billing_day import BillingDay
from domain.correction import DECISIONS
from domain.day_events import DayBilled, DayReinstated, Decision, LineVerdict
from domain.errors import NotAllowed
from tests.domain.builders import a_care, a_day, uid
from tests.effort import times

VERDICTS = st.sampled_from(("accepted", "refused", "refused", "accepted_less"))


@dataclass
class Request:
    """One line asked in one sending; `state`: open, paid, refused, returned."""

    line_id: UUID
    sending_id: UUID
    cents: int
    state: str = "open"
    paid: int = 0


@dataclass
class Ledger:
    requests: list[Request] = field(default_factory=list)

    def ask(self, sending_id: UUID, lines: Sequence[days.Line]) -> None:
        for line in lines:
            alive = [one for one in self.requests if one.line_id == line.line_id and one.state in ("open", "paid")]
            assert not alive, "asked again while it waits or is paid"
            self.requests.append(Request(line.line_id, sending_id, line.care.amount_cents))

    def of(self, sending_id: UUID) -> list[Request]:
        return [one for one in self.requests if one.sending_id == sending_id]


class CorrectionLife(RuleBasedStateMachine):
    """A day of up to four lines, billed, answered, given back, decided upon and billed again."""

    @initialize(amounts=st.lists(st.integers(100, 5_000), min_size=1, max_size=4))
    def begin(self, amounts: list[int]) -> None:
        self.day: BillingDay = a_day(*(a_care(f"42501{n}", cents) for n, cents in enumerate(amounts)))
        self.ledger, self.sendings, self.away = Ledger(), 0, list[UUID]()

    def happens(self, events: Sequence[object]) -> None:
        for event in events:
            self.day = days.evolve(self.day, event)

    @precondition(lambda self: self.day.to_bill)
    @rule()
    def run(self) -> None:
        self.sendings += 1
        sending, lines = uid(f"sending {self.sendings}"), self.day.to_bill
        billed = days.bill(self.day, sending, uid(f"invoice {self.sendings}"), tuple(range(1, len(lines) + 1)))
        assert all(isinstance(event, DayBilled) for event in billed)
        self.ledger.ask(sending, lines)
        self.happens(billed)
        assert [line.line_id for line in self.day.asked] == [line.line_id for line in lines]
        self.away = []

    @precondition(lambda self: self.day.sending_id and self.day.verdict == "none")
    @rule(told=st.lists(VERDICTS, min_size=4, max_size=4))
    def settle(self, told: list[str]) -> None:
        sending = self.day.sending_id
        assert sending
        said = []
        for line, verdict in zip(self.day.asked, told, strict=False):
            (request,) = [one for one in self.ledger.of(sending) if one.line_id == line.line_id]
            cents = request.cents
            request.paid = {"accepted": cents, "refused": 0, "accepted_less": cents - 1}[verdict]
            request.state = "refused" if verdict == "refused" else "paid"
            if verdict != "accepted":
                reason = (Reason("R", "500522"),)
                said.append(LineVerdict(line.line_id, verdict, cents, request.paid, reason))  # type: ignore[arg-type]
        self.happens(days.settle(self.day, sending, f"message {self.sendings}", said))

    @precondition(lambda self: self.day.sending_id and self.day.verdict == "none")
    @rule()
    def give_back(self) -> None:
        sending = self.day.sending_id
        assert sending
        self.happens(days.give_back(self.day, sending, "rejected"))
        for request in self.ledger.of(sending):
            request.state = "returned"
        self.away = [sending]

    @rule()
    def settled_after_all(self) -> None:
        """The union settles a file that it had refused as a whole."""
        for sending in self.away:
            back = days.reinstate(self.day, sending, uid("invoice"))
            assert all(isinstance(event, DayReinstated) for event in back)
            if back:
                self.happens(back)
                for request in self.ledger.of(sending):
                    others = [one for one in self.ledger.requests if one.line_id == request.line_id]
                    assert not [one for one in others if one is not request and one.state in ("open", "paid")]
                    request.state = "open"
        self.away = []

    @precondition(lambda self: self.day.to_bill)
    @rule(cents=st.integers(100, 5_000), place=st.integers(0, 3))
    def correct(self, cents: int, place: int) -> None:
        lines = self.day.to_bill
        line = lines[place % len(lines)]
        self.happens(days.correct(self.day, line.line_id, replace(line.care, amount_cents=cents)))
        self.away = []  # what that file asked is not what stands here now: its settlement is for a person

    @rule(place=st.integers(0, 3))
    def correct_what_does_not_go(self, place: int) -> None:
        others = [line for line in self.day.active if line not in self.day.to_bill]
        if others:
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

    @rule()
    def restore(self) -> None:
        if self.day.decision == "none":
            with pytest.raises(NotAllowed):
                correction.restore(self.day)
        else:
            self.happens(correction.restore(self.day))
        assert self.day.decision == "none"

    @invariant()
    def what_would_be_billed_waits_for_nothing_and_is_not_paid(self) -> None:
        asked = {one.line_id for one in self.ledger.requests if one.state in ("open", "paid")}
        assert not asked & {line.line_id for line in self.day.to_bill}

    @invariant()
    def the_amounts_are_those_of_the_ledger(self) -> None:
        paid = sum(one.paid for one in self.ledger.requests if one.state == "paid")
        assert self.day.accepted_cents == paid
        if self.day.verdict != "none":
            asked = {one.line_id: one.cents for one in self.ledger.requests if one.state != "returned"}
            assert self.day.accepted_cents + self.day.refused_cents == sum(asked.values())
            lost = paid < sum(asked.values())
            assert self.day.verdict == ("accepted" if not lost else "mixed" if paid else "refused")


TestCorrectionLife = CorrectionLife.TestCase
TestCorrectionLife.settings = settings(max_examples=times(60), stateful_step_count=25, deadline=None)
