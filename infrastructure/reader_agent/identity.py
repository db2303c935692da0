"""What a card says of its holder, and the form in which it says it: tag, length, value in UTF-8."""

from dataclasses import dataclass
from datetime import date

from domain.identifiers import is_ssin
from infrastructure.reader_agent.errors import CardError

_LONG = 0xFF
_MONTHS = (
    ("JAN",),
    ("FEV", "FEB"),
    ("MARS", "MAAR", "MÄR"),
    ("AVR", "APR"),
    ("MAI", "MEI"),
    ("JUIN", "JUN"),
    ("JUIL", "JUL"),
    ("AOUT", "AUG"),
    ("SEPT", "SEP"),
    ("OCT", "OKT"),
    ("NOV",),
    ("DEC", "DEZ"),
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words}
_CARD_NUMBER, _VALID_FROM, _VALID_UNTIL, _SSIN, _SURNAME, _GIVEN_NAMES, _THIRD_INITIAL = 1, 3, 4, 6, 7, 8, 9
_NATIONALITY, _BIRTH_PLACE, _BIRTH_DATE, _SEX, _DOCUMENT_TYPE = 10, 11, 12, 13, 15
_BASIC_KEY_HASH = 0x1A


@dataclass(frozen=True, slots=True)
class Address:
    """As the register held it when the card was last written."""

    street: str
    zip_code: str
    municipality: str


@dataclass(frozen=True, slots=True)
class Identity:
    """`birth_date_text` is what stands there; year, month and day are what it means, each may be None.

    The number is what the register gave: it says nothing of the birth date that could be relied on.
    """

    card_number: str
    valid_from: date
    valid_until: date
    ssin: str
    surname: str
    given_names: str
    third_initial: str
    nationality: str
    birth_place: str
    birth_date_text: str
    birth_year: int | None
    birth_month: int | None
    birth_day: int | None
    sex: str
    document_type: str
    basic_key_hash: bytes


def fields(content: bytes) -> dict[int, bytes]:
    """Values by tag, until the padding. Raises `CardError("identity_unreadable")`."""
    found: dict[int, bytes] = {}
    place = 0
    while place < len(content):
        tag = content[place]
        if tag == 0 and found:
            break
        place, length = _length(content, place + 1)
        if place + length > len(content) or tag in found:
            raise CardError("identity_unreadable")
        found[tag] = content[place : place + length]
        place += length
    return found


def read_identity(content: bytes) -> Identity:
    """Of a file whose signature holds. Raises `CardError("identity_unreadable")`."""
    found = fields(content)
    birth = _text(found, _BIRTH_DATE)
    year, month, day = birth_parts(birth)
    ssin = _text(found, _SSIN)
    if not is_ssin(ssin):
        raise CardError("identity_unreadable")
    return Identity(
        card_number=_text(found, _CARD_NUMBER),
        valid_from=_date(_text(found, _VALID_FROM)),
        valid_until=_date(_text(found, _VALID_UNTIL)),
        ssin=ssin,
        surname=_text(found, _SURNAME),
        given_names=_text(found, _GIVEN_NAMES),
        third_initial=_text(found, _THIRD_INITIAL),
        nationality=_text(found, _NATIONALITY),
        birth_place=_text(found, _BIRTH_PLACE),
        birth_date_text=birth,
        birth_year=year,
        birth_month=month,
        birth_day=day,
        sex=_text(found, _SEX),
        document_type=_text(found, _DOCUMENT_TYPE),
        basic_key_hash=found.get(_BASIC_KEY_HASH, b""),
    )


def read_address(content: bytes) -> Address:
    """Likewise."""
    found = fields(content)
    return Address(_text(found, 1), _text(found, 2), _text(found, 3))


def birth_parts(text: str) -> tuple[int | None, int | None, int | None]:
    """Year, month, day of `DD mmmm YYYY` in French, Dutch or German, or of `YYYY`; None for what is not told."""
    words = text.upper().replace(".", " ").split()
    if not words or not all(word.isdecimal() for word in (words[0], words[-1])) or len(words[-1]) != 4:
        return None, None, None
    year = int(words[-1])
    if len(words) != 3 or words[1] not in _MONTH_OF or not 1 <= int(words[0]) <= 31:
        return year, None, None
    return year, _MONTH_OF[words[1]], int(words[0])


def _length(content: bytes, place: int) -> tuple[int, int]:
    """Where the value begins, and its bytes: each 255 says that more follow."""
    length = 0
    while place < len(content):
        octet = content[place]
        length += octet
        place += 1
        if octet != _LONG:
            return place, length
    raise CardError("identity_unreadable")


def _text(found: dict[int, bytes], tag: int) -> str:
    try:
        return found.get(tag, b"").decode().strip()
    except UnicodeDecodeError:
        raise CardError("identity_unreadable") from None


def _date(text: str) -> date:
    try:
        day, month, year = text.split(".")
        return date(int(year), int(month), int(day))
    except ValueError:
        raise CardError("identity_unreadable") from None
