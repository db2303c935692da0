"""Take care files and register files in: looked at first, every rejected line with its reason, nothing chosen twice."""

import json
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from api.care_file import stored_as
from infrastructure.sample import sample_files
from tests.acceptance.practice import OPERATOR
from tests.web.markup import Element, forms, parse
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import Visitor, local, read

PATH = "/importations"
HEADER, *BARE = sample_files().care.decode().splitlines()
ROWS = [
    ";".join([*row.split(";")[:5], str(700 + place % 90), "10", *row.split(";")[7:]]) for place, row in enumerate(BARE)
]
"""The sample with amounts, as other programs give them."""


@dataclass
class Desk:
    """Somebody who gives files to the practice."""

    site: RunningSite
    who: Visitor

    def give(self, content: bytes, step: str = "look", **fields: str) -> httpx.Response:
        path = self.site.at(PATH)
        return self.who.post_form(path, path, {"step": step, **fields}, {"file": ("soins.csv", content)})

    def load(self, content: bytes) -> httpx.Response:
        files = {"register_file": ("registre.jsonl", content)}
        return self.who.post_form(self.site.at(PATH), self.site.at(f"{PATH}/registre"), files=files)

    def at_the_end(self, answer: httpx.Response) -> tuple[str, Element]:
        """Where an action led, and the page there."""
        assert answer.status_code == 303, parse(answer.text).text
        return local(answer.headers["location"]), read(self.who.followed(answer))

    def count(self, table: str) -> int:
        return int(self.site.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])


@pytest.fixture
def desk(fresh_site: RunningSite) -> Desk:
    return Desk(fresh_site, fresh_site.sign_in("office"))


def care(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def dearer(row: str) -> str:
    """The same line with another amount."""
    values = row.split(";")
    values[5] = str(int(values[5]) + 100)
    return ";".join(values)


def changed(row: str, place: int, value: str) -> str:
    values = row.split(";")
    values[place] = value
    return ";".join(values)


def cards(page: Element) -> dict[str, str]:
    return {
        card.of_class("card-label")[0].text: card.of_class("card-figure")[0].text
        for card in page.of_class("card")
        if card.of_class("card-label")
    }


def told(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status
    return parse(answer.text).one("div", class_="errors").text


BAD = (*ROWS[:3], changed(ROWS[3], 2, "2026-13-01"), changed(ROWS[4], 0, "85010100000"), *ROWS[5:20])


# ---- Look first


def test_a_file_is_looked_at_before_anything_is_written(desk: Desk):
    where, page = desk.at_the_end(desk.give(care(*BAD)))
    assert where.startswith(desk.site.at(f"{PATH}/fichiers/"))
    assert cards(page)["Nouvelles lignes"] == "18"
    assert cards(page)["Lignes rejetées"] == "2"
    assert (desk.count("days"), desk.count("imports")) == (0, 0)


def test_and_then_taken_without_choosing_it_again(desk: Desk):
    where, _ = desk.at_the_end(desk.give(care(*BAD)))
    answer = desk.who.post_form(where, where)
    at, page = desk.at_the_end(answer)
    (row,) = desk.site.rows("SELECT import_id, accepted_lines, rejected_lines FROM imports")
    assert at == desk.site.at(f"{PATH}/{row['import_id']}")
    assert (row["accepted_lines"], row["rejected_lines"]) == (18, 2)
    assert cards(page)["Lignes reprises"] == "18"


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        ("fr", "date attendue : un jour qui existe, année-mois-jour"),
        ("nl", "datum verwacht: een dag die bestaat, jaar-maand-dag"),
        ("en", "date expected: a day that exists, year-month-day"),
    ],
)
def test_every_rejected_line_has_its_place_and_reason_in_the_readers_language(desk: Desk, language: str, reason: str):
    where, _ = desk.at_the_end(desk.give(care(*BAD)))
    desk.who.cookies["quittance-language"] = language
    page = desk.who.see(where)
    table = next(part for part in page.of_class("grid-region") if "5" in part.text).one("tbody")
    assert [row.one("th").text for row in table.all("tr")] == ["5", "6"]
    assert reason in table.all("tr")[0].text
    assert "date" in table.all("tr")[0].all("td")[0].text
    assert "85010100000" not in page.text, "no value of a person"


