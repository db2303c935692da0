"""Establishments: who bills, and who works there from when to when."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from api.catalogue import Language
from api.rest.commands import Writes
from api.rest.problems import Problem
from api.rest.reads import Reading, Reads
from api.rest.register_bodies import EstablishmentIn, MembershipEndIn, MembershipIn
from api.rest.resources import NOT_CHANGED, explained, resource
from api.rest.rights import MayRead, MayRegister, Product, establishment_at, not_here, within
from application.access import Caller
from application.register import Registered
from application.register import establishment_id as id_by_number
from domain import establishment as establishments
from domain.establishment import Establishment, EstablishmentDetails, Membership

router = resource("/establishments", "establishments")
ABSENT = "establishment_unknown"


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning with its meaning."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class RegisteredOut:
    """`is_new`: it was not known before. `alike`: records that look like the same person."""

    id: UUID
    is_new: bool
    warnings: tuple[Warned, ...]
    alike: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class EstablishmentOut(EstablishmentDetails):
    """An establishment with everybody who works or worked there."""

    establishment_id: UUID | None = None
    memberships: tuple[Membership, ...] = ()


@dataclass(frozen=True, slots=True)
class EstablishmentList:
    """All that the key may see."""

    establishments: tuple[EstablishmentOut, ...]


def registered(done: Registered, language: Language = "fr") -> dict[str, Any]:
    """Without a name or number, since the answer is kept."""
    return {
        "id": done.id,
        "is_new": done.is_new,
        "warnings": explained("warning", done.warnings, language),
        "alike": done.alike,
    }


@router.get("", operation_id="list_establishments", response_model=EstablishmentList)
def list_establishments(caller: MayRead, reading: Reads) -> Response:
    """Establishments that the key may see, by name."""
    found = reading.quittance.log.load(reading.scope(caller), reading.upto)
    states = [(i, state) for i, events in found.items() if (state := establishments.fold(events))]
    shown = sorted((_shown(i, state) for i, state in states), key=lambda one: (one.name, one.establishment_id))
    return reading.many({"establishments": shown})


@router.post("", operation_id="register_establishment", status_code=201, response_model=RegisteredOut)
def register_establishment(caller: MayRegister, command: Writes, quittance: Product, body: EstablishmentIn) -> Response:
    """Enter an establishment; a known third-party number corrects it. A key limited to others enters none."""
    identifier = id_by_number(quittance.keys, body.tpp_number)
    if caller.establishments is not None and identifier not in caller.establishments:
        raise Problem(403, "key_limited")
    return command.answer(
        lambda context: quittance.register.establishment(context, body.details()),
        registered,
        status=201,
        about=identifier,
        reason=body.reason,
        on=identifier,
        headers={"Location": f"/establishments/{identifier}"},
    )


@router.get(
    "/{establishment_id}", operation_id="get_establishment", response_model=EstablishmentOut, responses=NOT_CHANGED
)
def get_establishment(caller: MayRead, reading: Reads, establishment_id: UUID) -> Response:
    """One establishment."""
    state, version = establishment_of(caller, reading, establishment_id)
    return reading.one(_shown(establishment_id, state), version)


@router.put("/{establishment_id}", operation_id="correct_establishment", response_model=RegisteredOut)
def correct_establishment(
    caller: MayRegister, command: Writes, quittance: Product, establishment_id: UUID, body: EstablishmentIn
) -> Response:
    """Give it its right details; the third-party number names it and stays."""
    establishment_at(caller, quittance, establishment_id)
    if id_by_number(quittance.keys, body.tpp_number) != establishment_id:
        raise Problem(409, "tpp_number_fixed")
    return command.answer(
        lambda context: quittance.register.establishment(context, body.details()),
        registered,
        about=establishment_id,
        reason=body.reason,
        on=establishment_id,
    )


@router.post(
    "/{establishment_id}/memberships", operation_id="record_membership", status_code=201, response_model=RegisteredOut
)
def record_membership(
    caller: MayRegister, command: Writes, quittance: Product, establishment_id: UUID, body: MembershipIn
) -> Response:
    """A provider works here."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.register.join(context, where, body.provider_id, body.valid_from, body.valid_to),
        registered,
        status=201,
        on=where,
    )


@router.post(
    "/{establishment_id}/memberships/{provider_id}/end", operation_id="end_membership", response_model=RegisteredOut
)
def end_membership(
    caller: MayRegister,
    command: Writes,
    quittance: Product,
    establishment_id: UUID,
    provider_id: UUID,
    body: MembershipEndIn,
) -> Response:
    """The provider's last day here."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.register.leave(context, where, provider_id, body.valid_to),
        registered,
        about=where,
        reason=body.reason,
        on=where,
    )


def establishment_of(caller: Caller, reading: Reading, establishment_id: UUID) -> tuple[Establishment, int]:
    """State and version as of the instant asked for. Raises `NotFound`."""
    events = reading.events(within(caller, establishment_id))
    state = establishments.fold(events)
    if state is None:
        not_here(ABSENT)
    return state, len(events)


def _shown(identifier: UUID, state: Establishment) -> EstablishmentOut:
    return EstablishmentOut(**asdict(state.details), establishment_id=identifier, memberships=state.memberships)
