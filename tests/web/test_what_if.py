"""The page "Et si": what is supposed stands in the address, sums and days are told, and nothing is written."""

import csv
import io
import json
from datetime import date as Date
from uuid import UUID

import pytest

from api.web.what_if import MOST_SHOWN
from application.record_care import Entry
from domain.authorisation import Authorisation
from domain.care import Care
from domain.patient import fold
from tests.acceptance.practice import INSURED, OPERATOR, rows_of, unauthorised
from tests.printed import sheets
from tests.web.markup import Element, parse
from tests.web.site import MONTH, RunningSite

TOILET, NURSE, ON = "990011", "49991127401", Date(2026, 10, 14)
FIRST = Date(2026, 9, 1)


@pytest.fixture
def patient(fresh_site: RunningSite) -> UUID:
    """Insured without increased reimbursement, of Katz B, with a day of two toilets in a practice with tariffs."""
    site = fresh_site
    site.quittance.tariffs.accept(OPERATOR, site.where, site.bring_tariffs(site.where), Date(2025, 1, 1))
    who: UUID = unauthorised(site.quittance, f"{INSURED} AND ct1 LIKE '%0'")[0]["patient_id"]
    site.quittance.register.authorise(OPERATOR, who, Authorisation("katz", "B", FIRST, None, "ACCORD77"))
    for visit, time in ((1, "0800"), (2, "1800")):
        entry = Entry(who, ON, Care(TOILET, 0, NURSE, is_priced=False, visit=visit, time=time))
        site.quittance.care.record(OPERATOR, site.where, [entry])
    site.quittance.views.catch_up()
    return who


def cards(page: Element) -> str:
    return page.of_class("cards")[0].text


def seen_by(site: RunningSite) -> int:
    return len(site.rows("SELECT * FROM access_log"))


def test_a_lower_category_tells_sums_and_days(fresh_site: RunningSite, patient: UUID) -> None:
    site, address = fresh_site, fresh_site.at(f"/tarifs/et-si?month={MONTH}&category=A")
    who = site.sign_in("office")
    head, before, seen = site.quittance.log.head(), rows_of(site.quittance), seen_by(site)
    office = who.see(address)
    assert "−18,06" in cards(office)
    assert "37,77" in cards(office)
    assert "−1,64" in cards(office)
    (row,) = office.one("tbody").all("tr")
    for part in ("14/10/2026", "990503 37,77", "419613 19,71", "−18,06"):
        assert part in row.text
    (link,) = [one for one in row.all("a") if "/jours/" in str(one.get("href"))]
    assert (site.quittance.log.head(), rows_of(site.quittance)) == (head, before)
    assert seen_by(site) == seen + 1, "who sees whose day is noted"
    assert "14/10/2026" in who.see(str(link.get("href"))).text


def test_names_are_for_who_may_see_care(fresh_site: RunningSite, patient: UUID) -> None:
    site, address = fresh_site, fresh_site.at(f"/tarifs/et-si?month={MONTH}&category=A&patient_id={patient}")
    name = last_name(site, patient)
    assert name in site.sign_in("office").see(address).text
    accountant = site.sign_in("accountant").see(address)
    assert name not in accountant.text
    assert "−18,06" in cards(accountant)
    typed = address.replace(MONTH, f"{MONTH[5:]}/{MONTH[:4]}")
    assert cards(site.sign_in("accountant").see(typed)) == cards(accountant)
    file = site.sign_in("accountant").get(site.at(f"/export/what_if.csv?month={MONTH}&category=A"))
    assert (file.status_code, name in file.text, "990503" in file.text) == (200, False, True)


def last_name(site: RunningSite, who: UUID) -> str:
    state = fold(site.quittance.log.load([who])[who])
    assert state is not None
    return state.details.last_name


@pytest.mark.parametrize(("language", "told"), [("fr", "Mutualité"), ("nl", "Ziekenfonds"), ("en", "Sickness fund")])
def test_it_is_there_in_each_language_and_links_lead_to_it(
    fresh_site: RunningSite, patient: UUID, language: str, told: str
) -> None:
    office = fresh_site.sign_in("office", language)
    assert told in cards(office.see(fresh_site.at(f"/tarifs/et-si?month={MONTH}&category=A")))
    path = fresh_site.at("/tarifs/et-si")
    for page in ("/tarifs", f"/patients/{patient}/medical"):
        assert any(str(one.get("href")).startswith(path) for one in office.see(fresh_site.at(page)).all("a"))


