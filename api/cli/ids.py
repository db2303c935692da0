"""Ids as people type them."""

from uuid import UUID

from api.tariff_shapes import known
from domain.errors import Invalid
from domain.tariffs import Tariffs


def identifier_of(given: str) -> UUID:
    """Raises `Invalid` for anything else than an id."""
    try:
        return UUID(given)
    except ValueError:
        raise Invalid("id_invalid", "An id looks like 8-4-4-4-12 hex digits.", field="id") from None


def set_named(state: Tariffs | None, given: str) -> str:
    """The one set of tariffs whose id begins so. Raises `NotFound`, `Invalid`."""
    found = [one.made.message for one in state.sets if given and one.made.message.startswith(given)] if state else []
    if len(found) > 1:
        raise Invalid("tariff_ambiguous", "Several sets begin so: give more signs of the id.", field="tariff_set")
    return found[0] if found else known(state, given)[1].made.message
