"""What pages do in a real browser beyond showing themselves: the keyboard, lists that change in place, and what goes wrong.

Screens, the story of a first hour and the tasks of a day have modules of their own.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import Keyboard, Window
from tests.web.markup import parse
from tests.web.matrix import own_pages
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser


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
    described = site.sign_in("office").get("/docs/openapi.json").json()
    with Window.open(chromium, site, site.sign_in("office")) as window:
        page = window.go("/docs")
        page.locator(".opblock-tag").first.wait_for(timeout=30_000)
        subjects = {tag for path in described["paths"].values() for one in path.values() for tag in one["tags"]}
        expect(page.locator(".opblock-tag")).to_have_count(len(subjects))
        page.locator("#operations-tag-sendings").click()
        page.locator(".opblock").first.wait_for(timeout=30_000)
        assert page.locator(".opblock").count() > 10


# ---- a list that changes in place


@pytest.mark.parametrize("part", range(2))
def test_what_a_filter_or_a_page_left_is_what_its_address_opens(
    chromium: Browser, site: RunningSite, part: int
) -> None:
    """Words, links and fields of the whole page, not of the list alone; with the script, then in a window of its own."""
    who, compared = site.sign_in("administrator"), 0
    changing = [way for way in own_pages(site) if changes_in_place(who, way.address(site))]
    with Window.open(chromium, site, who) as warm, Window.open(chromium, site, who.copy()) as cold:
        for way in changing[part::2]:
            page = warm.go(way.address(site))
            for step in (leave_filter, turn_page):
                before = page.url
                if not step(page):
                    continue
                expect(page).not_to_have_url(before)
                expect(page.locator("[aria-busy=true]")).to_have_count(0)
                cold.go(page.url.removeprefix(site.url))
                here, there = warm.ask(PAGE), cold.ask(PAGE)
                assert [one for one in here if one not in there] == [], page.url
                assert [one for one in there if one not in here] == [], page.url
                compared += 1
    assert compared > 3


def changes_in_place(who: Visitor, address: str) -> bool:
    """Whether a script may filter what the page shows."""
    page = parse(who.followed(who.get(address)).text)
    return any(form.get("hx-get") for form in page.of_class("filters"))


def leave_filter(page: Page) -> bool:
    """Choose another value of the first choice that the list has."""
    choice = page.locator("form.filters[hx-get] select").first
    if not choice.count():
        return False
    known = [one.get_attribute("value") for one in choice.locator("option").all()]
    other = next((one for one in known if one and one != choice.input_value()), None)
    if other is None:
        return False
    choice.select_option(other)
    return True


def turn_page(page: Page) -> bool:
    """If there is a second one."""
    following = page.locator("a[rel=next][hx-get]")
    if not following.count():
        return False
    following.click()
    return True


PAGE = """(() => {
    const own = (one) => !["csrf", "command_id"].includes(one.name);
    return [
        ...document.body.innerText.split(/\\s*\\n\\s*/),
        ...[...document.querySelectorAll("a[href]")].map((one) => one.href),
        ...[...document.querySelectorAll("[name]:not(button)")].filter(own).map((one) => `${one.name}=${one.value}`),
    ];
})()"""


def test_a_list_that_cannot_be_had_stays_and_says_why(chromium: Browser, site: RunningSite) -> None:
    """With a reference, what did not happen, and a way to try again; what comes next takes the message away."""
    with Window.open(chromium, site, site.sign_in("office")) as window:
        page = window.go(site.at("/historique/envois"))
        rows, problem = page.locator("table.grid tbody tr"), page.locator("#problem")
        window.expected = 422
        page.locator("#f-national_union").fill("85010112345")
        page.get_by_role("button", name="Filtrer").click()
        expect(problem).to_contain_text("Aucune donnée n'a été modifiée")
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        expect(problem.locator("code")).to_have_text(re.compile("[0-9a-f]{32}"))
        expect(rows).to_have_count(8)
        expect(page.locator("h1")).to_have_count(1)
        assert "85010112345" not in page.url
        assert window.violations() == []
        window.expected = 200
        page.locator("#f-national_union").fill("500")
        page.get_by_role("button", name="Filtrer").click()
        expect(rows).to_have_count(1)
        expect(problem).to_be_empty()


def test_a_session_lasts_longer_at_one_press_and_nothing_typed_is_lost(
    chromium: Browser, fresh_site: RunningSite
) -> None:
    """Also when it was too late: a form is kept then, if it is sent."""
    site = fresh_site
    with Window.open(chromium, site, site.sign_in("office")) as window:
        page = window.go("/account")
        name, longer = page.locator("#name-name"), page.get_by_role("link", name="Prolonger")
        name.fill("Anna Claes")
        for minutes, until in ((30, "11:30"), (30, "12:00")):
            site.clock.forward(minutes=minutes)
            longer.click()
            expect(page.locator("#session")).to_contain_text(until)
            expect(name).to_have_value("Anna Claes")
        site.clock.forward(hours=2)
        window.expected = 401
        longer.click()
        expect(page.locator("#problem")).to_contain_text("Session terminée")
        expect(name).to_have_value("Anna Claes")


def test_a_list_asked_for_when_the_session_is_over_leads_to_the_sign_in(
    chromium: Browser, fresh_site: RunningSite
) -> None:
    """The whole window, and from there back to what was asked."""
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page = window.go(fresh_site.at("/historique/envois"))
        fresh_site.clock.forward(hours=2)
        window.expected = 401
        page.locator("#f-outcome").select_option("refused")
        expect(page.locator("h1")).to_have_text("Connexion")
        expect(page.locator("main")).to_have_count(1)
        assert "outcome%3Drefused" in page.url


def test_no_test_goes_round_the_policy() -> None:
    """Nothing is put into a page that its own policy would refuse: only so does a broken page break its test."""
    forbidden = re.compile("bypass[_]csp|wait_for[_]function|add_(script|style|init)_(tag|script)")
    for file in sorted(Path(__file__).parent.glob("*.py")):
        assert not forbidden.search(file.read_text("utf-8")), file.name