MISTAKES = (
    (f"month={MONTH}&calculate=true", "Supposez un autre jeu"),
    ("month=2026-13&category=A", "AAAA-MM"),
    ("date_from=2026-01-01&date_to=2027-06-01&category=A", "366 jours au plus"),
    ("date_from=hier&date_to=2027-06-01&category=A", "jj/mm/aaaa"),
    (f"month={MONTH}&ct1=11", "trois chiffres"),
    (f"month={MONTH}&category=Z", "A, B, C"),
    (f"month={MONTH}&tariffs={'0' * 64}", "n'existe pas ici"),
    (f"month={MONTH}&category=A&patient_id=x", "identifiant"),
)


@pytest.mark.parametrize(("query", "told"), MISTAKES)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    site: RunningSite, query: str, told: str
) -> None:
    answer = site.sign_in("office").get(site.at(f"/tarifs/et-si?{query}"))
    shown = parse(answer.text)
    assert answer.status_code == 422
    assert told in shown.of_class("errors")[0].text
    for name, value in (part.split("=") for part in query.split("&")):
        if name in ("month", "ct1"):
            assert shown.by_id(f"what-if-{name}").get("value") == value


def test_empty_and_unchanged_say_so(fresh_site: RunningSite, patient: UUID) -> None:
    office = fresh_site.sign_in("office")
    assert "Aucun jour avec des soins" in office.see(fresh_site.at("/tarifs/et-si?month=2026-03&category=A")).text
    same = office.see(fresh_site.at(f"/tarifs/et-si?month={MONTH}&category=B"))
    assert "Aucun de ces jours" in same.text
    first = office.see(fresh_site.at("/tarifs/et-si"))
    assert not first.of_class("cards")
    assert not first.of_class("errors")


def test_a_month_that_only_another_set_prices_says_what_it_would_cost(fresh_site: RunningSite, patient: UUID) -> None:
    site, held = fresh_site, fresh_site.tariffs[fresh_site.where]
    without = json.loads(site.quittance.messages.get(held)) | {"edition": "sans prix"}
    for code in without["codes"]:
        if code["code"] == "990503":
            code["prices"] = []
    name = site.quittance.tariffs.receive(OPERATOR, site.where, json.dumps(without).encode()).result.message
    site.quittance.tariffs.accept(OPERATOR, site.where, name, FIRST)
    query = f"month={MONTH}&tariffs={held}"
    page = site.sign_in("office").see(site.at(f"/tarifs/et-si?{query}"))
    (row,) = page.one("tbody").all("tr")
    assert "990503 37,77" in row.text, "the lines as they would be"
    assert "tel quel : prix inconnu" in row.text
    assert "Jours tarifés alors seulement" in cards(page)
    assert "37,77" in cards(page)
    (_, line) = csv.reader(
        io.StringIO(site.sign_in("office").get(site.at(f"/export/what_if.csv?{query}")).text), delimiter=";"
    )
    assert any("990503" in value for value in line)
    key = {"Authorization": f"Bearer {site.api_key}"}
    told = site.client.get(f"/establishments/{site.where}/tariffs/what-if?{query}", headers=key).json()
    assert told["only_then"] == {"days": 1, "insurer_cents": 3777, "patient_cents": 343}
    assert (told["changed"], told["untold"], told["insurer"]["new_cents"]) == (1, 0, 0)
    assert (told["rows"][0]["reasons"], told["rows"][0]["former_reasons"]) == ([], ["price_unknown"])


def test_the_list_is_a_file_too(fresh_site: RunningSite, patient: UUID) -> None:
    office, query = fresh_site.sign_in("office"), f"month={MONTH}&category=A"
    told = office.get(fresh_site.at(f"/export/what_if.csv?{query}")).text.lstrip("\ufeff")
    head, row = csv.reader(io.StringIO(told), delimiter=";")
    assert row[head.index("Écart mutualité")] == "-18,06"
    printed = office.get(fresh_site.at(f"/export/what_if.pdf?{query}"))
    assert "990503" in " ".join(sheets(printed.content))
    assert office.get(fresh_site.at(f"/export/what_if.csv?month={MONTH}")).status_code == 422


def test_as_it_stood(fresh_site: RunningSite, patient: UUID) -> None:
    """On the day before anything was recorded there was nothing."""
    page = fresh_site.sign_in("office").see(fresh_site.at(f"/tarifs/et-si?month={MONTH}&category=A&as_of=2020-01-01"))
    assert "Aucun jour avec des soins" in page.text


def test_of_many_days_the_first_are_shown_and_all_are_counted(site: RunningSite) -> None:
    page = site.sign_in("office").see(site.at(f"/tarifs/et-si?month={MONTH}&category=A"))
    assert len(page.one("tbody").all("tr")) == MOST_SHOWN
    told = page.of_class("summary")[0].text
    assert told.startswith(f"Les {MOST_SHOWN} premiers de ")
    file = site.sign_in("office").get(site.at(f"/export/what_if.csv?month={MONTH}&category=A")).text
    assert f"de {len(file.splitlines()) - 1} jours" in told
