"""Refusals on the pages: the groups and rows of the API, explained, dated, and every line with a way to its day."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import pytest

from api.catalogue import euros
from domain.rules.refusals import explain
from tests.acceptance.practice import OPERATOR
from tests.api.service import ok
from tests.web.markup import Element
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

QUERIES = (
    {},
    {"month": "2026-10"},
    {"national_union": "300"},
    {"is_cascade": "true"},
    {"is_cascade": "false", "verdict": "refused"},
    {"root_code": "502255"},
    {"date_from": "2026-10-05", "date_to": "2026-10-20"},
    {"code": "500118", "national_union": "300"},
    {"month": "2026-09"},
)


@pytest.fixture(scope="module")
def token(site: RunningSite) -> str:
    return site.quittance.access.issue(OPERATOR, "pages beside API").result.token


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Visitor:
    return site.sign_in("office")


def told(cents: int) -> str:
    """An amount as a page is read: every blank is one."""
    return re.sub(r"\s", " ", euros(cents, "fr"))


def api(site: RunningSite, token: str, path: str, **query: Any) -> Any:
    query |= {"establishment_id": str(site.where)}
    return ok(site.client.get(path, params=query, headers={"Authorization": f"Bearer {token}"}))


def row_ids(page: Element) -> list[str]:
    return [row.get("id").removeprefix("r-") for row in page.all("tr", "id")]


def queried(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: urlencode(query) or "all")
def test_sof_54_groups_are_those_of_the_api(
    site: RunningSite, office: Visitor, token: str, query: dict[str, str]
) -> None:
    groups = api(site, token, "/refusals/causes", **query)["causes"]
    page = office.see(site.at(queried("/refus", query)))
    rows = page.all("tr", "id")
    assert row_ids(page) == [f"{group['code']}-{group['letter']}" for group in groups]
    for row, group in zip(rows, groups, strict=True):
        cells = [cell.text for cell in row.all("td")]
        figures = [str(group[name]) for name in ("lines", "days", "patients")]
        assert cells[:4] == [*figures, told(group["refused_cents"])]
        assert group["explanation"]["meaning"] in row.text
        assert group["explanation"]["cure"] in row.text
        assert group["explanation"]["decision_label"] in row.text


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: urlencode(query) or "all")
def test_ref_06_refused_lines_are_those_of_the_api(
    site: RunningSite, office: Visitor, token: str, query: dict[str, str]
) -> None:
    wanted = {**query, "sort": "refused_cents", "descending": "true", "limit": "100"}
    rows = api(site, token, "/refusals", **wanted)["refusals"]
    page = office.see(site.at(queried("/refus/lignes", wanted)))
    assert row_ids(page) == [row["line_id"] for row in rows]
    part = office.partial(site.at(queried("/refus/lignes", wanted)))
    assert re.findall(r'<tr id="r-([^"]+)"', part.text) == row_ids(page)
    assert "<html" not in part.text


def test_ref_06_the_lines_of_a_cause_are_those_of_the_api(site: RunningSite, office: Visitor, token: str) -> None:
    for group in api(site, token, "/refusals/causes")["causes"]:
        root = {"root_code": group["code"], "root_letter": group["letter"]}
        address = queried(f"/refus/{group['code']}", {"letter": group["letter"], "limit": "100"})
        page = office.see(site.at(address))
        rows = api(site, token, "/refusals", **root, limit=100)["refusals"]
        assert row_ids(page) == [row["line_id"] for row in rows]
        assert len(rows) == group["lines"]
        assert told(group["refused_cents"]) in [card.text for card in page.of_class("card-figure")]


def test_the_way_from_a_group_to_its_lines_keeps_the_filter(site: RunningSite, office: Visitor, token: str) -> None:
    query = {"month": "2026-10", "national_union": "300"}
    page = office.see(site.at(queried("/refus", query)))
    group = api(site, token, "/refusals/causes", **query)["causes"][0]
    link = page.by_id(f"r-{group['code']}-{group['letter']}").of_class("row-link")[0].get("href")
    assert dict(parse_qsl(urlsplit(link).query)) == {**query, "letter": group["letter"]}
    lines = office.see(link)
    assert len(row_ids(lines)) == group["lines"]
    wanted = {**query, "root_code": group["code"], "root_letter": group["letter"]}
    (export,) = [a.get("href") for a in lines.all("a", "href") if ".csv" in a.get("href")]
    assert dict(parse_qsl(urlsplit(export).query)) == wanted
    content = office.get(export).content.decode("utf-8-sig")
    assert len(content.strip().splitlines()) == group["lines"] + 1
    assert "<a" not in content


def test_cascades_fold_under_their_root_with_count_and_euros(site: RunningSite, office: Visitor, token: str) -> None:
    page = office.see(site.at("/refus"))
    groups = api(site, token, "/refusals/causes")["causes"]
    assert any(group["cascaded_lines"] for group in groups)
    for group in groups:
        row = page.by_id(f"r-{group['code']}-{group['letter']}")
        folded = row.all("details")
        assert bool(folded) == bool(group["cascaded_lines"])
        if folded:
            summary = folded[0].one("summary").text
            assert str(group["cascaded_lines"]) in summary
            assert told(group["cascaded_cents"]) in summary
            lines = [int(re.findall(r": (\d+) ligne", item.text)[0]) for item in folded[0].all("li")]
            assert sum(lines) == group["cascaded_lines"]


def test_the_part_of_the_groups_has_the_rows_of_the_whole(site: RunningSite, office: Visitor) -> None:
    for query in QUERIES[:4]:
        address = site.at(queried("/refus", query))
        part = office.partial(address)
        assert re.findall(r'<tr id="r-([^"]+)"', part.text) == row_ids(office.see(address))
        assert "<html" not in part.text
        assert part.headers["hx-push-url"] == address


def test_the_chart_shows_the_numbers_of_the_table(site: RunningSite, office: Visitor, token: str) -> None:
    page = office.see(site.at("/refus"))
    chart = page.one("svg", class_="chart")
    assert chart.get("role") == "img"
    assert chart.get("aria-label")
    groups = api(site, token, "/refusals/causes")["causes"]
    texts = [text.text for text in chart.all("text")]
    assert texts[::2] == [f"{group['letter']} {group['code']}".strip() for group in groups]
    assert texts[1::2] == [told(group["refused_cents"]) for group in groups]
    widths = [float(bar.get("width").rstrip("%")) for bar in chart.all("rect")]
    assert widths == sorted(widths, reverse=True)
    assert not [element for element in chart.walk() if "style" in element.attributes]


def test_ref_10_a_code_is_explained_in_three_languages_with_the_fix(site: RunningSite, office: Visitor) -> None:
    page = office.see(site.at("/refus/502405?letter=R"))
    for language in ("fr", "nl", "en"):
        told = explain("502405", language, "R")
        (section,) = page.all("section", lang=language)
        for text in (told.meaning, told.cause, told.cure, told.consequence, told.field_label, told.decision_label):
            assert text in section.text
    assert "La facturation du cabinet" in page.text
    assert "catalogue de Quittance" in page.text
    assert [section.get("lang") for section in page.all("section", "lang")] == ["fr", "nl", "en"]
    dutch = site.sign_in("office", "nl").see(site.at("/refus/502405?letter=R"))
    assert [section.get("lang") for section in dutch.all("section", "lang")] == ["nl", "fr", "en"]


def test_ref_11_curable_is_a_word_and_a_picture(site: RunningSite, office: Visitor, token: str) -> None:
    page = office.see(site.at("/refus"))
    words = {"yes": "oui", "no": "non", "unknown": "inconnu"}
    for group in api(site, token, "/refusals/causes")["causes"]:
        row = page.by_id(f"r-{group['code']}-{group['letter']}")
        (state,) = [one for one in row.of_class("state") if one.text in words.values()]
        assert state.text == words[group["explanation"]["correctable"]]
        assert state.all("svg", class_="icon")


def test_the_deadline_is_the_time_bar_of_the_oldest_care(site: RunningSite, office: Visitor) -> None:
    page = office.see(site.at("/refus"))
    assert {time.get("datetime") for row in page.all("tr", "id") for time in row.all("time")} == {"2028-10-31"}


def test_ref_24_before_the_settlement_nothing_was_refused(site: RunningSite, office: Visitor) -> None:
    page = office.see(site.at("/refus?as_of=2026-11-04"))
    assert page.of_class("empty")[0].text.startswith("Aucune ligne refusée à la date du 04/11/2026")
    assert not page.all("tr", "id")
    assert not office.see(site.at("/refus/lignes?as_of=2026-11-04&sort=date")).all("tr", "id")
    assert office.see(site.at("/refus/502405?as_of=2026-11-04")).one("h1").text == "Refus 502405"


def test_empty_by_filter_says_so_and_lifts(site: RunningSite, office: Visitor) -> None:
    page = office.see(site.at("/refus?month=2026-09&provider=&code=999999"))
    (empty,) = page.of_class("empty")
    assert empty.text.startswith("Aucun refus avec ces filtres.")
    assert [chip.text for chip in page.of_class("chip")] == [
        "Mois des soins : 09/2026 retirer ce filtre",
        "Code de refus : 999999 retirer ce filtre",
    ]
    lifted = empty.one("a").get("href")
    assert row_ids(office.see(lifted))
    one_less = office.see(page.of_class("chip")[1].get("href"))
    assert [chip.text for chip in one_less.of_class("chip")] == ["Mois des soins : 09/2026 retirer ce filtre"]


def test_a_sending_is_named_by_its_number_and_stays_chosen(site: RunningSite, office: Visitor, token: str) -> None:
    (sending,) = site.rows(
        "SELECT r.sending_id, s.sending_number, s.national_union, count(*) AS n FROM refusals r"
        " JOIN sendings s ON s.sending_id = r.sending_id WHERE r.establishment_id = ?"
        " GROUP BY r.sending_id, s.sending_number, s.national_union ORDER BY n DESC LIMIT 1",
        site.where,
    )
    page = office.see(site.at(f"/refus?sending_id={sending['sending_id']}"))
    name = f"{sending['sending_number']} · {sending['national_union']}"
    assert page.of_class("chip")[0].text == f"Envoi : {name} retirer ce filtre"
    groups = api(site, token, "/refusals/causes", sending_id=str(sending["sending_id"]))["causes"]
    assert sum(group["lines"] for group in groups) == sending["n"]
    assert row_ids(page) == [f"{group['code']}-{group['letter']}" for group in groups]
    form = page.one("form", class_="filters")
    assert {item.get("value") for item in form.all("input", name="sending_id")} == {str(sending["sending_id"])}


def test_a_line_leads_to_its_day_invoice_and_sending_and_says_why(site: RunningSite, office: Visitor) -> None:
    page = office.see(site.at("/refus/lignes?sort=date"))
    (row, *_) = page.all("tr", "id")
    (line,) = site.rows("SELECT * FROM refusals WHERE line_id = ?", UUID(row.get("id").removeprefix("r-")))
    hrefs = {link.get("href") for link in row.all("a", "href")}
    assert {site.at(f"/factures/{line['invoice_id']}"), site.at(f"/envois/{line['sending_id']}")} <= hrefs
    assert explain(line["code"], "fr", line["letter"]).meaning in row.text


@pytest.mark.parametrize("first", ["patient", "invoice", "sending"])
def test_a_column_of_links_that_stands_first_leads_where_its_row_does(
    site: RunningSite, office: Visitor, first: str
) -> None:
    """A link inside a link is torn apart by browsers."""
    page = site.at("/colonnes/refusals")
    assert office.post_form(page, page, {f"place-{first}": "0"}).status_code == 303
    try:
        row, *_ = office.see(site.at("/refus/lignes?sort=date")).all("tr", "id")
    finally:
        office.post_form(page, page, {"do": "usual"})
    cell = next(td for td in row.all("td") if td.get("class") != "pick")
    (link,) = cell.all("a")
    assert "/jours/" in link.get("href")
    assert link.text.strip()


def test_names_are_for_those_who_may_see_care_and_reading_is_recorded(site: RunningSite) -> None:
    accountant, auditor = site.sign_in("accountant"), site.sign_in("auditor")
    address = site.at("/refus/lignes?sort=date&limit=100")
    before = site.rows("SELECT coalesce(max(id), 0) AS n FROM access_log")[0]["n"]
    seen = "SELECT count(DISTINCT patient_id) AS n FROM access_log WHERE action = 'refusal.listed' AND actor = ? AND id > ?"
    actor = f"user:{site.quittance.accounts.user_id('auditor')}"
    page, bare = auditor.see(address), accountant.see(address)
    heads = [[head.text for head in shown.all("th", scope="col")] for shown in (page, bare)]
    assert "Patient" in heads[0]
    assert "Patient" not in heads[1]
    first = "SELECT patient_id FROM refusals WHERE establishment_id = ? ORDER BY date, line_id LIMIT 100"
    patients = site.rows(f"SELECT count(DISTINCT patient_id) AS n FROM ({first}) AS f", site.where)
    assert site.rows(seen, actor, before) == patients
    assert not [link for link in bare.all("a", "href") if "/patients/" in link.get("href")]


def test_another_practice_is_not_in_the_groups(site: RunningSite, token: str) -> None:
    other = site.sign_in("office@other")
    assert other.get(site.at("/refus")).status_code == 404
    theirs = row_ids(other.see(site.at("/refus/lignes?sort=date", site.elsewhere)))
    ours = {row["line_id"] for row in api(site, token, "/refusals", limit=100)["refusals"]}
    assert not ours & set(theirs)
    strange = other.see(site.at(f"/refus?sending_id={sendings_of(site)}", site.elsewhere))
    assert not strange.all("tr", "id")


def sendings_of(site: RunningSite) -> Any:
    return site.rows("SELECT sending_id FROM sendings WHERE establishment_id = ?", site.where)[0]["sending_id"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/refus/301-40", 200),
        ("/refus/999999", 200),
        ("/refus/lines", 404),
        ("/refus/502405?letter=abc", 422),
        ("/refus?month=2026-13", 422),
        ("/refus?provider=123", 422),
        ("/refus/lignes?sort=message", 422),
    ],
)
def test_addresses_that_somebody_typed(site: RunningSite, office: Visitor, path: str, status: int) -> None:
    assert office.get(site.at(path)).status_code == status
