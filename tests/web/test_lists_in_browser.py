"""Lists in a real browser under the strict policy: selection, a job that shows how far it is, the live notice."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from api.job_worker import working_off
from tests.acceptance.practice import OPERATOR
from tests.web.browser import Window, require_browser, started
from tests.web.site import RunningSite

LIST = "/historique/envois"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started(require_browser()) as browser:
        yield browser


def billed(site: RunningSite) -> None:
    site.enter_care(300)
    site.bill()


def test_sof_19_a_range_is_selected_and_archived_while_the_page_looks_on(
    chromium: Browser, fresh_site: RunningSite
) -> None:
    billed(fresh_site)
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page = window.go(fresh_site.at(LIST + "?sort=sending_number"))
        bar = page.get_by_role("group", name="Actions sur la sélection")
        expect(bar).to_be_hidden()
        boxes = page.locator("input[name=selected]")
        boxes.nth(0).check()
        boxes.nth(2).click(modifiers=["Shift"])
        expect(bar).to_contain_text("(3)")
        bar.get_by_role("button", name="Archiver", exact=True).click()
        expect(page.locator("#state")).to_have_text("en attente")
        with working_off(fresh_site.quittance, 0.05):
            expect(page.locator("#state")).to_have_text("terminé")
        expect(page.get_by_text("3 sur 3")).to_be_visible()
        assert window.violations() == []
        history = page.url
        page.go_back()
        assert page.url != history


def test_a_whole_filter_asks_before_anything_is_done(chromium: Browser, fresh_site: RunningSite) -> None:
    billed(fresh_site)
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page = window.go(fresh_site.at(LIST + "?sort=sending_number"))
        page.locator("summary", has_text="Agir sur tout le filtre").click()
        page.locator("details.panel").get_by_role("button", name="Marquer comme lu").click()
        expect(page.get_by_text("Rien n'est fait encore.")).to_be_visible()
        assert window.violations() == []


def test_a_notice_says_that_others_changed_something(chromium: Browser, fresh_site: RunningSite) -> None:
    billed(fresh_site)
    (first, *_) = fresh_site.rows("SELECT sending_id FROM sendings ORDER BY sending_number")
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page = window.go(fresh_site.at(LIST + "?sort=sending_number"))
        notice = page.locator(".notice[data-live]")
        expect(notice).to_be_hidden()
        rows = page.locator("table.grid tbody tr")
        before = rows.count()
        fresh_site.quittance.dispatch.archive(OPERATOR, first["sending_id"], archived=True)
        expect(notice).to_be_visible()
        expect(rows).to_have_count(before)
        expect(page.locator("tr.is-read")).to_have_count(0)
        notice.get_by_role("link", name="actualiser").click()
        expect(page.locator("tr.is-read")).to_have_count(1)
        expect(page.locator(".notice[data-live]")).to_be_hidden()


def test_columns_are_chosen_with_javascript_off(chromium: Browser, fresh_site: RunningSite) -> None:
    billed(fresh_site)
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office"), scripts=False) as window:
        page = window.go(fresh_site.at(LIST + "?sort=sending_number"))
        page.get_by_role("link", name="Colonnes et filtres enregistrés").click()
        page.get_by_label("Explication", exact=True).uncheck()
        page.get_by_label("Ordre de la colonne N° d'envoi").fill("0")
        page.get_by_role("button", name="Enregistrer les colonnes").click()
        heads = page.locator("thead th")
        expect(heads.nth(0)).to_contain_text("N° d'envoi")
        expect(page.locator("thead")).not_to_contain_text("Explication")
