"""The token service, whichever protocol asks: who may have which token, and until when."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree

from application.ports import Clock
from infrastructure.mycarenet_simulator.attributes import ClaimRefused, Grants, Name
from infrastructure.mycarenet_simulator.envelope import Envelope
from infrastructure.mycarenet_simulator.errors import NotAuthentic, not_authenticated
from infrastructure.mycarenet_simulator.identity import identifier_of
from infrastructure.mycarenet_simulator.pki import Held, is_trusted
from infrastructure.mycarenet_simulator.registry import Registry
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.security import Window, verify_x509
from infrastructure.mycarenet_simulator.token import Token, read_token
from infrastructure.mycarenet_simulator.token_writer import Wanted, write_token

LONGEST = timedelta(hours=24)
_YESTERDAY = timedelta(hours=25)


class TokenRefused(Exception):
    """No token; the message says why. Each protocol has its own way to say it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request without its protocol. `identified` signed it; `key_holder` will sign with the token."""

    identified: x509.Certificate
    key_holder: x509.Certificate
    claims: Mapping[Name, tuple[str, ...]]
    wanted: tuple[Name, ...]
    valid: timedelta


@dataclass(frozen=True, slots=True)
class TokenDesk:
    """`signer` is the token service; `authority` issued the certificates that it trusts."""

    signer: Held
    authority: x509.Certificate
    registry: Callable[[], Registry]
    scenario: Callable[[], Scenario]
    clock: Clock

    def caller(self, message: Envelope) -> x509.Certificate:
        """The certificate that signed the message; trust in it is `issue`'s matter. Raises `Refused`."""
        try:
            return verify_x509(message, Window(self.clock.now()))
        except NotAuthentic as error:
            raise not_authenticated(error.reason) from None

    def require_trusted(self, certificate: x509.Certificate) -> None:
        """Raises `Refused` for a certificate that is foreign, out of date or revoked."""
        if fault := self.scenario().certificate_fault:
            raise not_authenticated(fault)
        if not is_trusted(certificate, self.authority, self.clock.now()):
            raise not_authenticated("the certificate is not trusted")

    def issue(self, asked: Asked) -> etree._Element:
        """A signed token. Raises `TokenRefused`."""
        kind, number = identifier_of(asked.identified)
        if not kind:
            raise TokenRefused("The certificate names nobody.")
        grants = Grants(self.registry(), (kind, number), self.scenario().booleans_false)
        try:
            attributes = grants.given(asked.claims, asked.wanted)
        except ClaimRefused as error:
            raise TokenRefused(str(error)) from None
        if not attributes:
            raise TokenRefused("None of the attributes is known.")
        return self._write(asked.identified, asked.key_holder, attributes, asked.valid)

    def renew(self, old: etree._Element, caller: x509.Certificate) -> etree._Element:
        """The same token with new times, for whoever holds its key. Raises `TokenRefused`."""
        token = self._still_valid(old)
        if caller != token.key_holder:
            raise TokenRefused("The token is not that of the caller.")
        return self._write(caller, token.key_holder, token.attributes, LONGEST)

    def _still_valid(self, old: etree._Element) -> Token:
        try:
            token = read_token(old, self.signer.certificate)
        except NotAuthentic:
            raise TokenRefused("The token is not ours.") from None
        if not token.is_valid_at(self.clock.now()):
            raise TokenRefused("The token is no longer valid.")
        return token

    def _write(
        self,
        subject: x509.Certificate,
        key_holder: x509.Certificate,
        attributes: Mapping[Name, tuple[str, ...]],
        valid: timedelta,
    ) -> etree._Element:
        issued = self.clock.now() - (_YESTERDAY if self.scenario().token_expired else timedelta())
        granted = min(max(valid, timedelta(minutes=1)), LONGEST)
        return write_token(Wanted(subject, key_holder, attributes, issued, granted), self.signer)


def span(start: datetime, end: datetime) -> timedelta:
    """Validity that a request asks for. Raises `TokenRefused` when it ends before it begins."""
    if end <= start:
        raise TokenRefused("The validity ends before it begins.")
    return end - start


def values_of(items: Iterable[etree._Element]) -> tuple[str, ...]:
    """Texts without surrounding blanks."""
    return tuple((item.text or "").strip() for item in items)
