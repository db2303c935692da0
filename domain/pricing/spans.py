"""How long a rule of a code looks around: the first and last day of the span in which a day of care lies."""

from calendar import monthrange
from datetime import date as Date
from datetime import timedelta

from domain.authorisation import Authorisation, Kind
from domain.pricing.tariff_set import Role, Span

Days = tuple[Date, Date]
_KIND_OF: dict[Role, Kind] = {
    "lump_sum": "katz",
    "palliative": "palliative",
    "palliative_supplement": "palliative",
    "ptsi_fee": "ptsi",
    "ptsi_act": "ptsi",
}


def days_of(span: Span, day: Date, allowed: Authorisation | None = None) -> Days | None:
    """Both ends included: calendar weeks from Monday, calendar months and years; None for agreements without one."""
    match span:
        case "day":
            return day, day
        case "week":
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case "month":
            return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
        case "year":
            return Date(day.year, 1, 1), Date(day.year, 12, 31)
        case "lifetime":
            return Date.min, Date.max
    return (allowed.valid_from, allowed.valid_to or Date.max) if allowed else None


def kind_of(role: Role) -> Kind | None:
    """Kind of authorisation that opens codes of the role; None for those that none of our kinds opens."""
    return _KIND_OF.get(role)
