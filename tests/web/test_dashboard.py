"""The dashboard: figures as the log tells them, each with the list behind it; periods as people type them."""

import re
from datetime import date as Date
from datetime import datetime
from statistics import median
from urllib.parse import parse_qsl, urlsplit

import pytest

from api import catalogue
from api.web import dashboard
from api.web.charts import bars
from api.web.month_span import MOST_MONTHS, span_between, span_typed
from domain.errors import Invalid
from tests.acceptance.practice import send_month
from tests.web.markup import Element
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

TODAY = Date(2026, 11, 21)


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Visitor:
    return site.sign_in("office")


def euros(cents: int) -> str:
    """As a page is read: every blank is one."""
    return re.sub(r"\s", " ", catalogue.euros(cents, "fr"))


def number(count: int) -> str:
    return re.sub(r"\s", " ", catalogue.number(count, "fr"))


def percent(part: int, whole: int) -> str:
    return re.sub(r"\s", " ", dashboard.percent(100 * part / whole, "fr"))


def section(page: Element, name: str) -> Element:
    return page.one("section", aria_labelledby=name)


def rows_of(part: Element) -> dict[str, list[str]]:
    """Cells of each row by its heading."""
    return {
        row.all("th")[0].text: [cell.text for cell in row.all("td")]
        for row in part.one("table").all("tr")
        if row.all("th", scope="row")
    }


def test_sof_52_first_pass_acceptance_is_what_the_first_settlements_said(site: RunningSite, office: Visitor) -> None:
    settled = site.rows("SELECT * FROM days WHERE establishment_id = ? AND phase = 'settled'", site.where)
    lost = site.rows("SELECT count(*) AS n FROM refusals WHERE establishment_id = ?", site.where)[0]["n"]
    lines = sum(day["line_count"] for day in settled)
    accepted = sum(day["accepted_cents"] for day in settled)
    asked = accepted + sum(day["refused_cents"] for day in settled)
    page = office.see(site.at("/pilotage"))
    part = section(page, "first-pass")
    figures = [
        number(lines),
        number(lines - lost),
        percent(lines - lost, lines),
        euros(asked),
        euros(accepted),
        percent(accepted, asked),
        number(lost),
        euros(asked - accepted),
    ]
    assert rows_of(part) == {"10/2026": figures, "Total": figures}
    assert [text.text for text in part.one("svg").all("text")] == ["10/2026", percent(lines - lost, lines)]
    assert page.of_class("card-figure")[0].text == percent(lines - lost, lines)
    assert page.of_class("card-note")[0].text.endswith(f": {percent(accepted, asked)}")
    (first,) = [card for card in office.see(site.at()).of_class("card") if "premier décompte" in card.text]
    assert first.of_class("card-figure")[0].text == page.of_class("card-figure")[0].text
    assert page.of_class("card-note")[1].text.endswith(f": {percent(asked - accepted, asked)} du montant décompté")
    links = {link.get("href") for link in part.all("a") if "%" in link.text}
    assert links == {site.at("/historique/jours?month=2026-10&phase=settled")}


def test_sof_54_refused_euros_by_cause_and_the_share_of_cascades(site: RunningSite, office: Visitor) -> None:
    page = office.see(site.at("/pilotage"))
    found = site.rows(
        "SELECT root_code, root_letter, count(*) AS n, sum(refused_cents) AS cents FROM refusals"
        " WHERE establishment_id = ? GROUP BY root_code, root_letter",
        site.where,
    )
    rows = rows_of(section(page, "by-cause"))
    assert {name: (cells[1], cells[3]) for name, cells in rows.items()} == {
        f"{row['root_letter']} {row['root_code']}".strip(): (str(row["n"]), euros(row["cents"])) for row in found
    }
    (count,) = site.rows(
        "SELECT count(*) AS n, sum(CASE WHEN is_cascade THEN 1 ELSE 0 END) AS follow FROM refusals"
        " WHERE establishment_id = ?",
        site.where,
    )
    assert page.of_class("card-figure")[2].text == percent(count["follow"], count["n"])


