"""Rules that decide about refused days by themselves: tried, switched on as they were seen, taken back by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Response

from api.web.actors import name_of
from api.web.doors import MayBill, MayRead
from api.web.form_fields import NOTHING, Wrong, done_or_wrong, needed, said
from api.web.rule_words import rule_name
from api.web.visit import Visit
from application.rule_trial import Trial
from domain import correction_rule as rules
from domain.correction import REASONED
from domain.correction_rule import DECIDED_BY_RULES, Rule, RuleSpec
from domain.errors import DomainError
from domain.rules.unions import UNIONS
from projections.correction_rules import Application, applications, correction_rules

PATH = "/cabinet/regles"
router = APIRouter(prefix=f"/c/{{where}}{PATH}")
_TRIED, _SWITCH = "essai", "enclencher"
_FIELDS = ("codes", "decision", "national_union", "is_after_cure")


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule and its steps. `who`, `at`: the latest switch, on or off."""

    rule_id: UUID
    rule: Rule
    name: str
    who: str
    at: str
    steps: tuple[Application, ...]


@router.get("")
def show_rules(visit: MayRead) -> Response:
    """The rules and what they decided; once codes are given, what a rule of them would have done."""
    return _page(visit, NOTHING)


@router.post("")
def switch_on(visit: MayBill) -> Response:
    """As it was tried: the form names what was seen."""

    def again(wrong: Wrong) -> Response:
        return _page(visit, wrong)

    try:
        spec = _spec(_typed(visit), visit.text("reason", 500))
        seen = needed(visit, "dry_run", 64)
    except DomainError as error:
        return again(Wrong(_SWITCH, "", said(error.code, "", visit.language), visit.form))
    desk = visit.quittance.rules
    return done_or_wrong(
        visit,
        _SWITCH,
        lambda context: desk.switch_on(context, visit.practice, spec, seen),
        PATH,
        again,
        about=visit.practice,
    )


@router.post("/appliquer")
def apply_now(visit: MayBill) -> Response:
    """Let all rules that are on decide about what waits."""
    desk = visit.quittance.rules
    return done_or_wrong(
        visit,
        "appliquer",
        lambda context: desk.apply(context, visit.practice),
        PATH,
        lambda wrong: _page(visit, wrong),
        about=visit.practice,
    )


@router.post("/{rule_id}/arreter")
def switch_off(visit: MayBill, rule_id: UUID) -> Response:
    """What it decided stands."""
    desk = visit.quittance.rules
    return done_or_wrong(
        visit,
        "arreter",
        lambda context: desk.switch_off(context, visit.practice, rule_id),
        PATH,
        lambda wrong: _page(visit, wrong),
        about=visit.practice,
    )


@router.post("/{rule_id}/annuler")
def take_back(visit: MayBill, rule_id: UUID) -> Response:
    """All that it decided in one step and no run took up yet."""
    desk = visit.quittance.rules
    return done_or_wrong(
        visit,
        "annuler",
        lambda context: desk.take_back(context, visit.practice, rule_id, needed(visit, "application", 120)),
        PATH,
        lambda wrong: _page(visit, wrong),
        about=visit.practice,
        needs_reason=True,
    )


def _page(visit: Visit, wrong: Wrong) -> Response:
    """Also what a form that was refused comes back to: what was tried is tried again."""
    given = _typed(visit) if wrong.form == _SWITCH else _asked(visit)
    found, untried = None, NOTHING
    try:
        found = _trial(visit, given)
    except DomainError as error:
        field = str(error.facts.get("field", ""))
        untried = Wrong(_TRIED, field, said(error.code, field, visit.language), given)
    return visit.page(
        "correction_rules.html",
        status=422 if wrong.form or untried.form else 200,
        rules=_listed(visit),
        given=given,
        found=found,
        name=rule_name(found.spec, visit.language) if found else "",
        needs_reason=bool(found and found.spec.decision in REASONED),
        tried_wrong=untried,
        wrong=wrong,
        decisions=DECIDED_BY_RULES,
        unions=UNIONS,
        path=PATH,
    )


def _listed(visit: Visit) -> tuple[Listed, ...]:
    with visit.sql() as sql:
        rows = correction_rules(sql, visit.scope, visit.upto)
        steps = applications(sql, visit.scope, visit.upto)
    streams = visit.quittance.log.load([row["rule_id"] for row in rows], visit.upto)
    known = {rule_id: state for rule_id, events in streams.items() if (state := rules.fold(events))}
    return tuple(
        Listed(
            row["rule_id"],
            known[row["rule_id"]],
            rule_name(known[row["rule_id"]].spec, visit.language),
            name_of(visit, row["switched_by"]),
            row["switched_at"],
            tuple(step for step in steps if step.rule_id == row["rule_id"]),
        )
        for row in rows
    )


def _trial(visit: Visit, given: Mapping[str, str]) -> Trial | None:
    """None as long as nothing is asked, in the past, and for who does not switch rules. Raises `Invalid`."""
    if visit.as_of is not None or not visit.may("bill") or not given["codes"]:
        return None
    return visit.quittance.rules.try_out(visit.practice, _spec(given))


def _spec(given: Mapping[str, str], reason: str = "") -> RuleSpec:
    """Codes may stand apart by commas or blanks. Raises `Invalid`."""
    codes = given["codes"].replace(",", " ").replace(";", " ").split()
    is_after_cure = given["is_after_cure"] == "true"
    return rules.specified(codes, given["decision"], given["national_union"], reason, is_after_cure=is_after_cure)


def _asked(visit: Visit) -> dict[str, str]:
    query = visit.request.query_params
    return {name: query.get(name, "").strip()[:300] for name in _FIELDS}


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.text(name, 300) for name in _FIELDS}
