"""A day's whole life against a plain dictionary: whatever a person and the insurer do, both tell the same."""

from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import billing_day as days
from domain.care_entry import place
from domain.day_events import CareRecorded, LineVerdict
from domain.errors import DomainError
from tests.domain.builders import DAY, MESSAGE, PATIENT, WHERE, a_care, uid
from tests.effort import times

CODES = st.sampled_from(["425110", "425294", "425375"])
CENTS = st.integers(0, 5000)


class DayLife(RuleBasedStateMachine):
    """`model`: cents by line of what is active; `phase`: prepared, sent, settled."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[object] = []
        self.model: dict[UUID, int] = {}
        self.phase = "prepared"
        self.sendings = 0
        self.verdict = "none"
        self.accepted = self.refused = 0
        self.seen: set[UUID] = set()

    @property
    def day(self) -> Any:
        return days.fold(self.history)

    def attempt(self, command: Any, *arguments: Any) -> bool:
        try:
            self.history += command(self.day, *arguments)
        except DomainError:
            return False
        return True

    @rule(code=CODES, cents=CENTS)
    def care_is_recorded(self, code: str, cents: int) -> None:
        if self.phase != "prepared":
            assert not self.attempt(days.record, CareRecorded(WHERE, PATIENT, DAY, 1, ()))
            return
        known = [self.day] if self.day else []
        placed = place(WHERE, PATIENT, DAY, known, [a_care(code, cents)], match=False)
        assert self.attempt(days.record, CareRecorded(WHERE, PATIENT, DAY, placed.sequence, placed.added))
        (line,) = placed.added
        assert line.line_id not in self.seen
        self.seen.add(line.line_id)
        self.model[line.line_id] = cents

    @precondition(lambda self: self.model)
    @rule(pick=st.randoms(use_true_random=False), code=CODES, cents=CENTS)
    def a_line_is_corrected(self, pick: Any, code: str, cents: int) -> None:
        line = pick.choice(list(self.model))
        assert self.attempt(days.correct, line, a_care(code, cents)) == (self.phase == "prepared")
        if self.phase == "prepared":
            self.model[line] = cents

    @precondition(lambda self: self.model)
    @rule(pick=st.randoms(use_true_random=False))
    def a_line_is_withdrawn(self, pick: Any) -> None:
        line = pick.choice(list(self.model))
        assert self.attempt(days.withdraw, line) == (self.phase == "prepared")
        if self.phase == "prepared":
            del self.model[line]

    @precondition(lambda self: self.model)
    @rule()
    def it_is_billed(self) -> None:
        sending = uid(f"sending {self.sendings + 1}")
        records = tuple(range(3, 3 + len(self.model)))
        assert self.attempt(days.bill, sending, uid("invoice"), records) == (self.phase == "prepared")
        if self.phase == "prepared":
            self.sendings += 1
            self.phase = "sent"

    @precondition(lambda self: self.sendings)
    @rule(current=st.booleans())
    def its_sending_is_rejected(self, current: bool) -> None:
        self.attempt(days.give_back, uid(f"sending {self.sendings if current else 0}"), "rejected")
        if current and self.phase == "sent":
            self.phase = "prepared"

    @precondition(lambda self: self.sendings)
    @rule(pick=st.randoms(use_true_random=False), share=st.sampled_from([0, 50, 100]))
    def it_is_settled(self, pick: Any, share: int) -> None:
        said, refused = [], 0
        for line, cents in self.model.items():
            if pick.random() < 0.5:
                got = cents * share // 100
                kind: Any = "accepted" if got == cents and cents else "accepted_less" if got else "refused"
                said.append(LineVerdict(line, kind, cents, got))
                refused += cents - got
        self.attempt(days.settle, uid(f"sending {self.sendings}"), MESSAGE, said)
        if self.phase != "sent":
            return
        self.phase = "settled"
        kinds = [v.verdict for v in said]
        total = sum(self.model.values())
        if "refused" not in kinds and not refused:
            self.verdict, self.accepted, self.refused = "accepted", total, 0
        elif kinds.count("refused") == len(self.model):
            self.verdict, self.accepted, self.refused = "refused", 0, refused
        else:
            self.verdict, self.accepted, self.refused = "mixed", total - refused, refused

    @invariant()
    def both_tell_the_same(self) -> None:
        day = self.day
        if day is None:
            assert not self.model
            return
        assert {line.line_id: line.care.amount_cents for line in day.active} == self.model
        assert day.is_prepared == (self.phase == "prepared")
        assert (day.verdict, day.accepted_cents, day.refused_cents) == (self.verdict, self.accepted, self.refused)
        if self.phase == "settled":
            assert day.accepted_cents + day.refused_cents == sum(self.model.values())


TestDayLife = DayLife.TestCase
TestDayLife.settings = settings(max_examples=times(40), stateful_step_count=25, deadline=None)
