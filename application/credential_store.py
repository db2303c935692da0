"""What signing in needs from outside: where credentials, sessions, attempts and preferences are kept. Shapes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person signs in with. `totp` is sealed, empty until enrolment begins; `totp_step` was used last."""

    password_hash: str
    must_change: bool
    totp: str = ""
    is_enrolled: bool = False
    totp_step: int = 0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as stored: neither token nor address, only their hashes. `is_verified`: the second factor was given.

    `is_over`: it was found to have ended by itself, and stays so whatever the clock says.
    """

    token_hash: bytes
    user_id: UUID
    method: str
    address: bytes
    is_verified: bool
    opened_at: datetime
    seen_at: datetime
    is_over: bool = False


class CredentialStore(Protocol):
    """Passwords, second factors, sessions, attempts and preferences of people. Each call commits by itself."""

    def credentials(self, user_id: UUID) -> Credentials | None:
        """None for who never got a password."""

    def give_password(self, user_id: UUID, password_hash: str) -> None:
        """One to be changed at once; forgets the second factor and ends every session."""

    def change_password(self, user_id: UUID, former: str, password_hash: str) -> bool:
        """One of the person's own in place of the former; no when that was replaced meanwhile."""

    def rehash(self, user_id: UUID, former: str, password_hash: str) -> None:
        """The same password hashed otherwise, unless it was changed meanwhile."""

    def begin_enrolment(self, user_id: UUID, totp: str) -> str:
        """Keep a sealed secret until it is confirmed; answers the one kept, which is the first."""

    def finish_enrolment(self, user_id: UUID, totp: str, step: int) -> bool:
        """Let that secret count from now on; no when another one is kept, or one counts already."""

    def use_step(self, user_id: UUID, step: int) -> bool:
        """Take a step of time, later than any taken before; no when it is not."""

    def open_session(self, session: SignedIn) -> None:
        """Keep a session."""

    def replace_session(self, token_hash: bytes, session: SignedIn) -> bool:
        """Another token for a session; no when it is over."""

    def session(self, token_hash: bytes) -> SignedIn | None:
        """The session of a token, however old."""

    def sessions_of(self, user_id: UUID) -> Sequence[SignedIn]:
        """The sessions of a person, however old, the latest first."""

    def touch(self, token_hash: bytes, seen_at: datetime) -> None:
        """Note that a session is in use."""

    def let_session_end(self, token_hash: bytes) -> None:
        """It is over for good, and not yet forgotten."""

    def end_session(self, token_hash: bytes) -> None:
        """Forget one."""

    def end_sessions(self, user_id: UUID, but: bytes = b"") -> None:
        """Forget those of a person, but one."""

    def end_old_sessions(self, opened_before: datetime, seen_before: datetime) -> None:
        """Forget those opened before or last seen before."""

    def attempt(self, account: bytes, address: bytes, at: datetime, since: datetime) -> UUID:
        """Note an attempt before it is known to fail; older ones than `since` are forgotten."""

    def attempts(self, account: bytes, address: bytes, since: datetime) -> tuple[list[datetime], list[datetime]]:
        """Instants of attempts on the account, and of those from the address, the latest first."""

    def forget_attempt(self, attempt_id: UUID) -> None:
        """It did not fail, or was not admitted."""

    def forget_attempts(self, account: bytes) -> None:
        """The person was let in: what failed before counts no more."""

    def preference(self, user_id: UUID, name: str) -> str | None:
        """What a person set."""

    def set_preference(self, user_id: UUID, name: str, value: str, most: int) -> bool:
        """Set or replace; no when it would be one more than `most`."""

    def drop_preference(self, user_id: UUID, name: str) -> None:
        """As if never set."""
