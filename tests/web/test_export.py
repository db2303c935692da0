"""Exports: exactly the rows of the filter, typed cells, no formula, dated, and known to the access log."""

import csv
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date as Date
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from api.web import audit
from api.web.export_files import Head, write_csv, write_xlsx
from application.register import plain
from projections import audit_trail
from tests.printed import sheets
from tests.web.site import RunningSite

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TRICKY = ["=1+1", "+32 2", "-5", "@sum", "\tx", "\rx", 'Crèvecœur; "A"']


def sheet(content: bytes) -> list[list[tuple[str, str]]]:
    """Cells of the first sheet: type and value."""
    with ZipFile(BytesIO(content)) as book:
        strings: list[str] = []
        if "xl/sharedStrings.xml" in book.namelist():
            strings = [
                "".join(t.text or "" for t in item.iter(f"{MAIN}t"))
                for item in ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - our own file
            ]
        rows = ET.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{MAIN}row")  # noqa: S314
        return [[_cell(cell, strings) for cell in row] for row in rows]


def _cell(cell: ET.Element, strings: list[str]) -> tuple[str, str]:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "text", "".join(part.text or "" for part in cell.iter(f"{MAIN}t"))
    value = cell.find(f"{MAIN}v")
    assert cell.find(f"{MAIN}f") is None, "a formula"
    text = value.text or "" if value is not None else ""
    return ("text", strings[int(text)]) if kind == "s" else ("number", text)


@pytest.mark.parametrize(
    ("language", "delimiter", "amount"), [("fr", ";", "1234,50"), ("nl", ";", "1234,50"), ("en", ",", "1234.50")]
)
def test_csv_is_for_the_readers_own_program_and_holds_no_formula(language: str, delimiter: str, amount: str) -> None:
    file = BytesIO()
    head = Head("Liste", ["A", "B", "C"], ["text", "amount", "day"], language)  # type: ignore[arg-type]
    write_csv(file, head, [[text, Decimal("1234.50"), Date(2026, 10, 3)] for text in TRICKY])
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(file.getvalue().decode("utf-8-sig"), newline=""), delimiter=delimiter))
    assert rows[0] == ["A", "B", "C"]
    assert [row[0] for row in rows[1:]] == [f"'{text}" for text in TRICKY[:6]] + TRICKY[6:]
    assert {tuple(row[1:]) for row in rows[1:]} == {(amount, "2026-10-03")}


def test_xlsx_cells_have_types_and_no_text_is_a_formula() -> None:
    file = BytesIO()
    head = Head("Liste: [x]", ["A", "B", "C"], ["text", "amount", "day"], "fr")
    write_xlsx(file, head, [[text, Decimal("1234.50"), Date(2026, 10, 3)] for text in TRICKY])
    rows = sheet(file.getvalue())
    assert rows[0] == [("text", "A"), ("text", "B"), ("text", "C")]
    assert [row[0][0] for row in rows[1:]] == ["text"] * len(TRICKY)
    assert [row[0][1].replace("_x000D_", "\r") for row in rows[1:]] == TRICKY
    days = (Date(2026, 10, 3) - Date(1899, 12, 30)).days
    assert {(kind, float(value)) for row in rows[1:] for kind, value in row[1:]} == {
        ("number", 1234.5),
        ("number", float(days)),
    }


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@pytest.mark.parametrize("breaks", [False, True])
def test_what_an_export_has_on_the_disk_is_private_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., None], *, breaks: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    met: set[int] = set()

    def rows() -> Iterator[list[str]]:
        for _ in range(200):
            yield ["Crèvecœur"]
            met.update(stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir())
        if breaks:
            raise RuntimeError

    head = Head("Patients", ["Nom"], ["text"], "fr")
    with tempfile.SpooledTemporaryFile(64) as file, pytest.raises(RuntimeError) if breaks else nullcontext():
        write(file, head, rows())
    assert met <= {0o600}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("grid", "table", "query", "where"),
    [
        ("sendings", "sendings", "is_archived=false&sort=created_on&descending=true", "1 = 1"),
        ("invoices", "invoices", "verdict=mixed", "verdict = 'mixed'"),
        ("billing_days", "days", "verdict=refused&sort=refused_cents", "verdict = 'refused'"),
    ],
)
def test_sof_15_an_export_holds_exactly_what_is_filtered(
    site: RunningSite, grid: str, table: str, query: str, where: str
) -> None:
    office = site.sign_in("office")
    answer = office.get(site.at(f"/export/{grid}.csv?{query}"))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'-{site.today}.csv"')
    head, *rows = lines(answer.content)
    kept = site.rows(f"SELECT * FROM {table} WHERE establishment_id = ? AND {where}", site.where)
    assert len(rows) == len(kept) > 0
    at, named = head.index("Refusé"), "refused_cents"
    euros = sorted(Decimal(row[at].replace(",", ".")) for row in rows)
    assert euros == sorted(Decimal(row[named]).scaleb(-2) for row in kept)
    typed = sheet(office.get(site.at(f"/export/{grid}.xlsx?{query}")).content)
    assert len(typed) == len(rows) + 1
    assert [value for _, value in typed[0]] == head
    assert {row[at][0] for row in typed[1:]} == {"number"}
    if "refused_cents" in query:
        assert [Decimal(row[at].replace(",", ".")) for row in rows] == euros


