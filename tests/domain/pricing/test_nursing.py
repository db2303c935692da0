"""From visits to the lines that are asked: by the rules of eFact reference 5.3, with the fictitious set."""

from dataclasses import replace
from datetime import date as Date
from typing import Any

import pytest

from domain.authorisation import Authorisation
from domain.care import CareLine
from domain.pricing.nursing import Block
from domain.pricing.price import Pricer
from domain.rules.refusals import known_codes
from tests.domain.builders import COLLEAGUE, DOCTOR, NURSE, uid
from tests.domain.pricing.nursing_days import (
    AIDE,
    BASES,
    DRESSING,
    FLAT_A,
    FLAT_B,
    FLAT_C,
    FLAT_PA,
    INJECTION,
    MULTIPLE,
    MULTIPLE_WEEKEND,
    PALLIATIVE,
    PTSI,
    PTSI_ACT,
    PTSI_FEE,
    SATURDAY,
    SECOND_AIDE,
    SUPPLEMENT_PN,
    TARIFFS,
    TOILET,
    TOLD_BASES,
    TOLD_INJECTION,
    TOLD_PTSI,
    TOLD_TOILET,
    a_set,
    block,
    codes_of,
    done,
    katz,
    why_not,
)

FIRST, SECOND, FURTHER = BASES
TOLD_FIRST, TOLD_SECOND, TOLD_FURTHER = TOLD_BASES


def values(made: Block, name: str) -> list[Any]:
    return [getattr(one.line.care, name) for one in made.lines]


def rules(made: Block) -> list[str]:
    return [one.rule for one in made.lines]


# Act by act


def test_each_visit_begins_with_its_base_service():
    made = block(done(INJECTION, 2), done(TOILET, 1), done(DRESSING, 3), done(TOILET, 4))
    assert codes_of(made)[:-1] == [FIRST, TOILET, SECOND, INJECTION, FURTHER, DRESSING, FURTHER, TOILET]
    assert rules(made) == ["base_service", "act"] * 4 + ["multiple_visits"]
    assert set(values(made, "service_norm")) == {0}


def test_each_line_has_its_price_and_explains_it():
    made = block(done())
    base, toilet = made.lines
    assert (toilet.line.care.amount_cents, toilet.line.care.patient_share_cents) == (653, 59)
    assert toilet.line.care.is_priced
    assert toilet.why
    assert (toilet.why.entitlement, toilet.why.ct1, toilet.why.price.source) == (
        "ordinary",
        "110",
        TARIFFS.codes[TOILET].prices[0].source,
    )
    assert toilet.source == "eFact reference 5.3"
    assert base.source == "eFact reference 5.3; code 500452"
    assert toilet.of == (uid("990011 1 "),)


def test_increased_reimbursement_leaves_the_patient_nothing():
    (_, toilet) = block(done(), ct1="111").lines
    assert (toilet.line.care.amount_cents, toilet.line.care.patient_share_cents) == (712, 0)


def test_an_act_keeps_what_was_recorded_of_it():
    recorded = done(INJECTION, time="0810", place="12", limb=2, reading_method="1", reading_serial="999", units=2)
    base, injection = block(recorded).lines
    expected = replace(
        recorded.care, amount_cents=2 * 409, patient_share_cents=2 * 37, is_priced=True, supplement_cents=0
    )
    assert injection.line.care == expected
    assert (base.line.care.time, base.line.care.place, base.line.care.units) == ("0810", "12", 1)
    assert (base.line.care.prescriber, base.line.care.reading_serial) == ("", "")


def test_a_base_service_that_was_written_down_counts_by_its_turn():
    made = block(done(TOILET, 1), done(FURTHER, 2, provider=COLLEAGUE, time="1800"), done(INJECTION, 2, time="1805"))
    assert codes_of(made) == [FIRST, TOILET, SECOND, INJECTION]
    assert (made.lines[2].line.care.provider, made.lines[2].of) == (COLLEAGUE, (uid("990323 2 1800"),))


def test_the_first_base_service_is_asked_once_a_day_for_all_nurses_together():
    made = block(done(), done(TOILET, 2), taken={"base_first"})
    assert codes_of(made)[:4] == [SECOND, TOILET, FURTHER, TOILET]


