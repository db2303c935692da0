"""What waits for a session, how often the unions were asked for answers, and which files nobody answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.console import AsJson, Reason, Where, concerning, establishment, working
from api.cli.ids import identifier_of
from api.cli.instants import minute_of
from api.cli.voice import NOTHING
from domain.errors import NotFound
from domain.local_time import local_date
from domain.sending import SendingPrepared
from projections.polls import TABLE, left_at, since
from projections.silence import silent_sendings

Sending = Annotated[str, typer.Argument(help="Sending id.")]
_MOST = 500
_EVER = datetime.fromisoformat("1900-01-01T00:00:00+00:00")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(polls)
    app.command()(silent)
    app.command()(unqueue)


def polls(
    sending: Annotated[str, typer.Argument(help="Sending id: only since it left.")] = "",
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """Each time that a mailbox was asked for answers, the latest first, and what came of it."""
    with working(as_json=as_json) as (quittance, voice):
        here, first = _since(quittance, sending) if sending else (establishment(quittance, where), _EVER)
        with quittance.store.database.snapshot() as sql:
            rows = since(sql, [here], first, _MOST, mailbox="invoicing" if sending else None) if first else []
        if as_json:
            voice.json([{name: row[name] for name in TABLE.names} for row in rows])
            return
        if not rows:
            voice.say("polls.nothing")
            return
        voice.table(
            [(f"column.{name}", name == "count") for name in ("at", "mailbox", "what", "count", "reason")],
            [
                (
                    minute_of(datetime.fromisoformat(row["polled_at"])),
                    voice.code("mailbox", row["mailbox"]),
                    voice.code("poll", row["outcome"]),
                    row["count"],
                    voice.why("held", row["code"]) if row["code"] else NOTHING,
                )
                for row in rows
            ],
        )


def silent(where: Where = "", as_json: AsJson = False) -> None:
    """Sendings that a union says nothing about for too long, and how often it was asked since."""
    with working(as_json=as_json) as (quittance, voice):
        here, today = establishment(quittance, where), local_date(quittance.clock.now())
        with quittance.store.database.snapshot() as sql:
            found = silent_sendings(sql, [here], today)
        if as_json:
            voice.json(found)
            return
        if not found:
            voice.say("polls.silent_none")
            return
        voice.table(
            [
                ("column.id", False),
                ("column.union", False),
                ("column.month", False),
                ("column.status", False),
                ("column.silent_days", True),
                ("column.polls", True),
                ("column.polls_failed", True),
                ("column.last_poll", False),
            ],
            [
                (
                    one.sending_id,
                    one.national_union,
                    one.month,
                    voice.code("status", one.status),
                    one.silent_days,
                    one.asked,
                    one.failed,
                    minute_of(datetime.fromisoformat(one.last_asked_at)) if one.last_asked_at else NOTHING,
                )
                for one in found
            ],
        )


def unqueue(sending: Sending, reason: Reason = "", as_json: AsJson = False) -> None:
    """Let a queued sending wait for a session no more; it stays prepared."""
    with working(as_json=as_json) as (quittance, voice):
        which = identifier_of(sending)
        done = quittance.dispatch.unqueue(concerning(quittance, which, reason), which).result
        voice.json({"sending_id": done}) if as_json else voice.say("polls.unqueued")


def _since(quittance: Quittance, sending: str) -> tuple[UUID, datetime | None]:
    """Of which practice it is, and when it left. Raises `NotFound`."""
    history = quittance.log.history(identifier_of(sending))
    made = history[0].event if history else None
    if not isinstance(made, SendingPrepared):
        raise NotFound("sending_unknown", "There is no such sending.")
    return made.establishment_id, left_at(history)
