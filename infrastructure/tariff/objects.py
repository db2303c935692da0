"""From the raw values of one object in a file to values of ours; what is wrong is noted with its place."""

from collections.abc import Mapping
from datetime import date as Date
from typing import Any, TypeVar

from domain.pricing.tariff_set import OPEN
from infrastructure.carefile.values import BadValue
from infrastructure.tariff.fields import NAME, tables
from infrastructure.tariff.report import Faults

T = TypeVar("T")
Raw = Mapping[str, Any]


class Objects:
    """Reads objects by their tables. `typed`: see `fields.tables`."""

    def __init__(self, country: str, faults: Faults, *, typed: bool) -> None:
        self.faults = faults
        self._tables = tables(country, typed=typed)

    def values(self, kind: str, raw: Raw, place: str, prefix: str = "", about: str = "") -> dict[str, Any] | None:
        """Values by name; null and "" count as absent. None when a value is bad, missing or unknown."""
        table = self._tables[kind]
        values: dict[str, Any] = {}
        wrong: list[tuple[str, str]] = []
        for name, value in raw.items():
            parse = table.parsers.get(name)
            if value is None or value == "":
                continue
            if parse is None:
                wrong.append((shown(name), "name_unknown"))
                continue
            try:
                values[name] = parse(value)
            except BadValue as bad:
                wrong.append((name, bad.code))
        wrong += [(name, "value_missing") for name in table.needed if raw.get(name) in (None, "")]
        if not wrong and values.get("valid_to", OPEN) < values.get("valid_from", Date.min):
            wrong.append(("valid_to", "period_reversed"))
        for name, code in wrong:
            self.faults.add(place, prefix + name, code, about)
        return None if wrong else values

    def made(self, cls: type[T], kind: str, raw: Raw, place: str, about: str = "") -> T | None:
        """A part that is nothing but its fields: rounding, letter, rest home, maximum, not_with, before."""
        values = self.values(kind, raw, place, about=about)
        return None if values is None else cls(**values)

    def inner(self, kind: str, raw: object, place: str, about: str = "") -> dict[str, Any] | None:
        """Values of an object that stands in a field, empty when it is not there: texts, variants."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.faults.add(place, kind, "type_wrong", about)
            return None
        return self.values(kind, raw, place, f"{kind}.", about)

    def texts(self, raw: Raw, place: str, about: str = "") -> dict[str, Any] | None:
        """Texts by language, at least one."""
        texts = self.inner("texts", raw.get("texts"), place, about)
        if texts == {}:
            self.faults.add(place, "texts", "value_missing", about)
            return None
        return texts

    def about(self, raw: Raw) -> str:
        """The code that an object speaks of, if it is one: of what stands in a file nothing else is repeated."""
        try:
            return str(self._tables["code"].parsers["code"](raw.get("code")))
        except BadValue:
            return ""


def shown(name: str) -> str:
    """A foreign name when it looks like one; else nothing, since it may be a value."""
    return name if NAME.fullmatch(name) else ""


def without(raw: Raw, *names: str) -> Raw:
    """The object without what is read on its own."""
    return {name: value for name, value in raw.items() if name not in names}