def test_a_code_that_is_too_short_and_a_day_that_is_none_are_told_as_such(desk: Desk):
    where, _ = desk.at_the_end(desk.give(care(changed(ROWS[1], 3, "123"), changed(ROWS[2], 2, "2026-11-31"))))
    table = next(part for part in desk.who.see(where).of_class("grid-region") if "code" in part.text).one("tbody")
    assert [row.all("td")[-1].text for row in table.all("tr")] == [
        "6 chiffres sont attendus",
        "date attendue : un jour qui existe, année-mois-jour",
    ]


def test_the_rejected_lines_of_an_import_are_judged_afresh(desk: Desk):
    _, page = desk.at_the_end(desk.give(care(*ROWS[1:5], changed(ROWS[5], 2, "demain")), "take"))
    assert "date attendue" in page.text
    again = [a.get("href") for a in page.all("a") if "/fichiers/" in a.get("href")]
    assert cards(desk.who.see(again[0]))["Déjà connues, inchangées"] == "4"


def test_the_same_file_twice_changes_nothing_and_says_so(desk: Desk):
    first, _ = desk.at_the_end(desk.give(care(*ROWS[:20]), "take"))
    second, _ = desk.at_the_end(desk.give(care(*ROWS[:20]), "take"))
    assert first == second
    assert desk.count("imports") == 1
    _, page = desk.at_the_end(desk.give(care(*ROWS[:20])))
    assert "déjà importé en entier" in page.text
    assert not forms(page, desk.site.at(PATH))


def test_all_or_nothing_refuses_a_file_with_one_bad_line(desk: Desk):
    where, page = desk.at_the_end(desk.give(care(*BAD), "take", all_or_nothing="true"))
    assert "/fichiers/" in where
    assert "tout ou rien était demandé" in page.text
    assert desk.count("imports") == 0
    path = where.partition("?")[0]
    at, _ = desk.at_the_end(desk.who.post_form(where, path))
    assert "/fichiers/" not in at, "the good lines alone, on request"
    assert desk.count("imports") == 1


# ---- Differences


def test_other_values_of_known_lines_are_shown_and_asked_about(desk: Desk):
    desk.give(care(*ROWS[:30]), "take")
    where, page = desk.at_the_end(desk.give(care(*map(dearer, ROWS[:30])), "take"))
    assert desk.count("imports") == 1
    table = next(part for part in page.all("div", aria_labelledby="differences"))
    first = next(n for n, row in enumerate(ROWS) if row != dearer(row))
    cells = [cell.text for cell in table.one("tbody").all("tr")[0].walk() if cell.tag in ("td", "th")]
    assert cells[0] == str(first + 2)
    assert cells[3:6] == ["Montant", cents(ROWS[first]), cents(dearer(ROWS[first]))]
    desk.at_the_end(desk.who.post_form(where, where))
    known = desk.site.rows("SELECT sum(amount_cents) AS sum FROM days")[0]["sum"]
    assert known == sum(int(dearer(row).split(";")[5]) for row in ROWS[:30])


def cents(row: str) -> str:
    amount = int(row.split(";")[5])
    return f"{amount // 100},{amount % 100:02d} €"


def test_an_amount_that_a_later_file_gives_is_shown_where_none_stood(desk: Desk):
    row = next(row for row in ROWS if row != dearer(row))
    bare = changed(changed(changed(row, 5, ""), 6, ""), 7, "")
    page = desk.at_the_end(desk.give(care(changed(row, 5, ""))))[1]
    assert "le donner, ou laisser ce champ vide" in page.text
    desk.give(care(bare), "take")
    assert desk.site.rows("SELECT line_count FROM days") == [{"line_count": 1}]
    where, page = desk.at_the_end(desk.give(care(row)))
    table = next(part for part in page.all("div", aria_labelledby="differences"))
    cells = [cell.text for cell in table.one("tbody").all("tr")[0].walk() if cell.tag in ("td", "th")]
    assert cells[3:6] == ["Montant", "–", cents(row)]
    desk.at_the_end(desk.who.post_form(where, where))
    assert desk.site.rows("SELECT amount_cents FROM days") == [{"amount_cents": int(row.split(";")[5])}]
    _, page = desk.at_the_end(desk.give(care(bare, "")))
    table = next(part for part in page.all("div", aria_labelledby="differences"))
    cells = [cell.text for cell in table.one("tbody").all("tr")[0].walk() if cell.tag in ("td", "th")]
    assert cells[3:6] == ["Montant", cents(row), "–"]