def test_a_base_service_that_is_free_is_asked_whatever_else_was_taken():
    both = {"base_first", "base_second"}
    assert codes_of(block(done(), taken=both)) == [FURTHER, TOILET, MULTIPLE]
    assert codes_of(block(done(), taken=both | {"multiple_visits"})) == [FURTHER, TOILET]
    assert codes_of(block(done(), done(TOILET, 2), taken={"base_second", "base_next"}))[:4] == [
        FIRST,
        TOILET,
        FURTHER,
        TOILET,
    ]


def test_what_is_asked_again_on_a_day_says_so():
    made = block(*[done(INJECTION, visit) for visit in (1, 2, 3, 4)])
    by_code = {code: [] for code in codes_of(made)}
    for one in made.lines:
        by_code[one.line.care.code].append(one.line.care.derogation)
    assert by_code[INJECTION] == [0, 3, 4, 4]
    assert by_code[FURTHER] == [0, 3]
    own = block(done(INJECTION, 1), done(INJECTION, 2, derogation=2))
    assert values(own, "derogation") == [0, 0, 0, 2]


def test_visits_that_are_not_numbered_are_one():
    assert codes_of(block(done(TOILET, 0), done(INJECTION, 0, time="0900"))) == [FIRST, TOILET, INJECTION]


@pytest.mark.parametrize("when", ["weekend", "holiday"])
def test_acts_and_base_services_are_those_of_the_kind_of_day(when: Any):
    made = block(done(), done(INJECTION, 2), day=SATURDAY, when=when)
    assert codes_of(made) == ["990604", "990637", "990615", "990648"]
    assert values(made, "amount_cents")[1] == 979


def test_a_code_of_another_kind_of_day_is_put_right():
    assert codes_of(block(done("990637"))) == [FIRST, TOILET]


def test_an_act_at_night_has_its_own_code():
    tariffs = a_set(c990022={"variants": {"weekend": "990648", "holiday": "990648", "night": "990659"}})
    made = block(done(INJECTION, urgency=1), done(INJECTION, 2), pricer=Pricer(tariffs))
    assert codes_of(made) == [FIRST, "990659", SECOND, INJECTION]


def test_a_day_on_which_nothing_was_done_has_no_lines():
    assert block() == Block()


# Under a flat fee


def test_statistical_lines_tell_what_was_done_before_one_flat_fee():
    made = block(done(TOILET), done(INJECTION, time="0810", units=2), done(TOILET, 2), by=(katz(),))
    assert codes_of(made) == [TOLD_FIRST, TOLD_TOILET, TOLD_INJECTION, TOLD_SECOND, TOLD_TOILET, FLAT_A]
    assert values(made, "service_norm") == [9, 9, 9, 9, 9, 0]
    assert values(made, "amount_cents") == [0, 0, 0, 0, 0, 1971]
    assert values(made, "patient_share_cents") == [0, 0, 0, 0, 0, 179]
    assert values(made, "units") == [1, 1, 2, 1, 1, 1]
    assert rules(made) == ["statistical"] * 5 + ["flat_fee"]


def test_the_flat_fee_says_what_opened_it_and_what_it_is_for():
    toilet, injection = done(TOILET), done(INJECTION, time="0810")
    flat = block(toilet, injection, by=(katz("B"),)).lines[-1]
    assert (flat.authorisation, flat.rule) == (katz("B"), "flat_fee")
    assert flat.of == (toilet.line_id, injection.line_id)
    assert flat.why
    assert flat.why.price.valid_from == Date(2026, 1, 1)
    assert "500458" in flat.source


def test_a_day_without_toilet_is_asked_act_by_act():
    made = block(done(INJECTION), by=(katz("B"),))
    assert codes_of(made) == [FIRST, INJECTION]
    assert [(hint.code, dict(hint.facts)["category"]) for hint in made.hints] == [("flat_fee_without_toilet", "B")]


@pytest.mark.parametrize(("visits", "flat", "hints"), [(1, FLAT_B, ["category_lowered"]), (2, FLAT_C, [])])
def test_c_needs_two_visits_else_it_is_b(visits: int, flat: str, hints: list[str]):
    made = block(*[done(TOILET, 1 + visit) for visit in range(visits)], by=(katz("C"),))
    assert codes_of(made)[-1] == flat
    assert [hint.code for hint in made.hints] == hints


@pytest.mark.parametrize("category", ["T2", "T7"])
def test_toilets_that_were_allowed_open_no_flat_fee(category: str):
    assert codes_of(block(done(), by=(katz(category),))) == [FIRST, TOILET]


