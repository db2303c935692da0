"""`quittance import`: a care file, a register file or an official code list; and taking an import back."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.console import AsJson, Reason, Where, concerning, context, establishment, read_file, working
from api.cli.ids import identifier_of
from api.cli.voice import Voice
from api.register_file import RegisterReport, load_register
from api.rejected import rejected as rejected_words
from application.import_care import ImportOptions, ImportReport, Rejected
from domain.errors import Invalid
from infrastructure.carefile.care_file import read_care_file
from infrastructure.carefile.errors import CareFileError

Kind = Literal["care", "register", "codes"]
_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import")(import_file)
    app.command("undo-import")(undo_import)


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines.")],
    kind: Annotated[str, typer.Option("--as", help="care, register or codes.")] = "care",
    where: Where = "",
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="One bad line refuses the file.")] = False,
    accept_changes: Annotated[bool, typer.Option("--accept-changes", help="Known lines take the new values.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import care, a register of the practice, or the official list of refusal codes."""
    with working(as_json=as_json) as (quittance, voice):
        content = read_file(file)
        try:
            if kind == "register":
                here = establishment(quittance, where) if where else None
                watched = partial(voice.each, "progress.register")
                show_register(voice, load_register(quittance, context(), content, here, watched).result)
            elif kind == "codes":
                report = quittance.code_lists.load(context(), content).result
                voice.json(report) if as_json else voice.say("import_done.codes", codes=report.codes)
            elif kind == "care":
                here = establishment(quittance, where)
                options = ImportOptions(all_or_nothing, accept_changes)
                read = read_care_file(content)
                with voice.waiting("progress.care"):
                    done = quittance.imports.take(context(), here, content, read, options).result
                show_import(voice, done)
            else:
                raise Invalid("import_kind_unknown", "--as: give care, register or codes.", field="as")
        except CareFileError as refused:
            raise Invalid(refused.code, str(refused)) from refused


def undo_import(
    identifier: Annotated[str, typer.Argument(help="Import id.")], reason: Reason, as_json: AsJson = False
) -> None:
    """Take an import back while nothing of it was sent."""
    with working(as_json=as_json) as (quittance, voice):
        which = identifier_of(identifier)
        done = quittance.imports.undo(concerning(quittance, which, reason), which).result
        voice.json(done) if as_json else voice.say("import_done.undone", lines=done.lines)


def show_import(voice: Voice, report: ImportReport) -> None:
    """Outcome, counts, differences and rejected lines; exit code 1 when a person must decide first."""
    if voice.as_json:
        voice.json(report)
    else:
        voice.console.print(voice.code("import", report.outcome))
        counts = {name: getattr(report, name) for name in ("added", "unchanged", "corrected", "possible_duplicates")}
        voice.say("import_done.counts", id=report.import_id, **counts)
        if report.differences:
            voice.table(
                [("column.line", True), ("column.field", False)],
                [(d.line, ", ".join(d.fields)) for d in report.differences[:_SHOWN]],
            )
        _rejected(voice, report.rejected)
    if report.outcome in ("needs_consent", "rejected"):
        raise typer.Exit(1)


def show_register(voice: Voice, report: RegisterReport) -> None:
    """What was taken, warned about and rejected."""
    if voice.as_json:
        voice.json(report)
        return
    counts = ", ".join(f"{voice.code('register_row', kind)} {count}" for kind, count in report.taken.items())
    voice.say("import_done.register", counts=counts)
    for warning in report.warnings:
        voice.say("import_done.warning", line=warning.line, text=voice.code("warning", warning.code))
    _rejected(voice, report.rejected)


def _rejected(voice: Voice, rejected: tuple[Rejected, ...]) -> None:
    if rejected:
        voice.table(
            [("column.line", True), ("column.field", False), ("column.reason", False)],
            [(r.line, r.field, rejected_words(r.code, r.field, voice.language)) for r in rejected[:_SHOWN]],
        )
        voice.say("import_done.rejected", count=sum(r.count for r in rejected))
