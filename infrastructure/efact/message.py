"""An eFact message as read: its headers and records over the very bytes, zones decoded only when asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.answer import Unread
from infrastructure.efact.digits import has_right_check_digits
from infrastructure.efact.layout import Layout
from infrastructure.efact.zones import read_cents, read_number, read_text

ECHO_LENGTH = 350


class Record:
    """A header or record: `raw` as received, at `offset` in the file. Zones answer to number or name.

    A record cut short by its sender (eFact reference 1.10) reads as if padded with blanks; `raw` is never padded.
    """

    __slots__ = ("_values", "layout", "offset", "raw")

    def __init__(self, layout: Layout, raw: bytes, offset: int) -> None:
        self.layout, self.raw, self.offset = layout, raw, offset
        self._values: tuple[bytes, ...] | None = None

    @property
    def type(self) -> str:
        """Record type, zone 1 (or 400, 500)."""
        return self.raw[:2].decode("latin-1")

    @property
    def order(self) -> int | None:
        """Running number in the billing file, zone 2; None when it is not a number or the record has none."""
        return self.number("order") if self.layout.has("order") else None

    @property
    def echo(self) -> bytes:
        """The first 350 bytes: our own record in an answer."""
        return self.raw[:ECHO_LENGTH]

    @property
    def has_right_check_digits(self) -> bool:
        """Whether zone 99 fits the bytes before it (records 10-90)."""
        return has_right_check_digits(self.raw)

    def zone(self, key: str) -> bytes:
        """A zone as written; KeyError when this record has no such zone."""
        if self._values is None:
            self._values = self.layout.unpack(self.raw.ljust(self.layout.length))
        return self.layout.raw(self._values, key)

    def text(self, key: str) -> str:
        """A zone as text without padding."""
        return read_text(self.zone(key))

    def number(self, key: str) -> int | None:
        """A zone of digits; None when it holds anything else."""
        return read_number(self.zone(key))

    def cents(self, key: str) -> int | None:
        """A signed amount in cents (or signed units); None when it is not a sign and digits."""
        return read_cents(self.zone(key))


@dataclass(frozen=True, slots=True)
class EfactFile:
    """A message of any kind. Bytes of the headers, the records and `unread` together are the whole file."""

    message: str
    header: Record
    second_header: Record
    records: tuple[Record, ...]
    unread: tuple[Unread, ...]
    size: int

    @property
    def read_size(self) -> int:
        """Number of bytes interpreted; with those of `unread` it makes `size`."""
        return len(self.header.raw) + len(self.second_header.raw) + sum(len(r.raw) for r in self.records)

    @property
    def details(self) -> Iterator[Record]:
        """Records 10-90, in file order; totals (91, 92, 95, 96) are left out."""
        return (record for record in self.records if record.layout.has("order"))
