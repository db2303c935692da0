"""`quittance insurability`: ask insurers about one patient or all of a month, and read what they said."""

from datetime import datetime
from functools import partial
from sys import maxsize
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli import insurability_batches
from api.cli.access import note_access
from api.cli.console import AsJson, Where, billed_month, context, establishment, working
from api.cli.ids import identifier_of
from api.cli.insurability_batches import ask_together
from api.cli.insurability_words import say_all, say_query, shown_of
from api.cli.voice import Voice
from api.insurability import SEEN, query_out
from application.insurability import ShownQuery, Wish, of_month
from application.many_hands import many_hands
from domain.errors import DomainError, Invalid, NotAllowed
from domain.insurability_query import PURPOSES, Purpose, Query
from domain.local_time import local_date
from domain.rules.limits import month_of
from projections.billing_months import cared_for_in
from projections.patients import active_ids

app = typer.Typer(no_args_is_help=True, help="Insurability: ask insurers, and read what they said.")
insurability_batches.register(app)


@app.command()
def ask(
    patient: Annotated[str, typer.Argument(help="Patient id; none with --all.")] = "",
    everybody: Annotated[
        bool, typer.Option("--all", help="Everybody with care in the month, whom nobody asked about today.")
    ] = False,
    asked_month: Annotated[str, typer.Option("--month", help="YYYY-MM, for invoicing; else this month.")] = "",
    asked_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, instead of a month.")
    ] = None,
    asked_to: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included; else the first.")
    ] = None,
    asked_for: Annotated[str, typer.Option("--for", help="invoicing or information.")] = "invoicing",
    together: Annotated[
        bool, typer.Option("--together", help="With --all: in one message; answers come by and by.")
    ] = False,
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """Ask the insurer about a patient, or insurers about all patients of a month; shows what they say."""
    with working(as_json=as_json) as (quittance, voice):
        if bool(patient) == everybody or (together and not everybody):
            raise Invalid("insurability_whom", "Name a patient, or give --all.", field="patient")
        month = billed_month(asked_month or month_of(local_date(quittance.clock.now())))
        wish = _wish(month, asked_from, asked_to, asked_for)
        if everybody:
            here = establishment(quittance, where)
            wanted = _wanted(quittance, here, month, wish)
            if together:
                ask_together(quittance, voice, here, wanted, wish)
            else:
                _ask_all(quittance, voice, wanted, wish)
        else:
            who = identifier_of(patient)
            asked = quittance.insurability.ask(context(), who, wish).result
            _tell(quittance, voice, who, asked.asked.reference)


@app.command()
def show(patient: Annotated[str, typer.Argument(help="Patient id.")], as_json: AsJson = False) -> None:
    """What insurers were asked about a patient and what they said, beside what is recorded."""
    with working(as_json=as_json) as (quittance, voice):
        _tell(quittance, voice, identifier_of(patient))


@app.command()
def withdraw(
    patient: Annotated[str, typer.Argument(help="Patient id; none with --all.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="All that wait in the practice.")] = False,
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """Take questions back that wait for a session; asked again, they leave as if nothing had been."""
    with working(as_json=as_json) as (quittance, voice):
        if bool(patient) == everybody:
            raise Invalid("insurability_whom", "Name a patient, or give --all.", field="patient")
        about = _queued(quittance, establishment(quittance, where)) if everybody else [identifier_of(patient)]
        every = [(who, one) for who in about for one in quittance.insurability.queued(who)]
        taken = [(who, one) for who, one in every if _is_taken_back(quittance, who, one)]
        if as_json:
            voice.json([{"patient_id": who, "reference": reference} for who, reference in taken])
        else:
            voice.say("insurability.withdrawn", count=len(taken))


def _queued(quittance: Quittance, where: UUID) -> list[UUID]:
    queued = partial(quittance.lookups.queued_question_ids, where, most=maxsize)
    return list(dict.fromkeys([*queued(together=False), *queued(together=True)]))


def _is_taken_back(quittance: Quittance, who: UUID, reference: str) -> bool:
    """Unless a worker was faster."""
    try:
        quittance.insurability.withdraw(context(), who, reference)
    except NotAllowed:
        return False
    return True


def _wish(month: str, first: datetime | None, last: datetime | None, given: str) -> Wish:
    if first is None:
        return Wish(of_month(month).first_day, of_month(month).last_day, _purpose(given))
    return Wish(first.date(), (last or first).date(), _purpose(given))


def _purpose(given: str) -> Purpose:
    for purpose in PURPOSES:
        if purpose == given:
            return purpose
    raise Invalid("field_invalid", "purpose: give invoicing or information.", field="purpose")


def _wanted(quittance: Quittance, where: UUID, month: str, wish: Wish) -> list[UUID]:
    """Everybody with care in the month about whom nobody asked today."""
    with quittance.store.database.snapshot() as sql:
        every = active_ids(sql, [where], cared_for_in([where], month))
    return [one for one in every if not quittance.insurability.is_known(one, wish)]


def _ask_all(quittance: Quittance, voice: Voice, wanted: list[UUID], wish: Wish) -> None:
    """Side by side; what one cannot be asked about keeps the others back no more than its failure does."""

    def ask_one(who: UUID) -> tuple[UUID, Query | str]:
        try:
            return who, quittance.insurability.ask(context(), who, wish).result
        except DomainError as refused:
            return who, refused.code

    done = many_hands(wanted, ask_one, quittance.insurability.at_once)
    came = dict(one for one in voice.each("progress.asking", done, len(wanted)) if one)
    asked = [(who, came[who]) for who in wanted]
    shown = {who: _shown(quittance, who, one.asked.reference)[0] for who, one in asked if isinstance(one, Query)}
    note_access(quittance, SEEN, shown)
    say_all(voice, asked, shown)
    if asked and all(isinstance(one, str) for _, one in asked):
        raise typer.Exit(1)  # nobody could be asked


def _shown(quittance: Quittance, who: UUID, reference: str) -> list[ShownQuery]:
    return [one for one in shown_of(quittance, who) if reference in ("", one.query.asked.reference)]


def _tell(quittance: Quittance, voice: Voice, who: UUID, reference: str = "") -> None:
    """That question, or all of the latest."""
    found = _shown(quittance, who, reference)
    note_access(quittance, SEEN, [who])
    if voice.as_json:
        voice.json([query_out(one, voice.language) for one in found])
    elif not found:
        voice.say("insurability.none")
    for one in () if voice.as_json else found:
        say_query(voice, one)
