"""Ids as people type them."""

from uuid import UUID

from domain.errors import Invalid


def identifier_of(given: str) -> UUID:
    """Raises `Invalid` for anything else than an id."""
    try:
        return UUID(given)
    except ValueError:
        raise Invalid("id_invalid", "An id looks like 8-4-4-4-12 hex digits.", field="id") from None
