"""What an event changed: the values before and after it, for whoever may see them; nothing where its name says all."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from api.web import (
    care_changes,
    casework_changes,
    mycarenet_changes,
    people_changes,
    register_changes,
    registration_changes,
    sending_changes,
)
from api.web.change_words import Change, Tell, facts
from api.web.visit import Visit
from application.ports import Recorded
from domain.casework import FileAttached, FileWithdrawn
from domain.inbox import ImportAccepted
from domain.invoice import InvoiceSettled
from domain.patient_document import PatientDocumentGiven
from domain.sending import SendingSettled

_TELLS: Mapping[type[Any], Tell] = {
    **care_changes.TELLS,
    **mycarenet_changes.TELLS,
    **people_changes.TELLS,
    **register_changes.TELLS,
    **registration_changes.TELLS,
    **sending_changes.TELLS,
    PatientDocumentGiven: facts("given_on", "way"),
    InvoiceSettled: facts("accepted_cents", "refused_cents"),
    SendingSettled: facts("requested_cents", "accepted_cents", "refused_cents"),
    ImportAccepted: facts("accepted", "rejected"),
    FileAttached: casework_changes.file_name,
    FileWithdrawn: casework_changes.file_name,
}
"""Events that say more than their name."""


def changes_in(visit: Visit, recorded: Iterable[Recorded]) -> dict[int, tuple[Change, ...]]:
    """By position, of events that say more than their name to this reader. Whose they are is the caller's to note.

    No other patient is named in them: a link leads there.
    """
    telling = [one for one in recorded if type(one.event) in _TELLS and _is_told(visit, one)]
    streams = visit.quittance.log.load({one.stream_id for one in telling}) if telling else {}
    made = {}
    for one in telling:
        former = streams[one.stream_id][: one.version - 1]
        made[one.position] = tuple(_TELLS[type(one.event)](visit, former, one.event))
    return made


def patients_in(recorded: Iterable[Recorded]) -> list[UUID]:
    """Whose data stand in a whole stream: its opening says it."""
    named = (
        one.stream_id if one.topic == "patient.registered" else getattr(one.event, "patient_id", None)
        for one in recorded
    )
    return list(dict.fromkeys(one for one in named if one))


def _is_told(visit: Visit, recorded: Recorded) -> bool:
    """Data of a patient to who may see care, of an account to who keeps or audits them; not of another practice."""
    if getattr(recorded.event, "establishment_id", visit.where) != visit.where:
        return False
    kind = recorded.topic.partition(".")[0]
    if kind == "user":
        return visit.may_ever("admin") or visit.may_ever("audit")
    return kind != "patient" or visit.may_ever("medical")
