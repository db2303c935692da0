"""`quittance registration`: under which registration files go to MyCareNet, mandates, and what is arranged outside."""

from datetime import date as Date
from datetime import datetime
from typing import Annotated

import typer

from api.build import Quittance
from api.cli.console import AsJson, Reason, Where, context, establishment, working
from api.cli.ids import identifier_of
from api.cli.voice import NOTHING, Voice
from application.registrations import Created, CreatedOfMany
from domain.local_time import local_date
from domain.registration import Registration, Wanted
from domain.registration_kinds import KINDS, RULES

app = typer.Typer(no_args_is_help=True, help="Registrations with MyCareNet: kinds, list, add, end, mandates.")

RegistrationKind = Annotated[str, typer.Argument(help="One of: " + ", ".join(KINDS))]
CareProviders = Annotated[list[str], typer.Argument(help="NIHII numbers for which is sent.")]
RegistrationId = Annotated[str, typer.Argument(help="Id of the registration.")]
MandateId = Annotated[str, typer.Argument(help="Id of the mandate.")]
ConditionName = Annotated[str, typer.Argument(help="A condition of its kind; see `registration kinds`.")]
FirstDay = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; else today.")]
OpenEnd = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; else open.")]
LastDay = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; else today.")]
OnDay = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Since when; else today.")]
Evidence = Annotated[str, typer.Option(help="How one knows, in own words.")]


@app.command("kinds")
def show_kinds(as_json: AsJson = False) -> None:
    """Kinds of registration, and what is arranged outside the program first."""
    with working(as_json=as_json) as (_, voice):
        if as_json:
            voice.json(dict(RULES))
            return
        for kind in KINDS:
            voice.say("registration.kind", kind=kind, name=voice.code("registration_kind", kind))
            voice.say(f"registration_about.{kind}")
            for condition in RULES[kind].conditions:
                told = voice.code("registration_condition", condition)
                voice.say("registration.condition", condition=condition, told=told)
            if RULES[kind].needs_mandate:
                told = voice.code("registration_mandate", kind)
                voice.say("registration.condition", condition="mandate", told=told)


@app.command("list")
def list_registrations(where: Where = "", as_json: AsJson = False) -> None:
    """Registrations of the practice, their mandates, and what is left to arrange."""
    with working(as_json=as_json) as (quittance, voice):
        known = quittance.registrations.known(establishment(quittance, where))
        if as_json:
            voice.json({"registrations": known})
        elif known:
            _show(voice, known, _today(quittance))
        else:
            voice.say("registration.none")


