"""One box for everything: what was typed stands in no address and no log line, what was found does by its id."""

import logging

import pytest

from tests.api.practice import personal_values
from tests.web.site import RunningSite
from tests.web.visitor import local


def people(site: RunningSite) -> list[dict]:
    import json

    from infrastructure.sample import sample_files

    lines = [json.loads(line) for line in sample_files().register.splitlines()]
    return [line for line in lines if line["kind"] == "patient"]


def search(site: RunningSite, who, words: str):
    answer = who.post_form(site.at("/recherche"), site.at("/recherche"), {"q": words})
    assert answer.status_code == 303
    return local(answer.headers["location"])


def test_a_patient_is_found_by_number_however_it_is_written(site: RunningSite) -> None:
    office, known = site.sign_in("office"), next(p for p in people(site) if p.get("ssin"))
    ssin = known["ssin"]
    dotted = f"{ssin[:2]}.{ssin[2:4]}.{ssin[4:6]}-{ssin[6:9]}.{ssin[9:]}"
    for words in (ssin, dotted):
        there = search(site, office, words)
        assert there.startswith(site.at("/patients/"))
        assert known["last_name"] in office.see(there).text


def test_a_patient_is_found_by_name_without_case_and_accents(site: RunningSite) -> None:
    office = site.sign_in("office")
    assert "Gérard" in office.see(search(site, office, "GERARD edith")).text
    several = search(site, office, "crèvecœur")
    page = office.see(several)
    assert several.startswith(site.at("/recherche?patients=")) or site.at("/patients/") in several
    assert "Crève" in page.text


@pytest.mark.parametrize(
    ("words", "known"),
    [("goos", "Goossens"), ("crè", "Crève"), ("Chloë", "Chloë"), ("chlo goos", "Goossens"), ("beg", "Begoña")],
)
def test_three_letters_of_a_last_or_first_name_are_enough(site: RunningSite, words: str, known: str) -> None:
    office = site.sign_in("office")
    assert known in office.see(search(site, office, words)).text


def test_what_can_be_typed_is_said_when_nothing_is_found(site: RunningSite) -> None:
    office = site.sign_in("office")
    page = office.see(search(site, office, "oossens"))
    assert "Rien ne correspond" in page.text
    assert "le début d'un nom ou d'un prénom (trois lettres au moins)" in page.text


def test_amounts_are_found_to_the_cent_however_they_are_written(site: RunningSite) -> None:
    office = site.sign_in("office")
    sending = site.rows(
        "SELECT * FROM sendings WHERE establishment_id = ? ORDER BY requested_cents DESC LIMIT 1", site.where
    )[0]
    cents = sending["requested_cents"]
    assert cents > 100_000
    thousands, units, rest = cents // 100_000, cents // 100 % 1000, cents % 100
    for words in (
        f"{thousands} {units:03d},{rest:02d}",
        f"{thousands}.{units:03d},{rest:02d} €",
        f"€ {thousands}{units:03d}.{rest:02d}",
        f"€{thousands},{units:03d}.{rest:02d}",
        f"{thousands}\N{NARROW NO-BREAK SPACE}{units:03d},{rest:02d}\N{NO-BREAK SPACE}€",
    ):
        assert str(sending["sending_id"]) in search(site, office, words), words
    invoice = site.rows("SELECT * FROM invoices WHERE establishment_id = ? AND refused_cents > 0", site.where)[0]
    found = search(site, office, f"{invoice['refused_cents'] / 100:.2f}".replace(".", ","))
    assert str(invoice["invoice_id"]) in found
    assert "Rien ne correspond" in office.see(search(site, office, "9999999,99")).text


def test_numbers_of_invoices_and_sendings_codes_hashes_and_ids(site: RunningSite) -> None:
    office = site.sign_in("office")
    invoice = site.rows("SELECT * FROM invoices WHERE establishment_id = ? ORDER BY invoice_id", site.where)[0]
    sending = site.rows("SELECT * FROM sendings WHERE establishment_id = ? ORDER BY sending_number", site.where)[0]
    refusal = site.rows("SELECT code FROM refusals WHERE establishment_id = ? ORDER BY code", site.where)[0]
    assert search(site, office, invoice["invoice_number"]) == site.at(f"/factures/{invoice['invoice_id']}")
    assert search(site, office, str(sending["sending_number"])) == site.at(f"/envois/{sending['sending_id']}")
    assert search(site, office, sending["message"]) == site.at(f"/envois/{sending['sending_id']}")
    assert search(site, office, str(sending["sending_id"])) == site.at(f"/envois/{sending['sending_id']}")
    assert search(site, office, refusal["code"]).startswith(site.at("/refus/"))


