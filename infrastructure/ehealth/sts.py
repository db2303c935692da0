"""The token service of the eHealth platform: one token for a session, by either of its protocols (reference 1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

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
        ids = self.new_id()
        if self.protocol == "saml":
            asked = saml_request.request(identification, holder, attributes, self.now(), validity, ids)
            return self._genuine(saml_request.read(self._call(asked, saml_request.ACTION, identification)))
        asked = ws_trust.issue(holder, attributes, self.now(), validity, ids)
        answer = self._call(asked, ws_trust.ISSUE_ACTION, identification)
        proof = ws_trust.challenged(answer, ids)
        if proof is not None:
            answer = self._call(proof, ws_trust.CHALLENGE_ACTION, holder)
        return self._genuine(ws_trust.read(answer))

    def renew(self, identification: Credential, token: Token) -> Token:
        """By WS-Trust alone: the other protocol asks for a new token."""
        answer = self._call(ws_trust.renew(token, self.new_id()), ws_trust.ISSUE_ACTION, identification)
        return self._genuine(ws_trust.read(answer))

    def _genuine(self, token: Token) -> Token:
        try:
            verify_token(token.element(), self.caller.anchors, self.now())
        except NotGenuine as error:
            raise NoToken("sts_token_not_genuine", error.code) from None
        return token

    def _call(self, asked: etree._Element, action: str, by: Credential) -> etree._Element:
        content = Envelope(asked, self.now(), _TTL, self.new_id()).by_certificate(by)
        return self.caller.call(self.addresses, action, content, _TIMEOUT_S).body
