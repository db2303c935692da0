"""The detached signature over the clear content of a message (XAdES-BES, reference 3.7).

Its reference names the element that carries the content, through a transform that no library knows: digests are
reckoned here, and the signed information is canonicalised and signed as a whole.
"""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from infrastructure.ehealth.credential import Credential, PrivateKey
from infrastructure.ehealth.distinguished import issuer_name
from infrastructure.ehealth.namespaces import DS, ECDSA_SHA256, EXCLUSIVE, RSA_SHA256, SHA256, XADES, name
from infrastructure.ehealth.signing import x509_data

_BASE64 = f"{DS}base64"
_OPTIONAL_DEFLATE = "urn:nippin:xml:sig:transform:optional-deflate"
_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"


def sign(clear: bytes, content_id: str, credential: Credential, now: datetime, ids: UUID) -> bytes:
    """Of a deflated content that is no XML. `clear`: its bytes before; `content_id`: the `Id` of its element."""
    signature = etree.Element(name(DS, "Signature"), Id=f"xmldsig-{ids}", nsmap={"ds": DS})
    info = etree.SubElement(signature, name(DS, "SignedInfo"))
    value = etree.SubElement(signature, name(DS, "SignatureValue"), Id=f"xmldsig-{ids}-sigvalue")
    chain = [one.public_bytes(Encoding.DER) for one in credential.chain]
    signature.append(x509_data(credential.certificate_der, *chain))
    holder = etree.SubElement(signature, name(DS, "Object"))
    qualifying = etree.SubElement(
        holder, name(XADES, "QualifyingProperties"), Target=f"#xmldsig-{ids}", nsmap={"xades": XADES}
    )
    properties = _signed_properties(qualifying, credential, now, ids)
    etree.SubElement(info, name(DS, "CanonicalizationMethod"), Algorithm=EXCLUSIVE)
    is_rsa = isinstance(credential.key, RSAPrivateKey)
    etree.SubElement(info, name(DS, "SignatureMethod"), Algorithm=RSA_SHA256 if is_rsa else ECDSA_SHA256)
    _reference(info, content_id, (_BASE64, _OPTIONAL_DEFLATE), clear)
    about = _reference(info, str(properties.get("Id")), (EXCLUSIVE,), _canonical(properties))
    about.set("Type", _SIGNED_PROPERTIES)
    value.text = b64encode(_signature(_canonical(info), credential.key)).decode()
    return bytes(etree.tostring(signature))


def _reference(info: etree._Element, identifier: str, transforms: tuple[str, ...], content: bytes) -> etree._Element:
    reference = etree.SubElement(info, name(DS, "Reference"), URI=f"#{identifier}")
    listed = etree.SubElement(reference, name(DS, "Transforms"))
    for algorithm in transforms:
        etree.SubElement(listed, name(DS, "Transform"), Algorithm=algorithm)
    etree.SubElement(reference, name(DS, "DigestMethod"), Algorithm=SHA256)
    etree.SubElement(reference, name(DS, "DigestValue")).text = b64encode(hashlib.sha256(content).digest()).decode()
    return reference


def _signed_properties(parent: etree._Element, credential: Credential, now: datetime, ids: UUID) -> etree._Element:
    """When, and by which certificate."""
    properties = etree.SubElement(parent, name(XADES, "SignedProperties"), Id=f"xmldsig-{ids}-xades-signedprops")
    about = etree.SubElement(properties, name(XADES, "SignedSignatureProperties"))
    moment = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    etree.SubElement(about, name(XADES, "SigningTime")).text = moment
    certificate = etree.SubElement(etree.SubElement(about, name(XADES, "SigningCertificate")), name(XADES, "Cert"))
    digest = etree.SubElement(certificate, name(XADES, "CertDigest"))
    etree.SubElement(digest, name(DS, "DigestMethod"), Algorithm=SHA256)
    hashed = hashlib.sha256(credential.certificate_der).digest()
    etree.SubElement(digest, name(DS, "DigestValue")).text = b64encode(hashed).decode()
    issuer = etree.SubElement(certificate, name(XADES, "IssuerSerial"))
    etree.SubElement(issuer, name(DS, "X509IssuerName")).text = issuer_name(credential.certificate)
    etree.SubElement(issuer, name(DS, "X509SerialNumber")).text = str(credential.certificate.serial_number)
    return properties


def _canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))


def _signature(content: bytes, key: PrivateKey) -> bytes:
    """RSA, or r and s of ECDSA side by side as XML wants them."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    size = (key.curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")
