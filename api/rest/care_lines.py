"""Care lines: entered many at once, corrected and withdrawn as long as they are in no sending."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from api.rest.billing_days import owned_day
from api.rest.care_bodies import CareCorrectionIn, CareLinesIn, TimeBarIn
from api.rest.commands import Writes
from api.rest.patients import ABSENT as PATIENT_ABSENT
from api.rest.register_bodies import NeededReasonIn, ReasonIn
from api.rest.resources import resource
from api.rest.rights import MayRecordCare, Product, establishment_at, not_here
from application.ports import EventLog
from application.record_care import CareRecordedResult, Entry
from domain import patient as patients

entry_router = resource("/care-lines", "care lines")
router = resource("/billing-days", "care lines")


@dataclass(frozen=True, slots=True)
class DayChanged:
    """Which day was changed."""

    day_id: UUID


@entry_router.post("", operation_id="record_care", status_code=201, response_model=CareRecordedResult)
def record_care(caller: MayRecordCare, command: Writes, quittance: Product, body: CareLinesIn) -> Response:
    """Enter services. `place` of the answer is the index of the line given."""
    where = establishment_at(caller, quittance, body.establishment_id)
    _check_patients(quittance.log, where, {line.patient_id for line in body.lines})
    entries = [Entry(line.patient_id, line.date, line.care(), place) for place, line in enumerate(body.lines)]
    return command.answer(
        lambda context: quittance.care.record(context, where, entries, caller),
        status=201,
        about=where,
        reason=body.reason,
    )


@router.put("/{day_id}/lines/{line_id}", operation_id="correct_line", response_model=DayChanged)
def correct_line(
    caller: MayRecordCare, command: Writes, quittance: Product, day_id: UUID, line_id: UUID, body: CareCorrectionIn
) -> Response:
    """Give a line its right values; the former ones stay in the timeline."""
    day = owned_day(caller, quittance.log, day_id)
    return command.answer(
        lambda context: quittance.care.correct(context, day_id, line_id, body.care(), caller),
        _day_changed,
        about=day.patient_id,
        reason=body.reason,
        on=day_id,
    )


@router.post("/{day_id}/lines/{line_id}/withdraw", operation_id="withdraw_line", response_model=DayChanged)
def withdraw_line(
    caller: MayRecordCare, command: Writes, quittance: Product, day_id: UUID, line_id: UUID, body: ReasonIn
) -> Response:
    """Take a line out before it is billed."""
    day = owned_day(caller, quittance.log, day_id)
    return command.answer(
        lambda context: quittance.care.withdraw(context, day_id, line_id, caller),
        _day_changed,
        about=day.patient_id,
        reason=body.reason,
        on=day_id,
    )


@router.post("/{day_id}/lines/{line_id}/confirm", operation_id="confirm_line", response_model=DayChanged)
def confirm_line(
    caller: MayRecordCare, command: Writes, quittance: Product, day_id: UUID, line_id: UUID, body: ReasonIn
) -> Response:
    """Say that a possible duplicate was really done."""
    day = owned_day(caller, quittance.log, day_id)
    return command.answer(
        lambda context: quittance.care.confirm(context, day_id, line_id, caller),
        _day_changed,
        about=day.patient_id,
        reason=body.reason,
        on=day_id,
    )


@router.post("/{day_id}/lines/{line_id}/confirm-amount", operation_id="confirm_amount", response_model=DayChanged)
def confirm_amount(
    caller: MayRecordCare, command: Writes, quittance: Product, day_id: UUID, line_id: UUID, body: NeededReasonIn
) -> Response:
    """Say that the amount of a line is billed as it was given, though the tariffs say another."""
    day = owned_day(caller, quittance.log, day_id)
    return command.answer(
        lambda context: quittance.care.confirm_amount(context, day_id, line_id, caller),
        _day_changed,
        about=day.patient_id,
        reason=body.reason,
        on=day_id,
    )


@router.post("/{day_id}/lift-time-bar", operation_id="lift_time_bar", response_model=DayChanged)
def lift_time_bar(
    caller: MayRecordCare, command: Writes, quittance: Product, day_id: UUID, body: TimeBarIn
) -> Response:
    """Note the registered letter that makes a time-barred day sendable (zone 16 of record 20)."""
    day = owned_day(caller, quittance.log, day_id)
    return command.answer(
        lambda context: quittance.care.lift_time_bar(context, day_id, body.proof, body.letter_date),
        _day_changed,
        about=day.patient_id,
        reason=body.reason,
        on=day_id,
    )


def _day_changed(day_id: UUID) -> dict[str, Any]:
    return {"day_id": day_id}


def _check_patients(log: EventLog, where: UUID, patient_ids: set[UUID]) -> None:
    """Care is recorded for patients of the establishment only. Raises `NotFound`."""
    loaded = log.load(patient_ids)
    for patient_id in patient_ids:
        state = patients.fold(loaded.get(patient_id, []))
        if state is None or state.establishment_id != where:
            not_here(PATIENT_ABSENT)
