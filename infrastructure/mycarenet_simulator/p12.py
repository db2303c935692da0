"""PKCS #12 with several private keys, which `cryptography` does not write: the layout of an eHealth keystore.

Each key and its certificate share a friendly name and a local key id: `authentication` for the key that signs, the
serial number in decimal for one that decrypts. Keys lie in shrouded bags (PBES2, AES-256), certificates in the clear.
"""

from collections.abc import Sequence
from hashlib import sha1

from asn1crypto import cms, core, keys, pkcs12
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from infrastructure.mycarenet_simulator.pki import Held

AUTHENTICATION = "authentication"
_ROUNDS = 10_000
_BLOCK = 64
_FOR_MAC = 3


def keystore(authentication: Held, decryption: Sequence[Held], password: str, salt: bytes) -> bytes:
    """The file. `salt` is that of its seal: 20 bytes."""
    entries = [(AUTHENTICATION, authentication)]
    entries += [(str(held.certificate.serial_number), held) for held in decryption]
    key_bags = [_key_bag(alias, held, password) for alias, held in entries]
    certificates = [_certificate_bag(held.certificate, alias, held) for alias, held in entries]
    certificates += [_certificate_bag(above, "", None) for above in authentication.chain]
    safe = pkcs12.AuthenticatedSafe([_plain(certificates), _plain(key_bags)]).dump()
    return _sealed(safe, password, salt)


def _key_bag(alias: str, held: Held, password: str) -> dict[str, object]:
    shrouded = held.key.private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode("utf-8"))
    )
    value = keys.EncryptedPrivateKeyInfo.load(shrouded)
    return {"bag_id": "pkcs8_shrouded_key_bag", "bag_value": value, "bag_attributes": _named(alias, held)}


def _certificate_bag(certificate: x509.Certificate, alias: str, held: Held | None) -> dict[str, object]:
    inner = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    value = {"cert_id": "x509", "cert_value": core.ParsableOctetString(inner.dump())}
    made: dict[str, object] = {"bag_id": "cert_bag", "bag_value": value}
    return made if held is None else {**made, "bag_attributes": _named(alias, held)}


def _named(alias: str, held: Held) -> list[dict[str, object]]:
    local = sha1(held.certificate.public_bytes(Encoding.DER), usedforsecurity=False).digest()
    return [
        {"type": "friendly_name", "values": [alias]},
        {"type": "local_key_id", "values": [local]},
    ]


def _plain(bags: Sequence[dict[str, object]]) -> dict[str, object]:
    return {"content_type": "data", "content": core.OctetString(pkcs12.SafeContents(bags).dump())}


def _sealed(safe: bytes, password: str, salt: bytes) -> bytes:
    mac = HMAC(_mac_key(password, salt), SHA256())
    mac.update(safe)
    made = pkcs12.Pfx(
        {
            "version": "v3",
            "auth_safe": cms.ContentInfo({"content_type": "data", "content": core.OctetString(safe)}),
            "mac_data": {
                "mac": {"digest_algorithm": {"algorithm": "sha256"}, "digest": mac.finalize()},
                "mac_salt": salt,
                "iterations": _ROUNDS,
            },
        }
    )
    return bytes(made.dump())


def _mac_key(password: str, salt: bytes) -> bytes:
    """RFC 7292, appendix B.2, for 32 bytes of key: one block of SHA-256 is enough."""
    words = f"{password}\0".encode("utf-16-be")
    start = bytes([_FOR_MAC]) * _BLOCK + _filled(salt) + _filled(words)
    made = start
    for _ in range(_ROUNDS):
        hasher = Hash(SHA256())
        hasher.update(made)
        made = hasher.finalize()
    return made


def _filled(content: bytes) -> bytes:
    """Repeated up to whole blocks."""
    length = -(-len(content) // _BLOCK) * _BLOCK
    return (content * (length // max(len(content), 1) + 1))[:length]