@app.command("add")
def add(
    registration_kind: RegistrationKind,
    care_providers: CareProviders,
    cbe: Annotated[str, typer.Option(help="CBE number of the company that sends, 10 digits.")] = "",
    valid_from: FirstDay = None,
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Create a registration; with several numbers, one for each care provider."""
    with working(as_json=as_json) as (quittance, voice):
        here, first = establishment(quittance, where), _day(quittance, valid_from)
        wanted = [Wanted(registration_kind, number, cbe, first) for number in care_providers]
        if len(wanted) == 1:
            made = quittance.registrations.create(context(reason, here), here, wanted[0]).result
            voice.json(made) if as_json else voice.console.print(_created(voice, made), markup=False, soft_wrap=True)
            return
        outcomes = quittance.registrations.create_many(context(reason, here), here, wanted).result
        if as_json:
            voice.json({"registrations": outcomes})
            return
        for one in outcomes:
            voice.say("registration.of_many", place=care_providers[one.place - 1], told=_outcome(voice, one))


@app.command("end")
def end(
    registration_id: RegistrationId,
    last_day: LastDay = None,
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Give a registration its last day."""
    with working(as_json=as_json) as (quittance, voice):
        here, until = establishment(quittance, where), _day(quittance, last_day)
        done = quittance.registrations.end(context(reason, here), here, identifier_of(registration_id), until).result
        voice.json({"registration_id": done}) if as_json else voice.say("registration.ended", until=until)


@app.command("mandate")
def record_mandate(
    registration_id: RegistrationId,
    valid_from: FirstDay = None,
    valid_to: OpenEnd = None,
    given_to: Annotated[str, typer.Option(help="To whom the mandate is given, in own words.")] = "",
    evidence: Evidence = "",
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Note a mandate that was given in MyCareNet."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        identifier, first = identifier_of(registration_id), _day(quittance, valid_from)
        last = valid_to.date() if valid_to else None
        done = quittance.registrations.record_mandate(
            context(reason, here), here, identifier, first, last, given_to, evidence
        ).result
        voice.json({"registration_id": done}) if as_json else voice.say("registration.mandate_recorded")


@app.command("revoke")
def revoke_mandate(
    registration_id: RegistrationId,
    mandate_id: MandateId,
    last_day: LastDay = None,
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Give a mandate its last day."""
    with working(as_json=as_json) as (quittance, voice):
        here, until = establishment(quittance, where), _day(quittance, last_day)
        ids = identifier_of(registration_id), identifier_of(mandate_id)
        done = quittance.registrations.revoke_mandate(context(reason, here), here, *ids, until).result
        voice.json({"registration_id": done}) if as_json else voice.say("registration.mandate_revoked", until=until)


@app.command("arranged")
def arrange(
    registration_id: RegistrationId,
    condition: ConditionName,
    arranged_on: OnDay = None,
    evidence: Evidence = "",
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Note that a condition is arranged outside the program, with evidence."""
    with working(as_json=as_json) as (quittance, voice):
        here, on = establishment(quittance, where), _day(quittance, arranged_on)
        identifier = identifier_of(registration_id)
        done = quittance.registrations.arrange(context(reason, here), here, identifier, condition, on, evidence).result
        voice.json({"registration_id": done}) if as_json else voice.say("registration.arranged")


@app.command("reopen")
def reopen(
    registration_id: RegistrationId,
    condition: ConditionName,
    where: Where = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Note that a condition is arranged no more."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        identifier = identifier_of(registration_id)
        done = quittance.registrations.reopen(context(reason, here), here, identifier, condition).result
        voice.json({"registration_id": done}) if as_json else voice.say("registration.reopened")


def _show(voice: Voice, known: tuple[Registration, ...], today: Date) -> None:
    heads = ("kind", "care_provider", "cbe", "since", "last_day", "id")
    voice.table(
        [(f"column.{head}", False) for head in heads],
        [
            (
                voice.code("registration_kind", one.kind),
                one.nihii,
                one.cbe or NOTHING,
                one.valid_from,
                one.valid_to or NOTHING,
                one.registration_id,
            )
            for one in known
        ],
    )
    for one in known:
        for mandate in one.mandates:
            until = mandate.valid_to or NOTHING
            facts = {"mandate_id": mandate.mandate_id, "since": mandate.valid_from, "until": until}
            voice.say("registration.mandate", id=one.registration_id, **facts, given_to=mandate.given_to)
        if one.covers(today) and one.lacks_mandate(today):
            voice.say("registration.lacks_mandate", id=one.registration_id)
        for condition in one.to_arrange if one.covers(today) else ():
            told = f"{condition}: {voice.code('registration_condition', condition)}"
            voice.say("registration.to_arrange", id=one.registration_id, what=told)


def _created(voice: Voice, made: Created) -> str:
    told = voice.label("registration.created" if made.is_new else "registration.known", id=made.registration_id)
    return " ".join([told, *(voice.code("warning", code) for code in made.warnings)])


def _outcome(voice: Voice, one: CreatedOfMany) -> str:
    if one.created is not None:
        return _created(voice, one.created)
    return voice.label(f"problem.{one.code}", field=one.field)


def _day(quittance: Quittance, given: datetime | None) -> Date:
    return given.date() if given else _today(quittance)


def _today(quittance: Quittance) -> Date:
    return local_date(quittance.clock.now())
