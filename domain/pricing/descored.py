"""Which billed days were asked above a category, by the tariffs that hold on them."""

from domain.billing_day import BillingDay
from domain.descoring import RANKED, is_above
from domain.pricing.tariff_set import TariffSet


def is_asked_above(day: BillingDay, category: str, tariffs: TariffSet | None) -> bool:
    """Whether a flat fee of a higher category of a Katz form was asked for the day, in its present sending.

    A flat fee whose category nobody here knows (no set counts on the day, or it has no such code) counts as higher: a
    person looks at it. A palliative one does not hang on the category.
    """
    asked = (day.as_paid or day).active
    if not any(line.care.is_statistical for line in asked):
        return False
    codes = tariffs.codes if tariffs else {}
    known = [codes[line.care.code] for line in asked if line.care.code in codes and not line.care.is_statistical]
    fees = [code for code in known if code.role in ("lump_sum", "palliative")]
    if not fees:
        return True
    return any(
        code.role == "lump_sum" and code.category in RANKED and is_above(code.category, category) for code in fees
    )


def is_fee_given(day: BillingDay) -> bool:
    """Whether the day came with its amounts: the tariffs make no lower flat fee of it, a person enters it."""
    return any(line.care.is_statistical and not line.is_derived for line in (day.as_paid or day).active)
