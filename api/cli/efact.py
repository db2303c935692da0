"""`quittance efact`: look into a file, and check one as a union would. Needs no database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.catalogue import percent, unread
from api.cli.console import AsJson, read_settings
from api.cli.efact_faults import fault_as_json, fault_in_words, unreadable_in_words
from api.cli.voice import Voice
from infrastructure.efact.check import check
from infrastructure.efact.errors import EfactError
from infrastructure.efact.show import show

app = typer.Typer(no_args_is_help=True, help="eFact files: show one, check one.")

FilePath = Annotated[Path, typer.Argument(help="The file.", exists=True, dir_okay=False, readable=True)]
_UNREADABLE = 2
_NOTHING = "-"


@app.command("show")
def show_file(file: FilePath, as_json: AsJson = False) -> None:
    """Decode a file of any kind: references, errors, amounts, and what could not be read."""
    voice = Voice(read_settings().lang, as_json=as_json)
    with _reading(voice):
        shown = show(file.read_bytes())
    if as_json:
        voice.json(shown)
        return
    voice.say(
        "efact.head", **{key: shown[key] or _NOTHING for key in ("message", "provider_reference", "oa_reference")}
    )
    voice.say(
        "efact.refusal",
        percentage=percent(shown["error_percentage"] or _NOTHING, voice.language),
        kind=shown["refusal_type"] or _NOTHING,
    )
    columns = (("column.record", False), ("column.order", True), ("column.code", False), ("column.errors", False))
    more = (("column.accepted", True), ("column.comment", False))
    voice.table(
        (*columns, *more),
        [
            (
                record["type"],
                record["order"] or "",
                record["code"],
                " ".join(f"{error['letter'] or ''}{error['code']}" for error in record["errors"]),
                "" if record["accepted_cents"] is None else voice.money(record["accepted_cents"]),
                record["comment"],
            )
            for record in shown["records"]
        ],
    )
    for settlement in (*shown["settlements"], *([shown["total"]] if shown["total"] else [])):
        figures = {name: _money(voice, settlement[f"{name}_cents"]) for name in ("requested", "accepted", "refused")}
        voice.say("efact.settlement", fund=settlement["fund"], **figures)
    for piece in shown["unread"]:
        voice.say("efact.unread", **piece | {"reason": unread(piece["reason"], voice.language)})


@app.command("check")
def check_file(file: FilePath, as_json: AsJson = False) -> None:
    """Check a billing file (920000) like a union would: one line a fault, tab-separated, exit code 1; 2: unreadable."""
    voice = Voice(read_settings().lang, as_json=as_json)
    with _reading(voice):
        faults = check(file.read_bytes())
    if as_json:
        voice.json([fault_as_json(fault, voice.language) for fault in faults])
    for fault in () if as_json else faults:
        typer.echo(f"{fault.order or ''}\t{fault.zone}\t{fault.code}\t{fault_in_words(fault.text, voice.language)}")
    raise typer.Exit(1 if faults else 0)


@contextmanager
def _reading(voice: Voice) -> Iterator[None]:
    """A file that is no eFact file at all ends the command."""
    try:
        yield
    except EfactError as unreadable:
        told = unreadable_in_words(unreadable, voice.language)
        if voice.as_json:
            voice.json({"error": unreadable.code, "detail": told})
        else:
            typer.echo(f"{unreadable.code}: {told}", err=True)
        raise typer.Exit(_UNREADABLE) from None


def _money(voice: Voice, cents: int | None) -> str:
    return _NOTHING if cents is None else voice.money(cents)
