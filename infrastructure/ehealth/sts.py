"""The token service of the eHealth platform: one token for a session, by either of its protocols (reference 1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from infrastructure.ehealth import saml_request, ws_trust
from infrastructure.ehealth.calls import Caller
from infrastructure.ehealth.credential import Credential
from infrastructure.ehealth.envelope import Envelope
from infrastructure.ehealth.faults import NoToken
from infrastructure.ehealth.qualities import Attribute
from infrastructure.ehealth.token import Token
from infrastructure.ehealth.verify import NotGenuine, verify_token

Protocol = Literal["saml", "ws-trust"]
_TTL = timedelta(seconds=60)
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class TokenService:
    """`addresses` in the order in which they are tried. `now` and `new_id` are injected."""

    caller: Caller
    addresses: tuple[str, ...]
    protocol: Protocol
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]

    def issue(
        self, identification: Credential, holder: Credential, attributes: Sequence[Attribute], validity: timedelta
    ) -> Token:
        """A token for `holder`, asked for by `identification`. Raises `NoToken` and what a call raises."""
        asked, ids = self._asked(identification.certificate, holder, attributes, validity)
        return self.answered(self._envelope(asked).by_certificate(identification), holder, ids)

    def prepare(
        self, identification: x509.Certificate, holder: Credential, attributes: Sequence[Attribute], validity: timedelta
    ) -> tuple[bytes, UUID]:
        """The same request for a key that is not here: its message without a signature, and what it is known by."""
        asked, ids = self._asked(identification, holder, attributes, validity)
        return self._envelope(asked).for_card(identification.public_bytes(Encoding.DER)), ids

    def answered(self, content: bytes, holder: Credential, ids: UUID) -> Token:
        """The token for a prepared message that was signed elsewhere. Raises as `issue`."""
        if self.protocol == "saml":
            return self._genuine(saml_request.read(self._call(content, saml_request.ACTION)))
        answer = self._call(content, ws_trust.ISSUE_ACTION)
        proof = ws_trust.challenged(answer, ids)
        if proof is not None:
            answer = self._call(self._envelope(proof).by_certificate(holder), ws_trust.CHALLENGE_ACTION)
        return self._genuine(ws_trust.read(answer))

    def renew(self, identification: Credential, token: Token) -> Token:
        """By WS-Trust alone: the other protocol asks for a new token."""
        asked = self._envelope(ws_trust.renew(token, self.new_id())).by_certificate(identification)
        return self._genuine(ws_trust.read(self._call(asked, ws_trust.ISSUE_ACTION)))

    def _asked(
        self, identification: x509.Certificate, holder: Credential, attributes: Sequence[Attribute], validity: timedelta
    ) -> tuple[etree._Element, UUID]:
        ids = self.new_id()
        if self.protocol == "saml":
            return saml_request.request(identification, holder, attributes, self.now(), validity, ids), ids
        return ws_trust.issue(holder, attributes, self.now(), validity, ids), ids

    def _genuine(self, token: Token) -> Token:
        try:
            verify_token(token.element(), self.caller.anchors, self.now())
        except NotGenuine as error:
            raise NoToken("sts_token_not_genuine", error.code) from None
        return token

    def _envelope(self, asked: etree._Element) -> Envelope:
        return Envelope(asked, self.now(), _TTL, self.new_id())

    def _call(self, content: bytes, action: str) -> etree._Element:
        return self.caller.call(self.addresses, action, content, _TIMEOUT_S).body
