"""Days of a practice reckoned otherwise: what changes and by how much, what nobody can tell, and nothing written."""

import json
from dataclasses import replace
from datetime import date as Date
from uuid import UUID

import pytest

from application.what_if import Supposition, span_of, would_cost
from domain.authorisation import Authorisation
from domain.errors import DomainError, Invalid
from infrastructure.sample import BE_DENTAL, BE_NURSING, sample_tariff
from tests.application.office import MONTH, Office, context
from tests.domain.builders import NURSE, OTHER_SSIN, a_care, establishment_details, insured
from tests.domain.pricing.nursing_days import BASES, FLAT_A, FLAT_B, TOILET, TOLD_BASES, TOLD_TOILET
from tests.domain.test_run_checks import visited

B_INSURER, B_SHARE = 3777, 343
A_INSURER, A_SHARE = 1971, 179
"""Of the fictitious set in 2026: fees of 41.20 and 21.50 euro, of which a patient pays a twelfth, in whole cents."""


@pytest.fixture
def priced(office: Office) -> Office:
    """The fictitious tariffs count."""
    accept(office)
    return office


def accept(office: Office) -> str:
    message = office.tariffs.receive(context(), office.where, sample_tariff(BE_NURSING)).result.message
    office.tariffs.accept(context(), office.where, message, Date(2025, 1, 1))
    return message


def dependent(office: Office, category: str = "B", **who: str) -> UUID:
    """A patient with a Katz form."""
    found = office.patient(**who).id
    office.register.authorise(
        context(), found, Authorisation("katz", category, Date(2026, 1, 1), Date(2026, 3, 31), "N")
    )
    return found


def washed(office: Office, who: UUID, day: int = 15) -> UUID:
    """Two visits with a toilet."""
    cares = [visited(TOILET, time="0800", visit=1), visited(TOILET, time="1800", visit=2)]
    return office.record(who, *cares, day=day)[0]


def test_a_day_that_was_scored_lower_afterwards(priced: Office) -> None:
    who = dependent(priced)
    day_id = washed(priced, who)
    priced.bill()
    found = would_cost(priced.log, priced.lookups, priced.tariffs, priced.where, [day_id], Supposition(category="A"))
    ((patient_id, row),) = found.rows
    assert (patient_id, row.day_id, row.day) == (who, day_id, Date(2026, 1, 15))
    told = [TOLD_BASES[0], TOLD_TOILET, TOLD_BASES[1], TOLD_TOILET]
    assert [line.care.code for line in row.former] == [*told, FLAT_B]
    assert [line.care.code for line in row.new] == [*told, FLAT_A]
    assert found.insurer == (B_INSURER, A_INSURER)
    assert found.patient == (B_SHARE, A_SHARE)
    assert (found.insurer.difference_cents, found.patient.difference_cents) == (-1806, -164)
    assert (found.days, found.changed, found.untold, found.reasons, found.currency) == (1, 1, 0, {}, "EUR")


def test_a_day_that_waits_is_held_against_what_it_would_cost_now(priced: Office) -> None:
    day_id = washed(priced, dependent(priced))
    found = would_cost(priced.log, priced.lookups, priced.tariffs, priced.where, [day_id], Supposition(category="A"))
    assert (found.insurer, found.patient) == ((B_INSURER, A_INSURER), (B_SHARE, A_SHARE))


def test_another_entitlement_moves_the_share_to_the_insurer(priced: Office) -> None:
    days = [washed(priced, dependent(priced), day) for day in (14, 15)]
    supposed = Supposition(ct1="111", ct2="111")
    found = would_cost(priced.log, priced.lookups, priced.tariffs, priced.where, days, supposed)
    assert found.patient == (2 * B_SHARE, 0)
    assert found.insurer.difference_cents == 2 * B_SHARE
    assert [row.found.day.day for row in found.rows] == [14, 15]


def test_a_set_that_was_not_accepted_is_reckoned_from_its_first_day(priced: Office) -> None:
    days = [washed(priced, dependent(priced), day) for day in (14, 15)]
    data = json.loads(sample_tariff(BE_NURSING)) | {"edition": "2026-02", "valid_from": "2026-01-15"}
    for code in data["codes"]:
        if code["code"] == FLAT_B:
            code["prices"] = [{"valid_from": "2025-01-01", "fee_cents": 5000, "shares": {"ordinary": {"cents": 500}}}]
    name = priced.tariffs.receive(context(), priced.where, json.dumps(data).encode()).result.message
    found = would_cost(priced.log, priced.lookups, priced.tariffs, priced.where, days, Supposition(tariffs=name))
    assert (found.insurer, found.patient) == ((B_INSURER, 4500), (B_SHARE, 500))
    assert (found.days, found.changed, found.untold, found.reasons) == (2, 1, 1, {"tariff_missing": 1})
    assert [[reason.code for reason in row.found.reasons] for row in found.rows] == [["tariff_missing"], []]


