"""Answers of GenericAsync: acknowledgments, messages with their signatures, and REJECT."""

import hmac
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_OID, uuid4, uuid5

from lxml import etree

from infrastructure.mycarenet_simulator.blob import deflated
from infrastructure.mycarenet_simulator.names import BASE64, child, element, path
from infrastructure.mycarenet_simulator.signing import digest, encoded
from infrastructure.mycarenet_simulator.soap import fault_type
from infrastructure.mycarenet_simulator.timestamps import Notary
from infrastructure.mycarenet_simulator.xades import digested, transforms_of

SUCCESS, FAILURE = "urn:nip:tack:result:major:success", "urn:nip:tack:result:major:failure"
_MINOR = "urn:nip:tack:result:minor:simulated-"
_REDACTED = "***"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`minor`: our own word, since none is published; with a success it is a warning."""

    major: str = SUCCESS
    minor: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One business answer. `reference` is also its receipt."""

    name: str
    reference: str
    input_reference: str
    io: str
    content: bytes
    is_xml: bool = False

    @property
    def hash_value(self) -> str:
        """SHA-256 of the clear content: opaque to clients."""
        return encoded(digest(self.content))


def tack_content(major: str, request: bytes) -> bytes:
    """HMAC-SHA256 of the request; the key is the result."""
    return hmac.new(major.encode("utf-8"), request, sha256).digest()


def post_response(io: str, input_reference: str, verdict: Verdict, content: bytes) -> etree._Element:
    """The acknowledgment at once."""
    made = element("g:postResponse")
    _tack(made, "g:return", io, input_reference, verdict, content)
    return made


def get_response(
    messages: Sequence[Message],
    tacks: Sequence[tuple[str, str, str, bytes]],
    notary: Notary,
    now: datetime,
) -> etree._Element:
    """`tacks`: insurer, input reference, own reference and content of each."""
    made = element("g:getResponse")
    counts = {"MsgCount": str(len(messages)), "TAckCount": str(len(tacks))}
    answer = child(made, "g:return", attributes=counts)
    for message in messages:
        _message(child(answer, "g:MsgResponse"), message, notary, now)
    for io, input_reference, reference, content in tacks:
        holder = child(answer, "g:TAckResponse")
        tack = _tack(holder, "g:TAck", io, input_reference, Verdict(), content)
        tack.set("Reference", reference)
        tack.set("Id", f"_{uuid5(NAMESPACE_OID, reference).hex}")  # one acknowledgment, however often it is asked for
        _signature(holder, notary.sign(tack.get("Id", ""), (BASE64,), content, now))
    return made


def reject(common_input: etree._Element, message_name: str, message: str, io: str = "IO") -> bytes:
    """`RejectInb`: the insurer could not treat the message. The password of the licence does not come back."""
    made = element("g:RejectInb", attributes={"msgName": message_name})
    copied = deepcopy(common_input)
    password = path(copied, "c2:Origin", "c2:Package", "c2:License", "c2:Password")
    if password is not None:
        password.text = _REDACTED
    made.append(copied)
    fault_type(made, "g:Fault", "SIMULATED_REJECT", io, message)
    content: bytes = etree.tostring(made, xml_declaration=True, encoding="UTF-8")
    return content


def _tack(
    parent: etree._Element, name: str, io: str, input_reference: str, verdict: Verdict, content: bytes
) -> etree._Element:
    attributes = {
        "Issuer": _issuer(io),
        "AppliesTo": f"urn:nip:reference:input:{input_reference}",
        "ResultMajor": verdict.major,
        "Id": f"_{uuid4().hex}",
    }
    attributes |= {"ResultMinor": f"{_MINOR}{verdict.minor}"} if verdict.minor else {}
    attributes |= {"ResultMessage": verdict.message} if verdict.message else {}
    return child(parent, name, encoded(content), attributes)


def _message(parent: etree._Element, message: Message, notary: Notary, now: datetime) -> None:
    output = child(parent, "g:CommonOutput")
    child(output, "c2:InputReference", message.input_reference)
    child(output, "c2:OutputReference", message.reference)
    blob_id = f"_{uuid4().hex}"
    said = {
        "ContentType": "text/xml" if message.is_xml else "text/plain",
        "ContentEncoding": "deflate",
        "MessageName": message.name,
        "HashValue": message.hash_value,
        "Id": blob_id,
        "Reference": message.reference,
        "Issuer": _issuer(message.io),
    }
    child(parent, "g:Detail", encoded(deflated(message.content)), said)
    chain = transforms_of(deflated=True, is_xml=message.is_xml)
    content = digested(message.content, is_xml=message.is_xml)
    _signature(parent, notary.sign(blob_id, chain, content, now))


def _issuer(io: str) -> str:
    """An insurer, or MyCareNet itself by its name in answers about members."""
    return f"urn:nip:issuer:io:{io}" if io else "urn:be:cin:nippin:aa"


def _signature(parent: etree._Element, signature: bytes) -> None:
    child(parent, "g:Xades-t", encoded(signature), {"xmime:contentType": "text/xml"})
