"""Patients: the list, the file with its tabs, and what can be done with a record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date as Date
from uuid import UUID

import pytest

from api.web import patient_list
from api.web.patient_list import with_names
from api.web.visit import Visit
from application.ports import Row
from domain import patient as patients
from domain.patient import InsurabilityConfirmed
from tests.acceptance.practice import OPERATOR
from tests.web.markup import filled, forms, parse
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import local


def names(page) -> list[str]:
    return [link.text for link in page.one("tbody").all("a")]


def one(site: RunningSite) -> UUID:
    text = "SELECT patient_id FROM patients WHERE establishment_id = ? AND sickness_fund <> '' ORDER BY patient_id"
    found: UUID = site.rows(text, site.where)[0]["patient_id"]
    return found


def test_the_list_is_by_name_and_its_address_names_nobody(site: RunningSite) -> None:
    office = site.sign_in("office")
    page = office.see(site.at("/patients"))
    from application.register import plain

    shown = [plain(name) for name in names(page)]
    assert len(shown) > 20
    assert shown == sorted(shown)


def test_sof_15_pages_of_the_list_show_every_patient_once(site: RunningSite) -> None:
    office = site.sign_in("office")
    whole = names(office.see(site.at("/patients?is_active=true&limit=100")))
    there, found = site.at("/patients?is_active=true&limit=9"), list[str]()
    while there:
        page = office.see(there)
        found += names(page)
        following = page.all("a", rel="next")
        there = local(following[0].get("href")) if following else ""
    assert found == whole


def test_filters_by_month_of_care_and_by_sickness_fund(site: RunningSite) -> None:
    office = site.sign_in("office")
    cared = site.rows(
        "SELECT count(DISTINCT patient_id) AS n FROM days WHERE establishment_id = ? AND month = ?", site.where, MONTH
    )[0]["n"]
    assert len(names(office.see(site.at(f"/patients?month={MONTH}&limit=100")))) == cared
    fund = site.rows(
        "SELECT sickness_fund, count(*) AS n FROM patients WHERE establishment_id = ? AND sickness_fund <> '' GROUP BY 1",
        site.where,
    )[0]
    shown = names(office.see(site.at(f"/patients?sickness_fund={fund['sickness_fund']}&limit=100")))
    assert len(shown) == fund["n"]
    assert names(office.see(site.at("/patients?sort=sickness_fund&limit=100")))
    empty = office.see(site.at("/patients?sickness_fund=999"))
    assert "Aucune ligne avec ces filtres" in empty.text


def test_a_month_of_a_past_day_has_the_care_of_then(fresh_site: RunningSite) -> None:
    site, list_ = fresh_site, fresh_site.at(f"/patients?month={MONTH}")
    site.clock.forward(days=2)
    site.enter_care(20)
    office = site.sign_in("office")
    assert names(office.see(list_))
    assert not office.see(f"{list_}&as_of=2026-11-03").by_id("list").all("table")


def test_the_file_has_four_tabs_and_every_look_is_recorded(site: RunningSite) -> None:
    office, who = site.sign_in("office"), one(site)
    looks = []
    for tab in ("", "/jours", "/factures", "/chronologie"):
        before = len(site.rows("SELECT * FROM access_log WHERE action = 'patient.read'"))
        page = office.see(site.at(f"/patients/{who}{tab}"))
        assert len(page.all("h1")) == 1
        assert page.one("a", **{"aria-current": "page"}, href=site.at(f"/patients/{who}{tab}"))
        looks.append(len(site.rows("SELECT * FROM access_log WHERE action = 'patient.read'")) - before)
    assert looks in ([1] * 4, [2] * 4), "of the record, or of both records of a person who has two"


def test_ref_24_the_file_as_it_stood(fresh_site: RunningSite) -> None:
    office, who = fresh_site.sign_in("office"), one(fresh_site)
    page = fresh_site.at(f"/patients/{who}")
    fresh_site.clock.forward(days=2)
    fresh_site.sign_in_again("office", window=office)
    answer = office.post_form(page, f"{page}/corriger", {"last_name": "Nouveaunom", "reason": "Mariage"})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "Nouveaunom" in office.see(page).text
    then = office.see(f"{page}?as_of=2026-11-03")
    assert "Nouveaunom" not in then.text
    assert not then.one("main").all("form", method="post")
    assert "Mariage" in office.see(f"{page}/chronologie").text


def test_lists_of_the_past_call_patients_as_they_were_called_then(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(20)
    who = site.rows("SELECT patient_id FROM days ORDER BY day_id")[0]["patient_id"]
    former = patients.fold(site.quittance.log.load([who])[who]).details
    site.clock.forward(days=2)
    site.quittance.register.correct_patient(OPERATOR, who, replace(former, last_name="Nouveaunom"))
    office, list_ = site.sign_in("office"), site.at("/historique/jours")
    assert "Nouveaunom" in office.see(f"{list_}?sort=date").by_id("list").text
    then = office.see(f"{list_}?as_of=2026-11-03&sort=date").by_id("list").text
    assert "Nouveaunom" not in then
    assert former.last_name in then


def test_a_file_of_the_past_shows_neither_later_merges_nor_what_is_to_be_merged_now(fresh_site: RunningSite) -> None:
    site = fresh_site
    office, who, register = site.sign_in("office"), one(site), site.quittance.register
    details = patients.fold(site.quittance.log.load([who])[who]).details
    twin = register.patient(OPERATOR, site.where, "", "123456", details).result.id
    site.clock.forward(days=2)
    register.merge(OPERATOR, twin, who)
    site.sign_in_again("office", window=office)
    merged, page = "Dossiers fusionnés dans celui-ci", site.at(f"/patients/{who}")
    assert merged in office.see(page).text
    then = office.see(f"{page}?as_of=2026-11-03").text
    assert merged not in then
    assert "Doublon possible" not in then
    register.unmerge(OPERATOR, twin)
    assert "Doublon possible" in office.see(page).text
    site.clock.forward(days=1)
    site.sign_in_again("office", window=office)
    assert merged not in office.see(page).text


def test_a_page_by_name_opens_no_rows_that_it_does_not_show(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are sealed, and opening them is what this list takes its time for."""
    completed: list[int] = []

    def counting(visit: Visit, rows: Sequence[Row]) -> Sequence[Row]:
        completed.append(len(rows))
        return with_names(visit, rows)

    counted = replace(patient_list.SPEC, enrich=counting)
    monkeypatch.setattr(patient_list, "SPEC", counted)
    site.sign_in("office").see(site.at("/patients?is_active=true&limit=9"))
    assert completed == [9]


