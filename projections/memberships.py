"""Who works where from when to when."""

from collections.abc import Collection
from uuid import UUID, uuid5

from application.ports import Recorded, Row, Sql
from domain.establishment import MembershipEnded, MembershipRecorded
from projections.scope import scoped
from projections.table import Index, Table, ViewRow, text, uuid
from projections.view import Key, RowView, Streams, topic

TABLE = Table(
    "memberships",
    (
        uuid("membership_id", fixed=True),
        uuid("establishment_id", fixed=True),
        uuid("provider_id", fixed=True),
        text("works_from", fixed=True),
        text("works_to", optional=True),
    ),
    key="membership_id",
    indexes=(Index(("establishment_id", "provider_id")), Index(("provider_id",))),
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`works_from`, `works_to`: first and last day, both included; no last day: open."""
    happened = recorded.event
    if isinstance(happened, MembershipEnded):
        return None if row is None else row | {"works_to": happened.valid_to.isoformat()}
    return {
        "membership_id": _keys(recorded)[0],
        "establishment_id": recorded.stream_id,
        "provider_id": happened.provider_id,
        "works_from": happened.valid_from.isoformat(),
        "works_to": happened.valid_to.isoformat() if happened.valid_to else None,
    }


def _keys(recorded: Recorded) -> tuple[Key]:
    """A stretch of work is named by the provider and its first day."""
    happened = recorded.event
    return (uuid5(recorded.stream_id, f"{happened.provider_id}|{happened.valid_from.isoformat()}"),)


VIEW = RowView(
    TABLE,
    version=1,
    touches={topic(MembershipRecorded): _keys, topic(MembershipEnded): _keys},
    apply=apply,
    is_register=True,
)


def memberships(sql: Sql, scope: Collection[UUID]) -> list[Row]:
    """All stretches of work, by provider and first day."""
    where = scoped(scope)
    return sql.rows(
        f"SELECT {', '.join(TABLE.names)} FROM memberships WHERE {where.text}"
        " ORDER BY establishment_id, provider_id, works_from",
        where.params,
    )
