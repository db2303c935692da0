"""What cannot be in a price: field and code of the first fault."""

from collections.abc import Sequence
from decimal import Decimal

from domain.pricing.price import exact_fee
from domain.pricing.tariff_set import LetterValue, Price, Rounding

Wrong = tuple[str, str]
LETTER_UNKNOWN: Wrong = ("letter", "letter_unknown")


def price_fault(
    price: Price, rounding: Rounding, letters: Sequence[LetterValue], *, has_coefficient: bool
) -> Wrong | None:
    """A fee or a coefficient of a known letter, never both; nothing beyond the fee. None when all is well."""
    if price.fee_cents is not None:
        if price.letter or has_coefficient:
            return "fee_cents", "price_double"
        if rounding.cents(Decimal(price.fee_cents)) != price.fee_cents:
            return "fee_cents", "fee_not_rounded"
        return _beyond(price, price.fee_cents)
    if not price.letter:
        return "fee_cents", "price_missing"
    if not has_coefficient:
        return "coefficient", "value_missing"
    values = [one for one in letters if one.letter == price.letter]
    if not values:
        return LETTER_UNKNOWN
    meanwhile = [one for one in values if one.valid_from <= price.valid_to and price.valid_from <= one.valid_to]
    fees = [rounding.cents(exact_fee(price, one)) for one in meanwhile]
    return _beyond(price, min(fees)) if fees else None


def _beyond(price: Price, lowest: int) -> Wrong | None:
    """A base beyond the lowest fee of the period, a share beyond the base."""
    if price.base_cents is not None and price.base_cents > lowest:
        return "base_cents", "base_above_fee"
    base = lowest if price.base_cents is None else price.base_cents
    if any((share.cents or 0) > base for share in price.shares.values()):
        return "shares", "share_above_base"
    return None
