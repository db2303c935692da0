"""Asking a mailbox what waits: each time is kept with what came of it, so that silence can be proven.

One stream for each mailbox of an establishment and local day.
"""

from collections.abc import Sequence
from datetime import date as Date
from typing import Literal
from uuid import UUID, uuid5

from domain.event import event

Outcome = Literal["nothing", "messages", "failed"]
Mailbox = Literal["invoicing", "member_data"]
"""Of the files of billing, or of questions about members that left together: each has an address of its own."""

_MAILBOXES = UUID("6f0f4d38-7e0c-5d5b-9a55-2f3f6f7c1d90")


@event("mailbox.poll_queued")
class PollQueued:
    """Somebody wants the mailbox to be asked while no session is open: it is when one opens."""

    establishment_id: UUID
    mailbox: Mailbox = "invoicing"


@event("mailbox.polled")
class MailboxPolled:
    """It was asked. `count`: what came. `code`: why it failed. `proof`: SHA-256 of the answer as it came, if any.

    `is_scheduled`: by itself, and not because a person asked.
    """

    establishment_id: UUID
    outcome: Outcome
    count: int
    code: str = ""
    proof: str = ""
    is_scheduled: bool = False
    mailbox: Mailbox = "invoicing"


def mailbox_id(establishment_id: UUID, local_date: Date, mailbox: Mailbox = "invoicing") -> UUID:
    """Identity of a day of a mailbox."""
    which = "" if mailbox == "invoicing" else f"|{mailbox}"
    return uuid5(_MAILBOXES, f"{establishment_id}|{local_date.isoformat()}{which}")


def poll_id(mailbox: UUID, version: int) -> UUID:
    """Identity of one event of that day, by its place in the stream."""
    return uuid5(mailbox, str(version))


def queue_poll(events: Sequence[object], establishment_id: UUID, mailbox: Mailbox = "invoicing") -> list[object]:
    """Let it be asked when a session opens, once. `events`: of that day."""
    is_queued = bool(events) and isinstance(events[-1], PollQueued)
    return [] if is_queued else [PollQueued(establishment_id, mailbox)]
