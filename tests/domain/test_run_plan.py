"""What a billing run would do: every blocker, what waits and until when, who shares an invoice, which file holds it."""

from dataclasses import replace
from datetime import date as Date
from typing import Any
from uuid import UUID

import pytest

from domain import patient as patients
from domain.billing_day import BillingDay, evolve
from domain.care import CareLine
from domain.day_events import DayPriced, DuplicateConfirmed, LineCorrected, LineWithdrawn, TimeBarLifted
from domain.establishment import Establishment, Membership
from domain.patient import PatientErased, PatientRegistered
from domain.provider import Provider
from domain.run_plan import Candidate, Plan, Practice, RunOptions, only, plan
from tests.domain.builders import (
    COLLEAGUE,
    DOCTOR,
    NURSE,
    OTHER_SSIN,
    PATIENT,
    SSIN,
    WHERE,
    a_care,
    a_day,
    billed,
    establishment_details,
    insured,
    patient_details,
    provider_details,
    recorded,
    uid,
)

TODAY = Date(2026, 2, 2)
SECOND = uid("second patient")
PROVIDER = uid("provider")


def a_patient(*periods: patients.Insurability, ssin: str = SSIN, affiliation: str = "") -> patients.Patient:
    state = patients.fold([PatientRegistered(WHERE, ssin, affiliation, patient_details())])
    assert state is not None
    for period in periods or (insured(),):
        for event in patients.insure(state, period):
            state = patients.evolve(state, event)
    return state


def practice(
    known: dict[UUID, patients.Patient] | None = None,
    *,
    provider: Provider | None = None,
    memberships: tuple[Membership, ...] = (Membership(PROVIDER, Date(2020, 1, 1)),),
    **details: Any,
) -> Practice:
    found = known if known is not None else {PATIENT: a_patient(), SECOND: a_patient(ssin=OTHER_SSIN)}
    return Practice(
        WHERE,
        Establishment(establishment_details(**details), memberships),
        {NURSE: (PROVIDER, provider or Provider(provider_details()))},
        {identifier: (identifier, state) for identifier, state in found.items()},
    )


def candidate(day: BillingDay, name: str = "") -> Candidate:
    return Candidate(uid(f"day {day.patient_id} {day.date} {day.sequence} {name}"), day)


def planned(
    *days: BillingDay, given: Practice | None = None, month: str = "2026-01", today: Date = TODAY, **options: Any
) -> Plan:
    return plan(given or practice(), [candidate(day) for day in days], RunOptions(month, **options), today)


def blockers(day: BillingDay, given: Practice | None = None, **options: Any) -> list[str]:
    made = planned(day, given=given, **options)
    assert not made.sendings or not made.blocked
    return [blocked.code for blocked in made.blocked]


# Blockers


def test_sof_51_a_day_without_fault_goes_into_a_file():
    made = planned(a_day())
    assert (made.blocked, made.not_yet, made.documents, made.stopped) == ((), (), (), ())
    (sending,) = made.sendings
    assert (sending.union, sending.billed_month) == ("100", "2026-01")
    assert [invoice.amount_cents for invoice in sending.invoices] == [668]


def test_patient_unknown():
    assert blockers(a_day(), practice({})) == ["patient_unknown"]


def test_of_a_day_of_nobody_it_is_told_that_no_set_counts():
    assert blockers(a_day(a_care(cents=0, is_priced=False)), practice({})) == ["patient_unknown", "tariff_missing"]


def test_patient_erased():
    erased = patients.evolve(a_patient(), PatientErased())
    assert blockers(a_day(), practice({PATIENT: erased})) == ["patient_erased"]


def test_ssin_invalid():
    wrong = patients.fold([PatientRegistered(WHERE, "85073003329", "", patient_details())])
    assert wrong is not None
    assert "ssin_invalid" in blockers(a_day(), practice({PATIENT: wrong}))


def test_patient_number_missing():
    none = patients.fold([PatientRegistered(WHERE, "", "", patient_details())])
    assert none is not None
    assert blockers(a_day(), practice({PATIENT: none})) == ["patient_number_missing", "insurability_missing"]