def test_days_to_the_settlement_and_unread_ones_are_per_union(site: RunningSite, office: Visitor) -> None:
    page = office.see(site.at("/pilotage"))
    came = site.rows(
        "SELECT s.national_union, s.transmitted_on, min(m.received_at) AS at FROM sendings s JOIN received_messages m"
        " ON m.sending_id = s.sending_id AND m.kind = '920900' WHERE s.establishment_id = ?"
        " GROUP BY s.sending_id, s.national_union, s.transmitted_on",
        site.where,
    )
    took = {
        row["national_union"]: (
            datetime.fromisoformat(row["at"]).date() - Date.fromisoformat(row["transmitted_on"])
        ).days
        for row in came
    }
    shown = rows_of(section(page, "delays"))
    assert {union: cells[1] for union, cells in shown.items() if union != "Total"} == {
        union: f"{days},0" for union, days in took.items()
    }
    middle = f"{median(took.values()):.1f}".replace(".", ",")
    assert f"{middle} jours" in [one.text for one in page.of_class("card-figure")]
    assert shown["Total"] == [str(len(came)), f"{median(took.values()):.1f}".replace(".", ","), str(max(took.values()))]
    unread = site.rows(
        "SELECT * FROM sendings WHERE establishment_id = ? AND status = 'settled' AND NOT is_read",
        site.where,
    )
    assert {union: cells[:5] for union, cells in rows_of(section(page, "unread")).items()} == {
        **{row["national_union"]: ["1", "–", "–", "–", "1"] for row in unread},
        "Total": [str(len(unread)), "–", "–", "–", str(len(unread))],
        "Montant": [euros(sum(row["requested_cents"] for row in unread)), "–", "–", "–", ""],
    }


def test_every_number_with_a_link_counts_what_its_list_holds(site: RunningSite, office: Visitor) -> None:
    for address in ("/pilotage", "/pilotage?national_union=300", "/pilotage?from=2026-10&to=2026-10"):
        page, followed = office.see(site.at(address)), 0
        for link in [a for part in page.all("section") for a in part.all("a", "href")]:
            if not re.fullmatch(r"\d+", link.text):
                continue
            counted = office.see(link.get("href")).of_class("summary")[0].text
            assert int(re.sub(r"\D", "", counted.partition(" ligne")[0])) == int(link.text), link.get("href")
            followed += 1
        assert followed > 4


def test_what_waits_is_classed_by_age_and_leads_to_its_sendings(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(200)
    sent = send_month(fresh_site.quittance, fresh_site.where)
    fresh_site.clock.forward(days=45)
    office = fresh_site.sign_in("office")
    page = office.see(fresh_site.at("/pilotage"))
    rows = section(page, "waiting").one("tbody").all("tr")
    assert len(rows) == len(sent)
    owed = euros(fresh_site.rows("SELECT sum(requested_cents) AS cents FROM sendings")[0]["cents"])
    sums = rows_of(section(page, "waiting"))
    assert sums["Total"] == ["", "–", str(len(sent)), "–", "–", str(len(sent)), owed]
    assert sums["Montant"] == ["", "–", owed, "–", "–", "", ""]
    bars = section(page, "waiting").one("svg", role="img").all("text")
    assert [text.text for text in bars] == ["0–30", euros(0), "31–60", owed, "61–90", euros(0), "> 90", euros(0)]
    for row in rows:
        union = row.all("th")[0].text
        (known,) = fresh_site.rows("SELECT * FROM sendings WHERE national_union = ?", union)
        cells = row.all("td")
        assert [cell.text for cell in cells[1:6]] == ["–", "1", "–", "–", "1"]
        assert cells[6].text == euros(known["requested_cents"])
        link = cells[2].one("a").get("href")
        assert str(known["sending_id"]) in office.get(link).text
        assert dict(parse_qsl(urlsplit(link).query)).keys() == {
            "national_union", "status", "transmitted_from", "transmitted_to"
        }  # fmt: skip
    early = office.see(fresh_site.at("/pilotage?as_of=2026-11-13"))
    assert {row.all("td")[1].text for row in section(early, "waiting").one("tbody").all("tr")} == {"1"}
    for name in ("first-pass", "by-cause", "delays", "unread"):
        assert section(page, name).of_class("empty")
    assert page.of_class("card-figure")[0].text == "–"


def test_ref_24_figures_of_the_past_are_those_shown_then(site: RunningSite, office: Visitor) -> None:
    page = office.see(site.at("/pilotage?as_of=2026-11-04"))
    assert section(page, "first-pass").of_class("empty")
    assert section(page, "waiting").one("table")
    for link in page.one("main").all("a", "href"):
        if link.get("href").startswith(site.at("/refus")) or link.get("href").startswith(site.at("/historique")):
            assert "as_of=2026-11-04" in link.get("href")


def test_beside_the_menu_of_a_past_day_nothing_is_counted(site: RunningSite, office: Visitor) -> None:
    """What waits today would be taken for what waited then."""
    now, past = (office.see(site.at(f"/pilotage{query}")) for query in ("", "?as_of=2026-11-04"))
    unread = site.rows(
        "SELECT count(*) AS n FROM sendings WHERE establishment_id = ? AND status = 'settled' AND NOT is_read",
        site.where,
    )
    counts = {link.get("href"): link.of_class("count") for link in now.of_class("sidebar")[0].all("a", "href")}
    assert counts[site.at("/decomptes")][0].text == str(unread[0]["n"])
    menu = past.of_class("sidebar")[0]
    assert not menu.of_class("count")
    assert [link.text for link in menu.all("a", "href")] == [
        re.sub(r" \d+$", "", link.text) for link in now.of_class("sidebar")[0].all("a", "href")
    ]


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2026-10", "2026-10", "2026-10"),
        ("2026-T3", "2026-07", "2026-09"),
        ("2026q4", "2026-10", "2026-12"),
        ("2026-k1", "2026-01", "2026-03"),
        ("2025", "2025-01", "2025-12"),
        ("mois", "2026-11", "2026-11"),
        ("mois-1", "2026-10", "2026-10"),
        ("maand-11", "2025-12", "2025-12"),
        ("trimestre", "2026-10", "2026-12"),
        ("kwartaal-1", "2026-07", "2026-09"),
        ("an-1", "2025-01", "2025-12"),
        ("31/10/2026", "2026-10", "2026-10"),
        ("2026-01 à 2026-03", "2026-01", "2026-03"),
        ("2025-T4..mois-1", "2025-10", "2026-10"),
        (" 15/01/2026 - 20/02/2026 ", "2026-01", "2026-02"),
    ],
)
def test_a_period_is_understood_as_typed(typed: str, first: str, last: str) -> None:
    span = span_typed(typed, TODAY)
    assert (span.first, span.last) == (first, last)
    assert (span.months[0], span.months[-1]) == (first, last)
    assert (f"{span.starts:%Y-%m}", f"{span.ends:%Y-%m}") == (first, last)


