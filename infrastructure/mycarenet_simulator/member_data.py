"""MemberData, one question at a time: who may ask, whether the question can be asked, and the insurer's answer."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from lxml import etree

from application.ports import Clock
from domain.local_time import local_date
from infrastructure.mycarenet_simulator.blob import read_blob
from infrastructure.mycarenet_simulator.envelope import Envelope
from infrastructure.mycarenet_simulator.errors import (
    ConnectionLost,
    Faulted,
    NotAuthentic,
    Refused,
    not_authenticated,
    not_of_the_schema,
    wrong_content,
)
from infrastructure.mycarenet_simulator.member_answer import refused, told
from infrastructure.mycarenet_simulator.member_query import SSIN, SSIN_AT_FUND, Query, QueryRefused, read_query
from infrastructure.mycarenet_simulator.member_shapes import CONSULTATION
from infrastructure.mycarenet_simulator.members import Member, Members
from infrastructure.mycarenet_simulator.names import MEMBER_DATA, child, element, qname, text_at
from infrastructure.mycarenet_simulator.origin import Origin, read_origin, require_allowed
from infrastructure.mycarenet_simulator.pki import Held
from infrastructure.mycarenet_simulator.registry import Registry
from infrastructure.mycarenet_simulator.scenario import Scenario
from infrastructure.mycarenet_simulator.security import Window, verify_holder_of_key
from infrastructure.mycarenet_simulator.signing import encoded
from infrastructure.mycarenet_simulator.soap import Reply
from infrastructure.mycarenet_simulator.structure import fault_in
from infrastructure.mycarenet_simulator.times import written
from infrastructure.xml import XmlError, document

SERVICE = "member_data"
ACTION = f"{MEMBER_DATA}:MemberDataConsultation"
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Insurers:
    """What they answer to a query."""

    members: Callable[[], Members]
    scenario: Callable[[], Scenario]
    clock: Clock

    def answer(self, node: etree._Element, origin: Origin, reference: str | None) -> etree._Element:
        """`saml2p:Response`. Raises `Refused`.

        `reference`: that of the message, which the query has to repeat; None for one of many in a message.
        """
        now = self.clock.now()
        try:
            query = read_query(node, local_date(now))
            _hold_against(query, origin, reference)
            return told(query, self._member(query), now)
        except QueryRefused as error:
            return refused(node.get("ID", ""), error, now)

    def _member(self, query: Query) -> Member:
        """Raises `QueryRefused`."""
        if self.scenario().insurer_down:
            raise QueryRefused("Responder", "InternalError", "INPUT_ERROR", "SEND_TO_IM_EXCEPTION")
        known = self.members()
        if query.kind in (SSIN, SSIN_AT_FUND):
            found, code = known.by_ssin(query.number), "UNKNOWN_NISS_ROUTING"
        else:
            found, code = known.by_registration(query.number, query.fund), "UNKNOWN_IO"
        if found is None or not found.covers:
            raise QueryRefused("Responder", "InputError", "INPUT_ERROR", code)
        return found


@dataclass(frozen=True, slots=True)
class MemberDesk:
    """The service. `issuer` is the token service."""

    issuer: Held
    registry: Callable[[], Registry]
    insurers: Insurers

    def answer(self, message: Envelope, soap_action: str) -> Reply:
        """Raises `Refused`, `Faulted` or `ConnectionLost`."""
        if message.content.tag != qname("mda:MemberDataConsultationRequest") or soap_action != ACTION:
            raise Refused("SOA-03005", "No operation has this SOAPAction.")
        scenario, now = self.insurers.scenario(), self.insurers.clock.now()
        if scenario.unavailable:
            raise Refused("SOA-02002", "The service is temporarily not available.", retry=True)
        if fault := scenario.certificate_fault:
            raise not_authenticated(fault)
        try:
            token = verify_holder_of_key(message, Window(now), self.issuer.certificate, body_signed=True)
        except NotAuthentic as error:
            raise not_authenticated(error.reason) from None
        wrong = fault_in(message.content, CONSULTATION)
        if wrong:
            raise not_of_the_schema(wrong)
        common, detail = message.content[0], message.content[1]
        origin = read_origin(common[1], self.registry(), "mcc")
        require_allowed(origin, token, self.registry(), SERVICE)
        reference = text_at(common, "mcc:InputReference")
        if not reference:
            raise Faulted("NIP.INPUT.RequestValidation", "InputReference is missing.")
        if scenario.lost_before:
            raise ConnectionLost
        said = self.insurers.answer(query_in(read_blob(detail).clear), origin, reference)
        if scenario.lost_after_send:
            raise ConnectionLost
        return Reply(self._returned(message.content, reference, said))

    def _returned(self, request: etree._Element, reference: str, said: etree._Element) -> etree._Element:
        now = written(self.insurers.clock.now())
        attributes = {"Id": f"_{uuid4()}", "InResponseTo": request.get("Id", ""), "IssueInstant": now}
        made = element("mda:MemberDataConsultationResponse", attributes=attributes)
        answer = child(made, "mcp:Return")
        output = child(answer, "mcp:CommonOutput")
        child(output, "mcc:InputReference", reference)
        child(output, "mcc:OutputReference", f"{uuid4().int % 10**14:014d}")
        content = etree.tostring(said, xml_declaration=True, encoding="UTF-8")
        kinds = {"ContentType": "text/xml", "ContentEncoding": "none", "Id": f"_{uuid4()}"}
        child(answer, "mcp:Detail", encoded(content), kinds)
        return made


def query_in(content: bytes) -> etree._Element:
    """The root of what a blob carries. Raises `Refused`."""
    try:
        root = document(content, MOST_BYTES)
    except XmlError:
        raise wrong_content("the content is no XML") from None
    if any(not isinstance(node.tag, str) for node in root.iter()):
        raise wrong_content("the content holds comments or processing instructions")
    return root


def _hold_against(query: Query, origin: Origin, reference: str | None) -> None:
    """What MyCareNet crosschecks. Raises `QueryRefused`."""
    if reference is not None and query.id != f"_{reference}":
        raise QueryRefused("Requester", "RequestError", "VALIDATION_ERROR", "CROSSCHECK_ID", "*:AttributeQuery/@ID")
    if query.issuer_kind == "nihii" and query.issuer != origin.nihii11:
        code, where = "CROSSCHECK_ISSUER", "*:AttributeQuery/*:Issuer"
        raise QueryRefused("Requester", "RequestError", "VALIDATION_ERROR", code, where)
