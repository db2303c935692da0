"""Lists and documents on paper: the rows, words, rights and access records of their pages, and nothing lost on the way."""

import re
from collections.abc import Iterator
from datetime import date as Date
from uuid import UUID, uuid4

import httpx
import pytest

from domain.patient import PatientDetails
from domain.roles import ROLES
from infrastructure.pdf import UNKNOWN
from tests.acceptance.practice import OPERATOR
from tests.printed import plain, reader, sheets
from tests.web.markup import Element, parse
from tests.web.matrix import EXAMPLES
from tests.web.site import RunningSite
from tests.web.visitor import Visitor, local

LISTS = {
    "sendings": "/historique/envois?sort=created_on&descending=true",
    "invoices": "/historique/factures?sort=invoice_number&descending=true",
    "billing_days": "/historique/jours?sort=date&verdict=mixed",
    "settlements": "/decomptes?sort=month",
    "refusals": "/refus/lignes?sort=refused_cents&descending=true",
    "patients": "/patients?sort=sickness_fund",
}
DOCUMENTS = {
    "sending": "envois",
    "settlement": "decomptes",
    "invoice": "factures",
    "day": "jours",
    "patient": "patients",
}
THING_OF = {"settlement": "sending_id"}


def thing(site: RunningSite, kind: str, where: UUID | None = None) -> str:
    return EXAMPLES[THING_OF.get(kind, f"{kind}_id")](site, where or site.where)


def printed(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, parse(answer.text).text
    assert answer.headers["content-type"] == "application/pdf"
    return sheets(answer.content)


def whole(answer: httpx.Response) -> str:
    return " ".join(printed(answer))


def document(site: RunningSite, kind: str, role: str = "office", query: str = "") -> httpx.Response:
    return site.sign_in(role).get(site.at(f"/{DOCUMENTS[kind]}/{thing(site, kind)}.pdf{query}"))


def several(site: RunningSite, who: Visitor, kind: str, *ids: str) -> httpx.Response:
    csrf = who.see(site.at("/historique/envois?sort=month")).all("input", name="csrf")[0].get("value")
    return who.post(site.at("/documents"), {"csrf": csrf, "kind": kind, "selected": list(ids)})


def said(cell: Element) -> str:
    """What stands in a cell of a page, but for its tooltip."""

    def words(element: Element) -> Iterator[str]:
        for child in element.children:
            if isinstance(child, str):
                yield child
            elif not child.has_class("tip"):
                yield from words(child)

    return plain(" ".join(words(cell)))


def rows_on_pages(site: RunningSite, who: Visitor, path: str) -> list[str]:
    """Every row of a list, page after page."""
    found, address = [], site.at(f"{path}&limit=100")
    while address:
        page = who.see(address)
        for row in page.all("tr", "id"):
            cells = [said(cell) for cell in row.all("td") if not cell.has_class("pick")]
            found.append(plain(" ".join(cells)))
        following = page.all("a", rel="next")
        address = local(following[0].get("href")) if following else ""
    return found


# ---- lists


@pytest.mark.parametrize("grid", LISTS)
def test_sof_15_every_row_of_the_list_is_printed_in_its_order_and_words(site: RunningSite, grid: str) -> None:
    who, (path, _, query) = site.sign_in("office"), LISTS[grid].partition("?")
    expected = rows_on_pages(site, who, f"{path}?{query}")
    text, place = whole(who.get(site.at(f"/export/{grid}.pdf?{query}"))), 0
    assert len(expected) > 1
    for row in expected:
        assert row in text[place:], row
        place = text.index(row, place) + len(row)
    assert f"Lignes : {len(expected)}" in text
    if grid != "patients":
        assert "€" in expected[0]


def test_head_number_and_practice_stand_on_every_sheet(site: RunningSite) -> None:
    found = printed(site.sign_in().get(site.at("/export/billing_days.pdf")))
    total = len(found)
    assert total > 10
    head = "Date Patient État du jour Verdict Décision Montant Accepté Refusé Motif"
    made = f"{site.clock.instant:%d/%m/%Y}"
    for number, text in enumerate(found, 1):
        assert head in text, number
        assert text.endswith(f"Page {number} / {total}")
        assert f"Imprimé le {made}" in text
        assert "Soins à domicile Les Tilleuls" in text
        assert "Jours de facturation" in text


def test_a_list_is_wide_and_says_its_filter_in_words(site: RunningSite) -> None:
    query = "month=2026-10&status=settled&transmitted_from=2026-11-01&is_archived=false"
    answer = site.sign_in().get(site.at(f"/export/sendings.pdf?{query}"))
    text = printed(answer)[0]
    assert text.startswith(
        "Envois Filtre : Mois facturé : 10/2026 · État : décompté · Envoyé dès le : 01/11/2026 · Archivé : non Lignes : "
    )
    box = reader(answer.content).pages[0].mediabox
    assert box.width > box.height
    assert "Sans filtre" in printed(site.sign_in().get(site.at("/export/sendings.pdf")))[0]
    assert "Filtre : Envoi : " in whole(
        site.sign_in().get(site.at(f"/export/invoices.pdf?sending_id={thing(site, 'sending')}"))
    )


def test_a_list_of_the_past_says_so_in_title_and_name(site: RunningSite) -> None:
    answer = site.sign_in().get(site.at("/export/sendings.pdf?as_of=2026-11-05"))
    assert answer.headers["content-disposition"] == 'attachment; filename="envois-2026-11-05.pdf"'
    text = whole(answer)
    assert text.startswith("Envois, situation au 05/11/2026 ")
    assert "décompté" not in text
    assert "Lignes : 0" in whole(site.sign_in().get(site.at("/export/sendings.pdf?as_of=2026-10-01")))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Facturen", "Afgedrukt op", "Pagina 1 / ", "Totaal Gevraagd: € 2", "gedeeltelijk geweigerd")),
        ("en", ("Invoices", "Printed on", "Page 1 / ", "Total Requested: €2", "partly refused")),
    ],
)
def test_a_list_speaks_the_language_of_the_page(site: RunningSite, language: str, words: tuple[str, ...]) -> None:
    answer = site.sign_in("office", language).get(site.at("/export/invoices.pdf"))
    assert all(word in whole(answer) for word in words)
    assert reader(answer.content).trailer["/Root"]["/Lang"] == language  # type: ignore[index]


