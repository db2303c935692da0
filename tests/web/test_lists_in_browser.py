"""Lists in a real browser under the strict policy: selection, a job that shows how far it is, the live notice."""

import re

import pytest
from playwright.sync_api import Browser, expect

from api.job_worker import working_off
from tests.acceptance.practice import OPERATOR
from tests.printed import plain, reader, sheets
from tests.web.browser import Window
from tests.web.site import RunningSite

pytestmark = pytest.mark.browser
LIST = "/historique/envois"


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


def test_chosen_rows_are_assigned_and_printed_from_the_bar(chromium: Browser, fresh_site: RunningSite) -> None:
    billed(fresh_site)
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office")) as window:
        page = window.go(fresh_site.at("/historique/factures?sort=invoice_number"))
        bar = page.get_by_role("group", name="Actions sur la sélection")
        expect(bar).to_be_hidden()
        page.get_by_label("Sélectionner toute la page").check()
        with page.expect_download() as download:
            bar.get_by_role("button", name="Imprimer en un PDF").click()
        assert download.value.suggested_filename.startswith("facture-")
        bar.get_by_text("Attribuer ou reporter").click()
        expect(bar.get_by_label("Responsable")).to_have_text("Personne office personne", use_inner_text=True)
        assert window.violations() == []
        bar.get_by_role("button", name="Attribuer", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Attribuer : Factures")
        expect(page.get_by_text("Personne office").last).to_be_visible()


def test_paper_holds_what_is_read_and_nothing_to_click(chromium: Browser, site: RunningSite) -> None:
    (row,) = site.rows("SELECT sending_id FROM refusals WHERE establishment_id = ? LIMIT 1", site.where)
    with Window.open(chromium, site, site.sign_in("office")) as window:
        for path, wide, folded in (
            ("/historique/envois?status=settled&sort=month", True, ""),
            ("/refus", True, "main details li"),
            (f"/decomptes/{row['sending_id']}", False, "main .tree td"),
        ):
            page = window.go(site.at(path))
            (width, height), text = paper(page.pdf(prefer_css_page_size=True))
            assert (width > height) is wide, path
            amounts = page.locator("main td.num").all_inner_texts()
            assert amounts
            assert all(plain(amount) in text for amount in amounts), "no figure is broken in two"
            head = page.locator("#on-paper")
            assert (plain(head.inner_text()) in text, head.is_visible()) == (True, False), path
            page.emulate_media(media="print")
            for clicked in ("button", ".btn", "input", "select", "nav.breadcrumb", ".pager"):
                assert page.locator(f"{clicked}:visible").count() == 0, (path, clicked)
            if folded:
                hidden = [one.inner_text() for one in page.locator(folded).all() if not one.is_visible()]
                assert (page.locator(folded).count() > 0, hidden) == (True, []), path
            page.emulate_media(media="null")
        page = window.go(site.at("/historique/envois?status=settled&sort=month"))
        page.emulate_media(media="print")
        expect(page.get_by_text("État : décompté")).to_be_visible()
        expect(page.get_by_role("link", name="Envois")).to_be_visible()
        expect(page.get_by_role("link", name="Factures")).to_be_hidden()


def paper(content: bytes) -> tuple[tuple[float, float], str]:
    """Size of the first sheet, and all words."""
    box = reader(content).pages[0].mediabox
    return (float(box.width), float(box.height)), " ".join(sheets(content))


@pytest.mark.parametrize("name", ["envois", "factures", "jours"])
def test_amounts_are_in_sight_and_the_page_alone_scrolls_up_and_down(
    chromium: Browser, site: RunningSite, name: str
) -> None:
    with Window.open(chromium, site, site.sign_in("office")) as window:
        window.go(site.at(f"/historique/{name}"))
        figures = window.ask(
            """(() => {
                const region = document.querySelector('.grid-region'), right = region.getBoundingClientRect().right;
                const heads = [...region.querySelectorAll('thead th')].filter(head => /Accepté|Refusé$/.test(head.innerText.trim()));
                return [region.scrollHeight - region.clientHeight, heads.length,
                        heads.filter(head => head.getBoundingClientRect().right > right).length];
            })()"""
        )
        assert figures == [0, 2, 0]


@pytest.mark.parametrize("path", ["/historique/envois", "/historique/factures", "/historique/jours", "/refus/lignes"])
def test_a_list_of_usual_columns_fits_a_small_laptop_in_rows_of_at_most_three_lines(
    chromium: Browser, site: RunningSite, path: str
) -> None:
    with Window.open(chromium, site, site.sign_in("office")) as window:
        window.go(site.at(path) + "?limit=100")
        wide, rows, pick = window.ask(
            """(() => { const region = document.querySelector(".grid-region"), rows = region.querySelectorAll("tbody tr");
            return [region.scrollWidth - region.clientWidth, Math.max(...[...rows].map(row => row.offsetHeight)),
                    region.querySelector("tbody .pick").offsetWidth]; })()"""
        )
        assert wide <= 0
        assert rows <= 70
        assert pick >= 30


def test_the_edge_of_a_table_fades_until_its_last_column_is_in_sight(chromium: Browser, site: RunningSite) -> None:
    with Window.open(chromium, site, site.sign_in("office"), width=320) as window:
        page = window.go(site.at("/historique/factures"))
        region = page.locator(".grid-region")
        expect(region).to_have_css(
            "mask-size", re.compile(r"^100%( auto)?$")
        )  # as this version of the browser writes it
        window.ask("document.querySelector('.grid-region').scrollLeft = 10000")
        expect(region).to_have_css("mask-size", re.compile(r"^calc\(100% \+ 30px\)( auto)?$"))
