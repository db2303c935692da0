"""The engine of the codec: a record declared as a table of zones, compiled once to read and to write."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from struct import Struct

from infrastructure.efact.zones import Kind, Zone

_ROW = re.compile(
    r"(?P<number>\w+) +(?P<start>\d+) +(?P<length>\d+) (?P<kind>[NASCE])(?: (?P<name>[a-z]\w+))?(?: =(?P<default>\w+))?"
)
_MOST_TEMPLATES = 1_000
_EMPTY = {Kind.NUMBER: "0", Kind.ERROR: "0", Kind.CODE: "0", Kind.TEXT: " "}


class Layout:
    """Zones of one record, in order and without gap; a zone answers to its number and to its name.

    Rows are `number start length kind [name] [=default]`. `first` is where the record starts in its own counting
    (351 for the tail of an answer). Raises ValueError on a table that leaves a gap, overlaps or misses its length.
    """

    def __init__(self, name: str, length: int, zones: str | Iterable[Zone], first: int = 1) -> None:
        self.name, self.length, self.first = name, length, first
        self.zones = tuple(_rows(zones) if isinstance(zones, str) else zones)
        self._check()
        self._at = {key: place for place, zone in enumerate(self.zones) for key in (zone.number, zone.name)}
        self._struct = Struct("".join(f"{zone.length}s" for zone in self.zones))
        places = groupby(place for zone in self.zones for place in zone.characters)
        self._writable = re.compile("".join(f"{character}{{{len(list(run))}}}" for character, run in places))
        self._templates: dict[tuple[str, ...], str] = {}

    def zone(self, key: str) -> Zone:
        """The zone with this number or name; KeyError when the table has none."""
        return self.zones[self._at[key]]

    def has(self, key: str) -> bool:
        """Whether the table has a zone with this number or name."""
        return key in self._at

    def unpack(self, raw: bytes) -> tuple[bytes, ...]:
        """All zones of a record of exactly `length` bytes, in table order."""
        return self._struct.unpack(raw)

    def raw(self, values: tuple[bytes, ...], key: str) -> bytes:
        """One zone, as written, out of `unpack`."""
        return values[self._at[key]]

    def write(self, values: Mapping[str, int | str]) -> bytes:
        """A record with these zones (by name) filled and the others empty; raises ValueDoesNotFit.

        The template of a set of zones is built once; whatever it cannot write exactly goes zone by zone, slower,
        which pads, transliterates or names the zone at fault.
        """
        key = tuple(values)
        template = self._templates.get(key)
        if template is None:
            if len(self._templates) >= _MOST_TEMPLATES:
                self._templates.clear()
            template = self._templates[key] = self._template(frozenset(key))
        try:
            text = template % values
        except TypeError:
            text = ""
        if self._writable.fullmatch(text) is None:
            text = "".join(z.write(values.get(z.name, z.default), self.name) for z in self.zones)
        return text.encode("ascii")

    def patch(self, raw: bytes, values: Mapping[str, int | str]) -> bytes:
        """`raw` with some zones (by number or name) replaced, the rest byte for byte as it was."""
        patched = bytearray(raw)
        for key, value in values.items():
            zone = self.zone(key)
            start = zone.start - self.first
            patched[start : start + zone.length] = zone.write(value, self.name).encode("ascii")
        return bytes(patched)

    def _template(self, named: frozenset[str]) -> str:
        unknown = named - {zone.name for zone in self.zones}
        if unknown:
            raise KeyError(f"{self.name} has no zone {', '.join(sorted(unknown))}")
        return "".join(zone.placeholder() if zone.name in named else zone.default for zone in self.zones)

    def _check(self) -> None:
        place = self.first
        for zone in self.zones:
            if zone.start != place:
                raise ValueError(f"{self.name}: zone {zone.number} starts at {zone.start}, {place} is next")
            place += zone.length
        if place != self.first + self.length:
            raise ValueError(f"{self.name}: zones end at {place - 1}, the record at {self.first + self.length - 1}")


def _rows(table: str) -> Iterable[Zone]:
    for line in filter(None, map(str.strip, table.splitlines())):
        row = _ROW.fullmatch(line)
        if row is None:
            raise ValueError(f"not a zone: {line}")
        kind, length = Kind(row["kind"]), int(row["length"])
        default = row["default"] or ("+" + "0" * (length - 1) if kind is Kind.SIGNED else _EMPTY[kind] * length)
        yield Zone(row["number"], int(row["start"]), length, kind, row["name"] or f"zone_{row['number']}", default)
