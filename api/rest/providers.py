"""Providers: who performs care. They belong to the installation; memberships say which establishments see them."""

from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from fastapi import Response

from api.rest.commands import Writes
from api.rest.establishments import RegisteredOut, registered
from api.rest.problems import Problem
from api.rest.reads import Reads
from api.rest.register_bodies import ProviderIn
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayRead, MayRegister, Product, not_here
from application.access import Caller
from application.ports import EventLog
from application.register import provider_id as id_by_number
from domain import establishment as establishments
from domain import provider as providers
from domain.provider import Provider

router = resource("/providers", "providers")
ABSENT = "provider_unknown"


@dataclass(frozen=True, slots=True)
class StretchOut:
    """From a day to a day, both included."""

    valid_from: Date
    valid_to: Date | None


@dataclass(frozen=True, slots=True)
class ProviderOut:
    """A provider; without any activity the number counts as active."""

    provider_id: UUID
    nihii: str
    last_name: str
    first_name: str
    qualification: str
    convention_status: int
    activity: tuple[StretchOut, ...]


@dataclass(frozen=True, slots=True)
class ProviderList:
    """Providers who work or worked in the establishments of the key."""

    providers: tuple[ProviderOut, ...]


@router.get("", operation_id="list_providers", response_model=ProviderList)
def list_providers(caller: MayRead, reading: Reads) -> Response:
    """Who works or worked in the establishments that the key may see, by name."""
    members = _members(reading.quittance.log, reading.scope(caller), reading.upto)
    found = reading.quittance.log.load(members, reading.upto)
    states = [(i, state) for i, events in found.items() if (state := providers.fold(events))]
    shown = [_shown(identifier, state) for identifier, state in states]
    return reading.many({"providers": sorted(shown, key=lambda one: (one.last_name, one.first_name, one.nihii))})


@router.post("", operation_id="register_provider", status_code=201, response_model=RegisteredOut)
def register_provider(caller: MayRegister, command: Writes, quittance: Product, body: ProviderIn) -> Response:
    """Enter a provider; a known NIHII number corrects it, if the provider works where the key may act."""
    identifier = id_by_number(quittance.keys, body.nihii)
    is_known = identifier in quittance.log.load([identifier])
    if is_known and not _may_see(caller, quittance.log, identifier):
        raise Problem(403, "key_limited")
    return command.answer(
        lambda context: quittance.register.provider(context, body.details(), body.stretches()),
        registered,
        status=201,
        on=identifier,
        headers={"Location": f"/providers/{identifier}"},
    )


@router.get("/{provider_id}", operation_id="get_provider", response_model=ProviderOut, responses=NOT_CHANGED)
def get_provider(caller: MayRead, reading: Reads, provider_id: UUID) -> Response:
    """One provider."""
    events = reading.events(provider_id)
    state = providers.fold(events) if _may_see(caller, reading.quittance.log, provider_id) else None
    if state is None:
        not_here(ABSENT)
    return reading.one(_shown(provider_id, state), len(events))


def _members(log: EventLog, scope: tuple[UUID, ...], upto: int | None = None) -> list[UUID]:
    """Everybody who was ever a member of these establishments."""
    states = [establishments.fold(events) for events in log.load(scope, upto).values()]
    return list(dict.fromkeys(member.provider_id for state in states if state for member in state.memberships))


def _may_see(caller: Caller, log: EventLog, provider_id: UUID) -> bool:
    return caller.establishments is None or provider_id in _members(log, tuple(caller.establishments))


def _shown(identifier: UUID, state: Provider) -> ProviderOut:
    details = state.details
    return ProviderOut(
        identifier,
        details.nihii,
        details.last_name,
        details.first_name,
        details.qualification,
        details.convention_status,
        tuple(StretchOut(first, last) for first, last in state.activity),
    )
