"""What the administrator of a nursing practice does all day (persona P1), by keyboard, in no more presses than promised.

A press is a key that does something: moving the focus and typing words are none. Insurability (3), agreements (4) and the
correction of refusals (9) have no screens; how long things take is for the benchmarks to say.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.acceptance.practice import OPERATOR
from tests.web.browser import Keyboard, Mouse, Window
from tests.web.site import RunningSite, own_password

pytestmark = pytest.mark.browser


def test_p1_1_the_day_begins_with_one_list(chromium: Browser, site: RunningSite) -> None:
    """What needs me stands there after the sign-in, without another press: the most urgent first."""
    site.sign_in("office")
    with Window.open(chromium, site) as window:
        keyboard = Keyboard(window)
        sign_in(keyboard, site, "office")
        expect(window.page.locator("h1")).to_have_text("À faire")
        dates = [time.get_attribute("datetime") for time in rows(window.page).locator("time[datetime]").all()]
        assert len(dates) > 3
        assert dates == sorted(dates)
        assert keyboard.presses == 2, "the two of the sign-in"


def test_p1_2_a_session_opens_in_two_and_what_it_missed_goes_on(chromium: Browser, fresh_site: RunningSite) -> None:
    """A form that came too late waits behind the sign-in and is sent by one press."""
    site = fresh_site
    site.enter_care(200)
    (sending_id, *_) = site.bill()
    with Window.open(chromium, site, site.sign_in("office")) as window:
        keyboard, page = Keyboard(window), window.page
        window.go(site.at(f"/envois/{sending_id}"))
        keyboard.write(page.locator("#cw-note"), "La mutualité rappelle demain")
        site.clock.forward(hours=2)
        keyboard.use(main(page).get_by_role("button", name="Ajouter la note"))
        keyboard.presses = 0
        sign_in(keyboard, site, "office")
        expect(page.locator("h1")).to_have_text("Votre action a été gardée")
        expect(main(page)).to_contain_text("La mutualité rappelle demain")
        assert window.violations() == []
        assert keyboard.presses == 2
        keyboard.use(main(page).get_by_role("button", name="Envoyer maintenant"))
        expect(page.locator("h1")).to_contain_text("Envoi")
        expect(main(page)).to_contain_text("La mutualité rappelle demain")
        assert keyboard.presses == 3


def test_p1_5_an_answer_is_fetched_read_and_put_away(chromium: Browser, fresh_site: RunningSite) -> None:
    """Fetched with one press; from the list of the day opened and marked with two more."""
    site = fresh_site
    site.enter_care(200)
    site.bill()
    site.quittance.dispatch.send(OPERATOR, site.where)
    site.clock.forward(days=40)
    with Window.open(chromium, site, site.sign_in("office")) as window:
        keyboard, page = Keyboard(window), window.page
        window.go(site.at("/facturation/reponses"))
        expect(page.locator("#list")).to_contain_text("Aucune réponse encore")
        keyboard.use(main(page).get_by_role("button", name="Relever"))
        assert keyboard.presses == 1
        expect(page.locator("#list tbody tr").first).to_be_visible()
        window.go(site.at())
        keyboard.use(rows(page).locator("a.row-link[href*='/decomptes/'], a.row-link[href*='/envois/']").first)
        keyboard.use(main(page).get_by_role("button", name="Marquer comme lu"))
        expect(main(page).get_by_role("button", name="Marquer comme lu")).to_have_count(0)
        assert keyboard.presses == 3
    assert [row["is_read"] for row in site.rows("SELECT is_read FROM sendings")].count(True) == 1


def test_p1_6_what_only_a_person_can_settle_takes_two(chromium: Browser, fresh_site: RunningSite) -> None:
    """Opened from the list of the day, closed with a reason."""
    fresh_site.quittance.answers.receive(OPERATOR, fresh_site.where, b"pas un message")
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        keyboard, page = Keyboard(window), window.page
        window.go(fresh_site.at())
        keyboard.use(rows(page).locator("a.row-link[href*='/points/']"))
        expect(page.locator("h1")).to_have_text("Fichier illisible")
        keyboard.write(page.locator("#reason"), "Nouveau fichier reçu")
        keyboard.press("Enter")
        expect(main(page)).to_contain_text("Clôturé")
        assert keyboard.presses == 2
    assert fresh_site.rows("SELECT is_settled FROM items")[0]["is_settled"]


def test_p1_7_the_month_is_billed_and_sent_in_three(chromium: Browser, fresh_site: RunningSite) -> None:
    """From the list of the day: the preview, the files, the sending."""
    fresh_site.enter_care()
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        keyboard, page = Keyboard(window), window.page
        window.go(fresh_site.at())
        keyboard.use(page.locator(".sidebar").get_by_role("link", name="Facturation"))
        expect(page.locator("#a-facturer")).to_be_visible()
        keyboard.use(main(page).get_by_role("button", name="Facturer"))
        keyboard.use(main(page).get_by_role("button", name="Envoyer").first)
        expect(main(page)).to_contain_text("transmis")
        assert keyboard.presses == 3
    sent = fresh_site.rows("SELECT status FROM sendings")
    assert [row["status"] for row in sent] == ["transmitted"] * 8


def test_p1_8_the_refusals_of_a_settlement_stand_in_few_groups(chromium: Browser, site: RunningSite) -> None:
    """Grouped by themselves, at most ten; by the keys of the menu there, and into the first."""
    with Window.open(chromium, site, site.sign_in("office")) as window:
        keyboard, page = Keyboard(window), window.page
        window.go(site.at())
        keyboard.press("g", "d")
        expect(page.locator("h1")).to_contain_text("Décompte")
        keyboard.press("g", "r")
        expect(page.locator("h1")).to_contain_text("Refus")
        lines = site.rows("SELECT count(*) AS n FROM refusals WHERE establishment_id = ?", site.where)[0]["n"]
        assert lines > 30
        assert 1 <= rows(page).count() <= 10
        keyboard.press("j", "o")
        expect(page).to_have_url(re.compile(r"/refus/\w+"))
        assert keyboard.presses == 6


def test_p1_10_from_a_name_to_the_document_that_explains_the_amount(chromium: Browser, site: RunningSite) -> None:
    """Search, person, invoices, invoice, document: a press each."""
    known = site.rows(
        "SELECT patient_id FROM refusals WHERE establishment_id = ? GROUP BY patient_id ORDER BY count(*) DESC",
        site.where,
    )[0]
    with Window.open(chromium, site, site.sign_in("office")) as window:
        keyboard, page = Keyboard(window), window.page
        window.go(site.at(f"/patients/{known['patient_id']}"))
        name = page.locator("h1").inner_text().split()[0]
        window.go(site.at())
        keyboard.press("/")
        keyboard.write(page.locator("#q"), name)
        keyboard.press("Enter")
        expect(page.locator("h1")).not_to_have_text("À faire")
        if page.locator("#people").count():
            keyboard.use(rows(page).locator(f"a[href*='{known['patient_id']}']"))
        keyboard.use(main(page).get_by_role("link", name="Factures"))
        keyboard.use(rows(page).locator("a[href*='/factures/']").first)
        with page.expect_download() as download:
            keyboard.use(main(page).get_by_role("link", name="PDF"))
        assert download.value.path().read_bytes().startswith(b"%PDF")
        assert keyboard.presses <= 6


def test_with_javascript_off_work_is_assigned_decided_and_exported(chromium: Browser, fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(200)
    site.bill()
    site.add_user("colleague", (site.where, "office", site.today - timedelta(days=1), None), name="Denise Collègue")
    mouse = Mouse()
    with Window.open(chromium, site, site.sign_in("office"), scripts=False) as window:
        page = window.go(site.at("/historique/envois"))
        before = rows(page).count()
        page.locator("#f-status").select_option("prepared")
        mouse.use(main(page).get_by_role("button", name="Filtrer"))
        expect(page).to_have_url(re.compile("status=prepared"))
        mouse.use(rows(page).locator("a.row-link").first)
        mouse.use(main(page).locator("summary", has_text="attribuer"))
        page.locator("#assign-user_id").select_option(label="Denise Collègue")
        mouse.use(main(page).get_by_role("button", name="Attribuer"))
        expect(main(page)).to_contain_text("Pris en charge par Denise Collègue")
        mouse.use(main(page).get_by_role("button", name="Archiver"))
        mouse.use(main(page).locator(".breadcrumb a").first)
        expect(rows(page)).to_have_count(before - 1)
        with page.expect_download() as download:
            mouse.use(main(page).get_by_role("link", name="CSV"))
        assert len(download.value.path().read_text("utf-8-sig").strip().splitlines()) == before


# ---- what the tests above have in common


def sign_in(keyboard: Keyboard, site: RunningSite, login: str) -> None:
    """From the page that asks for it: two presses."""
    page = keyboard.window.page
    if page.url == "about:blank":
        keyboard.window.go("/")
    keyboard.write(page.locator("#login"), login)
    keyboard.write(page.locator("#password"), own_password(login))
    keyboard.press("Enter")
    page.locator("#code").wait_for()
    site.clock.forward(seconds=30)
    keyboard.write(page.locator("#code"), site.code(login))
    keyboard.press("Enter")
    page.locator("#code").wait_for(state="detached")


def main(page: Page) -> Locator:
    return page.locator("main")


def rows(page: Page) -> Locator:
    return page.locator("main table.grid tbody tr")
