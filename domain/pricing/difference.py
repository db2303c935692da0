"""Two editions of a set side by side: codes that come and go, prices that change and from when, rules that change.

Only days from the newer edition's first day count: older sets stay for older days.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date as Date

from domain.pricing.price import exact_fee
from domain.pricing.tariff_set import OPEN, Code, Dated, Share, TariffSet, day_after

_NOT_A_RULE = {"code", "valid_from", "valid_to", "prices"}
_RULES = tuple(field.name for field in fields(Code) if field.name not in _NOT_A_RULE)
_RULES_OF_THE_SET = ("country", "sector", "currency", "rounding", "entitlements", "rest_homes")


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs on a day: minor units, and what patients pay by entitlement."""

    fee_cents: int
    base_cents: int
    shares: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class PriceChange:
    """From a day on a code costs something else; None where a set knows no price."""

    code: str
    valid_from: Date
    old: UnitPrice | None
    new: UnitPrice | None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Another rule: the name of the field and both values, of a code or, without one, of the whole set."""

    code: str
    rule: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Ended:
    """A code that can no longer be billed from `valid_from` on."""

    code: Code
    valid_from: Date


@dataclass(frozen=True, slots=True)
class SetDifference:
    """All of it, in order of code and day; prices and rules are those of codes that both editions have."""

    new: tuple[Code, ...]
    ended: tuple[Ended, ...]
    prices: tuple[PriceChange, ...]
    rules: tuple[RuleChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the editions say the same."""
        return not (self.new or self.ended or self.prices or self.rules)


def difference(old: TariffSet, new: TariffSet) -> SetDifference:
    """What `new` changes for care from its first day on."""
    since = new.valid_from
    valid_then = {code.code for code in old.codes.values() if code.valid_to >= since}
    came = [code for code in sorted(new.codes) if code not in valid_then and new.codes[code].valid_to >= since]
    both = [code for code in sorted(new.codes) if code in valid_then]
    ended = [(code, _ended(old.codes[code], new.codes.get(code), since)) for code in sorted(valid_then)]
    lasting = [code for code in both if _lasts(new.codes[code], since)]
    return SetDifference(
        tuple(new.codes[code] for code in came),
        tuple(Ended(old.codes[code], day) for code, day in ended if day),
        tuple(change for code in lasting for change in _price_changes(old, new, code)),
        (*_rules_of_the_set(old, new), *(change for code in lasting for change in _rules(old, new, code))),
    )


def unit_price(tariffs: TariffSet, code: str, day: Date) -> UnitPrice | None:
    """Price of one unit for care of the day; None when the set knows none."""
    known = tariffs.codes.get(code)
    price = known.price(day) if known and known.is_valid(day) else None
    if price is None:
        return None
    letter = tariffs.letter(price.letter, day) if price.letter else None
    if price.letter and letter is None:
        return None
    fee = tariffs.rounding.cents(exact_fee(price, letter))
    return UnitPrice(fee, fee if price.base_cents is None else price.base_cents, price.shares)


def _ended(was: Code, now: Code | None, since: Date) -> Date | None:
    """First day without the code, if the newer edition is what ends it."""
    if now is None:
        return max(since, was.valid_from)
    return max(since, day_after(now.valid_to)) if now.valid_to < was.valid_to else None


def _lasts(code: Code, since: Date) -> bool:
    return code.valid_to >= since


def _price_changes(old: TariffSet, new: TariffSet, code: str) -> Iterator[PriceChange]:
    """One change a stretch of days; days after the end of the code are no change of price."""
    said: tuple[UnitPrice | None, UnitPrice | None] = (None, None)
    last = min(old.codes[code].valid_to, new.codes[code].valid_to)
    for day in sorted({new.valid_from, *_turns(old, code), *_turns(new, code)}):
        if not new.valid_from <= day <= last:
            continue
        now = (unit_price(old, code, day), unit_price(new, code, day))
        if now[0] != now[1] and now != said:
            yield PriceChange(code, day, *now)
        said = now


def _turns(tariffs: TariffSet, code: str) -> Iterator[Date]:
    """Days on which the price of a code may become another one."""
    known = tariffs.codes[code]
    of = {price.letter for price in known.prices if price.letter}
    periods: list[Dated] = [known, *known.prices, *(value for value in tariffs.letters if value.letter in of)]
    for period in periods:
        yield period.valid_from
        if period.valid_to < OPEN:
            yield day_after(period.valid_to)


def _rules(old: TariffSet, new: TariffSet, code: str) -> Iterator[RuleChange]:
    was, now = old.codes[code], new.codes[code]
    for rule in _RULES:
        before, after = getattr(was, rule), getattr(now, rule)
        if before != after:
            yield RuleChange(code, rule, before, after)
    if now.valid_to > was.valid_to:
        yield RuleChange(code, "valid_to", was.valid_to, now.valid_to)
    if now.valid_from != was.valid_from:
        yield RuleChange(code, "valid_from", was.valid_from, now.valid_from)


def _rules_of_the_set(old: TariffSet, new: TariffSet) -> Iterator[RuleChange]:
    for rule in _RULES_OF_THE_SET:
        before, after = getattr(old, rule), getattr(new, rule)
        if before != after:
            yield RuleChange("", rule, before, after)
