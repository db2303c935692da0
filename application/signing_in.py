"""Take a person through the steps of signing in: password, own password, second factor."""

from dataclasses import replace
from uuid import UUID

from application import one_time_codes as codes
from application.access import NotAuthenticated
from application.passwords import check_new
from application.sessions import new_token, token_hash
from application.user_rights import own_context
from application.user_sessions import At, SignInRefused, UserSessions
from domain import user as users
from domain.errors import Invalid
from domain.event import ERASED

TOTP_CONTEXT = "credentials.totp"


class SigningIn(UserSessions):
    """Password first, second factor next; every step has its session behind it."""

    def sign_in(self, login: str, password: str, address: str) -> str:
        """The token of a new session. Raises `SignInRefused` and `TooManySignIns`, at equal cost for any cause."""
        user_id = self.user_id(login)
        attempt = self._limits.begin(self._limits.account(user_id), self._limits.address(address))
        state, known = self.user(user_id), self._credentials.credentials(user_id)
        fits = self._passwords.fits(known.password_hash if known else self._passwords.nobody, password)
        if not fits or known is None or state is None or not state.is_active:
            raise SignInRefused
        self._limits.passed(attempt)
        if self._passwords.is_outdated(known.password_hash):
            self._credentials.rehash(user_id, known.password_hash, self._passwords.hash(password))
        return self.open_session(user_id, "password", address)

    def change_password(self, token: str, old: str, new: str) -> None:
        """Set an own password; every other session ends. A wrong `old` counts as a failure to sign in.

        Raises `Invalid` (field old or new), `NotAuthenticated`, `NotAllowed` and `TooManySignIns`.
        """
        at = self._at(token, "password", "full")
        attempt = self._begin(at)
        if not self._passwords.fits(at.credentials.password_hash, old):
            raise Invalid("password_wrong", "The password is not the right one.", field="old")
        self._limits.passed(attempt)
        check_new(new, at.shown.login, old)
        made, user_id = self._passwords.hash(new), at.kept.user_id
        self._decide(own_context(user_id), user_id, lambda state: users.change_password(state, by_reset=False))
        if not self._credentials.change_password(user_id, at.credentials.password_hash, made):
            raise NotAuthenticated
        self.sign_out_everywhere(user_id, but=token)

    def start_enrolment(self, token: str) -> tuple[str, str]:
        """Secret (base32) and otpauth URI of a second factor: the same until it is confirmed.

        Raises `NotAuthenticated` and `NotAllowed`.
        """
        at = self._at(token, "enrol")
        sealed = at.credentials.totp or self._credentials.begin_enrolment(
            at.kept.user_id, self._keys.seal(at.kept.user_id, TOTP_CONTEXT, codes.new_secret())
        )
        secret = self._secret(at.kept.user_id, sealed)
        return secret, codes.uri_of(secret, at.shown.login)

    def enrol(self, token: str, code: str) -> str:
        """Let the second factor count and open the session; its new token.

        Raises `SignInRefused` for a wrong code, `TooManySignIns`, `NotAuthenticated` and `NotAllowed`.
        """
        at = self._at(token, "enrol")
        step = self._step(at, code)
        user_id, sealed = at.kept.user_id, at.credentials.totp
        self._decide(own_context(user_id), user_id, users.enrol_second_factor)
        if not self._credentials.finish_enrolment(user_id, sealed, step):
            raise SignInRefused
        return self._complete(at)

    def confirm(self, token: str, code: str) -> str:
        """Open the session by a code of the second factor; its new token.

        Raises `SignInRefused` for a wrong or used code, `TooManySignIns`, `NotAuthenticated` and `NotAllowed`.
        """
        at = self._at(token, "code")
        step = self._step(at, code)
        if not self._credentials.use_step(at.kept.user_id, step):
            raise SignInRefused
        return self._complete(at)

    def _step(self, at: At, code: str) -> int:
        """The step of a right code. A wrong one counts, and so does any until the session is complete."""
        self._begin(at)
        secret = self._secret(at.kept.user_id, at.credentials.totp)
        step = codes.step_of(secret, code, self._clock.now()) if secret else None
        if step is None:
            raise SignInRefused
        return step

    def _complete(self, at: At) -> str:
        """The session goes on under another token, and former failures count no more."""
        token = new_token()
        made = replace(at.kept, token_hash=token_hash(token), is_verified=True, seen_at=self._clock.now())
        if not self._credentials.replace_session(at.kept.token_hash, made):
            raise NotAuthenticated
        self._limits.forget(self._limits.account(at.kept.user_id))
        return token

    def _begin(self, at: At) -> UUID:
        return self._limits.begin(self._limits.account(at.kept.user_id), at.kept.address)

    def _secret(self, user_id: UUID, sealed: str) -> str:
        opened = self._keys.unseal(user_id, TOTP_CONTEXT, sealed) if sealed else ""
        return "" if opened == ERASED else opened
