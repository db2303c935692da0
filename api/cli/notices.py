"""Record that an insurer was told of an authorisation, or take that back; what is still to notify, until when."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from api.build import Quittance
from api.cli.access import note_access
from api.cli.console import AsJson, Reason, context, working
from api.cli.ids import identifier_of
from api.cli.voice import NOTHING, Voice
from api.notifications import notification_out
from domain import patient as patients
from domain.authorisation import CATEGORIES, Kind
from domain.errors import Invalid
from domain.notification import Notification, Sender

Patient = Annotated[str, typer.Argument(help="Patient id.")]
Allowed = Annotated[str, typer.Option("--kind", help="katz, palliative or ptsi.")]
First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Its first day.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(notify)
    app.command("withdraw-notification")(withdraw)


def notify(
    patient: Patient,
    allowed_kind: Allowed,
    allowed_from: First,
    sent_on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="When it was sent.")] = None,
    by_another: Annotated[bool, typer.Option("--by-another", help="A care giver elsewhere had it already.")] = False,
    notice_reference: Annotated[str, typer.Option("--reference", help="Of the message or letter.")] = "",
    notice_proof: Annotated[str, typer.Option("--proof", help="What shows it, and where it is kept.")] = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """An insurer was told of an authorisation: its row on the first screen ends."""
    with working(as_json=as_json) as (quittance, voice):
        who, kind = identifier_of(patient), _kind(allowed_kind)
        sender: Sender = "other" if by_another else "practice"
        on = sent_on.date() if sent_on else None
        told = Notification(kind, allowed_from.date(), on, sender, notice_reference, notice_proof)
        quittance.register.notify(context(reason, who), who, told)
        _tell(quittance, voice, who)


def withdraw(
    patient: Patient, allowed_kind: Allowed, allowed_from: First, reason: Reason = "", as_json: AsJson = False
) -> None:
    """Nothing shows that the insurer was told after all."""
    with working(as_json=as_json) as (quittance, voice):
        who = identifier_of(patient)
        quittance.register.withdraw_notification(context(reason, who), who, _kind(allowed_kind), allowed_from.date())
        _tell(quittance, voice, who)


def _kind(given: str) -> Kind:
    for kind in CATEGORIES:
        if kind == given:
            return kind
    raise Invalid("field_invalid", f"kind: give one of {', '.join(CATEGORIES)}.", field="kind")


def _tell(quittance: Quittance, voice: Voice, who: UUID) -> None:
    """All authorisations of the patient."""
    state = patients.fold(quittance.log.load([who]).get(who, []))
    found = [notification_out(state, one) for one in state.authorisations] if state else []
    note_access(quittance, "notify", [who])
    if voice.as_json:
        voice.json({"patient_id": who, "notifications": found})
        return
    voice.table(
        [
            ("notice.kind", False),
            ("notice.from", False),
            ("notice.until", False),
            ("notice.on", False),
            ("notice.reference", False),
        ],
        [
            (
                voice.code("authorisation_kind", one.kind),
                one.valid_from,
                one.until or NOTHING,
                one.sent_on or (voice.label("notice.missing") if one.is_missing else NOTHING),
                one.reference or NOTHING,
            )
            for one in found
        ],
    )
