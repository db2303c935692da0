"""What was billed before counts in the preview where a rule of the tariffs looks back, on whichever record it stands."""

from dataclasses import replace
from datetime import date as Date

import pytest

from application.day_prices import day_prices
from application.what_if import Supposition, would_cost
from domain.run_plan import RunOptions
from infrastructure.sample import BE_NURSING, sample_tariff
from tests.application.office import MONTH, Office, context, rejected
from tests.domain.builders import OTHER_SSIN
from tests.domain.pricing.nursing_days import BASES, INJECTION, MULTIPLE, PTSI, PTSI_ACT, TOILET
from tests.domain.test_run_checks import ADVICE, PREPARATION, PRESCRIBED, ready, visited


@pytest.fixture
def priced(office: Office) -> Office:
    """The fictitious tariffs count."""
    report = office.tariffs.receive(context(), office.where, sample_tariff(BE_NURSING)).result
    office.tariffs.accept(context(), office.where, report.message, Date(2025, 1, 1))
    return office


def blocked(office: Office) -> list[str]:
    return [held.code for held in office.billing.preview(office.where, RunOptions(MONTH)).blocked]


def sent(office: Office, month: str) -> None:
    assert not office.bill(month).blocked
    office.send()


def test_what_must_come_first_was_billed_months_before(priced: Office) -> None:
    who = priced.patient().id
    (day_id,) = priced.record(who, visited(PREPARATION))
    assert blocked(priced) == ["not_before"]
    assert priced.billing.held_back(priced.where, [day_id]) == {day_id: ("not_before",)}
    priced.record(who, visited(ADVICE), day=2)
    assert blocked(priced) == []
    assert priced.billing.held_back(priced.where, [day_id]) == {}, "it waits beside it"


def test_what_was_billed_before_counts_on_the_other_record_of_the_person_too(priced: Office) -> None:
    who, other = priced.patient().id, priced.patient(OTHER_SSIN, last_name="Maes-Claes").id
    priced.record(other, visited(ADVICE), day=2)
    sent(priced, MONTH)
    (day_id,) = priced.record(who, visited(PREPARATION))
    assert blocked(priced) == ["not_before"]
    before = priced.log.head()
    priced.register.merge(context(), other, who)
    assert blocked(priced) == []
    assert priced.billing.held_back(priced.where, [day_id]) == {}
    assert priced.billing.held_back(priced.where, [day_id], upto=before) == {day_id: ("not_before",)}


def test_the_other_record_of_the_person_counts_for_rules_of_the_day(priced: Office) -> None:
    who, other = priced.patient().id, priced.patient(OTHER_SSIN, last_name="Maes-Claes").id
    injections = ready(INJECTION, units=3, **PRESCRIBED)
    priced.record(other, injections)
    sent(priced, MONTH)
    (day_id,) = priced.record(who, injections)
    assert (blocked(priced), priced.billing.held_back(priced.where, [day_id])) == ([], {})
    priced.register.merge(context(), other, who)
    assert blocked(priced) == ["too_many_units"], "three stand on the other record, of four a day"
    assert priced.billing.held_back(priced.where, [day_id]) == {day_id: ("too_many_units",)}


def test_of_two_days_that_wait_on_records_of_one_person_the_same_one_is_held_wherever_it_is_asked(
    priced: Office,
) -> None:
    who, other = priced.patient().id, priced.patient(OTHER_SSIN, last_name="Maes-Claes").id
    injections = [ready(INJECTION, units=3, time=time, **PRESCRIBED) for time in ("0800", "1800")]
    waiting = [*priced.record(other, injections[0]), *priced.record(who, injections[1])]
    priced.register.merge(context(), other, who)
    held = priced.billing.held_back(priced.where, waiting)
    assert len(held) == 1
    for day_id in waiting:
        assert priced.billing.held_back(priced.where, [day_id]) == {one: held[one] for one in held if one == day_id}


