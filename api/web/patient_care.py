"""The medical tab of a patient's file: what the lines of care hold of prescriptions, agreements, flat fees and teeth.

The product keeps care for billing, not a care record: there is no more than what a line of care says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.web.doors import MaySeeCare
from api.web.form_fields import NOTHING, Wrong
from api.web.patient import File, PatientId, file_of
from api.web.visit import Visit
from domain import billing_day as days
from domain.authorisation import CATEGORIES, owed_from
from domain.billing_day import BillingDay
from domain.care import Care
from domain.event import ERASED
from domain.rules.limits import notice_until
from projections.history import DAYS
from projections.paging import Asked
from projections.scope import both, one_of, scoped
from projections.whole import ordered_ids

router = APIRouter(prefix="/c/{where}/patients/{patient_id:uuid}")
MOST_DAYS = 400
"""Of care, the latest: their lines are read one by one."""
_PAPERS = ("agreement_number", "commitment_number", "proof_number", "device_number")
_LIMBS = {1: "left", 2: "right"}


@dataclass(frozen=True, slots=True)
class Span:
    """Lines that have something in common: codes of their services, first and last day, how many."""

    codes: tuple[str, ...]
    first: Date
    last: Date
    lines: int


@dataclass(frozen=True, slots=True)
class Prescription:
    """`date` None: the lines name the prescriber alone."""

    prescriber: str
    date: Date | None
    span: Span


@dataclass(frozen=True, slots=True)
class Paper:
    """An agreement, a commitment, a proof, an imaging device. `kind`: name of the field; an erased number is empty."""

    kind: str
    number: str
    span: Span


@dataclass(frozen=True, slots=True)
class FlatFee:
    """A service on days whose acts stand below it without an amount. `percentage` of it, 0 when whole."""

    code: str
    percentage: int
    span: Span


@dataclass(frozen=True, slots=True)
class Mark:
    """A service on a tooth or a limb. `limb`: `left`, `right` or empty."""

    day_id: UUID
    date: Date
    code: str
    tooth: str
    limb: str


@dataclass(frozen=True, slots=True)
class MedicalData:
    """All of it, the latest first. `is_cut`: older days are not looked at."""

    prescriptions: tuple[Prescription, ...]
    papers: tuple[Paper, ...]
    flat_fees: tuple[FlatFee, ...]
    marks: tuple[Mark, ...]
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        """Whether no line says any of it."""
        return not (self.prescriptions or self.papers or self.flat_fees or self.marks)


@router.get("/medical")
def show_medical(visit: MaySeeCare, patient_id: PatientId) -> Response:
    """As of the day of the visit; that somebody looked is noted by itself."""
    return medical_page(visit, patient_id)


def medical_page(visit: Visit, patient_id: UUID, wrong: Wrong = NOTHING) -> Response:
    """Also what a form that was refused comes back to."""
    file = file_of(visit, patient_id)
    visit.saw("patient.medical", file.everything)
    return visit.page(
        "patient_medical.html",
        status=422 if wrong.form else 200,
        file=file,
        tab="medical",
        data=medical_data(visit, file),
        most=MOST_DAYS,
        allowed=sorted(file.state.authorisations, key=lambda one: one.valid_from, reverse=True),
        categories=CATEGORIES,
        to_notify=file.state.to_notify,
        notice_until=notice_until,
        owed_from=owed_from,
        day=visit.as_of or visit.today,
        wrong=wrong,
    )


def medical_data(visit: Visit, file: File) -> MedicalData:
    """Of the record and of those merged into it; lines that were withdrawn count no more."""
    where = both([scoped(visit.scope), one_of("patient_id", file.everything)])
    with visit.sql() as sql:
        ids = ordered_ids(DAYS, sql, where, Asked("date", descending=True, at=visit.upto), MOST_DAYS)
    loaded = visit.quittance.log.load(ids[:MOST_DAYS], visit.upto)
    known = [(day_id, day) for day_id in ids if (day := days.fold(loaded.get(day_id, ()))) is not None]
    lines = [(day.date, line.care) for _, day in known for line in day.active]
    return MedicalData(
        _prescriptions(lines), _papers(lines), _flat_fees(known), _marks(known), is_cut=len(ids) > MOST_DAYS
    )


def _prescriptions(lines: Sequence[tuple[Date, Care]]) -> tuple[Prescription, ...]:
    found = _grouped(((care.prescriber, care.prescription_date), date, care) for date, care in lines if care.prescriber)
    made = [Prescription(prescriber, date, span) for (prescriber, date), span in found]
    return tuple(sorted(made, key=lambda one: one.date or one.span.last, reverse=True))


def _papers(lines: Sequence[tuple[Date, Care]]) -> tuple[Paper, ...]:
    named = (
        ((kind, number if number != ERASED else ""), date, care)
        for date, care in lines
        for kind in _PAPERS
        if (number := getattr(care, kind))
    )
    return tuple(Paper(kind, number, span) for (kind, number), span in _grouped(named))


def _flat_fees(known: Sequence[tuple[UUID, BillingDay]]) -> tuple[FlatFee, ...]:
    under = [day for _, day in known if any(line.care.service_norm == 9 for line in day.active)]
    fees = [(day.date, line.care) for day in under for line in day.active if not line.care.is_statistical]
    found = _grouped(((care.code, care.lump_sum_pct), date, care) for date, care in fees)
    return tuple(FlatFee(code, percentage, span) for (code, percentage), span in found)


def _marks(known: Sequence[tuple[UUID, BillingDay]]) -> tuple[Mark, ...]:
    return tuple(
        Mark(day_id, day.date, line.care.code, line.care.tooth, _LIMBS.get(line.care.limb, ""))
        for day_id, day in known
        for line in day.active
        if line.care.tooth or line.care.limb
    )


def _grouped(named: Iterable[tuple[tuple[Any, Any], Date, Care]]) -> list[tuple[tuple[Any, Any], Span]]:
    """By what they have in common, the latest last day first."""
    groups: dict[tuple[Any, Any], list[tuple[Date, str]]] = {}
    for key, date, care in named:
        groups.setdefault(key, []).append((date, care.code))
    spans = [
        (key, Span(tuple(sorted({code for _, code in of})), min(of)[0], max(of)[0], len(of)))
        for key, of in groups.items()
    ]
    return sorted(spans, key=lambda one: one[1].last, reverse=True)
