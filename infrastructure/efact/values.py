"""Domain values as the numbers and texts that zones take."""

from datetime import date
from functools import lru_cache

from infrastructure.efact.errors import ValueDoesNotFit


def number(text: str) -> int | str:
    """Digits as a number, nothing as 0; anything else stays as it is, for the zone to refuse with its own name."""
    return int(text) if text.isdecimal() else text or 0


@lru_cache(maxsize=4096)
def day(value: date | None) -> int:
    """YYYYMMDD; 0 for no date."""
    return 0 if value is None else value.year * 10_000 + value.month * 100 + value.day


def compact_month(text: str, record: str, zone: str) -> str:
    """YYYYMM out of YYYYMM or YYYY-MM; raises ValueDoesNotFit."""
    compact = text.replace("-", "")
    if not (len(compact) == 6 and compact.isascii() and compact.isdigit() and "01" <= compact[4:] <= "12"):
        raise ValueDoesNotFit(record, zone, "year and month must stand here; give YYYYMM")
    return compact


def holder_codes(ct1: str, ct2: str) -> int | str:
    """`0000`, CT1, CT2: ten digits (zone 27 of records 20 and 51); raises ValueDoesNotFit."""
    if len(ct1) > 3 or len(ct2) > 3:
        raise ValueDoesNotFit("record 20", "27", "CT1 and CT2 have three places each; give three digits")
    return number(f"{ct1:0>3}{ct2:0>3}")


def phone(text: str) -> int | str:
    """The digits of a Belgian number written with separators."""
    return number(text.translate(str.maketrans("", "", " ./-")))


def compact(text: str) -> str:
    """An account number or BIC without blanks, in capitals."""
    return text.replace(" ", "").upper()


def as_date(number: int | None) -> date | None:
    """The day that YYYYMMDD names; None when it names none."""
    if number is None:
        return None
    try:
        return date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        return None


def month_after(month: int) -> int:
    """YYYYMM of the month that follows YYYYMM."""
    return month + 89 if month % 100 == 12 else month + 1
