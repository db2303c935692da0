"""What a getResponse says, read by a reader of its own: each signature and each hash is checked on the way."""

from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from zlib import decompress

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from tests.infrastructure.mycarenet_simulator.honest import DS, EXC, OPTIONAL_DEFLATE, exc

NS = {"ds": DS, "g": "urn:be:cin:nip:async:generic", "c2": "urn:be:cin:mycarenet:esb:common:v2"}


@dataclass(frozen=True)
class Came:
    name: str
    reference: str
    input_reference: str
    hash_value: str
    content: bytes


@dataclass(frozen=True)
class Acknowledged:
    issuer: str
    applies_to: str
    reference: str
    content: str


def messages_of(answered) -> list[Came]:
    assert answered.status == 200, answered.content
    made = []
    for node in answered.all("//g:MsgResponse"):
        detail = node.find("g:Detail", NS)
        content = decompress(b64decode(detail.text), -15)
        is_xml = detail.get("ContentType") == "text/xml"
        transforms = [f"{DS}base64", OPTIONAL_DEFLATE, *([EXC] if is_xml else [])]
        check(node, detail, transforms, exc(etree.fromstring(content)) if is_xml else content)
        assert b64decode(detail.get("HashValue")) == sha256(content).digest()
        reference = node.findtext("g:CommonOutput/c2:InputReference", namespaces=NS)
        made.append(
            Came(detail.get("MessageName"), detail.get("Reference"), reference, detail.get("HashValue"), content)
        )
    assert answered.text("//g:return/@MsgCount") == str(len(made))
    return made


def tacks_of(answered) -> list[Acknowledged]:
    assert answered.status == 200, answered.content
    made = []
    for node in answered.all("//g:TAckResponse"):
        tack = node.find("g:TAck", NS)
        check(node, tack, [f"{DS}base64"], b64decode(tack.text))
        made.append(Acknowledged(tack.get("Issuer"), tack.get("AppliesTo"), tack.get("Reference"), tack.text))
    return made


def check(holder, target, transforms, content: bytes) -> None:
    """The XAdES beside `target`: both references and the value, by the certificate inside (RSA)."""
    root = etree.fromstring(b64decode(holder.findtext("g:Xades-t", namespaces=NS)))
    first, second = root.findall("ds:SignedInfo/ds:Reference", NS)
    assert first.get("URI") == f"#{target.get('Id')}"
    assert [one.get("Algorithm") for one in first.iterfind("ds:Transforms/ds:Transform", NS)] == transforms
    assert b64decode(first.findtext("ds:DigestValue", namespaces=NS)) == sha256(content).digest()
    properties = root.xpath("//*[local-name()='SignedProperties']")[0]
    assert second.get("URI") == f"#{properties.get('Id')}"
    assert b64decode(second.findtext("ds:DigestValue", namespaces=NS)) == sha256(exc(properties)).digest()
    certificate = x509.load_der_x509_certificate(b64decode(root.findtext(".//ds:X509Certificate", namespaces=NS)))
    value = b64decode(root.findtext("ds:SignatureValue", namespaces=NS))
    certificate.public_key().verify(value, exc(root.find("ds:SignedInfo", NS)), padding.PKCS1v15(), hashes.SHA256())