def test_a_period_is_added_and_a_wrong_one_keeps_what_was_typed(fresh_site: RunningSite) -> None:
    office, who = fresh_site.sign_in("assistant"), one(fresh_site)
    page = fresh_site.at(f"/patients/{who}")
    given = {"valid_from": "2026-12-01", "sickness_fund": "31", "ct1": "110", "ct2": "110"}
    refused = office.post_form(page, f"{page}/assurabilite", given)
    assert refused.status_code == 422
    again = parse(refused.text)
    field = again.by_id("period-sickness_fund")
    assert (field.get("value"), field.get("aria-invalid")) == ("31", "true")
    assert "Rien n'a été enregistré" in again.text
    assert again.one("a", href="#period-sickness_fund")
    accepted = office.post_form(
        page, f"{page}/assurabilite", {**given, "sickness_fund": "319", "valid_from": "01/12/2026"}
    )
    assert accepted.status_code == 303
    assert "01/12/2026" in office.see(page).text


def test_a_period_of_the_same_first_day_replaces_the_former_for_who_says_so(fresh_site: RunningSite) -> None:
    office, who = fresh_site.sign_in("office"), one(fresh_site)
    page = fresh_site.at(f"/patients/{who}")
    known = {cell.text for cell in office.see(page).all("td")}
    first, second = sorted({"319", "131", "216", "306"} - known)[:2]  # whoever it is may be of one of them
    given = {"valid_from": "2026-12-01", "sickness_fund": first, "ct1": "110", "ct2": "110"}
    assert office.post_form(page, f"{page}/assurabilite", given).status_code == 303
    other = {**given, "sickness_fund": second}
    refused = office.post_form(page, f"{page}/assurabilite", other)
    shown = parse(refused.text)
    assert refused.status_code == 422
    assert "Une période commence déjà ce jour-là" in shown.by_id("period-valid_from-error").text
    assert first in [cell.text for cell in shown.all("td")]
    assert office.post_form(page, f"{page}/assurabilite", {**other, "replaces": "true"}).status_code == 303
    cells = [cell.text for cell in office.see(page).all("td")]
    assert (second in cells, first in cells) == (True, False)
    assert f"{first} → devient {second}" in office.see(f"{page}/chronologie").text


def test_a_number_of_no_union_is_no_sickness_fund(fresh_site: RunningSite) -> None:
    office, who = fresh_site.sign_in("office"), one(fresh_site)
    page = fresh_site.at(f"/patients/{who}")
    for number in ("999", "799", "012"):
        given = {"valid_from": "2026-12-01", "sickness_fund": number, "ct1": "110", "ct2": "110"}
        refused = office.post_form(page, f"{page}/assurabilite", given)
        assert refused.status_code == 422
        assert "Aucune mutualité" in parse(refused.text).by_id("period-sickness_fund-error").text


