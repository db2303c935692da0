"""Rows of a list by their ids, of this practice alone."""

from collections.abc import Sequence
from uuid import UUID

from api.web.grid_spec import GridSpec
from api.web.visit import Visit
from application.ports import Row
from projections.whole import rows_of


def known_rows(visit: Visit, spec: GridSpec, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """As they stand now; what is not there, or of another practice, is left out."""
    table = spec.listing.table
    scope = set(visit.scope)
    with visit.sql() as sql:
        pieces = list(rows_of(spec.listing, sql, ids, visit.upto))
    rows = [row for piece in pieces for row in piece if row[table.scope] in scope]
    return {row[table.key]: row for row in rows}
