"""What comes in: an answer file and what was understood of it, an import of care, and the items left for a person."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID, uuid5

from domain.errors import NotAllowed, NotFound
from domain.event import event

_MESSAGES = UUID("83d0a6c4-5f1e-5d0c-9b44-1f6f5a0e2c77")


@event("message.received")
class MessageReceived:
    """The bytes are stored under `sha256`; nothing of them was read yet."""

    establishment_id: UUID
    sha256: str
    size: int
    origin: Literal["union", "upload", "take_over"]


@event("message.interpreted")
class MessageInterpreted:
    """The file was read: which message, which sending it answers (None: none of ours), how many bytes stayed unread."""

    kind: str
    sending_id: UUID | None
    unread_bytes: int


@event("message.unreadable")
class MessageUnreadable:
    """Not even the kind of message could be recognised; the bytes are kept."""

    code: str


@event("item.raised")
class ItemRaised:
    """Something only a person can settle. `facts`: ids, codes and figures as pairs, never personal text."""

    establishment_id: UUID
    kind: str
    message: str
    sending_id: UUID | None
    facts: tuple[tuple[str, str], ...] = ()


@event("item.settled")
class ItemSettled:
    """A person dealt with it; the reason stands in the envelope."""


@event("import.accepted")
class ImportAccepted:
    """A care file was taken in. `message` is the hash of its bytes; counts are of lines."""

    establishment_id: UUID
    message: str
    day_ids: tuple[UUID, ...]
    accepted: int
    rejected: int


@event("import.undone")
class ImportUndone:
    """All lines of the file were withdrawn, none having been sent."""


@dataclass(frozen=True, slots=True)
class Item:
    """State of an item for a person."""

    raised: ItemRaised
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class CareImport:
    """State of an import: its last word, with all days that it touched while it stood."""

    accepted: ImportAccepted
    is_undone: bool = False


def message_id(establishment_id: UUID, sha256: str) -> UUID:
    """Identity of a received message: the same bytes twice are the same message."""
    return uuid5(_MESSAGES, f"{establishment_id}|{sha256}")


def item_id(message: UUID, kind: str, place: str) -> UUID:
    """Identity of an item: what, in which message, at which place."""
    return uuid5(message, f"item|{kind}|{place}")


def import_id(establishment_id: UUID, sha256: str) -> UUID:
    """Identity of an import: its bytes."""
    return uuid5(_MESSAGES, f"import|{establishment_id}|{sha256}")


def fold_item(events: Iterable[object]) -> Item | None:
    """State of an item."""
    state: Item | None = None
    for happened in events:
        if isinstance(happened, ItemRaised):
            state = state or Item(happened)
        elif isinstance(happened, ItemSettled) and state:
            state = replace(state, is_settled=True)
    return state


def settle_item(state: Item | None) -> list[object]:
    """Close an item."""
    if state is None:
        raise NotFound("item_unknown", "There is no such item.")
    return [] if state.is_settled else [ItemSettled()]


def fold_import(events: Iterable[object]) -> CareImport | None:
    """State of an import."""
    state: CareImport | None = None
    for happened in events:
        if isinstance(happened, ImportAccepted):
            before = state.accepted.day_ids if state and not state.is_undone else ()
            state = CareImport(replace(happened, day_ids=tuple(dict.fromkeys((*before, *happened.day_ids)))))
        elif isinstance(happened, ImportUndone) and state:
            state = replace(state, is_undone=True)
    return state


def undo_import(state: CareImport | None) -> list[object]:
    """Take an import back."""
    if state is None:
        raise NotFound("import_unknown", "There is no such import.")
    if state.is_undone:
        raise NotAllowed("import_undone", "This import was already undone.")
    return [ImportUndone()]