def test_what_is_not_here_is_not_found_and_says_so(site: RunningSite) -> None:
    office = site.sign_in("office")
    other = site.rows("SELECT sending_id FROM sendings WHERE establishment_id = ?", site.elsewhere)[0]
    for words in ("Nobodysname", str(other["sending_id"]), "0" * 64, "99999999999"):
        page = office.see(search(site, office, words))
        assert "Rien ne correspond" in page.text, words


def test_ids_of_another_practice_in_the_address_show_nothing(site: RunningSite) -> None:
    patient = site.rows("SELECT patient_id FROM patients WHERE establishment_id = ?", site.elsewhere)[0]["patient_id"]
    page = site.sign_in("office").see(site.at(f"/recherche?patients={patient}&searched=true"))
    assert "Rien ne correspond" in page.text


def test_no_name_or_number_in_any_address_or_log_line(site: RunningSite, caplog: pytest.LogCaptureFixture) -> None:
    office = site.sign_in("office")
    with caplog.at_level(logging.INFO):
        for patient in people(site)[:10]:
            for words in (patient.get("ssin") or patient["affiliation_number"], patient["last_name"]):
                there = search(site, office, words)
                office.followed(office.get(there))
    addresses = [str(answer.request.url) for answer in office.sent]
    addresses += [answer.headers.get("location", "") for answer in office.sent]
    told = "\n".join([*addresses, *(record.getMessage() for record in caplog.records)])
    for value in personal_values():
        assert value not in told


def test_who_may_not_see_care_finds_no_patient(site: RunningSite) -> None:
    accountant, known = site.sign_in("accountant"), next(p for p in people(site) if p.get("ssin"))
    for words in (known["ssin"], known["last_name"]):
        assert "Rien ne correspond" in accountant.see(search(site, accountant, words)).text


def test_who_may_not_see_care_finds_the_rest_from_any_page(site: RunningSite) -> None:
    accountant = site.sign_in("accountant")
    number = site.rows("SELECT sending_number, sending_id FROM sendings WHERE establishment_id = ?", site.where)[0]
    page = accountant.see(site.at("/historique/envois"))
    box = page.by_id("q")
    assert "Nom" not in box.get("placeholder")
    answer = accountant.post_form(
        site.at("/historique/envois"), site.at("/recherche"), {"q": str(number["sending_id"])}
    )
    assert local(answer.headers["location"]) == site.at(f"/envois/{number['sending_id']}")


def test_seen_names_are_in_the_access_log(site: RunningSite) -> None:
    office = site.sign_in("office")
    before = len(site.rows("SELECT * FROM access_log WHERE action = 'patient.found'"))
    office.see(search(site, office, "crèvecœur"))
    assert len(site.rows("SELECT * FROM access_log WHERE action = 'patient.found'")) > before


@pytest.mark.parametrize("gap", ["", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"])
def test_a_code_and_a_number_are_found_as_pages_print_them(site: RunningSite, gap: str) -> None:
    office = site.sign_in("office")
    known = site.rows("SELECT code, letter FROM refusals WHERE establishment_id = ? AND letter <> ''", site.where)[0]
    assert search(site, office, f"{known['letter']}{gap}{known['code']}").startswith(site.at(f"/refus/{known['code']}"))
    sending = site.rows("SELECT * FROM sendings WHERE establishment_id = ? AND sending_number = 3", site.where)[0]
    for called in ("Envoi", "n°", "Zending nr."):
        there = search(site, office, f"{called}{gap}3")
        assert str(sending["sending_id"]) in there, there


def test_a_name_with_a_ligature_is_found_as_people_type_it(site: RunningSite) -> None:
    office = site.sign_in("office")
    assert "Crèvecœur" in office.see(search(site, office, "crevecoeur")).text