@pytest.mark.parametrize("most", [5_000, 10])
@pytest.mark.parametrize("query", ["is_active=true", "sort=patient&descending=true", "sort=insured_from"])
def test_sof_15_patients_come_in_the_order_of_the_page(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch, query: str, most: int
) -> None:
    """By name, though names are sealed; by sickness fund only where there are too many to open, and everywhere then."""
    monkeypatch.setattr("api.web.patient_list.MOST_SORTED", most)
    office = site.sign_in("office")
    page = office.see(site.at(f"/patients?{query}&limit=100"))
    names = [row.all("a")[0].text for row in page.one("tbody").all("tr")]
    assert len(names) > 30
    if "sort=insured" not in query:
        by_name = sorted(names, key=plain, reverse="descending" in query)
        assert (names == by_name) is (most > len(names))
    _, *rows = lines(office.get(site.at(f"/export/patients.csv?{query}")).content)
    assert [row[0] for row in rows] == names
    assert [row[0][1] for row in sheet(office.get(site.at(f"/export/patients.xlsx?{query}")).content)[1:]] == names
    printed, place = " ".join(sheets(office.get(site.at(f"/export/patients.pdf?{query}")).content)), 0
    for name in names:
        place = printed.index(name, place)


def test_sof_15_an_export_speaks_the_language_of_the_page(site: RunningSite) -> None:
    answer = site.sign_in("office", "nl").get(site.at("/export/sendings.csv"))
    assert "Landsbond" in lines(answer.content)[0]


