"""Every screen as a browser shows it: axe, a small screen, large letters, no script; full, empty and after a mistake.

The screens come from the router. Nothing may be complained of on the console, for there the policy complains.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.effort import SOAK
from tests.web.browser import Window
from tests.web.matrix import Way, own_pages
from tests.web.mistakes import Mistake, mistakes
from tests.web.site import RunningSite, tell_month

pytestmark = pytest.mark.browser
LANGUAGES = ("fr", "nl")
SAMPLE = LANGUAGES if SOAK > 1 else LANGUAGES[:1]
"""Of screens that are those of `test_full_screens` but for what is missing or wrong on them."""
PARTS = 3
"""So many tests share the screens: two workers then end at about the same time."""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSite, list[Mistake]]]:
    """A site of its own, and every form of it that says what is wrong when it is sent without sense."""
    with RunningSite.open(tmp_path_factory.mktemp("refused")) as opened:
        tell_month(opened)
        yield opened, [one for one in mistakes(opened) if one.shows_errors]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_full_screens(chromium: Browser, site: RunningSite, language: str, part: int) -> None:
    """axe finds nothing; at 320 px and in letters twice as large nothing scrolls sideways but a table in its region."""
    found: list[str] = []
    who = site.sign_in("administrator", language)
    with Window.open(chromium, site, who, language=language) as window:
        for way in window.tour(own_pages(site)[part::PARTS], found):
            window.unfold()
            told = window.violations()
            window.narrow(320)
            told += [f"320 px: {one}" for one in window.overflow()]
            window.narrow(None)
            told += [f"200 %: {one}" for one in enlarged(window)]
            found += [f"{way.path} ({language}): {one}" for one in told]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", SAMPLE)
def test_empty_screens(chromium: Browser, fresh_site: RunningSite, language: str) -> None:
    """Everything that needs no thing to be shown."""
    found: list[str] = []
    who = fresh_site.sign_in("administrator", language)
    with Window.open(chromium, fresh_site, who, language=language) as window:
        for way in window.tour(thingless(fresh_site), found):
            found += [f"{way.path} ({language}): {one}" for one in window.violations()]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", SAMPLE)
def test_screens_that_say_what_is_wrong_with_a_form(
    chromium: Browser, refused: tuple[RunningSite, list[Mistake]], language: str
) -> None:
    """Each form of each screen, sent with what a browser lets through and the product does not."""
    site, known = refused
    found: list[str] = []
    assert len(known) > 10
    who = site.sign_in("administrator", language)
    with Window.open(chromium, site, who, language=language) as window:
        for mistake in known:
            window.go(mistake.page)
            window.expected = 0
            form = window.page.locator(f"main form[method=post][action='{mistake.action}']").nth(mistake.place)
            form.evaluate(SEND, dict(mistake.fields))
            expect(window.page.locator(".errors").first).to_be_visible()
            found += [f"{mistake.route} ({language}): {one}" for one in window.violations()]
    assert not found, "\n".join(found)


SEND = """(form, fields) => {
    for (const one of form.elements) {
        if (one.type === "checkbox" || one.type === "radio") one.checked = false;
        if (one.name in fields) one.value = fields[one.name];
    }
    form.noValidate = true;
    form.submit();
}"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_errors_and_of_the_sign_in(chromium: Browser, site: RunningSite, language: str) -> None:
    found = []
    with Window.open(chromium, site, site.sign_in("accountant", language), language=language) as window:
        for address, status in {
            site.at("/il-n-y-a-rien"): 404,
            site.at("/audit"): 403,
            site.at("/historique/envois?sort=nothing"): 422,
        }.items():
            window.go(address, status)
            found += [f"{address}: {one}" for one in window.violations()]
    nobody = site.anonymous()
    nobody.cookies["quittance-language"] = language
    with Window.open(chromium, site, nobody, language=language) as window:
        window.go("/login")
        found += [f"/login: {one}" for one in window.violations()]
        window.expected = 401
        window.page.locator("#login").fill("personne")
        window.page.locator("#password").fill("faux")
        window.page.locator("#password").press("Enter")
        window.page.locator(".errors").wait_for()
        found += [f"/login refused: {one}" for one in window.violations()]
    assert not found, "\n".join(found)


def test_every_screen_serves_without_javascript(chromium: Browser, site: RunningSite) -> None:
    """Nothing that is seen waits for a script: each form can be sent, each button sends one, no notice is stuck."""
    found: list[str] = []
    with Window.open(chromium, site, site.sign_in("administrator"), scripts=False) as window:
        for way in window.tour(own_pages(site), found):
            window.unfold()
            found += [f"{way.path}: {one}" for one in window.ask(IDLE)]
    assert not found, "\n".join(found)


IDLE = """(() => {
    const seen = (one) => one.checkVisibility();
    const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
    const waiting = "button[type=button], [role=button], a:not([href]), .notice[data-live], .bar-stale";
    const mute = all("main form").filter((form) => ![...form.elements].some((one) => one.type === "submit" && seen(one)));
    const shut = all("main details:not([open])");
    const untitled = all("h1").length === 1 ? [] : [document.body];
    return [...all(waiting), ...mute, ...shut, ...untitled].map((one) => one.outerHTML.slice(0, 160));
})()"""
"""What does nothing, or says nothing true, unless a script wakes it."""


# ---- what the tests above have in common


def thingless(site: RunningSite) -> list[Way]:
    """Screens of a practice in which nothing happened yet."""
    return [way for way in own_pages(site) if set(way.names) <= {"where", "month", "grid"}]


def enlarged(window: Window) -> list[str]:
    """What sticks out once all letters are twice as large."""
    size = "parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)"
    before = window.ask(size)
    window.ask("void (document.documentElement.style.fontSize = '200%')")
    assert window.ask(size) > 1.9 * before
    return window.overflow()
