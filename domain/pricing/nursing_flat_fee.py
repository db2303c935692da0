"""Whether a day has a flat fee, and which: what was allowed, what was done, and what the set knows of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Literal

from domain.authorisation import Authorisation, Kind, holding
from domain.pricing.day_codes import DayCodes
from domain.pricing.nursing_rules import visit_rule
from domain.pricing.nursing_visits import Visits
from domain.pricing.reasons import Facts, Reason
from domain.pricing.tariff_set import Code

_PALLIATIVE_FIRST: tuple[tuple[Kind, Literal["palliative", "lump_sum"]], ...] = (
    ("palliative", "palliative"),
    ("katz", "lump_sum"),
)
_WITH_FLAT_FEE = ("A", "B", "C")
"""Categories of a Katz form that open one; toilets are asked act by act."""


@dataclass(frozen=True, slots=True)
class FlatFee:
    """The code and what opens it, or neither: act by act. `reasons`: the day cannot be made; `hints`: why it is so."""

    code: Code | None = None
    by: Authorisation | None = None
    reasons: tuple[Reason, ...] = ()
    hints: tuple[Reason, ...] = ()


def flat_fee_of(
    codes: DayCodes, day: Date, known: Sequence[Authorisation], done: Visits, *, is_first_base_taken: bool
) -> FlatFee:
    """A day without a toilet has none; C needs two visits, else it is B (MedAdmin reference A5)."""
    place = done.visits[0].base.code.place
    for kind, role in _PALLIATIVE_FIRST:
        allowed = holding(known, kind, day)
        if allowed is None or not _opens(codes, allowed, place):
            continue
        if not any(act.code.role == "toilet" for act in done.acts):
            return FlatFee(hints=(Reason("flat_fee_without_toilet", facts=_facts(allowed)),))
        category, hints = _category(allowed, day, len(done.visits))
        code = codes.fee(role, category, place)
        reasons = []
        if is_first_base_taken:
            reasons.append(Reason("first_base_taken", None, _facts(allowed), "502255"))
        if len({act.care.place for visit in done.visits for act in visit}) > 1:
            reasons.append(Reason("places_differ", None, _facts(allowed), "501417"))
        if code is None:
            reasons.append(Reason("flat_fee_unknown", None, _facts(allowed)))
        return FlatFee(code, allowed, tuple(reasons), hints)
    return FlatFee()


def _opens(codes: DayCodes, allowed: Authorisation, place: str) -> bool:
    """A palliative category may be a supplement to acts instead of a flat fee."""
    if allowed.kind == "katz":
        return allowed.category in _WITH_FLAT_FEE
    return codes.fee("palliative_supplement", allowed.category, place) is None


def _category(allowed: Authorisation, day: Date, visits: int) -> tuple[str, tuple[Reason, ...]]:
    rule = visit_rule(allowed.category, day)
    if rule is None or visits >= rule.visits:
        return allowed.category, ()
    facts = (*_facts(allowed), ("billed_as", rule.below), ("source", rule.source))
    return rule.below, (Reason("category_lowered", facts=facts),)


def _facts(allowed: Authorisation) -> Facts:
    return (("kind", allowed.kind), ("category", allowed.category))