def test_an_affiliation_number_is_enough():
    assert blockers(a_day(), practice({PATIENT: a_patient(ssin="", affiliation="123")})) == []


@pytest.mark.parametrize(("day", "is_missing"), [(9, True), (10, False), (20, False), (21, True)])
def test_insurability_missing_on_the_date_of_care(day: int, is_missing: bool):
    known = {PATIENT: a_patient(insured(start=Date(2026, 1, 10), end=Date(2026, 1, 20)))}
    found = blockers(a_day(date=Date(2026, 1, day)), practice(known))
    assert found == (["insurability_missing"] if is_missing else [])


def test_time_barred_from_the_day_after_two_years():
    day = a_day(date=Date(2024, 1, 15))
    known = practice({PATIENT: a_patient(insured(start=Date(2020, 1, 1)))})
    assert blockers(day, known, today=Date(2026, 1, 31), include_current=True) == []
    assert blockers(day, known, today=Date(2026, 2, 1), include_current=True) == ["time_barred"]


def test_a_registered_letter_lifts_the_time_bar_and_marks_the_invoice():
    known = practice({PATIENT: a_patient(insured(start=Date(2020, 1, 1)))})
    old = evolve(a_day(date=Date(2024, 1, 15)), TimeBarLifted(PATIENT, "RR 12", Date(2026, 1, 20)))
    in_time = evolve(a_day(date=Date(2024, 2, 15)), TimeBarLifted(PATIENT, "RR 13", Date(2026, 1, 20)))
    made = planned(old, in_time, given=known)
    lifted = {
        invoice.key.billed_month: invoice.key.time_bar_lifted for file in made.sendings for invoice in file.invoices
    }
    assert lifted == {"2024-01": True, "2024-02": False}, "zone 16 only where the time-bar fell"


def test_provider_unknown():
    assert blockers(a_day(a_care(provider=COLLEAGUE))) == ["provider_unknown"]


def test_provider_not_active():
    inactive = Provider(provider_details(), ((Date(2026, 1, 16), None),))
    given = practice(provider=inactive)
    assert blockers(a_day(), given) == ["provider_not_active"]
    assert blockers(a_day(date=Date(2026, 1, 16)), given) == []


@pytest.mark.parametrize(("day", "is_blocked"), [(9, True), (10, False), (20, False), (21, True)])
def test_provider_not_member(day: int, is_blocked: bool):
    given = practice(memberships=(Membership(PROVIDER, Date(2026, 1, 10), Date(2026, 1, 20)),))
    assert blockers(a_day(date=Date(2026, 1, day)), given) == (["provider_not_member"] if is_blocked else [])


def test_the_membership_of_another_does_not_count():
    assert blockers(a_day(), practice(memberships=(Membership(uid("another"), Date(2020, 1, 1)),))) == [
        "provider_not_member"
    ]


def doubtful() -> BillingDay:
    opening = recorded(a_care(), a_care())
    first, second = opening.lines
    return evolve(None, replace(opening, lines=(first, replace(second, possible_duplicate=True))))


def test_possible_duplicate_until_confirmed_withdrawn_or_given_a_derogation():
    day = doubtful()
    line = day.lines[1]
    assert blockers(day) == ["possible_duplicate"]
    assert blockers(evolve(day, DuplicateConfirmed(line.line_id))) == []
    assert blockers(evolve(day, LineWithdrawn(line.line_id))) == []
    assert blockers(evolve(day, LineCorrected(PATIENT, line.line_id, a_care(derogation=2)))) == []
    assert blockers(evolve(day, LineWithdrawn(day.lines[0].line_id))) == [], "the one that is left is no twin"


def test_a_line_corrected_into_a_twin_is_in_doubt_too():
    day = a_day(a_care(), a_care(cents=700))
    assert blockers(day) == []
    assert blockers(evolve(day, LineCorrected(PATIENT, day.lines[1].line_id, a_care()))) == ["possible_duplicate"]


