"""A patient's file: billing data, days, invoices, timeline. Who opens it is noted before anything leaves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.rest.listing import Pages, Paging
from api.rest.patients import kept
from api.rest.rights import not_here, within
from api.web.casework import casework_of
from api.web.casework_things import PAGES
from api.web.doors import MaySeeCare
from api.web.form_fields import NOTHING, Wrong
from api.web.grid import GridSpec, grid_of
from api.web.grids import known_address
from api.web.history_grids import DAYS_GRID, INVOICES_GRID
from api.web.patient_parts import LANGUAGES
from api.web.timeline import SOURCES, timeline_of
from api.web.visit import Visit
from application.register import likeness
from domain import patient as patients
from domain.patient import Insurability, Patient
from projections.patients import identity, merged_into
from projections.patients import patients as rows_of
from projections.scope import both, one_of, scoped

router = APIRouter(prefix="/c/{where}/patients/{patient_id:uuid}")
ABSENT = "patient_unknown"
PatientId = Annotated[UUID, Path()]
Source = Annotated[str, Query(max_length=10)]


@dataclass(frozen=True, slots=True)
class File:
    """What every tab shows. `merged`: records whose care counts here too. `current`: the period that holds today."""

    patient_id: UUID
    state: Patient
    version: int
    name: str
    alike: tuple[tuple[UUID, str], ...]
    merged: tuple[tuple[UUID, str], ...]
    current: Insurability | None

    @property
    def everything(self) -> list[UUID]:
        """The record and those merged into it."""
        return [self.patient_id, *(one for one, _ in self.merged)]

    @property
    def seen(self) -> list[UUID]:
        """Whose names stand in it."""
        return [*self.everything, *(one for one, _ in self.alike)]


@router.get("")
def show_details(visit: MaySeeCare, patient_id: PatientId) -> Response:
    """Identity, numbers, insurability, and what is odd about the record."""
    return details_page(visit, patient_id)


@router.get("/jours")
def show_days(visit: MaySeeCare, patient_id: PatientId, paging: Pages) -> Response:
    """Billing days of the record and of those merged into it."""
    return _listed(visit, patient_id, paging, DAYS_GRID, "jours")


@router.get("/factures")
def show_invoices(visit: MaySeeCare, patient_id: PatientId, paging: Pages) -> Response:
    """Invoices of the record and of those merged into it."""
    return _listed(visit, patient_id, paging, INVOICES_GRID, "factures")


@router.get("/chronologie")
def show_timeline(
    visit: MaySeeCare, patient_id: PatientId, source: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """Everything that happened to the record, and who works on it."""
    file = file_of(visit, patient_id)
    wanted = source if source in SOURCES else ""
    return visit.page(
        "patient_timeline.html",
        file=file,
        tab="chronologie",
        entries=timeline_of(visit, patient_id, wanted),
        source=wanted,
        casework=casework_of(visit, patient_id),
    )


PAGES["patient"] = show_timeline


def details_page(visit: Visit, patient_id: UUID, wrong: Wrong = NOTHING) -> Response:
    """Also what a form that was refused comes back to."""
    file = file_of(visit, patient_id)
    periods = sorted(file.state.periods, key=lambda period: period.valid_from, reverse=True)
    status = 422 if wrong.form else 200
    return visit.page(
        "patient.html",
        status=status,
        file=file,
        tab="",
        periods=periods,
        asked=visit.quittance.insurability.latest(patient_id, visit.upto),
        may_ask=visit.quittance.insurability.is_offered,
        wrong=wrong,
        languages=LANGUAGES,
    )


def file_of(visit: Visit, patient_id: UUID) -> File:
    """As of the day of the visit; the access is recorded. Raises `NotFound`."""
    file = unseen_file_of(visit, patient_id)
    visit.saw("patient.read", file.seen)
    return file


def unseen_file_of(visit: Visit, patient_id: UUID) -> File:
    """The same for a caller that records the access itself."""
    events = visit.events(patient_id)
    state = patients.fold(events)
    if state is None:
        not_here(ABSENT)
    within(visit.known_caller, state.establishment_id, ABSENT)
    alike: list[UUID] = []
    if not state.is_erased and visit.as_of is None:  # what looks alike is to be merged now
        mark = likeness(visit.quittance.keys, state.establishment_id, state.details)
        found = visit.quittance.lookups.patients_alike(state.establishment_id, mark)
        alike = [one for one in found if one != patient_id]
    with visit.sql() as sql:
        merged = merged_into(sql, patient_id, visit.upto)
    names = _names(visit, [*alike, *merged])
    return File(
        patient_id,
        state,
        len(events),
        f"{kept(state.details.last_name) or ''} {kept(state.details.first_name) or ''}".strip() or "\N{EMPTY SET}",
        tuple((one, names[one]) for one in alike if one in names and one not in merged and one != state.merged_into),
        tuple((one, names[one]) for one in merged if one in names),
        state.insurability(visit.as_of or visit.today),
    )


def _names(visit: Visit, ids: Sequence[UUID]) -> dict[UUID, str]:
    with visit.sql() as sql:
        rows = rows_of(sql, visit.scope, ids, visit.upto)
    found = {}
    for one in ids:
        if one in rows:
            who = identity(visit.quittance.keys, rows[one])
            found[one] = f"{who.last_name} {who.first_name}".strip() or "\N{EMPTY SET}"
    return found


def _listed(visit: Visit, patient_id: UUID, paging: Paging, spec: GridSpec, tab: str) -> Response:
    """A list of the history, of one patient."""
    if elsewhere := known_address(visit, paging, ()):
        return visit.go(elsewhere)
    file = file_of(visit, patient_id)
    columns = tuple(column for column in spec.columns if column.name != "patient")
    own = replace(spec, name=f"patient_{spec.name}", path=f"/patients/{patient_id}/{tab}", columns=columns)
    own = replace(own, choices=(), actions=(), usual={})
    asked = paging.asked if paging.asked.sort else replace(paging.asked, sort=spec.usual["sort"], descending=True)
    where = both([scoped(visit.scope), one_of("patient_id", file.everything)])
    grid = grid_of(visit, own, replace(paging, asked=asked), where)
    return visit.page("patient_list.html", fragment="list", file=file, tab=tab, grid=grid)
