"""The log of events: the `EventLog` port over the library's event store."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import EventStore, IntegrityError, Recording

from application.ports import AnswerKeyReused, Change, ConcurrencyConflict, Event, Meta, Recorded, StoredAnswer
from infrastructure.keys.ring import SubjectKeys
from infrastructure.store.entry import Append, Entry
from infrastructure.store.envelopes import commit_rows, open_envelopes, seal_reason
from infrastructure.store.mapper import EventMapper
from infrastructure.store.recorder import LogRecorder
from infrastructure.store.sql import StoreDatabase, StoreSql, chunks
from infrastructure.store.tail import Tail
from infrastructure.store.times import microseconds

END = 2**63 - 1
"""A position after every other."""


class CareEventStore(EventStore[UUID]):
    """The library's store, except that it maps a commit as a whole.

    `Application.save` in front of it would add nothing but ten microseconds an event: its check against a run-time
    protocol.
    """

    mapper: EventMapper
    recorder: LogRecorder

    def put(self, domain_events: Sequence[DomainEventProtocol[UUID]], **kwargs: object) -> list[Recording[UUID]]:
        """Encode and seal first, then hand over to the recorder, which takes the lock."""
        self.recorder.insert_events(self.mapper.encode_many(domain_events), **kwargs)
        return []


class Log:
    """Append-only, in one total order."""

    def __init__(self, database: StoreDatabase, events: CareEventStore, keys: SubjectKeys, tail: Tail) -> None:
        self._database = database
        self._events = events
        self._keys = keys
        self._tail = tail

    def append(self, changes: Sequence[Change], meta: Meta, answer: StoredAnswer | None = None) -> int:
        """All or nothing. Two racing commits under one answer key: the second gets `ConcurrencyConflict`, and finds
        the answer of the first when it looks again. Raises `AnswerKeyReused` when the request was another one.
        """
        entries = [
            Entry(change.stream_id, version, event)
            for change in changes
            for version, event in enumerate(change.events, change.expected_version + 1)
        ]
        append = Append(entries, meta, seal_reason(meta, self._keys), answer)
        try:
            self._events.put(entries, append=append)
        except IntegrityError as error:
            stored = self.stored_answer(answer.key) if answer else None
            if answer and stored and stored.digest != answer.digest:
                raise AnswerKeyReused(f"the key {answer.key} was used for another request") from error
            raise ConcurrencyConflict("another commit came first: load again, decide again") from error
        self._tail.reached(append.position)
        return append.position

    def load(self, stream_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, list[Event]]:
        """Thousands of streams a query; the keys of all of them in another."""
        raws: list[Any] = []
        # A bare condition on positions tempts PostgreSQL to read the whole log by their index: hence none, or `+ 0`.
        end = "" if upto is None else " AND position + 0 <= ?"
        with self._database.reading() as sql:
            for chunk in chunks(dict.fromkeys(stream_ids)):
                among, ids = sql.any_of(chunk)
                raws += sql.tuples(
                    f"SELECT stream_id, version, topic, state FROM events WHERE stream_id {among}{end}"
                    " ORDER BY stream_id, version",
                    ids if upto is None else [*ids, upto],
                )
        streams: dict[UUID, list[Event]] = {}
        stream: list[Event] = []
        for (stream_id, version, _, _), event in zip(raws, self._events.mapper.decode_many(raws), strict=True):
            if version == 1:  # spares hashing the id of every event
                streams[stream_id] = stream = []
            stream.append(event)
        return streams

    def history(self, stream_id: UUID, upto: int | None = None) -> list[Recorded]:
        """In version order."""
        return self.histories([stream_id], upto).get(stream_id, [])

    def histories(self, stream_ids: Iterable[UUID], upto: int | None = None) -> dict[UUID, list[Recorded]]:
        """Each in version order."""
        found: dict[UUID, list[Recorded]] = {}
        with self._database.reading() as sql:
            for chunk in chunks(dict.fromkeys(stream_ids)):
                among, ids = sql.any_of(chunk)
                condition = f"stream_id {among} AND position + 0 <= ? ORDER BY stream_id, version"
                for one in self._recorded(sql, condition, [*ids, _end(upto)]):
                    found.setdefault(one.stream_id, []).append(one)
        return found

    def read(self, after: int, limit: int, upto: int | None = None) -> list[Recorded]:
        """In order of position."""
        condition = "position > ? AND position <= ? ORDER BY position LIMIT ?"
        with self._database.reading() as sql:
            return self._recorded(sql, condition, (after, _end(upto), limit))

    def head(self) -> int:
        """Of what is committed."""
        return self._events.recorder.max_notification_id() or 0

    def position_at(self, instant: datetime) -> int:
        """Of the last commit recorded by then: its id is the position of its last event."""
        with self._database.reading() as sql:
            rows = sql.tuples(
                "SELECT id FROM commits WHERE recorded_at <= ? ORDER BY recorded_at DESC, id DESC LIMIT 1",
                (microseconds(instant),),
            )
        return rows[0][0] if rows else 0

    def stored_answer(self, key: str) -> StoredAnswer | None:
        """As it was given the first time, with the position of its commit."""
        with self._database.reading() as sql:
            rows = sql.tuples("SELECT key, digest, status, body, position FROM answers WHERE key = ?", (key,))
        return StoredAnswer(*rows[0]) if rows else None

    def forget_answers(self, before: datetime) -> int:
        """Delete the answers older than their retention; answers how many."""
        with self._database.transaction() as sql:
            return sql.run("DELETE FROM answers WHERE recorded_at < ?", (microseconds(before),))

    def wait_for(self, position: int, timeout_s: float) -> int:
        """The head as soon as it is at least `position`; after the timeout, whatever it is then."""
        return self._tail.wait_for(position, timeout_s)

    def _recorded(self, sql: StoreSql, condition: str, params: Sequence[Any]) -> list[Recorded]:
        rows = _event_rows(sql, condition, params)
        commits = commit_rows(sql, (row[5] for row in rows))
        events = self._events.mapper.decode_many(row[:4] for row in rows)
        envelopes = open_envelopes(commits, self._keys)
        return [
            Recorded(position, stream, version, topic, event, envelopes[commit].recorded_at, envelopes[commit].meta)
            for (stream, version, topic, _, position, commit), event in zip(rows, events, strict=True)
        ]


def _event_rows(sql: StoreSql, condition: str, params: Sequence[Any]) -> list[Any]:
    return sql.tuples(
        f"SELECT stream_id, version, topic, state, position, commit_id FROM events WHERE {condition}", params
    )


def _end(upto: int | None) -> int:
    return END if upto is None else upto
