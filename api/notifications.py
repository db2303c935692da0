"""Authorisations and whether their insurer was told of them, as all programs are told of it."""

from dataclasses import dataclass
from datetime import date as Date

from domain.authorisation import Authorisation, Kind
from domain.event import ERASED
from domain.notification import Sender
from domain.patient import Patient
from domain.rules.limits import notice_until


@dataclass(frozen=True, slots=True)
class NotificationOut:
    """`until`: last day for it, null where none is needed. `is_missing`: nothing shows that the insurer knows of it.

    `sender` and what follows are null until a notification is recorded.
    """

    kind: Kind
    category: str
    valid_from: Date
    valid_to: Date | None
    until: Date | None
    is_missing: bool
    sender: Sender | None
    sent_on: Date | None
    is_late: bool | None
    reference: str | None
    proof: str | None


def notification_out(state: Patient, one: Authorisation) -> NotificationOut:
    """Of one authorisation, told or not."""
    told = state.notification(one)
    return NotificationOut(
        one.kind,
        one.category,
        one.valid_from,
        one.valid_to,
        notice_until(one.kind, one.valid_from),
        one in state.to_notify,
        told.sender if told else None,
        told.sent_on if told else None,
        told.is_late if told else None,
        _kept(told.reference) if told else None,
        _kept(told.proof) if told else None,
    )


def _kept(sealed: str) -> str | None:
    return None if sealed in ("", ERASED) else sealed
