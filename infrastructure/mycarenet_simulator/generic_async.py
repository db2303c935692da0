"""GenericAsync: post, get and confirm, for eFact before the simulated unions."""

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from application.ports import Clock, NotTransmitted, OutcomeUnknown, UnionTransport
from infrastructure.mycarenet_simulator.blob import Blob, read_blob
from infrastructure.mycarenet_simulator.envelope import Envelope
from infrastructure.mycarenet_simulator.errors import (
    ConnectionLost,
    Faulted,
    NotAuthentic,
    not_authenticated,
    not_of_the_schema,
)
from infrastructure.mycarenet_simulator.generic_operations import OPERATIONS, insurer_of, require_addressing
from infrastructure.mycarenet_simulator.generic_writer import (
    FAILURE,
    Verdict,
    post_response,
    reject,
    tack_content,
)
from infrastructure.mycarenet_simulator.ledger import Ledger, Post
from infrastructure.mycarenet_simulator.mailbox import Mailbox
from infrastructure.mycarenet_simulator.names import element, path, qname, text_at
from infrastructure.mycarenet_simulator.origin import Origin, read_origin, require_allowed
from infrastructure.mycarenet_simulator.pki import Held, is_trusted
from infrastructure.mycarenet_simulator.registry import Registry
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.security import Window, verify_holder_of_key
from infrastructure.mycarenet_simulator.signing import canonical, decoded, digest
from infrastructure.mycarenet_simulator.soap import Reply
from infrastructure.mycarenet_simulator.structure import fault_in
from infrastructure.mycarenet_simulator.timestamps import Notary
from infrastructure.mycarenet_simulator.token import Token
from infrastructure.mycarenet_simulator.xades import digested, transforms_of, verify_xades
from infrastructure.simulator.chance import Draw

MESSAGE_NAME = "HCPFAC"
UNIONS = frozenset({"100", "200", "300", "306", "400", "500", "600", "900"})
LONGEST_REFERENCE = 14


