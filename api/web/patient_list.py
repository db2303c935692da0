"""The list of patients: filters that tell nothing of anybody in the address, names opened for whoever may see care.

Names are sealed, so the database cannot sort by them: up to `MOST_SORTED` records are opened and sorted here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from api.rest.listing import InMonth, Paging, Word
from api.web.grid import Grid, grid_of
from api.web.grid_spec import ASK_INSURABILITY, CARE_COLUMNS, CARE_OF_PATIENTS, MINE, Choice, Column, GridSpec, Look
from api.web.grids import GRIDS, Exportable
from api.web.row_words import with_care
from api.web.visit import Visit
from application.ports import Row, Sql
from application.register import plain
from projections.as_of import union
from projections.billing_months import cared_for_in
from projections.paging import Asked, Listing, Page
from projections.patients import TABLE, Identity, identity
from projections.scope import Condition, both, one_of, scoped
from projections.whole import ordered_ids

MOST_SORTED = 5_000
_MOST_NAMED = 8
"""Records in a cursor: who was the last may be merged or erased before the next page is asked for."""
BY_NAME = "patient"
_LOOKS: dict[str, Look] = {
    "active": ("state-sent", "check", "patient_state.active"),
    "merged": ("state-done", "link", "patient_state.merged"),
    "erased": ("state-done", "ban", "patient_state.erased"),
}


@dataclass(frozen=True, slots=True)
class PatientQuery:
    """`month`: with care in it. `is_active`: neither merged into another record nor erased."""

    month: InMonth = None
    sickness_fund: Word = None
    is_active: bool | None = None


def patient_state(row: Row) -> Look:
    """Whether care is billed under this record."""
    return _LOOKS["erased" if row["is_erased"] else "merged" if row["merged_into"] else "active"]


def with_names(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
    """`patient`, `birth_date`: opened, a sign for the erased; and who takes care of it."""
    return with_care(visit, [_named(row, identity(visit.quittance.keys, row)) for row in rows], "patient_id")


def condition(visit: Visit, wanted: PatientQuery) -> Condition:
    """The records asked for, inside the scope."""
    return both([scoped(visit.scope), *_asked_for(visit, wanted)])


def _asked_for(visit: Visit, wanted: PatientQuery) -> Sequence[Condition]:
    found = []
    if wanted.month is not None:
        found.append(cared_for_in(visit.scope, wanted.month, visit.upto))
    if wanted.sickness_fund is not None:
        found.append(one_of("sickness_fund", [wanted.sickness_fund]))
    if wanted.is_active is not None:
        active = "merged_into IS NULL AND NOT is_erased"
        found.append(Condition(active if wanted.is_active else f"NOT ({active})"))
    return found


class NamedListing(Listing):
    """Knows a sort that the database cannot do: it gives the order of the sickness funds instead."""

    def sort_of(self, asked: Asked) -> str:
        """The column to sort by. Raises `Invalid`."""
        return super().sort_of(replace(asked, sort="") if asked.sort == BY_NAME else asked)


SPEC = GridSpec(
    "patients",
    "/patients",
    NamedListing(TABLE, ("sickness_fund", "insured_from", BY_NAME)),
    (
        Column("patient", label="patient_column.patient", right="medical"),
        Column("birth_date", "day", right="medical"),
        Column("sickness_fund"),
        Column("ct1"),
        Column("ct2"),
        Column("destination"),
        Column("insured_from", "day", label="patient_column.insured_from"),
        Column("insured_to", "day", label="patient_column.insured_to"),
        Column("state", "state", label="patient_column.state", state=patient_state),
        Column("language", shown=False),
        *CARE_COLUMNS,
    ),
    (
        Choice("month", "month", label="patient_column.month"),
        Choice("sickness_fund", "text"),
        Choice("is_active", "flag", label="patient_column.is_active"),
        MINE,
    ),
    open=lambda row: f"/patients/{row['patient_id']}",
    look=lambda row: "is-read" if row["merged_into"] or row["is_erased"] else "",
    usual={"is_active": "true"},
    enrich=with_names,
    actions=(ASK_INSURABILITY, *CARE_OF_PATIENTS),
    prints="patient",
)


def patient_grid(visit: Visit, paging: Paging, where: Condition) -> Grid:
    """By name unless asked otherwise, as long as there are not too many to open."""
    with visit.sql() as sql:
        is_by_name = _is_by_name(visit, sql, where, paging.asked)
    if not is_by_name:
        return grid_of(visit, SPEC, paging, where)
    return replace(grid_of(visit, SPEC, paging, where, partial(_page, visit)), sort=BY_NAME)


def _page(visit: Visit, sql: Sql, where: Condition, asked: Asked) -> Page:
    """Behind the first record of the cursor that is in the list still: it names the last ones shown, backwards."""
    rows = _sorted(visit, sql, where, descending=asked.descending)
    places = {row["patient_id"].hex: place for place, row in enumerate(rows)}
    start = next((places[one] + 1 for one in (asked.after or "").split("_") if one in places), 0)
    end = start + asked.limit
    shown = [row["patient_id"].hex for row in reversed(rows[max(0, end - _MOST_NAMED) : end])]
    return Page(rows[start:end], "_".join(shown) if end < len(rows) else None)


def _ids(visit: Visit, sql: Sql, where: Condition, asked: Asked, most: int) -> list[UUID]:
    """In the order of the page: exports, print and work on the whole filter follow it."""
    if _is_by_name(visit, sql, where, asked):
        return [row["patient_id"] for row in _sorted(visit, sql, where, descending=asked.descending)][: most + 1]
    return ordered_ids(SPEC.listing, sql, where, asked, most)


GRIDS["patients"] = Exportable(SPEC, PatientQuery, condition, right="medical", seen="patient.listed", order=_ids)


def _is_by_name(visit: Visit, sql: Sql, where: Condition, asked: Asked) -> bool:
    return asked.sort in ("", BY_NAME) and SPEC.listing.count(sql, where, visit.upto) <= MOST_SORTED


def _sorted(visit: Visit, sql: Sql, where: Condition, *, descending: bool) -> list[Row]:
    text, params = union(TABLE, ", ".join(TABLE.names), where, visit.upto)
    keys = visit.quittance.keys

    def place(row: Row) -> tuple[bool, str, str, UUID]:
        who = identity(keys, row)
        return who.last_name == "", plain(who.last_name), plain(who.first_name), row["patient_id"]

    return sorted(sql.rows(f"SELECT * FROM {text} AS t", params), key=place, reverse=descending)


def _named(row: Row, who: Identity) -> Mapping[str, Any]:
    named = f"{who.last_name} {who.first_name}".strip()
    return {**row, "patient": named or "\N{EMPTY SET}", "birth_date": who.birth_date}
