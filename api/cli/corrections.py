"""Decide what becomes of refused days, of some or of a whole cause; take it back."""

from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.billing import show_run
from api.cli.console import AsJson, Reason, Where, billed_month, context, establishment, working
from api.cli.ids import identifier_of
from api.cli.voice import Voice
from application.corrections import Corrected
from domain.correction import DECISIONS
from domain.errors import Invalid
from projections.history import REFUSALS, RefusalFilter, conditions
from projections.paging import MOST_ROWS, Asked, walk

Days = Annotated[list[str] | None, typer.Argument(help="Ids of days.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(decide)
    app.command("withdraw-decision")(restore)


def decide(
    decision: Annotated[str, typer.Argument(help="rebill, rebill_elsewhere or justified.")],
    day_ids: Days = None,
    cause: Annotated[str, typer.Option(help="All days of one cause: its code.")] = "",
    month: Annotated[str, typer.Option(help="Of that cause, care of one month: YYYY-MM.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would come of it; writes nothing.")] = False,
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Decide what becomes of refused days: billed again, billed to another destination, or rightly refused."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        if decision not in DECISIONS:
            raise Invalid("decision_unknown", f"decision: give one of {', '.join(DECISIONS)}.", field="decision")
        ids = _ids(quittance, here, day_ids or [], cause, month)
        if dry_run:
            foreseen = quittance.corrections.foresee(here, ids, decision)
            if as_json:
                voice.json(foreseen)
                return
            _show(voice, foreseen.decided, "correction.foreseen")
            if foreseen.run:
                show_run(voice, foreseen.run)
            return
        done = quittance.corrections.decide(context(reason, here), here, ids, decision)
        _show(voice, done.result, "correction.decided")


def restore(day_ids: Days = None, where: Where = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Take decisions back that no billing run took up yet."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        ids = _ids(quittance, here, day_ids or [], "", "")
        _show(voice, quittance.corrections.restore(context(reason, here), here, ids).result, "correction.restored")


def _ids(quittance: Quittance, where: UUID, named: list[str], cause: str, month: str) -> list[UUID]:
    """Days named, or those with a refused line of the cause."""
    if not cause:
        return list(dict.fromkeys(identifier_of(one) for one in named))
    wanted = RefusalFilter(root_code=cause, month=billed_month(month) if month else None)
    with quittance.store.database.snapshot() as sql:
        rows = walk(REFUSALS, sql, conditions([where], wanted), Asked(limit=MOST_ROWS))
        return list(dict.fromkeys(row["day_id"] for row in rows))


def _show(voice: Voice, done: Corrected, told: str) -> None:
    if voice.as_json:
        voice.json(done)
        return
    voice.say(told, days=len(done.day_ids), amount=voice.money(done.cents))
    for left in done.left:
        voice.say("correction.left", days=len(left.day_ids), why=voice.why("problem", left.code))
