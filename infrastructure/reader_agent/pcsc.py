"""Readers and cards of this machine, by its PC/SC service (WinSCard, macOS's PCSC, pcsc-lite) through pyscard.

pyscard is an extra (`quittance[agent]`): only calling something here needs it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from infrastructure.reader_agent.apdu import Exchange
from infrastructure.reader_agent.errors import CardError

_SERVICE_OFF = "pcsc_service_not_running"
_NO_READER = "no_reader"
_REMOVED = "card_removed"
_RESET_BY_ANOTHER = 0x80100068
_NO_READERS_AT_ALL = 0x8010002E
_CODES = {
    0x8010001D: _SERVICE_OFF,
    0x8010001E: _SERVICE_OFF,
    0x80100009: _NO_READER,
    0x80100017: _NO_READER,
    _NO_READERS_AT_ALL: _NO_READER,
    0x8010000C: "no_card",
    0x8010000B: "reader_busy",
    0x8010000F: "card_not_belgian_eid",  # it does not speak T=0
    0x80100066: "card_unresponsive",
    0x80100067: "card_unresponsive",
    _RESET_BY_ANOTHER: "card_interrupted",
    0x80100069: _REMOVED,
    0x80100016: _REMOVED,
    0x8010002F: _REMOVED,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """`name` as the system gives it; `has_card`: something is in it, whatever it is."""

    name: str
    has_card: bool


def is_installed() -> bool:
    """Whether pyscard is there and can be loaded."""
    return _pyscard() is not None


def readers() -> list[Reader]:
    """All that are plugged in, in the system's order. Raises `CardError` when the service is off."""
    with _context() as (scard, context):
        names = _names(scard, context)
        if not names:
            return []
        wanted = [(name, scard.SCARD_STATE_UNAWARE) for name in names]
        states = _checked(scard.SCardGetStatusChange(context, 0, wanted))[0]
        return [Reader(name, bool(state & scard.SCARD_STATE_PRESENT)) for name, state, _ in states]


@contextmanager
def transaction(reader: str, *, reset: bool = False) -> Iterator[Exchange]:
    """Nobody else speaks to the card while this lasts. Raises `CardError`.

    `reset` puts the card back to its first state at the end: no right outlives this, even when a command failed.
    """
    with _context() as (scard, context):
        card, _ = _checked(
            scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0),
        )
        disposition = scard.SCARD_RESET_CARD if reset else scard.SCARD_LEAVE_CARD
        try:
            _begin(scard, card)
            try:
                yield _exchange(scard, card)
            except CardError as error:
                if error.code == _REMOVED:  # pcsc-lite may miss the next card after resetting one that is gone
                    disposition = scard.SCARD_LEAVE_CARD
                raise
            finally:
                scard.SCardEndTransaction(card, disposition)
        finally:
            scard.SCardDisconnect(card, disposition)


def _exchange(scard: ModuleType, card: int) -> Exchange:
    def exchange(command: bytearray) -> bytes:
        octets = list(command)  # what pyscard takes; it may hold a PIN
        try:
            answer = bytes(_checked(scard.SCardTransmit(card, scard.SCARD_PCI_T0, octets))[0])
        finally:
            octets[:] = [0] * len(octets)
        if not answer:  # some drivers say that all went well when nobody is there to answer
            raise CardError(_REMOVED)
        return answer

    return exchange


def _begin(scard: ModuleType, card: int) -> None:
    outcome = scard.SCardBeginTransaction(card)
    if _plain(outcome) == _RESET_BY_ANOTHER:
        _checked(
            scard.SCardReconnect(card, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0, scard.SCARD_LEAVE_CARD),
        )
        outcome = scard.SCardBeginTransaction(card)
    _checked([outcome])


@contextmanager
def _context() -> Iterator[tuple[ModuleType, int]]:
    scard = _pyscard()
    if scard is None:
        raise CardError(_SERVICE_OFF)
    (context,) = _checked(scard.SCardEstablishContext(scard.SCARD_SCOPE_USER))
    try:
        yield scard, context
    finally:
        scard.SCardReleaseContext(context)


def _names(scard: ModuleType, context: int) -> list[str]:
    outcome, names = scard.SCardListReaders(context, [])
    if _plain(outcome) == _NO_READERS_AT_ALL:
        return []
    return list(_checked([outcome, names])[0])


def _checked(answer: Sequence[Any]) -> list[Any]:
    """What stands behind the result of a call, which must be success."""
    if _plain(answer[0]):
        raise CardError(_CODES.get(_plain(answer[0]), "reader_failed"))
    return list(answer[1:])


def _plain(outcome: int) -> int:
    """Some systems give it with a sign."""
    return outcome & 0xFFFFFFFF


def _pyscard() -> ModuleType | None:
    try:
        from smartcard import scard  # noqa: PLC0415 - an extra: the product runs without it
    except ImportError:
        return None
    found: ModuleType = scard
    return found