def test_a_palliative_flat_fee_goes_before_that_of_a_katz_form():
    assert codes_of(block(done(), by=(katz("C"), PALLIATIVE)))[-1] == FLAT_PA


def test_a_palliative_supplement_stands_beside_acts_alone():
    supplement = replace(PALLIATIVE, category="PN")
    assert codes_of(block(done(), by=(supplement,))) == [FIRST, TOILET, SUPPLEMENT_PN]
    assert codes_of(block(done(), by=(supplement, katz()))) == [TOLD_FIRST, TOLD_TOILET, FLAT_A]


def test_an_authorisation_that_does_not_cover_the_day_opens_nothing():
    former = replace(katz(), valid_to=Date(2026, 1, 14))
    assert codes_of(block(done(), by=(former,))) == [FIRST, TOILET]


def test_the_flat_fee_of_a_weekend():
    made = block(done(), by=(katz(),), day=SATURDAY, when="weekend")
    assert codes_of(made) == [TOLD_FIRST, TOLD_TOILET, "990802"]


# Who gave the care


def test_the_flat_fee_is_of_who_came_first_and_says_that_several_came():
    made = block(done(TOILET, 2), done(INJECTION, 1, provider=COLLEAGUE), by=(katz(),))
    flat = made.lines[-1].line.care
    assert (flat.provider, flat.provider_norm, flat.care_assistant) == (COLLEAGUE, 9, "")
    assert values(made, "provider")[:-1] == [COLLEAGUE, COLLEAGUE, NURSE, NURSE]


def test_of_several_care_assistants_the_flat_fee_names_the_first():
    helped = {"provider_norm": 2}
    made = block(
        done(INJECTION, 1),
        done(TOILET, 2, care_assistant=AIDE, **helped),
        done(TOILET, 3, care_assistant=SECOND_AIDE, **helped),
        by=(katz(),),
    )
    assert values(made, "care_assistant")[:7] == ["", "", AIDE, AIDE, SECOND_AIDE, SECOND_AIDE, AIDE]
    assert values(made, "provider_norm")[:7] == [1, 1, 2, 2, 2, 2, 2]


def test_with_several_nurses_no_care_assistant_is_named():
    made = block(done(provider_norm=2, care_assistant=AIDE), done(TOILET, 2, provider=COLLEAGUE), by=(katz(),))
    flat = made.lines[-1].line.care
    assert (flat.provider_norm, flat.care_assistant) == (9, "")


def test_a_block_has_one_urgency_that_of_its_first_visit():
    made = block(done(TOILET, 1, urgency=2), done(TOILET, 2, urgency=1), by=(katz(),))
    assert set(values(made, "urgency")) == {2}


def test_an_identity_that_was_read_goes_with_the_base_service_of_its_visit():
    read = {"reading_method": "1", "reading_serial": "999000111"}
    made = block(done(TOILET, 1), done(TOILET, 2, **read), by=(katz(),))
    assert [one.line.care.code for one in made.lines if one.line.care.has_reading] == [TOLD_SECOND]


def test_and_with_the_flat_fee_when_it_would_come_right_before_it():
    read = {"reading_method": "1", "reading_serial": "999000111"}
    made = block(done(TOILET, 1), done(SECOND, 2, **read), by=(katz(),))
    assert codes_of(made) == [TOLD_FIRST, TOLD_TOILET, TOLD_SECOND, FLAT_A]
    assert [one.line.care.has_reading for one in made.lines] == [False, False, False, True]


# What is asked once a day


def test_the_ptsi_fee_comes_once_a_day_with_its_prescription():
    made = block(done(PTSI_ACT, 1), done(PTSI_ACT, 2), by=(PTSI,))
    assert codes_of(made) == [FIRST, SECOND, TOLD_PTSI, TOLD_PTSI, PTSI_FEE]
    fee = made.lines[-1]
    assert (fee.line.care.prescriber, fee.line.care.prescription_date) == (DOCTOR, Date(2026, 1, 5))
    assert (fee.authorisation, fee.source) == (PTSI, "MedAdmin reference A6")


def test_it_adds_to_a_flat_fee():
    made = block(done(), done(PTSI_ACT, 1, time="0900"), by=(katz(), PTSI))
    assert codes_of(made) == [TOLD_FIRST, TOLD_TOILET, TOLD_PTSI, FLAT_A, PTSI_FEE]