def test_what_the_tariffs_made_of_two_confirmed_lines_is_not_doubted_again():
    day = a_day(*[a_care(cents=0, is_priced=False)] * 2)
    assert blockers(day) == ["possible_duplicate", "tariff_missing"]
    made = tuple(CareLine(uid(f"made {n}"), a_care()) for n in range(2))
    priced = DayPriced(PATIENT, "a" * 64, "110", "110", made, 1336, 2)
    confirmed = evolve(evolve(day, DuplicateConfirmed(day.lines[1].line_id)), priced)
    assert [line.care for line in confirmed.active] == [a_care(), a_care()]
    assert blockers(confirmed) == ["tariff_missing"]
    doubted = planned(evolve(day, priced)).blocked
    assert [(one.code, one.line_id) for one in doubted] == [
        ("possible_duplicate", day.lines[1].line_id),
        ("tariff_missing", None),
    ]


def test_a_line_without_an_amount_is_a_twin_of_one_that_has_it():
    assert blockers(a_day(a_care(), a_care(cents=0, is_priced=False))) == ["possible_duplicate", "tariff_missing"]
    apart = a_day(a_care(cents=0, is_priced=False, visit=1), a_care(cents=0, is_priced=False, visit=2))
    assert blockers(apart) == ["tariff_missing"]


@pytest.mark.parametrize(
    ("care", "code"),
    [
        (a_care(cents=1, service_norm=9), "statistical_amount"),
        (a_care(cents=0, patient_share_cents=1, service_norm=9), "statistical_amount"),
        (a_care(cents=1, service_norm=7), "statistical_amount"),
        (a_care(cents=-1), "amount_negative"),
        (a_care(provider_norm=2), "care_assistant_missing"),
        (a_care(provider_norm=1, care_assistant=COLLEAGUE), "care_assistant_unexpected"),
        (a_care(provider_norm=2, care_assistant="49990138405"), "care_assistant_invalid"),
        (a_care(prescriber="11234579004", prescription_date=Date(2026, 1, 2)), "prescriber_invalid"),
        (a_care(prescriber=DOCTOR), "prescription_date_missing"),
    ],
)
def test_what_every_union_would_refuse_is_held_back(care: Any, code: str):
    made = planned(a_day(care))
    (blocked,) = made.blocked
    assert blocked.code == code
    assert blocked.line_id is not None
    assert blocked.facts == (("nomenclature_code", care.code),)


@pytest.mark.parametrize(
    "care",
    [
        a_care(cents=0, service_norm=9),
        a_care(provider_norm=2, care_assistant=COLLEAGUE),
        a_care(provider_norm=4, care_assistant=COLLEAGUE),
        a_care(prescriber=DOCTOR, prescription_date=Date(2026, 1, 2)),
        a_care(cents=0),
        a_care(reading_method="1"),
    ],
)
def test_and_what_they_take_is_not(care: Any):
    assert blockers(a_day(care)) == []


def test_one_blocked_line_holds_its_day_and_all_reasons_are_told():
    day = a_day(a_care(), a_care(cents=-1, provider=COLLEAGUE))
    made = planned(day, a_day(patient=SECOND))
    assert [blocked.code for blocked in made.blocked] == ["provider_unknown", "amount_negative"]
    assert [len(file.invoices) for file in made.sendings] == [1]
    assert made.amounts[candidate(day).day_id] == 667


@pytest.mark.parametrize(
    ("field", "code"), [("profession_code", "profession_code_missing"), ("content_code", "content_code_missing")]
)
def test_settings_that_nobody_gave_stop_the_run(field: str, code: str):
    made = planned(a_day(), given=practice(**{field: ""}))
    assert made.stopped == (code,)
    assert made.sendings, "the preview shows what would go"


def test_a_practice_of_another_country_is_told_that_and_nothing_of_belgian_numbers():
    wrong = a_care(prescriber="11234579004", provider_norm=2, care_assistant="49990138405", cents=0, is_priced=False)
    none = patients.fold([PatientRegistered(WHERE, "85073003329", "", patient_details())])
    assert none is not None
    days = (a_day(wrong), a_day(patient=SECOND), a_day(date=Date(2024, 1, 2)))
    made = planned(*days, given=practice({PATIENT: none, SECOND: a_patient()}, country="CH", profession_code=""))
    assert [(one.day_id, one.code) for one in made.blocked] == [
        (candidate(day).day_id, "country_not_billed") for day in days
    ]
    assert (made.sendings, made.stopped) == ((), ("country_not_billed",)), "what a Belgian file lacks does not matter"
    assert made.amounts == {candidate(day).day_id: 668 for day in days[1:]}


