"""A person's day in a real browser: with and without JavaScript, by keyboard alone, on a small screen, in large letters.

Every screen is looked at by axe; nothing may be complained of on the console, for there the policy complains.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

import pytest
from playwright.sync_api import Browser, expect

from tests.effort import SOAK
from tests.web.browser import Keyboard, Window, require_browser, started
from tests.web.matrix import Way, own_pages
from tests.web.site import MONTH, RunningSite

pytestmark = pytest.mark.browser
expect.set_options(timeout=10_000)
THREE_WEEKS = timedelta(weeks=3)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of the module; each test has windows of its own."""
    with started(require_browser()) as browser:
        yield browser


def shown(site: RunningSite, part: int = 0, parts: int = 1) -> list[Way]:
    """The screens; some of them when asked for a part."""
    return own_pages(site)[part::parts]


def looked_at(browser: Browser, site: RunningSite, ways: list[Way], language: str) -> list[str]:
    """What axe finds on the screens as an administrator sees them."""
    found: list[str] = []
    with Window.open(browser, site, site.sign_in("administrator", language), language=language) as window:
        for way in window.tour(ways, found):
            found += [f"{way.path} ({language}): {one}" for one in window.violations()]
    return found


@pytest.mark.parametrize("part", range(3))
def test_axe_finds_nothing_on_full_screens(chromium: Browser, site: RunningSite, part: int) -> None:
    """In French, in a soak in Dutch too."""
    ways = shown(site, part, 3)
    found = looked_at(chromium, site, ways, "fr")
    if SOAK > 1:
        found += looked_at(chromium, site, ways, "nl")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_empty_screens(chromium: Browser, fresh_site: RunningSite) -> None:
    """In Dutch: everything that needs no thing to be shown."""
    things = {"where", "month", "grid"}
    ways = [way for way in own_pages(fresh_site) if set(way.names) <= things]
    found = looked_at(chromium, fresh_site, ways, "nl")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_pages_of_errors_and_of_the_sign_in(chromium: Browser, site: RunningSite) -> None:
    found = []
    for language in ("fr", "nl"):
        with Window.open(chromium, site, site.sign_in("accountant", language), language=language) as window:
            for address, status in {
                site.at("/il-n-y-a-rien"): 404,
                site.at("/facturation"): 403,
                site.at("/historique/envois?sort=nothing"): 422,
            }.items():
                window.go(address, status)
                found += [f"{address} ({language}): {one}" for one in window.violations()]
        nobody = site.anonymous()
        nobody.cookies["quittance-language"] = language
        with Window.open(chromium, site, nobody, language=language) as window:
            window.go("/login")
            found += [f"/login ({language}): {one}" for one in window.violations()]
            window.expected = 401
            window.page.locator("#login").fill("personne")
            window.page.locator("#password").fill("faux")
            window.page.locator("#password").press("Enter")
            window.page.locator(".errors").wait_for()
            found += [f"/login refused ({language}): {one}" for one in window.violations()]
    assert not found, "\n".join(found)


def test_no_page_scrolls_sideways_on_a_small_screen(chromium: Browser, site: RunningSite) -> None:
    """320 px wide; a table may, inside its own region."""
    found = []
    with Window.open(chromium, site, site.sign_in("administrator"), width=320) as window:
        for way in window.tour(shown(site), found):
            found += [f"{way.path}: {one}" for one in window.overflow()]
    assert not found, "\n".join(found)


