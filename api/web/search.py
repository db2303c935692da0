"""One box for everything. The words come in a form and never stand in an address: what was found does, by its ids."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.verdicts_to_come import all_told
from api.web.doors import MayRead
from api.web.finding import Found, find
from api.web.patient_list import patient_state
from api.web.places import place_of
from api.web.refusal_groups import path_of
from api.web.visit import Visit
from projections import invoices, sendings
from projections.as_of import union
from projections.patients import identity, patients
from projections.scope import both, one_of, scoped
from projections.table import Table

router = APIRouter(prefix="/c/{where}/recherche")
MOST = 50
"""Hits of one kind that an address holds."""
Ids = Annotated[str, Query(max_length=37 * MOST, pattern=r"^[0-9a-f,-]*$")]
Codes = Annotated[str, Query(max_length=200, pattern=r"^[0-9A-Z,/]*$")]


@router.post("")
def search(visit: MayRead) -> Response:
    """Find, and go to the one thing found, or to the list of what was found."""
    found = find(visit, visit.text("q", 100))
    only = _only(visit, found)
    if only:
        return visit.go(only)
    return visit.go(
        visit.to(
            "/recherche",
            patients=_listed(found.patients),
            invoices=_listed(found.invoices),
            sendings=_listed(found.sendings),
            codes=",".join(found.codes),
            searched="true",
        )
    )


@router.get("")
def show_found(
    visit: MayRead,
    patients: Ids = "",
    invoices: Ids = "",
    sendings: Ids = "",
    codes: Codes = "",
    searched: bool = False,
) -> Response:
    """What was found, each as it stands in this practice; ids of another one show nothing."""
    people = _people(visit, _ids(patients)) if visit.may_ever("medical") else []
    visit.saw("patient.found", [person["patient_id"] for person in people])
    return visit.page(
        "search.html",
        people=people,
        invoices=_rows(visit, INVOICES, _ids(invoices)),
        sendings=_rows(visit, SENDINGS, _ids(sendings)),
        codes=[(code, visit.to(path_of(code))) for code in codes.split(",") if code],
        searched=searched,
        opens={kind: bool(place_of(visit, kind, UUID(int=0))) for kind in ("invoice", "sending", "patient")},
    )


INVOICES, SENDINGS = invoices.TABLE, sendings.TABLE


def _only(visit: Visit, found: Found) -> str:
    """Address of the page of the one hit, empty when there are more, or none with a page."""
    hits = [
        *(("patient", one) for one in found.patients),
        *(("invoice", one) for one in found.invoices),
        *(("sending", one) for one in found.sendings),
        *found.others,
    ]
    if len(hits) == 1 and not found.codes:
        path = place_of(visit, *hits[0])
        return visit.to(path) if path else ""
    return visit.to(path_of(found.codes[0])) if len(found.codes) == 1 and not hits else ""


def _people(visit: Visit, ids: list[UUID]) -> list[dict[str, Any]]:
    with visit.sql() as sql:
        rows = patients(sql, visit.scope, ids, visit.upto)
    known = [rows[one] for one in ids if one in rows]
    return [{**row, "who": identity(visit.quittance.keys, row), "look": patient_state(row)} for row in known]


def _rows(visit: Visit, table: Table, ids: list[UUID]) -> list[Any]:
    """As of the day asked for."""
    if not ids:
        return []
    where = both([scoped(visit.scope), one_of(table.key, ids)])
    text, params = union(table, ", ".join(table.names), where, visit.upto)
    with visit.sql() as sql:
        return all_told(sql.rows(f"SELECT * FROM {text} AS t ORDER BY {table.key}", params))


def _listed(ids: Iterable[UUID]) -> str:
    return ",".join(str(one) for one in ids)


def _ids(given: str) -> list[UUID]:
    """Those that are ids; a mistyped address shows less, nothing more."""
    found = []
    for one in given.split(",")[:MOST]:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
