"""Protocol B of the token service: WS-Trust 1.3 with issue, challenge and renew."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Lock

from cryptography import x509
from lxml import etree

from infrastructure.mycarenet_simulator.attributes import Name
from infrastructure.mycarenet_simulator.envelope import Envelope
from infrastructure.mycarenet_simulator.errors import NotAuthentic, not_of_the_schema, wrong_content
from infrastructure.mycarenet_simulator.names import SAML_11_TOKEN, WST, child, element, path, qname, text_at
from infrastructure.mycarenet_simulator.signature import certificate_in
from infrastructure.mycarenet_simulator.soap import Reply
from infrastructure.mycarenet_simulator.structure import fault_in
from infrastructure.mycarenet_simulator.sts import LONGEST, Asked, TokenDesk, TokenRefused, span
from infrastructure.mycarenet_simulator.sts_shapes import CHALLENGE, ISSUE
from infrastructure.mycarenet_simulator.times import instant

REQUEST_ACTION = "urn:be:fgov:ehealth:sts:protocol:v1:RequestSecurityToken"
CHALLENGE_ACTION = "urn:be:fgov:ehealth:sts:protocol:v1:Challenge"
_DIALECT = "http://docs.oasis-open.org/wsfed/authorization/200706/authclaims"
_PATIENCE = timedelta(minutes=5)
_MOST_PENDING = 1000


@dataclass(frozen=True, slots=True)
class _Pending:
    challenge: str
    asked: Asked
    at: datetime


@dataclass(slots=True)
class TrustDesk:
    """Remembers challenges that wait for their answer, each for five minutes and one try."""

    desk: TokenDesk
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, message: Envelope, action: str) -> Reply:
        """`wst:RequestSecurityTokenResponse`. Raises `Refused`, also where there is no token."""
        content = message.content
        caller = self.desk.caller(message)
        expected = "wst:RequestSecurityTokenResponse" if action == CHALLENGE_ACTION else "wst:RequestSecurityToken"
        if content.tag != qname(expected):
            raise not_of_the_schema("Body")
        try:
            if action == CHALLENGE_ACTION:
                return self._met(content, caller)
            is_renewal = text_at(content, "wst:RequestType") == f"{WST}/Renew"
            if not (is_renewal and self.desk.scenario().renews_by_held_key):
                self.desk.require_trusted(caller)
            return self._renewed(content, caller) if is_renewal else self._issued(content, caller)
        except TokenRefused as refused:
            raise wrong_content(str(refused)) from None

    def _issued(self, request: etree._Element, caller: x509.Certificate) -> Reply:
        wrong = fault_in(request, ISSUE)
        if wrong:
            raise not_of_the_schema(wrong)
        asked, context = _asked(request, caller), request.get("Context", "")
        if asked.key_holder == caller:
            return _with_token(context, self.desk.issue(asked))
        challenge = token_hex(32)
        with self._lock:
            while len(self._pending) >= _MOST_PENDING:
                self._pending.pop(next(iter(self._pending)))
            self._pending[context] = _Pending(challenge, asked, self.desk.clock.now())
        made = _response(context)
        child(child(made, "wst:SignChallenge"), "wst:Challenge", challenge)
        return Reply(made)

    def _met(self, response: etree._Element, caller: x509.Certificate) -> Reply:
        wrong = fault_in(response, CHALLENGE)
        if wrong:
            raise not_of_the_schema(wrong)
        context = response.get("Context", "")
        with self._lock:
            waiting = self._pending.pop(context, None)
        if waiting is None or self.desk.clock.now() - waiting.at > _PATIENCE:
            raise TokenRefused("No challenge waits for this answer.")
        if response[0][0].text != waiting.challenge or caller != waiting.asked.key_holder:
            raise TokenRefused("The challenge is not met.")
        return _with_token(context, self.desk.issue(waiting.asked))

    def _renewed(self, request: etree._Element, caller: x509.Certificate) -> Reply:
        steps = ("wst:RenewTarget", "wsse:SecurityTokenReference", "wsse:Embedded", "saml:Assertion")
        old = path(request, *steps)
        if old is None or not request.get("Context"):
            raise not_of_the_schema("RenewTarget")
        return _with_token(request.get("Context", ""), self.desk.renew(old, caller))


def _asked(request: etree._Element, caller: x509.Certificate) -> Asked:
    claims, lifetime = path(request, "wst:Claims"), path(request, "wst:Lifetime")
    if claims is None or claims.get("Dialect") != _DIALECT or text_at(request, "wst:RequestType") != f"{WST}/Issue":
        raise TokenRefused("Only attribute claims of a token to be issued are understood.")
    if text_at(request, "wst:TokenType") not in ("", SAML_11_TOKEN):
        raise TokenRefused("Only SAML 1.1 tokens are issued.")
    given: dict[Name, tuple[str, ...]] = {}
    wanted: list[Name] = []
    for claim in claims:
        name = _name(claim.get("Uri", ""))
        wanted.append(name)
        if len(claim):
            given[name] = tuple((claim[0].text or "").strip().split(";"))
    valid = LONGEST if lifetime is None else span(instant(lifetime[0].text), instant(lifetime[1].text))
    try:
        key_holder = certificate_in(path(request, "wst:UseKey"))
    except NotAuthentic:
        raise TokenRefused("The holder of the key is not told.") from None
    return Asked(caller, key_holder, given, tuple(wanted), valid)


def _name(text: str) -> Name:
    """`name` or `{namespace}name`."""
    namespace, found, name = text.strip().removeprefix("{").partition("}")
    return (namespace, name) if found else ("", text.strip())


def _response(context: str) -> etree._Element:
    return element("wst:RequestSecurityTokenResponse", attributes={"Context": context})


def _with_token(context: str, token: etree._Element) -> Reply:
    made = _response(context)
    child(made, "wst:RequestedSecurityToken").append(token)
    return Reply(made)
