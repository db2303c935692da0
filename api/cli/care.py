"""Small acts of an operator on care and patients: withdraw or confirm a line, lift a time-bar, find, merge, erase."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.console import AsJson, Reason, Where, context, establishment, working
from api.cli.ids import identifier_of
from api.cli.voice import Voice
from application.access import OPERATOR
from application.register import number_blind
from projections.patient_names import name_blinds
from projections.patients import identity, patients

Day = Annotated[str, typer.Argument(help="Billing day id.")]
Line = Annotated[str, typer.Argument(help="Line id, as `show DAY --json` prints it.")]
Patient = Annotated[str, typer.Argument(help="Patient id.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("withdraw-line")(withdraw_line)
    app.command("confirm-line")(confirm_line)
    app.command("confirm-amount")(confirm_amount)
    app.command("lift-time-bar")(lift_time_bar)
    app.command("find-patient")(find_patient)
    app.command("merge-patients")(merge_patients)
    app.command("unmerge-patient")(unmerge_patient)
    app.command("erase-patient")(erase_patient)


def withdraw_line(day: Day, line: Line, reason: Reason, as_json: AsJson = False) -> None:
    """Take a line out before it is billed."""
    with working(as_json=as_json) as (quittance, voice):
        identifier = identifier_of(day)
        about = context(reason, _owner(quittance, identifier))
        _done(voice, quittance.care.withdraw(about, identifier, identifier_of(line)).result)


def confirm_line(day: Day, line: Line, reason: Reason = "", as_json: AsJson = False) -> None:
    """Say that an identical second line was really done."""
    with working(as_json=as_json) as (quittance, voice):
        identifier = identifier_of(day)
        about = context(reason, _owner(quittance, identifier))
        _done(voice, quittance.care.confirm(about, identifier, identifier_of(line)).result)


def confirm_amount(day: Day, line: Line, reason: Reason, as_json: AsJson = False) -> None:
    """Say that the amount of a line is billed as it was given, whatever the tariffs say."""
    with working(as_json=as_json) as (quittance, voice):
        identifier = identifier_of(day)
        about = context(reason, _owner(quittance, identifier))
        _done(voice, quittance.care.confirm_amount(about, identifier, identifier_of(line)).result)


def lift_time_bar(
    day: Day,
    proof: Annotated[str, typer.Option(help="Your reference of the registered letter.")],
    letter_date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Date of the letter.")],
    as_json: AsJson = False,
) -> None:
    """Make a time-barred day sendable by the proof of a registered letter."""
    with working(as_json=as_json) as (quittance, voice):
        identifier = identifier_of(day)
        _done(voice, quittance.care.lift_time_bar(context(), identifier, proof, letter_date.date()).result)


def find_patient(where: Where = "", as_json: AsJson = False) -> None:
    """Find by national number or last name. It is asked for, so that it stands in no shell history."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        asked = typer.prompt(voice.label("patient.ask"), hide_input=False, err=True).strip()
        found = _found(quittance, here, asked)
        quittance.access_log.record(OPERATOR.actor, "find", found)
        with quittance.store.database.snapshot() as sql:
            rows = patients(sql, [here], found)
        shown = [(who, identity(quittance.keys, row)) for who, row in rows.items()]
        if as_json:
            voice.json([{"patient_id": who, "name": f"{name.last_name} {name.first_name}"} for who, name in shown])
            return
        voice.table(
            [("column.id", False), ("column.name", False)],
            [(who, f"{name.last_name} {name.first_name}") for who, name in shown],
        )


def merge_patients(
    patient: Patient,
    survivor: Annotated[str, typer.Argument(help="The record that stays.")],
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Declare two records one person; past messages keep their number."""
    with working(as_json=as_json) as (quittance, voice):
        who = identifier_of(patient)
        _done(voice, quittance.register.merge(context(reason, who), who, identifier_of(survivor)).result.id)


def unmerge_patient(patient: Patient, reason: Reason = "", as_json: AsJson = False) -> None:
    """Take a merge back."""
    with working(as_json=as_json) as (quittance, voice):
        who = identifier_of(patient)
        _done(voice, quittance.register.unmerge(context(reason, who), who).result.id)


def erase_patient(patient: Patient, as_json: AsJson = False) -> None:
    """Destroy a patient's key for good: names and numbers become unreadable, amounts and statuses stay."""
    with working(as_json=as_json) as (quittance, voice):
        _done(voice, quittance.register.erase(context(), identifier_of(patient)).result.id)


def _found(quittance: Quittance, here: UUID, asked: str) -> list[UUID]:
    digits = "".join(c for c in asked if c.isdigit())
    if len(digits) >= 6:
        blind = number_blind(quittance.keys, here, digits)
        return list(quittance.lookups.patients_by_number(here, [blind]).values())
    return quittance.lookups.patients_by_name(here, name_blinds(quittance.keys, here, asked))


def _owner(quittance: Quittance, day_id: UUID) -> UUID | None:
    events = quittance.log.load([day_id]).get(day_id, [])
    owner: UUID | None = events[0].patient_id if events else None
    return owner


def _done(voice: Voice, identifier: UUID) -> None:
    voice.json({"id": identifier}) if voice.as_json else voice.say("care.done", id=identifier)
