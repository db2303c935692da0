"""The tray in a real browser: it follows a job by itself, beside a list that stays as it is; columns move with scripts off."""

from itertools import repeat
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from api.web import live
from tests.web.browser import Window
from tests.web.site import RunningSite
from tests.web.test_jobs import begin, sendings
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser
LIST = "/historique/envois?sort=sending_number"


def billed(site: RunningSite) -> Visitor:
    site.enter_care(300)
    site.bill()
    return site.sign_in("office")


def go_on(site: RunningSite, done: int) -> None:
    """So many things of the waiting job."""
    seen = iter(repeat(None, done))
    assert site.quittance.jobs.work("here", lambda: next(seen, "closing") is not None)


def test_the_tray_follows_a_job_and_the_list_stays_as_it_is(
    chromium: Browser, fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_TOGETHER_S", 0.0)
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.2)
    office = billed(fresh_site)
    with Window.open(chromium, fresh_site, office) as window:
        page = window.go(fresh_site.at(LIST))
        tray, boxes = page.get_by_role("status").and_(page.locator("#tray")), page.locator("input[name=selected]")
        expect(tray).to_have_text("")
        boxes.nth(1).check()
        job = begin(fresh_site, office, "selected", "archive", sendings(fresh_site)[:4])
        expect(tray).to_contain_text("Archiver (4 lignes) : 0 %")
        go_on(fresh_site, 2)
        expect(tray).to_contain_text("50 %")
        assert window.violations() == []
        expect(boxes.nth(1)).to_be_checked()
        go_on(fresh_site, 9)
        expect(tray).to_contain_text("100 %, terminé")
        expect(page.locator("tr.is-read")).to_have_count(0)
        tray.get_by_role("link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Archiver : Envois")
        expect(page.locator("#tray")).to_have_text("")
        page.locator("summary", has_text="Annuler ce travail").click()
        assert window.violations() == []
        page.get_by_role("button", name="Annuler pour 4 lignes").click()
        expect(page.locator("#state")).to_have_text("en attente")
        go_on(fresh_site, 9)
        expect(page.locator("#state")).to_have_text("terminé")
        expect(page.get_by_text("4 sur 4")).to_be_visible()
        assert fresh_site.quittance.jobs.job(UUID(job.rpartition("/")[2])).failed == 0
        assert not any(fresh_site.rows("SELECT 1 AS one FROM sendings WHERE is_archived"))


def test_columns_move_one_step_with_javascript_off(chromium: Browser, fresh_site: RunningSite) -> None:
    with Window.open(chromium, fresh_site, billed(fresh_site), scripts=False) as window:
        page = window.go(fresh_site.at("/colonnes/sendings"))
        names = page.locator("tbody tr label")
        first, second = names.nth(0).inner_text(), names.nth(1).inner_text()
        page.get_by_role("button", name=f"Descendre la colonne {first.strip()}").click()
        expect(names.nth(1)).to_have_text(first)
        expect(names.nth(0)).to_have_text(second)
        expect(page.get_by_role("button", name=f"Descendre la colonne {first.strip()}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(names.nth(2)).to_have_text(first)
        page.get_by_label(f"Ordre de la colonne {first.strip()}").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Historique")
        assert first.strip() in page.locator("thead th").nth(2).inner_text()
