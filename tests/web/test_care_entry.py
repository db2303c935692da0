"""Care at the keyboard: a line of a patient's day, for whoever may enter it; a care giver enters the own care alone."""

from datetime import date as Date
from uuid import UUID

import pytest

from api.catalogue import Language, euros
from application.register import provider_id
from domain import billing_day as days
from domain.day_events import CareRecorded, LineCorrected
from tests.acceptance.practice import OPERATOR, take_tariffs
from tests.printed import sheets
from tests.web.markup import filled, forms, parse
from tests.web.site import RunningSite
from tests.web.test_roles import csrf_of
from tests.web.visitor import Visitor, local

OWN, OTHER = "49991127401", "49992216401"
LINE = {"date": "2026-10-07", "provider": OWN, "code": "425014", "amount_cents": "7,21", "time": "08:15"}


@pytest.fixture
def patient(fresh_site: RunningSite) -> UUID:
    return fresh_site.rows("SELECT patient_id FROM patients ORDER BY patient_id")[0]["patient_id"]


def giver(site: RunningSite, number: str = OWN) -> Visitor:
    """A care giver whose role names the provider."""
    who = provider_id(site.quittance.keys, number) if number else None
    login = f"giver-{number}"
    return site.first_sign_in(login, site.add_user(login, (site.where, "care_giver", Date(2026, 1, 1), None, who)))


def entered(site: RunningSite) -> list[days.Line]:
    return [line for row in site.rows("SELECT day_id FROM days") for line in day(site, row["day_id"]).lines]


def day(site: RunningSite, day_id: UUID) -> days.BillingDay:
    return days.fold(site.quittance.log.load([day_id])[day_id])


