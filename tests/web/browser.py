"""A real browser over the pages, under their own policy: nothing is bypassed, and whatever it complains of fails the test.

with Window.open(chromium, site, who) as window:
    window.go(site.at("/historique"))
    window.page.get_by_role("link", name="Envois").click()      locators only: the policy refuses strings of code
    window.ask("document.title")                                in a world of its own, beside the page's scripts
    window.violations()                                         what axe finds
"""

import json
import os
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date as Date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Locator, Page, sync_playwright

from tests.web.matrix import Way
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

AXE = Path(__file__).parents[2] / "api" / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_WIDE = {"width": 1280, "height": 800}
_PATIENCE_MS = 10_000


def find_browser() -> tuple[str, list[str]]:
    """Path of Chromium, and what is missing to use it."""
    found = os.environ.get("QUITTANCE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    lacking = [] if found else ["Chromium (apt install chromium, or QUITTANCE_CHROMIUM=/path)"]
    lacking += [] if AXE.is_file() else ["axe-core (python hatch_build.py)"]
    return found or "", lacking


def require_browser() -> str:
    """Path of Chromium. Skips loudly where there is none; in CI that is a failure."""
    found, lacking = find_browser()
    if lacking:
        told = f"BROWSER TESTS SKIPPED, missing: {', '.join(lacking)}"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(told, stacklevel=1)
        pytest.skip(told)
    return found


@contextmanager
def started(path: str) -> Iterator[Browser]:
    """Chromium without a screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass(repr=False)
class Window:
    """One window with a session of its own."""

    site: RunningSite
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    expected: int = 200
    """Status of the page to come; 0: any."""
    _cdp: CDPSession | None = None

    @classmethod
    @contextmanager
    def open(
        cls,
        browser: Browser,
        site: RunningSite,
        who: Visitor | None = None,
        *,
        scripts: bool = True,
        width: int = _WIDE["width"],
        language: str = "fr",
    ) -> Iterator["Window"]:
        """Signed in as `who`. At the end nothing may have been complained of."""
        context = browser.new_context(
            java_script_enabled=scripts,
            viewport={"width": width, "height": _WIDE["height"]},
            locale=f"{language}-BE",
            timezone_id="Europe/Brussels",
            reduced_motion="reduce",
        )
        context.set_default_timeout(_PATIENCE_MS)
        cookies = dict(who.cookies) if who else {}
        secure = site.url.replace("http:", "https:")
        context.add_cookies([{"name": name, "value": value, "url": secure} for name, value in cookies.items()])
        window = cls(site, context, context.new_page())
        window._listen()
        try:
            yield window
            assert not window.complaints, "\n".join(window.complaints)
        finally:
            context.close()

    def _listen(self) -> None:
        self.page.on("console", lambda said: self._complain(f"{said.text} {said.location['url']}", said.type))
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _complain(self, text: str, kind: str) -> None:
        is_expected = self.expected != 200 and f"status of {self.expected or ''}" in text
        if kind in ("error", "warning") and not is_expected:
            self.complaints.append(f"{self.page.url}: {kind}: {text}")

    def go(self, path: str, status: int = 200) -> Page:
        """Open an address of the site, as typed into the bar."""
        self.expected = status
        answer = self.page.goto(self.site.url + path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        return self.page

    def narrow(self, width: int | None) -> None:
        """As wide as that, in CSS pixels; None: as it was opened."""
        self.page.set_viewport_size(_WIDE if width is None else {**_WIDE, "width": width})

    def tour(self, ways: Iterable[Way], odd: list[str]) -> Iterator[Way]:
        """Open one page after the other; one that does not come is noted as odd."""
        for way in ways:
            self.expected = 0
            answer = self.page.goto(self.site.url + way.address(self.site))
            if answer is None or answer.status != 200:
                odd.append(f"{way}: {answer and answer.status}")
            else:
                yield way

    def unfold(self) -> None:
        """Open whatever the page folds away."""
        self.ask("for (const one of document.querySelectorAll('main details')) one.open = true")

    def ask(self, expression: str) -> Any:
        """The value of an expression, in an isolated world: the page's policy does not reach it, nor it the policy."""
        cdp = self._cdp = self._cdp or self.context.new_cdp_session(self.page)
        frame = cdp.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = cdp.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "tests"})
        asked = {"expression": expression, "contextId": world["executionContextId"]}
        told = cdp.send("Runtime.evaluate", {**asked, "awaitPromise": True, "returnByValue": True})
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def violations(self) -> list[str]:
        """What axe finds on the page as it stands: rule, why, and where."""
        wanted = json.dumps({"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
        found = self.ask(
            f"{AXE.read_text('utf-8')};axe.run(document, {wanted}).then((r) => JSON.stringify(r.violations))"
        )
        return [
            f"{one['id']}: {one['help']} at {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
            for one in json.loads(found)
            for node in one["nodes"][:4]
        ]

    def overflow(self) -> list[str]:
        """What sticks out sideways, when the page as a whole can be scrolled that way."""
        script = """(() => {
            const wide = document.documentElement.clientWidth;
            if (document.scrollingElement.scrollWidth <= wide) return [];
            const out = [...document.body.querySelectorAll("*")].filter((one) =>
                one.getBoundingClientRect().right > wide + 1 && !one.closest(".grid-region"));
            const told = out.slice(0, 5).map((one) => one.outerHTML.slice(0, 160));
            return told.length ? told : [`${document.scrollingElement.scrollWidth} wide, and nothing sticks out`];
        })()"""
        found: list[str] = self.ask(script)
        return found


@dataclass(repr=False)
class Keyboard:
    """A person without a mouse. `presses`: keys that do something; moving the focus is counted apart."""

    window: Window
    presses: int = 0
    moves: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.window.page.keyboard.press(key)
            self.presses += 1

    def reach(self, wanted: Locator, most: int = 600) -> None:
        """Move the focus there by Tab alone."""
        wanted.wait_for()
        for _ in range(most):
            if wanted.evaluate_all("found => found.includes(document.activeElement)"):
                return
            self.window.page.keyboard.press("Tab")
            self.moves += 1
        raise AssertionError(f"{wanted} cannot be reached by Tab")

    def use(self, wanted: Locator, key: str = "Enter") -> None:
        """Reach it and press."""
        self.reach(wanted)
        self.press(key)

    def write(self, wanted: Locator, text: str) -> None:
        """Reach it and type over what stands there; typing is no press."""
        self.reach(wanted)
        self.window.page.keyboard.press("Control+a")
        self.window.page.keyboard.type(text)

    def date(self, wanted: Locator, day: Date) -> None:
        """A date, part by part, in the order that the browser shows: that of its own language, not of the page."""
        self.reach(wanted)
        for order in ("%d%m%Y", "%m%d%Y"):
            for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft", *day.strftime(order)):
                self.window.page.keyboard.press(key)
            if wanted.input_value() == day.isoformat():
                return
        raise AssertionError(f"{day} cannot be typed: {wanted.input_value()}")


class Mouse:
    """A person with a mouse; `Keyboard` has the same verbs."""

    def use(self, wanted: Locator) -> None:
        """Press it."""
        wanted.click()

    def write(self, wanted: Locator, text: str) -> None:
        """Type over what stands there."""
        wanted.fill(text)

    def date(self, wanted: Locator, day: Date) -> None:
        """Choose a date."""
        wanted.fill(day.isoformat())
