"""Keys of the API as they are listed: never a secret, not even its hash. The log itself decides who may enter."""

import json

from application.ports import Recorded, Row, Sql
from domain.api_key import ApiKeyIssued, ApiKeyRevoked
from projections.table import Table, ViewRow, flag, text, uuid
from projections.view import RowView, Streams, on_stream

TABLE = Table(
    "api_keys",
    (
        uuid("key_id", fixed=True),
        text("prefix", fixed=True),
        text("name", fixed=True),
        text("scopes", fixed=True),
        text("establishment_ids", fixed=True),
        text("issued_at", fixed=True),
        text("issued_by", fixed=True),
        text("expires_at", fixed=True),
        flag("is_revoked"),
    ),
    key="key_id",
    scope="",
)


def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
    """`scopes`, `establishment_ids`: JSON lists. Instants are ISO text, UTC."""
    happened = recorded.event
    if isinstance(happened, ApiKeyRevoked):
        return None if row is None else row | {"is_revoked": True}
    return {
        "key_id": recorded.stream_id,
        "prefix": happened.prefix,
        "name": happened.name,
        "scopes": json.dumps(happened.scopes),
        "establishment_ids": json.dumps([str(identifier) for identifier in happened.establishments]),
        "issued_at": recorded.recorded_at.isoformat(),
        "issued_by": recorded.meta.actor,
        "expires_at": happened.expires_at.isoformat(),
        "is_revoked": False,
    }


VIEW = RowView(TABLE, version=2, touches=on_stream(ApiKeyIssued, ApiKeyRevoked), apply=apply, is_register=True)


def api_keys(sql: Sql) -> list[Row]:
    """All of them, the latest first."""
    return sql.rows(f"SELECT {', '.join(TABLE.names)} FROM api_keys ORDER BY issued_at DESC, key_id")
