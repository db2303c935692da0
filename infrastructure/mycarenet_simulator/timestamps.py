"""RFC 3161 timestamp tokens of an authority of its own, and the XAdES-T that they make of a signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from infrastructure.mycarenet_simulator.names import EXCLUSIVE, child, path
from infrastructure.mycarenet_simulator.pki import Held
from infrastructure.mycarenet_simulator.signing import canonical, digest, encoded
from infrastructure.mycarenet_simulator.xades import make_xades

_POLICY = "2.25.1.1"
"""Under the arc of numbers that anybody may draw: no real policy."""


@dataclass(frozen=True, slots=True)
class Notary:
    """Signs what MyCareNet hands out, with a timestamp over each signature."""

    signer: Held
    timestamper: Held

    def sign(self, blob_id: str, chain: Sequence[str], content: bytes, now: datetime) -> bytes:
        """XAdES-T over the clear content of a blob."""
        root = etree.fromstring(make_xades(self.signer, blob_id, chain, content, now))
        value = path(root, "ds:SignatureValue")
        qualifying = path(root, "ds:Object", "xades:QualifyingProperties")
        if value is None or qualifying is None:
            raise ValueError(blob_id)
        properties = child(child(qualifying, "xades:UnsignedProperties"), "xades:UnsignedSignatureProperties")
        stamp = child(properties, "xades:SignatureTimeStamp")
        child(stamp, "ds:CanonicalizationMethod", attributes={"Algorithm": EXCLUSIVE})
        child(stamp, "xades:EncapsulatedTimeStamp", encoded(timestamp(self.timestamper, canonical(value), now)))
        made: bytes = etree.tostring(root)
        return made


def timestamp(authority: Held, content: bytes, now: datetime) -> bytes:
    """A token that `content` existed now, as DER. The key of the authority is RSA."""
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest(content)},
            "serial_number": x509.random_serial_number(),
            "gen_time": now.replace(microsecond=0),
        }
    ).dump()
    der = authority.certificate.public_bytes(Encoding.DER)
    certificate = asn1_x509.Certificate.load(der)
    named = tsp.SigningCertificateV2({"certs": [{"cert_hash": digest(der)}]})
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [digest(info)]},
            {"type": "signing_certificate_v2", "values": [named]},
        ]
    )
    if not isinstance(authority.key, rsa.RSAPrivateKey):
        raise TypeError("key")
    signed = authority.key.sign(attributes.dump(), padding.PKCS1v15(), SHA256())
    issuer = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": issuer}),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
        "signature": signed,
    }
    content_info = {
        "version": "v3",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
        "certificates": [certificate],
        "signer_infos": [signer],
    }
    made: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content_info)}).dump()
    return made
