"""What a reader took upon themselves, list by list, whether it waits for anything or not: how much, and where it is."""

from dataclasses import dataclass

from api.web.grid_spec import MINE
from api.web.grids import GRIDS
from api.web.own_work import own
from api.web.visit import Visit
from projections.scope import both, scoped

_LISTS = ("billing_days", "invoices", "documents", "sendings", "items", "patients")


@dataclass(frozen=True, slots=True)
class OwnList:
    """`title`: catalogue key of the name of the list. `address`: the list narrowed to these `count` rows."""

    title: str
    address: str
    count: int


def own_lists(visit: Visit) -> list[OwnList]:
    """Those with something in them that this reader may see; people absent whom the reader stands in for included."""
    found = []
    with visit.sql() as sql:
        for shown in (GRIDS[name] for name in _LISTS):
            right = next((choice.right for choice in shown.spec.choices if choice.name == MINE.name), "") or shown.right
            if not visit.may_ever(right):
                continue
            where = both([scoped(visit.scope), own(visit, sql, shown.spec.subject)])
            if count := shown.spec.listing.count(sql, where, visit.upto):
                found.append(OwnList(shown.spec.title_key, visit.to(shown.spec.path, mine=True), count))
    return found
