"""What a page says by itself, in a real browser: what others did, that nothing is heard any more, that a list is on its way."""

import re
from datetime import datetime
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from api.web import live
from application.ports import Context, Meta
from tests.acceptance.practice import OPERATOR
from tests.web.browser import Window
from tests.web.site import NOTE, RunningSite

pytestmark = pytest.mark.browser
LIST = "/historique/envois?sort=sending_number"


@pytest.fixture
def sent(fresh_site: RunningSite) -> list[UUID]:
    fresh_site.enter_care(60)
    return fresh_site.bill()


def said(page: Page) -> list[str]:
    """Names of the notices that can be seen."""
    shown = page.locator(".notice [data-on]:visible")
    return [one.get_attribute("data-on") or "" for one in shown.all()]


def test_a_note_of_somebody_else_is_told_where_it_stands(
    chromium: Browser, fresh_site: RunningSite, sent: list[UUID]
) -> None:
    desk, office = fresh_site.quittance.casework, fresh_site.sign_in("office")
    own = Context(Meta(f"user:{fresh_site.quittance.accounts.user_id('office')}"))
    with Window.open(chromium, fresh_site, office) as window:
        page = window.go(fresh_site.at(f"/envois/{sent[0]}"))
        notice = page.locator(".notice")
        with page.expect_response("**/live*", timeout=30_000):
            page.reload()
        desk.note(own, fresh_site.where, sent[0], "De ma main.")
        fresh_site.quittance.dispatch.archive(OPERATOR, sent[1], archived=True)
        expect(notice).to_be_visible()
        assert said(page) == ["changed"]
        desk.note(OPERATOR, fresh_site.where, sent[0], NOTE)
        expect(page.locator("[data-on=noted]")).to_be_visible()
        expect(page.get_by_text(NOTE)).to_have_count(0)
        assert window.violations() == []
        page.locator("[data-on=noted]").get_by_role("link", name="actualiser").click()
        expect(page.get_by_text(NOTE)).to_be_visible()
        expect(notice).to_be_hidden()


def test_who_is_put_in_charge_is_led_there(chromium: Browser, fresh_site: RunningSite, sent: list[UUID]) -> None:
    office, me = fresh_site.sign_in("office"), fresh_site.quittance.accounts.user_id("office")
    with Window.open(chromium, fresh_site, office) as window:
        page = window.go(fresh_site.at(LIST))
        fresh_site.quittance.casework.assign(OPERATOR, fresh_site.where, sent[0], me)
        told = page.locator("[data-on=assigned]")
        expect(told).to_be_visible()
        expect(told).to_contain_text("On vous a confié quelque chose")
        assert said(page) == ["assigned"]
        told.get_by_role("link", name="voir").click()
        expect(page).to_have_url(f"{fresh_site.url}{fresh_site.at(f'/envois/{sent[0]}')}")
        expect(page.locator(".notice")).to_be_hidden()


def test_what_is_told_is_in_sight_wherever_the_page_is_scrolled_to_and_moves_no_row(
    chromium: Browser, fresh_site: RunningSite, sent: list[UUID]
) -> None:
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page = window.page
        page.set_viewport_size({"width": 1280, "height": 300})
        with page.expect_response("**/live*", timeout=30_000):
            window.go(fresh_site.at(LIST))
        row, notice = page.locator("table.grid tbody tr").last, page.locator(".notice[data-live]")
        row.scroll_into_view_if_needed()
        assert window.ask("scrollY") > 100
        before = row.bounding_box()
        fresh_site.quittance.dispatch.archive(OPERATOR, sent[0], archived=True)
        expect(notice).to_be_in_viewport(ratio=1)
        assert row.bounding_box() == before
        window.page.keyboard.press("Home")
        expect(notice).to_be_in_viewport(ratio=1)
        with page.expect_navigation():
            notice.get_by_role("link", name="actualiser").click()
        expect(notice).to_be_hidden()


@pytest.mark.parametrize("width", [320, 480])
def test_in_a_narrow_window_what_is_told_stands_above_the_title(
    chromium: Browser, fresh_site: RunningSite, sent: list[UUID], width: int
) -> None:
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office"), width=width) as window:
        page, notice = window.page, window.page.locator(".notice[data-live]")
        with page.expect_response("**/live*", timeout=30_000):
            window.go(fresh_site.at(LIST))
        fresh_site.quittance.dispatch.archive(OPERATOR, sent[0], archived=True)
        expect(notice).to_be_visible()
        told = notice.bounding_box()
        below = [
            page.locator(one).bounding_box() for one in ("main h1", "main .breadcrumb") if page.locator(one).count()
        ]
        assert told
        assert below
        assert all(box and box["y"] >= told["y"] + told["height"] for box in below)


