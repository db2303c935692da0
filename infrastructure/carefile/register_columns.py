"""Fields of each kind of line in a register file: reader of the value, and which of them a line needs."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.authorisation import CATEGORIES
from domain.identifiers import is_nihii
from domain.registration_kinds import KINDS
from infrastructure.carefile.values import (
    BadValue,
    Parser,
    Raw,
    day,
    digits,
    iso_day,
    one_of,
    ssin,
    whole,
    words,
    yes_or_no,
)


def _nihii(raw: Raw) -> str:
    if not (isinstance(raw, str) and is_nihii(raw)):
        raise BadValue("nihii_invalid")
    return raw


def _kept(raw: Raw) -> Raw:
    """A list of objects, which is read on its own."""
    if not isinstance(raw, list):
        raise BadValue("type_wrong")
    return raw


_PERIOD: dict[str, Parser] = {"valid_from": day, "valid_to": day}
_PERSON: dict[str, Parser] = {"last_name": words(80), "first_name": words(80)}
_NUMBER: dict[str, Parser] = {"ssin": ssin, "affiliation_number": digits(1, 13)}
_INSURED: dict[str, Parser] = {
    **_PERIOD,
    "sickness_fund": digits(3, 3),
    "ct1": digits(3, 3),
    "ct2": digits(3, 3),
    "destination": digits(1, 12),
}

FIELDS: Mapping[str, dict[str, Parser]] = MappingProxyType(
    {
        "establishment": {
            "name": words(120),
            "sector": one_of("home_nursing", "dentist"),
            "tpp_number": _nihii,
            "cbe_number": digits(10, 10),
            "iban": words(34, ascii_only=True),
            "bic": words(11, ascii_only=True),
            "contact_last_name": words(45),
            "contact_first_name": words(24),
            "contact_phone": digits(1, 10),
            "profession_code": digits(1, 3),
            "content_code": digits(3, 3),
            "is_test": yes_or_no,
            "country": one_of("BE", "CH"),
            "second_person_above_cents": whole(0, 100_000_000, typed=True),
            "files_derogation_from": day,
            "files_derogation_to": day,
        },
        "provider": {
            **_PERSON,
            "nihii": _nihii,
            "qualification": digits(3, 3),
            "convention_status": whole(0, 9, typed=True),
            "activity": _kept,
        },
        "membership": {**_PERIOD, "nihii": _nihii},
        "registration": {"registration": one_of(*KINDS), "nihii": _nihii, "cbe": digits(10, 10), "valid_from": day},
        "patient": {
            **_PERSON,
            **_NUMBER,
            "birth_date": iso_day,
            "sex": whole(1, 2, typed=True),
            "language": one_of("fr", "nl", "de", "en"),
            "periods": _kept,
        },
        "insurability": {**_NUMBER, **_INSURED},
        "authorisation": {
            **_NUMBER,
            **_PERIOD,
            "authorisation": one_of(*CATEGORIES),
            "category": one_of(*sorted({name for names in CATEGORIES.values() for name in names} - {""})),
            "number": words(40, ascii_only=True),
        },
        "periods": _INSURED,
        "activity": _PERIOD,
    }
)
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "establishment": ("name", "sector", "tpp_number", "cbe_number", "iban", "bic"),
        "provider": ("nihii", "last_name", "first_name"),
        "membership": ("nihii", "valid_from"),
        "registration": ("registration", "nihii", "valid_from"),
        "patient": ("last_name", "first_name", "birth_date", "sex"),
        "insurability": ("valid_from", "sickness_fund", "ct1", "ct2"),
        "authorisation": ("authorisation", "valid_from"),
        "periods": ("valid_from", "sickness_fund", "ct1", "ct2"),
        "activity": ("valid_from",),
    }
)
"""`periods` and `activity` are the objects inside a patient and a provider."""
