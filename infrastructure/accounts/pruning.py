"""Delete what is over, as it is met. On PostgreSQL rows that somebody else deletes are left to them: no deadlock."""

from collections.abc import Sequence

from infrastructure.store.sql import StoreSql


def delete_old(sql: StoreSql, table: str, key: str, condition: str, params: Sequence[int]) -> None:
    """Rows of a table of accounts under the condition, named by their key."""
    free = " FOR UPDATE SKIP LOCKED" if sql.dialect == "postgresql" else ""
    sql.run(f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {condition}{free})", params)