def test_care_of_a_day_is_entered_from_the_file_of_the_patient(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    assert page in {link.get("href") for link in office.see(site.at(f"/patients/{patient}")).all("a", "href")}
    answer = office.post_form(
        page,
        page,
        LINE
        | {
            "units": "2",
            "patient_share_cents": "1",
            "prescriber": "10005351004",
            "prescription_date": "01/10/2026",
            "tooth": "36",
            "agreement_number": "123456",
        },
    )
    (line,) = entered(site)
    care = line.care
    assert (care.code, care.amount_cents, care.patient_share_cents, care.units, care.time) == (
        "425014",
        721,
        100,
        2,
        "0815",
    )
    assert (care.prescriber, care.prescription_date) == ("10005351004", Date(2026, 10, 1))
    assert (care.tooth, care.agreement_number, care.provider_norm, care.supplement_cents) == ("36", "123456", 1, 0)
    row = site.rows("SELECT day_id, date FROM days")[0]
    assert row["date"] == "2026-10-07"
    assert local(answer.headers["location"]) == site.at(f"/jours/{row['day_id']}")


def test_several_lines_of_a_day_one_after_the_other(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    answer = office.post_form(page, page, LINE | {"then": "more"})
    onward = local(answer.headers["location"])
    shown = office.see(onward)
    assert "425014, 7,21" in shown.text.replace("\N{NO-BREAK SPACE}", " ")
    (form,) = forms(shown, page)
    assert dict(filled(form, {}))["date"] == "2026-10-07"
    assert dict(filled(form, {}))["provider"] == OWN
    office.post_form(onward, page, {"code": "425110", "amount_cents": "3.5"})
    assert sorted(line.care.amount_cents for line in entered(site)) == [350, 721]
    assert len(site.rows("SELECT day_id FROM days")) == 1


def test_care_of_a_day_to_come_is_entered_by_who_says_that_it_is_meant(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    later = LINE | {"date": "2026-11-20"}
    answer = office.post_form(page, page, later)
    shown = parse(answer.text)
    assert (answer.status_code, shown.by_id("care-date").get("aria-invalid")) == (422, "true")
    assert "Ce jour est à venir" in shown.by_id("care-date-error").text
    assert entered(site) == []
    (form,) = forms(shown, page)
    assert "checked" not in form.one("input", name="in_advance").attributes
    answer = office.submit(form, page, {"in_advance": "true", "then": "more"})
    assert [line.care.code for line in entered(site)] == ["425014"]
    onward = local(answer.headers["location"])
    office.post_form(onward, page, {"code": "425110", "amount_cents": "3.5"})
    assert len(entered(site)) == 2, "the next line of that day need not be confirmed again"
    assert office.post_form(page, page, LINE | {"date": "2026-11-03"}).status_code == 303


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("code", "4250", "Code : 6 chiffres sont attendus"),
        ("amount_cents", "sept", "un montant en euros est attendu"),
        ("amount_cents", "7,215", "Montant : un montant en euros est attendu, par exemple 7,21"),
        ("supplement_cents", "abc", "Supplément : un montant en euros est attendu"),
        ("place", "12a", "au plus 12 chiffres sont attendus, et rien d'autre"),
        ("visit", "100", "nombre hors limites"),
        ("units", "0", "nombre hors limites"),
        ("time", "25:00", "heure attendue"),
        ("prescription_date", "31/02/2026", "Cette date n'existe pas"),
        ("date", "", "Donnez une date."),
        ("provider", "49991128401", "numéro INAMI invalide"),
        ("care_assistant", "49991128401", "Comparez-le avec la prescription, le cachet ou la fiche"),
        ("care_assistant", "4999112740", "numéro INAMI invalide : onze chiffres"),
        ("prescriber", "10005381004", "Prescripteur : numéro INAMI invalide : onze chiffres"),
        ("line_ref", "85073003328", "la référence contient un numéro national"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    fresh_site: RunningSite, patient: UUID, field: str, given: str, said: str
) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    (form,) = forms(office.see(page), page)
    answer = office.post(page, dict(filled(form, {**LINE, "tooth": "36"})) | {field: given})
    assert answer.status_code == 422
    shown = parse(answer.text)
    place = shown.by_id(f"care-{field}")
    assert place.get("aria-invalid") == "true"
    assert said in shown.by_id(f"care-{field}-error").text
    (again,) = forms(shown, page)
    kept = dict(filled(again, {}))
    assert (kept["tooth"], kept["code"]) == ("36", given if field == "code" else "425014")
    assert place.tag == "select" or field == "date" or kept[field] == given
    assert not entered(site)


def test_a_line_is_not_corrected_to_a_prescriber_with_wrong_check_digits(
    fresh_site: RunningSite, patient: UUID
) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    office.post_form(page, page, LINE)
    (line,) = entered(site)
    there = site.at(f"/jours/{site.rows('SELECT day_id FROM days')[0]['day_id']}/lignes/{line.line_id}")
    wrong = {"prescriber": "10005381004", "prescription_date": "2026-10-01", "reason": "Prescription reçue"}
    answer = office.post_form(there, there, wrong)
    assert answer.status_code == 422
    place = parse(answer.text).by_id("care-prescriber")
    assert (place.get("aria-invalid"), place.get("value")) == ("true", "10005381004")
    assert entered(site) == [line]
    assert office.post_form(there, there, wrong | {"prescriber": "10005351004"}).status_code == 303


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_an_amount_is_taken_as_the_pages_write_it(fresh_site: RunningSite, patient: UUID, language: Language) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    for on, cents in (("2026-10-07", 123_456), ("2026-10-08", 1_250)):
        given = {"date": on, "amount_cents": euros(cents, language)}
        assert office.post_form(page, page, LINE | given).status_code == 303
    given = {"date": "2026-10-09", "amount_cents": euros(1_250, language).replace("\N{NO-BREAK SPACE}", "")}
    assert office.post_form(page, page, LINE | given).status_code == 303
    assert sorted(line.care.amount_cents for line in entered(site)) == [1_250, 1_250, 123_456]
    assert office.post_form(page, page, LINE | {"amount_cents": "1.234"}).status_code == 422, "of which language?"


def test_a_line_without_an_amount_is_entered_seen_as_such_and_given_one(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    shown = office.see(page)
    assert "required" not in shown.by_id("care-amount_cents").attributes
    assert "les tarifs le calculent" in shown.by_id("care-amount_cents-hint").text
    (form,) = forms(shown, page)
    bare = LINE | {"amount_cents": "", "visit": "2"}
    answer = office.post(page, dict(filled(form, bare | {"supplement_cents": "0,50"})))
    assert "le donner, ou laisser ce champ vide" in parse(answer.text).by_id("care-supplement_cents-error").text
    home = local(office.post_form(page, page, bare | {"then": "more"}).headers["location"])
    (line,) = entered(site)
    assert (line.care.is_priced, line.care.visit) == (False, 2)
    assert "0,00" not in office.see(home).text
    (row,) = site.rows("SELECT day_id FROM days")
    day_page = site.at(f"/jours/{row['day_id']}")
    (table,) = office.see(day_page).of_class("grid-region")[:1]
    assert [cell.text for cell in table.one("tbody").all("tr")[0].of_class("num")][:4] == ["–"] * 4
    assert "– – – – – – 49991127401 –" in " ".join(sheets(office.get(f"{day_page}.pdf").content))
    link = f"{day_page}/lignes/{line.line_id}"
    (named,) = office.see(day_page).all("a", href=link)
    assert "425014" in named.text
    assert "0,00" not in named.text
    (form,) = forms(office.see(link), link)
    known = dict(filled(form, {}))
    assert [known[name] for name in ("amount_cents", "patient_share_cents", "supplement_cents", "visit")] == [
        "",
        "",
        "",
        "2",
    ]
    office.post_form(link, link, {"amount_cents": "0", "reason": "Gratuit"})
    assert [(one.care.is_priced, one.care.amount_cents, one.care.visit) for one in entered(site)] == [(True, 0, 2)]
    (form,) = forms(office.see(link), link)
    known = dict(filled(form, {}))
    assert [known[name] for name in ("amount_cents", "patient_share_cents", "supplement_cents")] == ["0,00"] * 3


def test_the_same_form_twice_is_one_line(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    (form,) = forms(office.see(page), page)
    first, second = (office.post(page, dict(filled(form, LINE))) for _ in range(2))
    assert (first.status_code, second.headers["location"]) == (303, first.headers["location"])
    assert len(entered(site)) == 1


def test_an_identical_second_line_waits_for_a_word(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    who = giver(site)
    for _ in range(2):
        answer = who.post_form(page, page, LINE)
    home = local(answer.headers["location"])
    assert "Doublon possible" in who.see(home).text
    who.post_form(home, f"{home}/confirmer", {"reason": "Deux passages"})
    assert [line.possible_duplicate for line in entered(site)] == [False, False]


def test_a_line_is_corrected_upon_what_was_seen(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office, other = site.sign_in("office"), site.sign_in("administrator")
    home = local(office.post_form(page, page, LINE | {"tooth": "36"}).headers["location"])
    (link,) = (a.get("href") for a in office.see(home).all("a", "href") if "/lignes/" in a.get("href"))
    (form,) = forms(office.see(link), link)
    known = dict(filled(form, {}))
    assert (known["amount_cents"], known["time"], known["tooth"]) == ("7,21", "08:15", "36")
    lacking = office.post(link, dict(filled(form, {"amount_cents": "7,31", "reason": ""})))
    assert lacking.status_code == 422
    done = other.post_form(link, link, {"amount_cents": "7,31", "reason": "Tarif corrigé"})
    assert local(done.headers["location"]) == home
    (line,) = entered(site)
    assert (line.care.amount_cents, line.care.tooth, line.care.time) == (731, "36", "0815")
    late = office.post(link, dict(filled(form, {"amount_cents": "7,41", "reason": "Tarif"})))
    assert late.status_code == 412
    assert "Tarif corrigé" in late.text


def test_an_act_is_found_by_its_code_or_words_while_care_is_entered(fresh_site: RunningSite, patient: UUID) -> None:
    """Those that the tariffs of the day know; without tariffs the code is typed."""
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    assert "list" not in office.see(page).by_id("care-code").attributes
    take_tariffs(site.quittance, site.where)
    shown = office.see(f"{page}?date=2026-10-07")
    listed = shown.by_id(shown.by_id("care-code").get("list"))
    named = {option.get("value"): option.get("label") for option in listed.all("option")}
    tariffs = site.quittance.tariffs.book(site.where).pricer(Date(2026, 10, 7)).tariffs
    assert set(named) == {code.code for code in tariffs.codes.values() if code.is_valid(Date(2026, 10, 7))}
    assert all(label == f"{code} {tariffs.codes[code].texts['fr']}" for code, label in named.items())
    assert "inputmode" not in shown.by_id("care-code").attributes, "words can be typed as well"
    assert office.see(f"{page}?date=2000-01-01").all("datalist") == []
    office.post_form(page, page, LINE)
    line = office.see(
        site.at(f"/jours/{site.rows('SELECT day_id FROM days')[0]['day_id']}/lignes/{entered(site)[0].line_id}")
    )
    assert line.by_id("care-code").get("list") == "care-codes"


def test_a_line_is_corrected_in_two_presses_from_its_day(fresh_site: RunningSite, patient: UUID) -> None:
    """The link in the row of the line, the form with what stands, and back on the day."""
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    for line in (LINE, LINE | {"code": "425110", "amount_cents": "3,50"}):
        home = local(office.post_form(page, page, line).headers["location"])
    rows = office.see(home).by_id("main").one("table").one("tbody").all("tr")
    told = [one.one("a").text.replace("\N{NO-BREAK SPACE}", " ") for one in rows]
    assert told == ["Corriger 425014, 7,21 €", "Corriger 425110, 3,50 €"]
    (link,) = rows[1].all("a", "href")
    done = office.post_form(link.get("href"), link.get("href"), {"amount_cents": "3,60", "reason": "Tarif corrigé"})
    assert local(done.headers["location"]) == home
    assert "Enregistré." in [one.text for one in office.see(home).all("p", role="status")]
    assert sorted(line.care.amount_cents for line in entered(site)) == [360, 721]


def test_a_care_giver_enters_own_care_alone(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    who = giver(site)
    (form,) = forms(who.see(page), page)
    (choice,) = form.all("select", name="provider")
    assert [option.get("value") for option in choice.all("option")] == [OWN]
    assert who.post(page, dict(filled(form, LINE))).status_code == 303
    (form,) = forms(who.see(page), page)
    forged = who.post(page, dict(filled(form, LINE)) | {"provider": OTHER})
    assert forged.status_code == 422
    assert "un autre prestataire" in parse(forged.text).by_id("care-provider-error").text
    assert [line.care.provider for line in entered(site)] == [OWN]


def test_a_care_giver_neither_corrects_nor_withdraws_care_of_others(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office, who = site.sign_in("office"), giver(site)
    home = local(office.post_form(page, page, LINE | {"provider": OTHER}).headers["location"])
    (theirs,) = entered(site)
    shown = who.see(home)
    assert not [form for form in shown.all("form", method="post") if form.get("action").startswith(home)]
    assert f"{home}/lignes/" not in who.get(home).text
    assert who.get(f"{home}/lignes/{theirs.line_id}").status_code == 409
    head, ids = site.quittance.log.head(), {"csrf": csrf_of(who, site), "version": "1", "reason": "Pas à moi"}
    for place, number in (("retirer", 1), ("confirmer", 2), (f"lignes/{theirs.line_id}", 3)):
        fields = ids | LINE | {"command_id": f"a-command-{number}", "line_id": str(theirs.line_id)}
        assert who.post(f"{home}/{place}", fields).status_code in (409, 422), place
    assert site.quittance.log.head() == head
    who.post_form(page, page, LINE)
    (mine,) = (line for line in entered(site) if line.care.provider == OWN)
    forged = ids | LINE | {"command_id": "a-command-4", "version": "2", "provider": OTHER}
    assert who.post(f"{home}/lignes/{mine.line_id}", forged).status_code in (409, 422)
    who.post_form(home, f"{home}/retirer", {"reason": "Encodé par erreur"})
    assert [line.withdrawn for line in entered(site)] == [False, True]


def test_a_care_giver_takes_no_care_file_for_the_practice(fresh_site: RunningSite) -> None:
    site, who = fresh_site, giver(fresh_site)
    page = who.see(site.at("/importations"))
    assert not page.all("input", type="file")
    fields = {"csrf": csrf_of(who, site), "command_id": "a-command-1", "step": "take"}
    content = b"ssin;date;code;amount_cents;provider\n85073003328;2026-02-05;425014;721;49992216401\n"
    assert who.post(site.at("/importations"), fields, {"file": ("soins.csv", content)}).status_code == 403
    assert not entered(site)


def test_a_role_that_names_no_provider_says_what_is_missing(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    who = giver(site, "")
    assert not forms(who.see(page), page)
    assert "un administrateur le désigne" in who.see(page).text
    fields = LINE | {"csrf": csrf_of(who, site), "command_id": "a-command-1"}
    assert who.post(page, fields).status_code == 422
    assert not entered(site)


def test_the_page_of_a_user_says_as_whom_the_person_gives_care(fresh_site: RunningSite) -> None:
    site, admin = fresh_site, fresh_site.sign_in("administrator")
    for number, said in ((OWN, "Delvaux Amélie"), ("", "n'encode aucun soin")):
        giver(site, number)
        who = site.quittance.accounts.user_id(f"giver-{number}")
        row = admin.see(site.at(f"/cabinet/utilisateurs/{who}")).all("div", aria_labelledby="roles")[0].one("tbody")
        assert said in row.text


def test_care_is_entered_for_patients_of_the_practice_and_not_for_the_erased(
    fresh_site: RunningSite, patient: UUID
) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    office = site.sign_in("office")
    assert office.get(site.at(f"/patients/{UUID(int=1)}/soins")).status_code == 404
    fields = LINE | {"csrf": csrf_of(office, site), "command_id": "a-command-1"}
    site.quittance.register.erase(OPERATOR, patient)
    site.quittance.views.catch_up()
    assert not forms(office.see(page), page)
    assert office.post(page, fields).status_code in (409, 422)
    assert not entered(site)


def test_who_entered_and_corrected_stands_in_the_log(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}/soins")
    who = giver(site)
    home = local(who.post_form(page, page, LINE).headers["location"])
    (line,) = entered(site)
    who.post_form(
        f"{home}/lignes/{line.line_id}", f"{home}/lignes/{line.line_id}", {"units": "2", "reason": "Deux fois"}
    )
    recorded, corrected = site.quittance.log.history(UUID(home.rpartition("/")[2]))
    actor = f"user:{site.quittance.accounts.user_id(f'giver-{OWN}')}"
    assert isinstance(recorded.event, CareRecorded)
    assert isinstance(corrected.event, LineCorrected)
    assert (recorded.meta.actor, corrected.meta.actor, corrected.meta.reason) == (actor, actor, "Deux fois")
    assert corrected.meta.reason_subject == patient
