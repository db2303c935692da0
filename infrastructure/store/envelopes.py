"""Reading commits back: rows to `Meta`, with the reason opened, once per commit and not per event."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from application.ports import Meta
from domain.errors import Invalid
from infrastructure.keys.crypto import unseal
from infrastructure.keys.ring import SubjectKeys
from infrastructure.store.sql import StoreSql, chunks
from infrastructure.store.times import instant

COLUMNS = "id, recorded_at, actor, on_behalf_of, reason, reason_subject, cause, command_id, correlation_id"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all events of a commit share."""

    recorded_at: datetime
    meta: Meta


def commit_rows(sql: StoreSql, ids: Iterable[int]) -> list[tuple[Any, ...]]:
    """The commits of some events."""
    rows: list[tuple[Any, ...]] = []
    for chunk in chunks(sorted(set(ids))):
        among, params = sql.any_of(chunk)
        rows += sql.tuples(f"SELECT {COLUMNS} FROM commits WHERE id {among}", params)
    return rows


def open_envelopes(rows: list[tuple[Any, ...]], keys: SubjectKeys) -> dict[int, Envelope]:
    """By commit id. The keys of all reasons come in one query."""
    opened = keys.many({row[5] for row in rows if row[4]})
    envelopes = {}
    for id_, recorded_at, actor, on_behalf_of, sealed, subject, cause, command_id, correlation_id in rows:
        bare = Meta(actor, on_behalf_of, "", subject, cause, command_id, correlation_id)
        reason = unseal(opened.get(subject), reason_context(bare), sealed)
        meta = Meta(actor, on_behalf_of, reason, subject, cause, command_id, correlation_id) if reason else bare
        envelopes[id_] = Envelope(instant(recorded_at), meta)
    return envelopes


def seal_reason(meta: Meta, keys: SubjectKeys) -> str:
    """Raises `Invalid` when nobody could ever erase it, `NotAllowed` after an erasure."""
    if not meta.reason:
        return ""
    if meta.reason_subject is None:
        raise Invalid("reason_without_subject", "a reason is sealed: say whose it is in reason_subject")
    return keys.seal(meta.reason_subject, reason_context(meta), meta.reason)


def reason_context(meta: Meta) -> str:
    """The position is not known before the lock; who acted in which command is, and stands in the same row."""
    who = [meta.actor, meta.on_behalf_of, meta.cause, meta.command_id, meta.correlation_id]
    return json.dumps(["reason", _text(meta.reason_subject), *who])


def _text(subject: UUID | None) -> str:
    return str(subject) if subject else ""
