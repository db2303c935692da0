"""Set an installation up and keep its keys: init, API keys, rebuild of the views."""

import os
from typing import Annotated, cast

import typer

from api.build import Quittance, build
from api.cli.console import AsJson, context, read_settings, speaking, working
from api.cli.ids import identifier_of
from api.cli.voice import Voice
from api.settings import Settings
from application.access import IssuedKey
from domain.api_key import SCOPES, Scope
from infrastructure.keys.master import ENVIRONMENT_NAME, create_master_key


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command("issue-key")(issue_key)
    app.command("revoke-key")(revoke_key)
    app.command()(rebuild)


def init(as_json: AsJson = False) -> None:
    """Make the database and the master key, and print the first API key once."""
    settings = read_settings()
    voice = Voice(settings.lang, as_json=as_json)
    with speaking(voice):
        made_key = prepare(settings)
        quittance = build(settings)
        try:
            issued = first_key(quittance)
        finally:
            quittance.close()
    if as_json:
        token = issued.token if issued else None
        voice.json({"home": str(settings.home), "master_key": str(settings.master_key_path), "api_key": token})
        return
    voice.say("init.done" if issued else "init.again", place=settings.database_url)
    if made_key:
        voice.say("init.key_warning", path=settings.master_key_path)
    if issued:
        voice.say("init.api_key", token=issued.token)


def prepare(settings: Settings) -> bool:
    """Folder and master key, unless they exist; answers whether a key was made."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.environ.get(ENVIRONMENT_NAME) or settings.master_key_path.exists():
        return False
    create_master_key(settings.master_key_path)
    return True


def first_key(quittance: Quittance) -> IssuedKey | None:
    """The key of a new installation; none when it has a history already."""
    if quittance.log.head():
        return None
    return quittance.access.issue(context(), "init").result


def issue_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scopes: Annotated[str, typer.Option(help="Some of: " + ", ".join(SCOPES))] = "read",
    establishments: Annotated[str, typer.Option(help="Ids with commas; none: all.")] = "",
    days: Annotated[int, typer.Option(help="Days until it expires.")] = 365,
    as_json: AsJson = False,
) -> None:
    """Make an API key; its secret is shown this once."""
    with working(as_json=as_json) as (quittance, voice):
        wanted = cast("tuple[Scope, ...]", tuple(scope.strip() for scope in scopes.split(",") if scope.strip()))
        where = tuple(identifier_of(text.strip()) for text in establishments.split(",") if text.strip())
        issued = quittance.access.issue(context(), name, wanted, where, days).result
        voice.json(issued) if as_json else voice.say("init.api_key", token=issued.token)


def revoke_key(
    prefix: Annotated[str, typer.Argument(help="Public prefix of the key.")], as_json: AsJson = False
) -> None:
    """Close an API key at once."""
    with working(as_json=as_json) as (quittance, voice):
        revoked = quittance.access.revoke(context(), prefix).result
        voice.json({"revoked": revoked}) if as_json else voice.say("init.revoked", prefix=revoked)


def rebuild(as_json: AsJson = False) -> None:
    """Drop all views and build them anew from the log."""
    with working(as_json=as_json) as (quittance, voice):
        with voice.waiting("progress.rebuild"):
            quittance.views.rebuild()
        head = quittance.log.head()
        voice.json({"position": head}) if as_json else voice.say("init.rebuilt", position=head)
