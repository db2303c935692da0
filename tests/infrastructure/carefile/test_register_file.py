"""Register files: typed rows, and every problem by line, field and code."""

import json
from datetime import date

import pytest

from application.import_care import Rejected
from domain.authorisation import Authorisation
from domain.patient import Insurability, PatientDetails
from infrastructure.carefile.register_file import read_register_file
from infrastructure.carefile.register_rows import (
    AuthorisationRow,
    InsurabilityRow,
    MembershipRow,
    PatientRow,
    ProviderRow,
)
from tests.infrastructure.carefile.files import DENTIST, DENTIST_REGISTER, DOCUMENTED, PATIENT, jsonl_of

PERSON = {"kind": "patient", "ssin": PATIENT, "last_name": "Dënt", "first_name": "Åsa", "birth_date": "1985-07-30",
          "sex": 1}  # fmt: skip
PERIOD = {"valid_from": "2026-01-01", "valid_to": "2026-06-30", "sickness_fund": "131", "ct1": "110", "ct2": "111"}
INSURED = Insurability(date(2026, 1, 1), date(2026, 6, 30), "131", "110", "111")


def test_the_kinds_become_typed_rows_in_file_order():
    rows, rejected = read_register_file(DENTIST_REGISTER)
    assert not rejected
    establishment, provider, membership, patient, insured = rows
    assert establishment.details.sector == "dentist"
    assert establishment.details.is_test
    assert isinstance(provider, ProviderRow)
    assert provider.activity == ((date(2020, 1, 1), None),)
    assert membership == MembershipRow(3, DENTIST, date(2020, 1, 1))
    assert patient == PatientRow(4, PATIENT, "", PatientDetails("Dënt", "Åsa", "1985-07-30", 1, "nl"))
    assert insured == InsurabilityRow(5, PATIENT, Insurability(date(2026, 1, 1), None, "131", "110", "110"))


@pytest.mark.parametrize(("given", "country"), [({}, "BE"), ({"country": "CH"}, "CH"), ({"country": "FR"}, None)])
def test_the_country_of_an_establishment_is_said_or_the_usual_one(given: dict[str, str], country: str | None):
    first = json.loads(DENTIST_REGISTER.splitlines()[0])
    rows, rejected = read_register_file(jsonl_of({**first, **given}))
    assert [row.details.country for row in rows] == [country] * bool(country)
    assert [(one.field, one.code) for one in rejected] == [("country", "out_of_range")] * (country is None)


def test_periods_may_stand_inside_a_patient():
    rows, rejected = read_register_file(jsonl_of({**PERSON, "periods": [PERIOD]}))
    assert not rejected
    assert rows[0].periods == (INSURED,)


def test_what_an_insurer_allowed_is_a_row_of_its_own():
    line = {"kind": "authorisation", "ssin": PATIENT, "authorisation": "katz", "category": "B", "number": "X 1"}
    rows, rejected = read_register_file(jsonl_of({**line, "valid_from": "2026-01-01"}))
    assert not rejected
    assert rows == [AuthorisationRow(1, PATIENT, Authorisation("katz", "B", date(2026, 1, 1), None, "X 1"))]


ALLOWED = {"kind": "authorisation", "ssin": PATIENT, "authorisation": "katz", "category": "B",
           "valid_from": "2026-01-01", "valid_to": "2026-03-31"}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ({"kind": "dog"}, "kind", "kind_unknown"),
        ({"kind": ["patient"]}, "kind", "kind_unknown"),
        ({**PERSON, "ssin": ""}, "ssin", "patient_number_missing"),
        ({**PERSON, "ssin": "85073003329"}, "ssin", "ssin_invalid"),
        ({**PERSON, "sex": 3}, "sex", "out_of_range"),
        ({**PERSON, "sex": "1"}, "sex", "type_wrong"),
        ({**PERSON, "language": "it"}, "language", "out_of_range"),
        ({**PERSON, "birth_date": "1985-7-30"}, "birth_date", "date_invalid"),
        ({**PERSON, "last_name": None}, "last_name", "value_missing"),
        ({**PERSON, "last_name": "a\u0000b"}, "last_name", "characters_invalid"),
        ({**PERSON, "periods": {}}, "periods", "type_wrong"),
        ({**PERSON, "periods": [1]}, "periods", "type_wrong"),
        ({**PERSON, "periods": [{}] * 300}, "periods", "out_of_range"),
        ({**PERSON, "periods": [{**PERIOD, "ct1": 110}]}, "periods.ct1", "type_wrong"),
        ({**PERSON, "periods": [{**PERIOD, "note": "x"}]}, "periods.note", "column_unknown"),
        ({**PERSON, "periods": [{**PERIOD, "valid_to": "2025-01-01"}]}, "periods.valid_to", "period_reversed"),
        ({"kind": "membership", "nihii": "12345678901", "valid_from": "2026-01-01"}, "nihii", "nihii_invalid"),
        ({"kind": "insurability", **PERIOD}, "ssin", "patient_number_missing"),
        ({**ALLOWED, "ssin": ""}, "ssin", "patient_number_missing"),
        ({**ALLOWED, "authorisation": "dog"}, "authorisation", "out_of_range"),
        ({**ALLOWED, "category": "PA"}, "category", "field_invalid"),
        ({**ALLOWED, "valid_to": None}, "valid_to", "authorisation_too_long"),
    ],
)
def test_a_problem_is_told_by_field_and_code(line, field, code):
    rows, rejected = read_register_file(jsonl_of(line, PERSON))
    assert rejected == [Rejected(1, field, code)]
    assert [row.line for row in rows] == [2]
    assert code in DOCUMENTED


def test_numbers_of_the_establishment_are_judged_by_the_domain():
    establishment = json.loads(DENTIST_REGISTER.splitlines()[0])
    for field, value in (("iban", "BE00999000000171"), ("cbe_number", "0123456748"), ("bic", "1"), ("tpp_number", "1")):
        rows, rejected = read_register_file(jsonl_of({**establishment, field: value}))
        assert not rows
        assert rejected[0].field == field
        assert rejected[0].code in DOCUMENTED
