"""Practices side by side: the figures of each one's own page, for those alone whose figures the reader may see."""

import csv
import re
from datetime import date as Date
from io import StringIO
from urllib.parse import parse_qsl, urlsplit

import pytest

from domain.roles import RIGHTS_OF
from tests.web.markup import Element, parse
from tests.web.site import OTHER_NAME, RunningSite
from tests.web.test_dashboard import rows_of, section
from tests.web.test_export import sheet
from tests.web.visitor import Visitor

PAGE = "/pilotage/cabinets"
LONG_AGO = Date(2026, 1, 1)
ACCEPTED, SHARE, EUROS, LINES, CASCADES, DELAY, WAITING, UNREAD, OLDEST = range(9)
"""Columns after the name."""


@pytest.fixture(scope="module")
def group(site: RunningSite) -> Visitor:
    """Somebody of the head office, who works for both practices."""
    assert site.elsewhere is not None
    grants = ((site.where, "office", LONG_AGO, None), (site.elsewhere, "accountant", LONG_AGO, None))
    return site.first_sign_in("group", site.add_user("group", *grants, name="Personne other"))


def own_name(site: RunningSite) -> str:
    return site.rows("SELECT name FROM establishments WHERE establishment_id = ?", site.where)[0]["name"]


def table(page: Element) -> dict[str, list[str]]:
    return rows_of(section(page, "comparison"))


def test_every_figure_is_that_of_the_practices_own_page(site: RunningSite, group: Visitor) -> None:
    for query in ("", "?national_union=300", "?from=2026-10&to=2026-10", "?as_of=2026-11-04"):
        shown = section(group.see(site.at(PAGE + query)), "comparison")
        rows = rows_of(shown)
        assert set(rows) == {own_name(site), OTHER_NAME, "Ensemble"}
        for link in shown.all("a", "row-link"):
            own, cells = group.see(link.get("href")), rows[link.text]
            cards = [card.text for card in own.of_class("card-figure")]
            assert cells[ACCEPTED] == cards[0]
            assert cells[EUROS] == cards[1]
            assert cells[CASCADES] == cards[2]
            assert cells[SHARE] == "–" or f": {cells[SHARE]} du" in own.of_class("card-note")[1].text
            delays = section(own, "delays").all("table")
            assert cells[DELAY] == (rows_of(section(own, "delays"))["Total"][1] if delays else "–")
            months = rows_of(section(own, "first-pass")) if section(own, "first-pass").all("table") else {}
            assert cells[LINES] == (months["Total"][6] if months else "0")
            unread = rows_of(section(own, "unread")) if section(own, "unread").all("table") else {}
            assert cells[UNREAD] == (unread["Total"][4] if unread else "0")


def test_what_is_unread_or_open_is_what_the_rows_say(site: RunningSite, group: Visitor) -> None:
    rows = table(group.see(site.at(PAGE)))
    for where, name in ((site.where, own_name(site)), (site.elsewhere, OTHER_NAME)):
        came = site.rows(
            "SELECT min(m.received_at) AS at FROM sendings s JOIN received_messages m ON m.sending_id = s.sending_id"
            " AND m.kind = '920900' WHERE s.establishment_id = ? AND s.status = 'settled' AND NOT s.is_read"
            " GROUP BY s.sending_id",
            where,
        )
        ages = [(site.today - Date.fromisoformat(row["at"][:10])).days for row in came]
        assert rows[name][UNREAD : OLDEST + 1] == [str(len(ages)), str(max(ages)) if ages else "–"]
        money = site.rows("SELECT sum(refused_cents) AS cents FROM refusals WHERE establishment_id = ?", where)
        asked = site.rows(
            "SELECT sum(accepted_cents + refused_cents) AS cents FROM days WHERE establishment_id = ?"
            " AND phase = 'settled'",
            where,
        )
        share = 100 * money[0]["cents"] / asked[0]["cents"]
        assert rows[name][SHARE] == f"{share:.1f} %".replace(".", ",")
        assert rows[name][WAITING] == "0,00 €"
    early = table(group.see(site.at(f"{PAGE}?as_of=2026-11-04")))
    sent = site.rows("SELECT sum(requested_cents) AS cents FROM sendings WHERE establishment_id = ?", site.where)
    assert re.sub(r"\D", "", early[own_name(site)][WAITING]) == str(sent[0]["cents"])


