"""A category lowered after a control visit: what becomes of the authorisations, and what can be taken back."""

from datetime import date as Date

import pytest

from domain.authorisation import Authorisation
from domain.descoring import BilledDay
from domain.errors import DomainError
from domain.patient import (
    AuthorisationRecorded,
    Patient,
    PatientDetails,
    PatientRegistered,
    authorise,
    descore,
    fold,
    withdraw_authorisation,
    withdraw_descoring,
)
from domain.rules.limits import own_correction_until, to_do_by
from tests.domain.builders import WHERE, uid

TODAY, TOLD = Date(2026, 11, 20), Date(2026, 11, 2)
NEW = PatientRegistered(WHERE, "85073003328", "", PatientDetails("Dubois", "Émile", "1985-07-30", 1))
DAYS = (BilledDay(uid("day"), uid("invoice")),)


def katz(category: str, first: str, last: str | None, number: str = "") -> Authorisation:
    return Authorisation(
        "katz", category, Date.fromisoformat(first), Date.fromisoformat(last) if last else None, number
    )


SEPTEMBER_ON = katz("B", "2026-09-01", "2026-11-30", "AKK1")


class Record:
    """A patient's stream."""

    def __init__(self, *known: Authorisation) -> None:
        self.events: list[object] = [NEW]
        for one in known:
            self.events += authorise(self.state, one)

    @property
    def state(self) -> Patient:
        state = fold(self.events)
        assert state is not None
        return state

    @property
    def held(self) -> list[Authorisation]:
        return sorted(self.state.authorisations, key=lambda one: (one.kind, one.valid_from))

    def descore(self, given: Authorisation, told_on: Date = TOLD, days: tuple[BilledDay, ...] = DAYS) -> list[object]:
        happened = descore(self.state, given, told_on, days, TODAY)
        self.events += happened
        return happened


@pytest.mark.parametrize(
    ("known", "given", "after"),
    [
        ([SEPTEMBER_ON], katz("A", "2026-09-01", "2026-11-30", "V"), [katz("A", "2026-09-01", "2026-11-30", "V")]),
        (
            [SEPTEMBER_ON],
            katz("A", "2026-10-01", "2026-10-31"),
            [
                katz("B", "2026-09-01", "2026-09-30", "AKK1"),
                katz("A", "2026-10-01", "2026-10-31"),
                katz("B", "2026-11-01", "2026-11-30", "AKK1"),
            ],
        ),
        ([SEPTEMBER_ON], katz("", "2026-10-01", None), [katz("B", "2026-09-01", "2026-09-30", "AKK1")]),
        ([SEPTEMBER_ON], katz("", "2026-09-01", "2026-11-30"), []),
        (
            [katz("C", "2026-08-01", "2026-09-15"), katz("B", "2026-09-15", None, "AKK2")],
            katz("T7", "2026-08-01", "2026-09-30"),
            [katz("T7", "2026-08-01", "2026-09-30"), katz("B", "2026-10-01", None, "AKK2")],
        ),
        (
            [katz("C", "2026-08-01", "2026-10-01"), katz("B", "2026-10-01", None, "AKK2")],
            katz("A", "2026-08-01", "2026-09-30"),
            [katz("A", "2026-08-01", "2026-09-30"), katz("B", "2026-10-01", None, "AKK2")],
        ),
        ([katz("C", "2025-01-01", None, "OLD")], katz("C", "2025-01-01", None, "OLD"), None),
    ],
)
def test_the_lower_one_holds_on_its_days_and_the_withdrawal_brings_the_former_back(
    known: list[Authorisation], given: Authorisation, after: list[Authorisation] | None
) -> None:
    record = Record(*known)
    before = record.held
    record.descore(given)
    if after is None:
        assert record.held == before
        return
    assert record.held == after
    (stands,) = record.state.descorings
    assert (stands.category, stands.told_on, stands.days) == (given.category, TOLD, DAYS)
    record.events += withdraw_descoring(record.state, given.valid_from)
    assert record.held == before
    assert record.state.descorings == ()


def test_other_kinds_of_authorisation_stay() -> None:
    palliative = Authorisation("palliative", "PB", Date(2026, 10, 1), None, "PAL")
    record = Record(SEPTEMBER_ON, palliative)
    record.descore(katz("A", "2026-09-01", "2026-11-30"))
    assert palliative in record.held


def test_what_somebody_changed_since_stays_with_the_withdrawal() -> None:
    record = Record(SEPTEMBER_ON)
    record.descore(katz("A", "2026-09-01", "2026-11-30"))
    record.events += withdraw_authorisation(record.state, "katz", Date(2026, 9, 1))
    other = katz("T2", "2026-09-01", "2026-11-30")
    record.events += authorise(record.state, other)
    record.events += withdraw_descoring(record.state, Date(2026, 9, 1))
    assert record.held == [other]
    assert record.state.descorings == ()


def test_the_same_again_changes_nothing_and_another_on_that_day_is_refused() -> None:
    record, given = Record(SEPTEMBER_ON), katz("A", "2026-09-01", "2026-11-30")
    assert any(isinstance(one, AuthorisationRecorded) for one in record.descore(given))
    assert record.descore(given) == []
    with pytest.raises(DomainError) as refused:
        record.descore(katz("T2", "2026-09-01", "2026-11-30"))
    assert refused.value.code == "descoring_known"


@pytest.mark.parametrize(
    ("given", "told_on", "days", "code"),
    [
        (katz("PA", "2026-09-01", "2026-11-30"), TOLD, DAYS, "field_invalid"),
        (katz("A", "2026-09-01", "2026-08-31"), TOLD, DAYS, "period_reversed"),
        (katz("A", "2026-09-01", "2026-11-30"), Date(2026, 8, 31), DAYS, "descoring_told_on"),
        (katz("A", "2026-09-01", "2026-11-30"), Date(2026, 11, 21), DAYS, "descoring_told_on"),
        (katz("A", "2026-09-01", None), TOLD, DAYS, "authorisation_too_long"),
        (katz("C", "2026-09-01", "2026-11-30"), TOLD, DAYS, "descoring_not_lower"),
        (katz("B", "2026-09-01", "2026-11-30"), TOLD, (), "descoring_nothing_above"),
    ],
)
def test_what_is_no_lowering_is_refused(
    given: Authorisation, told_on: Date, days: tuple[BilledDay, ...], code: str
) -> None:
    record = Record(SEPTEMBER_ON)
    with pytest.raises(DomainError) as refused:
        record.descore(given, told_on, days)
    assert refused.value.code == code


def test_none_to_withdraw_is_told() -> None:
    with pytest.raises(DomainError) as refused:
        withdraw_descoring(Record(SEPTEMBER_ON).state, Date(2026, 9, 1))
    assert refused.value.code == "descoring_unknown"


def test_ninety_calendar_days_from_the_message_shown_as_a_working_day() -> None:
    assert own_correction_until(Date(2026, 11, 16)) == Date(2027, 2, 14)  # a Sunday
    assert to_do_by(own_correction_until(Date(2026, 11, 16))) == Date(2027, 2, 12)