def test_a_list_has_the_columns_of_the_screen(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(60)
    fresh_site.bill()
    office = fresh_site.sign_in("office")
    user_id = fresh_site.quittance.accounts.user_id("office")
    fresh_site.quittance.accounts.set_preference(user_id, "columns.sendings", ["national_union", "created_on"])
    text = whole(office.get(fresh_site.at("/export/sendings.pdf")))
    assert re.search(r"€ Union Créé le (\d{3} 03/11/2026 ){8}Soins", text)


@pytest.mark.parametrize(
    "path", ["/export/unknown.pdf", "/export/sendings.pdf?sort=message", "/export/invoices.pdf?month=x"]
)
def test_what_is_no_list_is_not_printed(site: RunningSite, path: str) -> None:
    assert site.sign_in().get(site.at(path)).status_code in (404, 422)


def test_too_long_a_list_says_what_to_do(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.web.pdf_list.MOST_ROWS", 7)
    monkeypatch.setattr("api.web.pdf_settlement.MOST_ROWS", 1)
    who, head = site.sign_in(), site.rows("SELECT count(*) AS n FROM access_log")
    for answer in (who.get(site.at("/export/billing_days.pdf")), document(site, "settlement")):
        assert answer.status_code == 422
        assert "filtrez davantage, ou exportez la liste en CSV" in parse(answer.text).text
    assert site.rows("SELECT count(*) AS n FROM access_log") == head, "nobody saw anything"
    assert who.get(site.at("/export/sendings.pdf?month=1999-01")).status_code == 200


# ---- documents


def test_sof_52_a_sending_with_its_answers_and_figures(site: RunningSite) -> None:
    answer = document(site, "sending")
    (text,) = printed(answer)
    row = site.rows("SELECT * FROM sendings WHERE sending_id = ?", UUID(thing(site, "sending")))[0]
    assert text.startswith(f"Envoi {row['sending_number']} à l'union {row['national_union']}, 10/2026 État décompté")
    page = site.sign_in().see(site.at(f"/envois/{row['sending_id']}"))
    for figure in page.of_class("card-figure"):
        assert plain(figure.text) in text
    for words in (row["message"], row["provider_reference"], "931000 accusé de réception", "920900 décompte"):
        assert words in text
    assert "Points à traiter" in whole(site.sign_in().get(site.at(f"/envois/{with_item(site)}.pdf")))


def with_item(site: RunningSite) -> UUID:
    text = "SELECT sending_id FROM items WHERE establishment_id = ? AND sending_id IS NOT NULL"
    found: UUID = site.rows(text, site.where)[0]["sending_id"]
    return found


def test_ref_06_a_settlement_with_every_invoice_and_every_refused_line(site: RunningSite) -> None:
    sending_id = UUID(thing(site, "settlement"))
    answer = document(site, "settlement")
    text = whole(answer)
    page = site.sign_in().see(site.at(f"/decomptes/{sending_id}?errors=0"))
    invoices = site.rows("SELECT * FROM invoices WHERE sending_id = ?", sending_id)
    for invoice in invoices:
        assert invoice["invoice_number"] in text
    for figure in page.of_class("card-figure"):
        assert plain(figure.text) in text
    lines = site.rows("SELECT * FROM refusals WHERE sending_id = ?", sending_id)
    assert lines
    listed = text[text.index("Lignes refusées") : text.rindex("N° de facture") if "N° de facture" in text else None]
    for line in lines:
        number = next(one["invoice_number"] for one in invoices if one["invoice_id"] == line["invoice_id"])
        day = f"{Date.fromisoformat(line['date']):%d/%m/%Y}"
        assert re.search(rf"{number} [^0-9]+ {day} {line['nomenclature_code']}\b[^€]+{line['code']}", listed), line
    for cause in {line["code"] for line in lines if not line["is_cascade"]}:
        assert text.count(cause) > 1, "explained once, and at each line"


def test_a_settlement_that_has_not_come_says_so(site: RunningSite) -> None:
    text = whole(document(site, "settlement", query="?as_of=2026-11-04"))
    assert "situation au 04/11/2026" in text
    assert "Le décompte n'est pas encore arrivé." in text


def test_sof_53_a_day_with_its_lines_and_reasons(site: RunningSite) -> None:
    day_id = thing(site, "day")
    text = whole(document(site, "day"))
    page = site.sign_in().see(site.at(f"/jours/{day_id}"))
    for figure in page.of_class("card-figure"):
        assert plain(figure.text) in text
    (row,) = site.rows("SELECT * FROM days WHERE day_id = ?", UUID(day_id))
    assert text.startswith(f"Journée du {Date.fromisoformat(row['date']):%d/%m/%Y} Patient ")
    for line in site.rows("SELECT * FROM refusals WHERE day_id = ?", UUID(day_id)):
        assert line["nomenclature_code"] in text
        assert line["code"] in text
    assert "Envois successifs" in text


def test_an_invoice_with_every_line_of_every_day(site: RunningSite) -> None:
    invoice_id = thing(site, "invoice")
    text = whole(document(site, "invoice"))
    (row,) = site.rows("SELECT * FROM invoices WHERE invoice_id = ?", UUID(invoice_id))
    assert text.startswith(f"Facture {row['invoice_number']} Patient ")
    page = site.sign_in().see(site.at(f"/factures/{invoice_id}"))
    for figure in page.of_class("card-figure"):
        assert plain(figure.text) in text
    days = site.rows("SELECT date FROM days WHERE invoice_id = ?", UUID(invoice_id))
    assert days
    assert all(f"{Date.fromisoformat(day['date']):%d/%m/%Y}" in text for day in days)
    printed_lines = re.findall(r"\d\d/\d\d/\d{4} (?:\(a quitté l'envoi\) )?\d{6}", text)
    assert len(printed_lines) == row["line_count"]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_file_goes_out_under_a_name_that_says_nothing(site: RunningSite, kind: str) -> None:
    answer = document(site, kind)
    name = {"sending": "envoi", "settlement": "decompte", "invoice": "facture", "day": "jour"}.get(kind, kind)
    short = UUID(thing(site, kind)).hex[:8]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}-{short}-{site.today}.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    metadata = reader(answer.content).metadata
    assert metadata is not None
    assert metadata.title == name.capitalize()


def test_several_documents_are_one_file_in_the_order_asked_for(site: RunningSite) -> None:
    rows = site.rows("SELECT * FROM sendings WHERE establishment_id = ? ORDER BY sending_number DESC", site.where)
    ids = [str(row["sending_id"]) for row in rows]
    answer = several(site, site.sign_in(), "sending", *ids, ids[0])
    found = printed(answer)
    starts = [text.split(" à l'union")[0] for text in found if text.startswith("Envoi ")]
    assert starts == [f"Envoi {row['sending_number']}" for row in rows]
    assert found[-1].endswith(f"Page {len(found)} / {len(found)}")
    assert answer.headers["content-disposition"] == f'attachment; filename="envoi-{site.today}.pdf"'
    for kind in ("settlement", "invoice", "day", "patient"):
        assert whole(several(site, site.sign_in(), kind, thing(site, kind))) == whole(document(site, kind))


@pytest.mark.parametrize(
    ("kind", "ids", "status"),
    [("sending", [], 422), ("sending", ["x"], 422), ("bill", [str(uuid4())], 422), ("day", [str(uuid4())], 404)],
)
def test_a_wrong_selection_is_refused(site: RunningSite, kind: str, ids: list[str], status: int) -> None:
    assert several(site, site.sign_in(), kind, *ids).status_code == status


def test_at_most_two_hundred_documents_at_once(site: RunningSite) -> None:
    answer = several(site, site.sign_in(), "sending", *(str(uuid4()) for _ in range(201)))
    assert answer.status_code == 422
    assert "200 documents" in parse(answer.text).text


# ---- who may, and who saw


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_is_of_another_practice_is_absent(site: RunningSite, kind: str) -> None:
    assert site.elsewhere is not None
    who, theirs = site.sign_in("administrator"), thing(site, kind, site.elsewhere)
    before = site.rows("SELECT count(*) AS n FROM access_log")
    assert who.get(site.at(f"/{DOCUMENTS[kind]}/{theirs}.pdf")).status_code == 404
    assert who.get(site.at(f"/{DOCUMENTS[kind]}/{theirs}.pdf", site.elsewhere)).status_code == 404
    assert several(site, who, kind, thing(site, kind), theirs).status_code == 404, "not even its own part"
    assert site.rows("SELECT count(*) AS n FROM access_log") == before


@pytest.mark.parametrize("role", ROLES)
def test_names_are_printed_for_who_may_see_care_alone(site: RunningSite, role: str) -> None:
    names = {row["patient"] for row in patients(site)}
    may = role != "accountant"
    who = site.sign_in(role)
    for path in ("/export/patients.pdf", f"/patients/{thing(site, 'patient')}.pdf"):
        assert (who.get(site.at(path)).status_code == 200) is may
    paths = ["/export/invoices.pdf", "/export/billing_days.pdf?verdict=mixed", "/export/refusals.pdf"]
    paths += [f"/{DOCUMENTS[kind]}/{thing(site, kind)}.pdf" for kind in ("settlement", "invoice", "day")]
    for path in paths:
        text = whole(who.get(site.at(path)))
        assert any(name in text for name in names) is may, path


def patients(site: RunningSite) -> list[dict[str, str]]:
    rows = rows_on_pages(site, site.sign_in("office"), "/patients?sort=sickness_fund")
    return [{"patient": re.split(r" \d\d/\d\d/\d{4}", row)[0]} for row in rows]


@pytest.mark.parametrize(
    ("path", "action", "whose"),
    [
        ("/export/invoices.pdf?verdict=mixed", "invoice.listed", "invoices WHERE verdict = 'mixed'"),
        ("/export/billing_days.pdf?verdict=refused", "billing_day.listed", "days WHERE verdict = 'refused'"),
        ("/decomptes/{settlement}.pdf", "sending.tree", "invoices WHERE sending_id = X'{settlement}'"),
        ("/jours/{day}.pdf", "billing_day.read", "days WHERE day_id = X'{day}'"),
        ("/factures/{invoice}.pdf", "invoice.read", "invoices WHERE invoice_id = X'{invoice}'"),
        ("/patients/{patient}.pdf", "patient.read", "patients WHERE patient_id = X'{patient}'"),
    ],
)
def test_whose_data_are_printed_stands_in_the_access_log(site: RunningSite, path: str, action: str, whose: str) -> None:
    things = {kind: thing(site, kind) for kind in DOCUMENTS}
    last = site.rows("SELECT coalesce(max(rowid), 0) AS n FROM access_log")[0]["n"]
    answer = site.sign_in("auditor").get(site.at(path.format(**things)))
    assert answer.status_code == 200
    noted = site.rows("SELECT patient_id, action, actor FROM access_log WHERE rowid > ?", last)
    where = whose.format(**{kind: UUID(value).hex for kind, value in things.items()})
    expected = site.rows(f"SELECT DISTINCT patient_id FROM {where} AND establishment_id = ?", site.where)
    assert {row["patient_id"] for row in noted} == {row["patient_id"] for row in expected} != set()
    actor = f"user:{site.quittance.accounts.user_id('auditor')}"
    assert {(row["action"], row["actor"]) for row in noted} == {(action, actor)}


def test_a_name_in_any_script_is_printed_or_marked(fresh_site: RunningSite) -> None:
    names = [("Żółć", "Łukasz"), ("Nguyễn", "Hồng"), ("שלום", "עדה"), ("Δήμητρα", "Ω"), ("Zoë 🦷", "A\u202eb")]
    for number, (last_name, first_name) in enumerate(names):
        details = PatientDetails(last_name, first_name, "1980-01-01", 2)
        fresh_site.quittance.register.patient(OPERATOR, fresh_site.where, "", f"123456789012{number}", details)
    text = whole(fresh_site.sign_in("office").get(fresh_site.at("/export/patients.pdf")))
    for shown in ("Żółć Łukasz", "Nguyễn Hồng", f"{UNKNOWN * 4} {UNKNOWN * 3}", f"Zoë {UNKNOWN} Ab"):
        assert shown in text
