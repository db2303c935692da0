"""Decide what becomes of refused days, of some or of a whole cause; take it back."""

from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.access import note_access
from api.cli.billing import show_run
from api.cli.console import AsJson, Reason, Where, billed_month, context, establishment, working
from api.cli.ids import identifier_of
from api.cli.instants import AsOf, position
from api.cli.voice import Voice
from application.corrections import Corrected
from domain.correction import DECISIONS
from domain.errors import Invalid
from projections.history import REFUSALS, RefusalFilter, conditions
from projections.paging import MOST_ROWS, Asked, walk
from projections.pairs import pairs_of_month

Days = Annotated[list[str] | None, typer.Argument(help="Ids of days.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(decide)
    app.command("withdraw-decision")(restore)
    app.command("corrections")(corrections)


def decide(
    decision: Annotated[str, typer.Argument(help="rebill, rebill_elsewhere, credit_note, regularise or justified.")],
    day_ids: Days = None,
    cause: Annotated[str, typer.Option(help="All days of one cause: its code.")] = "",
    month: Annotated[str, typer.Option(help="Of that cause, care of one month: YYYY-MM.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would come of it; writes nothing.")] = False,
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Decide what becomes of settled days: billed again, to another destination too, credited, or rightly refused."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        if decision not in DECISIONS:
            raise Invalid("decision_unknown", f"decision: give one of {', '.join(DECISIONS)}.", field="decision")
        ids = _ids(quittance, here, day_ids or [], cause, month)
        by = context(reason, here)
        if dry_run:
            foreseen = quittance.corrections.foresee(here, ids, decision, by.meta.actor)
            if as_json:
                voice.json(foreseen)
                return
            show_corrected(voice, foreseen.decided, "correction.foreseen")
            if foreseen.run:
                show_run(voice, foreseen.run)
            return
        done = quittance.corrections.decide(by, here, ids, decision)
        show_corrected(voice, done.result, f"correction.{'proposed' if done.result.is_proposed else 'decided'}")


def restore(day_ids: Days = None, where: Where = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Take decisions back that no billing run took up yet."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        ids = _ids(quittance, here, day_ids or [], "", "")
        done = quittance.corrections.restore(context(reason, here), here, ids)
        show_corrected(voice, done.result, "correction.restored")


def corrections(
    month: Annotated[str, typer.Argument(help="Month in which the files were made: YYYY-MM.")],
    where: Where = "",
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """Days that files of a month corrected: the negative and the positive of each, side by side."""
    with working(as_json=as_json) as (quittance, voice):
        here, at = establishment(quittance, where), position(quittance, as_of)
        with quittance.store.database.snapshot() as sql:
            found, _ = pairs_of_month(sql, quittance.log, (here,), billed_month(month), at)
        note_access(quittance, "corrections.list", {pair.patient_id for pair in found})
        if as_json:
            voice.json(found)
            return
        heads = ("date", "id", "negative", "positive", "answered")
        voice.table(
            [(f"column.{head}", head not in ("date", "id")) for head in heads],
            [
                (
                    pair.date,
                    pair.day_id,
                    voice.money(pair.negative_cents),
                    voice.money(pair.positive_cents),
                    "" if pair.answered_cents is None else voice.money(pair.answered_cents),
                )
                for pair in found
            ],
        )


def _ids(quittance: Quittance, where: UUID, named: list[str], cause: str, month: str) -> list[UUID]:
    """Days named, or those with a refused line of the cause."""
    if not cause:
        return list(dict.fromkeys(identifier_of(one) for one in named))
    wanted = RefusalFilter(root_code=cause, month=billed_month(month) if month else None)
    with quittance.store.database.snapshot() as sql:
        rows = walk(REFUSALS, sql, conditions([where], wanted), Asked(limit=MOST_ROWS))
        return list(dict.fromkeys(row["day_id"] for row in rows))


def show_corrected(voice: Voice, done: Corrected, told: str) -> None:
    """`told`: key of what is said of the days that allowed it."""
    if voice.as_json:
        voice.json(done)
        return
    voice.say(told, days=len(done.day_ids), amount=voice.money(done.cents))
    if done.is_proposed:
        voice.say("correction.second_person")
    for left in done.left:
        voice.say("correction.left", days=len(left.day_ids), why=voice.why("problem", left.code))
