"""Numbers with valid check digits that belong to nobody (formulas: eFact reference 7)."""

from datetime import date as Date

_LAST_SERIAL = {1: 999, 2: 998}
_ACCOUNT_OF_NO_BANK = 999_0000_000


def nihii(body: int, qualification: str) -> str:
    """A NIHII number from its first six digits."""
    return f"{body:06d}{97 - body % 97:02d}{qualification}"


def cbe_number(body: int) -> str:
    """A company number from its first eight digits."""
    return f"{body:08d}{97 - body % 97:02d}"


def iban(serial: int) -> str:
    """A Belgian account at bank 999, which does not exist."""
    account = _ACCOUNT_OF_NO_BANK + serial
    bare = f"{account:010d}{account % 97 or 97:02d}"
    return f"BE{98 - int(f'{bare}111400') % 97:02d}{bare}"


def ssin(born: Date, sex: int) -> str:
    """A national number at the end of the day's series, where no person is numbered."""
    body = int(f"{born:%y%m%d}{_LAST_SERIAL[sex]:03d}")
    check = 97 - (body + (2_000_000_000 if born.year >= 2000 else 0)) % 97
    return f"{body:09d}{check:02d}"


def bis_number(born: Date, sex: int) -> str:
    """A number of the bis register: the month plus 40."""
    body = int(f"{born:%y}{born.month + 40:02d}{born:%d}{_LAST_SERIAL[sex]:03d}")
    return f"{body:09d}{97 - body % 97:02d}"
