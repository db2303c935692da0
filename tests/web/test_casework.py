"""The block of casework on a page: whom work is given to, until when it waits, and what is said of a refused form."""

from datetime import date as Date
from datetime import timedelta
from uuid import UUID

import pytest

from tests.acceptance.practice import OPERATOR
from tests.web.markup import Element, filled, forms, parse
from tests.web.site import RunningSite


@pytest.fixture
def patient_id(fresh_site: RunningSite) -> UUID:
    found: UUID = fresh_site.rows("SELECT patient_id FROM patients ORDER BY patient_id")[0]["patient_id"]
    return found


def named(form: Element) -> set[str]:
    """Who can be chosen."""
    return {option.text for option in form.one("select", name="user_id").all("option")} - {"personne"}


def block(page: Element) -> str:
    return page.one("section", aria_labelledby="casework-title").text


def test_work_on_a_patient_is_given_only_to_who_may_do_it(fresh_site: RunningSite, patient_id: UUID) -> None:
    """One by one and many at once; that of a sending is for everybody who may note."""
    site = fresh_site
    site.enter_care(300)
    (sending_id, *_) = site.bill()
    office, accountant = site.sign_in("office"), site.quittance.accounts.user_id("accountant")
    site.sign_in("accountant")
    page, at = site.at(f"/patients/{patient_id}/chronologie"), site.at(f"/suivi/{patient_id}/responsable")
    (form,) = forms(office.see(page), at)
    assert "Personne office" in named(form)
    assert "Personne accountant" not in named(form)
    refused = office.submit(form, page, {"user_id": str(accountant)})
    shown = parse(refused.text)
    (link,) = shown.one("div", class_="errors").all("a")
    field = shown.by_id(link.get("href").removeprefix("#"))
    assert (refused.status_code, field.get("name"), field.get("aria-invalid")) == (422, "user_id", "true")
    days = site.at("/historique/jours")
    (chosen, *_) = [one for one in forms(office.see(days)) if one.all("select", name="user_id")]
    assert "Personne accountant" not in named(chosen)
    assert office.submit(chosen, days, {"user_id": str(accountant), "action": "assign"}).status_code == 422
    (form,) = forms(office.see(site.at(f"/envois/{sending_id}")), site.at(f"/suivi/{sending_id}/responsable"))
    assert "Personne accountant" in named(form)


def test_what_was_put_off_to_a_day_that_came_is_put_off_no_more(fresh_site: RunningSite, patient_id: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient_id}/chronologie")
    until = site.today + timedelta(days=2)
    office = site.sign_in("office")
    given = {"until": until.isoformat(), "reason": "Attend la lettre"}
    assert office.post_form(page, site.at(f"/suivi/{patient_id}/report"), given).status_code == 303
    assert f"Reporté au {until:%d/%m/%Y}." in block(office.see(page))
    accounts, people, shown = site.quittance.accounts, site.at("/patients"), ["snoozed_until"]
    accounts.set_preference(accounts.user_id("office"), "columns.patients", shown)
    assert f"{until:%d/%m/%Y}" in office.see(people).one("tbody").text
    site.clock.forward(days=2)
    administrator = site.sign_in("administrator")
    accounts.set_preference(accounts.user_id("administrator"), "columns.patients", shown)
    assert f"{until:%d/%m/%Y}" not in administrator.see(people).one("tbody").text
    after = administrator.see(page)
    assert "Reporté au" not in block(after)
    assert "Attend la lettre" in after.text, "the timeline keeps it"
    assert not after.by_id("snooze-until").get("value")
    assert not forms(after, site.at(f"/suivi/{patient_id}/reprise"))


def test_who_is_in_charge_stays_so_when_the_form_is_pressed_unchanged(fresh_site: RunningSite) -> None:
    """Even somebody whose role here ended since: the work does not fall to nobody unseen."""
    site = fresh_site
    site.enter_care(60)
    sending_id, accounts = site.bill()[0], site.quittance.accounts
    site.add_user("partie", (site.where, "office", Date(2026, 1, 1), None), name="Personne partie")
    gone = accounts.user_id("partie")
    site.quittance.casework.assign(OPERATOR, site.where, sending_id, gone)
    accounts.end_role(OPERATOR, gone, site.where, "office", site.today - timedelta(days=1))
    office, page = site.sign_in("office"), site.at(f"/envois/{sending_id}")
    action = site.at(f"/suivi/{sending_id}/responsable")
    (form,) = forms(office.see(page), action)
    assert dict(filled(form, {}))["user_id"] == str(gone)
    assert office.post_form(page, action).status_code == 303
    assert site.quittance.casework.of(sending_id).assignee == gone
    assert office.post_form(page, action, {"user_id": ""}).status_code == 303
    assert site.quittance.casework.of(sending_id).assignee is None
