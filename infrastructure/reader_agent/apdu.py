"""Commands to a card and its answers, over anything that carries bytes (ISO 7816-4, T=0)."""

from collections.abc import Callable

from infrastructure.reader_agent.errors import CardError

Exchange = Callable[[bytearray], bytes]
"""One command there, one answer with its status word back. Raises `CardError`."""

OK = 0x9000
PAST_THE_END = 0x6B00
NOT_FOUND = (0x6A82, 0x6A86, 0x6A87)
_MORE = 0x61
_OTHER_LENGTH = 0x6C
_STATUS_BYTES = 2
_MOST_ANSWERS = 64


class Apdus:
    """Fetches what the card holds ready (61xx) and asks again with the length that it has (6Cxx)."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def send(self, header: str, data: bytes | bytearray = b"", expected: int | None = None) -> tuple[bytes, int]:
        """`header`: CLA INS P1 P2 in hex. `expected`: bytes wanted back, None for none. Answer and status word.

        With data, the answer is fetched afterwards: T=0 has no command that does both.
        """
        command = bytearray.fromhex(header)
        if data or expected is None:
            command.append(len(data))
            command += data
        else:
            command.append(expected % 256)
        try:
            return self._whole(command)
        finally:
            command[:] = bytes(len(command))

    def _whole(self, command: bytearray) -> tuple[bytes, int]:
        answer, status = self._once(command)
        if status >> 8 == _OTHER_LENGTH:
            answer, status = self._once(command[:4] + bytes([status & 0xFF]))
        whole = answer
        for _ in range(_MOST_ANSWERS):
            if status >> 8 != _MORE:
                return whole, status
            answer, status = self._once(bytearray([0x00, 0xC0, 0x00, 0x00, status & 0xFF]))
            whole += answer
        raise CardError("card_answer_unexpected")

    def _once(self, command: bytearray) -> tuple[bytes, int]:
        answer = self._exchange(command)
        if len(answer) < _STATUS_BYTES:
            raise CardError("card_answer_unexpected")
        return answer[:-2], int.from_bytes(answer[-2:])