def test_whose_values_are_shown_is_noted(desk: Desk):
    desk.give(care(*ROWS[:30]), "take")
    desk.at_the_end(desk.give(care(*map(dearer, ROWS[:30])), "take"))
    seen = desk.site.rows("SELECT patient_id FROM access_log WHERE action = 'billing_day.read'")
    assert {row["patient_id"] for row in seen} <= {
        r["patient_id"] for r in desk.site.rows("SELECT patient_id FROM days")
    }
    assert seen


def test_what_is_in_a_sending_stays_as_it_is(desk: Desk):
    desk.give(care(*ROWS[:30]), "take")
    desk.site.bill(month=MONTH)
    _, page = desk.at_the_end(desk.give(care(*map(dearer, ROWS[:30])), "take"))
    assert "déjà dans un envoi" in page.text


# ---- Undo


def test_an_import_is_taken_back(desk: Desk):
    where, _ = desk.at_the_end(desk.give(care(*ROWS[:20]), "take"))
    _, page = desk.at_the_end(desk.who.post_form(where, f"{where}/annuler", {"reason": "mauvais fichier"}))
    assert "Annulé" in page.text
    assert "mauvais fichier" in page.text
    assert desk.site.rows("SELECT sum(line_count) AS n FROM days")[0]["n"] == 0
    assert not forms(page, f"{where}/annuler")


def test_not_once_something_of_it_was_billed(desk: Desk):
    where, page = desk.at_the_end(desk.give(care(*ROWS[:20]), "take"))
    (form,) = forms(page, f"{where}/annuler")
    desk.site.bill(month=MONTH)
    assert "dans un envoi" in told(desk.who.submit(form, where), 409)
    page = desk.who.see(where)
    assert not forms(page, f"{where}/annuler")
    assert "ne peut plus être annulée" in page.text


# ---- What cannot be taken


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x00\x01\x02", "texte"),
        (b"   \n\n", "vide"),
        (b"nom;prenom\na;b\n", "colonne"),
    ],
)
def test_a_file_that_is_none_is_told_in_place(desk: Desk, content: bytes, reason: str):
    assert reason in told(desk.give(content), 422).lower()
    assert desk.site.rows("SELECT sha256 FROM messages WHERE kind = 'care_file'") == []


def test_no_file_is_told_in_place(desk: Desk):
    path = desk.site.at(PATH)
    answer = desk.who.post_form(path, path, {"step": "look"})
    assert "Choisissez un fichier" in told(answer, 422)
    assert parse(answer.text).by_id("file").get("aria-invalid") == "true"


def test_the_file_of_another_practice_is_not_there(desk: Desk):
    desk.site.enter_other_practice()
    theirs = desk.site.rows("SELECT sha256 FROM messages WHERE establishment_id = ?", desk.site.elsewhere)[0]["sha256"]
    an_import = desk.site.rows("SELECT import_id FROM imports")[0]["import_id"]
    for path in (f"/fichiers/{theirs}", f"/{an_import}", f"/registre/{theirs}", f"/{uuid4()}", f"/fichiers/{'0' * 64}"):
        assert desk.who.get(desk.site.at(PATH + path)).status_code == 404, path


def test_bytes_that_another_practice_gave_first_are_taken_and_do_not_go_with_it(desk: Desk):
    desk.site.enter_other_practice()
    copies = "SELECT sha256, establishment_id FROM messages WHERE kind = 'care_file'"
    (theirs,) = desk.site.rows(copies)
    content = desk.site.quittance.messages.get(theirs["sha256"])
    where, _ = desk.at_the_end(desk.give(content))
    assert where == desk.site.at(f"{PATH}/fichiers/{theirs['sha256']}")
    assert {row["establishment_id"] for row in desk.site.rows(copies)} == {desk.site.where, desk.site.elsewhere}
    desk.site.quittance.keys.erase(desk.site.elsewhere)
    at, page = desk.at_the_end(desk.who.post_form(where, where))
    assert at.startswith(desk.site.at(f"{PATH}/"))
    assert cards(page)["Lignes rejetées"] == "0"


def test_a_file_that_was_attached_first_is_imported_and_was_no_care_file_before(desk: Desk):
    content = care(*BAD)
    (patient,) = desk.site.rows("SELECT patient_id FROM patients ORDER BY patient_id LIMIT 1")
    desk.site.quittance.casework.attach(OPERATOR, desk.site.where, patient["patient_id"], "soins.csv", content)
    path = desk.site.at(f"{PATH}/fichiers/{stored_as(content)}")
    assert desk.who.get(path).status_code == 404
    where, _ = desk.at_the_end(desk.give(content))
    assert where == path
    _, page = desk.at_the_end(desk.who.post_form(where, where))
    assert cards(page)["Lignes reprises"] == "18"
    assert "date attendue" in page.text, "the file is read again for what is still rejected"
    assert desk.who.get(desk.site.at(f"/messages/{stored_as(content)}/fichier")).content == content


