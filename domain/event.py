"""The register of events: one topic, one version and one type each, so that moving a file breaks no history.

An event says what happened in primitives and small value types. Who, when, why and where stand in the envelope
that the store keeps beside it, never here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, dataclass_transform

SEAL_MARK = "sealed"
Sealed = Annotated[str, SEAL_MARK]
"""Text that identifies a patient: clear in memory, stored under the key of the subject, `ERASED` once that is gone."""

ERASED = "\u2205"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EventType:
    """One line of the register. `subject`: the event field with the patient id, or "self" for the stream itself."""

    topic: str
    version: int
    type: type[Any]
    subject: str


REGISTER: dict[str, EventType] = {}
TOPIC_OF: dict[type[Any], EventType] = {}


@dataclass_transform(frozen_default=True)
def event(topic: str, *, version: int = 1, subject: str = "") -> Callable[[type[T]], type[T]]:
    """Make the class a frozen, slotted dataclass and enter it in the register under `topic`."""

    def enter(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, slots=True)(cls)
        if topic in REGISTER:
            message = f"topic {topic} is taken"
            raise ValueError(message)
        REGISTER[topic] = TOPIC_OF[made] = EventType(topic, version, made, subject)
        return made

    return enter
