"""`quittance insurability ask --together`, `fetch`: many questions in one message, and what came of it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import typer

from api.build import Quittance
from api.cli.console import AsJson, Where, context, establishment, working
from api.cli.voice import NOTHING, Voice
from api.insurability import in_words, together_of
from application.insurability import Wish
from application.insurability_answers import BatchesFetched
from application.insurability_batches import AskedTogether
from application.ports import Context
from domain.insurability_batch import MOST


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(fetch)


def fetch(where: Where = "", as_json: AsJson = False) -> None:
    """Fetch answers to questions that left together; without a session they are fetched when one opens."""
    with working(as_json=as_json) as (quittance, voice):
        answers, here = together_of(quittance), establishment(quittance, where)
        _say_fetched(voice, answers.collect(context(), here, partial(voice.each, "progress.answers")).result)


def ask_together(quittance: Quittance, voice: Voice, where: UUID, wanted: Sequence[UUID], wish: Wish) -> None:
    """In as few messages as their bounds allow; says what became of each."""
    parts = [wanted[place : place + MOST] for place in range(0, len(wanted), MOST)]
    correlation = uuid4().hex  # what waits for a session leaves as it was asked
    commands = [replace(context().meta, correlation_id=correlation) for _ in parts]
    told = [
        quittance.insurability_batches.ask(Context(meta), where, one, wish).result
        for meta, one in zip(commands, parts, strict=True)
    ]
    if voice.as_json:
        voice.json(told)
        return
    if not told:
        voice.say("insurability.nobody_left")
    for one in told:
        _say(voice, one)
    if queued := sum(len(one.asked) for one in told if one.status == "queued"):
        voice.say("insurability.queued", count=queued)


def _say(voice: Voice, told: AskedTogether) -> None:
    if told.reference:
        status = voice.code("insurability_status", told.status)
        voice.say("insurability.left_together", count=len(told.asked), reference=told.reference, status=status)
    if told.codes:
        voice.say("insurability.why", why=", ".join(in_words(code, voice.language) for code in told.codes))
    if told.left_out:
        columns = [("column.id", False), ("insurability.because", False)]
        voice.table(columns, [(who, voice.why("problem", code)) for who, code in told.left_out])


def _say_fetched(voice: Voice, told: BatchesFetched) -> None:
    """A line for each thing that came."""
    if voice.as_json:
        voice.json(told)
        return
    if told.outcome != "messages":
        voice.say(f"insurability_fetched.{told.outcome}")
        return
    columns = ("column.what", False), ("column.reference", False), ("insurability.new_answers", True)
    voice.table(
        [*columns, ("column.reason", False)],
        [
            (
                voice.code("insurability_word", one.kind or "unreadable"),
                one.reference or NOTHING,
                one.count or NOTHING,
                voice.code("item", one.item) if one.item else voice.code("answer", one.outcome),
            )
            for one in told.reports
        ],
    )
