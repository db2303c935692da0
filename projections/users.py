"""People who sign in, as they are listed: login and name sealed, roles as JSON. Passwords and secrets are not here.

Whether somebody may enter, and what they may do, is for the log to decide (`application.accounts`).
"""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date as Date
from uuid import UUID

from application.ports import KeyRing, Recorded, Row, Sql
from domain import user as users
from domain.errors import NotAllowed
from domain.event import ERASED
from domain.user import (
    Grant,
    RoleEnded,
    RoleGranted,
    SecondFactorEnrolled,
    SecondFactorReset,
    User,
    UserAdded,
    UserDeactivated,
    UserReactivated,
    UserRenamed,
)
from projections.table import Column, Table, ViewRow, flag, text, uuid
from projections.view import RowView, Streams, on_stream

SEAL_CONTEXT = "view.users"

TABLE = Table(
    "users",
    (
        uuid("user_id", fixed=True),
        Column("login", "text", fixed=True, personal=True),
        Column("name", "text", personal=True),
        text("language"),
        flag("is_active"),
        flag("has_second_factor"),
        text("grants"),
        text("added_at", fixed=True),
    ),
    key="user_id",
    scope="",
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row, opened. `login` and `name` are empty once the person's key was erased. `added_at`: ISO text, UTC."""

    user_id: UUID
    login: str
    name: str
    language: str
    is_active: bool
    has_second_factor: bool
    grants: tuple[Grant, ...]
    added_at: str


def view(keys: KeyRing) -> RowView:
    """The view, sealing with these keys."""

    def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
        """`grants`: JSON list of [establishment, role, first day, last day or null, provider or null]."""
        who, happened = recorded.stream_id, recorded.event
        if isinstance(happened, UserAdded):
            return _added(recorded) | {
                "login": _sealed(keys, who, "login", happened.login),
                "name": _sealed(keys, who, "name", happened.name),
            }
        if row is None:
            return None
        match happened:
            case UserRenamed():
                return row | {"name": _sealed(keys, who, "name", happened.name), "language": happened.language}
            case RoleGranted() | RoleEnded():
                return row | {"grants": _written(users.evolve(_with_roles(row), happened).grants)}
            case SecondFactorEnrolled() | SecondFactorReset():
                return row | {"has_second_factor": isinstance(happened, SecondFactorEnrolled)}
            case _:
                return row | {"is_active": isinstance(happened, UserReactivated)}

    return RowView(
        TABLE,
        version=1,
        touches=on_stream(
            UserAdded,
            UserRenamed,
            RoleGranted,
            RoleEnded,
            SecondFactorEnrolled,
            SecondFactorReset,
            UserDeactivated,
            UserReactivated,
        ),
        is_register=True,
        apply=apply,
    )


def all_users(sql: Sql) -> list[Row]:
    """All people of the installation, in the order in which they were added."""
    return sql.rows(f"SELECT {', '.join(TABLE.names)} FROM users ORDER BY added_at, user_id")


def users_of(sql: Sql, establishment_id: UUID) -> list[Row]:
    """Those who have, had or will have a role in the establishment; each with the roles there only."""
    here = str(establishment_id)
    rows = ((row, [grant for grant in json.loads(row["grants"]) if grant[0] == here]) for row in all_users(sql))
    return [{**row, "grants": json.dumps(grants)} for row, grants in rows if grants]


def opened(keys: KeyRing, rows: Iterable[Row]) -> list[Listed]:
    """Rows as a person reads them, by login."""
    found = [
        Listed(
            row["user_id"],
            _text(keys, row, "login"),
            _text(keys, row, "name"),
            row["language"],
            row["is_active"],
            row["has_second_factor"],
            _read(row["grants"]),
            row["added_at"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.login.casefold(), one.user_id))


def _added(recorded: Recorded) -> ViewRow:
    return {
        "user_id": recorded.stream_id,
        "language": recorded.event.language,
        "is_active": True,
        "has_second_factor": False,
        "grants": "[]",
        "added_at": recorded.recorded_at.isoformat(),
    }


def _sealed(keys: KeyRing, who: UUID, column: str, clear: str) -> str | None:
    """None once the key is gone: asking for it would make one where an erasure took it away."""
    if clear == ERASED:
        return None
    try:
        return keys.seal(who, f"{SEAL_CONTEXT}.{column}", clear)
    except NotAllowed:  # erased between reading the log and now
        return None


def _text(keys: KeyRing, row: Row, column: str) -> str:
    if row[column] is None:
        return ""
    clear = keys.unseal(row["user_id"], f"{SEAL_CONTEXT}.{column}", row[column])
    return "" if clear == ERASED else clear


def _with_roles(row: ViewRow) -> User:
    return User("", "", row["language"], _read(row["grants"]))


def _written(grants: Iterable[Grant]) -> str:
    return json.dumps([[_plain(value) for value in astuple(grant)] for grant in grants])


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def _read(grants: str) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            UUID(where), role, Date.fromisoformat(first), last and Date.fromisoformat(last), provider and UUID(provider)
        )
        for where, role, first, last, provider in json.loads(grants)
    )
