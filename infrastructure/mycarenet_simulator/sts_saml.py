"""Protocol A of the token service: a SAML 1.1 request with an attribute query, and its response."""

from uuid import uuid4

from cryptography import x509
from lxml import etree

from infrastructure.mycarenet_simulator.envelope import Envelope
from infrastructure.mycarenet_simulator.errors import NotAuthentic, not_of_the_schema
from infrastructure.mycarenet_simulator.names import child, element, path, qname
from infrastructure.mycarenet_simulator.signature import certificate_in
from infrastructure.mycarenet_simulator.soap import Reply
from infrastructure.mycarenet_simulator.structure import fault_in
from infrastructure.mycarenet_simulator.sts import Asked, TokenDesk, TokenRefused, span, values_of
from infrastructure.mycarenet_simulator.sts_shapes import SAML_REQUEST
from infrastructure.mycarenet_simulator.times import instant, written
from infrastructure.mycarenet_simulator.token import verify_enveloped

ACTIONS = frozenset({"urn:be:fgov:ehealth:sts:protocol:v1:RequestSecureToken", "AttributeQuery"})


def answer(desk: TokenDesk, message: Envelope) -> Reply:
    """`samlp:Response`, whose status says when there is no token. Raises `Refused` before it comes to that."""
    request = message.content
    if request.tag != qname("samlp:Request"):
        raise not_of_the_schema("Body")
    identified = desk.caller(message)
    desk.require_trusted(identified)
    wrong = fault_in(request, SAML_REQUEST)
    if wrong:
        raise not_of_the_schema(wrong)
    try:
        token = desk.issue(_asked(request, identified))
    except TokenRefused as refused:
        return Reply(_response(desk, request, "samlp:Requester", None, str(refused)))
    return Reply(_response(desk, request, "samlp:Success", token))


def _asked(request: etree._Element, identified: x509.Certificate) -> Asked:
    query = request[-1]
    confirmation = query[0][1]
    assertion, key_info = confirmation[1][0], confirmation[2]
    conditions, statement = assertion[0], assertion[1]
    try:
        key_holder = certificate_in(key_info)
        _require_possession(request, identified, key_holder)
    except NotAuthentic as error:
        raise TokenRefused(f"The holder of the key is not proven: {error.reason}.") from None
    claims = {
        (attribute.get("AttributeNamespace", ""), attribute.get("AttributeName", "")): values_of(attribute)
        for attribute in statement.iterfind(qname("saml:Attribute"))
    }
    wanted = tuple(
        (one.get("AttributeNamespace", ""), one.get("AttributeName", ""))
        for one in query.iterfind(qname("saml:AttributeDesignator"))
    )
    valid = span(instant(conditions.get("NotBefore")), instant(conditions.get("NotOnOrAfter")))
    return Asked(identified, key_holder, claims, wanted, valid)


def _require_possession(request: etree._Element, identified: x509.Certificate, key_holder: x509.Certificate) -> None:
    """Where the keys differ, the request itself is signed with the other one; a signature that is there must hold."""
    signature = path(request, "ds:Signature")
    if signature is None:
        if identified != key_holder:
            raise NotAuthentic("unsigned")
        return
    if certificate_in(path(signature, "ds:KeyInfo")) != key_holder:
        raise NotAuthentic("key_reference")
    verify_enveloped(request, "RequestID", 0, key_holder)


def _response(
    desk: TokenDesk, request: etree._Element, status: str, token: etree._Element | None, message: str = ""
) -> etree._Element:
    made = element(
        "samlp:Response",
        attributes={
            "ResponseID": f"_{uuid4().hex}",
            "InResponseTo": request.get("RequestID", ""),
            "MajorVersion": "1",
            "MinorVersion": "1",
            "IssueInstant": written(desk.clock.now()),
        },
    )
    told = child(made, "samlp:Status")
    child(told, "samlp:StatusCode", attributes={"Value": status})
    if message:
        child(told, "samlp:StatusMessage", message)
    if token is not None:
        made.append(token)
    return made
