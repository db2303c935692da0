"""Pages of a day before something was there: they say so, blame nothing else, and lead to what is there today."""

from uuid import UUID

import pytest

from api.web.render import moment
from tests.web.markup import parse
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import read

BEFORE = "2026-11-01"
PRACTICE = "SELECT name FROM establishments WHERE establishment_id = ?"
SAID = "N'existait pas encore le 01/11/2026"
THINGS = {
    "/envois/{}": "SELECT sending_id FROM sendings WHERE establishment_id = ?",
    "/decomptes/{}": "SELECT sending_id FROM sendings WHERE establishment_id = ?",
    "/factures/{}": "SELECT invoice_id FROM invoices WHERE establishment_id = ?",
    "/jours/{}": "SELECT day_id FROM days WHERE establishment_id = ?",
    "/points/{}": "SELECT item_id FROM items WHERE establishment_id = ?",
    "/patients/{}": "SELECT patient_id FROM patients WHERE establishment_id = ?",
    "/importations/{}": "SELECT import_id FROM imports WHERE establishment_id = ?",
    f"/facturation/{MONTH}/{{}}": "SELECT run_id FROM runs WHERE establishment_id = ?",
}


@pytest.mark.parametrize("path", THINGS)
def test_ref_24_a_thing_that_came_later_is_told_so_and_is_one_click_away(site: RunningSite, path: str) -> None:
    office = site.sign_in("office")
    mine = next(iter(site.rows(THINGS[path], site.where)[0].values()))
    answer = office.get(site.at(path.format(mine)) + f"?as_of={BEFORE}")
    page = parse(answer.text)
    assert (answer.status_code, page.one("h1").text) == (404, SAID)
    (today,) = [link for link in page.by_id("main").all("a", class_="btn") if link.text == "Le voir aujourd'hui"]
    office.see(today.get("href"))


@pytest.mark.parametrize("path", THINGS)
def test_what_is_of_another_practice_or_of_none_is_not_told_apart(site: RunningSite, path: str) -> None:
    office = site.sign_in("office")
    theirs = next(iter((site.rows(THINGS[path], site.elsewhere) or [{"id": UUID(int=2)}])[0].values()))
    titles = set()
    for one in (theirs, UUID(int=1)):
        answer = office.get(site.at(path.format(one)) + f"?as_of={BEFORE}")
        assert answer.status_code == 404
        titles.add(parse(answer.text).one("h1").text)
    assert len(titles) == 1
    assert SAID not in titles


@pytest.mark.parametrize("path", ["/historique/envois", "/historique/jours", "/historique/factures", "/decomptes"])
def test_an_empty_list_of_the_past_names_the_day_and_no_filter(site: RunningSite, path: str) -> None:
    office = site.sign_in("office")
    page = office.see(site.at(path) + f"?as_of={BEFORE}").by_id("list")
    assert "Aucune ligne à la date du 01/11/2026." in page.text
    assert "filtre" not in page.of_class("empty")[0].text
    (today,) = page.of_class("empty")[0].all("a")
    assert office.see(today.get("href")).by_id("list").all("table")
    narrowed = office.see(site.at(path) + f"?as_of={BEFORE}&month={MONTH}").by_id("list")
    assert "Lever tous les filtres" in narrowed.of_class("empty")[0].text


def test_work_of_a_day_before_anything_was_entered_names_no_later_deadline(site: RunningSite) -> None:
    office = site.sign_in("office")
    page = office.see(site.at(f"?as_of={BEFORE}"))
    assert "Rien n'était à faire le 01/11/2026." in page.text
    assert "01/12/2026" not in page.by_id("main").text


def test_a_month_that_nobody_entered_is_named(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    assert "Aucun soin du mois 10/2026 n'est encore encodé" in office.see(fresh_site.at()).text
    fresh_site.enter_care(3)
    assert "n'est encore encodé" not in office.see(fresh_site.at()).text


@pytest.mark.parametrize("path", ["", "/historique/envois", "/pilotage", "/export/sendings.csv"])
def test_a_day_to_come_shows_nothing_but_why(fresh_site: RunningSite, path: str) -> None:
    office, address = fresh_site.sign_in("office"), fresh_site.at(path)
    for day in ("2026-11-04", "2030-01-01"):
        answer = office.get(f"{address}?as_of={day}")
        assert answer.status_code == 422
        assert parse(answer.text).one("h1").text == "Ce jour n'est pas encore passé"
        assert "jamais d'un jour à venir" in parse(answer.text).by_id("main").text
    assert office.get(f"{address}?as_of=2026-11-03").status_code != 422


@pytest.mark.parametrize("path", ["/historique/envois?sort=month", "/refus?month=2026-10"])
def test_paper_says_whose_page_it_is_and_of_when(site: RunningSite, path: str) -> None:
    """By the server's clock; the part that a filter fetches says it anew."""
    who, (practice,) = site.sign_in("administrator"), site.rows(PRACTICE, site.where)
    for wanted, told in (("", moment(site.clock.instant)), (f"&as_of={BEFORE}", "01/11/2026")):
        said = f"{practice['name']} · Situation au {told}"
        assert who.see(site.at(path + wanted)).by_id("on-paper").text == said
        assert read(who.partial(site.at(path + wanted))).by_id("on-paper").text == said
