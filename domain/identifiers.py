"""Check-digit rules of the Belgian identifiers; what a number means elsewhere is not known here.

Every function takes the bare digits (no dots, no spaces) and answers yes or no, so that readers can report and
writers can refuse with their own words. Source of the formulas: eFact reference 7.
"""

_MODULUS = 97
_SECOND_SERIES = 89
_SEPARATORS = str.maketrans("", "", " .-/")
_BORN_FROM_2000 = 2_000_000_000


def is_ssin(number: str) -> bool:
    """National number (NISS/INSZ) or bis number: 11 digits, 97 - (first nine mod 97), both centuries."""
    if len(number) != 11 or not _digits(number):
        return False
    body, check = int(number[:9]), int(number[9:])
    return check in (_MODULUS - body % _MODULUS, _MODULUS - (_BORN_FROM_2000 + body) % _MODULUS)


def holds_ssin(text: str) -> bool:
    """Whether a national number stands somewhere in the text, with or without its dots, dashes and blanks."""
    bare = text.translate(_SEPARATORS)
    return any(is_ssin(bare[start : start + 11]) for start in range(len(bare) - 10))


def is_nihii(number: str) -> bool:
    """NIHII number: 11 digits, check at 7-8 over the first six, modulo 97 or (second series) 89."""
    if len(number) != 11 or not _digits(number):
        return False
    body, check = int(number[:6]), int(number[6:8])
    return check in (_MODULUS - body % _MODULUS, _SECOND_SERIES - body % _SECOND_SERIES)


def is_cbe_number(number: str) -> bool:
    """Company number (BCE/KBO): 10 digits starting 0 or 1, check 97 - (first eight mod 97)."""
    if len(number) != 10 or not _digits(number) or number[0] not in "01":
        return False
    return int(number[8:]) == _MODULUS - int(number[:8]) % _MODULUS


def is_iban(number: str) -> bool:
    """ISO 13616: country, check digits, account; the whole rearranged is 1 modulo 97. Belgian ones have 16 places."""
    if not 15 <= len(number) <= 34 or not number.isascii() or not number.isalnum() or number != number.upper():
        return False
    if not number[:2].isalpha() or not number[2:4].isdigit():
        return False
    if number.startswith("BE") and len(number) != 16:
        return False
    return int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % _MODULUS == 1


def is_bic(code: str) -> bool:
    """ISO 9362 shape: 8 or 11 places, bank and country in letters."""
    return len(code) in (8, 11) and code.isascii() and code.isalnum() and code[:6].isalpha() and code == code.upper()


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
