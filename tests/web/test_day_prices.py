"""The page of a day says what the tariffs make of it and why, and lets an amount stand that is another."""

from datetime import date as Date
from uuid import UUID

import pytest

from application.record_care import Entry
from domain.authorisation import Authorisation
from domain.care import Care
from tests.acceptance.practice import OPERATOR, unauthorised
from tests.web.markup import Element, forms
from tests.web.site import RunningSite
from tests.web.visitor import local

TOILET, NURSE, ON = "990011", "49991127401", Date(2026, 10, 14)


@pytest.fixture
def patient(fresh_site: RunningSite) -> UUID:
    """Insured, with a Katz form, in a practice with tariffs."""
    site = fresh_site
    site.quittance.tariffs.accept(OPERATOR, site.where, site.bring_tariffs(site.where), Date(2025, 1, 1))
    who: UUID = unauthorised(site.quittance)[0]["patient_id"]
    site.quittance.register.authorise(OPERATOR, who, Authorisation("katz", "A", Date(2026, 9, 1), None, "ACCORD77"))
    return who


def enter(site: RunningSite, who: UUID, care: Care) -> str:
    """Page of the day."""
    done = site.quittance.care.record(OPERATOR, site.where, [Entry(who, ON, care)])
    return site.at(f"/jours/{done.result.lines[0].day_id}")


def rows(page: Element, table: str) -> list[str]:
    return [row.text for row in page.one("div", aria_labelledby=table).one("tbody").all("tr")]


def test_a_day_without_amounts_says_what_it_would_cost_and_why(fresh_site: RunningSite, patient: UUID) -> None:
    site, day = fresh_site, enter(fresh_site, patient, Care(TOILET, 0, NURSE, is_priced=False, visit=1))
    page = site.sign_in("office").see(day)
    cards = page.of_class("cards")[0].text
    assert "pas encore tarifé" in cards
    assert "0,00" not in cards
    assert "Pas encore tarifé. Voici ce que les tarifs feraient" in page.text
    assert TOILET in rows(page, "done")[0]
    made = rows(page, "made")
    assert any("forfait du jour, ouvert par un accord" in row and "échelle de Katz A" in row for row in made)
    assert any("ligne statistique" in row and "visite 1" in row for row in made)
    assert "ACCORD77" in page.text
    assert "ACCORD77" not in site.sign_in("accountant").see(day).text
    listed = site.sign_in("office").see(site.at("/historique/jours?month=2026-10"))
    assert "0,00" not in listed.one("tbody").text, "neither a verdict nor an amount"
    assert site.rows("SELECT unpriced FROM days") == [{"unpriced": 1}], "nothing was written"


def test_a_billed_day_shows_where_its_lines_come_from(fresh_site: RunningSite, patient: UUID) -> None:
    site, day = fresh_site, enter(fresh_site, patient, Care(TOILET, 0, NURSE, is_priced=False, visit=1))
    before = rows(site.sign_in("office").see(day), "made")
    site.bill()
    for language, told in (
        ("fr", "viennent des tarifs"),
        ("nl", "komen van de tarieven"),
        ("en", "come from the tariffs"),
    ):
        page = site.sign_in("office", language).see(day)
        assert told in page.text
        assert language != "fr" or rows(page, "made") == before
    assert site.rows("SELECT phase, unpriced FROM days") == [{"phase": "in_sending", "unpriced": 0}]


def test_another_amount_is_confirmed_with_a_reason_and_then_billed(fresh_site: RunningSite, patient: UUID) -> None:
    site, day = fresh_site, enter(fresh_site, patient, Care(TOILET, 3, NURSE))
    office, action = site.sign_in("office"), f"{day}/montant"
    page = office.see(day)
    assert "montant autre que celui du tarif" in rows(page, "differing")[0]
    assert not forms(site.sign_in("accountant").see(day), action)
    assert office.post_form(day, action, {"reason": ""}).status_code == 422
    assert office.post_form(day, action, {"reason": "convenu avec la mutualité"}).status_code == 303
    page = office.see(day)
    assert not page.all("div", aria_labelledby="differing")
    assert not forms(page, action)
    assert "montant confirmé" in page.text
    assert "convenu avec la mutualité" in page.text
    held = site.quittance.billing.held_back(site.where, [UUID(local(day).split("/")[-1])])
    assert "amount_differs" not in str(held)


def test_a_day_that_its_price_holds_back_says_so_alike_wherever_it_is_shown(
    fresh_site: RunningSite, patient: UUID
) -> None:
    site, month = fresh_site, "2026-11"
    entries = [
        Entry(patient, Date(2026, 11, 2), Care("999998", 0, NURSE, is_priced=False, visit=1)),
        Entry(patient, Date(2026, 11, 3), Care(TOILET, 3, NURSE)),
    ]
    lines = site.quittance.care.record(OPERATOR, site.where, entries).result.lines
    office, words = site.sign_in("office"), ("code absent des tarifs", "montant autre que celui du tarif")
    preview = office.see(site.at(f"/facturation/{month}?include_current=true")).text
    rows = office.see(site.at(f"/historique/jours?month={month}&phase=blocked&sort=date")).one("tbody").all("tr")
    every = office.see(site.at(f"/historique/jours?month={month}&sort=date")).one("tbody").all("tr")
    file = office.get(site.at(f"/export/billing_days.csv?month={month}&sort=date")).text.splitlines()[1:]
    key = {"Authorization": f"Bearer {site.api_key}"}
    listed = site.client.get(f"/billing-days?month={month}&sort=date", headers=key).json()["billing_days"]
    for nth, (line, said) in enumerate(zip(lines, words, strict=True)):
        cards = office.see(site.at(f"/jours/{line.day_id}")).one("dl", class_="cards").text
        for shown in (cards, rows[nth].text, every[nth].text, file[nth]):
            assert "bloqué" in shown
            assert said in shown
            assert "à facturer" not in shown
        assert said in preview
        alone = site.client.get(f"/billing-days/{line.day_id}", headers=key).json()
        for told in (listed[nth], alone):
            assert (told["phase"], [one["text"] for one in told["held_back"]]) == ("blocked", [said])
