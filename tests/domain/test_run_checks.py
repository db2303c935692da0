"""What the tariffs forbid is caught in the preview: each refusal of prices and blocks by one wrong input.

Not here: 500617, 500717, 500817, 500917, 501017, 501117 and 501317. An invoice has one fund, one patient and one sex,
and the rest is the same in every line that the writer makes; a preview finds them in the file that it writes on trial
(`application/test_billing.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authorisation import Authorisation
from domain.billing_day import BillingDay, settle
from domain.billing_day import evolve as evolve_day
from domain.care import Care
from domain.day_events import CorrectionDecided, DayBilled, LineVerdict, LineWithdrawn
from domain.pricing.book import PriceBook
from domain.pricing.price import Priced, Pricer
from domain.pricing.tariff_set import Before, Maximum, TariffSet
from domain.provider import Provider
from domain.rules.refusals import explain, known_codes
from domain.run_plan import Blocked, Plan, Practice, RunOptions, plan
from infrastructure.sample.tariff_dental import be_dental
from tests.domain.builders import COLLEAGUE, DOCTOR, NURSE, PATIENT, SENDING, a_day, insured, provider_details, uid
from tests.domain.pricing.nursing_days import (
    AIDE,
    BASES,
    DAY,
    DRESSING,
    FLAT_A,
    FLAT_C,
    INJECTION,
    MULTIPLE,
    PTSI,
    PTSI_ACT,
    PTSI_FEE,
    SUPPLEMENT_PN,
    TARIFFS,
    TOILET,
    TOLD_BASES,
    TOLD_TOILET,
    a_set,
    katz,
    told,
)
from tests.domain.test_run_plan import PROVIDER, a_patient, candidate
from tests.domain.test_run_plan import practice as without_tariffs

ADVICE, PREPARATION = "990077", "424874"
PRESCRIBED: dict[str, Any] = {"prescriber": DOCTOR, "prescription_date": Date(2026, 1, 5)}
YESTERDAY = DAY - timedelta(days=1)
(REST_HOME,) = [one.place for one in TARIFFS.rest_homes]
DENTAL = be_dental()
EXTRACTION = next(code.code for code in DENTAL.codes.values() if "tooth" in code.needs)


def practice(tariffs: TariffSet | None = TARIFFS, *authorisations: Authorisation, **values: Any) -> Practice:
    """One patient, two nurses; `authorisations` of the patient."""
    made = without_tariffs({PATIENT: replace(a_patient(), authorisations=authorisations)})
    nurses = {nihii: (PROVIDER, Provider(provider_details(nihii))) for nihii in (NURSE, COLLEAGUE)}
    book = PriceBook([(tariffs.valid_from, tariffs)]) if tariffs else PriceBook()
    return replace(made, providers=nurses, prices=book, **values)


def planned(given: Practice, *days: BillingDay) -> Plan:
    return plan(given, [candidate(day) for day in days], RunOptions("2026-01"), Date(2026, 2, 2))


def ready(code: str, tariffs: TariffSet = TARIFFS, **values: Any) -> Care:
    """A line that came with the amounts of the tariffs, those in `values` instead."""
    units = values.get("units", 1)
    price = Pricer(tariffs).price(code, DAY, "110", "110", units)
    assert isinstance(price, Priced)
    return replace(price.on(Care(code, 0, values.pop("provider", NURSE), **values)), **values)


def visited(code: str, **values: Any) -> Care:
    """A line without amounts."""
    return Care(code, 0, values.pop("provider", NURSE), is_priced=False, **values)


def codes_of(day: BillingDay) -> list[str]:
    return [line.care.code for line in day.active]


def going(made: Plan) -> list[list[str]]:
    return [codes_of(one.day) for sending in made.sendings for invoice in sending.invoices for one in invoice.days]


def refusals(found: Sequence[Blocked]) -> set[str]:
    return {dict(one.facts).get("refused_as", "") for one in found}


def changed(cares: Sequence[Care], nth: int, **values: Any) -> tuple[Care, ...]:
    return (*cares[:nth], replace(cares[nth], **values), *cares[nth + 1 :])


FIRST, SECOND, FURTHER = TOLD_BASES
BLOCK = (told(FIRST), told(TOLD_TOILET), told(SECOND), ready(FLAT_A))
SHARED = changed(changed(BLOCK, 2, provider=COLLEAGUE), 3, provider_norm=9)
HELPED = (
    told(FIRST, provider_norm=2, care_assistant=AIDE),
    told(TOLD_TOILET),
    ready(FLAT_A, provider_norm=2, care_assistant=AIDE),
)
ACTS = (ready(BASES[0]), ready(TOILET), ready(BASES[1]))
MULTIPLE_ASKED = (*BLOCK[:3], told(FURTHER), BLOCK[3], ready(MULTIPLE))
ENDED = a_set(c990033={"valid_to": YESTERDAY})
ONCE_IN_AN_AGREEMENT = a_set(c419613={"maxima": (Maximum(1, "agreement"),)})


@dataclass(frozen=True)
class Case:
    """`right` is billed, `wrong` is not."""

    right: tuple[BillingDay, ...]
    wrong: tuple[BillingDay, ...]
    tariffs: TariffSet = TARIFFS
    by: tuple[Authorisation, ...] = (katz(),)


def one_day(right: Sequence[Care], wrong: Sequence[Care], **values: Any) -> Case:
    return Case((a_day(*right),), (a_day(*wrong),), **values)


CASES: dict[str, list[Case]] = {
    "501940": [one_day(ACTS, changed(ACTS, 1, amount_cents=ACTS[1].amount_cents + 1))],
    "502742": [one_day(ACTS, changed(ACTS, 1, patient_share_cents=ACTS[1].patient_share_cents + 1))],
    "500420": [one_day(ACTS, (*ACTS, ready(DRESSING)), tariffs=ENDED)],
    "500417": [
        one_day(BLOCK, BLOCK[3:]),
        one_day(BLOCK, changed(BLOCK, 2, reading_method="1", reading_serial="999000111")),
    ],
    "500418": [one_day(BLOCK, changed(BLOCK, 2, code="990999"))],
    "500444": [one_day(BLOCK, (*BLOCK, ready(TOILET)))],
    "500446": [Case((a_day(*BLOCK),), (a_day(*BLOCK, date=Date(2025, 12, 31)),))],
    "500453": [one_day(MULTIPLE_ASKED, (*MULTIPLE_ASKED[:3], *MULTIPLE_ASKED[4:]))],
    "500458": [
        one_day(BLOCK, (BLOCK[0], BLOCK[2], BLOCK[3])),
        one_day(BLOCK, changed(BLOCK, 0, code=SECOND)),
        Case(
            (a_day(*BLOCK[:3], ready(FLAT_C)),),
            (a_day(*BLOCK[:2], ready(FLAT_C)),),
            by=(katz("C"),),
        ),
    ],
    "500424": [
        one_day(changed(ACTS, 1, place="71000436003"), changed(ACTS, 1, place=REST_HOME)),
        one_day((visited(TOILET, place="71000436003"),), (visited(TOILET, place=REST_HOME),)),
    ],
    "500459": [one_day(ACTS, (*ACTS[:2], ready("990615")))],
    "500517": [Case((a_day(*BLOCK),), (a_day(*BLOCK[:3], date=YESTERDAY), a_day(BLOCK[3])))],
    "501217": [one_day(BLOCK, changed(BLOCK, 1, urgency=1))],
    "501417": [one_day(BLOCK, changed(BLOCK, 1, place="71000436003"))],
    "501512": [one_day(SHARED, changed(SHARED, 3, provider=COLLEAGUE))],
    "501614": [one_day(SHARED, changed(SHARED, 3, provider_norm=1))],
    "501615": [one_day(BLOCK, changed(BLOCK, 3, provider_norm=9))],
    "501617": [one_day(HELPED, changed(HELPED, 0, provider_norm=1, care_assistant=""))],
    "501753": [one_day(ACTS, changed(ACTS, 1, related_code=BASES[0]))],
    "500413": [
        Case(
            (a_day(ready(BASES[0]), ready(ADVICE), date=YESTERDAY), a_day(ready(BASES[0]), ready(PREPARATION))),
            (a_day(ready(BASES[0]), ready(PREPARATION)),),
        ),
        one_day(
            (visited(ADVICE, time="0800"), visited(PREPARATION, time="0900")),
            (visited(PREPARATION),),
            by=(),
        ),
    ],
    "502255": [
        one_day(ACTS, (*ACTS, ready(BASES[0], provider=COLLEAGUE))),
        one_day(
            (*ACTS[:1], ready(INJECTION, units=4, **PRESCRIBED)), (*ACTS[:1], ready(INJECTION, units=5, **PRESCRIBED))
        ),
        Case((a_day(visited(TOILET)),), (a_day(visited(TOILET)), a_day(visited(TOILET, provider=COLLEAGUE), sequence=2))),
    ],
    "502256": [
        Case((a_day(*BLOCK),), (a_day(*BLOCK, date=YESTERDAY), a_day(*BLOCK)), tariffs=ONCE_IN_AN_AGREEMENT),
    ],
    "502004": [one_day((visited(INJECTION, **PRESCRIBED),), (visited(INJECTION),), by=())],
    "502405": [
        one_day(
            (ACTS[0], ready(INJECTION, **PRESCRIBED)),
            (ACTS[0], ready(INJECTION, prescription_date=PRESCRIBED["prescription_date"])),
        )
    ],
    "502940": [
        one_day((ready(EXTRACTION, DENTAL, tooth="11"),), (ready(EXTRACTION, DENTAL),), tariffs=DENTAL),
        one_day((visited(EXTRACTION, tooth="11"),), (visited(EXTRACTION),), tariffs=DENTAL),
    ],
}  # fmt: skip
EACH = [(code, case) for code, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("code", "case"), EACH, ids=[f"{code} {nth}" for nth, (code, _) in enumerate(EACH)])
def test_what_brings_a_refusal_is_held_back_and_what_is_right_goes(code: str, case: Case):
    given = practice(case.tariffs, *case.by)
    right = planned(given, *case.right)
    assert (right.blocked, right.noticed) == ((), ())
    assert right.sendings
    assert code in refusals(planned(given, *case.wrong).blocked)
    assert planned(replace(given, prices=PriceBook()), *case.wrong).blocked == tuple(
        Blocked(candidate(day).day_id, "tariff_missing") for day in case.wrong if day.unpriced
    ), "without tariffs nothing is held against them"


@pytest.mark.parametrize("code", sorted(CASES))
def test_each_of_these_refusals_has_a_cure(code: str):
    assert code in known_codes()
    assert all(explain(code, language).cure for language in ("fr", "nl", "en"))


def test_500452_is_told_and_billed_all_the_same():
    made = planned(practice(), a_day(*ACTS[1:]))
    assert (made.blocked, refusals(made.noticed)) == ((), {"500452"})
    assert going(made) == [[TOILET, BASES[1]]]
    both = planned(practice(), a_day(*ACTS[1:2], replace(ACTS[2], amount_cents=1)))
    assert (refusals(both.blocked), both.noticed) == ({"501940"}, ()), "nothing is remarked on what does not go"


def test_a_code_that_is_not_valid_is_told_once():
    made = planned(practice(ENDED), a_day(*ACTS, ready(DRESSING)), a_day(visited(DRESSING), date=Date(2026, 1, 20)))
    assert [one.code for one in made.blocked] == ["code_not_valid", "code_not_valid"]
    assert len({one.day_id for one in made.blocked}) == 2


def test_the_cause_is_the_line_that_somebody_recorded():
    day = a_day(visited(TOILET), visited(INJECTION))
    assert not planned(practice(TARIFFS, katz()), day).blocked, "under a flat fee it is only told"
    made = planned(practice(), day)
    assert {one.code for one in made.blocked} == {"prescription_date_missing", "prescriber_missing"}
    assert {one.line_id for one in made.blocked} == {day.lines[1].line_id}
    assert {dict(one.facts)["nomenclature_code"] for one in made.blocked} == {INJECTION}


# What stands already, and what is held


def sent(day: BillingDay, *refused: str) -> BillingDay:
    """In a sending and settled, with these codes refused; not settled without any."""
    day = evolve_day(day, DayBilled(SENDING, uid("invoice"), tuple(range(3, 3 + len(day.active)))))
    said = [
        LineVerdict(line.line_id, "refused", line.care.amount_cents, 0)
        for line in day.active
        if line.care.code in refused
    ]
    for event in settle(day, SENDING, "920900", said) if refused else ():
        day = evolve_day(day, event)
    return day


def second(*cares: Care) -> BillingDay:
    return a_day(*cares, sequence=2)


def first_and_then(standing: BillingDay | None, *waiting: BillingDay, **values: Any) -> Plan:
    given = practice(TARIFFS, standing=(standing,) if standing else ())
    return planned(replace(given, **values), *waiting, second(visited(TOILET, provider=COLLEAGUE)))


def test_502255_the_first_base_service_is_taken_when_it_stands_in_a_sending_or_goes_now():
    for found in (
        first_and_then(sent(a_day(*ACTS[:2]))),
        first_and_then(None, a_day(*ACTS[:2])),
        first_and_then(sent(a_day(told(FIRST), told(TOLD_TOILET)))),
    ):
        assert found.blocked == found.noticed == ()
        assert going(found)[-1] == [BASES[1], TOILET]


def test_and_is_not_when_it_was_refused_withdrawn_held_back_or_never_asked():
    refused = sent(a_day(*ACTS[:2]), *(care.code for care in ACTS[:2]))
    partly = sent(a_day(*ACTS[:2]), BASES[0])
    opening = a_day(*ACTS[:2])
    withdrawn = evolve_day(opening, LineWithdrawn(opening.lines[0].line_id))
    held = a_day(ACTS[0], replace(ACTS[1], amount_cents=1))
    without = sent(a_day(ready(DRESSING)))
    assert (refused.verdict, partly.verdict) == ("refused", "mixed")
    assert going(first_and_then(refused))[-1] == [BASES[0], TOILET]
    assert going(first_and_then(partly))[-1] == [BASES[0], TOILET]
    assert going(first_and_then(without))[-1] == [BASES[0], TOILET]
    assert going(first_and_then(None, withdrawn))[-1] == [BASES[0], TOILET]
    assert going(first_and_then(None, held)) == [[BASES[0], TOILET]]
    late = a_day(ACTS[0], ready(TOILET, related_code=BASES[0]))
    assert going(first_and_then(None, late)) == [[BASES[0], TOILET]], "held by what is found once all are priced"


def test_a_later_sequence_has_the_next_base_service_that_the_earlier_ones_left():
    one, two = sent(a_day(*ACTS[:2])), sent(second(ready(BASES[1]), ready(DRESSING)))
    late = a_day(visited(TOILET, visit=1), visited(TOILET, visit=2), sequence=3)
    for standing in ((one, two), (sent(a_day(*ACTS[:2], ready(BASES[1]), ready(DRESSING))),)):
        found = planned(practice(standing=standing), late)
        assert (found.blocked, found.noticed) == ((), ())
        assert going(found) == [[BASES[2], TOILET, BASES[2], TOILET, MULTIPLE]]
    refused = sent(a_day(*ACTS[:2]), *(care.code for care in ACTS[:2]))
    found = planned(practice(standing=(refused, two)), late)
    assert (found.blocked, going(found)) == ((), [[BASES[0], TOILET, BASES[2], TOILET, MULTIPLE]])
    waiting = [a_day(visited(TOILET, time="0800")), second(visited(DRESSING)), late]
    assert going(planned(practice(), *waiting)) == [
        [BASES[0], TOILET],
        [BASES[1], DRESSING],
        [BASES[2], TOILET, BASES[2], TOILET, MULTIPLE],
    ]


def test_the_order_in_which_days_are_given_does_not_matter():
    one, two = a_day(visited(TOILET)), second(visited(DRESSING, provider=COLLEAGUE))
    expected = [[BASES[0], TOILET], [BASES[1], DRESSING]]
    assert going(planned(practice(), one, two)) == going(planned(practice(), two, one)) == expected


def test_a_maximum_counts_what_was_billed_before_wherever_it_lies():
    advice = a_day(ready(BASES[0]), ready(ADVICE))
    for other in (Date(2025, 1, 2), Date(2025, 12, 31), Date(2027, 1, 1)):
        elsewhere = sent(a_day(ready(ADVICE), date=other))
        assert not planned(practice(standing=(elsewhere,)), advice).blocked, "of another year"
    for other in (Date(2026, 1, 2), Date(2026, 8, 31)):
        there = a_day(ready(ADVICE), date=other)
        (reason,) = planned(practice(standing=(sent(there),)), advice).blocked
        assert (reason.code, dict(reason.facts)["units"]) == ("too_many_units", "2")
        assert not planned(practice(standing=(sent(there, ADVICE),)), advice).blocked, "it was refused"


def test_what_must_come_first_may_be_billed_already_and_does_not_count_while_it_is_held():
    preparation = a_day(ready(BASES[0]), ready(PREPARATION))
    earlier = a_day(ready(ADVICE), date=Date(2025, 12, 1))
    assert not planned(practice(standing=(sent(earlier),)), preparation).blocked
    assert refusals(planned(practice(standing=(sent(earlier, ADVICE),)), preparation).blocked) == {"500413"}
    wrong = a_day(ready(BASES[0]), replace(ready(ADVICE), amount_cents=1), date=YESTERDAY)
    made = planned(practice(), wrong, preparation)
    assert [one.code for one in made.blocked] == ["amount_differs", "not_before"]
    assert made.sendings == ()


def test_rules_hold_for_each_patient_alone():
    other = uid("second patient")
    given = practice()
    people = {**given.patients, other: (other, given.patients[PATIENT][1])}
    made = planned(replace(given, patients=people), a_day(*ACTS), a_day(*ACTS, patient=other))
    assert made.blocked == ()
    merged = {**given.patients, other: given.patients[PATIENT]}
    made = planned(
        replace(given, patients=merged), a_day(*ACTS), a_day(ready(BASES[0], provider=COLLEAGUE), patient=other)
    )
    assert [one.code for one in made.blocked] == ["too_many_units"]


def test_the_number_that_is_recorded_is_that_of_what_opened_the_flat_fee():
    numbered = replace(PTSI, number="PTSI 1")
    palliative = Authorisation("palliative", "PN", Date(2026, 1, 1), None, "PN 1")

    def number(*known: Authorisation) -> str:
        day = a_day(visited(TOILET), visited(PTSI_ACT, prescriber_norm=1, **PRESCRIBED))
        made = planned(practice(TARIFFS, *known), day)
        (one,) = [one for sending in made.sendings for invoice in sending.invoices for one in invoice.days]
        assert PTSI_FEE in codes_of(one.day)
        (event,) = one.priced
        return str(getattr(event, "authorisation"))  # noqa: B009 - events are objects here

    assert number(numbered, katz()) == "AKKOORD"
    assert number(numbered, palliative) == "", "no flat fee"
    assert SUPPLEMENT_PN not in (FLAT_A, FLAT_C)


def test_a_rule_of_the_day_that_names_another_service():
    rules = a_set(c990044={"before": (Before((DRESSING,), 0),)})
    assert refusals(planned(practice(rules), a_day(ready(BASES[0]), ready("990044"))).blocked) == {"500464"}
    assert not planned(practice(rules), a_day(ready(BASES[0]), ready(DRESSING), ready("990044"))).blocked


def test_why_a_day_that_goes_is_not_what_one_might_expect():
    without_toilet, lowered = a_day(visited(DRESSING)), a_day(visited(TOILET), date=YESTERDAY)
    made = planned(practice(TARIFFS, katz("C")), without_toilet, lowered)
    assert (made.blocked, made.noticed) == ((), ())
    days = {candidate(day).day_id: hint for day, hint in ((without_toilet, 0), (lowered, 1))}
    names = ("flat_fee_without_toilet", "category_lowered")
    assert {one.code: one.day_id for one in made.hints} == {names[nth]: day_id for day_id, nth in days.items()}
    noticed = planned(practice(), a_day(visited(PTSI_ACT, prescriber_norm=1, **PRESCRIBED)))
    assert [(one.code, dict(one.facts)["refused_as"]) for one in noticed.hints] == [("ptsi_not_notified", "5004K3")]
    assert not planned(practice(TARIFFS, katz()), a_day(visited(TOILET))).hints
    held = planned(practice(TARIFFS, katz()), a_day(visited(DRESSING), ready(TOILET, related_code=BASES[0])))
    assert (held.hints, bool(held.blocked)) == ((), True), "of a day that stays behind its reason is told"


# All reasons of a day at once


def codes_blocked(made: Plan) -> list[str]:
    return [one.code for one in made.blocked]


def uninsured(given: Practice) -> Practice:
    """The same patient, insured from the day after on."""
    late = a_patient(insured(start=DAY + timedelta(days=1)))
    return replace(
        given, patients={PATIENT: (PATIENT, replace(late, authorisations=given.patients[PATIENT][1].authorisations))}
    )


def test_what_the_tariffs_say_is_told_beside_every_other_reason():
    unknown = {"provider": DOCTOR}
    dear, open_ = changed(ACTS, 1, amount_cents=1), a_day(visited(TOILET, **unknown))
    wrong = {
        ("provider_unknown", "tariff_missing"): planned(practice(None), open_),
        ("provider_unknown", "amount_differs"): planned(practice(), a_day(*changed(dear, 0, **unknown))),
        ("provider_unknown", "code_unknown"): planned(practice(), a_day(visited("990999", **unknown))),
        ("provider_unknown", "prescription_date_missing", "prescriber_missing"): planned(
            practice(), a_day(visited(INJECTION, **unknown))
        ),
        ("provider_unknown", "related_code_unexpected"): planned(
            practice(), a_day(ACTS[0], ready(TOILET, related_code=BASES[0], **unknown))
        ),
    }
    for codes, made in wrong.items():
        assert codes_blocked(made) == list(codes)
    once = planned(practice(), a_day(ready(BASES[0]), ready(INJECTION, prescriber=DOCTOR, **unknown)))
    assert codes_blocked(once) == ["provider_unknown", "prescription_date_missing"], "a reason of two rules is one"


def test_without_insurability_what_does_not_hang_on_it_is_told():
    given = uninsured(practice(TARIFFS, katz()))
    assert codes_blocked(planned(replace(given, prices=PriceBook()), a_day(visited(TOILET)))) == [
        "insurability_missing",
        "tariff_missing",
    ]
    for right in (ACTS, BLOCK, (visited(TOILET),), changed(ACTS, 1, amount_cents=1)):
        assert codes_blocked(planned(given, a_day(*right))) == ["insurability_missing"], "amounts are not known yet"
    for wrong, code in (
        ((visited("990999"),), "code_unknown"),
        (changed(BLOCK, 1, urgency=1), "block_differs"),
        ((*BLOCK, ready(TOILET)), "not_together"),
    ):
        assert codes_blocked(planned(given, a_day(*wrong))) == ["insurability_missing", code]
    ended = uninsured(practice(ENDED))
    for day in (a_day(*ACTS, ready(DRESSING)), a_day(visited(DRESSING))):
        assert codes_blocked(planned(ended, day)) == ["insurability_missing", "code_not_valid"]
    act = uninsured(practice())
    assert codes_blocked(planned(act, a_day(visited(INJECTION)))) == [
        "insurability_missing",
        "prescription_date_missing",
        "prescriber_missing",
    ]
    assert planned(act, a_day(visited(TOILET))).amounts == {}, "nobody knows what it costs"


def test_what_a_day_costs_is_known_though_something_else_holds_it():
    day = a_day(visited(TOILET, provider=DOCTOR))
    made = planned(practice(TARIFFS, katz()), day)
    flat = ready(FLAT_A).amount_cents
    assert (codes_blocked(made), made.amounts) == (["provider_unknown"], {candidate(day).day_id: flat})


def test_a_day_that_is_held_for_something_else_counts_for_no_other_and_is_told_only_what_is_sure():
    held = a_day(ready(BASES[0], provider=DOCTOR), ready(ADVICE), date=YESTERDAY)
    made = planned(practice(), held, a_day(ready(BASES[0]), ready(ADVICE)))
    assert going(made) == [[BASES[0], ADVICE]]
    assert codes_blocked(made) == ["provider_unknown"], "the other one is later, and goes"
    both = [a_day(ready(BASES[0], provider=DOCTOR), ready(ADVICE), date=day) for day in (YESTERDAY, DAY)]
    assert codes_blocked(planned(practice(), *both)) == ["provider_unknown"] * 2, "one of them may stay"
    first = a_day(ready(BASES[0], provider=DOCTOR), ready(ADVICE), date=YESTERDAY)
    then = a_day(ready(BASES[0], provider=DOCTOR), ready(PREPARATION))
    assert codes_blocked(planned(practice(), first, then)) == ["provider_unknown"] * 2, "the first may be mended too"
    assert codes_blocked(planned(practice(), then)) == ["provider_unknown", "not_before"]
    gone = practice(standing=(sent(a_day(ready(ADVICE), date=Date(2026, 1, 2))),))
    assert codes_blocked(planned(gone, held)) == ["provider_unknown", "too_many_units"]


def test_what_was_paid_of_a_day_that_is_held_counts():
    advice = sent(a_day(ready(BASES[0], provider=DOCTOR), ready(ADVICE)), BASES[0])
    again = evolve_day(advice, CorrectionDecided("rebill"))
    made = planned(practice(), again, a_day(ready(BASES[0]), ready(ADVICE), date=DAY + timedelta(days=1)))
    assert {("too_many_units", DAY + timedelta(days=1))} <= {
        (one.code, Date.fromisoformat(dict(one.facts)["date"])) for one in made.blocked if "date" in dict(one.facts)
    }


def test_a_line_that_has_no_price_hides_nothing_of_the_lines_beside_it():
    both = a_day(visited("990999"), visited(INJECTION))
    needs = ["prescription_date_missing", "prescriber_missing"]
    assert codes_blocked(planned(practice(), both)) == ["code_unknown", *needs]
    assert codes_blocked(planned(uninsured(practice()), both)) == ["insurability_missing", "code_unknown", *needs]
    made = planned(practice(), both)
    assert [one.line_id for one in made.blocked] == [
        both.lines[0].line_id,
        both.lines[1].line_id,
        both.lines[1].line_id,
    ]
    unpriced = practice(a_set(c990033={"prices": ()}))
    three = a_day(visited("990999"), visited(DRESSING), visited(INJECTION))
    assert codes_blocked(planned(unpriced, three)) == ["code_unknown", "price_unknown", *needs]
    assert codes_blocked(planned(practice(DENTAL), a_day(visited("990999"), visited(EXTRACTION)))) == [
        "code_unknown",
        "tooth_missing",
    ]
    for allowed in (katz(), Authorisation("palliative", "PC", Date(2026, 1, 1), None, "PC 1")):
        assert codes_blocked(planned(practice(TARIFFS, allowed), both)) == ["code_unknown"], "it may only be told"
    alone = a_day(visited("990999"), visited(PREPARATION))
    assert codes_blocked(planned(practice(), alone)) == ["code_unknown"], "the other may be what comes before"


_GIVEN = st.sampled_from([
    *(ready(code) for code in (BASES[0], TOILET, ADVICE, PREPARATION, INJECTION)),
    ready(TOILET, related_code=BASES[0]),
    replace(ready(TOILET), amount_cents=1),
    *(visited(code) for code in (TOILET, ADVICE, PREPARATION, INJECTION, "990999")),
    visited(INJECTION, **PRESCRIBED),
])  # fmt: skip
_CARE_GIVERS = (NURSE, COLLEAGUE, DOCTOR)


@given(
    st.tuples(*[st.lists(_GIVEN, min_size=1, max_size=4)] * 3),
    st.sampled_from([(), (katz(),)]),
    st.permutations(_CARE_GIVERS),
)
def test_what_is_told_of_a_day_that_is_held_stays_true_whichever_days_are_mended(
    cares: Sequence[Sequence[Care]], allowed: tuple[Authorisation, ...], mended: Sequence[str]
):
    days = [
        a_day(*(replace(care, provider=nihii) for care in of), date=DAY + timedelta(days=nth))
        for nth, (nihii, of) in enumerate(zip(_CARE_GIVERS, cares, strict=True))
    ]
    base = practice(TARIFFS, *allowed)

    def told(day: BillingDay, known: Sequence[str]) -> set[tuple[str, Any]]:
        there = {nihii: (PROVIDER, Provider(provider_details(nihii))) for nihii in known}
        made = planned(replace(base, providers=there), *days)
        mine = [one for one in made.blocked if one.day_id == candidate(day).day_id]
        return {(one.code, one.line_id) for one in mine if one.code != "provider_unknown"}

    for count in range(1, 4):
        for day, nihii in zip(days, _CARE_GIVERS, strict=True):
            if nihii in mended[:count]:
                assert told(day, ()) <= told(day, mended[:count])
