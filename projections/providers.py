"""Providers as they are registered. They belong to no establishment; memberships say who may see them."""

import json
from collections.abc import Collection
from uuid import UUID

from application.ports import Recorded, Row, Sql
from domain.provider import ProviderActivityRecorded, ProviderDetailsCorrected, ProviderRegistered
from projections.scope import scoped
from projections.table import Index, Table, ViewRow, number, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "providers",
    (
        uuid("provider_id", fixed=True),
        text("nihii"),
        text("last_name"),
        text("first_name"),
        text("qualification"),
        number("convention_status"),
        text("activity"),
    ),
    key="provider_id",
    indexes=(Index(("nihii",)),),
    scope="",
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`activity`: JSON list of [first day, last day or null]; a period with the same first day replaces the former."""
    happened = recorded.event
    if isinstance(happened, ProviderActivityRecorded):
        if row is None:
            return None
        first, last = happened.valid_from.isoformat(), happened.valid_to.isoformat() if happened.valid_to else None
        kept = [period for period in json.loads(row["activity"]) if period[0] != first]
        return row | {"activity": json.dumps([*kept, [first, last]])}
    details = happened.details
    return {
        "provider_id": recorded.stream_id,
        "nihii": details.nihii,
        "last_name": details.last_name,
        "first_name": details.first_name,
        "qualification": details.qualification,
        "convention_status": details.convention_status,
        "activity": row["activity"] if row else "[]",
    }


VIEW = RowView(
    TABLE,
    version=1,
    touches=on_stream(ProviderRegistered, ProviderDetailsCorrected, ProviderActivityRecorded),
    apply=apply,
    is_register=True,
)


def providers(sql: Sql, scope: Collection[UUID]) -> list[Row]:
    """Those who work or worked in the scope, by name."""
    where = scoped(scope)
    return sql.rows(
        f"SELECT {', '.join(TABLE.names)} FROM providers"
        f" WHERE provider_id IN (SELECT provider_id FROM memberships WHERE {where.text})"
        " ORDER BY last_name, first_name, provider_id",
        where.params,
    )
