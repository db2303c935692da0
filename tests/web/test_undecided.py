"""Refusals without a decision on the pages: told before anything is billed, and left only by who ticks it."""

import pytest

from tests.web.markup import forms, parse
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import Visitor, local

LEAVING = {"leave_undecided": "true"}


@pytest.fixture
def answered(fresh_site: RunningSite) -> RunningSite:
    """October answered with refusals, some care of November waiting to be billed, forty days later."""
    fresh_site.enter_care(600)
    fresh_site.bill_and_answer()
    fresh_site.enter_care(60, "2026-11")
    fresh_site.clock.forward(days=40)
    fresh_site.quittance.views.catch_up()
    return fresh_site


@pytest.fixture
def office(answered: RunningSite) -> Visitor:
    return answered.sign_in("office")


def test_ref_20_a_run_passes_refusals_by_only_for_who_ticks_it(answered: RunningSite, office: Visitor) -> None:
    month = answered.at("/facturation/2026-11")
    shown = office.see(month)
    undecided = answered.quittance.lookups.undecided_refusals(answered.where)
    count = len(undecided)
    age = (answered.quittance.billing.today() - undecided[0].refused_on).days
    listed = next(one for one in shown.of_class("panel") if "Refusé, sans décision" in one.text)
    assert listed.text.index(f"{count} jours refusés") >= 0
    assert f"Le plus ancien est refusé depuis {age} jours" in listed.text
    rows = listed.one("tbody").all("tr")
    assert len(rows) == min(count, 10)
    assert f"refusé depuis {age} jours" in rows[0].text
    assert rows[0].all("a")[0].get("href") == answered.at(f"/jours/{undecided[0].day_id}")
    assert shown.text.index("Refusé, sans décision") < shown.text.index("À facturer : "[:9])
    (form,) = [one for one in forms(shown, month) if "Facturer" in one.text]
    assert f"Laisser ces {count} jours sans décision" in form.text
    (box,) = [one for one in form.all("input") if one.get("name") == "leave_undecided"]
    assert "required" in box.attributes

    refused = office.post_form(month, month)
    assert refused.status_code == 422
    page = parse(refused.text)
    assert f"des jours refusés sont sans décision ({count}, " in page.one("div", class_="errors").text
    assert answered.rows("SELECT * FROM sendings WHERE month = '2026-11'") == []

    done = office.post_form(month, month, LEAVING)
    assert done.status_code == 303
    answered.quittance.views.catch_up()
    run = office.see(local(done.headers["location"]))
    assert "Laissé sans décision" in run.text
    assert f"{count} jours refusés" in run.text
    again = office.see(month).text
    assert f"{count} jours ont déjà été laissés sans décision, 1 fois au plus" in again


def test_a_left_day_says_how_often_and_when(answered: RunningSite, office: Visitor) -> None:
    month = answered.at("/facturation/2026-11")
    assert office.post_form(month, month, LEAVING).status_code == 303
    answered.quittance.views.catch_up()
    (one, *_) = answered.quittance.lookups.undecided_refusals(answered.where)
    today = answered.quittance.billing.today()
    left = f"laissé 1 fois, le {today:%d/%m/%Y}"
    page = office.see(answered.at(f"/jours/{one.day_id}"))
    assert left in page.text
    assert "laissé sans décision" in page.all("div", aria_labelledby="fil")[0].text
    assert "refus laissé sans décision lors d'une facturation" in page.text
    assert left in office.see(answered.at("/refus")).text
    assert left in office.see(answered.at()).text, "the first screen"
    lines = office.see(answered.at("/refus/lignes?is_left=true&limit=100"))
    assert lines.one("tbody").all("tr"), "how long they wait is a column to be chosen"
    assert not office.see(answered.at("/refus/lignes?is_left=false")).all("tbody")
    days = office.see(answered.at("/historique/jours?is_left=true&limit=100"))
    assert str(one.day_id) in str([row.get("id") for row in days.one("tbody").all("tr")])
    assert MONTH in answered.rows("SELECT month FROM days WHERE day_id = ?", one.day_id)[0]["month"]
