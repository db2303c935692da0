"""Which refusal codes lie at the root of what was refused, per invoice or day: the reason that a list shows."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from application.ports import Sql
from projections import refusals
from projections.as_of import union
from projections.scope import among


def root_codes(
    sql: Sql,
    scope: Collection[UUID],
    column: Literal["invoice_id", "day_id", "sending_id"],
    ids: Collection[UUID],
    at: int | None = None,
) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Code and letter of each root, the dearest first; nothing for what has no refused line."""
    if not ids:
        return {}
    where = among(sql, scope, column, list(ids))
    text, params = union(refusals.TABLE, f"{column}, root_code, root_letter, refused_cents", where, at)
    rows = sql.rows(
        f"SELECT {column}, root_code, root_letter, sum(refused_cents) AS cents FROM {text} AS t"
        f" GROUP BY {column}, root_code, root_letter ORDER BY cents DESC, root_code, root_letter",
        params,
    )
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row[column], []).append((row["root_code"], row["root_letter"]))
    return {key: tuple(codes) for key, codes in found.items()}
