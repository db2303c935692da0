"""How one user wants lists: columns, page size, filters. All of it a preference, sealed under the user's own key."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from api.web.grid_spec import Column, GridSpec
from api.web.visit import Visit

PAGE_SIZES = (25, 50, 100)
_ROWS = 50


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter that a user gave a name. `query`: as of the day of the visit, too."""

    name: str
    query: str


def columns_of(visit: Visit, spec: GridSpec) -> tuple[Column, ...]:
    """As the user chose and ordered them; the usual ones otherwise. Never one that the reader may not see."""
    known = {column.name: column for column in columns_for(visit, spec)}
    chosen = preference(visit, f"columns.{spec.name}")
    names = [name for name in chosen if name in known] if isinstance(chosen, list) else []
    return tuple(known[name] for name in names) or tuple(column for column in known.values() if column.shown)


def columns_for(visit: Visit, spec: GridSpec) -> tuple[Column, ...]:
    """Those that the reader may see at all."""
    return tuple(column for column in spec.columns if not column.right or visit.may_ever(column.right))


def usual_query(visit: Visit, spec: GridSpec) -> dict[str, str]:
    """The user's saved filter, else the usual one."""
    saved = preference(visit, f"filter.{spec.name}")
    if isinstance(saved, Mapping):
        return {str(name): str(value) for name, value in saved.items()}
    return dict(spec.usual)


def saved_filters(visit: Visit, spec: GridSpec) -> tuple[SavedFilter, ...]:
    """Those with a name, in the order in which they were saved."""
    kept = preference(visit, f"filters.{spec.name}")
    named = kept.items() if isinstance(kept, Mapping) else ()
    day = {"as_of": visit.as_of} if visit.as_of else {}
    return tuple(
        SavedFilter(str(name), urlencode({**query, **day})) for name, query in named if isinstance(query, Mapping)
    )


def own_limit(visit: Visit) -> int:
    """Rows on a page when the address does not say."""
    chosen = visit.display.get("limit")
    return chosen if chosen in PAGE_SIZES else _ROWS


def preference(visit: Visit, name: str) -> object:
    """What the user set, None when nothing."""
    return visit.session and visit.quittance.accounts.preference(visit.session.user_id, name)
