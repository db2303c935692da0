"""What forms about a patient say, as the domain knows it."""

from typing import get_args

from api.web.form_fields import day, day_or_none, needed
from api.web.visit import Visit
from domain.errors import Invalid
from domain.patient import Insurability, Language, PatientDetails

LANGUAGES: tuple[Language, ...] = get_args(Language)


def details_of(visit: Visit) -> PatientDetails:
    """Names, birth date, sex, language. Raises `Invalid`."""
    born = day_or_none(visit, "birth_date")
    return PatientDetails(
        needed(visit, "last_name"),
        needed(visit, "first_name"),
        born.isoformat() if born else "",
        int(visit.text("sex")) if visit.text("sex") in ("1", "2") else 0,
        _language(visit.text("language")),
    )


def period_of(visit: Visit) -> Insurability:
    """A period of insurability. Raises `Invalid`."""
    return Insurability(
        day(visit, "valid_from"),
        day_or_none(visit, "valid_to"),
        visit.text("sickness_fund", 3),
        visit.text("ct1", 3),
        visit.text("ct2", 3),
        visit.text("destination", 12),
    )


def _language(given: str) -> Language:
    for language in LANGUAGES:
        if language == given:
            return language
    raise Invalid("field_invalid", "language: choose one.", field="language")
