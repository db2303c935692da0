"""What a view is: a table, the topics it looks at, and one pure function from event to row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from application.ports import Event, EventLog, Recorded
from domain.billing_day import BillingDay, evolve
from domain.event import TOPIC_OF
from projections.table import Table, ViewRow

Key = Any
"""Value of a key or owner column: an id, or bytes of a blind index."""

Touched = Callable[[Recorded], Iterable[Key]]
"""Keys, or owners, of the rows that an event may change."""


class Streams:
    """Events of a stream before one of its events: for views that need more than their own row, seldom.

    Loaded once for a batch and all views. The events of the batch itself need not be committed yet (inline).
    """

    def __init__(self, log: EventLog, wanted: Iterable[UUID], batch: Sequence[Recorded]) -> None:
        ids = set(wanted)
        loaded = log.load(ids, upto=batch[-1].position) if ids else {}
        self._events: dict[UUID, list[Event]] = {stream_id: loaded.get(stream_id, []) for stream_id in ids}
        self._days: dict[UUID, list[BillingDay]] = {}
        for recorded in batch if ids else ():
            known = self._events.get(recorded.stream_id)
            if known is not None and len(known) < recorded.version:
                known.append(recorded.event)

    def before(self, recorded: Recorded) -> list[Event]:
        """In version order."""
        return self._events[recorded.stream_id][: recorded.version - 1]

    def day_before(self, recorded: Recorded) -> BillingDay:
        """The billing day as it stood before its event, which is not its first; folded once, whoever asks."""
        return self._day(recorded.stream_id, recorded.version - 1)

    def day_after(self, recorded: Recorded) -> BillingDay:
        """The billing day with its event."""
        return self._day(recorded.stream_id, recorded.version)

    def _day(self, stream_id: UUID, version: int) -> BillingDay:
        events, known = self._events[stream_id], self._days.setdefault(stream_id, [])
        while len(known) < version:
            known.append(evolve(known[-1] if known else None, events[len(known)]))
        return known[version - 1]


@dataclass(frozen=True)
class BaseView:
    """What both kinds share. A changed `version` rebuilds the view.

    `touches` has one entry per topic. `needs_stream` says which events are applied with the stream before them.
    After an event of a topic in `forgets`, the past of its rows loses the personal columns, or goes when the
    table marks none. `is_register`: read at once by commands, so always kept inside the append.
    """

    table: Table
    version: int
    touches: Mapping[str, Touched]
    needs_stream: Callable[[Recorded], bool] | None = None
    forgets: frozenset[str] = frozenset()
    is_register: bool = False

    @property
    def name(self) -> str:
        """That of its table."""
        return self.table.name

    @cached_property
    def is_by_stream(self) -> bool:
        """Whether an event touches the rows named by its stream only: then a first event finds none."""
        return all(touched is by_stream for touched in self.touches.values())


@dataclass(frozen=True, kw_only=True)
class RowView(BaseView):
    """Independent rows. `apply` answers a new row, the same object when nothing changes, None when it goes."""

    apply: Callable[[ViewRow | None, Recorded, Streams], ViewRow | None]


@dataclass(frozen=True, kw_only=True)
class SetView(BaseView):
    """Rows that belong together by an owner. `apply` answers those that change, with None for one that goes."""

    apply: Callable[[Mapping[Key, ViewRow], Recorded, Streams], Mapping[Key, ViewRow | None]]


View = RowView | SetView


def by_stream(recorded: Recorded) -> tuple[Key]:
    """The usual key: the stream."""
    return (recorded.stream_id,)


def on_stream(*types: type[Any]) -> dict[str, Touched]:
    """Event types that touch the row named by their stream."""
    return {topic(kind): by_stream for kind in types}


def topic(kind: type[Any]) -> str:
    """Topic of an event type."""
    return TOPIC_OF[kind].topic
