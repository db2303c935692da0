"""Many questions to insurers that left in one message: what became of the message, one stream for each.

What an insurer says about a patient stands in the stream of that patient's questions. Which of them left in this
message their references tell: that of the message, and a place in four digits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from uuid import UUID, uuid5

from domain.event import event
from domain.insurability_query import Purpose, Status

MOST = 5_000
"""Questions in one message. MyCareNet takes twice as many, whose answers might be more than is taken in at once."""
_BATCHES = UUID("2b0b1f2e-9c0d-5f4a-8a43-0a3d5c1f7e62")
_DIGITS, _PLACES = 10, 4


@event("insurability_batch.asked")
class BatchAsked:
    """Insurers are asked about these days (both included) of these patients. `message`: SHA-256 of what leaves."""

    establishment_id: UUID
    reference: str
    first_day: Date
    last_day: Date
    purpose: Purpose
    patient_ids: tuple[UUID, ...]
    message: str


@event("insurability_batch.taken")
class BatchTaken:
    """MyCareNet has it."""


@event("insurability_batch.failed")
class BatchFailed:
    """MyCareNet did not say that it has it. `is_certain`: it has it not. `said`: code of whoever refused."""

    code: str
    said: str = ""
    is_certain: bool = True


@event("insurability_batch.technically_acknowledged")
class BatchAcknowledged:
    """An insurer has its part. `message`: SHA-256 of its word."""

    io: str
    message: str


@event("insurability_batch.not_treated")
class BatchNotTreated:
    """An insurer, or MyCareNet, does not treat it. `code`: theirs. `message`: SHA-256 of their word."""

    io: str
    code: str
    message: str


@event("insurability_batch.answered")
class BatchAnswered:
    """Answers came. `message`: SHA-256 of all of them as they came; `count`: questions that had none before."""

    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Batch:
    """`answered`: how many questions have an answer, of whatever kind."""

    asked: BatchAsked
    is_taken: bool = False
    failure: BatchFailed | None = None
    acknowledged: tuple[str, ...] = ()
    not_treated: tuple[BatchNotTreated, ...] = ()
    messages: frozenset[str] = frozenset()
    answered: int = 0

    @property
    def total(self) -> int:
        """How many questions it holds."""
        return len(self.asked.patient_ids)

    @property
    def status(self) -> Status:
        """What may be said of a question in it that has no answer; `answered` when none is left."""
        if self.answered >= self.total:
            return "answered"
        if self.not_treated:
            return "refused"
        if self.is_taken or self.acknowledged or self.answered:
            return "waiting"
        return "failed" if self.failure is not None and self.failure.is_certain else "unknown"

    @property
    def codes(self) -> tuple[str, ...]:
        """Why there is no answer."""
        match self.status:
            case "refused":
                return tuple(dict.fromkeys(("not_treated", *(one.code for one in self.not_treated if one.code))))
            case "failed" | "unknown":
                return (self.failure.code,) if self.failure is not None else ("no_answer",)
        return ()

    def patient_of(self, question: str) -> UUID | None:
        """Whom a question is about; None for one that did not leave in this message."""
        place = question.removeprefix(self.asked.reference)
        if place == question or not (place.isascii() and place.isdigit() and len(place) == _PLACES):
            return None
        return self.asked.patient_ids[int(place)] if int(place) < self.total else None


def batch_id(establishment_id: UUID, reference: str) -> UUID:
    """Identity of the stream."""
    return uuid5(_BATCHES, f"{establishment_id}|{reference}")


def reference_of(establishment_id: UUID, seed: str, nth: int = 0) -> str:
    """Of a message, ten digits; `nth`: the next one to try when another message has it already."""
    return f"{uuid5(_BATCHES, f'{establishment_id}|{seed}|{nth}').int % 10**_DIGITS:0{_DIGITS}d}"


def question_reference(reference: str, place: int) -> str:
    """Of the question at that place of the message."""
    return f"{reference}{place:0{_PLACES}d}"


def reference_in(question: str) -> str:
    """Of the message in which a question of that reference left."""
    return question[:_DIGITS]


def evolve(state: Batch | None, happened: object) -> Batch | None:
    """Fold one event of the stream."""
    if state is None:
        return Batch(happened) if isinstance(happened, BatchAsked) else None
    match happened:
        case BatchTaken():
            return replace(state, is_taken=True)
        case BatchFailed():
            return replace(state, failure=happened)
        case BatchAcknowledged():
            return replace(state, acknowledged=(*state.acknowledged, happened.io))
        case BatchNotTreated():
            return replace(state, not_treated=(*state.not_treated, happened))
        case BatchAnswered():
            return replace(
                state, messages=state.messages | {happened.message}, answered=state.answered + happened.count
            )
    return state


def fold(events: Iterable[object]) -> Batch | None:
    """State after all events of one stream."""
    state: Batch | None = None
    for happened in events:
        state = evolve(state, happened)
    return state


def acknowledge(state: Batch, io: str, message: str) -> list[object]:
    """Record that an insurer has its part, once."""
    return [] if io in state.acknowledged else [BatchAcknowledged(io, message)]


def leave_untreated(state: Batch, happened: BatchNotTreated) -> list[object]:
    """Record that it is not treated; the same word once."""
    return [] if any(one.message == happened.message for one in state.not_treated) else [happened]


def answer(state: Batch, message: str, count: int) -> list[object]:
    """Record that answers came, unless the same bytes said nothing new again."""
    return [] if message in state.messages and not count else [BatchAnswered(message, count)]
