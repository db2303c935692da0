"""What every command begins with: settings, the open product, who acts where; and how its errors end."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer
from pydantic import ValidationError

from api.build import Quittance, build
from api.catalogue import LANGUAGES, Language, has, text
from api.cli.ids import identifier_of
from api.cli.voice import Voice
from api.mycarenet import MyCareNetIncomplete, MyCareNetSettings
from api.settings import Settings
from api.web.assets import AssetsMissing
from application.ports import ConcurrencyConflict, Context, Meta, UnionsNotReached
from domain.errors import DomainError, Invalid, NotFound
from domain.rules.limits import month_start
from infrastructure.keys.crypto import SealBroken
from infrastructure.keys.master import MasterKeyFault
from infrastructure.mail.smtp import MailFault
from infrastructure.store.errors import Damaged, NotEmpty, NotMigrated, StoreUnavailable
from projections.errors import ViewsBehind, ViewsReplaced

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
Where = Annotated[str, typer.Option("--establishment", "-e", help="Establishment id; not needed when there is one.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the event.")]

_FAILED = 1
_MISUSED = 2
_OF_THE_STORE: dict[type[Exception], str] = {
    StoreUnavailable: "store_unavailable",
    NotMigrated: "store_not_migrated",
    NotEmpty: "store_not_empty",
    Damaged: "store_damaged",
    SealBroken: "seal_broken",
    ViewsBehind: "views_behind",
    ViewsReplaced: "views_replaced",
    sqlite3.OperationalError: "store_unavailable",
    sqlite3.DatabaseError: "store_damaged",
    ConcurrencyConflict: "changed_meanwhile",
    MasterKeyFault: "master_key",
    MailFault: "mail_server",
    UnionsNotReached: "unions_not_reached",
    MyCareNetIncomplete: "mycarenet_incomplete",
    AssetsMissing: "assets_missing",
    PermissionError: "place_unusable",
    NotADirectoryError: "place_unusable",
    FileExistsError: "place_unusable",
}
"""What no use case can repair: the code, whose text names the cure. The error itself says what exactly."""


def read_settings() -> Settings:
    """Settings of the environment; a value that cannot be is one line and exit code 2."""
    prefix = ""
    try:
        settings = Settings()
        prefix = "MYCARENET_"
        MyCareNetSettings()  # read again where it is used; what is wrong in it is said before anything is opened
    except ValidationError as refused:
        names = ", ".join(f"QUITTANCE_{prefix}{error['loc'][0]}".upper() for error in refused.errors())
        typer.echo(text("console.setting_invalid", _language_despite(refused), names=names), err=True)
        raise SystemExit(_MISUSED) from None
    return settings


def _language_despite(refused: ValidationError) -> Language:
    """That of the environment, when it is not the language itself that is wrong."""
    wanted = "" if any(error["loc"][0] == "lang" for error in refused.errors()) else os.environ.get("QUITTANCE_LANG")
    return next((language for language in LANGUAGES if language == wanted), LANGUAGES[0])


@contextmanager
def working(*, as_json: bool = False) -> Iterator[tuple[Quittance, Voice]]:
    """Open the product for one command; its errors become one line and exit code 1."""
    settings = read_settings()
    voice = Voice(settings.lang, as_json=as_json)
    with speaking(voice):
        quittance = build(settings)
        try:
            quittance.views.catch_up()
            yield quittance, voice
        finally:
            quittance.close()


@contextmanager
def speaking(voice: Voice) -> Iterator[None]:
    """Turn refusals into one line for a person, or one JSON object, and exit code 1."""
    logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())  # it says the same again, many times
    try:
        yield
    except DomainError as refused:
        _fail(voice, refused.code, refused.message, **{"field": "", **refused.facts})
    except tuple(_OF_THE_STORE) as refused:
        code = next(code for kind, code in _OF_THE_STORE.items() if isinstance(refused, kind))
        told = voice.why("trouble", code)
        _end(voice, code, f"{told} ({refused})" if str(refused) else told)


def _fail(voice: Voice, code: str, plain: str, **facts: object) -> None:
    told = voice.label(f"problem.{code}", **facts) if has(f"problem.{code}") else plain
    hint = f"field.{facts['field']}"
    _end(voice, code, f"{told} ({voice.label(hint)})" if code == "field_invalid" and has(hint) else told)


def _end(voice: Voice, code: str, shown: str) -> None:
    if voice.as_json:
        voice.json({"error": code, "detail": shown})
    else:
        typer.echo(f"{code}: {' '.join(shown.split())}", err=True)
    raise typer.Exit(_FAILED)


def context(reason: str = "", about: UUID | None = None) -> Context:
    """A command of whoever sits at this machine."""
    return Context(Meta(actor="operator", reason=reason, reason_subject=about, command_id=uuid4().hex))


def concerning(quittance: Quittance, stream: UUID, reason: str) -> Context:
    """A command about one thing, its reason sealed under the key of the establishment that the thing belongs to."""
    begun = quittance.log.load([stream]).get(stream, [None])[0]
    return context(reason, getattr(begun, "establishment_id", None))


def billed_month(given: str) -> str:
    """A month as somebody typed it. Raises `Invalid`."""
    try:
        month_start(given)
    except ValueError:
        raise Invalid("month_invalid", "Give the month as YYYY-MM.", field="month") from None
    return given


def establishment(quittance: Quittance, given: str) -> UUID:
    """The establishment named, or the only one there is."""
    if given:
        return identifier_of(given)
    known = quittance.lookups.establishment_ids()
    if not known:
        raise NotFound("establishment_none", "There is no establishment yet: add one first.")
    if len(known) != 1:
        raise NotFound("establishment_not_named", f"There are {len(known)} establishments: name one with -e.")
    return known[0]


def read_file(path: Path) -> bytes:
    """A file that a person names. Raises `NotFound` in plain words."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound("file_unreadable", f"Cannot read the file: {error.strerror}.") from error
