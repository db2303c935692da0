"""Rows of views with their sealed texts opened: each sealing has another nonce, so only that can be compared."""

from collections.abc import Iterable
from typing import Any

from application.ports import KeyRing, Row
from projections import patients, users


def in_clear(keys: KeyRing, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Any rows; those of patients and users opened."""
    found = [dict(row) for row in rows]
    for row in found:
        if row.get("identity"):
            row["identity"] = keys.unseal(row["patient_id"], patients.SEAL_CONTEXT, row["identity"])
        for column in ("login", "name") if "user_id" in row else ():
            if row[column]:
                row[column] = keys.unseal(row["user_id"], f"{users.SEAL_CONTEXT}.{column}", row[column])
    return found
