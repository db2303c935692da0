"""A code of the nomenclature: its words, its price on a day and in other periods, its rules, and their source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.catalogue import Language, money
from api.tariff_shapes import UnitOut, unit_out
from api.web.doors import MayRead
from api.web.visit import Visit
from domain.errors import Invalid
from domain.local_time import calendar_day
from domain.pricing.difference import unit_price
from domain.pricing.tariff_set import OPEN, Code, LetterValue, Price, TariffSet

router = APIRouter(prefix="/c/{where}/tarifs/codes")
Asked = Annotated[str, Query(max_length=40)]
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which a code costs the same. `unit` None: the set does not know the value of its letter."""

    first: Date
    last: Date | None
    price: Price
    letter: LetterValue | None
    unit: UnitOut | None
    holds: bool


@router.get("")
def find_code(visit: MayRead, q: Asked = "", on: Asked = "") -> Response:
    """Codes whose number or words are like that, by the set that counts for the day; a single one with all of it."""
    day = _day(visit, on)
    pricer = visit.quittance.tariffs.book(visit.practice, visit.upto).pricer(day)
    tariffs = pricer.tariffs if pricer else None
    found = _found(tariffs, q.strip()) if tariffs else []
    code = found[0] if len(found) == 1 else None
    return visit.page(
        "tariff_codes.html",
        q=q,
        day=day,
        tariffs=tariffs,
        found=found[:MOST_FOUND],
        is_cut=len(found) > MOST_FOUND,
        code=code,
        stretches=tuple(stretches(tariffs, code, day)) if tariffs and code else (),
        words=lambda one: words_of(one, visit.language),
        money=lambda cents: money(cents, tariffs.currency, visit.language) if tariffs else "",
        open_end=OPEN,
    )


def words_of(code: Code | None, language: Language) -> str:
    """What the code is, in the language of the page or else the first that the set has."""
    if code is None:
        return ""
    return code.texts.get(language) or next(iter(code.texts.values()), "")


def stretches(tariffs: TariffSet, code: Code, day: Date) -> Iterator[Stretch]:
    """Prices of a code, each as long as neither it nor the value of its letter changes; the latest first."""
    for price in reversed(code.prices):
        values = [value.valid_from for value in tariffs.letters if value.letter == price.letter]
        turns = sorted({price.valid_from, *(turn for turn in values if price.valid_from < turn <= price.valid_to)})
        ends = [*(turn - timedelta(days=1) for turn in turns[1:]), price.valid_to]
        for first, last in reversed(list(zip(turns, ends, strict=True))):
            unit = unit_out(tariffs, unit_price(tariffs, code.code, max(first, code.valid_from)))
            letter = tariffs.letter(price.letter, first) if price.letter else None
            yield Stretch(first, None if last == OPEN else last, price, letter, unit, first <= day <= last)


def _found(tariffs: TariffSet, asked: str) -> list[Code]:
    """The code of that number, else all whose number begins so or whose words hold it."""
    exact = tariffs.codes.get(asked.upper())
    if exact or not asked:
        return [exact] if exact else []
    part = asked.casefold()
    return [
        code
        for code in tariffs.codes.values()
        if code.code.startswith(asked) or any(part in words.casefold() for words in code.texts.values())
    ]


def _day(visit: Visit, given: str) -> Date:
    if not given:
        return visit.as_of or visit.today
    try:
        return calendar_day(given)
    except ValueError:
        raise Invalid("day_invalid", "on: give a date.", field="on") from None
