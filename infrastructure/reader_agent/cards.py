"""What can be done with a card in a reader: each a transaction of its own, one at a time for each reader."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from threading import Lock
from typing import Protocol

from cryptography import x509

from infrastructure.reader_agent import files, genuine, pcsc
from infrastructure.reader_agent.apdu import Apdus, Exchange
from infrastructure.reader_agent.card import Applet, BelgianEid, read_certificate
from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.files import File
from infrastructure.reader_agent.identity import Address, Identity, read_address, read_identity
from infrastructure.reader_agent.pin import Pin

_WAIT_S = 20


class Transaction(Protocol):
    """As `pcsc.transaction`."""

    def __call__(self, reader: str, *, reset: bool = False) -> AbstractContextManager[Exchange]:
        """Likewise."""
        ...


@dataclass(frozen=True, slots=True)
class CardState:
    """Nothing of its holder. `code` when it is no eID that can be used, else empty; then `applet` and `tries_left`."""

    reader: str
    has_card: bool
    applet: str = ""
    tries_left: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Which card it is, and whose. `tries_left` of its PIN, None when the card does not tell."""

    serial: bytes
    certificate: x509.Certificate
    tries_left: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """What the register signed. `is_own_chip`: None for a generation that cannot prove it."""

    identity: Identity
    address: Address
    is_own_chip: bool | None


@dataclass
class Cards:
    """`anchors`: certificates above the register's. `now`, `readers` and `transaction` are injected."""

    anchors: Sequence[x509.Certificate]
    now: Callable[[], datetime]
    readers: Callable[[], list[pcsc.Reader]] = pcsc.readers
    transaction: Transaction = pcsc.transaction
    _locks: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock), init=False, repr=False)
    _guard: Lock = field(default_factory=Lock, init=False, repr=False)

    def states(self) -> list[CardState]:
        """Of every reader. Raises `CardError` when none can be asked at all."""
        return [self._state(one) for one in self.readers()]

    def holder(self, reader: str) -> Holder:
        """Needs no PIN. Raises `CardError`."""
        with self._card(reader) as card:
            certificate = card.authentication_certificate()
            genuine.require_in_time(certificate, self.now())
            return Holder(card.serial, certificate, card.tries_left())

    def read(self, reader: str) -> Read:
        """Identity and address, when the register's signatures hold. Raises `CardError`."""
        with self._card(reader) as card:
            apdus = card.apdus
            register, issuer = (files.read_der(apdus, one) for one in (File.REGISTER, File.ISSUER))
            signed = genuine.Signed(
                *(
                    files.read(apdus, one)
                    for one in (File.IDENTITY, File.IDENTITY_SIGNATURE, File.ADDRESS, File.ADDRESS_SIGNATURE)
                )
            )
            certificate = read_certificate(register)
            others = [read_certificate(issuer)] if issuer else []
            genuine.require_register(certificate, others, self.anchors, self.now())
            genuine.require_signed(signed, certificate)
            identity = read_identity(signed.identity)
            return Read(identity, read_address(signed.address), _is_own_chip(card, identity))

    def try_pin(self, reader: str, serial: bytes, pin: Pin, *, last_try_confirmed: bool) -> None:
        """Whether it is right, on that very card. Raises `CardError`."""
        with self._card(reader, reset=True) as card:
            _require_same(card, serial)
            with card.opened(pin, last_try_confirmed=last_try_confirmed):
                pass

    def sign(self, reader: str, holder: Holder, pin: Pin, content: bytes) -> bytes:
        """The signature of the SHA-256 of `content`, checked before anybody gets it. Raises `CardError`."""
        digest = sha256(content).digest()
        with self._card(reader, reset=True) as card:
            _require_same(card, holder.serial)
            with card.opened(pin):
                signature = card.sign(digest)
        if not genuine.holds_for(holder.certificate, signature, digest):
            raise CardError("card_answer_unexpected")
        return signature

    def _state(self, reader: pcsc.Reader) -> CardState:
        if not reader.has_card:
            return CardState(reader.name, has_card=False)
        try:
            with self._card(reader.name) as card:
                return CardState(reader.name, True, card.applet.title, card.tries_left())
        except CardError as error:
            return CardState(reader.name, error.code != "no_card", code=error.code)

    @contextmanager
    def _card(self, reader: str, *, reset: bool = False) -> Iterator[BelgianEid]:
        with self._guard:
            lock = self._locks[reader]
        if not lock.acquire(timeout=_WAIT_S):
            raise CardError("reader_busy")
        try:
            with self.transaction(reader, reset=reset) as exchange:
                yield BelgianEid.recognise(Apdus(exchange))
        finally:
            lock.release()


def _is_own_chip(card: BelgianEid, identity: Identity) -> bool | None:
    if card.applet is not Applet.V18 or not identity.basic_key_hash:
        return None
    challenge = token_bytes(48)
    try:
        key = files.read_der(card.apdus, File.BASIC_KEY)
        return genuine.is_own_chip(key, identity.basic_key_hash, card.prove(challenge), challenge)
    except CardError as error:
        if error.code == "card_removed":
            raise
        return False


def _require_same(card: BelgianEid, serial: bytes) -> None:
    """A PIN that was typed for one card must not cost another card a try."""
    if card.serial != serial:
        raise CardError("card_changed")
