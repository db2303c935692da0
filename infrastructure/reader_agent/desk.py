"""Requests to sign that wait for a PIN: from the page that asks, through the person's fingers, to one signature.

1. Pages ask (`open`): the card in the reader and its holder are noted.
2. The person types the PIN in the agent's own window (`typed`): the card says at once whether it is right.
3. Pages hand over the message, made only now because it may live for a minute (`sign`), and get it back signed.

A request is used once. The PIN lives for a minute at most, for this card alone, and is wiped whatever happens.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from threading import Lock, Timer
from typing import Literal

from infrastructure.reader_agent.cards import Cards, Holder
from infrastructure.reader_agent.errors import AgentError, CardError, RequestError
from infrastructure.reader_agent.pin import Pin, wipe
from infrastructure.reader_agent.sts_request import recognise

State = Literal["waiting", "ready", "signed", "over"]
_LIFE = timedelta(minutes=5)
_PIN_S = 60


@dataclass
class Asked:
    """`secret` makes the address of the window where the PIN is typed; `practice` is what the page calls itself.

    `trying` is held while the card is asked whether a PIN is right. `code` and `tries_left`: what went wrong last,
    empty and None when nothing did or the card did not tell.
    """

    id: str
    secret: str
    origin: str
    practice: str
    lang: str
    reader: str
    holder: Holder
    until: datetime
    state: State = "waiting"
    code: str = ""
    tries_left: int | None = None
    pin: Pin | None = field(default=None, repr=False)
    trying: Lock = field(default_factory=Lock, repr=False)

    def forget_pin(self) -> None:
        """It is wiped, if it is still here."""
        pin, self.pin = self.pin, None
        if pin is not None:
            pin.wipe()


@dataclass
class Desk:
    """`now` is injected. One request a reader: a new one ends the one before."""

    cards: Cards
    now: Callable[[], datetime]
    pin_seconds: float = _PIN_S
    _asked: list[Asked] = field(default_factory=list, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def open(self, origin: str, reader: str, practice: str, lang: str) -> Asked:
        """Raises `CardError`: without a card that can sign, nobody is asked for a PIN."""
        holder = self.cards.holder(reader)
        if holder.tries_left == 0:
            raise CardError("eid_pin_blocked", 0)
        asked = Asked(
            id=token_urlsafe(16),
            secret=token_urlsafe(24),
            origin=origin,
            practice=practice,
            lang=lang,
            reader=reader,
            holder=holder,
            until=self.now() + _LIFE,
            tries_left=holder.tries_left,
        )
        with self._lock:
            for one in self._asked:
                if one.reader == reader or self.now() >= one.until:
                    _end(one)
            self._asked = [one for one in self._asked if self.now() < one.until] + [asked]
        return asked

    def of_page(self, identifier: str, origin: str) -> Asked:
        """Raises `RequestError`."""
        return self._find(lambda one: (one.id, one.origin) == (identifier, origin))

    def of_window(self, secret: str) -> Asked:
        """Likewise."""
        return self._find(lambda one: one.secret == secret)

    def typed(self, asked: Asked, digits: bytearray, *, last_try_confirmed: bool) -> None:
        """What came of it stands in the request. `digits` now belong to this."""
        if not asked.trying.acquire(blocking=False):  # a button pressed twice: one try, and what came of it for both
            wipe(digits)
            with asked.trying:
                return
        try:
            self._try(asked, digits, last_try_confirmed=last_try_confirmed)
        finally:
            asked.trying.release()

    def _try(self, asked: Asked, digits: bytearray, *, last_try_confirmed: bool) -> None:
        with self._lock:
            pin = _pin(asked, digits) if asked.state == "waiting" else None
        if pin is None:
            wipe(digits)
            return
        try:
            self.cards.try_pin(asked.reader, asked.holder.serial, pin, last_try_confirmed=last_try_confirmed)
        except BaseException as error:
            pin.wipe()
            if not isinstance(error, CardError):
                raise
            self._failed(asked, error)
            return
        with self._lock:
            if asked.state != "waiting":  # given up, or another window was faster
                pin.wipe()
                return
            asked.state, asked.code, asked.tries_left, asked.pin = "ready", "", None, pin
        timer = Timer(self.pin_seconds, self._lapse, [asked])
        timer.daemon = True
        timer.start()

    def sign(self, asked: Asked, content: bytes) -> bytes:
        """The signed message. Raises `RequestError`, `CardError`; the request is over in any case."""
        with self._lock:
            pin, asked.pin = asked.pin, None
            if asked.state != "ready" or pin is None:
                raise RequestError("request_without_pin" if asked.state == "waiting" else "request_over")
        with pin:
            try:
                request = recognise(content, asked.holder.certificate, self.now())
                value = self.cards.sign(asked.reader, asked.holder, pin, request.to_sign)
            except BaseException as error:
                asked.state, asked.code = "over", error.code if isinstance(error, AgentError) else "request_over"
                raise
        asked.state = "signed"
        return request.finished(value)

    def give_up(self, asked: Asked) -> None:
        """By the person or the page."""
        with self._lock:
            _end(asked)

    def close(self) -> None:
        """When the agent ends: no PIN is left."""
        with self._lock:
            for one in self._asked:
                _end(one)

    def _find(self, matches: Callable[[Asked], bool]) -> Asked:
        with self._lock:
            found = next((one for one in self._asked if matches(one)), None)
            if found is None:
                raise RequestError("request_unknown")
            if self.now() >= found.until:
                _end(found)
            return found

    def _failed(self, asked: Asked, error: CardError) -> None:
        with self._lock:
            asked.code = error.code
            if error.tries_left is not None:
                asked.tries_left = error.tries_left
            if error.code in ("eid_pin_blocked", "card_changed") and asked.state == "waiting":
                asked.state = "over"

    def _lapse(self, asked: Asked) -> None:
        with self._lock:
            if asked.pin is not None:
                _end(asked)


def _pin(asked: Asked, digits: bytearray) -> Pin | None:
    try:
        return Pin(digits)
    except CardError as error:
        asked.code = error.code
        return None


def _end(asked: Asked) -> None:
    asked.forget_pin()
    if asked.state in ("waiting", "ready"):
        asked.state, asked.code = "over", "request_over"
