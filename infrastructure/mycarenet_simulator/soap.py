"""Answers as SOAP 1.1: envelope, addressing, faults; signed like a service signs when the scenario asks for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from infrastructure.mycarenet_simulator.errors import Faulted, Refused
from infrastructure.mycarenet_simulator.names import BASE64_BINARY, EXCLUSIVE, WSA, X509_V3, child, element, qname
from infrastructure.mycarenet_simulator.pki import Held
from infrastructure.mycarenet_simulator.signing import (
    add_reference,
    canonical,
    encoded,
    new_signature,
    seal,
)
from infrastructure.mycarenet_simulator.times import written

ANONYMOUS = f"{WSA}/anonymous"
_LIFE = timedelta(seconds=60)
_OK, _FAULT = 200, 500


@dataclass(frozen=True, slots=True)
class Reply:
    """`action` is empty where a service knows no WS-Addressing; `relates_to` is the MessageID that is answered."""

    content: etree._Element
    action: str = ""
    relates_to: str = ""
    status: int = _OK


def envelope(reply: Reply, now: datetime, signer: Held | None = None) -> bytes:
    """The bytes of an answer; with a signer, body and timestamp are signed by the X.509 profile."""
    root = element("s:Envelope")
    header = child(root, "s:Header")
    body = child(root, "s:Body")
    body.append(reply.content)
    if reply.action:
        child(header, "wsa:Action", reply.action)
        child(header, "wsa:To", ANONYMOUS)
        child(header, "wsa:MessageID", f"urn:uuid:{uuid4()}")
        if reply.relates_to:
            child(header, "wsa:RelatesTo", reply.relates_to)
    if signer is not None:
        _sign(header, body, signer, now)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made


def fault(error: Refused | Faulted, action: str = "", relates_to: str = "") -> Reply:
    """Either kind; its detail tells them apart."""
    made = element("s:Fault")
    technical = not isinstance(error, Refused) or error.technical
    etree.SubElement(made, "faultcode").text = "s:Server" if technical else "s:Client"
    etree.SubElement(made, "faultstring").text = error.message
    detail = etree.SubElement(made, "detail")
    if isinstance(error, Refused):
        _of_ehealth(detail, error)
    else:
        _of_mycarenet(detail, error)
    return Reply(made, action, relates_to, _FAULT)


def fault_type(parent: etree._Element, name: str, code: str, source: str, message: str) -> etree._Element:
    """An element of MyCareNet's fault type without details."""
    made = child(parent, name)
    child(made, "t:FaultCode", code)
    child(made, "t:FaultSource", source)
    child(made, "t:Message", message, {"xml:lang": "en"})
    child(made, "t:Details")
    return made


def _of_ehealth(detail: etree._Element, error: Refused) -> None:
    name = "err:SystemError" if error.technical else "err:BusinessError"
    made = child(detail, name, attributes={"Id": str(uuid4())})
    etree.SubElement(made, "Origin").text = "Consumer"
    etree.SubElement(made, "Code").text = error.code
    child(made, "Message", error.message, {"xml:lang": "en"})
    etree.SubElement(made, "Retry").text = "true" if error.retry else "false"
    child(made, "err:Environment", "Simulation")


def _of_mycarenet(detail: etree._Element, error: Faulted) -> None:
    fault_type(detail, "g:fault", error.code, "MYCARENET", error.message)


def _sign(header: etree._Element, body: etree._Element, signer: Held, now: datetime) -> None:
    name, token_id = qname("wsu:Id"), f"X509-{uuid4()}"
    attributes = {"wsu:Id": token_id, "ValueType": X509_V3, "EncodingType": BASE64_BINARY}
    security = child(header, "wsse:Security", attributes={"s:mustUnderstand": "1"})
    der = signer.certificate.public_bytes(Encoding.DER)
    token = child(security, "wsse:BinarySecurityToken", encoded(der), attributes)
    timestamp = child(security, "wsu:Timestamp", attributes={"wsu:Id": f"TS-{uuid4()}"})
    child(timestamp, "wsu:Created", written(now))
    child(timestamp, "wsu:Expires", written(now + _LIFE))
    body.set(name, f"Body-{uuid4()}")
    signature, info = new_signature(security, signer.key)
    for part in (body, timestamp, token):
        add_reference(info, f"#{part.get(name)}", (EXCLUSIVE,), canonical(part))
    reference = child(child(signature, "ds:KeyInfo"), "wsse:SecurityTokenReference")
    child(reference, "wsse:Reference", attributes={"URI": f"#{token_id}", "ValueType": X509_V3})
    seal(signature, signer.key)
