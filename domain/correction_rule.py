"""Rules of a practice that decide about refused days by themselves, once somebody saw what one would have done.

A rule is named by what it says, so that the same one switched on again is the same rule.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from domain.correction import REASONED
from domain.day_events import Decision
from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import Sealed, event
from domain.rules.cures import need_of
from domain.rules.unions import UNIONS

BY_RULE = "rule:"
"""What the actor of an automatic decision begins with; the id of the rule follows."""
DECIDED_BY_RULES: tuple[Decision, ...] = ("rebill", "justified")
MOST_CODES = 20
SHORTEST_REASON = 3
_RULES = UUID("8d5f1c0b-6f3e-5b7a-9c52-1b0e4a7d3f68")
_CODE = re.compile(r"[A-Z0-9]{1,8}(/[A-Z0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """What a rule says: of refusals with these root codes (sorted), of one union or of any (empty), what is decided.

    `is_after_cure`: only days of which the cure is seen. `reason`: why money is given up, for `justified` alone.
    """

    codes: tuple[str, ...]
    decision: Decision
    national_union: str = ""
    is_after_cure: bool = False
    reason: str = ""


@event("correction_rule.switched_on", subject="establishment_id")
class RuleSwitchedOn:
    """Somebody who saw what the rule would have done lets it decide from now on.

    `dry_run`: hash of what was seen. `why`: what it says of each day where it gives money up.
    """

    establishment_id: UUID
    codes: tuple[str, ...]
    decision: Decision
    dry_run: str
    national_union: str = ""
    is_after_cure: bool = False
    why: Sealed = ""


@event("correction_rule.switched_off")
class RuleSwitchedOff:
    """The rule decides nothing any more; what it decided stands."""

    establishment_id: UUID


@dataclass(frozen=True, slots=True)
class Rule:
    """State of a rule."""

    establishment_id: UUID
    spec: RuleSpec
    dry_run: str
    is_on: bool = True


def fold(events: Iterable[object]) -> Rule | None:
    """State after all events of one stream."""
    state: Rule | None = None
    for happened in events:
        if isinstance(happened, RuleSwitchedOn):
            spec = RuleSpec(
                happened.codes, happened.decision, happened.national_union, happened.is_after_cure, happened.why
            )
            state = Rule(happened.establishment_id, spec, happened.dry_run)
        elif isinstance(happened, RuleSwitchedOff) and state:
            state = replace(state, is_on=False)
    return state


def rule_id(establishment_id: UUID, spec: RuleSpec) -> UUID:
    """The reason does not name a rule: it is said anew each time that the rule is switched on."""
    cure = "cure" if spec.is_after_cure else ""
    return uuid5(_RULES, f"{establishment_id}|{','.join(spec.codes)}|{spec.national_union}|{spec.decision}|{cure}")


def rule_of(actor: str) -> UUID | None:
    """The rule that acted, if one did."""
    try:
        return UUID(actor.removeprefix(BY_RULE)) if actor.startswith(BY_RULE) else None
    except ValueError:
        return None


def specified(
    codes: Sequence[str], decision: str, national_union: str = "", reason: str = "", *, is_after_cure: bool = False
) -> RuleSpec:
    """A rule as somebody wants it. Raises `Invalid` for one that no rule can be, but for a missing reason."""
    known = tuple(sorted({code.strip().upper() for code in codes if code.strip()}))
    if not 0 < len(known) <= MOST_CODES or not all(_CODE.fullmatch(code) for code in known):
        raise Invalid("refusal_code_invalid", f"codes: give 1 to {MOST_CODES} codes such as 502255.", field="codes")
    if national_union and national_union not in UNIONS:
        raise Invalid("field_invalid", f"national_union: give one of {', '.join(UNIONS)}.", field="national_union")
    wanted = next((one for one in DECIDED_BY_RULES if one == decision), None)
    if wanted is None:
        raise Invalid("rule_decision", f"decision: give one of {', '.join(DECIDED_BY_RULES)}.", field="decision")
    if is_after_cure and (wanted in REASONED or not all(need_of(code) for code in known)):
        raise Invalid("rule_cure_unseen", "is_after_cure: no program can see a cure of that.", field="is_after_cure")
    return RuleSpec(known, wanted, national_union, is_after_cure, reason.strip() if wanted in REASONED else "")


def switch_on(state: Rule | None, where: UUID, spec: RuleSpec, dry_run: str) -> list[object]:
    """Let it decide from now on. Raises `Invalid` where a reason is missing, `NotAllowed` if it is on."""
    if spec.decision in REASONED and len(spec.reason) < SHORTEST_REASON:
        raise Invalid("reason_missing", "reason: say why nothing more is asked.", field="reason")
    if state and state.is_on:
        raise NotAllowed("rule_is_on", "This rule is on already.")
    return [
        RuleSwitchedOn(where, spec.codes, spec.decision, dry_run, spec.national_union, spec.is_after_cure, spec.reason)
    ]


def switch_off(state: Rule | None) -> list[object]:
    """Let it decide no more; a second time changes nothing."""
    if state is None:
        raise NotFound("rule_unknown", "There is no such rule.")
    return [RuleSwitchedOff(state.establishment_id)] if state.is_on else []
