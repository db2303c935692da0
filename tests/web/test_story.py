"""A new user's first hour, told twice in a real browser: by keyboard alone, and with JavaScript off.

Log in, find last month's sending, open its settlement, understand each refusal in the language of the page, see who did
what and when, see the screen as of three weeks ago, export the list.
"""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, expect

from api.catalogue import Language, text
from api.web.words import translations
from domain.rules.refusals import explain
from tests.web.browser import Keyboard, Mouse, Window
from tests.web.site import MONTH, RunningSite, own_password

pytestmark = pytest.mark.browser
THREE_WEEKS = timedelta(weeks=3)
_MOST_FOLDED = 40


def test_the_story_by_keyboard_alone(chromium: Browser, site: RunningSite) -> None:
    site.sign_in("dentist")
    with Window.open(chromium, site) as window:
        Story(window, Keyboard(window), site, "fr", "dentist").tell()


def test_the_story_with_javascript_off(chromium: Browser, site: RunningSite) -> None:
    """In Dutch."""
    site.sign_in("office")
    nobody = site.anonymous()
    nobody.cookies["quittance-language"] = "nl"
    with Window.open(chromium, site, nobody, scripts=False, language="nl") as window:
        Story(window, Mouse(), site, "nl", "office").tell()


class Story:
    """The person is told texts in French, as the templates have them, and looks for them in the page's language."""

    def __init__(
        self, window: Window, person: Keyboard | Mouse, site: RunningSite, language: Language, login: str
    ) -> None:
        self.window, self.page, self.person, self.site = window, window.page, person, site
        self.language, self.login = language, login
        self.say = translations(language).gettext
        self.target: UUID = site.kept[site.where]["target_id"]
        self.union = str(self._rows("SELECT national_union FROM sendings WHERE sending_id = ?")[0]["national_union"])

    def tell(self) -> None:
        self.log_in()
        self.find_the_sending()
        self.open_its_settlement()
        self.understand_each_refusal()
        self.see_who_did_what_and_when()
        self.see_it_as_of_three_weeks_ago()
        self.export_the_list()

    def log_in(self) -> None:
        self.window.go("/")
        self.person.write(self.page.locator("#login"), self.login)
        self.person.write(self.page.locator("#password"), own_password(self.login))
        self.person.use(self.button("Continuer"))
        self.site.clock.forward(seconds=30)
        self.page.locator("#code").wait_for()
        self.person.write(self.page.locator("#code"), self.site.code(self.login))
        self.person.use(self.button("Continuer"))
        expect(self.page.locator("h1")).to_have_text(self.say("À faire"))

    def find_the_sending(self) -> None:
        self.person.use(self.link("Historique", self.page.locator(".sidebar")))
        expect(self.rows).to_have_count(8)
        self.person.write(self.page.locator("#f-national_union"), self.union)
        self.person.use(self.button("Filtrer"))
        expect(self.rows).to_have_count(1)
        expect(self.rows).to_contain_text(f"{MONTH[5:]}/{MONTH[:4]}")
        self.person.use(self.rows.locator("a.row-link"))
        expect(self.page.locator("h1")).to_contain_text(self.union)

    def open_its_settlement(self) -> None:
        self.person.use(self.link("Ouvrir le décompte"))
        expect(self.page.locator(".tree")).to_be_visible()

    def understand_each_refusal(self) -> None:
        """Code and meaning of each once everything is unfolded, and what to do about those that others follow from."""
        folded = self.main.locator("details:not([open]) > summary:visible")
        for _ in range(_MOST_FOLDED):
            if not folded.count():
                break
            self.person.use(folded.first)
        shown = self.main.inner_text()
        refused = self._rows("SELECT DISTINCT code, letter, is_cascade FROM refusals WHERE sending_id = ?")
        assert len(refused) > 3
        for row in refused:
            why = explain(row["code"], self.language, row["letter"])
            assert row["code"] in shown
            assert why.meaning in shown, row["code"]
            assert row["is_cascade"] or (why.cure or why.decision_label) in shown, row["code"]

    def see_who_did_what_and_when(self) -> None:
        self.person.use(self.link(self.main.locator(".breadcrumb a").nth(1).inner_text()))
        expect(self.entries.first).to_be_visible()
        told = [(entry.locator("time").get_attribute("datetime"), entry.inner_text()) for entry in self.entries.all()]
        for known in self.site.quittance.log.history(self.target):
            when, what = known.recorded_at.isoformat(timespec="seconds"), text(f"event.{known.topic}", self.language)
            assert [shown for at, shown in told if at == when and what in shown], (when, what)
        assert len(told) > 3
        for entry in self.entries.all():
            assert all(entry.locator("p").nth(place).inner_text().strip() for place in range(3)), entry.inner_text()

    def see_it_as_of_three_weeks_ago(self) -> None:
        now, day = self.entries.count(), self.site.today - THREE_WEEKS
        self.person.date(self.page.locator("#as_of"), day)
        self.person.use(self.button("Voir", self.page.locator("#as-of")))
        expect(self.page.locator(".bar-asof")).to_contain_text(f"{day:%d/%m/%Y}")
        assert 0 < self.entries.count() < now
        assert not self.main.locator("form[method=post]:visible").count()

    def export_the_list(self) -> None:
        """As of then, and as of today."""
        self.person.use(self.main.locator(".breadcrumb a").first)
        expect(self.page.locator(".bar-asof")).to_be_visible()
        name, rows = self.exported()
        assert str(self.site.today - THREE_WEEKS) in name
        assert len(rows) == 8
        self.person.use(self.link("Revenir à aujourd'hui"))
        expect(self.page.locator(".bar-asof")).to_have_count(0)
        name, rows = self.exported()
        assert str(self.site.today) in name
        assert [row for row in rows if self.union in row.values()]

    def exported(self) -> tuple[str, list[dict[str, str]]]:
        """Name of the file, and its rows."""
        with self.page.expect_download() as download:
            self.person.use(self.main.get_by_role("link", name="CSV"))
        content = download.value.path().read_text("utf-8-sig")
        return download.value.suggested_filename, list(csv.DictReader(StringIO(content), delimiter=";"))

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def rows(self) -> Locator:
        return self.main.locator("table.grid tbody tr")

    @property
    def entries(self) -> Locator:
        return self.main.locator("ol.timeline > li")

    def link(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.main).get_by_role("link", name=self.say(name)).first

    def button(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.main).get_by_role("button", name=self.say(name), exact=True)

    def _rows(self, query: str) -> list[dict[str, Any]]:
        return self.site.rows(query, self.target)
