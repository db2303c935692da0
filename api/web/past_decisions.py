"""Past decisions beside those to take: counts in words, apart from what the catalogue of codes advises."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from api.catalogue import text
from api.past_decisions import in_words
from api.web.visit import Visit
from domain.billing_day import BillingDay
from projections.suggestions import Suggestion, suggestions, suggestions_about


@dataclass(frozen=True, slots=True)
class PastDecision:
    """What was decided about one root code of one union. `told`: in words, with the union."""

    code: str
    told: str


def past_of_causes(
    visit: Visit, codes: Collection[str], national_union: str | None
) -> Mapping[str, tuple[PastDecision, ...]]:
    """By root code, one for each union; as of the day asked for."""
    with visit.sql() as sql:
        found = suggestions(sql, visit.scope, national_union=national_union, root_codes=set(codes), at=visit.upto)
    told: dict[str, tuple[PastDecision, ...]] = {}
    for one in found:
        told[one.root_code] = (*told.get(one.root_code, ()), _told(visit, one))
    return told


def past_of_day(visit: Visit, day: BillingDay) -> tuple[PastDecision, ...]:
    """About what its own union refused of it."""
    with visit.sql() as sql:
        return tuple(_told(visit, one) for one in suggestions_about(sql, day))


def _told(visit: Visit, one: Suggestion) -> PastDecision:
    words = in_words(one, visit.language)
    return PastDecision(one.root_code, text("precedent.of_union", visit.language, union=one.national_union, told=words))
