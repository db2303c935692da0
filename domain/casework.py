"""What people add to a thing while they work on it: notes, files, who takes care of it, when to look again.

Each thing has one stream of casework beside its own, so that a note never stands between two facts of a billing day.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Literal, get_args
from uuid import UUID, uuid5

from domain.errors import Invalid, NotAllowed, NotFound
from domain.event import Sealed, event

NamedKind = Literal["refusal_cause", "billed_month"]
Kind = Literal["patient", "billing_day", "invoice", "document", "sending", "item", "refusal_cause", "billed_month"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LONGEST_NOTE = 4_000
"""Characters."""
LONGEST_SNOOZE_DAYS = 400

_STREAMS = UUID("c0b6b4a5-5a0f-5f2e-8a3d-3b7b5f6d9e21")
_NAMED = UUID("5b1e0c57-7f0a-5d43-9a7e-2f6c1d8b4e90")


@dataclass(frozen=True, slots=True)
class Named:
    """Work that has no history of its own: the refusals of one cause, the days of one month.

    `name`: code and letter (`500302.F`, `301/40.`), or the month (`2026-10`).
    """

    kind: NamedKind
    name: str

    def id_in(self, establishment_id: UUID) -> UUID:
        """The same for all who work on it there."""
        return uuid5(_NAMED, f"{establishment_id}|{self.kind}|{self.name}")


def cause(code: str, letter: str) -> Named:
    """All refused lines with that root."""
    return Named("refusal_cause", f"{code}.{letter}")


def month(billed_month: str) -> Named:
    """All days of a month (`YYYY-MM`) that are in no sending."""
    return Named("billed_month", billed_month)


@event("casework.opened")
class CaseworkOpened:
    """The first thing that somebody added. `owner_id`: whose key seals texts, the patient's or the establishment's.

    `name`: of what has no history of its own, empty for anything else.
    """

    establishment_id: UUID
    kind: Kind
    target_id: UUID
    owner_id: UUID
    name: str = ""

    @property
    def is_of_a_patient(self) -> bool:
        """Whether its texts are about a person: read and written by who may see care alone."""
        return self.owner_id != self.establishment_id


@event("casework.note_added", subject="owner_id")
class NoteAdded:
    """A note; `note_id` names it for a withdrawal."""

    owner_id: UUID
    note_id: UUID
    note: Sealed


@event("casework.note_withdrawn")
class NoteWithdrawn:
    """The note is not shown any more; who, when and why stand in the envelope."""

    note_id: UUID


@event("casework.file_attached", subject="owner_id")
class FileAttached:
    """A letter, a certificate, a proof. The bytes are a raw message under `sha256`; `size` in bytes."""

    owner_id: UUID
    file_id: UUID
    sha256: str
    name: Sealed
    media: str
    size: int


@event("casework.file_withdrawn")
class FileWithdrawn:
    """The file is not shown any more; its bytes are kept like every message."""

    file_id: UUID


@event("casework.assigned")
class Assigned:
    """Who takes care of it; None: nobody any more."""

    user_id: UUID | None


@event("casework.snoozed")
class Snoozed:
    """Not shown among what waits before that day; the reason stands in the envelope."""

    until: Date


@event("casework.woken")
class Woken:
    """Shown again at once."""


@dataclass(frozen=True, slots=True)
class Casework:
    """State: what is shown."""

    opened: CaseworkOpened
    notes: tuple[NoteAdded, ...] = ()
    files: tuple[FileAttached, ...] = ()
    assignee: UUID | None = None
    snoozed_until: Date | None = None


def casework_id(target_id: UUID) -> UUID:
    """Stream of the casework of a thing."""
    return uuid5(_STREAMS, str(target_id))


def evolve(state: Casework | None, happened: object) -> Casework:
    """Fold one event."""
    if isinstance(happened, CaseworkOpened):
        return Casework(happened)
    if state is None:
        raise NotFound("casework_unknown", "Casework begins with its opening.")
    match happened:
        case NoteAdded():
            return replace(state, notes=(*state.notes, happened))
        case NoteWithdrawn():
            return replace(state, notes=tuple(n for n in state.notes if n.note_id != happened.note_id))
        case FileAttached():
            return replace(state, files=(*state.files, happened))
        case FileWithdrawn():
            return replace(state, files=tuple(f for f in state.files if f.file_id != happened.file_id))
        case Assigned():
            return replace(state, assignee=happened.user_id)
        case Snoozed():
            return replace(state, snoozed_until=happened.until)
        case Woken():
            return replace(state, snoozed_until=None)
    return state


def fold(events: Iterable[object]) -> Casework | None:
    """State after all events of one stream."""
    state: Casework | None = None
    for happened in events:
        state = evolve(state, happened)
    return state


def note(state: Casework, note_id: UUID, text: str) -> list[object]:
    """Add a note. Raises `Invalid`."""
    if not text.strip() or len(text) > LONGEST_NOTE:
        raise Invalid("note_invalid", f"note: give 1 to {LONGEST_NOTE} characters.", field="note")
    return [NoteAdded(state.opened.owner_id, note_id, text.strip())]


def withdraw_note(state: Casework, note_id: UUID) -> list[object]:
    """Take a note back. Raises `NotFound`."""
    if not any(known.note_id == note_id for known in state.notes):
        raise NotFound("note_unknown", "There is no such note, or it was withdrawn.")
    return [NoteWithdrawn(note_id)]


def attach(state: Casework, file_id: UUID, sha256: str, name: str, media: str, size: int) -> list[object]:
    """Add a file whose bytes are stored; the same one twice changes nothing."""
    if any(known.sha256 == sha256 for known in state.files):
        return []
    return [FileAttached(state.opened.owner_id, file_id, sha256, name, media, size)]


def withdraw_file(state: Casework, file_id: UUID) -> list[object]:
    """Take a file back. Raises `NotFound`."""
    if not any(known.file_id == file_id for known in state.files):
        raise NotFound("file_unknown", "There is no such file, or it was withdrawn.")
    return [FileWithdrawn(file_id)]


def assign(state: Casework, user_id: UUID | None) -> list[object]:
    """Say who takes care of it."""
    return [] if state.assignee == user_id else [Assigned(user_id)]


def snooze(state: Casework, until: Date, today: Date, reason: str, before: str) -> list[object]:
    """Look again on a later day; `before`: why it is put off already, if it is. The same again changes nothing.

    Raises `Invalid` without a reason or for a day that is not later.
    """
    if not reason.strip():
        raise Invalid("reason_missing", "reason: say why it can wait.", field="reason")
    check_until(until, today)
    return [] if (state.snoozed_until, before.strip()) == (until, reason.strip()) else [Snoozed(until)]


def check_until(until: Date, today: Date) -> None:
    """Raises `Invalid` for a day to which nothing can be put off."""
    if not 0 < (until - today).days <= LONGEST_SNOOZE_DAYS:
        raise Invalid("snooze_invalid", f"until: give a day within {LONGEST_SNOOZE_DAYS} days from now.", field="until")


def wake(state: Casework) -> list[object]:
    """Show it again. Raises `NotAllowed` when it does not sleep."""
    if state.snoozed_until is None:
        raise NotAllowed("not_snoozed", "This is not put off.")
    return [Woken()]
