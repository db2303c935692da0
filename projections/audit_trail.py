"""The log of one establishment for an auditor: the newest first, narrowed by who, what and when, page by page.

A row tells what happened to which thing; the thing's own timeline tells the rest. Which establishment a thing belongs
to is asked of the views, a query a kind, so that no stream is opened for it; but for questions to insurers, which stand
in no view and are short.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports import EventLog, Recorded, Sql
from domain.mycarenet_session import stream_of
from domain.registration import registrations_id
from projections.drafts import any_of

_BATCH = 1_000
"""Positions looked at together, going back."""
_MOST_SCANNED = 20_000
_TABLES: Mapping[str, tuple[str, str]] = {
    "billing_day": ("days", "day_id"),
    "billing_run": ("runs", "run_id"),
    "casework": ("casework", "casework_id"),
    "correction_rule": ("correction_rules", "rule_id"),
    "import": ("imports", "import_id"),
    "invoice": ("invoices", "invoice_id"),
    "item": ("items", "item_id"),
    "message": ("received_messages", "message_id"),
    "patient": ("patients", "patient_id"),
    "sending": ("sendings", "sending_id"),
}
"""Where each kind of thing is listed with its establishment."""
_OF_A_PRACTICE = (registrations_id, stream_of)
"""Streams of which each establishment has one: registrations and sessions with MyCareNet."""
KINDS = (*_TABLES, "establishment", "insurability_query", "mycarenet_session", "provider", "registration", "user")


@dataclass(frozen=True, slots=True)
class Asked:
    """`kind`: one of `KINDS`, empty for all. `before`, `after`: positions, both excluded; 0 after: from the start."""

    kind: str = ""
    actor: str = ""
    before: int | None = None
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Trail:
    """Events, the newest first, and the position before which the following page begins; None at the end."""

    events: tuple[Recorded, ...]
    following: int | None


def trail(sql: Sql, log: EventLog, establishment_id: UUID, asked: Asked) -> Trail:
    """One page. Looks at no more than 20,000 events: what is rare may take several pages, never long."""
    end = log.head() if asked.before is None else asked.before - 1
    found: list[Recorded] = []
    lowest = max(asked.after, end - _MOST_SCANNED)
    while end > lowest:
        start = max(lowest, end - _BATCH)
        batch = [one for one in log.read(start, _BATCH, end) if _is_asked_for(one, asked)]
        ours = _of(sql, log, establishment_id, batch)
        for one in sorted(ours, key=lambda recorded: recorded.position, reverse=True):
            if len(found) == asked.limit:
                return Trail(tuple(found), found[-1].position)
            found.append(one)
        end = start
    return Trail(tuple(found), lowest + 1 if lowest > asked.after else None)


def _is_asked_for(recorded: Recorded, asked: Asked) -> bool:
    kind = recorded.topic.partition(".")[0]
    return kind in KINDS and asked.kind in ("", kind) and asked.actor in ("", recorded.meta.actor)


def _of(sql: Sql, log: EventLog, where: UUID, batch: Sequence[Recorded]) -> list[Recorded]:
    """Those about things of the establishment."""
    by_kind: dict[str, set[UUID]] = {}
    for one in batch:
        by_kind.setdefault(one.topic.partition(".")[0], set()).add(one.stream_id)
    ours: set[UUID] = {where, *(made(where) for made in _OF_A_PRACTICE)}
    for kind, ids in by_kind.items():
        if kind in _TABLES:
            ours |= _among(sql, *_TABLES[kind], where, ids)
        elif kind == "provider":
            ours |= _among(sql, "memberships", "provider_id", where, ids)
        elif kind == "insurability_query":
            ours |= {one for one, events in log.load(ids).items() if events[0].establishment_id == where}
    return [one for one in batch if one.stream_id in ours or getattr(one.event, "establishment_id", None) == where]


def _among(sql: Sql, table: str, key: str, where: UUID, ids: Collection[UUID]) -> set[UUID]:
    among, params = any_of(sql, sorted(ids))
    rows = sql.rows(
        f"SELECT DISTINCT {key} AS id FROM {table} WHERE establishment_id = ? AND {key} {among}", (where, *params)
    )
    return {row["id"] for row in rows}
