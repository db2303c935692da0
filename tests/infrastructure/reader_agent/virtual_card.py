"""A card that speaks as the manuals of applets 1.7 and 1.8 say, in this process or through vpcd's TCP protocol.

It is written from the manual: it cannot prove how a real chip behaves.
"""

import socket
import time
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from infrastructure.reader_agent.errors import CardError
from tests.infrastructure.reader_agent.issued import PIN, Personalised

ATR = {
    "1.7": bytes.fromhex("3B9813400AA503010101AD1311"),
    "1.8": bytes.fromhex("3B7F96000080318065B085040120120FFF829000"),
}
_FIRST_PORT = 35963
_APPLET = "A00000003029057000AD13100101FF"


class Pulled(Exception):
    """Somebody took the card out."""


class VirtualCard:
    """`pull_at`: the exchange (from 1) at which it is gone. `sees_paths`: whether files can be chosen by path.

    `needs_select`: another applet is chosen at first. `asked` lists the instructions, with P1 P2 and length of data.
    """

    def __init__(
        self,
        on_it: Personalised,
        *,
        pin: str = PIN,
        tries: int = 3,
        pull_at: int | None = None,
        sees_paths: bool = True,
        needs_select: bool = False,
        applet_byte: int | None = None,
    ) -> None:
        self.on_it, self.pin, self.tries, self.pull_at = on_it, pin, tries, pull_at
        self.sees_paths, self.needs_select = sees_paths, needs_select
        self.applet_byte = applet_byte or int(on_it.generation.replace(".", ""), 16)
        self.asked: list[str] = []
        self.resets = 0
        self.waiting = b""
        self.reset()

    def reset(self) -> None:
        self.resets += 1
        self.is_selected = not self.needs_select
        self.has_right = False
        self.environment: tuple[int, int] | None = None
        self.place = "3F00"
        self.current: bytes | None = None

    def exchange(self, command: bytes | bytearray) -> bytes:
        """One command, one answer with its status word. Raises `Pulled`."""
        command = bytes(command)
        self.asked.append(f"{command[1]:02X} {command[2:4].hex().upper()} {len(command[5:])}")
        if self.pull_at is not None and len(self.asked) >= self.pull_at:
            raise Pulled
        answer, status = self._answer(command[0], command[1], command[2] << 8 | command[3], command[5:], command[4:5])
        return answer + status.to_bytes(2)

    def _answer(self, cla: int, ins: int, p: int, data: bytes, length: bytes) -> tuple[bytes, int]:
        match cla, ins:
            case 0x00, 0xA4:
                return b"", self._select(p, data)
            case _ if not self.is_selected:
                return b"", 0x6D00
            case 0x80, 0xE4:
                return self._card_data(p, length[0])
            case 0x00, 0xB0:
                return self._binary(p, length[0] or 256)
            case 0x00, 0x20:
                return b"", self._verify(p, data)
            case 0x00, 0x22:
                return b"", self._choose_key(p, data)
            case 0x00, 0x2A:
                return self._sign(p, data)
            case 0x00, 0x88:
                return self._prove(p, data)
            case 0x00, 0xC0:
                given, self.waiting = self.waiting[: length[0] or 256], self.waiting[length[0] or 256 :]
                return given, self._more() if self.waiting else 0x9000
            case 0x80, 0xE6:
                self.has_right, self.environment = False, None
                return b"", 0x9000
        return b"", 0x6D00

    def _select(self, p: int, data: bytes) -> int:
        path = data.hex().upper()
        if p == 0x040C:
            self.is_selected = self.is_selected or path == _APPLET
            return 0x9000 if path == _APPLET else 0x6A82
        if not self.is_selected:
            return 0x6A82
        if p == 0x080C and self.sees_paths:
            return self._go(path)
        if p == 0x020C:
            return self._go("3F00" if path == "3F00" else self.place + path)
        return 0x6A86

    def _go(self, path: str) -> int:
        if path in {"3F00", "3F00DF00", "3F00DF01"}:
            self.place, self.current = path, None
            return 0x9000
        if path not in self.on_it.files:
            return 0x6A82
        self.current = self.on_it.files[path]
        return 0x9000

    def _card_data(self, p: int, length: int) -> tuple[bytes, int]:
        if p != 0:
            return b"", 0x6B00
        data = self.on_it.serial + bytes([0, 0, 0, 0, 0, self.applet_byte, 0, 3, 0, 0x21, 1, 0x0F])
        return (data, 0x9000) if length == len(data) else (b"", 0x6C00 + len(data))

    def _binary(self, offset: int, length: int) -> tuple[bytes, int]:
        if self.current is None:
            return b"", 0x6986
        left = self.current[offset:]
        if not left:
            return b"", 0x6B00
        return (left[:length], 0x9000) if len(left) >= length else (b"", 0x6C00 + len(left))

    def _verify(self, p: int, data: bytes) -> int:
        if p != 1:
            return 0x6A88
        if not data and self.has_right:
            return 0x9000
        if self.tries == 0:
            return 0x6983
        if not data:
            return 0x63C0 + self.tries
        if data == bytes.fromhex(f"2{len(self.pin):X}{self.pin}".ljust(16, "F")):
            self.tries, self.has_right = 3, True
            return 0x9000
        self.tries, self.has_right = self.tries - 1, False
        return 0x63C0 + self.tries if self.tries else 0x6983

    def _choose_key(self, p: int, data: bytes) -> int:
        if p != 0x41B6 or len(data) != 5 or (data[0], data[1], data[3]) != (4, 0x80, 0x84):
            return 0x6A80
        if data[4] != 0x82:
            return 0x6A88
        self.environment = (data[2], data[4])
        return 0x9000

    def _sign(self, p: int, digest: bytes) -> tuple[bytes, int]:
        if p != 0x9E9A or self.environment is None:
            return b"", 0x6985
        if not self.has_right:
            return b"", 0x6982
        wanted = 0x08 if self.on_it.generation == "1.7" else 0x01
        if self.environment[0] != wanted or len(digest) != 32:
            return b"", 0x6A80
        if self.on_it.generation == "1.7":
            self.waiting = self.on_it.key.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))
        else:
            self.waiting = _plain(self.on_it.key.sign(digest, ec.ECDSA(Prehashed(SHA256()))))
        return b"", self._more()

    def _prove(self, p: int, data: bytes) -> tuple[bytes, int]:
        if self.on_it.generation == "1.7" or p != 0x0281 or data[:2] != b"\x94\x30" or len(data) != 50:
            return b"", 0x6A80
        self.environment = None
        self.waiting = _plain(self.on_it.basic_key.sign(data[2:], ec.ECDSA(Prehashed(SHA384()))))
        return b"", self._more()

    def _more(self) -> int:
        return 0x6100 + len(self.waiting) % 256


