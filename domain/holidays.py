"""Public holidays of Belgium and of the Swiss cantons, as dated data, and the working days between them.

Belgium: the ten legal holidays. Switzerland: days that a canton keeps by law or treats alike, after the list that the
Federal Office of Justice publishes for time limits; days of some districts only and half days are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from domain.errors import Invalid

Country = Literal["BE", "CH"]
_FIXED = MappingProxyType(
    {
        "new_year": (1, 1),
        "berchtold": (1, 2),
        "epiphany": (1, 6),
        "republic_of_neuchatel": (3, 1),
        "joseph": (3, 19),
        "labour_day": (5, 1),
        "independence_of_jura": (6, 23),
        "peter_and_paul": (6, 29),
        "belgian_national_day": (7, 21),
        "swiss_national_day": (8, 1),
        "assumption": (8, 15),
        "nicholas_of_flue": (9, 25),
        "all_saints": (11, 1),
        "armistice": (11, 11),
        "immaculate_conception": (12, 8),
        "christmas": (12, 25),
        "stephen": (12, 26),
        "restoration_of_geneva": (12, 31),
    }
)
_AFTER_EASTER = MappingProxyType(
    {"good_friday": -2, "easter_monday": 1, "ascension": 39, "whit_monday": 50, "corpus_christi": 60}
)
_MONDAY, _TUESDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 1, 3, 5, 6
_ALL_CANTONS = "new_year ascension swiss_national_day christmas"
_REFORMED = "good_friday easter_monday whit_monday stephen"
_CATHOLIC = f"{_REFORMED} corpus_christi assumption all_saints immaculate_conception"


@dataclass(frozen=True, slots=True)
class _Kept:
    """Holidays kept from a year on, by name."""

    since: int
    names: str


_BELGIUM = _Kept(
    1974,
    "new_year easter_monday labour_day ascension whit_monday belgian_national_day assumption all_saints armistice"
    " christmas",
)
_CANTONS = MappingProxyType(
    {
        canton: _Kept(1994, f"{_ALL_CANTONS} {names}")
        for canton, names in {
            "": "",
            "AG": f"{_CATHOLIC} berchtold labour_day",
            "AI": _CATHOLIC,
            "AR": _REFORMED,
            "BE": f"{_REFORMED} berchtold",
            "BL": f"{_REFORMED} labour_day",
            "BS": f"{_REFORMED} labour_day",
            "FR": f"{_REFORMED} berchtold",
            "GE": "good_friday easter_monday whit_monday genevan_fast restoration_of_geneva",
            "GL": f"{_REFORMED} berchtold battle_of_nafels all_saints",
            "GR": _REFORMED,
            "JU": "good_friday easter_monday whit_monday berchtold labour_day corpus_christi independence_of_jura"
            " assumption all_saints",
            "LU": f"{_CATHOLIC} berchtold",
            "NE": "good_friday berchtold republic_of_neuchatel labour_day stephen",
            "NW": f"{_CATHOLIC} berchtold joseph",
            "OW": f"{_CATHOLIC} berchtold nicholas_of_flue",
            "SG": f"{_REFORMED} berchtold all_saints",
            "SH": f"{_REFORMED} berchtold labour_day",
            "SO": "good_friday berchtold",
            "SZ": f"{_CATHOLIC} epiphany joseph",
            "TG": f"{_REFORMED} berchtold labour_day",
            "TI": "epiphany joseph easter_monday labour_day whit_monday corpus_christi peter_and_paul assumption"
            " all_saints immaculate_conception stephen",
            "UR": f"{_CATHOLIC} epiphany joseph",
            "VD": "good_friday easter_monday whit_monday berchtold monday_of_the_fast",
            "VS": "easter_monday whit_monday stephen corpus_christi assumption all_saints immaculate_conception"
            " berchtold joseph",
            "ZG": f"{_CATHOLIC} berchtold",
            "ZH": f"{_REFORMED} labour_day",
        }.items()
    }
)
_ONLY_ON_MONDAY = frozenset({("NE", "berchtold"), ("NE", "stephen")})
_NOT_BESIDE_A_SUNDAY = frozenset({("AI", "stephen"), ("AR", "stephen"), ("UR", "stephen")})
"""Stephen's day would make three days in a row, or a lone working day between two holidays."""

CANTONS = tuple(sorted(canton for canton in _CANTONS if canton))


def holiday(day: Date, country: Country, canton: str = "") -> str:
    """Name of the holiday, empty on other days; without canton, what all of Switzerland keeps.

    Raises `Invalid` for a canton that there is not.
    """
    return _holidays(day.year, country, canton).get(day, "")


def is_weekend(day: Date) -> bool:
    """Saturday or Sunday."""
    return day.weekday() >= _SATURDAY


def is_working_day(day: Date, country: Country, canton: str = "") -> bool:
    """Neither weekend nor holiday."""
    return not is_weekend(day) and not holiday(day, country, canton)


def last_working_day(day: Date, country: Country, canton: str = "") -> Date:
    """The day itself, or the last working day before it: when to act on a deadline that falls on a day of rest."""
    while not is_working_day(day, country, canton):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=512)
def _holidays(year: int, country: Country, canton: str) -> Mapping[Date, str]:
    kept = _BELGIUM if country == "BE" else _CANTONS.get(canton)
    if kept is None:
        raise Invalid("canton_unknown", "There is no such canton; use its two letters.", canton=canton)
    names = kept.names.split() if year >= kept.since else []
    days = {_day(name, year): name for name in names}
    return MappingProxyType({day: name for day, name in days.items() if _is_kept(day, canton, name)})


def _day(name: str, year: int) -> Date:
    if name in _FIXED:
        month, day = _FIXED[name]
        return Date(year, month, day)
    if name in _AFTER_EASTER:
        return easter(year) + timedelta(days=_AFTER_EASTER[name])
    if name == "genevan_fast":  # Thursday after the first Sunday of September
        return _nth(1, _SUNDAY, Date(year, 9, 1)) + timedelta(days=4)
    if name == "monday_of_the_fast":  # after the third Sunday of September
        return _nth(3, _SUNDAY, Date(year, 9, 1)) + timedelta(days=1)
    first = _nth(1, _THURSDAY, Date(year, 4, 1))  # battle_of_nafels: never in Holy Week
    return first + timedelta(days=7) if first == easter(year) - timedelta(days=3) else first


def _is_kept(day: Date, canton: str, name: str) -> bool:
    if (canton, name) in _ONLY_ON_MONDAY:
        return day.weekday() == _MONDAY
    return (canton, name) not in _NOT_BESIDE_A_SUNDAY or day.weekday() not in (_TUESDAY, _SATURDAY)


def _nth(count: int, weekday: int, first: Date) -> Date:
    """The n-th such weekday from the first of a month on."""
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def easter(year: int) -> Date:
    """Easter Sunday of the Gregorian calendar (anonymous computus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return Date(year, month, day + 1)
