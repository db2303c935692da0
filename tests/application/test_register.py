"""Register: twins are warned about, merged and un-merged; a changed number keeps the history."""

from datetime import date as Date
from typing import Any

import pytest

from application.register import plain
from domain import patient as patients
from domain.errors import NotAllowed, NotFound
from tests.application.office import Office, context, row
from tests.domain.builders import BORN_2014, OTHER_SSIN, SSIN, a_care, establishment_details, insured, uid


def state_of(office: Office, who: Any) -> patients.Patient:
    state = patients.fold(office.log.load([who])[who])
    assert state is not None
    return state


def test_an_establishment_is_registered_once_under_its_third_party_number(office: Office):
    again = office.register.establishment(context(), establishment_details(name="De Brug"))
    assert (again.result.id, again.result.is_new) == (office.where, False)
    head = office.log.head()
    office.register.establishment(context(), establishment_details(name="De Brug"))
    assert office.log.head() == head


def test_a_patient_is_found_again_by_number(office: Office):
    first, again = office.patient(), office.patient(first_name="Lot")
    assert (first.is_new, again.is_new, again.id) == (True, False, first.id)
    assert state_of(office, first.id).details.first_name == "Lot"
    assert first.warnings == again.warnings == ()


def test_a_second_record_of_one_person_is_entered_and_warned_about(office: Office):
    first = office.patient()
    twin = office.patient(OTHER_SSIN, last_name="MAËS")
    assert (twin.is_new, twin.warnings, twin.alike) == (True, ("patient_looks_known",), (first.id,))
    other = office.patient(BORN_2014, birth_date="2014-03-28")
    assert other.warnings == ()


def test_names_are_compared_without_case_accents_and_signs():
    assert plain("D'Hôte-Ræs") == plain("d hote RÆS")
    assert plain("Öztürk") == plain("OZTURK")
    assert plain("CRÈVECŒUR Łukasz Bjørn Strauß") == "crevecoeur lukasz bjorn strauss"
    assert plain("Maes") != plain("Mees")


def test_care_of_a_merged_record_goes_to_its_survivor_until_unmerged(office: Office):
    first, twin = office.patient().id, office.patient(OTHER_SSIN).id
    office.register.merge(context(), twin, first)
    (merged,) = office.record(twin)
    assert office.day(merged).patient_id == first
    office.register.unmerge(context(), twin)
    (own,) = office.record(twin, day=16)
    assert office.day(own).patient_id == twin


def test_prepared_days_of_a_merged_record_are_billed_under_its_survivor(office: Office):
    first, twin = office.patient().id, office.patient(OTHER_SSIN).id
    office.record(first)
    office.record(twin, day=16)
    office.register.merge(context(), twin, first)
    (total,) = office.bill().sendings
    assert (total.invoices, total.days) == (1, 2)
    assert total.sending_id
    (invoice,) = office.invoices(total.sending_id)
    assert invoice.made.patient_id == first
    assert OTHER_SSIN.encode() not in office.file(total.sending_id)


def test_past_messages_keep_the_number_under_which_they_were_sent(office: Office):
    sending = office.billed()
    before = office.file(sending)
    (invoice,) = office.invoices(sending)
    office.register.replace_number(context(), invoice.made.patient_id, OTHER_SSIN)
    assert office.file(sending) == before
    assert SSIN.encode() in before
    office.record(invoice.made.patient_id, day=16)
    (total,) = office.bill().sendings
    assert total.sending_id
    assert OTHER_SSIN.encode() in office.file(total.sending_id)


def test_merges_in_a_row_lead_to_the_last_survivor(office: Office):
    one, two, three = (office.patient(ssin).id for ssin in (SSIN, OTHER_SSIN, BORN_2014))
    office.register.merge(context(), one, two)
    office.register.merge(context(), two, three)
    (day,) = office.record(one)
    assert office.day(day).patient_id == three
    (total,) = office.bill().sendings
    assert total.sending_id
    assert office.invoices(total.sending_id)[0].made.patient_id == three
    office.register.unmerge(context(), two)
    (later,) = office.record(one, day=16)
    assert office.day(later).patient_id == two


