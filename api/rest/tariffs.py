"""Tariffs of an establishment: sets taken in, what they change, from which day each one counts, what a code costs."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from api.rest.bodies import Body, Day, Month, Reason, Upload, example, file_body
from api.rest.commands import Writes
from api.rest.reads import Reads
from api.rest.register_bodies import NeededReasonIn
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayAdminister, MayBill, MayRead, Product, establishment_at
from api.tariff_shapes import (
    ChangesOut,
    LoadedOut,
    PriceOut,
    SetOut,
    SummaryOut,
    changes_out,
    known,
    loaded_out,
    price_of,
    sets_out,
    summary_out,
)
from api.what_if import Asked, WhatIfOut, ask, what_if_out
from application.what_if import NO_CATEGORY, SUPPOSED_CATEGORIES, Supposition
from domain.tariffs import tariffs_id

router = resource("/establishments/{establishment_id}/tariffs", "tariffs")
Where = Annotated[UUID, Path(description="The establishment.")]
SetId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="Id of the set: hash of its file.")]
Code = Annotated[str, Query(pattern=r"^[0-9A-Z.]{1,12}$", description="Code of the nomenclature.")]
Holder = Annotated[str, Query(pattern=r"^(\d{3})?$", description="Three digits; empty where there are none.")]
_CATEGORY = f"^({'|'.join(SUPPOSED_CATEGORIES)})?$"
_OF_CATEGORY = f"Of the Katz form or the palliative notification; `{NO_CATEGORY}`: no Katz form."
_FORMATS = file_body("application/octet-stream", "text/csv")


@dataclass(frozen=True, slots=True)
class SetsOut:
    """Those that wait first, then by the day from which they count, the latest first."""

    sets: tuple[SetOut, ...]


@dataclass(frozen=True, slots=True)
class SetChangesOut:
    """Null when no other set counts on its first day."""

    changes: ChangesOut | None


@dataclass(frozen=True, slots=True)
class SetNamed:
    """The set that was decided on."""

    id: str


class AcceptIn(Body):
    """From which day of care on the set counts."""

    model_config = example(applies_from="2026-01-01", reason="Circulaire de janvier")

    applies_from: Day
    reason: Reason = ""


@router.post("", operation_id="load_tariffs", response_model=LoadedOut, openapi_extra=_FORMATS)
def load_tariffs(
    caller: MayBill, command: Writes, quittance: Product, establishment_id: Where, content: Upload
) -> Response:
    """Take a file in as a whole (JSON or CSV), or tell every fault with its place: then `set` is null."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(lambda context: quittance.tariffs.receive(context, where, content), loaded_out)


@router.get("", operation_id="list_tariffs", response_model=SetsOut)
def list_tariffs(caller: MayRead, reading: Reads, establishment_id: Where) -> Response:
    """Sets that came in, with the state of each."""
    where = establishment_at(caller, reading.quittance, establishment_id)
    return reading.many(SetsOut(sets_out(reading.quittance.tariffs.state(where, reading.upto))))


@router.get("/price", operation_id="get_price", response_model=PriceOut)
def get_price(
    caller: MayRead,
    reading: Reads,
    establishment_id: Where,
    code: Code,
    day: Annotated[Day, Query(description="Day of care.")],
    ct1: Holder = "",
    ct2: Holder = "",
    units: Annotated[int, Query(ge=1, le=99)] = 1,
) -> Response:
    """What a line costs the insurer and the patient, and where the price comes from; 404 says why there is none."""
    where = establishment_at(caller, reading.quittance, establishment_id)
    book = reading.quittance.tariffs.book(where, reading.upto)
    return reading.many(price_of(book, code, day, ct1, ct2, units))


@router.get("/what-if", operation_id="get_what_if", response_model=WhatIfOut)
def get_what_if(
    caller: MayRead,
    reading: Reads,
    establishment_id: Where,
    month: Annotated[Month | None, Query(description="Month of care, YYYY-MM.", examples=["2026-01"])] = None,
    date_from: Annotated[Day | None, Query(description="First day of care, instead of a month.")] = None,
    date_to: Annotated[Day | None, Query(description="Last day of care; at most 366 days.")] = None,
    patient_id: Annotated[UUID | None, Query(description="Days on this record alone.")] = None,
    day_id: Annotated[UUID | None, Query(description="This billing day alone, whatever its date.")] = None,
    tariffs: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$", description="Another set, accepted or not.")] = "",
    category: Annotated[str, Query(pattern=_CATEGORY, description=_OF_CATEGORY, examples=["A"])] = "",
    ct1: Holder = "",
    ct2: Holder = "",
    limit: Annotated[int, Query(ge=1, le=1_000, description="Rows at most; sums are of all days.")] = 200,
) -> Response:
    """What days would cost with another set, another category or another entitlement (`ct1` and `ct2`): at least one.

    Nothing is written. Rows are days that would be asked otherwise, or of which nobody can say what they would cost.
    """
    where = establishment_at(caller, reading.quittance, establishment_id)
    asked = Asked(month or "", date_from, date_to, patient_id, day_id)
    found = ask(reading.quittance, where, asked, Supposition(tariffs, category, ct1, ct2), reading.upto)
    told = what_if_out(found, limit)
    return reading.many(told, action="billing_day.listed", patients=[row.patient_id for row in told.rows])


@router.get("/{set_id}", operation_id="get_tariffs", response_model=SummaryOut, responses=NOT_CHANGED)
def get_tariffs(caller: MayRead, reading: Reads, establishment_id: Where, set_id: SetId) -> Response:
    """One set: its state, and what it holds."""
    where = establishment_at(caller, reading.quittance, establishment_id)
    desk = reading.quittance.tariffs
    state, one = known(desk.state(where, reading.upto), set_id)
    version = len(reading.events(tariffs_id(where)))
    return reading.one(summary_out(state, one, desk.tariff_set(set_id)), version)


@router.get("/{set_id}/changes", operation_id="get_tariff_changes", response_model=SetChangesOut)
def get_tariff_changes(caller: MayRead, reading: Reads, establishment_id: Where, set_id: SetId) -> Response:
    """What the set changes against the one that counts, without it, on its first day."""
    where = establishment_at(caller, reading.quittance, establishment_id)
    desk = reading.quittance.tariffs
    known(desk.state(where, reading.upto), set_id)
    found = desk.changes(where, set_id, reading.upto)
    return reading.many(SetChangesOut(changes_out(found, desk.tariff_set(set_id))))


@router.post("/{set_id}/accept", operation_id="accept_tariffs", response_model=SetNamed)
def accept_tariffs(
    caller: MayAdminister, command: Writes, quittance: Product, establishment_id: Where, set_id: SetId, body: AcceptIn
) -> Response:
    """Let a set count for care from a day on; older days keep the set before."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.tariffs.accept(context, where, set_id, body.applies_from),
        SetNamed,
        about=where,
        reason=body.reason,
        on=tariffs_id(where),
    )


@router.post("/{set_id}/set-aside", operation_id="set_tariffs_aside", response_model=SetNamed)
def set_tariffs_aside(
    caller: MayAdminister,
    command: Writes,
    quittance: Product,
    establishment_id: Where,
    set_id: SetId,
    body: NeededReasonIn,
) -> Response:
    """Let a set count no more: its days fall back to the one before. What was billed by it stays."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.tariffs.set_aside(context, where, set_id),
        SetNamed,
        about=where,
        reason=body.reason,
        on=tariffs_id(where),
    )
