"""A Belgian eID of applet 1.7 (RSA 2048) or 1.8 (ECDSA P-384), spoken to in one transaction.

with transaction(reader) as exchange:
    card = BelgianEid.recognise(Apdus(exchange))
    with card.opened(pin):
        signature = card.sign(digest)
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from infrastructure.reader_agent import files
from infrastructure.reader_agent.apdu import OK, Apdus
from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.files import File
from infrastructure.reader_agent.pin import Pin, wipe

_CARD_DATA_BYTES = 0x1C
_BLOCKED = (0x6983, 0x6984, 0x63C0)
_PIN_MISSING = 0x6982
_DIGEST_BYTES = 32
_CHALLENGE_BYTES = 48
_REFUSALS = {
    _PIN_MISSING: "eid_pin_needed",
    0x6985: "eid_not_activated",
    0x6D00: "eid_not_activated",
    0x6A88: "eid_no_key",
    0x6983: "eid_pin_blocked",
}


class Applet(Enum):
    """Name, the byte that chooses SHA-256 for a signature, and how many bytes the latter has."""

    V17 = ("1.7", "08", 256)
    V18 = ("1.8", "01", 96)

    def __init__(self, title: str, algorithm: str, signature_bytes: int) -> None:
        self.title = title
        self.algorithm = algorithm
        self.signature_bytes = signature_bytes


_APPLETS = {0x17: Applet.V17, 0x18: Applet.V18}


@dataclass(frozen=True, slots=True)
class BelgianEid:
    """`serial` is that of the chip: it tells this card from every other."""

    apdus: Apdus
    applet: Applet
    serial: bytes

    @classmethod
    def recognise(cls, apdus: Apdus) -> "BelgianEid":
        """By what the applet says of itself, never by the ATR, which two generations share. Raises `CardError`."""
        data, status = apdus.send("80E40000", expected=_CARD_DATA_BYTES)
        if status != OK and files.select_applet(apdus) == OK:
            data, status = apdus.send("80E40000", expected=_CARD_DATA_BYTES)
        if status != OK or len(data) < _CARD_DATA_BYTES:
            raise CardError("card_not_belgian_eid")
        applet = _APPLETS.get(data[21])
        if applet is None:
            raise CardError("card_unsupported_applet")
        return cls(apdus, applet, data[:16])

    def authentication_certificate(self) -> x509.Certificate:
        """Whose card it is, and the key that opens sessions."""
        content = files.read_der(self.apdus, File.AUTHENTICATION)
        if not content:
            raise CardError("eid_no_authentication_certificate")
        return read_certificate(content)

    def tries_left(self) -> int | None:
        """0 when the PIN is blocked; None while another program's right is open, for then the card does not tell.

        Takes no try: neither of these applets counts an empty PIN.
        """
        _, status = self.apdus.send("00200001")
        if status == OK:
            return None
        if status in _BLOCKED:
            return 0
        if status >> 4 != 0x63C:
            raise CardError(_REFUSALS.get(status, "card_answer_unexpected"))
        return status & 0xF

    @contextmanager
    def opened(self, pin: Pin, *, last_try_confirmed: bool = False) -> Iterator[None]:
        """The right to sign, for as long as this lasts: from VERIFY to LOG OFF, whatever happens between them.

        The last try is not sent unless a person has confirmed that very thing. The PIN is not wiped here.
        """
        left = self.tries_left()
        if left is None:
            self.log_off()
            left = self.tries_left()
        if not left:
            raise CardError("eid_pin_blocked", 0)
        if left == 1 and not last_try_confirmed:
            raise CardError("eid_pin_last_try", 1)
        try:
            self._verify(pin)
            yield
        except BaseException:
            with suppress(CardError):  # what went wrong first is what a person must hear
                self.log_off()
            raise
        self.log_off()

    def sign(self, digest: bytes) -> bytes:
        """Of a SHA-256 digest, by the authentication key: PKCS#1 v1.5 (256 bytes), or r and s (48 bytes each)."""
        if len(digest) != _DIGEST_BYTES:
            raise ValueError("a SHA-256 digest has 32 bytes")
        self.apdus.send("00A4080C", bytes.fromhex("3F00DF00"))
        self._must("002241B6", bytes.fromhex(f"0480{self.applet.algorithm}8482"))
        signature = self._must("002A9E9A", digest)
        if len(signature) != self.applet.signature_bytes:
            raise CardError("card_answer_unexpected")
        return signature

    def prove(self, challenge: bytes) -> bytes:
        """Of 48 bytes, by the basic key that no card can copy (1.8 alone); r and s. Needs no PIN."""
        if len(challenge) != _CHALLENGE_BYTES:
            raise ValueError("a challenge has 48 bytes")
        return self._must("00880281", bytes([0x94, len(challenge)]) + challenge)

    def log_off(self) -> None:
        """No right is left, for anybody."""
        self._must("80E60000")

    def _verify(self, pin: Pin) -> None:
        block = pin.block()
        try:
            _, status = self.apdus.send("00200001", block)
        finally:
            wipe(block)
        if status == OK:
            return
        if status in _BLOCKED:
            raise CardError("eid_pin_blocked", 0)
        if status >> 4 == 0x63C:
            raise CardError("eid_pin_wrong", status & 0xF)
        raise CardError(_REFUSALS.get(status, "card_answer_unexpected"))

    def _must(self, header: str, data: bytes = b"") -> bytes:
        answer, status = self.apdus.send(header, data)
        if status != OK:
            raise CardError(_REFUSALS.get(status, "card_answer_unexpected"))
        return answer


def read_certificate(content: bytes) -> x509.Certificate:
    """From DER; names and key are read at once, for what cannot be read is found only then. Raises `CardError`."""
    try:
        found = x509.load_der_x509_certificate(content)
        _ = found.subject, found.issuer, found.public_key()
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
        raise CardError("card_answer_unexpected") from None
    return found
