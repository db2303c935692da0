"""Answers of the unions: fetch them, bring files, settle what waits for a person; take over from another program."""

from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import AsJson, Reason, Where, concerning, context, establishment, read_file, working
from api.cli.ids import identifier_of
from api.cli.voice import Voice
from application.read_answers import AnswerReport

Files = Annotated[list[Path], typer.Argument(help="Files, in any order.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(answers)
    app.command("take-over")(take_over)
    app.command("settle-item")(settle_item)
    app.command("confirm-rejection")(confirm_rejection)


def answers(
    files: Annotated[list[Path] | None, typer.Argument(help="Answer files; none: fetch what waits.")] = None,
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """Read answers of the unions: those that wait, or files that you bring."""
    with working(as_json=as_json) as (quittance, voice):
        here, asked = establishment(quittance, where), context()
        if files:
            contents = voice.each("progress.answers", [read_file(path) for path in files])
            reports = tuple(quittance.answers.receive_or_leave(asked, here, one, "upload") for one in contents)
        else:
            watched = partial(voice.each, "progress.answers")
            fetched = quittance.answers.collect(asked, here, watched).result
            if fetched.outcome == "queued":
                voice.json(fetched) if as_json else voice.say("answers.queued")
                return
            reports = fetched.answers
        show_answers(voice, reports)


def take_over(files: Files, where: Where = "", as_json: AsJson = False) -> None:
    """Take over past billing files (920000) and their answers from the program used before."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        contents = [read_file(path) for path in files]
        names = {sha256(content).hexdigest(): path.name for path, content in zip(files, contents, strict=True)}
        watched = partial(voice.each, "progress.take_over")
        report = quittance.take_over.take(context(), here, contents, watched)
        if as_json:
            voice.json(report)
            return
        for file in report.files:
            facts = {"message": names[file.message], "invoices": file.invoices, "days": file.days}
            voice.say(f"take_over.{file.outcome}", **facts, patients=file.new_patients)
            if file.code:
                voice.say(f"problem.{file.code}")
        show_answers(voice, report.answers)


def settle_item(item: Annotated[str, typer.Argument(help="Item id.")], reason: Reason, as_json: AsJson = False) -> None:
    """Close an item that waited for a person, with the reason."""
    with working(as_json=as_json) as (quittance, voice):
        which = identifier_of(item)
        done = quittance.desk.settle(concerning(quittance, which, reason), which).result
        voice.json({"settled": done}) if as_json else voice.say("answers.item_settled")


def confirm_rejection(
    sending: Annotated[str, typer.Argument(help="Sending id.")], reason: Reason, as_json: AsJson = False
) -> None:
    """Say that a file refused as duplicate has no living copy: its days are prepared again."""
    with working(as_json=as_json) as (quittance, voice):
        which = identifier_of(sending)
        done = quittance.dispatch.confirm_rejection(concerning(quittance, which, reason), which).result
        voice.json({"sending_id": done}) if as_json else voice.say("answers.released")


def show_answers(voice: Voice, reports: tuple[AnswerReport, ...]) -> None:
    """One line a file."""
    if voice.as_json:
        voice.json(reports)
        return
    if not reports:
        voice.say("answers.nothing")
        return
    voice.table(
        [("column.message", False), ("column.what", False), ("column.status", False), ("column.reason", False)],
        [
            (
                report.kind or report.message,
                voice.code("answer", report.outcome),
                report.status and voice.code("status", report.status),
                "; ".join(voice.code("item", kind) for kind in report.items),
            )
            for report in reports
        ],
    )
