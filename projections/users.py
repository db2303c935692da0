"""People who sign in, as they are listed: login and name sealed, roles and absences as JSON. No secret is here.

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
    Absence,
    DeputyNamed,
    DeputyWithdrawn,
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
        text("absences"),
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
    absences: tuple[Absence, ...]
    added_at: str


def view(keys: KeyRing) -> RowView:
    """The view, sealing with these keys."""

    def apply(row: ViewRow | None, recorded: Recorded, _streams: Streams) -> ViewRow | None:
        """`grants`: JSON list of [establishment, role, first day, last day or null, provider or null].

        `absences`: JSON list of [establishment, deputy, first day, last day].
        """
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
                return row | {"grants": _written(users.evolve(_folded(row), happened).grants)}
            case DeputyNamed() | DeputyWithdrawn():
                return row | {"absences": _written(users.evolve(_folded(row), happened).absences)}
            case SecondFactorEnrolled() | SecondFactorReset():
                return row | {"has_second_factor": isinstance(happened, SecondFactorEnrolled)}
            case _:
                return row | {"is_active": isinstance(happened, UserReactivated)}

    return RowView(
        TABLE,
        version=2,
        touches=on_stream(
            UserAdded,
            UserRenamed,
            RoleGranted,
            RoleEnded,
            DeputyNamed,
            DeputyWithdrawn,
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
    """Those who have, had or will have a role in the establishment; each with the roles and absences there only."""
    here = [_of_place(row, str(establishment_id)) for row in all_users(sql)]
    return [row for row in here if row["grants"] != "[]"]


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
            absences_of(row),
            row["added_at"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.login.casefold(), one.user_id))


def absences_of(row: Row) -> tuple[Absence, ...]:
    """Those named and not withdrawn, past ones too, in the order named."""
    return tuple(
        Absence(UUID(where), UUID(deputy), Date.fromisoformat(first), Date.fromisoformat(last))
        for where, deputy, first, last in json.loads(row["absences"])
    )


def _of_place(row: Row, here: str) -> Row:
    stretches = ("grants", "absences")
    return {**row, **{name: json.dumps([one for one in json.loads(row[name]) if one[0] == here]) for name in stretches}}


def _added(recorded: Recorded) -> ViewRow:
    return {
        "user_id": recorded.stream_id,
        "language": recorded.event.language,
        "is_active": True,
        "has_second_factor": False,
        "grants": "[]",
        "absences": "[]",
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


def _folded(row: ViewRow) -> User:
    """As far as roles and absences go."""
    return User("", "", row["language"], _read(row["grants"]), absences=absences_of(row))


def _written(stretches: Iterable[Grant | Absence]) -> str:
    return json.dumps([[_plain(value) for value in astuple(one)] for one in stretches])


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def _read(grants: str) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            UUID(where), role, Date.fromisoformat(first), last and Date.fromisoformat(last), provider and UUID(provider)
        )
        for where, role, first, last, provider in json.loads(grants)
    )
