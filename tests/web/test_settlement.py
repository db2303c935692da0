"""Settlements: the list with its sums, and the tree that says what was refused, why, and what to do."""

import re
from datetime import date as Date

import pytest

from domain.rules.refusals import explain
from tests.web.markup import Element
from tests.web.site import RunningSite
from tests.web.visitor import PARTIAL, local


@pytest.fixture
def settled(site: RunningSite) -> dict:
    return site.rows(
        "SELECT * FROM sendings WHERE establishment_id = ? AND status = 'settled' ORDER BY refused_cents DESC",
        site.where,
    )[0]


@pytest.fixture
def path(site: RunningSite, settled: dict) -> str:
    return site.at(f"/decomptes/{settled['sending_id']}")


def cents(text: str) -> int:
    found = re.search(r"([\d\s\u202f]+),(\d\d) €", text)
    assert found, text
    return int(re.sub(r"\D", "", found[1]) + found[2])


def invoices(page: Element) -> list[Element]:
    return [found for found in page.all("details", "id") if found.get("id").startswith("f-")]


def test_sof_53_settlements_are_listed_with_their_sums(site: RunningSite) -> None:
    who = site.sign_in()
    answer = who.get(site.at("/decomptes"))
    assert answer.status_code == 303
    page = who.see(local(answer.headers["location"]))
    rows = site.rows("SELECT * FROM sendings WHERE establishment_id = ? AND status = 'settled'", site.where)
    assert len(page.of_class("row-link")) == len(rows)
    figures = [figure.text for figure in page.of_class("card-figure")]
    assert cents(figures[3]) == sum(row["refused_cents"] for row in rows)
    union = rows[0]["national_union"]
    narrow = who.get(site.at(f"/decomptes?national_union={union}"), headers=PARTIAL)
    mine = [row for row in rows if row["national_union"] == union]
    assert narrow.text.count("row-link") == len(mine)
    assert f"{len(mine)}</p>" in narrow.text


def test_sof_53_invoices_with_an_error_are_open_and_marked(site: RunningSite, settled: dict, path: str) -> None:
    page = site.sign_in().see(f"{path}?errors=0")
    rows = site.rows("SELECT * FROM invoices WHERE sending_id = ?", settled["sending_id"])
    faulty = {f"f-{row['invoice_id']}" for row in rows if row["refused_days"]}
    shown = invoices(page)
    assert len(shown) == len(rows)
    assert {one.get("id") for one in shown if "open" in one.attributes} == faulty
    assert {one.get("id") for one in shown if one.of_class("is-refused")} == faulty
    for one in shown:
        words = one.all("summary")[0].text
        assert ("refusée" in words) == (one.get("id") in faulty)


def test_sof_53_only_errors_are_shown_first(site: RunningSite, settled: dict, path: str) -> None:
    page = site.sign_in().see(path)
    rows = site.rows("SELECT * FROM invoices WHERE sending_id = ? AND refused_days > 0", settled["sending_id"])
    assert {one.get("id") for one in invoices(page)} == {f"f-{row['invoice_id']}" for row in rows}
    assert page.all("a", href=f"{path}?errors=0")


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_ref_10_each_refused_line_is_explained_in_the_readers_language(
    site: RunningSite, settled: dict, path: str, language: str
) -> None:
    page = site.sign_in("office", language).see(path)
    for row in site.rows("SELECT * FROM refusals WHERE sending_id = ?", settled["sending_id"]):
        told = explain(row["code"], language, row["letter"] or None)  # type: ignore[arg-type]
        assert told.meaning in page.text
        if not row["is_cascade"]:
            assert told.cure in page.text
            assert page.all("a", href=site.at(f"/refus/{row['code']}?letter={row['letter']}"))


def test_ref_06_the_tree_holds_every_refused_line_once(site: RunningSite, settled: dict, path: str) -> None:
    page = site.sign_in().see(path)
    refused = site.rows("SELECT * FROM refusals WHERE sending_id = ?", settled["sending_id"])
    heads = [one.all("summary")[0].text for one in invoices(page)]
    assert sum(int(re.search(r"(\d+) ligne", head)[1]) for head in heads) == len(refused)
    assert sum(cents(head) for head in heads) == settled["refused_cents"]
    tree = page.of_class("tree")[0]
    folded = tree.all("li")
    assert len(folded) == sum(row["is_cascade"] for row in refused) > 0
    rows = [row for row in tree.all("tr") if row.has_class("is-refused")]
    assert len(rows) == sum(not row["is_cascade"] for row in refused)


def test_ref_06_causes_add_up_to_what_was_refused(site: RunningSite, settled: dict, path: str) -> None:
    page = site.sign_in().see(path)
    table = next(found for found in page.all("table") if "Correction conseillée" in found.text)
    assert (
        sum(cents((row.children and row.all("td")[-1].text) or "") for row in table.all("tbody")[0].all("tr"))
        == (settled["refused_cents"])
    )


def test_sof_53_a_large_settlement_comes_in_pages(
    site: RunningSite, settled: dict, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.web.settlement._INVOICES", 2)
    who, seen, address = site.sign_in(), [], f"{path}?errors=0"
    while True:
        page = who.see(address)
        seen += [one.get("id") for one in invoices(page)]
        following = page.all("a", rel="next")
        if not following:
            break
        address = local(following[0].get("href"))
    rows = site.rows(
        "SELECT invoice_id FROM invoices WHERE sending_id = ? ORDER BY invoice_number", settled["sending_id"]
    )
    assert seen == [f"f-{row['invoice_id']}" for row in rows]


def test_ref_24_before_it_came_there_was_no_settlement(site: RunningSite, path: str) -> None:
    page = site.sign_in().see(f"{path}?as_of={Date(2026, 11, 5)}")
    assert "À cette date, cet envoi n'était pas encore décompté." in page.text
    assert not invoices(page)


def test_reading_a_settlement_is_noted_for_the_patients_shown(site: RunningSite, path: str) -> None:
    who = site.sign_in()
    before = site.rows("SELECT count(*) AS n FROM access_log WHERE action = 'sending.tree'")[0]["n"]
    page = who.see(path)
    after = site.rows("SELECT count(*) AS n FROM access_log WHERE action = 'sending.tree'")[0]["n"]
    assert after - before == len(invoices(page))


def test_ref_07_an_invoice_shows_its_days_with_their_refusals(site: RunningSite, settled: dict) -> None:
    row = site.rows(
        "SELECT * FROM invoices WHERE sending_id = ? ORDER BY refused_days DESC, invoice_id", settled["sending_id"]
    )[0]
    page = site.sign_in().see(site.at(f"/factures/{row['invoice_id']}"))
    days, lines = page.all("table")[0], page.all("table")[1]
    assert len(days.all("tbody")[0].all("tr")) == row["day_count"]
    assert len([one for one in days.all("tr") if one.has_class("is-refused")]) == row["refused_days"]
    refused = site.rows("SELECT * FROM refusals WHERE invoice_id = ?", row["invoice_id"])
    shown = [one for one in lines.all("tr") if one.has_class("is-refused")]
    assert len(shown) == sum(not one["is_cascade"] for one in refused)
    assert all(explain(one["code"], "fr", one["letter"]).meaning in lines.text for one in refused)