def test_every_figure_leads_to_the_list_of_its_practice(site: RunningSite, group: Visitor) -> None:
    for query in ("", "?as_of=2026-11-25&national_union=300"):
        page = group.see(site.at(PAGE + query))
        for row in section(page, "comparison").one("tbody").all("tr"):
            where, cells, followed = row.get("id").removeprefix("r-"), row.all("td"), 0
            for place, cell in enumerate(cells):
                for link in cell.all("a"):
                    target = urlsplit(link.get("href"))
                    assert target.path.startswith(f"/c/{where}/"), link.get("href")
                    asked = dict(parse_qsl(target.query))
                    assert asked.get("as_of") == ("2026-11-25" if query else None)
                    assert asked.get("national_union") == ("300" if query else None)
                    listed = group.see(link.get("href"))
                    if place in (LINES, UNREAD):
                        counted = listed.of_class("summary")[0].text.partition(" ligne")[0]
                        assert re.sub(r"\D", "", counted) == link.text
                        followed += 1
                    if place == WAITING:
                        assert listed.by_id(target.fragment).text == "Envois sans décompte, par ancienneté"
            assert followed == 2


def test_rows_are_sorted_by_any_column_and_the_chart_shows_it(site: RunningSite, group: Visitor) -> None:
    heads = section(group.see(site.at(PAGE)), "comparison").one("thead").all("th")
    assert heads[1].get("aria-sort") == "ascending"
    assert len(heads) == 10
    for place, head in enumerate(heads):
        up = group.see(head.one("a").get("href") if place != 1 else site.at(PAGE))
        down = group.see(section(up, "comparison").one("thead").all("th")[place].one("a").get("href"))
        for page, way in ((up, "ascending"), (down, "descending")):
            part = section(page, "comparison")
            sorted_by = [th for th in part.one("thead").all("th") if th.get("aria-sort")]
            assert [(th.text, th.get("aria-sort")) for th in sorted_by] == [(head.text, way)]
            names = [row.one("th").text for row in part.one("tbody").all("tr")]
            if place:
                cells = [row.all("td")[place - 1].text for row in part.one("tbody").all("tr")]
                known = [(name, cell) for name, cell in zip(names, cells, strict=True) if cell != "–"]
                assert cells[: len(known)] == [cell for _, cell in known]
                figures = [figure(cell) for _, cell in known]
                assert figures == sorted(figures, reverse=way == "descending")
                bars = [text.text for text in part.one("svg", role="img").all("text")]
                assert bars == [text for pair in known for text in pair]
            else:
                assert names == sorted(names, key=str.casefold, reverse=way == "descending")
    assert group.get(site.at(f"{PAGE}?sort=establishment_id")).status_code == 422


def figure(shown: str) -> float:
    return float(re.sub(r"[^\d,]", "", shown).replace(",", "."))


def test_a_practice_without_a_role_is_not_there(site: RunningSite, group: Visitor) -> None:
    office = site.sign_in("office")
    assert set(table(office.see(site.at(PAGE)))) == {own_name(site), "Ensemble"}
    assert OTHER_NAME not in office.get(site.at(f"{PAGE}.csv")).text
    assert not office.see(site.at("/pilotage")).all("a", href=site.at(PAGE))
    assert len(table(group.see(site.at(PAGE, site.elsewhere)))) == 3