def _plain(signature: bytes) -> bytes:
    r, s = decode_dss_signature(signature)
    return r.to_bytes(48) + s.to_bytes(48)


@contextmanager
def lent(card: VirtualCard) -> Any:
    """As the agent gets it from PC/SC, without PC/SC."""

    def exchange(command: bytearray) -> bytes:
        try:
            return card.exchange(command)
        except Pulled:
            raise CardError("card_removed") from None

    yield exchange


class Inserted:
    """A card in one of the two virtual readers of pcscd: `with Inserted(card):`. Ends by itself when it is pulled."""

    def __init__(self, card: VirtualCard, slot: int = 0) -> None:
        self.card, self.slot = card, slot
        self.socket = socket.socket()
        self.thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + 5
        while True:
            try:
                self.socket.connect(("127.0.0.1", _FIRST_PORT + self.slot))
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                self.socket.close()
                self.socket = socket.socket()
                time.sleep(0.02)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # pulled before
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(timeout=5)

    def _serve(self) -> None:
        try:
            while (message := self._message()) is not None:
                if len(message) > 1:
                    self._send(self.card.exchange(message))
                elif message == b"\x04":
                    self._send(ATR[self.card.on_it.generation])
                else:  # power off, power on, reset: no answer
                    self.card.reset()
        except (OSError, Pulled):
            self.socket.close()

    def _message(self) -> bytes | None:
        length = self._exactly(2)
        return None if length is None else self._exactly(int.from_bytes(length))

    def _exactly(self, count: int) -> bytes | None:
        content = b""
        while len(content) < count:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # else 44 ms for each command
            part = self.socket.recv(count - len(content))
            if not part:
                return None
            content += part
        return content

    def _send(self, content: bytes) -> None:
        self.socket.sendall(len(content).to_bytes(2) + content)