@dataclass(frozen=True, slots=True)
class Counter:
    """Everything that the service works with. `issuer` is the token service, `notary` signs what is handed out."""

    issuer: Held
    authority: Held
    notary: Notary
    registry: Callable[[], Registry]
    scenario: Callable[[], Scenario]
    clock: Clock
    ledger: Ledger
    unions: UnionTransport
    seed: int
    service: str = "invoicing"

    def answer(self, message: Envelope, soap_action: str) -> Reply:
        """Raises `Refused`, `Faulted` or `ConnectionLost`."""
        operation = OPERATIONS.get(message.content.tag)
        if operation is None:
            raise not_of_the_schema("Body")
        token = self._authenticated(message)
        wrong = fault_in(message.content, operation.shape)
        if wrong:
            raise not_of_the_schema(wrong)
        require_addressing(message, operation, soap_action)
        origin = read_origin(_origin_of(message.content), self.registry())
        require_allowed(origin, token, self.registry(), self.service)
        if operation.name == "post":
            content = self.post(message, origin, token)
        elif operation.name == "get":
            content = self.mailbox(origin).get(message.content, insurer_of(message))
        else:
            self.mailbox(origin).confirm(message.content)
            content = element("g:confirmResponse")
        return Reply(content, operation.response_action, message.addressing("MessageID"))

    def _authenticated(self, message: Envelope) -> Token:
        if fault := self.scenario().certificate_fault:
            raise not_authenticated(fault)
        try:
            return verify_holder_of_key(message, Window(self.clock.now()), self.issuer.certificate)
        except NotAuthentic as error:
            raise not_authenticated(error.reason) from None

    def mailbox(self, origin: Origin) -> Mailbox:
        """What waits for this origin."""
        return Mailbox(origin, self.ledger, self.unions, self.notary, self.scenario(), self.clock.now(), self.seed)

    def post(self, message: Envelope, origin: Origin, token: Token) -> etree._Element:
        """`g:postResponse`. Raises `Faulted`, `Refused` or `ConnectionLost`."""
        common, detail = message.content[0], message.content[1]
        reference, union = text_at(common, "c2:InputReference"), insurer_of(message)
        if union not in UNIONS:
            raise Faulted("NIP.INPUT.RequestValidation", "A billing file goes to one insurer: wsa:To does not name it.")
        self.require_reference(reference)
        verdict = self._verdict(message.content, read_blob(detail), origin, union, token)
        return self.told(origin, union, reference, verdict, detail)

    def require_reference(self, reference: str) -> None:
        """Of a post that is about to be looked at. Raises `Faulted` or `ConnectionLost`."""
        if not 0 < len(reference) <= LONGEST_REFERENCE:
            raise Faulted("NIP.INPUT.RequestValidation", "InputReference has 1 to 14 characters.")
        if self.scenario().lost_before:
            raise ConnectionLost

    def told(
        self, origin: Origin, union: str, reference: str, verdict: Verdict, detail: etree._Element
    ) -> etree._Element:
        """The acknowledgement at once, or a closed connection where the scenario loses it."""
        if not verdict.minor.startswith("duplicate") and verdict.major != FAILURE and self._is_lost(origin, reference):
            raise ConnectionLost
        return post_response(union, reference, verdict, tack_content(verdict.major, canonical(detail)))

    def _is_lost(self, origin: Origin, reference: str) -> bool:
        drawn = Draw(self.seed, "mishap", origin.nihii11, reference).share() < self.scenario().mishaps
        return self.scenario().lost_after_send or drawn

    def _verdict(self, post: etree._Element, blob: Blob, origin: Origin, union: str, token: Token) -> Verdict:
        """Also stores what is accepted."""
        if blob.message_name != MESSAGE_NAME:
            return Verdict(FAILURE, "message-name", f"MessageName is {MESSAGE_NAME} in a post of eFact.")
        try:
            self._verify_signature(post, blob, token)
        except NotAuthentic as error:
            return Verdict(FAILURE, "signature", f"The XAdES does not hold: {error.reason}.")
        reference = text_at(post, "g:CommonInput", "c2:InputReference")
        with self.ledger.transaction():
            before = self.ledger.find(origin.owner, reference)
            if before is not None and (before.digest, before.io) == (digest(blob.clear), union):
                return Verdict(minor="duplicate", message="This message came before; nothing was done again.")
            if before is not None:
                return Verdict(FAILURE, "reference-in-use", "Another message came under this InputReference.")
            return self._stored(post, blob, origin, union)

    def _stored(self, post: etree._Element, blob: Blob, origin: Origin, union: str) -> Verdict:
        scenario, now = self.scenario(), self.clock.now()
        common = post[0]
        made = Post(
            number=self.ledger.next_number(),
            owner=origin.owner,
            input_reference=text_at(common, "c2:InputReference"),
            digest=digest(blob.clear),
            io=union,
            message_name=blob.message_name,
            tack=tack_content(Verdict().major, canonical(post[1])),
            tack_from=(now + scenario.tack_after).timestamp(),
            answers_from=(now + scenario.late).timestamp(),
            reject=reject(common, blob.message_name, "The union does not treat this.") if scenario.rejected else b"",
        )
        if not scenario.rejected:
            try:
                self.unions.transmit(blob.clear, made.reference, union, origin.nihii11)
            except NotTransmitted:
                return Verdict(FAILURE, "content", "This is no billing file.")
            except OutcomeUnknown:
                raise ConnectionLost from None
        self.ledger.add(made)
        return Verdict()

    def _verify_signature(self, post: etree._Element, blob: Blob, token: Token) -> None:
        """By a certified key, or by the one that the token names: the token service saw it proven."""
        signature = path(post, "g:Xades-t")
        if signature is None:
            raise NotAuthentic("xades_missing")
        chain = transforms_of(deflated=blob.is_deflated, is_xml=blob.is_xml)
        content, now = digested(blob.clear, is_xml=blob.is_xml), self.clock.now()
        signer = verify_xades(decoded(signature.text), blob.id, chain, content, now)
        is_proven = signer == token.key_holder and not self.scenario().certified_keys_only
        if not is_proven and not is_trusted(signer, self.authority.certificate, now):
            raise NotAuthentic("xades_certificate")


def _origin_of(content: etree._Element) -> etree._Element:
    """Of a request that fits its shape: second in the common input of a post, first in the others."""
    return content[0][1] if content.tag == qname("g:post") else content[0]
