"""The sum above a list says of which rows it is: of the whole filter, and of the page in sight."""

import re

from domain.rules.refusals import explain
from tests.web.markup import Element
from tests.web.site import RunningSite


def lines_of(page: Element) -> list[str]:
    """What stands above the table, in a line for each kind of rows."""
    told = re.sub(r"\s+", " ", page.of_class("summary")[0].text)
    return [one.strip() for one in re.split(r"(?<=tout le filtre)|(?<=cette page)", told) if one.strip()]


def test_sums_of_the_filter_and_of_the_page_are_told_apart(site: RunningSite) -> None:
    who, at = site.sign_in("office"), site.at("/historique/factures")
    whole, here = lines_of(who.see(f"{at}?sort=requested_cents&descending=true&limit=25"))
    rows = site.rows(
        "SELECT CASE WHEN status = 'withdrawn' THEN 0 ELSE requested_cents END AS cents FROM invoices"
        " WHERE establishment_id = ? ORDER BY requested_cents DESC, invoice_id DESC",
        site.where,
    )
    for told, cents, label in ((whole, rows, "tout le filtre"), (here, rows[:25], "cette page")):
        assert told.startswith(f"{len(cents)} lignes · ")
        assert told.endswith(f"· {label}")
        assert int(re.sub(r"\D", "", told.split(" · ")[1])) == sum(row["cents"] for row in cents)


def test_a_list_on_one_page_has_one_sum(site: RunningSite) -> None:
    told = lines_of(site.sign_in("office").see(site.at("/historique/envois?limit=100")))
    assert len(told) == 1
    assert "tout le filtre" not in told[0]


def test_a_refused_file_looks_refused_before_anybody_read_it(site: RunningSite) -> None:
    rows = site.rows(
        "SELECT sending_id, is_read, refused_cents FROM sendings WHERE establishment_id = ? AND status = 'settled'",
        site.where,
    )
    refused = {f"r-{row['sending_id']}" for row in rows if row["refused_cents"] and not row["is_read"]}
    assert refused
    who = site.sign_in("office")
    for path in ("/historique/envois?limit=100&sort=sending_number", "/decomptes?limit=100&sort=sending_number"):
        page = who.see(site.at(path))
        shown = [page.by_id(one) for one in refused]
        assert all({"is-new", "is-refused"} <= set(one.get("class").split()) for one in shown)
        assert all(one.of_class("state-refused") for one in shown), "icon and word as well"


def test_the_link_of_a_sending_reads_its_number(site: RunningSite) -> None:
    numbers = {str(row["sending_number"]) for row in site.rows("SELECT sending_number FROM sendings")}
    who = site.sign_in("office")
    for path in ("/historique/envois", "/decomptes"):
        links = who.see(site.at(path)).one("tbody").of_class("row-link")
        assert links
        assert {link.text for link in links} <= numbers


def test_a_reason_of_all_rows_stands_once_above_them(site: RunningSite) -> None:
    """And in each row where rows differ."""
    who = site.sign_in("office")
    code = site.rows(
        "SELECT root_code FROM refusals WHERE establishment_id = ? GROUP BY root_code HAVING count(*) > 1"
        " AND count(DISTINCT code) = 1 AND count(DISTINCT reasons) = 1 ORDER BY count(*) DESC",
        site.where,
    )[0]["root_code"]
    meaning = explain(code, "fr").meaning
    alike = who.see(site.at(f"/refus/lignes?root_code={code}&sort=date")).by_id("list")
    assert len(alike.one("tbody").all("tr")) > 1
    assert alike.text.count(meaning) == 1
    assert "Pour toutes ces lignes :" in alike.text
    mixed = who.see(site.at("/refus/lignes?sort=root_code&limit=100")).by_id("list")
    assert "Pour toutes ces lignes" not in mixed.text
    assert mixed.one("tbody").text.count(meaning) > 1
