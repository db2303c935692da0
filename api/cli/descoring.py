"""Record a category that an insurer lowered after a control visit, or withdraw it; what is to be credited until when.

The days are credited with `quittance decide credit_note`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.access import note_access
from api.cli.console import AsJson, Reason, context, working
from api.cli.ids import identifier_of
from api.cli.voice import NOTHING, Voice
from api.descorings import DescoredDayOut, DescoringOut, descoring_out
from application.descoring import AMOUNTS_GIVEN
from domain import patient as patients
from domain.authorisation import Authorisation

Patient = Annotated[str, typer.Argument(help="Patient id.")]
First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, included.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(descore)
    app.command("withdraw-descoring")(withdraw)


def descore(
    patient: Patient,
    lowered_to: Annotated[str, typer.Option("--category", help="A, B, T7, T2 or none.")],
    lowered_from: First,
    told_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Date of the insurer's message.")],
    valid_to: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included; else open.")
    ] = None,
    authorisation_number: Annotated[str, typer.Option("--number", help="The insurer's, if any.")] = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """An insurer lowered a category after a control visit: the lower one holds, paid days are to be credited."""
    with working(as_json=as_json) as (quittance, voice):
        who = identifier_of(patient)
        category, last = "" if lowered_to == "none" else lowered_to, valid_to.date() if valid_to else None
        given = Authorisation("katz", category, lowered_from.date(), last, authorisation_number)
        quittance.descorings.record(context(reason, who), who, given, told_on.date())
        _tell(quittance, voice, who, "descoring.recorded")


def withdraw(patient: Patient, lowered_from: First, reason: Reason = "", as_json: AsJson = False) -> None:
    """Withdraw it: the former authorisations hold again, unless somebody changed them since."""
    with working(as_json=as_json) as (quittance, voice):
        who = identifier_of(patient)
        quittance.descorings.withdraw(context(reason, who), who, lowered_from.date())
        _tell(quittance, voice, who, "descoring.withdrawn")


def show_descorings(voice: Voice, found: Sequence[DescoringOut]) -> None:
    """Each with its days; without a table when none stood billed above the category."""
    for one in found:
        voice.say(
            "descoring.until",
            category=one.category or voice.label("descoring.no_category"),
            first=one.valid_from,
            last=one.valid_to or NOTHING,
            told_on=one.told_on,
            until=one.until,
        )
        if one.days:
            _show_days(voice, one)


def _tell(quittance: Quittance, voice: Voice, who: UUID, told: str) -> None:
    state = patients.fold(quittance.log.load([who]).get(who, []))
    found = [descoring_out(one) for one in quittance.descorings.shown(state)] if state else []
    note_access(quittance, "descore", [who])
    if voice.as_json:
        voice.json({"patient_id": who, "descorings": found})
        return
    voice.say(told)
    show_descorings(voice, found)


def _show_days(voice: Voice, one: DescoringOut) -> None:
    figures = (("descoring.paid", True), ("descoring.new", True), ("descoring.difference", True))
    voice.table(
        [("column.date", False), ("column.id", False), ("column.status", False), *figures, ("column.reason", False)],
        [
            (
                day.date,
                day.day_id,
                voice.code("descoring_standing", day.standing),
                voice.money(day.paid_cents),
                voice.money(day.new_cents),
                voice.money(day.difference_cents),
                _why(voice, day),
            )
            for day in one.days
        ],
    )
    if one.to_do:
        voice.say(
            "descoring.sums",
            days=one.to_do,
            paid=voice.money(one.paid_cents),
            known=voice.money(one.known_paid_cents),
            new=voice.money(one.new_cents),
            untold=one.untold,
        )


def _why(voice: Voice, day: DescoredDayOut) -> str:
    told = [
        voice.label("descoring.amounts_given") if code == AMOUNTS_GIVEN else voice.why("blocker", code)
        for code in day.why
    ]
    if day.is_proposed:
        told.append(voice.label("descoring.proposed"))
    return " · ".join(told) or NOTHING