def test_the_same_form_twice_changes_once(fresh_site: RunningSite) -> None:
    office, who = fresh_site.sign_in("office"), one(fresh_site)
    page = fresh_site.at(f"/patients/{who}")
    (form,) = forms(office.see(page), f"{page}/corriger")
    data = dict(filled(form, {"last_name": "Unefois"}))
    first, second = (office.post(f"{page}/corriger", data) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    topics = [one.topic for one in fresh_site.quittance.log.history(who)]
    assert topics.count("patient.details_corrected") == 1


def test_a_correction_over_an_unseen_one_is_refused(fresh_site: RunningSite) -> None:
    office, who = fresh_site.sign_in("office"), one(fresh_site)
    page = fresh_site.at(f"/patients/{who}")
    (form,) = forms(office.see(page), f"{page}/corriger")
    assert office.post_form(page, f"{page}/corriger", {"last_name": "Premier"}).status_code == 303
    stale = office.post(f"{page}/corriger", dict(filled(form, {"last_name": "Second"})))
    assert stale.status_code in (409, 412)
    assert "Premier" in office.see(page).text


def test_two_records_of_one_person_are_shown_merged_and_taken_apart(fresh_site: RunningSite) -> None:
    office, who = fresh_site.sign_in("office"), one(fresh_site)
    state = patients.fold(fresh_site.quittance.log.load([who])[who])
    twin = fresh_site.quittance.register.patient(OPERATOR, fresh_site.where, "", "123456", state.details).result.id
    page, other = fresh_site.at(f"/patients/{who}"), fresh_site.at(f"/patients/{twin}")
    assert "Doublon possible" in office.see(other).text
    without = office.post_form(other, f"{other}/fusionner", {"survivor_id": str(who)})
    assert without.status_code == 422
    merged = office.post_form(other, f"{other}/fusionner", {"survivor_id": str(who), "reason": "Même personne"})
    assert merged.status_code == 303
    assert "fusionné" in office.see(other).text
    assert "Dossiers fusionnés dans celui-ci" in office.see(page).text
    apart = office.post_form(other, f"{other}/defaire", {"reason": "Erreur"})
    assert apart.status_code == 303
    assert "Dossiers fusionnés dans celui-ci" not in office.see(page).text


def test_an_erased_patient_is_a_file_without_a_person(fresh_site: RunningSite) -> None:
    office, who = fresh_site.sign_in("office"), one(fresh_site)
    fresh_site.quittance.register.erase(OPERATOR, who)
    page = office.see(fresh_site.at(f"/patients/{who}"))
    assert page.one("h1").text == "∅"
    assert "effacées pour toujours" in page.text
    assert not page.one("main").all("form", method="post")
    listed = office.see(fresh_site.at("/patients?is_active=false"))
    assert names(listed) == ["∅"]


def test_a_new_patient_is_entered_with_insurability(fresh_site: RunningSite) -> None:
    office, form = fresh_site.sign_in("assistant"), fresh_site.at("/patients/nouveau")
    given = {"ssin": "85.07.30-033.28", "last_name": "Dubois", "first_name": "Émile", "sex": "1", "language": "fr"}
    refused = office.post_form(form, form, {**given, "ssin": "85073003329"})
    assert refused.status_code == 422
    assert 'value="Dubois"' in refused.text
    insured = {"valid_from": "2026-01-01", "sickness_fund": "131", "ct1": "110", "ct2": "110"}
    made = office.post_form(form, form, {**given, **insured})
    assert made.status_code == 303
    page = office.see(local(made.headers["location"]))
    assert "Dubois Émile" in page.text
    assert "131" in page.text


def test_patients_of_another_practice_are_not_there(site: RunningSite) -> None:
    office = site.sign_in("office")
    other = site.rows("SELECT patient_id FROM patients WHERE establishment_id = ?", site.elsewhere)[0]["patient_id"]
    for tab in ("", "/jours", "/factures", "/chronologie"):
        assert office.get(site.at(f"/patients/{other}{tab}")).status_code == 404
    assert site.sign_in("accountant").get(site.at("/patients")).status_code == 403


def test_ref_18_the_insurer_was_asked_again_and_said_the_same(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(20)
    (row, *_) = site.rows("SELECT patient_id, date FROM days ORDER BY date")
    page, who = site.at(f"/patients/{row['patient_id']}"), site.sign_in("office")
    path = f"{page}/assurabilite/confirmer"
    refused = who.post_form(page, path, {"day": "1990-01-01", "reason": ""})
    assert refused.status_code == 422
    assert parse(refused.text).by_id("confirmed-day").get("value") == "1990-01-01"
    assert who.post_form(page, path, {"day": row["date"], "reason": "Portail de la mutualité"}).status_code == 303
    last = site.quittance.log.history(row["patient_id"])[-1]
    assert last.event == InsurabilityConfirmed(Date.fromisoformat(row["date"]))
    shown = who.see(f"{page}/chronologie").text
    assert "assurabilité redemandée, inchangée" in shown
    assert "Portail de la mutualité" in shown
