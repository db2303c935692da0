"""Which things a form about rows of a list means: those that were ticked, or all of a filter."""

from uuid import UUID

from api.web.grids import Exportable
from api.web.visit import Visit
from application.jobs import MOST_THINGS
from domain.errors import Invalid
from projections.whole import rows_of


def is_whole(visit: Visit) -> bool:
    """Whether the whole filter is meant."""
    return visit.text("which", 10) == "filter"


def ticked(visit: Visit) -> list[UUID]:
    """What the ticked rows are about, each once, in the order of the list. Raises `Invalid`."""
    given = [value for value in visit.form.getlist("selected") if isinstance(value, str)]
    try:
        return list(dict.fromkeys(UUID(value) for value in given))
    except ValueError:
        raise Invalid("field_invalid", "selected: no row is named so.", field="selected") from None


def filtered(visit: Visit, listed: Exportable) -> list[UUID]:
    """What the rows of this request's query are about, each once, in the order of the page. Raises `Invalid`."""
    with visit.sql() as sql:
        ids = listed.ids(visit, sql, MOST_THINGS)
        if len(ids) > MOST_THINGS:
            raise Invalid("selection_too_large", f"At most {MOST_THINGS} rows: narrow the filter.", field="filter")
        if listed.spec.acts_on is None:
            return ids
        rows = [row for piece in rows_of(listed.spec.listing, sql, ids, visit.upto) for row in piece]
    return list(dict.fromkeys(row[listed.spec.subject] for row in rows))
