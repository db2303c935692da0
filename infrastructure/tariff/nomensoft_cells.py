"""The texts of one record of the Belgian nomenclature site, as values. What is wrong is noted with its place."""

import re
from datetime import date as Date
from decimal import Decimal

from lxml import etree

from domain.pricing.tariff_set import OPEN
from infrastructure.carefile.values import BadValue, Parser, Raw, day, digits
from infrastructure.tariff.fields import text
from infrastructure.tariff.report import Faults
from infrastructure.xml import local_name

_OPEN = "2999-12-31"
_MIDNIGHT = re.compile(r"T00:00:00(\.0+)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_EURO = re.compile(r"[0-9]{1,6}(\.[0-9]{1,9})?")


class Cells:
    """Texts of one record by name; a bad or missing one is noted, and the record is not good."""

    def __init__(self, record: etree._Element, place: str, faults: Faults) -> None:
        self._texts = {local_name(cell): (cell.text or "").strip() for cell in record}
        self.place, self._faults = place, faults
        self.is_good = True

    def bare(self, name: str) -> str:
        """As it stands, empty when it is not there or nil."""
        return self._texts.get(name, "")

    def words(self, name: str) -> str:
        """For people, with single blanks."""
        plain = "".join(sign if sign.isprintable() else " " for sign in self.bare(name))
        return str(self._parsed(plain, name, text))

    def needed(self, name: str) -> str:
        """For people, and never empty."""
        if not self.bare(name):
            self._fault(name, "value_missing")
        return self.words(name)

    def code(self) -> str:
        """The code, when it has six digits."""
        return str(self._parsed(self.bare("nomen_code"), "nomen_code", digits(6, 6)))

    def euro(self) -> Decimal:
        """The amount."""
        found = self._parsed(self.bare("fee"), "fee", _euro)
        return found if isinstance(found, Decimal) else Decimal(0)

    def texts(self, stem: str) -> dict[str, str]:
        """Texts by language, at least one."""
        found = {language: self.words(f"{stem}_{language}") for language in ("fr", "nl")}
        if not any(found.values()):
            self._fault(f"{stem}_fr", "value_missing")
        return {language: words for language, words in found.items() if words}

    def period(self, first: str, last: str) -> tuple[Date, Date]:
        """First and last day, in this order; open when there is no last one, or 2999-12-31."""
        is_open = self.bare(last)[:10] in ("", _OPEN)
        begin, end = self._day(first), OPEN if is_open else self._day(last)
        if self.is_good and end < begin:
            self._fault(last, "period_reversed")
        return begin, end

    def _day(self, name: str) -> Date:
        found = self._parsed(self.bare(name), name, _day)
        return found if isinstance(found, Date) else OPEN

    def _parsed(self, raw: str, name: str, parse: Parser) -> object:
        try:
            return parse(raw)
        except BadValue as bad:
            return self._fault(name, bad.code)

    def _fault(self, name: str, code: str) -> str:
        self.is_good = False
        self._faults.add(self.place, name, code, self.about)
        return ""

    @property
    def about(self) -> str:
        """The code, if it looks like one."""
        code = self.bare("nomen_code")
        return code if re.fullmatch(r"[0-9]{6}", code) else ""


def _day(raw: Raw) -> Date:
    """A day, with or without midnight behind it."""
    found = str(raw)
    if found[10:] and not _MIDNIGHT.fullmatch(found[10:]):
        raise BadValue("date_invalid")
    return day(found[:10])


def _euro(raw: Raw) -> Decimal:
    if not _EURO.fullmatch(str(raw)):
        raise BadValue("decimal_invalid")
    return Decimal(str(raw))