def test_sof_15_an_export_shows_the_columns_of_the_screen(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(60)
    fresh_site.bill()
    office = fresh_site.sign_in("office")
    fresh_site.quittance.accounts.set_preference(
        fresh_site.quittance.accounts.user_id("office"), "columns.sendings", ["national_union", "created_on"]
    )
    assert lines(office.get(fresh_site.at("/export/sendings.csv")).content)[0] == ["Union", "Créé le"]


def test_an_export_of_the_past_says_so_in_name_and_rows(site: RunningSite) -> None:
    day = Date(2026, 11, 3)
    answer = site.sign_in("office").get(site.at(f"/export/sendings.csv?as_of={day}"))
    assert "situation-au-2026-11-03" in answer.headers["content-disposition"]
    head, *rows = lines(answer.content)
    assert head[-1] == "Situation au"
    assert {row[-1] for row in rows} == {"2026-11-03"}
    assert "décompté" not in {row[head.index("État")] for row in rows}
    before = site.sign_in("office").get(site.at(f"/export/sendings.csv?as_of={day - timedelta(days=30)}"))
    assert len(lines(before.content)) == 1


def test_whose_data_are_in_an_export_stands_in_the_access_log(site: RunningSite) -> None:
    before = site.rows("SELECT coalesce(max(id), 0) AS n FROM access_log")[0]["n"]
    seen = "SELECT count(DISTINCT patient_id) AS n FROM access_log WHERE action = 'invoice.listed' AND actor = ? AND id > ?"
    auditor = site.sign_in("auditor")
    actor = f"user:{site.quittance.accounts.user_id('auditor')}"
    head, *rows = lines(auditor.get(site.at("/export/invoices.csv?status=settled")).content)
    assert site.rows(seen, actor, before)[0]["n"] == len({row[head.index("Patient")] for row in rows}) > 0


def test_an_accountant_exports_no_names(site: RunningSite) -> None:
    head = lines(site.sign_in("accountant").get(site.at("/export/invoices.csv?status=settled")).content)[0]
    assert "Patient" not in head


@pytest.mark.parametrize(
    "path", ["/export/unknown.csv", "/export/sendings.ods", "/export/sendings.csv?sort=establishment_id"]
)
def test_what_cannot_be_exported_is_refused(site: RunningSite, path: str) -> None:
    assert site.sign_in("office").get(site.at(path)).status_code in (404, 422)


def test_a_query_of_an_export_is_as_bounded_as_that_of_the_list(site: RunningSite) -> None:
    office = site.sign_in("office")
    assert office.get(site.at("/export/sendings.csv?month=soon")).status_code == 422
    assert office.get(site.at("/export/sendings.csv?national_union=85010112345")).status_code == 422


def test_nobody_exports_another_practice(site: RunningSite) -> None:
    assert site.elsewhere is not None
    assert site.sign_in("office").get(site.at("/export/sendings.csv", site.elsewhere)).status_code == 404


@pytest.mark.parametrize(
    ("path", "name", "table"),
    [
        ("?snoozed=true", "work", "work"),
        ("/refus?verdict=refused", "causes", "Causes de refus"),
        ("/prestataires", "providers", "title"),
        ("/cabinet", "users", "users"),
        ("/audit?kind=item", "audit", "title"),
    ],
)
def test_a_list_that_is_no_grid_is_exported_and_printed_as_its_page_shows_it(
    site: RunningSite, path: str, name: str, table: str
) -> None:
    who = site.sign_in("administrator")
    page = who.see(site.at(path))
    (region,) = [
        one for one in page.of_class("grid-region") if table in (one.get("aria-labelledby"), one.get("aria-label"))
    ]
    shown = [row.one("th", scope="row").text for row in region.one("tbody").all("tr")]
    links = {
        kind: page.one("a", href=site.at(f"/export/{name}.{kind}{path[path.find('?') :] if '?' in path else ''}"))
        for kind in ("csv", "xlsx", "pdf")
    }
    head, *rows = lines(who.get(links["csv"].get("href")).content)
    assert len(rows) == len(shown) > 0
    for told, row in zip(shown, rows, strict=True):
        assert any(cell and cell in told for cell in row), (told, row)
        assert not any("<" in cell for cell in row)
    assert [value for _, value in sheet(who.get(links["xlsx"].get("href")).content)[0]] == head
    (*_, last) = sheets(who.get(links["pdf"].get("href")).content)
    assert "Page" in last


def test_a_file_of_the_audit_is_bounded_whole_and_known_to_the_access_log(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor, path = site.sign_in("auditor"), site.at("/export/audit.csv?kind=item")
    whole = lines(auditor.get(path).content)
    monkeypatch.setattr(audit, "_MOST_IN_A_FILE", len(whole) - 1)
    assert lines(auditor.get(path).content) == whole
    monkeypatch.setattr(audit, "_MOST_IN_A_FILE", len(whole) - 2)
    answer = auditor.get(path)
    assert (answer.status_code, "choisissez des dates" in answer.text) == (422, True)
    monkeypatch.setattr(audit, "_MOST_IN_A_FILE", len(whole) - 1)
    monkeypatch.setattr(audit_trail, "_MOST_SCANNED", site.quittance.log.head() // audit._MOST_LOOKS + 1)
    assert lines(auditor.get(path).content) == whole, "in several looks"
    monkeypatch.setattr(audit, "_MOST_LOOKS", 2)
    answer = auditor.get(path)
    assert (answer.status_code, "choisissez un premier jour" in answer.text) == (422, True)
    monkeypatch.undo()
    before = site.rows("SELECT coalesce(max(id), 0) AS n FROM access_log")[0]["n"]
    patients = "SELECT count(*) AS n FROM access_log WHERE action = 'audit.read' AND id > ?"
    auditor.get(site.at("/export/audit.csv?kind=patient"))
    assert site.rows(patients, before)[0]["n"] > 0


@pytest.mark.parametrize("name", ["audit", "users"])
def test_a_list_that_is_no_grid_keeps_its_door(site: RunningSite, name: str) -> None:
    for kind in ("csv", "pdf"):
        assert site.sign_in("office").get(site.at(f"/export/{name}.{kind}")).status_code == 403
    assert site.sign_in("administrator").get(site.at("/export/users.csv?as_of=2026-11-05")).status_code == 404
