"""`quittance user`: people who sign in to the pages, and the roles they have where."""

from collections.abc import Mapping, Sequence
from datetime import date as Date
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.console import AsJson, context, establishment, working
from api.cli.ids import identifier_of
from api.cli.voice import NOTHING, Voice
from domain.errors import NotFound
from domain.local_time import local_date
from domain.user import ROLES, USER_LANGUAGES, Absence, Grant, role_of
from projections.users import Listed, all_users, opened, users_of

app = typer.Typer(no_args_is_help=True, help="People who sign in: add, list, roles, reset.")

EVERYWHERE = "all"
Login = Annotated[str, typer.Argument(help="What the person signs in with.")]
RoleName = Annotated[str, typer.Option("--role", help="One of: " + ", ".join(ROLES))]
Places = Annotated[str, typer.Option("--establishment", "-e", help="Id, or all; not needed when there is one.")]
Provider = Annotated[str, typer.Option("--provider", help="Id of the provider that the person is, if any.")]
FirstDay = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; else today.")]
LastDay = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; else open.")]
FinalDay = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; else today.")]


@app.command()
def add(
    login: Login,
    role: RoleName,
    person_name: Annotated[str, typer.Option("--name", help="Name of the person; else the login.")] = "",
    places: Places = "",
    language: Annotated[str, typer.Option(help="One of: " + ", ".join(USER_LANGUAGES))] = "fr",
    provider: Provider = "",
    as_json: AsJson = False,
) -> None:
    """Add a person with a role from today on; the one-time password is shown this once."""
    with working(as_json=as_json) as (quittance, voice):
        wanted, where, who = role_of(role), _places(quittance, places), _provider(provider)
        for place in where:
            quittance.accounts.check_place(place, who)
        made = quittance.accounts.add(context(), login, person_name or login, language).result
        for place in where:
            quittance.accounts.grant(context(), made.user_id, place, wanted, _today(quittance), provider_id=who)
        if voice.as_json:
            voice.json({"user_id": made.user_id, "one_time_password": made.one_time_password})
            return
        voice.say("user.added", login=login)
        voice.say("user.password", password=made.one_time_password)


@app.command("list")
def list_users(places: Places = EVERYWHERE, as_json: AsJson = False) -> None:
    """People and their roles, of one establishment or of all."""
    with working(as_json=as_json) as (quittance, voice):
        where = None if places == EVERYWHERE else establishment(quittance, places)
        with quittance.store.database.snapshot() as sql:
            rows = all_users(sql) if where is None else users_of(sql, where)
        found = opened(quittance.keys, rows)
        voice.json(found) if as_json else _show(voice, found)


@app.command()
def grant(
    login: Login,
    role: RoleName,
    places: Places = "",
    valid_from: FirstDay = None,
    valid_to: LastDay = None,
    provider: Provider = "",
    as_json: AsJson = False,
) -> None:
    """Give a person a role, both days included."""
    with working(as_json=as_json) as (quittance, voice):
        user_id, last = _known(quittance, login), valid_to.date() if valid_to else None
        first, who = valid_from.date() if valid_from else _today(quittance), _provider(provider)
        for place in _places(quittance, places):
            quittance.accounts.grant(context(), user_id, place, role, first, last, who)
        _done(voice, user_id, "user.changed")


@app.command("end-role")
def end_role(
    login: Login, role: RoleName, places: Places = "", final_day: FinalDay = None, as_json: AsJson = False
) -> None:
    """Let a role end with a day; yesterday's date ends it at once."""
    with working(as_json=as_json) as (quittance, voice):
        user_id, last = _known(quittance, login), final_day.date() if final_day else _today(quittance)
        for place in _held(quittance, user_id, role, places):
            quittance.accounts.end_role(context(), user_id, place, role, last)
        _done(voice, user_id, "user.changed")


@app.command()
def reset(login: Login, as_json: AsJson = False) -> None:
    """Give a new one-time password, forget the second factor, end all sessions."""
    with working(as_json=as_json) as (quittance, voice):
        user_id = _known(quittance, login)
        made = quittance.accounts.reset(context(), user_id).result
        if as_json:
            voice.json({"user_id": user_id, "one_time_password": made})
        else:
            voice.say("user.password", password=made)


@app.command()
def deactivate(login: Login, as_json: AsJson = False) -> None:
    """Keep a person out at once; the roles wait."""
    with working(as_json=as_json) as (quittance, voice):
        _done(voice, quittance.accounts.deactivate(context(), _known(quittance, login)).result, "user.deactivated")


@app.command()
def reactivate(login: Login, as_json: AsJson = False) -> None:
    """Let a person in again."""
    with working(as_json=as_json) as (quittance, voice):
        _done(voice, quittance.accounts.reactivate(context(), _known(quittance, login)).result, "user.reactivated")


def _show(voice: Voice, found: Sequence[Listed]) -> None:
    heads = ("login", "name", "roles", "absences", "active", "second_factor")
    names = {one.user_id: one.name for one in found}
    yes = {True: voice.label("word.yes"), False: voice.label("word.no")}
    rows = [
        (
            one.login or NOTHING,
            one.name or NOTHING,
            "\n".join(_in_words(voice, grant) for grant in one.grants) or NOTHING,
            "\n".join(_away(absence, names) for absence in one.absences) or NOTHING,
            yes[one.is_active],
            yes[one.has_second_factor],
        )
        for one in found
    ]
    voice.table([(f"column.{head}", False) for head in heads], rows)


def _in_words(voice: Voice, given: Grant) -> str:
    until = given.valid_to.isoformat() if given.valid_to else ""
    return f"{voice.code('role', given.role)} · {given.valid_from.isoformat()} → {until} · {given.establishment_id}"


def _away(absence: Absence, names: Mapping[UUID, str]) -> str:
    """With the name of the deputy, if that person is listed, too."""
    days = f"{absence.valid_from.isoformat()} → {absence.valid_to.isoformat()}"
    return f"{days} · {names.get(absence.deputy_id, absence.deputy_id)} · {absence.establishment_id}"


def _done(voice: Voice, user_id: UUID, key: str) -> None:
    voice.json({"user_id": user_id}) if voice.as_json else voice.say(key)


def _known(quittance: Quittance, login: str) -> UUID:
    user_id = quittance.accounts.user_id(login)
    if quittance.accounts.user(user_id) is None:
        raise NotFound("user_unknown", "There is no such user.")
    return user_id


def _places(quittance: Quittance, given: str) -> list[UUID]:
    """The establishment named, the only one, or all there are: at least one. Raises `NotFound`."""
    known = list(quittance.lookups.establishment_ids()) if given == EVERYWHERE else []
    return known or [establishment(quittance, "" if given == EVERYWHERE else given)]


def _held(quittance: Quittance, user_id: UUID, role: str, given: str) -> list[UUID]:
    """The same; of all, those where the person has the role."""
    state = quittance.accounts.user(user_id)
    if given != EVERYWHERE or state is None:
        return _places(quittance, given)
    return list(dict.fromkeys(one.establishment_id for one in state.grants if one.role == role_of(role)))


def _provider(given: str) -> UUID | None:
    return identifier_of(given) if given else None


def _today(quittance: Quittance) -> Date:
    return local_date(quittance.clock.now())
