"""People who sign in, at a hasher that is quick: what tests of accounts begin with."""

from dataclasses import dataclass, field
from datetime import date as Date
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
from argon2 import PasswordHasher

from application.accounts import Accounts, Session
from application.credential_store import Credentials
from application.passwords import Passwords
from domain.user import User
from infrastructure.accounts.credentials import StoredCredentials
from infrastructure.store.opening import Store
from tests.application.office import StandingClock, context

LOGIN, HOME, OWN = "anna@practice.be", "192.0.2.1", "correct horse battery"
TODAY = Date(2026, 2, 2)


class QuickPasswords(Passwords):
    """The cheapest Argon2id there is; counts how often anything is compared."""

    def __init__(self, **parameters: int) -> None:
        super().__init__(PasswordHasher(**{"time_cost": 1, "memory_cost": 8, "parallelism": 1, **parameters}))
        self.compared = 0

    def fits(self, password_hash: str, password: str) -> bool:
        self.compared += 1
        return super().fits(password_hash, password)


@dataclass
class People:
    """The use cases over one store."""

    store: Store
    clock: StandingClock
    passwords: QuickPasswords = field(default_factory=QuickPasswords)

    def __post_init__(self) -> None:
        self.credentials = StoredCredentials(self.store.database, self.clock)
        self.accounts = Accounts(self.store.log, self.store.keys, self.credentials, self.clock, self.passwords)

    def later(self, **units: float) -> None:
        self.clock.instant += timedelta(**units)

    def add(self, login: str = LOGIN, name: str = "Anna Claes", *, role: str = "", where: UUID | None = None) -> UUID:
        """Somebody who chose a password already."""
        made = self.accounts.add(context(), login, name).result
        if where:
            self.accounts.grant(context(), made.user_id, where, role or "office", Date(2026, 1, 1))
        token = self.accounts.sign_in(login, made.one_time_password, HOME)
        self.accounts.change_password(token, made.one_time_password, OWN)
        self.accounts.sign_out(token)
        return made.user_id

    def enrolled(self, login: str = LOGIN, **more: Any) -> tuple[UUID, pyotp.TOTP]:
        """Somebody with a second factor; the step of now is used."""
        user_id = self.add(login, **more)
        token = self.accounts.sign_in(login, OWN, HOME)
        codes = pyotp.TOTP(self.accounts.start_enrolment(token)[0])
        self.accounts.sign_out(self.accounts.enrol(token, codes.at(self.clock.now())))
        return user_id, codes

    def inside(self, codes: pyotp.TOTP, login: str = LOGIN) -> str:
        """A complete session, at a step of its own."""
        self.later(seconds=30)
        return self.accounts.confirm(self.accounts.sign_in(login, OWN, HOME), codes.at(self.clock.now()))

    def user(self, user_id: UUID) -> User:
        found = self.accounts.user(user_id)
        assert found is not None
        return found

    def proof(self, user_id: UUID) -> Credentials:
        found = self.credentials.credentials(user_id)
        assert found is not None
        return found

    def session(self, token: str) -> Session:
        found = self.accounts.session(token)
        assert found is not None
        return found

    def stored(self) -> str:
        """Every value of every table."""
        with self.store.database.snapshot() as sql:
            if sql.dialect == "sqlite":
                names = sql.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            else:
                names = sql.rows(
                    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()"
                )
            rows = [row for name in names for row in sql.rows(f"SELECT * FROM {name['name']}")]
        values = [bytes(v) if isinstance(v, memoryview) else v for row in rows for v in row.values()]
        return "\n".join(v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in values)