@pytest.mark.parametrize(
    "typed",
    ["", "2026-T5", "2026-13", "octobre", "mois--1", "2026-03 à 2026-01", "2026-01..2026-02..2026-03", "2020..2026"],
)
def test_a_period_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        span_typed(typed, TODAY)


def test_months_that_the_address_leaves_out() -> None:
    assert span_between("", "", TODAY).months[0] == "2025-12"
    assert span_between("", "", TODAY).last == "2026-11"
    assert span_between("2026-03", "", TODAY).last == "2026-11"
    assert span_between("", "2024-02", TODAY).first == "2023-03"
    assert span_between("2027-01", "", TODAY).months == ("2027-01",)
    assert len(span_between("2022-01", "2026-12", TODAY).months) == MOST_MONTHS
    for first, last in (("2026-1", ""), ("", "2026"), ("2026-05", "2026-04"), ("2021-12", "2026-12")):
        with pytest.raises(Invalid):
            span_between(first, last, TODAY)


def test_a_typed_period_becomes_the_address(site: RunningSite, office: Visitor) -> None:
    answer = office.get(site.at("/pilotage?period=2026-T4&from=&to=&national_union=300"))
    assert answer.status_code == 303
    assert answer.headers["location"] == site.at("/pilotage?from=2026-10&to=2026-12&national_union=300")
    page = office.see(answer.headers["location"])
    assert page.by_id("f-from").get("value") == "2026-10"
    assert page.by_id("f-to").get("value") == "2026-12"


@pytest.mark.parametrize("query", ["period=2026-T5", "from=2026-12&to=2026-01", "from=hier"])
def test_a_wrong_period_is_said_at_the_field_and_kept(site: RunningSite, office: Visitor, query: str) -> None:
    answer = office.get(site.at(f"/pilotage?{query}"))
    assert answer.status_code == 422
    name, _, value = query.partition("&")[0].partition("=")
    assert f'href="#f-{name}"' in answer.text
    assert re.search(rf'id="f-{name}"[^>]*value="{value}"[^>]*aria-invalid="true"', answer.text)


def test_bars_keep_their_proportions() -> None:
    chart = bars([("a", 200, "2,00 €"), ("b", 100, "1,00 €"), ("c", 0, "0,00 €"), ("d", 1, "0,01 €")])
    assert [bar.width for bar in chart.bars] == [52, 26, 0, 0.3]
    assert [bar.top for bar in chart.bars] == [0, 24, 48, 72]
    assert chart.height == 96
    assert bars([("a", 500, "50 %")], whole=1000).bars[0].width == 26
    assert bars([]).bars == ()


def test_percent_in_three_languages() -> None:
    assert [dashboard.percent(96.85, language) for language in ("fr", "nl", "en")] == ["96,8\u00a0%", "96,8%", "96.8%"]