def test_a_role_that_ends_or_gives_no_figures_takes_its_practice_away(
    fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, today = fresh_site.enter_other_practice(), fresh_site.today
    grants = ((fresh_site.where, "office", LONG_AGO, None), (other, "accountant", LONG_AGO, today))
    who = fresh_site.first_sign_in("group", fresh_site.add_user("group", *grants))
    address = fresh_site.at(PAGE)
    assert OTHER_NAME in table(who.see(address))
    tabs = who.see(address).one("nav", aria_label="Vues du pilotage").all("a")
    assert [(tab.text, tab.get("aria-current")) for tab in tabs] == [
        ("Ce cabinet", ""),
        ("Comparer les cabinets", "page"),
    ]
    monkeypatch.setitem(RIGHTS_OF, "accountant", frozenset({"note"}))
    assert OTHER_NAME not in table(who.see(address))
    monkeypatch.undo()
    fresh_site.clock.forward(days=1)
    again, _ = fresh_site.sign_in_again("group")
    assert set(table(again.see(address))) == {own_name(fresh_site), "Ensemble"}


def test_a_practice_without_a_verdict_has_dashes_and_comes_last(fresh_site: RunningSite) -> None:
    other = fresh_site.enter_other_practice()
    grants = ((fresh_site.where, "office", LONG_AGO, None), (other, "office", LONG_AGO, None))
    who = fresh_site.first_sign_in("group", fresh_site.add_user("group", *grants))
    fresh_site.enter_care(60)
    fresh_site.bill_and_answer()
    who, _ = fresh_site.sign_in_again("group", window=who)
    for query in ("", "?sort=accepted&descending=true"):
        rows = table(who.see(fresh_site.at(PAGE + query)))
        assert list(rows) == [own_name(fresh_site), OTHER_NAME, "Ensemble"]
        assert rows[OTHER_NAME] == ["–", "–", "0,00 €", "0", "–", "–", "0,00 €", "0", "–"]
        assert rows["Ensemble"] == rows[own_name(fresh_site)]


@pytest.mark.parametrize("query", ["", "?sort=refused_cents&descending=true", "?as_of=2026-11-04&sort=practice"])
def test_sof_15_the_export_has_the_rows_of_the_page(site: RunningSite, group: Visitor, query: str) -> None:
    page = section(group.see(site.at(PAGE + query)), "comparison")
    (link,) = [link for link in page.all("a", "href") if link.text == "CSV"]
    answer = group.get(link.get("href"))
    head, *rows = csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    of_the_past = "as_of" in query
    assert head == [th.text for th in page.one("thead").all("th")] + ["Situation au"] * of_the_past
    shown = [[row.one("th").text, *(td.text for td in row.all("td"))] for row in page.one("tbody").all("tr")]
    assert [row[0] for row in rows] == [row[0] for row in shown]
    for row, seen in zip(rows, shown, strict=True):
        for written, read in zip(row[1:10], seen[1:], strict=True):
            assert written == "" if read == "–" else abs(figure(written) - figure(read)) < 0.0501, (written, read)
        assert row[10:] == ["2026-11-04"] * of_the_past
    typed = sheet(group.get(link.get("href").replace(".csv", ".xlsx")).content)
    assert [value for _, value in typed[0]] == head
    assert {kind for row in typed[1:] for kind, _ in row[1:]} == {"number"}
    assert ("situation-au-2026-11-04" in answer.headers["content-disposition"]) == of_the_past


def test_a_file_of_another_kind_or_of_no_months_is_refused(site: RunningSite, group: Visitor) -> None:
    assert group.get(site.at(f"{PAGE}.ods")).status_code == 404
    assert group.get(site.at(f"{PAGE}.csv?from=hier")).status_code == 422
    assert group.get(site.at(f"{PAGE}?from=hier")).status_code == 422


def test_a_part_of_the_page_has_its_rows(site: RunningSite, group: Visitor) -> None:
    address = site.at(f"{PAGE}?sort=unread&descending=true")
    answer = group.partial(address)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert table(parse(answer.text)) == table(group.see(address))


def test_a_typed_period_keeps_the_order(site: RunningSite, group: Visitor) -> None:
    answer = group.get(site.at(f"{PAGE}?period=2026-T4&national_union=300&sort=unread&descending=true"))
    assert answer.headers["location"] == site.at(
        f"{PAGE}?from=2026-10&to=2026-12&national_union=300&sort=unread&descending=true"
    )
    form = group.see(answer.headers["location"])
    assert form.all("input", name="sort")[0].get("value") == "unread"
