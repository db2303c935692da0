"""How commands speak: one JSON value with `--json`, else tables and sentences in the language that was set."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.build import Quittance, build
from api.catalogue import Language, euros, has, text
from api.cli.ids import identifier_of
from api.settings import Settings
from application.ports import ConcurrencyConflict, Context, Meta
from domain.errors import DomainError, Invalid, NotFound
from domain.rules.limits import month_start
from infrastructure.keys.crypto import SealBroken
from infrastructure.keys.master import MasterKeyFault
from infrastructure.store.errors import Damaged, NotEmpty, NotMigrated, StoreUnavailable

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
    ConcurrencyConflict: "changed_meanwhile",
}
_NARROWEST = 130
_LONG = {f"column.{name}" for name in ("advice", "comment", "errors", "field", "reason", "cause")}


class Voice:
    """Prints for a person or for a program."""

    def __init__(self, language: Language, *, as_json: bool) -> None:
        self.language, self.as_json = language, as_json
        found = Console(highlight=False)
        self.console = Console(highlight=False, width=max(found.width, _NARROWEST))

    def say(self, key: str, **facts: object) -> None:
        """A sentence of the catalogue."""
        self.console.print(text(key, self.language, **facts), markup=False, soft_wrap=True)

    def label(self, key: str, **facts: object) -> str:
        """A text of the catalogue."""
        return text(key, self.language, **facts)

    def money(self, cents: int) -> str:
        """Cents as people write them."""
        return euros(cents, self.language)

    def json(self, value: Any) -> None:  # noqa: ANN401 - any result of a use case
        """One JSON value."""
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")

    def table(self, columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[object]]) -> None:
        """`columns`: catalogue key and whether it holds figures. Nothing is cut off, long texts wrap."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for key, is_figure in columns:
            justify: Literal["left", "right"] = "right" if is_figure else "left"
            table.add_column(self.label(key), justify=justify, no_wrap=key not in _LONG, overflow="fold")
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        self.console.print(table)

    def code(self, group: str, code: str) -> str:
        """A code of the product in words."""
        return text(f"{group}.{code}", self.language)

    def why(self, group: str, code: str) -> str:
        """Why something was not done: in the words of its group, else as the problem that it is everywhere."""
        return self.code(group if has(f"{group}.{code}") else "problem", code)


def read_settings() -> Settings:
    """Settings of the environment; a value that cannot be is one line and exit code 2."""
    try:
        return Settings()
    except ValidationError as refused:
        names = ", ".join(f"QUITTANCE_{error['loc'][0]}".upper() for error in refused.errors())
        typer.echo(f"{names}: not a value that this setting takes.", err=True)
        raise SystemExit(_MISUSED) from None


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
    try:
        yield
    except DomainError as refused:
        _fail(voice, refused.code, refused.message, **{"field": "", **refused.facts})
    except MasterKeyFault as refused:
        _end(voice, "master_key", str(refused))
    except tuple(_OF_THE_STORE) as refused:
        _fail(voice, next(code for kind, code in _OF_THE_STORE.items() if isinstance(refused, kind)), str(refused))


def _fail(voice: Voice, code: str, plain: str, **facts: object) -> None:
    _end(voice, code, voice.label(f"problem.{code}", **facts) if has(f"problem.{code}") else plain)


def _end(voice: Voice, code: str, shown: str) -> None:
    if voice.as_json:
        voice.json({"error": code, "detail": shown})
    else:
        typer.echo(f"{code}: {shown}", err=True)
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
    if len(known) != 1:
        raise NotFound("establishment_not_named", f"There are {len(known)} establishments: name one with -e.")
    return known[0]


def read_file(path: Path) -> bytes:
    """A file that a person names. Raises `NotFound` in plain words."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound("file_unreadable", f"Cannot read the file: {error.strerror}.") from error
