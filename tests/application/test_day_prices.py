"""What the tariffs would make of a day, what they made of it, and an amount that a person lets stand."""

from datetime import date as Date
from uuid import UUID

import pytest

from application.day_prices import DayPrices, day_prices
from domain.authorisation import Authorisation
from domain.errors import NotAllowed
from domain.run_plan import RunOptions
from infrastructure.sample import BE_NURSING
from infrastructure.sample import sample_tariff as sample
from tests.application.office import MONTH, Office, context
from tests.domain.builders import OTHER_SSIN, a_care, insured

TOILET, INJECTION = "990011", "990022"
PRESCRIBED = {"prescriber": a_care().provider, "prescription_date": Date(2026, 1, 2)}
FIRST = Date(2025, 1, 1)


@pytest.fixture
def priced_office(office: Office) -> Office:
    message = office.tariffs.receive(context(), office.where, sample(BE_NURSING)).result.message
    office.tariffs.accept(context(), office.where, message, FIRST)
    return office


def prices(office: Office, day_id: UUID, upto: int | None = None) -> DayPrices | None:
    return day_prices(office.log, office.lookups, office.tariffs, day_id, office.day(day_id), upto)


def test_without_a_set_the_day_says_what_is_missing(office: Office) -> None:
    (day_id,) = office.record(office.patient().id, a_care(INJECTION, 0, is_priced=False))
    found = prices(office, day_id)
    assert found is not None
    assert (found.tariffs, found.made, [one.code for one in found.reasons]) == (None, (), ["tariff_missing"])
    (held,) = office.billing.preview(office.where, RunOptions(MONTH)).blocked
    assert (held.code, held.days, held.amount_cents, held.unpriced) == ("tariff_missing", 1, None, 1)


def test_a_day_that_lacks_both_says_both_like_the_run(office: Office) -> None:
    who = office.patient(OTHER_SSIN, insured(start=Date(2026, 2, 1))).id
    (day_id,) = office.record(who, a_care(INJECTION, 0, is_priced=False))
    found, codes = prices(office, day_id), ("insurability_missing", "tariff_missing")
    assert found is not None
    assert tuple(one.code for one in found.reasons) == codes
    assert office.billing.held_back(office.where, [day_id]) == {day_id: codes}


def test_what_would_be_made_is_what_the_run_makes_and_both_say_why(priced_office: Office) -> None:
    office, who = priced_office, priced_office.patient().id
    allowed = Authorisation("katz", "A", Date(2026, 1, 1), None, "NUMBER")
    office.register.authorise(context(), who, allowed)
    day_id, _ = office.record(
        who, a_care(TOILET, 0, is_priced=False, visit=1), a_care(INJECTION, 0, is_priced=False, visit=1, **PRESCRIBED)
    )
    before, head = prices(office, day_id), office.log.head()
    assert before is not None
    assert not before.is_recorded
    assert office.log.head() == head
    flat = [one for one in before.made if one.rule == "flat_fee"]
    assert [one.authorisation for one in flat] == [allowed]
    assert {line.line_id for line in office.day(day_id).recorded} == {i for one in before.made for i in one.of}
    office.bill()
    after = prices(office, day_id)
    assert after is not None
    assert after.is_recorded
    assert after.made == before.made
    assert tuple(one.line.care for one in after.made) == tuple(line.care for line in office.day(day_id).active)
    office.register.withdraw_authorisation(context(), who, "katz", Date(2026, 1, 1))
    assert prices(office, day_id) == after, "why it was made so is what was known then"


def test_a_confirmed_amount_is_billed_as_it_was_given_until_it_is_corrected(priced_office: Office) -> None:
    office = priced_office
    (day_id,) = office.record(office.patient().id, a_care(INJECTION, 3, **PRESCRIBED))
    (line,) = office.day(day_id).lines
    found = prices(office, day_id)
    assert found is not None
    assert [one.line_id for one, _ in found.differing] == [line.line_id]
    assert office.billing.held_back(office.where, [day_id]) == {day_id: ("amount_differs",)}
    office.care.confirm_amount(context(), day_id, line.line_id)
    assert prices(office, day_id) is None
    report = office.billing.preview(office.where, RunOptions(MONTH))
    assert (report.blocked, [total.amount_cents for total in report.sendings]) == ((), [3])
    office.care.correct(context(), day_id, line.line_id, a_care(INJECTION, 4, **PRESCRIBED))
    assert office.billing.held_back(office.where, [day_id]) == {day_id: ("amount_differs",)}
    (unpriced,) = office.record(office.patient().id, a_care(INJECTION, 0, is_priced=False), day=16)
    with pytest.raises(NotAllowed):
        office.care.confirm_amount(context(), unpriced, office.day(unpriced).lines[0].line_id)
