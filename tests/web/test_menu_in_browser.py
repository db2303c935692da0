"""The menu in a narrow window: one row until somebody unfolds it, with scripts or without; in a wide one always open."""

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browser import Window
from tests.web.site import RunningSite

pytestmark = pytest.mark.browser
ONE_ROW_PX = 48


@pytest.mark.parametrize("scripts", [True, False])
def test_in_a_narrow_window_the_menu_takes_one_row(chromium: Browser, site: RunningSite, scripts: bool) -> None:
    with Window.open(chromium, site, site.sign_in("office"), width=320, scripts=scripts) as window:
        window.go(site.at("/refus"))
        menu = window.page.locator(".sidebar")
        entry = menu.get_by_role("link", name="Historique")
        expect(entry).to_be_hidden()
        box = menu.bounding_box()
        assert box is not None
        assert box["height"] <= ONE_ROW_PX
        expect(menu.locator("summary")).to_contain_text("Menu · Refus")
        menu.locator("summary").click()
        entry.click()
        expect(window.page.locator("h1")).to_have_text("Historique")
        expect(entry).to_be_hidden()


def test_in_a_wide_window_the_menu_is_open_and_has_no_handle(chromium: Browser, site: RunningSite) -> None:
    with Window.open(chromium, site, site.sign_in("office")) as window:
        window.go(site.at("/refus"))
        expect(window.page.locator(".sidebar summary")).to_be_hidden()
        expect(window.page.locator(".sidebar").get_by_role("link", name="Historique")).to_be_visible()