def test_what_is_withdrawn_or_in_a_sending_or_later_is_no_candidate():
    opening = recorded()
    sent = evolve(evolve(None, opening), billed(opening))
    empty = evolve(evolve(None, opening), LineWithdrawn(opening.lines[0].line_id))
    made = planned(sent, empty, a_day(date=Date(2026, 2, 1)), month="2026-01")
    assert made == planned(month="2026-01")


# Not yet


def test_the_current_month_waits_for_its_end():
    made = planned(a_day(date=Date(2026, 2, 1)), month="2026-02")
    assert [waiting.billable_from for waiting in made.not_yet] == [Date(2026, 3, 1)]
    assert planned(a_day(date=Date(2026, 2, 1)), month="2026-02", include_current=True).sendings


def test_december_waits_for_january():
    made = planned(a_day(date=Date(2025, 12, 31)), month="2025-12", today=Date(2025, 12, 31))
    assert [waiting.billable_from for waiting in made.not_yet] == [Date(2026, 1, 1)]


def test_care_of_the_future_waits_for_its_date_or_for_the_end_of_its_month():
    day = a_day(date=Date(2026, 2, 3))
    assert planned(day, month="2026-02").not_yet[0].billable_from == Date(2026, 3, 1)
    assert planned(day, month="2026-02", include_current=True).not_yet[0].billable_from == Date(2026, 2, 3)
    assert planned(day, month="2026-02", include_current=True, today=Date(2026, 2, 3)).sendings
    later = a_day(date=Date(2026, 3, 3))
    assert planned(later, month="2026-03").not_yet[0].billable_from == Date(2026, 4, 1)


# Where to


HOUSE = "81000146111"


def test_days_for_a_destination_that_efact_does_not_reach_share_a_document_by_patient_and_month():
    house = a_patient(insured(destination=HOUSE))
    known = {PATIENT: house, SECOND: a_patient(insured(destination=HOUSE), ssin=OTHER_SSIN)}
    first, second = a_day(date=Date(2026, 1, 20)), a_day(date=Date(2026, 1, 5))
    before, other = a_day(date=Date(2025, 12, 5)), a_day(patient=SECOND)
    made = planned(first, second, before, other, given=practice(known))
    assert made.sendings == ()
    papers = {(one.key.patient_id, one.key.billed_month): one for one in made.documents}
    assert set(papers) == {(PATIENT, "2026-01"), (PATIENT, "2025-12"), (SECOND, "2026-01")}
    assert [one.day for one in papers[PATIENT, "2026-01"].days] == [second, first], "by date"
    assert {one.key.destination for one in made.documents} == {HOUSE}
    asked = sum(line.care.amount_cents for day in (first, second) for line in day.to_bill)
    assert papers[PATIENT, "2026-01"].amount_cents == asked
    assert papers[PATIENT, "2026-01"].line_count == len(first.to_bill) + len(second.to_bill)


def test_a_day_for_another_destination_does_not_keep_the_others_from_their_file():
    known = {PATIENT: a_patient(insured(destination=HOUSE)), SECOND: a_patient(ssin=OTHER_SSIN)}
    made = planned(a_day(), a_day(patient=SECOND), given=practice(known))
    assert (len(made.sendings), len(made.documents)) == (1, 1)


def test_days_for_mediprima_go_on_a_document():
    day = a_day()
    made = planned(day, given=practice({PATIENT: a_patient(insured("690"))}))
    assert [(one.key.destination, [c.day for c in one.days]) for one in made.documents] == [("690", [day])]
    assert made.sendings == ()


def test_what_a_plan_says_of_some_days_has_their_documents_alone():
    first, second = candidate(a_day(date=Date(2026, 1, 5))), candidate(a_day(date=Date(2026, 1, 6)))
    given = practice({PATIENT: a_patient(insured(destination=HOUSE))})
    whole = plan(given, [first, second], RunOptions("2026-01"), Date(2026, 2, 2))
    assert [len(one.days) for one in whole.documents] == [2]
    (paper,) = only(whole, {first.day_id}).documents
    assert [one.day_id for one in paper.days] == [first.day_id]
    assert only(whole, set()).documents == ()