def test_the_first_base_service_of_the_date_stands_in_a_sending(priced: Office) -> None:
    who = priced.patient().id
    priced.record(who, visited(TOILET))
    sent(priced, MONTH)
    (day_id,) = priced.record(who, visited(TOILET, time="1800"))
    assert priced.day(day_id).sequence == 2
    assert blocked(priced) == []
    priced.bill()
    assert [line.care.code for line in priced.day(day_id).active] == [BASES[1], TOILET]


def test_each_sequence_of_a_date_has_the_next_base_service(priced: Office) -> None:
    who, sequences = priced.patient().id, []
    for time in ("0800", "1200", "1800", "2000"):
        (day_id,) = priced.record(who, visited(TOILET, time=time))
        made = day_prices(priced.log, priced.lookups, priced.tariffs, day_id, priced.day(day_id))
        sent(priced, MONTH)
        after = day_prices(priced.log, priced.lookups, priced.tariffs, day_id, priced.day(day_id))
        assert made
        assert after
        assert after.made == made.made, "what was recorded is explained by what was taken then"
        sequences.append([line.care.code for line in priced.day(day_id).active])
    assert sequences == [
        [BASES[0], TOILET],
        [BASES[1], TOILET],
        [BASES[2], TOILET, MULTIPLE],
        [BASES[2], TOILET],
    ]


def test_the_fee_of_specific_technical_acts_is_asked_once_on_a_date(priced: Office) -> None:
    who = priced.patient().id
    priced.register.authorise(context(), who, PTSI)
    priced.record(who, visited(PTSI_ACT, time="0800", **PRESCRIBED))
    sent(priced, MONTH)
    (day_id,) = priced.record(who, visited(PTSI_ACT, time="1800", **PRESCRIBED))
    assert blocked(priced) == ["ptsi_fee_taken"]
    assert priced.billing.held_back(priced.where, [day_id]) == {day_id: ("ptsi_fee_taken",)}


def test_the_page_of_a_day_shows_what_the_run_will_make_of_it_beside_the_other_record_of_the_person(
    priced: Office,
) -> None:
    who, other = priced.patient().id, priced.patient(OTHER_SSIN, last_name="Maes-Claes").id
    waiting = [*priced.record(who, visited(TOILET)), *priced.record(other, visited(TOILET, time="1800"))]
    apart = priced.log.head()
    priced.register.merge(context(), other, who)

    def bases(upto: int | None = None) -> list[str]:
        found = [day_prices(priced.log, priced.lookups, priced.tariffs, one, priced.day(one), upto) for one in waiting]
        return [made.line.care.code for one in found if one for made in one.made if made.line.care.code in BASES]

    supposed = Supposition(ct1="110", ct2="110")
    for upto, expected in ((None, [BASES[0], BASES[1]]), (apart, [BASES[0], BASES[0]])):
        assert sorted(bases(upto)) == sorted(expected)
        told = would_cost(priced.log, priced.lookups, priced.tariffs, priced.where, waiting, supposed, upto)
        assert (told.days, told.untold, told.changed) == (2, 0, 0)
    shown = bases()
    priced.bill()
    assert [priced.day(one).active[0].care.code for one in waiting] == shown


def test_a_day_that_came_back_counts_the_later_sequence_of_its_date(priced: Office) -> None:
    who, injections = priced.patient().id, ready(INJECTION, units=2, **PRESCRIBED)
    (first,) = priced.record(who, injections)
    sent(priced, MONTH)
    (second,) = priced.record(who, replace(injections, time="1800"))
    sent(priced, MONTH)
    earlier = min(priced.all_sendings(), key=lambda one: one.made.sending_number)
    priced.receive(rejected(priced.file(earlier.sending_id)))
    day = priced.day(first)
    assert (day.is_prepared, priced.day(second).is_prepared) == (True, False)
    assert blocked(priced) == []
    three = ready(INJECTION, units=3, **PRESCRIBED)
    priced.care.correct(context(), first, day.lines[0].line_id, three)
    assert blocked(priced) == ["too_many_units"], "four a day, and two stand in the second sequence"