def test_without_a_notification_there_is_no_ptsi_fee_and_it_is_said():
    made = block(done(PTSI_ACT))
    assert codes_of(made) == [FIRST, PTSI_ACT]
    assert [(hint.code, hint.refused_as) for hint in made.hints] == [("ptsi_not_notified", "5004K3")]


@pytest.mark.parametrize(("when", "code"), [("week", MULTIPLE), ("weekend", MULTIPLE_WEEKEND), ("holiday", "428072")])
def test_a_third_visit_brings_the_supplement_for_several_services(when: Any, code: str):
    three = [done(TOILET, visit) for visit in (1, 2, 3)]
    assert codes_of(block(*three, by=(katz(),), when=when, day=SATURDAY))[-1] == code
    assert code not in codes_of(block(*three[:2], by=(katz(),), when=when, day=SATURDAY))


# What cannot be made


@pytest.mark.parametrize(
    ("made", "code", "refused_as"),
    [
        (block(done("999999")), "code_unknown", ""),
        (block(done(), day=Date(2024, 12, 31)), "code_not_valid", "500420"),
        (block(replace(done(), possible_duplicate=True)), "possible_duplicate", ""),
        (block(done(FIRST), done(SECOND)), "visit_unclear", ""),
        (block(done(), by=(katz(),), taken={"base_first"}), "first_base_taken", "502255"),
        (block(done(), done(PTSI_ACT), by=(PTSI,), taken={"ptsi_fee"}), "ptsi_fee_taken", "502255"),
        (block(done(), done(TOILET, 2, place="71000436"), by=(katz(),)), "places_differ", "501417"),
        (block(done(), ct1="11x"), "entitlement_unknown", ""),
    ],
)
def test_a_day_is_not_guessed(made: Block, code: str, refused_as: str):
    assert code in why_not(made)
    (reason,) = [one for one in made.reasons if one.code == code][:1]
    assert reason.refused_as == refused_as
    assert not refused_as or refused_as in known_codes()


def without(*names: str, **changed: dict[str, Any]) -> Pricer:
    tariffs = a_set(**changed)
    return Pricer(replace(tariffs, codes={name: code for name, code in tariffs.codes.items() if name not in names}))


@pytest.mark.parametrize(
    ("pricer", "by", "code"),
    [
        (without(FIRST, "990604"), (), "base_service_unknown"),
        (without(FLAT_A, "990802"), (katz(),), "flat_fee_unknown"),
        (without(FLAT_PA, "990835"), (PALLIATIVE,), "flat_fee_unknown"),
        (without(c990011={"statistical": ""}), (katz(),), "statistical_unknown"),
        (without(c990011={"prices": ()}), (), "price_unknown"),
        (without(PTSI_FEE), (PTSI,), "ptsi_fee_unknown"),
    ],
)
def test_what_the_set_does_not_say_stops_the_day(pricer: Pricer, by: tuple[Authorisation, ...], code: str):
    assert why_not(block(done(), done(PTSI_ACT, time="1000"), by=by, pricer=pricer)) == {code}


def test_every_line_that_cannot_be_read_is_told():
    wrong: list[CareLine] = [done("999999"), done("999998", 2)]
    assert [reason.line_id for reason in block(*wrong, done()).reasons] == [line.line_id for line in wrong]


def test_base_services_are_chosen_by_the_place_of_the_visit():
    there = replace(TARIFFS.codes[FIRST], code="991301", place="practice", variants={})
    tariffs = a_set(c990011={"place": "practice"}, c990033={"place": "rest home"})
    pricer = Pricer(replace(tariffs, codes={**tariffs.codes, "991301": there}))
    assert codes_of(block(done(), pricer=pricer)) == ["991301", TOILET]
    assert codes_of(block(done(INJECTION), pricer=pricer)) == [FIRST, INJECTION]
    assert codes_of(block(done(DRESSING), pricer=pricer)) == [FIRST, DRESSING]


def test_lines_have_the_same_ids_each_time():
    first, second = (block(done(), done(INJECTION, 2), by=(katz(),)) for _ in range(2))
    assert [one.line.line_id for one in first.lines] == [one.line.line_id for one in second.lines]
    assert len({one.line.line_id for one in first.lines}) == len(first.lines)
    other = block(done(), done(INJECTION, 2), by=(katz(),), day_id=uid("another day"))
    assert not {one.line.line_id for one in first.lines} & {one.line.line_id for one in other.lines}