@pytest.mark.parametrize(
    ("fund", "destination", "union"),
    [("131", "131", "100"), ("319", "300", "300"), ("306", "306", "306"), ("509", "509", "500")],
)
def test_the_fund_of_affiliation_leads_to_destination_and_union(fund: str, destination: str, union: str):
    (sending,) = planned(a_day(), given=practice({PATIENT: a_patient(insured(fund))})).sendings
    key = sending.invoices[0].key
    assert (sending.union, key.destination, key.sickness_fund) == (union, destination, fund)


def test_each_union_gets_its_own_file_by_ascending_destination():
    known = {
        PATIENT: a_patient(insured("134")),
        SECOND: a_patient(insured("131"), ssin=OTHER_SSIN),
        uid("third"): a_patient(insured("509")),
    }
    made = planned(*(a_day(patient=who) for who in known), given=practice(known))
    assert [(s.union, [i.key.destination for i in s.invoices]) for s in made.sendings] == [
        ("100", ["131", "134"]),
        ("500", ["509"]),
    ]


# Which days share an invoice


def keys(*days: BillingDay, given: Practice | None = None) -> list[int]:
    made = planned(*days, given=given, one_month_per_file=False)
    assert not made.blocked
    return sorted(len(invoice.days) for file in made.sendings for invoice in file.invoices)


def test_days_of_one_patient_month_and_insurability_share_an_invoice():
    assert keys(a_day(), a_day(date=Date(2026, 1, 16)), a_day(a_care("425294"), sequence=2)) == [3]


def test_other_patients_and_other_months_do_not():
    assert keys(a_day(), a_day(patient=SECOND)) == [1, 1]
    assert keys(a_day(), a_day(date=Date(2025, 12, 31))) == [1, 1]


@pytest.mark.parametrize(
    "later",
    [
        insured("134", Date(2026, 1, 16)),
        insured("131", Date(2026, 1, 16), ct1="111"),
        insured("131", Date(2026, 1, 16), ct2="111"),
        insured("131", Date(2026, 1, 16), destination="134"),
    ],
)
def test_nor_days_of_another_insurability(later: Any):
    given = practice({PATIENT: a_patient(insured(), later)})
    assert keys(a_day(), a_day(date=Date(2026, 1, 16)), given=given) == [1, 1]


def test_a_merged_record_is_billed_under_its_survivor():
    survivor = a_patient()
    base = practice({PATIENT: survivor})
    known = {PATIENT: (PATIENT, survivor), SECOND: (PATIENT, survivor)}
    merged = Practice(WHERE, base.establishment, base.providers, known)
    made = planned(a_day(), a_day(date=Date(2026, 1, 16), patient=SECOND), given=merged)
    assert [len(i.days) for s in made.sendings for i in s.invoices] == [2]


def test_days_stand_in_order_of_date_and_sequence():
    days = [a_day(date=Date(2026, 1, 20)), a_day(a_care("425294"), sequence=2), a_day()]
    (sending,) = planned(*days).sendings
    found = [(c.day.date.day, c.day.sequence) for c in sending.invoices[0].days]
    assert found == [(15, 1), (15, 2), (20, 1)]


# Which month a file is of


def test_one_month_makes_one_file():
    made = planned(a_day(), a_day(date=Date(2025, 12, 31)), a_day(date=Date(2025, 11, 30)))
    assert [sending.billed_month for sending in made.sendings] == ["2025-11", "2025-12", "2026-01"]


def test_or_all_months_one_file_under_the_month_of_most_services():
    december = a_day(a_care(), a_care("425294"), date=Date(2025, 12, 31))
    made = planned(december, a_day(), one_month_per_file=False)
    assert [(s.billed_month, len(s.invoices)) for s in made.sendings] == [("2025-12", 2)]


def test_a_tie_goes_to_the_latest_month():
    days = [a_day(date=Date(2025, 11, 30)), a_day(date=Date(2025, 12, 31)), a_day()]
    (sending,) = planned(*days, one_month_per_file=False).sendings
    assert sending.billed_month == "2026-01"
