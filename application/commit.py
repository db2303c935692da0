"""Decide and commit: load, let pure code decide, save all events at once, decide again when somebody was faster."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from uuid import UUID

from application.ports import Change, ConcurrencyConflict, Context, Event, EventLog, StoredAnswer, VersionStale

T = TypeVar("T")
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Decided(Generic[T]):
    """What a decision wants written, and what its caller gets to know."""

    changes: Sequence[Change]
    result: T


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """A committed command: `position` of its last event, or of the log when nothing changed."""

    result: T
    position: int


class Streams:
    """Loaded streams; remembers their versions for the commit."""

    def __init__(self, log: EventLog, stream_ids: Iterable[UUID]) -> None:
        self._log, self._events = log, log.load(dict.fromkeys(stream_ids))

    def also(self, stream_ids: Iterable[UUID]) -> Mapping[UUID, list[Event]]:
        """Load more streams, each once: a decision rests on what was read first. Answers those that exist."""
        more = self._log.load(dict.fromkeys(stream_ids))
        self._events = {**more, **self._events}
        return more

    def events(self, stream_id: UUID) -> list[Event]:
        """Events of one stream, none when it does not exist."""
        return self._events.get(stream_id, [])

    def change(self, stream_id: UUID, happened: Sequence[Event]) -> Change:
        """Events to append behind what was loaded."""
        return Change(stream_id, len(self.events(stream_id)), happened)


def caused(context: Context, cause: str) -> Context:
    """The same command, made to happen by `cause` (a message hash) unless its caller named another cause."""
    return context if context.meta.cause else replace(context, meta=replace(context.meta, cause=cause))


def decide(log: EventLog, context: Context, decision: Callable[[], Decided[T]]) -> Done[T]:
    """Run a decision and commit it with its answer; on a conflict decide afresh, a few times. Raises `VersionStale`.

    A decision says itself that something moved under it by raising the conflict.
    """
    for attempt in range(_TRIES):
        _check_version(log, context)  # who saw an older state hears that first, not what is wrong with the new one
        try:
            decided = decision()
            _check_version(log, context)
            changes = [change for change in decided.changes if change.events]
            if not changes and context.keeper is None:
                return Done(decided.result, log.head())
            return Done(decided.result, log.append(changes, context.meta, _answer(context, decided.result)))
        except ConcurrencyConflict:
            # The twin of this request may have been first: then its kept answer counts, not a second decision.
            if attempt == _TRIES - 1 or (context.keeper and log.stored_answer(context.keeper.key)):
                raise
    raise AssertionError("unreachable")


def _check_version(log: EventLog, context: Context) -> None:
    """After the decision: what it loaded lies between the version that the caller saw and the one found here."""
    if context.expected is not None:
        stream_id, version = context.expected
        if len(log.load([stream_id]).get(stream_id, [])) != version:
            raise VersionStale


def _answer(context: Context, result: object) -> StoredAnswer | None:
    if context.keeper is None:
        return None
    status, body = context.keeper.encode(result)
    return StoredAnswer(context.keeper.key, context.keeper.digest, status, body)
