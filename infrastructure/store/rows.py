"""Numbering: the rows of a group of commits, given where the log stands. The same for both databases."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from application.ports import Recorded
from infrastructure.store.entry import Append
from infrastructure.store.times import instant

HEAD = "SELECT id, recorded_at FROM commits ORDER BY id DESC LIMIT 1"
"""Position and instant of the last commit, no row in an empty log. Only true inside the write lock."""

COMMITS = (
    "id",
    "recorded_at",
    "actor",
    "on_behalf_of",
    "reason",
    "reason_subject",
    "cause",
    "command_id",
    "correlation_id",
)
EVENTS = ("position", "stream_id", "version", "topic", "state", "commit_id")
ANSWERS = ("key", "digest", "status", "body", "position", "recorded_at")


@dataclass(slots=True)
class Numbered:
    """Rows to insert, all recorded at one instant."""

    recorded_at: int
    commits: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    answers: list[tuple[Any, ...]] = field(default_factory=list)


def number(appends: Sequence[Append], head: int, recorded_at: int) -> Numbered:
    """Positions without gaps from the head on; the last one of a commit is its id, and its append is told."""
    rows = Numbered(recorded_at)
    position = head
    for append in appends:
        append.position = position + len(append.stored)
        if append.stored:
            meta = append.meta
            rows.commits.append(
                (
                    append.position,
                    recorded_at,
                    meta.actor,
                    meta.on_behalf_of,
                    append.reason,
                    meta.reason_subject if append.reason else None,
                    meta.cause,
                    meta.command_id,
                    meta.correlation_id,
                )
            )
        for stored in append.stored:
            position += 1
            rows.events.append(
                (position, stored.originator_id, stored.originator_version, stored.topic, stored.state, append.position)
            )
        if answer := append.answer:
            rows.answers.append((answer.key, answer.digest, answer.status, answer.body, position, recorded_at))
    return rows


def recorded(appends: Sequence[Append], recorded_at: int) -> list[Recorded]:
    """What inline hooks see: the events themselves, never decoded again."""
    at = instant(recorded_at)
    return [
        Recorded(position, entry.originator_id, entry.originator_version, stored.topic, entry.event, at, append.meta)
        for append in appends
        for position, (entry, stored) in enumerate(
            zip(append.entries, append.stored, strict=True), append.position - len(append.stored) + 1
        )
    ]
