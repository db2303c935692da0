"""What a rule finds among refusals, and what it would have done with those of some months."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from hashlib import sha256
from uuid import UUID

from domain.billing_day import AGAIN
from domain.correction_rule import RuleSpec
from domain.day_events import Decision


@dataclass(frozen=True, slots=True)
class Refused:
    """What one answer refused of a day under one root code, and what came of it (as `projections.precedents`)."""

    day_id: UUID
    sending_id: UUID
    national_union: str
    root_code: str
    cents: int
    is_refused: bool
    decision: Decision
    outcome: str


@dataclass(frozen=True, slots=True)
class Found:
    """A day that a rule is about. `cents`: what was refused of it; `decision`, `outcome`: what became of it in fact."""

    day_id: UUID
    cents: int
    decision: Decision
    outcome: str


@dataclass(frozen=True, slots=True)
class Became:
    """Days of which the same became in fact."""

    decision: Decision
    outcome: str
    days: int
    cents: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have decided about refusals that came in from `since` to `until`, both included.

    `sha256` names it: whoever switches the rule on says what was seen.
    """

    spec: RuleSpec
    since: Date
    until: Date
    days: int
    cents: int
    became: tuple[Became, ...]
    sha256: str


def matching(spec: RuleSpec, refused: Iterable[Refused], *, by_day: bool = False) -> list[Found]:
    """Answers about days that refuse for the codes of the rule and for nothing else, in their order.

    `by_day`: days of which no answer refused for anything else.
    What was only paid for less is not billed again, and so counts for no rule that does that.
    """
    answers: dict[tuple[UUID, UUID | None], dict[str, Refused]] = {}
    for one in refused:
        if spec.national_union in ("", one.national_union) and (one.is_refused or spec.decision not in AGAIN):
            answer = (one.day_id, None if by_day else one.sending_id)
            answers.setdefault(answer, {}).setdefault(one.root_code, one)
    return [_found(list(roots.values())) for roots in answers.values() if all(code in spec.codes for code in roots)]


def _first_of_each_day(found: Iterable[Found]) -> list[Found]:
    """No rule decides about a day twice."""
    days: dict[UUID, Found] = {}
    for one in found:
        days.setdefault(one.day_id, one)
    return list(days.values())


def trial(where: UUID, spec: RuleSpec, since: Date, until: Date, refused: Iterable[Refused]) -> Trial:
    """`refused`: all that came in meanwhile."""
    found = _first_of_each_day(matching(spec, refused))
    sums: dict[tuple[Decision, str], list[int]] = {}
    for one in found:
        counts = sums.setdefault((one.decision, one.outcome), [0, 0])
        counts[0] += 1
        counts[1] += one.cents
    became = sorted((Became(*key, *counts) for key, counts in sums.items()), key=lambda one: (-one.days, one.decision))
    return Trial(
        spec, since, until, len(found), sum(one.cents for one in found), tuple(became), _hash(where, spec, found)
    )


def _found(roots: Sequence[Refused]) -> Found:
    return Found(roots[0].day_id, sum(one.cents for one in roots), roots[0].decision, roots[0].outcome)


def _hash(where: UUID, spec: RuleSpec, found: Sequence[Found]) -> str:
    """Of what the rule says and of every day that it finds; the reason is said when it is switched on."""
    rule = f"{where}|{' '.join(spec.codes)}|{spec.national_union}|{spec.decision}|{spec.is_after_cure}"
    days = sorted(f"{one.day_id} {one.cents} {one.decision} {one.outcome}" for one in found)
    return sha256("\n".join([rule, *days]).encode()).hexdigest()
