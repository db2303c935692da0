"""`quittance efact`: look into a file, and check one as a union would. Needs no database."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import AsJson, Voice, read_settings
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
    try:
        shown = show(file.read_bytes())
    except EfactError as unreadable:
        typer.echo(str(unreadable), err=True)
        raise typer.Exit(_UNREADABLE) from None
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    voice = Voice(read_settings().lang, as_json=False)
    voice.say(
        "efact.head", **{key: shown[key] or _NOTHING for key in ("message", "provider_reference", "oa_reference")}
    )
    voice.say("efact.refusal", percentage=shown["error_percentage"] or _NOTHING, kind=shown["refusal_type"] or _NOTHING)
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
        voice.say("efact.unread", **piece)


@app.command("check")
def check_file(file: FilePath) -> None:
    """Check a billing file (920000) like a union would: one line a fault, tab-separated, exit code 1; 2: unreadable."""
    try:
        faults = check(file.read_bytes())
    except EfactError as unreadable:
        typer.echo(str(unreadable), err=True)
        raise typer.Exit(_UNREADABLE) from None
    for fault in faults:
        typer.echo(f"{fault.order or ''}\t{fault.zone}\t{fault.code}\t{fault.text}")
    raise typer.Exit(1 if faults else 0)


def _money(voice: Voice, cents: int | None) -> str:
    return _NOTHING if cents is None else voice.money(cents)