def test_what_holds_changes_nothing(priced: Office) -> None:
    """Also of later sequences of a date, billed and refused or not yet billed."""
    who = dependent(priced, "T7")
    days = []
    for time in ("0800", "1200", "1800"):
        days += priced.record(who, visited(TOILET, time=time))
        if time != "1800":
            priced.bill()
            priced.send()
    name = accept(priced)
    acts = [replace(a_care(code, cents), visit=1) for code, cents in ((BASES[0], 457), (TOILET, 653))]
    days += priced.record(dependent(priced, "T7", ssin=OTHER_SSIN), *acts)[:1]
    for supposed in (Supposition(tariffs=name), Supposition(category="T7"), Supposition(ct1="110", ct2="110")):
        found = would_cost(priced.log, priced.lookups, priced.tariffs, priced.where, days, supposed)
        assert (found.days, found.changed, found.untold, found.rows) == (4, 0, 0, ())
        assert found.insurer.difference_cents == found.patient.difference_cents == 0
        assert found.insurer.new_cents > 0


def test_days_that_have_a_price_only_by_the_other_set_are_told_apart_from_the_sums(office: Office) -> None:
    name = office.tariffs.receive(context(), office.where, sample_tariff(BE_NURSING)).result.message
    days = [washed(office, dependent(office), day) for day in (14, 15)]
    found = would_cost(office.log, office.lookups, office.tariffs, office.where, days, Supposition(tariffs=name))
    assert (found.days, found.changed, found.untold, found.reasons) == (2, 2, 0, {})
    assert (found.insurer, found.patient) == ((0, 0), (0, 0))
    assert found.only_then == (2, 2 * B_INSURER, 2 * B_SHARE)
    assert [row.found.new[-1].care.code for row in found.rows] == [FLAT_B, FLAT_B]


def test_what_was_withdrawn_is_not_looked_at_and_who_is_not_insured_cannot_be_told(priced: Office) -> None:
    gone, stays = dependent(priced), priced.patient(OTHER_SSIN, insured(start=Date(2026, 1, 16))).id
    first, second = washed(priced, gone), washed(priced, stays)
    for line in priced.day(first).lines:
        priced.care.withdraw(context(), first, line.line_id)
    found = would_cost(
        priced.log, priced.lookups, priced.tariffs, priced.where, [first, second], Supposition(category="A")
    )
    assert (found.days, found.changed, found.untold, found.reasons) == (1, 0, 1, {"insurability_missing": 1})
    assert found.insurer == (0, 0)
    told = would_cost(
        priced.log, priced.lookups, priced.tariffs, priced.where, [second], Supposition(ct1="110", ct2="110")
    )
    assert told.untold == 1, "what it costs as it is nobody knows"


def test_as_it_stood(priced: Office) -> None:
    who = dependent(priced)
    day_id, before = washed(priced, who), priced.log.head()
    priced.register.withdraw_authorisation(context(), who, "katz", Date(2026, 1, 1))
    now = would_cost(
        priced.log, priced.lookups, priced.tariffs, priced.where, [day_id], Supposition(ct1="111", ct2="111")
    )
    then = would_cost(
        priced.log, priced.lookups, priced.tariffs, priced.where, [day_id], Supposition(ct1="111", ct2="111"), before
    )
    assert then.patient == (B_SHARE, 0)
    assert now.patient.former_cents not in (0, B_SHARE), "act by act"


def test_nothing_is_written(priced: Office) -> None:
    day_id = washed(priced, dependent(priced))
    priced.bill(MONTH)
    head, day = priced.log.head(), priced.day(day_id)
    would_cost(
        priced.log,
        priced.lookups,
        priced.tariffs,
        priced.where,
        [day_id],
        Supposition(category="A", ct1="111", ct2="111"),
    )
    assert (priced.log.head(), priced.day(day_id)) == (head, day)


def test_what_cannot_be_supposed(priced: Office) -> None:
    dental = priced.tariffs.receive(context(), priced.where, sample_tariff(BE_DENTAL)).result.message
    for supposed, code, field in (
        (Supposition(), "what_if_nothing", "tariffs"),
        (Supposition(category="Z"), "field_invalid", "category"),
        (Supposition(ct1="110"), "field_invalid", "ct2"),
        (Supposition(ct1="1", ct2="110"), "field_invalid", "ct1"),
        (Supposition(tariffs="0" * 64), "tariff_unknown", None),
        (Supposition(tariffs=dental), "tariff_of_another_sector", None),
    ):
        with pytest.raises(DomainError) as refused:
            would_cost(priced.log, priced.lookups, priced.tariffs, priced.where, [], supposed)
        assert (refused.value.code, refused.value.facts.get("field")) == (code, field)


def test_a_set_of_another_practice_is_none_here(priced: Office) -> None:
    name = accept(priced)
    other = priced.register.establishment(context(), establishment_details(tpp_number=NURSE)).result.id
    with pytest.raises(DomainError) as refused:
        would_cost(priced.log, priced.lookups, priced.tariffs, other, [], Supposition(tariffs=name))
    assert refused.value.code == "tariff_unknown"


def test_days_asked_for() -> None:
    assert span_of("2026-02", None, None) == (Date(2026, 2, 1), Date(2026, 2, 28))
    assert span_of("", Date(2026, 1, 1), Date(2027, 1, 1)) == (Date(2026, 1, 1), Date(2027, 1, 1))
    for month, first, last, field in (
        ("2026-13", None, None, "month"),
        ("", None, None, "month"),
        ("", Date(2026, 1, 1), None, "date_to"),
        ("", None, Date(2026, 1, 1), "date_from"),
        ("", Date(2026, 1, 2), Date(2026, 1, 1), "date_to"),
        ("", Date(2026, 1, 1), Date(2027, 1, 2), "date_to"),
    ):
        with pytest.raises(Invalid) as refused:
            span_of(month, first, last)
        assert refused.value.facts["field"] == field
