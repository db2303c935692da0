"""Who acted, as a person reads it."""

from collections.abc import Callable, Hashable
from uuid import UUID

from api.catalogue import text
from api.web.rule_words import rule_name
from api.web.visit import Visit
from domain import correction_rule as rules
from domain.correction_rule import rule_of


def name_of(visit: Visit, actor: str) -> str:
    """Who acted, as a person reads it: the name of a user, else what kind of actor it was."""
    return once(visit, (actor, visit.language), lambda: _name_of(visit, actor))


def once(visit: Visit, key: Hashable, find: Callable[[], str]) -> str:
    """What was found for the key before in this request, else found now: a long list names few people many times."""
    state = visit.request.state
    if not hasattr(state, "found_names"):
        state.found_names = {}
    known: dict[Hashable, str] = state.found_names
    if key not in known:
        known[key] = find()
    return known[key]


def _name_of(visit: Visit, actor: str) -> str:
    kind, _, rest = actor.partition(":")
    if kind == "user":
        state = visit.quittance.accounts.user(user_id) if (user_id := _uuid(rest)) else None
        return state.name if state else text("actor.unknown", visit.language)
    if rule_id := rule_of(actor):
        rule = rules.fold(visit.quittance.log.load([rule_id]).get(rule_id, []))
        rest = rule_name(rule.spec, visit.language) if rule else rest
    if kind in ("operator", "key", "rule", "schedule"):
        return text(f"actor.{kind}", visit.language, name=rest)
    return actor


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
