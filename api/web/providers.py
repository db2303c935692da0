"""Providers who work or worked in the practice: details, activity, stretches of work here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.rest.rights import not_here
from api.web.doors import MayRead, MayRegister
from api.web.form_fields import NOTHING, Wrong, day, day_or_none, done_or_wrong, needed, version, wrong_of
from api.web.grid_spec import Column
from api.web.plain_lists import PLAIN, PlainList
from api.web.render import said_by
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context, Row
from application.register import Registered, plain, provider_id
from domain import establishment as establishments
from domain import provider as providers
from domain.errors import DomainError, Invalid
from domain.establishment import Membership
from domain.provider import Provider, ProviderDetails

router = APIRouter(prefix="/c/{where}/prestataires")
ABSENT = "provider_unknown"
ProviderId = Annotated[UUID, Path()]


@dataclass(frozen=True, slots=True)
class Member:
    """A provider with the stretches of work here, the latest first. `works`: on the day of the visit.

    `belongs`: then or later. `version` of the provider's own stream.
    """

    provider_id: UUID
    state: Provider
    stretches: tuple[Membership, ...]
    works: bool
    belongs: bool
    is_active: bool
    version: int

    @property
    def name(self) -> str:
        """As it is listed."""
        return f"{self.state.details.last_name} {self.state.details.first_name}"


@router.get("")
def show_providers(visit: MayRead) -> Response:
    """By name, those who left at the end."""
    return visit.page("providers.html", members=members(visit))


@router.get("/nouveau")
def show_form(visit: MayRegister) -> Response:
    """The form for a new member."""
    return _form(visit, NOTHING)


@router.post("/nouveau")
def add(visit: MayRegister) -> Response:
    """Enter the provider, if need be, and the first day of work here.

    Somebody known from another practice keeps the details that stand: they are not this practice's to correct.
    """

    def act(context: Context) -> Done[Registered]:
        who = provider_id(visit.quittance.keys, details.nihii)
        if who not in visit.quittance.log.load([who]):
            visit.quittance.register.provider(Context(context.meta), details)
        return visit.quittance.register.join(context, visit.practice, who, since, until)

    try:
        details, since, until = details_of(visit), day(visit, "valid_from"), day_or_none(visit, "valid_to")
        return visit.do(act, lambda done: visit.at(f"/prestataires/{done.id}"))
    except DomainError as error:
        return _form(visit, wrong_of(visit, "provider", error))


@router.get("/{provider_id:uuid}")
def show_provider(visit: MayRead, provider_id: ProviderId) -> Response:
    """One provider."""
    return _page(visit, provider_id, NOTHING)


@router.post("/{provider_id:uuid}/corriger")
def correct(visit: MayRegister, provider_id: ProviderId) -> Response:
    """Give the right details; the number names the provider and stays."""
    nihii = _belonging(visit, provider_id).state.details.nihii

    def act(context: Context) -> Done[Any]:
        return visit.quittance.register.provider(context, details_of(visit, nihii))

    return _do(visit, provider_id, "details", act, version(visit, provider_id))


@router.post("/{provider_id:uuid}/activite")
def record_activity(visit: MayRegister, provider_id: ProviderId) -> Response:
    """Record when the number is active; a period with the same first day replaces the former."""
    _belonging(visit, provider_id)

    def act(context: Context) -> Done[Any]:
        since, until = day(visit, "valid_from"), day_or_none(visit, "valid_to")
        return visit.quittance.register.activity(context, provider_id, since, until)

    return _do(visit, provider_id, "activity", act, version(visit, provider_id))


@router.post("/{provider_id:uuid}/retour")
def join(visit: MayRegister, provider_id: ProviderId) -> Response:
    """Another stretch of work here."""
    member_of(visit, provider_id)

    def act(context: Context) -> Done[Any]:
        since, until = day(visit, "valid_from"), day_or_none(visit, "valid_to")
        return visit.quittance.register.join(context, visit.practice, provider_id, since, until)

    return _do(visit, provider_id, "join", act)


@router.post("/{provider_id:uuid}/depart")
def leave(visit: MayRegister, provider_id: ProviderId) -> Response:
    """The last day here."""
    member_of(visit, provider_id)

    def act(context: Context) -> Done[Any]:
        return visit.quittance.register.leave(context, visit.practice, provider_id, day(visit, "valid_to"))

    return _do(visit, provider_id, "leave", act)


def members(visit: Visit) -> list[Member]:
    """Everybody who ever worked here, as of the day of the visit."""
    state = establishments.fold(visit.events(visit.practice))
    stretches = state.memberships if state else ()
    found = visit.quittance.log.load(dict.fromkeys(one.provider_id for one in stretches), visit.upto)
    today = visit.as_of or visit.today
    shown = [
        _member(who, known, [one for one in stretches if one.provider_id == who], today, len(events))
        for who, events in found.items()
        if (known := providers.fold(events)) is not None
    ]
    return sorted(shown, key=lambda one: (not one.works, plain(one.name), one.state.details.nihii))


def _listed(visit: Visit) -> list[Row]:
    """The same, in words: the latest stretch of each."""
    return [
        {
            "last_name": one.name,
            "nihii": one.state.details.nihii,
            "qualification": one.state.details.qualification,
            "convention_status": one.state.details.convention_status,
            "valid_from": one.stretches[0].valid_from,
            "valid_to": one.stretches[0].valid_to,
            "status": said_by("_providers.html", "standing", visit.language, one),
        }
        for one in members(visit)
    ]


PLAIN["providers"] = PlainList(
    "list_title.providers",
    (
        Column("last_name"),
        Column("nihii"),
        Column("qualification"),
        Column("convention_status", "number"),
        Column("valid_from", "day", label="plain_column.since"),
        Column("valid_to", "day", label="plain_column.until"),
        Column("status"),
    ),
    _listed,
)


def member_of(visit: Visit, provider: UUID) -> Member:
    """One of them. Raises `NotFound`."""
    found = next((one for one in members(visit) if one.provider_id == provider), None)
    return found or not_here(ABSENT)


def _belonging(visit: Visit, provider: UUID) -> Member:
    """One who works here, or will: what it says of a provider holds in all practices. Raises `NotFound`."""
    found = member_of(visit, provider)
    return found if found.belongs else not_here("membership_unknown")


def details_of(visit: Visit, nihii: str = "") -> ProviderDetails:
    """From the form. Raises `Invalid`."""
    convention = visit.text("convention_status", 1) or "0"
    if not (convention.isascii() and convention.isdigit()):
        raise Invalid("number_wrong", "convention_status: give one digit.", field="convention_status")
    return ProviderDetails(
        nihii or "".join(filter(str.isdigit, visit.text("nihii", 20))),
        needed(visit, "last_name"),
        needed(visit, "first_name"),
        visit.text("qualification", 3),
        int(convention),
    )


def _member(who: UUID, state: Provider, stretches: list[Membership], today: Date, version: int) -> Member:
    latest = tuple(sorted(stretches, key=lambda one: one.valid_from, reverse=True))
    works = any(one.covers(today) for one in latest)
    belongs = any(one.valid_to is None or one.valid_to >= today for one in latest)
    return Member(who, state, latest, works, belongs, state.is_active(today), version)


def _do(
    visit: Visit,
    who: UUID,
    form: str,
    act: Callable[[Context], Done[Any]],
    expected: tuple[UUID, int] | None = None,
) -> Response:
    def again(wrong: Wrong) -> Response:
        return _page(visit, who, wrong)

    return done_or_wrong(visit, form, act, f"/prestataires/{who}", again, about=visit.practice, expected=expected)


def _page(visit: Visit, who: UUID, wrong: Wrong) -> Response:
    return visit.page("provider.html", status=422 if wrong.form else 200, member=member_of(visit, who), wrong=wrong)


def _form(visit: Visit, wrong: Wrong) -> Response:
    return visit.page("provider_new.html", status=422 if wrong.form else 200, wrong=wrong)