def test_no_page_scrolls_sideways_in_letters_twice_as_large(chromium: Browser, site: RunningSite) -> None:
    found = []
    with Window.open(chromium, site, site.sign_in("administrator")) as window:
        for way in window.tour(shown(site), found):
            before = window.ask("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
            window.ask("void (document.documentElement.style.fontSize = '200%')")
            after = window.ask("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
            assert after > 1.9 * before, way.path
            found += [f"{way.path}: {one}" for one in window.overflow()]
    assert not found, "\n".join(found)


def test_a_new_user_finds_everything_with_javascript_off(chromium: Browser, site: RunningSite) -> None:
    """Log in, find last month's sending, open its settlement, understand a refusal, who did what, as it was, export."""
    site.sign_in("dentist")
    target = site.kept[site.where]["target_id"]
    union = site.rows("SELECT national_union FROM sendings WHERE sending_id = ?", target)[0]["national_union"]
    with Window.open(chromium, site, scripts=False) as window:
        page = window.page
        page.goto(f"{site.url}{site.at('/historique/envois')}")
        page.locator("#login").fill("dentist")
        page.locator("#password").fill("une phrase de dentist assez longue")
        page.get_by_role("button", name="Continuer").click()
        site.clock.forward(seconds=30)
        page.locator("#code").fill(site.code("dentist"))
        page.get_by_role("button", name="Continuer").click()
        expect(page.locator("h1")).to_have_text("Historique")

        rows = page.locator("table.grid tbody tr")
        expect(rows).to_have_count(8)
        page.locator("#f-national_union").fill(union)
        page.get_by_role("button", name="Filtrer").click()
        expect(rows).to_have_count(1)
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").first.click()
        content = download.value.path().read_text("utf-8-sig")
        assert len(content.strip().splitlines()) == 2
        assert union in content

        rows.first.locator("a").first.click()
        expect(page.locator("h1")).to_contain_text(union)
        page.locator("main").get_by_role("link", name="Décompte").first.click()
        tree = page.locator(".tree")
        expect(tree.first).to_be_visible()
        for _ in range(12):
            closed = page.locator("main details:not([open]) > summary:visible")
            if not closed.count():
                break
            closed.first.click()
        expect(page.locator("main")).to_contain_text("502255")

        page.goto(f"{site.url}{site.at('/refus')}")
        page.locator("main a[href*='/refus/']").first.click()
        expect(page.locator("h1")).to_be_visible()
        assert len(page.locator("main").inner_text()) > 200

        page.goto(f"{site.url}{site.at('/historique/envois')}?national_union={union}")
        rows.first.locator("a").first.click()
        entries = page.locator(".timeline > li")
        now = entries.count()
        assert now >= 4
        page.locator("#as_of").fill(str(site.today - THREE_WEEKS))
        page.get_by_role("button", name="Voir", exact=True).click()
        expect(page.locator(".bar-asof")).to_contain_text("lecture seule")
        assert 0 < entries.count() < now
        assert not page.locator("main form[method=post]:visible").count()


def test_p1_task_1_the_day_begins_with_one_list(chromium: Browser, site: RunningSite) -> None:
    """Nothing pressed after the sign-in, within a second."""
    site.sign_in("assistant")
    site.sign_in("office")
    with Window.open(chromium, site, site.sign_in("office")) as window:
        keyboard, begun = Keyboard(window), perf_counter()
        window.go("/")
        expect(window.page.locator("h1")).to_have_text("À faire")
        assert window.page.locator("main li, main tbody tr").count() >= 3
        assert perf_counter() - begun < 1 * SOAK + 2, "the page itself; a busy machine has time besides"
        assert keyboard.presses == 0


def test_p1_task_7_the_month_is_billed_and_sent_by_keyboard(chromium: Browser, fresh_site: RunningSite) -> None:
    """Preview within five seconds, then at most three presses to bill and send."""
    fresh_site.enter_care()
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        keyboard, page, begun = Keyboard(window), window.page, perf_counter()
        window.go(fresh_site.at(f"/facturation/{MONTH}"))
        assert perf_counter() - begun < 5
        keyboard.use(page.locator("main").get_by_role("button", name="Facturer").first)
        page.locator("main").get_by_role("button", name="Envoyer").first.wait_for()
        keyboard.use(page.locator("main").get_by_role("button", name="Envoyer").first)
        confirm = page.locator("dialog[open]").get_by_role("button", name="Envoyer")
        if confirm.count():
            keyboard.use(confirm.first)
        expect(page.locator("main")).to_contain_text("transmis")
        assert keyboard.presses <= 3
    sent = fresh_site.rows("SELECT status FROM sendings")
    assert [row["status"] for row in sent] == ["transmitted"] * 8


def test_p1_task_8_refusals_stand_in_few_groups(chromium: Browser, site: RunningSite) -> None:
    """At most ten groups for the month's refusals, found by two keys and opened by two more."""
    with Window.open(chromium, site, site.sign_in("office")) as window:
        keyboard, page = Keyboard(window), window.page
        window.go(site.at())
        keyboard.press("g", "d")
        expect(page.locator("h1")).to_contain_text("Décompte")
        keyboard.press("g", "r")
        expect(page.locator("h1")).to_contain_text("Refus")
        groups = page.locator("main table.grid tbody tr")
        assert 1 <= groups.count() <= 10
        before = keyboard.presses
        keyboard.press("j", "o")
        expect(page).to_have_url(re.compile(r"/refus/\w+"))
        assert keyboard.presses - before == 2


def test_the_keyboard_reaches_everything_and_shows_where_it_is(chromium: Browser, site: RunningSite) -> None:
    """Skip link first; every stop is visible and has a frame; search by its key; help by its own."""
    with Window.open(chromium, site, site.sign_in("office")) as window:
        keyboard, page = Keyboard(window), window.page
        window.go(site.at("/historique/envois"))
        page.keyboard.press("Tab")
        expect(page.locator("a.skip")).to_be_focused()
        keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        seen = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            told = window.ask(FOCUS)
            if told is None:
                break
            assert told["framed"], told["html"]
            assert told["seen"], told["html"]
            seen.add(told["html"])
        assert len(seen) > 15
        keyboard.press("Escape", "/")
        expect(page.locator("#q")).to_be_focused()
        window.go(site.at("/historique/envois"))
        keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()


FOCUS = """(() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const inside = !one.matches(":focus"); // on a part that the browser itself draws: the calendar of a date
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const framed = inside || outlined || style.boxShadow !== "none";
    return {html: one.outerHTML.slice(0, 120), framed, seen: box.width > 0 && box.height > 0};
})()"""


def test_a_filter_changes_the_list_in_place(chromium: Browser, site: RunningSite) -> None:
    """With the script: the address follows, the focus stays, and the page is not loaded again."""
    with Window.open(chromium, site, site.sign_in("office")) as window:
        page = window.page
        window.go(site.at("/historique/envois"))
        window.ask("void (document.documentElement.dataset.mark = 'same')")
        choice = page.locator("#f-outcome")
        choice.focus()
        choice.select_option("in_full")
        expect(page).to_have_url(re.compile("outcome=in_full"))
        expect(page.locator("table.grid tbody tr")).to_have_count(0)
        expect(choice).to_be_focused()
        assert window.ask("document.documentElement.dataset.mark") == "same"
        page.go_back()
        expect(page.locator("table.grid tbody tr")).to_have_count(8)


def test_the_description_of_the_api_shows_its_operations(chromium: Browser, site: RunningSite) -> None:
    with Window.open(chromium, site, site.sign_in("office")) as window:
        page = window.go("/docs")
        page.locator(".opblock").first.wait_for(timeout=30_000)
        assert page.locator(".opblock").count() > 60
