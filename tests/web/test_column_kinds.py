"""Moments, percentages and amounts: one way on the page, typed in a workbook, plain in CSV, in words on paper."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from api.catalogue import LANGUAGES, euros, percent
from api.web.grids import GRIDS
from tests.web.site import RunningSite
from tests.web.test_export import lines, sheet
from tests.web.test_pdf import whole

BELGIUM = ZoneInfo("Europe/Brussels")
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no zones
HERE = "WHERE establishment_id = ?"
MOMENTS = [
    ("answers", "/facturation/reponses", f"SELECT received_at AS at FROM received_messages {HERE}", "received_at"),
    ("items", "/points", f"SELECT raised_at AS at FROM items {HERE}", "raised_at"),
    ("imports", "/importations", f"SELECT imported_at AS at FROM imports {HERE}", "imported_at"),
]


def belgian(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(BELGIUM).replace(tzinfo=None)


def place(name: str, kind: str) -> int:
    """Of the first shown column of that kind."""
    return [column.kind for column in GRIDS[name].spec.columns if column.shown].index(kind)


@pytest.mark.parametrize(("name", "path", "select", "sort"), MOMENTS)
def test_a_moment_is_local_on_the_page_typed_in_a_workbook_and_plain_in_csv(
    site: RunningSite, name: str, path: str, select: str, sort: str
) -> None:
    office, query, at = site.sign_in("office"), f"?sort={sort}", place(name, "moment")
    kept = {row["at"] for row in site.rows(select, site.where)}
    page = office.see(site.at(path) + query).one("table", class_="grid")
    shown = {time.get("datetime"): time.text for time in page.all("time")}
    assert shown == {one: f"{belgian(one):%d/%m/%Y %H:%M}" for one in kept}
    plain = [row[at] for row in lines(office.get(site.at(f"/export/{name}.csv{query}")).content)[1:]]
    assert plain == sorted(plain)
    assert set(plain) == {f"{belgian(one):%Y-%m-%d %H:%M}" for one in kept}
    typed = [row[at] for row in sheet(office.get(site.at(f"/export/{name}.xlsx{query}")).content)[1:]]
    assert {kind for kind, _ in typed} == {"number"}
    told = [EPOCH + timedelta(days=float(value)) for _, value in typed]
    assert [f"{one + timedelta(milliseconds=1):%Y-%m-%d %H:%M}" for one in told] == plain
    assert set(shown.values()) <= set(
        re.findall(r"\d\d/\d\d/\d{4} \d\d:\d\d", whole(office.get(site.at(f"/export/{name}.pdf{query}"))))
    )


def test_an_error_percentage_reads_the_same_everywhere(site: RunningSite) -> None:
    office, at = site.sign_in("office"), place("sendings", "percent")
    rows = site.rows(f"SELECT sending_id, error_percentage FROM sendings {HERE} ORDER BY sending_number", site.where)
    written = [row["error_percentage"] for row in rows]
    figures = [f"{int(one) / 100:.2f}".replace(".", ",") if one else "" for one in written]
    assert any(figures)
    query = "?sort=sending_number"
    page = office.see(site.at(f"/historique/envois{query}&limit=100")).one("table", class_="grid").one("tbody")
    cells = [row.all("td")[1 + at] for row in page.all("tr")]  # behind the box to tick
    assert [cell.text for cell in cells] == [f"{one} %" if one else "–" for one in figures]
    assert {cell.get("class") for cell in cells} == {"num"}
    assert [row[at] for row in lines(office.get(site.at(f"/export/sendings.csv{query}")).content)[1:]] == figures
    typed = sheet(office.get(site.at(f"/export/sendings.xlsx{query}")).content)[1:]
    shares = [Decimal(value) for kind, value in (cell for row in typed for cell in row) if kind == "number"]
    assert {Decimal(int(one)).scaleb(-4) for one in written if one} <= set(shares)
    refused = next(row for row in rows if row["error_percentage"])
    said = percent(refused["error_percentage"], "fr").replace("\u00a0", " ")
    assert said in office.see(site.at(f"/envois/{refused['sending_id']}")).text


@pytest.mark.parametrize(
    ("written", "said"), [("00710", "7,10\u00a0%"), ("", ""), ("7,10", "7,10"), ("٠٠٧١٠", "٠٠٧١٠")]
)
def test_a_percentage_that_no_union_should_write_is_shown_as_it_is(written: str, said: str) -> None:
    assert percent(written, "fr") == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_never_breaks_before_its_sign(language: str) -> None:
    assert not re.search(r"[ \n\t]", euros(-123_456_789, language))  # type: ignore[arg-type]
    assert not re.search(r"[ \n\t]", percent("10000", language))  # type: ignore[arg-type]
