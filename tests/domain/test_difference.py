"""Two editions of a set: what is new, ended, priced or ruled otherwise, from the first day of the newer one."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.difference import PriceChange, RuleChange, UnitPrice, difference, unit_price
from domain.pricing.price import Priced, Pricer
from domain.pricing.tariff_set import OPEN, Code, Entitlement, LetterValue, Maximum, Price, Rounding, Share, TariffSet

FROM, LATER = date(2025, 1, 1), date(2026, 1, 1)
SHARES = {"all": Share(50)}


def a_set(*codes: Code, letters=(), since=FROM, **more) -> TariffSet:
    return TariffSet(
        "BE", "home_nursing", "EUR", "A set", "1", "invented", since, more.pop("rounding", Rounding()), tuple(letters),
        (Entitlement("???", "???", "all"),), {code.code: code for code in codes}, **more,
    )  # fmt: skip


def code(name="990011", *prices: Price, **more) -> Code:
    return Code(name, {"fr": name}, more.pop("valid_from", FROM), prices=prices, **more)


def fee(cents: int, first=FROM, last=OPEN, shares=SHARES) -> Price:
    return Price(first, last, cents, shares=shares)


def unit(cents: int, base: int | None = None, shares=SHARES) -> UnitPrice:
    return UnitPrice(cents, cents if base is None else base, shares)


def test_equal_editions_differ_in_nothing():
    one = a_set(code("990011", fee(700)))
    assert difference(one, replace(one, edition="2", content="other")).is_empty


def test_new_and_ended_codes():
    found = difference(a_set(code("990011"), code("990022")), a_set(code("990022"), code("990033"), since=LATER))
    assert [one.code for one in found.new] == ["990033"]
    assert [(one.code.code, one.valid_from) for one in found.ended] == [("990011", LATER)]
    assert (found.prices, found.rules) == ((), ())


def test_a_code_ends_the_day_after_its_last_one():
    found = difference(a_set(code()), a_set(code(valid_to=date(2026, 6, 30)), since=LATER))
    assert [(one.code.code, one.valid_from) for one in found.ended] == [("990011", date(2026, 7, 1))]


def test_a_code_that_had_ended_before_is_new_when_it_comes_back():
    found = difference(a_set(code(valid_to=date(2025, 6, 30))), a_set(code(), since=LATER))
    assert ([one.code for one in found.new], found.ended) == (["990011"], ())


def test_a_code_that_ended_in_both_is_no_difference():
    ended = code(valid_to=date(2025, 6, 30))
    assert difference(a_set(ended), a_set(ended, since=LATER)).is_empty


def test_a_changed_price_is_told_once_with_its_first_day():
    new = a_set(code("990011", fee(700, last=date(2025, 12, 31)), fee(712, LATER)))
    found = difference(a_set(code("990011", fee(700))), new)
    assert found.prices == (PriceChange("990011", LATER, unit(700), unit(712)),)
    assert (found.new, found.ended, found.rules) == ((), (), ())


def test_days_before_the_newer_edition_do_not_count():
    new = a_set(code("990011", fee(1, last=date(2025, 12, 31)), fee(700, LATER)), since=LATER)
    assert difference(a_set(code("990011", fee(700))), new).is_empty


def test_a_new_value_of_a_letter_changes_its_prices_at_its_rounding():
    def w(value: str, first=FROM, last=OPEN) -> LetterValue:
        return LetterValue("W", Decimal(value), first, last)

    act = code("990011", Price(FROM, letter="W", coefficient=Decimal("1.25"), shares=SHARES))
    old = a_set(act, code("990022", fee(100)), letters=[w("5.724709")])
    new = a_set(act, code("990022", fee(100)), letters=[w("5.724709", last=date(2025, 12, 31)), w("5.850653", LATER)])
    assert difference(old, new).prices == (PriceChange("990011", LATER, unit(716), unit(731)),)


def test_a_price_that_goes_and_comes_back_is_two_stretches():
    new = a_set(
        code("990011", fee(700, last=date(2025, 3, 31)), fee(800, date(2025, 6, 1), date(2025, 8, 31)), fee(700, date(2025, 9, 1)))
    )  # fmt: skip
    assert difference(a_set(code("990011", fee(700))), new).prices == (
        PriceChange("990011", date(2025, 4, 1), unit(700), None),
        PriceChange("990011", date(2025, 6, 1), unit(700), unit(800)),
    )


def test_shares_and_bases_are_part_of_the_price():
    old = a_set(code("990011", fee(700)))
    assert difference(old, a_set(code("990011", fee(700, shares={"all": Share(60)})))).prices[0].new == unit(
        700, shares={"all": Share(60)}
    )
    assert difference(old, a_set(code("990011", Price(FROM, OPEN, 700, base_cents=650, shares=SHARES)))).prices == (
        PriceChange("990011", FROM, unit(700), unit(700, 650)),
    )


def test_changed_rules_are_told_by_name_with_both_values():
    old = a_set(code(needs=("prescription",), valid_to=date(2026, 6, 30)))
    new = a_set(code(maxima=(Maximum(1, "day"),), needs=("prescription",)))
    assert difference(old, new).rules == (
        RuleChange("990011", "maxima", (), (Maximum(1, "day"),)),
        RuleChange("990011", "valid_to", date(2026, 6, 30), OPEN),
    )


def test_rules_of_the_whole_set_stand_without_a_code():
    found = difference(a_set(code()), a_set(code(), rounding=Rounding(step=5)))
    assert found.rules == (RuleChange("", "rounding", Rounding(), Rounding(step=5)),)


def test_a_letter_without_a_value_is_no_price():
    act = code("990011", Price(FROM, letter="W", coefficient=Decimal(1), shares=SHARES))
    assert unit_price(a_set(act), "990011", FROM) is None
    assert unit_price(a_set(act), "990022", FROM) is None


DAYS = st.integers(0, 900).map(lambda n: FROM + timedelta(days=n))


@st.composite
def periods(draw) -> tuple[Price, ...]:
    """Prices of a code, with and without gaps."""
    turns = sorted(draw(st.sets(DAYS, min_size=1, max_size=5)))
    prices = []
    for first, following in zip(turns, [*turns[1:], OPEN], strict=True):
        last = OPEN if following == OPEN else following - timedelta(days=1)
        if draw(st.booleans()):
            prices.append(fee(draw(st.integers(100, 103)), first, last))
    return tuple(prices)


@given(periods(), periods(), DAYS, DAYS)
def test_between_changes_nothing_changes_and_from_a_change_on_it_is_what_it_says(before, after, since, day):
    old, new = a_set(code("990011", *before)), a_set(code("990011", *after), since=since)
    found = difference(old, new).prices
    assert [change.valid_from for change in found] == sorted({change.valid_from for change in found})
    assert all(change.old != change.new for change in found)
    day = max(day, since)
    pair = unit_price(old, "990011", day), unit_price(new, "990011", day)
    if pair[0] != pair[1]:
        last = [change for change in found if change.valid_from <= day][-1]
        assert (last.old, last.new) == pair
    for change in found:
        assert (unit_price(old, "990011", change.valid_from), unit_price(new, "990011", change.valid_from)) == (
            change.old,
            change.new,
        )


@given(periods(), DAYS)
def test_the_price_of_a_unit_is_the_fee_that_is_asked(prices, day):
    tariffs = a_set(code("990011", *prices))
    asked, known = Pricer(tariffs).price("990011", day, "110", "110"), unit_price(tariffs, "990011", day)
    assert isinstance(asked, Priced) == (known is not None)
    if isinstance(asked, Priced):
        assert asked.fee_cents == known.fee_cents