def test_a_page_that_hears_nothing_for_half_a_minute_says_since_when(
    chromium: Browser, fresh_site: RunningSite, sent: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream hangs without an end, as when a cable is pulled: no error tells the browser."""
    monkeypatch.setattr(live, "HEARTBEAT_S", 3_600)
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page, bar = window.page, window.page.locator(".bar-stale")
        page.clock.install(time=datetime.fromisoformat("2026-11-03T14:02:00+01:00"))
        window.go(fresh_site.at(LIST))
        fresh_site.quittance.dispatch.archive(OPERATOR, sent[1], archived=True)
        expect(page.locator("[data-on=changed]")).to_be_visible()
        page.clock.fast_forward(30_000)
        expect(bar).to_be_hidden()
        page.clock.fast_forward(16_000)
        expect(bar).to_have_text("Plus en direct depuis 14:02")
        assert window.violations() == []
        fresh_site.quittance.dispatch.archive(OPERATOR, sent[0], archived=True)
        expect(bar).to_be_hidden()


def test_a_page_is_live_however_late_each_of_its_scripts_comes(chromium: Browser, fresh_site: RunningSite) -> None:
    """Each after the one before it was long done: whatever they begin by themselves must not need a later one."""
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page, held = window.page, []
        page.route("**/*.js", lambda route: held.append(route))  # noqa: PLW0108 - it marks its handler
        page.goto(fresh_site.url + fresh_site.at(LIST), wait_until="commit")
        expect(page.locator("table.grid, .empty").first).to_be_visible()
        with page.expect_response("**/live*"):
            for route in sorted(held, key=lambda one: "app" not in one.request.url):
                route.continue_()
                page.wait_for_timeout(300)


def test_signs_of_life_keep_the_bar_away(
    chromium: Browser, fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.1)
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page, bar = window.page, window.page.locator(".bar-stale")
        page.clock.install()
        with page.expect_response("**/live*", timeout=30_000):
            window.go(fresh_site.at(LIST))
        for _ in range(3):
            page.clock.fast_forward(40_000)
            page.wait_for_timeout(500)
            expect(bar).to_be_hidden()


def test_a_list_on_its_way_is_busy_and_dimmed(chromium: Browser, fresh_site: RunningSite, sent: list[UUID]) -> None:
    held: list[Route] = []
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page = window.go(fresh_site.at(LIST))
        page.route("**/historique/envois?*", lambda route: held.append(route))  # noqa: PLW0108 - it marks its handler
        listed = page.locator("#list")
        expect(listed).not_to_have_attribute("aria-busy", "true")
        page.locator("#f-status").select_option("prepared")
        expect(listed).to_have_attribute("aria-busy", "true")
        expect(listed.locator(".grid")).to_have_css("opacity", "0.6")
        held[0].continue_()
        expect(page).to_have_url(re.compile("status=prepared"))
        expect(listed).not_to_have_attribute("aria-busy", "true")
        expect(listed.locator(".grid")).to_have_css("opacity", "1")


def test_a_list_that_takes_long_says_so_and_one_that_never_comes_too(
    chromium: Browser, fresh_site: RunningSite, sent: list[UUID]
) -> None:
    held: list[Route] = []
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page = window.go(fresh_site.at(LIST))
        page.route("**/historique/envois?*", lambda route: held.append(route))  # noqa: PLW0108 - it marks its handler
        slow, unreached = page.locator(".slow"), page.locator("#unreached")
        expect(slow).to_be_hidden()
        page.locator("#f-status").select_option("prepared")
        expect(page.locator("#list")).to_have_attribute("aria-busy", "true")
        expect(slow).to_be_hidden()
        expect(slow).to_be_visible(timeout=10_000)
        page.evaluate(
            "document.dispatchEvent(new CustomEvent('htmx:error', { detail: { ctx: { asked: { id: 'tray' } } } }))"
        )
        expect(unreached).to_be_hidden()
        held[0].abort()
        expect(unreached).to_be_visible()
        expect(slow).to_be_hidden()
        expect(page.locator("table.grid tbody tr")).to_have_count(len(sent))
        page.unroute("**/historique/envois?*")
        page.locator("#f-status").select_option("")
        expect(unreached).to_be_hidden()
        assert all("ERR_FAILED" in said or "Failed to fetch" in said for said in window.complaints)
        window.complaints.clear()
