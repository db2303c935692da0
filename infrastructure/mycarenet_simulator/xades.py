"""XAdES-BES over the clear content of a blob: verified for what comes in, made for what goes out.

The reference names the blob by its `@Id`; its transforms end at the content that a reader works with: base64, then
inflate where the blob is deflated, then exclusive canonical form where it is XML.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from infrastructure.mycarenet_simulator.errors import NotAuthentic
from infrastructure.mycarenet_simulator.identity import rfc1779
from infrastructure.mycarenet_simulator.names import (
    BASE64,
    EXCLUSIVE,
    OPTIONAL_DEFLATE,
    SHA256,
    child,
    path,
    qname,
    text_at,
)
from infrastructure.mycarenet_simulator.pki import Held
from infrastructure.mycarenet_simulator.signature import certificate_of, read_signature
from infrastructure.mycarenet_simulator.signing import add_reference, canonical, decoded, digest, encoded, new_signature
from infrastructure.mycarenet_simulator.signing import seal as seal_signature
from infrastructure.mycarenet_simulator.times import instant, written
from infrastructure.xml import XmlError, document

SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_MOST_BYTES = 1024 * 1024
_SKEW = timedelta(minutes=10)
_PROPERTIES = ("ds:Object", "xades:QualifyingProperties", "xades:SignedProperties")


def transforms_of(*, deflated: bool, is_xml: bool) -> tuple[str, ...]:
    """The chain that a blob of this kind has."""
    return (BASE64, *([OPTIONAL_DEFLATE] if deflated else []), *([EXCLUSIVE] if is_xml else []))


def digested(clear: bytes, *, is_xml: bool) -> bytes:
    """What the chain ends at. Raises `NotAuthentic` for XML that is none."""
    if not is_xml:
        return clear
    try:
        return canonical(document(clear, max(len(clear), 1)))
    except XmlError:
        raise NotAuthentic("content") from None


def verify_xades(
    signature: bytes, blob_id: str, chain: tuple[str, ...], content: bytes, now: datetime
) -> x509.Certificate:
    """The signer's certificate; whether it is trusted is the caller's question. Raises `NotAuthentic`."""
    try:
        root = document(signature, _MOST_BYTES)
    except XmlError:
        raise NotAuthentic("xades_shape") from None
    if any(not isinstance(node.tag, str) for node in root.iter()):
        raise NotAuthentic("xades_shape")
    read = read_signature(root, with_objects=True)
    properties = path(root, *_PROPERTIES)
    if properties is None or len(read.references) != 2 or len(read.objects) != 1 or not blob_id:
        raise NotAuthentic("xades_shape")
    blob, signed = sorted(read.references, key=lambda reference: reference.kind == SIGNED_PROPERTIES)
    if (blob.target, [name for name, _ in blob.transforms]) != (blob_id, list(chain)) or blob.kind:
        raise NotAuthentic("xades_reference")
    if (signed.kind, signed.target) != (SIGNED_PROPERTIES, properties.get("Id")):
        raise NotAuthentic("xades_reference")
    if [name for name, _ in signed.transforms] != [EXCLUSIVE]:
        raise NotAuthentic("xades_reference")
    if not blob.holds(content) or not signed.holds(canonical(properties, signed.transforms[0][1])):
        raise NotAuthentic("xades_digest")
    certificate = _signer(read.key_info, properties, now)
    read.verify(certificate)
    return certificate


def _signer(key_info: etree._Element, properties: etree._Element, now: datetime) -> x509.Certificate:
    """The certificate of the key info that the signed properties name."""
    signing = path(properties, "xades:SignedSignatureProperties")
    named = None if signing is None else path(signing, "xades:SigningCertificate", "xades:Cert")
    if signing is None or named is None:
        raise NotAuthentic("xades_properties")
    method = path(named, "xades:CertDigest", "ds:DigestMethod")
    try:
        at = instant(text_at(signing, "xades:SigningTime"))
        expected = decoded(text_at(named, "xades:CertDigest", "ds:DigestValue"))
        serial = int(text_at(named, "xades:IssuerSerial", "ds:X509SerialNumber"))
    except ValueError:
        raise NotAuthentic("xades_properties") from None
    if method is None or method.get("Algorithm") != SHA256 or at > now + _SKEW:
        raise NotAuthentic("xades_properties")
    for node in key_info.iter(qname("ds:X509Certificate")):
        certificate = certificate_of(node.text)
        if digest(certificate.public_bytes(Encoding.DER)) == expected and certificate.serial_number == serial:
            return certificate
    raise NotAuthentic("xades_properties")


def make_xades(signer: Held, blob_id: str, chain: Sequence[str], content: bytes, now: datetime) -> bytes:
    """A detached signature as bytes."""
    signature, info = new_signature(None, signer.key)
    signature.set("Id", f"xmldsig-{uuid4()}")
    add_reference(info, f"#{blob_id}", tuple(chain), content)
    data = child(child(signature, "ds:KeyInfo"), "ds:X509Data")
    for certificate in (signer.certificate, *signer.chain):
        child(data, "ds:X509Certificate", encoded(certificate.public_bytes(Encoding.DER)))
    holder = child(signature, "ds:Object")
    qualifying = child(holder, "xades:QualifyingProperties", attributes={"Target": f"#{signature.get('Id')}"})
    properties = child(qualifying, "xades:SignedProperties", attributes={"Id": f"xades-{uuid4()}"})
    _describe(child(properties, "xades:SignedSignatureProperties"), signer.certificate, now)
    add_reference(info, f"#{properties.get('Id')}", (EXCLUSIVE,), canonical(properties), SIGNED_PROPERTIES)
    seal_signature(signature, signer.key)
    made: bytes = etree.tostring(signature)
    return made


def _describe(parent: etree._Element, certificate: x509.Certificate, now: datetime) -> None:
    child(parent, "xades:SigningTime", written(now))
    named = child(child(parent, "xades:SigningCertificate"), "xades:Cert")
    told = child(named, "xades:CertDigest")
    child(told, "ds:DigestMethod", attributes={"Algorithm": SHA256})
    child(told, "ds:DigestValue", encoded(digest(certificate.public_bytes(Encoding.DER))))
    issuer = child(named, "xades:IssuerSerial")
    child(issuer, "ds:X509IssuerName", rfc1779(certificate.issuer))
    child(issuer, "ds:X509SerialNumber", str(certificate.serial_number))