def test_a_record_is_not_merged_with_itself_nor_twice(office: Office):
    one, two = office.patient().id, office.patient(OTHER_SSIN).id
    with pytest.raises(NotAllowed, match="different"):
        office.register.merge(context(), one, one)
    office.register.merge(context(), one, two)
    for who, survivor in ((one, two), (two, one)):
        with pytest.raises(NotAllowed, match="un-merge"):
            office.register.merge(context(), who, survivor)


def test_a_number_that_changed_leads_to_the_same_record_under_both(office: Office):
    who = office.patient().id
    office.register.replace_number(context(), who, OTHER_SSIN)
    for number in (SSIN, OTHER_SSIN):
        found = office.patient(number)
        assert (found.id, found.is_new) == (who, False)
    assert state_of(office, who).ssin == OTHER_SSIN
    report = office.bring([row(2, SSIN), row(3, OTHER_SSIN, care=a_care("425294"))])
    assert (report.outcome, report.added) == ("imported", 2)


def test_a_number_of_another_record_is_warned_about(office: Office):
    one, two = office.patient().id, office.patient(OTHER_SSIN).id
    done = office.register.replace_number(context(), two, SSIN).result
    assert (done.warnings, done.alike) == (("number_of_another_record",), (one,))


def test_a_newborn_is_known_by_affiliation_until_the_number_comes(office: Office):
    who = office.patient("", affiliation="1234567").id
    office.register.replace_number(context(), who, BORN_2014)
    assert office.patient("", affiliation="1234567").id == who
    assert office.patient(BORN_2014).id == who


def test_insurability_comes_with_the_patient_or_later(office: Office):
    who = office.patient(SSIN, insured("131"), insured("206", Date(2026, 1, 1))).id
    office.register.insure(context(), who, [insured("509", Date(2026, 2, 1))])
    funds = [
        period.sickness_fund
        for day in (Date(2025, 6, 1), Date(2026, 1, 1), Date(2026, 2, 1))
        if (period := state_of(office, who).insurability(day))
    ]
    assert funds == ["131", "206", "509"]
    head = office.log.head()
    office.register.insure(context(), who, [insured("509", Date(2026, 2, 1))])
    assert office.log.head() == head


def test_an_erased_patient_is_not_found_and_begins_anew_when_entered_again(office: Office):
    who = office.patient().id
    office.register.erase(context(), who)
    assert state_of(office, who).is_erased
    again = office.patient()
    assert again.is_new
    assert again.id != who
    assert office.patient().id == again.id
    assert state_of(office, who).is_erased


def test_an_erasure_reaches_the_records_merged_into_it(office: Office):
    who, twin = office.patient().id, office.patient(OTHER_SSIN).id
    office.register.merge(context(), twin, who)
    office.register.erase(context(), who)
    assert state_of(office, twin).is_erased
    with pytest.raises(NotAllowed, match="erased"):
        office.record(twin)


def test_the_true_owner_of_a_mistyped_number_gets_a_record_of_its_own(office: Office):
    mistaken = office.patient(SSIN, last_name="Dupont").id
    office.register.replace_number(context(), mistaken, OTHER_SSIN)
    owner = office.patient(SSIN, last_name="Martin")
    assert owner.id != mistaken
    assert owner.is_new
    assert (owner.warnings, owner.alike) == (("number_of_another_record",), (mistaken,))
    assert state_of(office, mistaken).details.last_name == "Dupont"
    assert office.patient(SSIN, last_name="Dupont").id == owner.id, "the number is now the other one's"


def test_what_is_not_there_is_not_found(office: Office):
    unknown = uid("nobody")
    with pytest.raises(NotFound):
        office.register.join(context(), office.where, unknown, Date(2026, 1, 1))
    with pytest.raises(NotFound):
        office.register.join(context(), unknown, unknown, Date(2026, 1, 1))
    with pytest.raises(NotFound):
        office.register.merge(context(), unknown, office.patient().id)
    with pytest.raises(NotFound):
        office.register.insure(context(), unknown, [])
