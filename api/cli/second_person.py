"""Confirm or decline decisions that one person may not take alone. The command line is one actor, whoever types."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.console import AsJson, Reason, Where, context, establishment, working
from api.cli.corrections import Days, show_corrected
from api.cli.ids import identifier_of
from application.commit import Done
from application.corrections import Corrected, Corrections
from application.ports import Context
from projections.history import DAYS, DayFilter, conditions
from projections.paging import MOST_ROWS, Asked, walk

Waiting = Annotated[bool, typer.Option("--all", help="Every day that waits for a second person.")]
_Act = Callable[[Corrections, Context, UUID, list[UUID]], Done[Corrected]]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("confirm-decision")(confirm)
    app.command("decline-decision")(decline)


def confirm(
    day_ids: Days = None, waiting: Waiting = False, where: Where = "", reason: Reason = "", as_json: AsJson = False
) -> None:
    """Take decisions that somebody else proposed."""
    _answer(Corrections.confirm, "correction.decided", day_ids or [], where, reason, waiting=waiting, as_json=as_json)


def decline(
    day_ids: Days = None, waiting: Waiting = False, where: Where = "", reason: Reason = "", as_json: AsJson = False
) -> None:
    """Turn proposed decisions down; what was decided before stands."""
    _answer(Corrections.decline, "correction.declined", day_ids or [], where, reason, waiting=waiting, as_json=as_json)


def _answer(act: _Act, told: str, named: list[str], where: str, reason: str, *, waiting: bool, as_json: bool) -> None:
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        ids = _waiting(quittance, here) if waiting else list(dict.fromkeys(identifier_of(one) for one in named))
        show_corrected(voice, act(quittance.corrections, context(reason, here), here, ids).result, told)


def _waiting(quittance: Quittance, where: UUID) -> list[UUID]:
    with quittance.store.database.snapshot() as sql:
        wanted = conditions([where], DayFilter(is_proposed=True))
        return [row["day_id"] for row in walk(DAYS, sql, wanted, Asked(limit=MOST_ROWS))]
