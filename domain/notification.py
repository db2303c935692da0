"""That an authorisation was sent to the insurer's doctor: when, by whom, under which reference, and what proves it.

Which kinds need it, and within how many days: `domain.rules.limits`. Proof of sending is the electronic proof
(MedAdmin reference A6). What another care giver notified for the patient needs no second notification (there too).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date as Date
from typing import Literal

from domain.authorisation import Authorisation, Kind
from domain.descoring import Descoring
from domain.errors import Invalid, NotFound
from domain.event import Sealed, event
from domain.rules.limits import notice_until

Sender = Literal["practice", "other"]
MOST_LETTERS = 120


@event("patient.authorisation_notified", subject="self")
class AuthorisationNotified:
    """The authorisation that begins on `valid_from` was sent to the insurer on `sent_on`, by the practice or another.

    `reference`: of the message or letter; `proof`: what shows that it was sent, and where that is kept. `sent_on` is
    None when another care giver sent it and nobody here knows when.
    """

    kind: Kind
    valid_from: Date
    sent_on: Date | None
    sender: Sender
    reference: Sealed = ""
    proof: Sealed = ""


@event("patient.notification_withdrawn")
class NotificationWithdrawn:
    """It was recorded by mistake: nothing shows that the authorisation was sent."""

    kind: Kind
    valid_from: Date


@dataclass(frozen=True, slots=True)
class Notification:
    """One that stands; kind and first day name the authorisation."""

    kind: Kind
    valid_from: Date
    sent_on: Date | None
    sender: Sender = "practice"
    reference: Sealed = ""
    proof: Sealed = ""

    @property
    def is_late(self) -> bool:
        """Sent after the last day for it."""
        until = notice_until(self.kind, self.valid_from)
        return self.sent_on is not None and until is not None and self.sent_on > until


def check(known: Iterable[Authorisation], new: Notification, today: Date) -> None:
    """Raises `NotFound` without such an authorisation, `Invalid` for a value that is wrong in itself."""
    if all((one.kind, one.valid_from) != (new.kind, new.valid_from) for one in known):
        raise NotFound("authorisation_unknown", "This patient has no such authorisation.")
    if new.sent_on is None and new.sender == "practice":
        raise Invalid("field_missing", "sent_on: say when it was sent.", field="sent_on")
    if new.sent_on is not None and new.sent_on > today:
        raise Invalid("notified_to_come", "sent_on: today at the latest.", field="sent_on")
    for name, given in (("reference", new.reference), ("proof", new.proof)):
        if len(given) > MOST_LETTERS:
            raise Invalid("field_invalid", f"{name}: {MOST_LETTERS} letters at most.", field=name)


def to_notify(
    known: Iterable[Authorisation], told: Collection[Notification], descored: Iterable[Descoring]
) -> tuple[Authorisation, ...]:
    """Those without any trace that the insurer knows of them: no notification, no number of its own.

    What stands after a control visit the insurer said itself.
    """
    named = {(one.kind, one.valid_from) for one in told}
    named |= {("katz", first) for one in descored for first, *_ in one.made}
    return tuple(
        one
        for one in known
        if notice_until(one.kind, one.valid_from) and not one.number and (one.kind, one.valid_from) not in named
    )