# ---- Register files


def test_a_register_file_is_loaded_and_its_report_kept(desk: Desk):
    lines = [json.loads(line) for line in sample_files().register.splitlines()]
    patient = next(line for line in lines if line["kind"] == "patient" and line.get("ssin"))
    bad = patient | {"ssin": "85010100000"}
    content = "\n".join(json.dumps(line) for line in [lines[0], patient, bad]).encode()
    where, page = desk.at_the_end(desk.load(content))
    assert where.startswith(desk.site.at(f"{PATH}/registre/"))
    assert cards(page)["Patients"] == "1"
    assert "NISS invalide" in page.text
    assert "85010100000" not in page.text
    assert patient["last_name"] not in page.one("main").text
    assert local(desk.load(content).headers["location"]) == where, "the same file, the same report"


def test_nobody_loads_the_register_of_another_practice(desk: Desk):
    desk.site.enter_other_practice()
    lines = [json.loads(line) for line in sample_files().register.splitlines()]
    other = json.dumps(lines[0] | {"tpp_number": "49992216401", "name": "Pris"}).encode()
    assert "autre établissement" in told(desk.load(other), 409)
    theirs = desk.site.rows(
        "SELECT nihii FROM providers WHERE provider_id IN (SELECT provider_id FROM memberships"
        " WHERE establishment_id = ?)",
        desk.site.elsewhere,
    )[0]["nihii"]
    provider = {"kind": "provider", "nihii": theirs, "last_name": "Autre", "first_name": "Nom", "convention_status": 1}
    assert "n'y travaille pas" in told(desk.load(json.dumps(provider).encode()), 409)


# ---- Who


def test_who_only_reads_sees_the_list_and_no_forms(desk: Desk):
    where, _ = desk.at_the_end(desk.give(care(*ROWS[:20]), "take"))
    accountant = desk.site.sign_in("accountant")
    for path in (desk.site.at(PATH), where):
        page = accountant.see(path)
        assert not [form for form in forms(page) if PATH in form.get("action")], path
    for path in (desk.site.at(PATH), f"{where}/annuler", desk.site.at(f"{PATH}/registre")):
        assert accountant.post(path, {}).status_code == 403, path


def test_a_care_giver_brings_no_file_for_the_practice(desk: Desk):
    """It may hold care of everybody: own care is entered at the keyboard."""
    nurse = desk.site.sign_in("care_giver")
    page = nurse.see(desk.site.at(PATH))
    for path in (desk.site.at(PATH), desk.site.at(f"{PATH}/registre")):
        assert not forms(page, path)
        assert nurse.post(path, {}).status_code == 403


def test_ref_24_a_past_day_shows_no_forms(desk: Desk):
    where, _ = desk.at_the_end(desk.give(care(*ROWS[:20]), "take"))
    for path in (desk.site.at(PATH), where):
        page = desk.who.see(
            f"{path}?as_of={desk.site.today}&sort=imported_at" if path != where else f"{path}?as_of={desk.site.today}"
        )
        assert not [form for form in forms(page) if PATH in form.get("action")], path


# ---- What a file holds


def test_the_columns_are_told_and_an_empty_file_with_them_is_read(desk: Desk):
    page = desk.who.see(desk.site.at(f"{PATH}/format"))
    rows = {row.one("th").text: [cell.text for cell in row.all("td")] for row in page.one("tbody").all("tr")}
    assert list(rows) == HEADER.split(";")
    assert [rows[name][1] for name in ("date", "code", "provider")] == ["oui"] * 3
    assert [rows[name][1] for name in ("ssin", "affiliation_number")] == ["l'un des deux"] * 2
    assert rows["code"][2] == "6"
    assert rows["affiliation_number"][2] == "de 1 à 13"
    (link,) = [a.get("href") for a in page.all("a", "href") if a.get("href").endswith(".csv")]
    model = desk.who.get(link)
    assert model.text == f"{HEADER}\r\n"
    assert desk.site.at(f"{PATH}/format") in [a.get("href") for a in desk.who.see(desk.site.at(PATH)).all("a", "href")]
    desk.at_the_end(desk.give(model.content + f"{BARE[0]}\r\n".encode(), "take"))
    assert desk.site.rows("SELECT line_count FROM days") == [{"line_count": 1}]
