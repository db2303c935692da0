"""Bill a month, send it, take what comes back: what the pages show is what happens."""

import re
from dataclasses import replace
from datetime import date as Date
from uuid import uuid4

import httpx
import pytest

from api import held_days
from api.register_file import load_register
from api.web.billing_runs import left_out_of
from application.record_care import Entry
from application.run_report import Once
from domain.authorisation import Authorisation
from domain.billing_run import BillingRunCompleted
from domain.care import Care
from domain.pricing.price import Priced
from domain.rules.limits import month_end, month_start
from domain.run_plan import RunOptions
from infrastructure.sample import sample_files
from infrastructure.sample.numbers import nihii
from tests.acceptance.practice import OPERATOR, unauthorised
from tests.printed import sheets
from tests.web.markup import Element, forms, parse
from tests.web.site import MONTH, NEXT_MONTH, RunningSite
from tests.web.visitor import Visitor, local, read

PAGE = f"/facturation/{MONTH}"


@pytest.fixture
def care_site(fresh_site: RunningSite) -> RunningSite:
    """October entered in part: six days without insurability, three lines that look entered twice."""
    fresh_site.enter_care(600)
    return fresh_site


@pytest.fixture
def office(care_site: RunningSite) -> Visitor:
    return care_site.sign_in("office")


def figures(page: Element, heading: str) -> list[list[str]]:
    """Cells of the table under a heading."""
    table = next(t for t in page.all("div", aria_labelledby=heading) if t.has_class("grid-region"))
    return [[cell.text for cell in row.walk() if cell.tag in ("th", "td")] for row in table.one("tbody").all("tr")]


def blocked(page: Element) -> Element:
    return next(t for t in page.all("div", aria_labelledby="bloque"))


def told(answer: httpx.Response) -> str:
    """The refusal on the page."""
    return parse(answer.text).one("div", class_="errors").text


def bill(site: RunningSite, who: Visitor, month: str = MONTH) -> str:
    answer = who.post_form(site.at(f"/facturation/{month}"), site.at(f"/facturation/{month}"))
    assert answer.status_code == 303, answer.text
    return local(answer.headers["location"])


# ---- Preview


def test_sof_51_the_preview_shows_what_the_run_would_do_and_writes_nothing(care_site: RunningSite, office: Visitor):
    before = care_site.quittance.log.head()
    page = office.see(care_site.at(PAGE))
    report = care_site.quittance.billing.preview(care_site.where, RunOptions(MONTH))
    assert care_site.quittance.log.head() == before
    rows = figures(page, "a-facturer")
    assert [row[0] for row in rows] == [one.union for one in report.sendings]
    known = [[o.invoices, o.days, o.again_days, o.lines] for o in report.sendings]
    assert [[int(n) for n in row[2:6]] for row in rows] == known
    assert "6 480,90" in re.sub(r"\s", " ", page.one("tfoot").text)


def test_each_blocker_counts_and_leads_to_where_it_is_mended(care_site: RunningSite, office: Visitor):
    page = office.see(care_site.at(PAGE))
    rows = figures(page, "bloque")
    assert [row[:2] for row in rows] == [
        ["doublon possible à confirmer", "3"],
        ["prescripteur manquant", "5"],
        ["date de prescription manquante", "5"],
        ["pas d'assurabilité à cette date", "8"],
    ]
    links = [a.get("href") for a in blocked(page).all("a")]
    patient = care_site.rows("SELECT patient_id FROM days WHERE day_id = ?", _blocked_day(care_site))[0]["patient_id"]
    assert care_site.at(f"/patients/{patient}") in links
    assert sum(f"{care_site.at('/jours')}/" in link for link in links) == 13
    assert "Nuñez Begoña" in blocked(page).text, "the person to look for"


def card(page: Element, label: str) -> list[str]:
    """Figure and note of a card."""
    found = next(one for one in page.of_class("card") if one.of_class("card-label")[0].text == label)
    return [re.sub(r"\s", " ", part.text) for name in ("card-figure", "card-note") for part in found.of_class(name)]


def test_a_day_of_several_reasons_counts_once_in_the_total(care_site: RunningSite, office: Visitor):
    report = care_site.quittance.billing.preview(care_site.where, RunOptions(MONTH))
    shown = {day for held in report.blocked for day, _ in held.first}
    each = sum(held.days for held in report.blocked)
    assert (len(shown), each) == (15, 21), "five days without a prescriber have no date of prescription either"
    held = {one.code: one for one in report.blocked}
    twice, without = (held[code] for code in ("prescription_date_missing", "insurability_missing"))
    assert {day for day, _ in twice.first} == {day for day, _ in held["prescriber_missing"].first}
    assert len({day for day, _ in twice.first} & {day for day, _ in without.first}) == 1, "one has no amount either"
    cents = sum(one.amount_cents or 0 for one in report.blocked) - (twice.amount_cents or 0)
    assert (report.blocked_once.days, report.blocked_once.amount_cents) == (15, cents)
    euros = f"{cents // 100},{cents % 100:02} €"
    assert card(office.see(care_site.at(PAGE)), "Bloqué") == [f"{euros} sans 8 jours pas encore tarifés", "15 jours"]
    made = office.see(bill(care_site, office))
    (left, number) = card(made, "Laissé de côté")
    assert left.startswith(euros)
    assert number == "15 jours"


def test_documents_of_a_run_are_told_before_and_after_it(care_site: RunningSite, office: Visitor):
    page = office.see(care_site.at(PAGE))
    (total,) = care_site.quittance.billing.preview(care_site.where, RunOptions(MONTH)).documents
    euros = f"{total.amount_cents // 100},{total.amount_cents % 100:02} €"
    (row,) = figures(page, "hors-efact")
    assert row[0] == "maison médicale : 89999964001"
    assert [row[1], row[2], row[5]] == [str(total.documents), str(total.days), euros]
    assert card(page, "Hors eFact") == [euros, f"{total.days} jours"]
    (form,) = forms(page, care_site.at(PAGE))
    assert f"{total.documents} facture hors eFact, {euros}" in re.sub(r"\s", " ", form.all("button")[0].text)
    made = office.see(bill(care_site, office))
    (kept,) = care_site.rows("SELECT * FROM documents WHERE establishment_id = ?", care_site.where)
    (listed,) = figures(made, "hors-efact")
    assert listed[0] == kept["number"]
    assert listed[5] == euros
    assert not figures_or_none(office.see(care_site.at(PAGE)), "hors-efact"), "they are billed"


def figures_or_none(page: Element, section: str) -> object:
    return figures(page, section) if any(one.get("id") == section for one in page.all("h3")) else None


def test_days_left_out_are_a_list_to_look_at_and_to_export(care_site: RunningSite, office: Visitor):
    page = office.see(care_site.at(PAGE))
    link = next(a.get("href") for a in page.all("a") if "phase=blocked" in a.get("href"))
    report = care_site.quittance.billing.preview(care_site.where, RunOptions(MONTH))
    wanted = {day for held in report.blocked for day, _ in held.first}
    shown = office.see(f"{link}&limit=100")
    assert {row.get("id").removeprefix("r-") for row in shown.one("tbody").all("tr")} == {str(day) for day in wanted}
    assert shown.of_class("summary")[0].text.startswith(f"{len(wanted)} lignes")
    file = office.get(link.replace("/historique/jours", "/export/billing_days.csv"))
    assert len(file.text.splitlines()) == len(wanted) + 1
    then = office.see(f"{link}&limit=100&as_of=2026-11-03")
    assert len(then.one("tbody").all("tr")) == len(wanted)


def test_a_list_of_days_left_out_is_refused_beyond_its_bound(
    care_site: RunningSite, office: Visitor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(held_days, "MOST", 3)
    answer = office.get(care_site.at("/historique/jours?phase=blocked"))
    assert answer.status_code == 422
    assert "choisissez aussi un mois" in answer.text


def test_days_that_go_otherwise_than_expected_and_days_without_amount_are_told(fresh_site: RunningSite):
    site, nurse = fresh_site, "49991127401"
    site.quittance.tariffs.accept(OPERATOR, site.where, site.bring_tariffs(site.where), Date(2025, 1, 1))
    one, other = (row["patient_id"] for row in unauthorised(site.quittance)[:2])
    site.quittance.register.authorise(OPERATOR, one, Authorisation("katz", "A", Date(2026, 9, 1), None, "ACCORD77"))
    done = Care("990033", 0, nurse, is_priced=False)
    given = [(one, 7, done), (one, 8, done), (other, 7, replace(done, code="999998"))]
    entries = [Entry(who, Date(2026, 10, day), care) for who, day, care in given]
    lines = site.quittance.care.record(OPERATOR, site.where, entries).result.lines
    office, page = site.sign_in("office"), site.at(PAGE)
    (hint,) = figures(office.see(page), "autrement")
    assert "aucune toilette" in hint[0]
    assert (hint[1], hint[3].split()) == ("2", ["07/10/2026", "08/10/2026"])
    links = {a.get("href") for a in office.see(page).one("div", aria_labelledby="autrement").all("a")}
    assert links == {site.at(f"/jours/{line.day_id}") for line in lines[:2]}
    assert figures(office.see(page), "bloque")[0][2] == "–"
    made = office.see(bill(site, office))
    assert figures(made, "laisse")[0][1:] == ["1", "–"]
    assert "0,00" not in made.of_class("cards")[0].text


def test_a_practice_of_another_country_is_told_that_efact_is_belgian(fresh_site: RunningSite) -> None:
    site, (registered, *_) = fresh_site, fresh_site.quittance.log.load([fresh_site.where])[fresh_site.where]
    site.enter_care(30)
    site.quittance.register.establishment(OPERATOR, replace(registered.details, country="CH"))
    office, days = site.sign_in("office"), site.rows("SELECT day_id FROM days WHERE line_count > 0")
    page = office.see(site.at(PAGE))
    assert "La facturation eFact est belge" in page.text
    assert not forms(page, site.at(PAGE))
    assert [row[:2] for row in figures(page, "bloque")] == [
        ["établissement hors de Belgique : eFact ne facture que la Belgique", str(len(days))]
    ]
    assert [link.get("href") for link in blocked(page).one("tbody").all("a")] == [site.at("/cabinet")]
    cards = office.see(site.at(f"/jours/{days[0]['day_id']}")).one("dl", class_="cards").text
    assert "bloqué" in cards
    assert "hors de Belgique" in cards
    assert "La facturation eFact est belge" in office.see(site.at()).text


def test_who_may_not_open_a_file_is_led_to_the_day_that_it_holds_back(care_site: RunningSite):
    links = [a.get("href") for a in blocked(care_site.sign_in("accountant").see(care_site.at(PAGE))).all("a")]
    assert care_site.at(f"/jours/{_blocked_day(care_site)}") in links
    assert not [link for link in links if "/patients/" in link]


def _blocked_day(site: RunningSite):
    report = site.quittance.billing.preview(site.where, RunOptions(MONTH))
    return next(held for held in report.blocked if held.code == "insurability_missing").first[0][0]


def test_whose_name_a_blocker_shows_is_noted(care_site: RunningSite, office: Visitor):
    office.see(care_site.at(PAGE))
    patient = care_site.rows("SELECT patient_id FROM days WHERE day_id = ?", _blocked_day(care_site))[0]["patient_id"]
    noted = care_site.rows("SELECT patient_id FROM access_log WHERE action = ?", "billing_preview.read")
    assert {row["patient_id"] for row in noted} == {patient}


def test_a_provider_that_blocks_days_is_linked_too(fresh_site: RunningSite):
    header, first, *_ = sample_files().care.decode().splitlines()
    values = first.split(";")
    values[8] = nihii(499979, "401")
    fresh_site._take(fresh_site.where, "\n".join([header, ";".join(values)]).encode())
    page = fresh_site.sign_in("office").see(fresh_site.at(PAGE))
    (row,) = figures(page, "bloque")
    assert row[0] == "prestataire inconnu"
    assert fresh_site.at("/prestataires") in [a.get("href") for a in blocked(page).all("a")]


def test_what_a_union_only_remarks_is_shown_and_billed(fresh_site: RunningSite):
    quittance, where, day = fresh_site.quittance, fresh_site.where, Date(2026, 10, 14)
    quittance.tariffs.accept(OPERATOR, where, fresh_site.bring_tariffs(where), Date(2025, 1, 1))
    who = unauthorised(quittance)[0]
    nurse = sample_files().care.decode().splitlines()[1].split(";")[8]
    price = quittance.tariffs.book(where).price("990011", day, who["ct1"], who["ct2"])
    assert isinstance(price, Priced)
    quittance.care.record(OPERATOR, where, [Entry(who["patient_id"], day, price.on(Care("990011", 0, nurse)), 0)])
    page = fresh_site.sign_in("office").see(fresh_site.at(PAGE))
    (row,) = figures(page, "remarque")
    assert row[:2] == ["la première prestation de base n'est pas la première ligne du jour", "1"]
    assert row[3].startswith("Mettre la première prestation de base avant")
    assert [total[3] for total in figures(page, "a-facturer")] == ["1"], "it goes"
    assert not page.all("div", aria_labelledby="bloque")


def test_undecided_refusals_come_first_and_are_linked(site: RunningSite):
    page = site.sign_in("office").see(site.at(f"/facturation/{NEXT_MONTH}"))
    notice = next(p for p in page.of_class("notice") if any("/refus" in a.get("href") for a in p.all("a")))
    undecided = site.quittance.lookups.undecided_refusals(site.where)
    assert str(len(undecided)) in notice.text
    days, causes = (link.get("href") for link in notice.all("a"))
    last = month_end(month_start(NEXT_MONTH)).isoformat()
    assert (days, causes) == (site.at(f"/historique/jours?decision=none&date_to={last}"), site.at("/refus"))


def test_the_menu_leads_to_the_month_that_needs_work(care_site: RunningSite, office: Visitor):
    answer = office.get(care_site.at("/facturation"))
    assert local(answer.headers["location"]) == care_site.at(PAGE)
    bill(care_site, office)
    care_site.enter_care(50, "2026-09")
    assert local(office.get(care_site.at("/facturation")).headers["location"]) == care_site.at(PAGE), "rests block"


def test_the_current_month_waits_and_can_be_billed_on_request(fresh_site: RunningSite):
    fresh_site.clock.instant = fresh_site.clock.instant.replace(month=10, day=20)
    fresh_site.enter_care(100)
    office = fresh_site.sign_in("office")
    page = office.see(fresh_site.at(PAGE))
    assert figures(page, "plus-tard")[0][0] == "01/11/2026"
    assert not forms(page, fresh_site.at(PAGE))
    path = fresh_site.at(f"{PAGE}?include_current=true")
    answer = office.post_form(path, fresh_site.at(PAGE))
    run = office.see(local(answer.headers["location"]))
    assert "préparé" in run.by_id("envois").text


def test_a_practice_that_is_not_set_up_says_what_is_missing(care_site: RunningSite, office: Visitor):
    register = re.sub(rb'"content_code": "\d+"', b'"content_code": ""', sample_files().register.splitlines()[0])
    load_register(care_site.quittance, OPERATOR, register, None)
    page = office.see(care_site.at(PAGE))
    assert "contenu de la facturation" in page.one("div", class_="errors").text
    assert not forms(page, care_site.at(PAGE)), "nothing to press"


@pytest.mark.parametrize("month", ["2026-13", "2026", "reponse"])
def test_what_is_no_month_is_refused(care_site: RunningSite, office: Visitor, month: str):
    assert office.get(care_site.at(f"/facturation/{month}")).status_code == 422


def test_an_empty_practice_says_what_to_do_first(fresh_site: RunningSite):
    page = fresh_site.sign_in("office").see(fresh_site.at(PAGE))
    assert fresh_site.at("/importations") in [a.get("href") for a in page.one("main").all("a")]


# ---- Run, send


def test_task_7_bill_and_send_takes_three_clicks_from_the_menu(care_site: RunningSite, office: Visitor):
    home = office.see(care_site.at(PAGE))
    menu = next(a for a in home.one("nav", class_="sidebar").all("a") if a.text.startswith("Facturation"))
    clicks = 1
    page = office.see(menu.get("href"))
    (billing,) = forms(page, care_site.at(PAGE))
    answer, clicks = office.submit(billing, care_site.at(PAGE)), clicks + 1
    run = local(answer.headers["location"])
    (sending,) = forms(office.see(run), f"{run}/envoyer")
    answer, clicks = office.submit(sending, run), clicks + 1
    assert clicks == 3
    assert {row["status"] for row in care_site.rows("SELECT status FROM sendings")} == {"transmitted"}
    assert "transmis le 03/11/2026" in office.followed(answer).text


def test_the_run_page_shows_what_was_made_and_left_out(care_site: RunningSite, office: Visitor):
    page = office.see(bill(care_site, office))
    made = care_site.rows("SELECT sending_number, requested_cents FROM sendings ORDER BY sending_number")
    rows = page.by_id("envois").one("tbody").all("tr")
    assert [int(row.one("th").text) for row in rows] == [row["sending_number"] for row in made]
    assert {row[0]: row[1] for row in figures(page, "laisse")} == {
        "prescripteur manquant": "5",
        "date de prescription manquante": "5",
        "pas d'assurabilité à cette date": "8",
        "doublon possible à confirmer": "3",
    }


def test_the_same_form_twice_bills_once(care_site: RunningSite, office: Visitor):
    page = office.see(care_site.at(PAGE))
    (form,) = forms(page, care_site.at(PAGE))
    first, second = (office.submit(form, care_site.at(PAGE)) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(care_site.rows("SELECT run_id FROM runs")) == 1


def test_only_the_ticked_files_leave(care_site: RunningSite, office: Visitor):
    run = bill(care_site, office)
    one = care_site.rows("SELECT sending_id FROM sendings ORDER BY sending_number")[0]["sending_id"]
    office.post_form(run, f"{run}/envoyer", {"selected": str(one)})
    statuses = {row["sending_id"]: row["status"] for row in care_site.rows("SELECT sending_id, status FROM sendings")}
    assert statuses.pop(one) == "transmitted"
    assert set(statuses.values()) == {"prepared"}


def test_nothing_ticked_is_told_in_place(care_site: RunningSite, office: Visitor):
    run = bill(care_site, office)
    answer = office.post_form(run, f"{run}/envoyer", {"selected": []})
    assert answer.status_code == 422
    assert "Cochez au moins une ligne" in told(answer)
    assert care_site.rows("SELECT 1 AS one FROM sendings WHERE status <> 'prepared'") == []


def held_site(site: RunningSite, office: Visitor) -> str:
    """A second file for unions that got theirs today; the run that made it."""
    run = bill(site, office)
    office.post_form(run, f"{run}/envoyer")
    site.enter_care(300, "2026-09")
    return bill(site, office)


def test_a_file_that_the_insurers_hold_back_says_why_and_until_when(care_site: RunningSite, office: Visitor):
    run = held_site(care_site, office)
    page = office.see(run)
    rows = page.by_id("envois").one("tbody").all("tr")
    held = [row for row in rows if "Peut partir le 04/11/2026" in row.text]
    assert held
    assert all("un seul fichier par jour" in row.text and not row.all("input") for row in held)
    care_site.clock.forward(days=1)
    page = care_site.sign_in_again("office")[0].see(run)
    assert "Peut partir" not in page.by_id("envois").text


def test_a_held_file_that_is_sent_all_the_same_stays(care_site: RunningSite, office: Visitor):
    run = held_site(care_site, office)
    held = care_site.rows("SELECT sending_id FROM sendings WHERE month = ? AND status = 'prepared'", "2026-09")
    page = office.see(run)
    token = page.all("input", name="csrf")[0].get("value")
    sent = {"csrf": token, "command_id": uuid4().hex, "selected": [str(row["sending_id"]) for row in held]}
    answer = office.post(f"{run}/envoyer", sent)
    assert answer.status_code == 303
    assert "retenu" in office.followed(answer).text


def test_the_second_window_that_sends_the_same_files_learns_who_was_faster(care_site: RunningSite, office: Visitor):
    run = bill(care_site, office)
    slow = care_site.sign_in("administrator")
    (form,) = forms(slow.see(run), f"{run}/envoyer")
    office.post_form(run, f"{run}/envoyer")
    head = care_site.quittance.log.head()
    answer = slow.submit(form, run)
    assert answer.status_code == 409
    assert "Rien n'a été envoyé : c'était déjà fait" in told(answer)
    assert "fichier remis, issue attendue, Personne office, 03/11/2026 10:00" in told(answer)
    assert care_site.quittance.log.head() == head
    assert slow.submit(form, run).status_code == 303, "the same form again shows what became of it"


def test_a_hand_over_that_failed_says_so(care_site: RunningSite, office: Visitor):
    run = bill(care_site, office)
    unions = care_site.quittance.transport
    usual = unions.scenario  # type: ignore[attr-defined]
    unions.scenario = replace(usual, not_transmitted=True)  # type: ignore[attr-defined]
    try:
        page = read(office.followed(office.post_form(run, f"{run}/envoyer")))
    finally:
        unions.scenario = usual  # type: ignore[attr-defined]
    assert "non remis : réessayer" in page.by_id("envois").text
    assert forms(page, f"{run}/envoyer"), "it can be sent again"


def test_a_file_of_unknown_outcome_is_not_offered_again(care_site: RunningSite, office: Visitor):
    run = bill(care_site, office)
    unions = care_site.quittance.transport
    usual = unions.scenario  # type: ignore[attr-defined]
    unions.scenario = replace(usual, lose_answer=True)  # type: ignore[attr-defined]
    page = read(office.followed(office.post_form(run, f"{run}/envoyer")))
    assert "issue inconnue" in page.by_id("envois").text
    assert "Dire si le fichier est arrivé" in page.by_id("envois").text
    assert not forms(page, f"{run}/envoyer")


# ---- Cancel


def test_a_run_is_taken_back_while_nothing_left(care_site: RunningSite, office: Visitor):
    run = bill(care_site, office)
    answer = office.post_form(run, f"{run}/annuler", {"reason": "mauvais mois"})
    page = read(office.followed(answer))
    assert {row["status"] for row in care_site.rows("SELECT status FROM sendings")} == {"cancelled"}
    assert "mauvais mois" in page.text, "the reason stands in the timeline"
    assert not forms(page, f"{run}/annuler")


def test_a_run_that_left_says_so_in_place(care_site: RunningSite, office: Visitor):
    run = bill(care_site, office)
    (form,) = forms(office.see(run), f"{run}/annuler")
    office.post_form(run, f"{run}/envoyer")
    (paper,) = care_site.rows("SELECT document_id FROM documents WHERE establishment_id = ?", care_site.where)
    at = care_site.at(f"/hors-efact/{paper['document_id']}")
    assert office.post_form(at, f"{at}/remise", {"on": care_site.today.isoformat()}).status_code == 303
    answer = office.submit(form, run)
    assert answer.status_code == 409
    assert "partis ou annulés" in told(answer)
    assert not forms(read(office.get(run)), f"{run}/annuler")


def test_a_page_says_once_that_the_form_before_it_was_done(care_site: RunningSite, office: Visitor):
    def said(page: Element) -> list[str]:
        return [one.text for one in page.all("p", role="status") if "Enregistré." in one.text]

    run = bill(care_site, office)
    assert "?" not in run, "an address that is kept or passed on says nothing of it"
    assert (said(office.see(run)), said(office.see(run))) == (["Enregistré."], [])
    empty = f"/facturation/{NEXT_MONTH}"
    token = office.see(run).all("input", name="csrf")[0].get("value")
    before = care_site.quittance.log.head()
    answer = office.post(care_site.at(empty), {"csrf": token, "command_id": uuid4().hex})
    assert (answer.status_code, care_site.quittance.log.head()) == (303, before)
    assert said(office.see(local(answer.headers["location"]))) == [], "nothing was written"


# ---- The past, other people, other practices


def test_ref_24_a_past_day_shows_the_files_of_then_and_no_buttons(site: RunningSite):
    office = site.sign_in("office")
    today = site.at(f"{PAGE}?as_of=2026-11-03")
    page = office.see(today)
    assert "en lecture seule" in page.text
    assert not [form for form in forms(page) if "/facturation" in form.get("action")]
    runs = site.rows("SELECT run_id FROM runs WHERE establishment_id = ? AND month = ?", site.where, MONTH)
    run = office.see(site.at(f"{PAGE}/{runs[0]['run_id']}?as_of=2026-11-03"))
    assert "décompté" not in run.by_id("envois").text
    assert "décompté" in office.see(site.at(f"{PAGE}/{runs[0]['run_id']}")).by_id("envois").text
    assert office.get(site.at(f"{PAGE}/{runs[0]['run_id']}?as_of=2026-11-01")).status_code == 404


def test_who_may_not_bill_sees_runs_and_nothing_to_press(site: RunningSite):
    run = site.rows("SELECT run_id FROM runs WHERE establishment_id = ?", site.where)[0]["run_id"]
    accountant = site.sign_in("accountant")
    assert accountant.see(site.at("/facturation")).one("h1").text.startswith("Facturation")
    for who in (accountant, site.sign_in("auditor")):
        for path in (PAGE, f"/facturation/{NEXT_MONTH}", f"{PAGE}/{run}"):
            page = who.see(site.at(path))
            assert not [form for form in forms(page) if "/facturation" in form.get("action")]
    assert accountant.post(site.at(PAGE), {}).status_code == 403


def test_a_run_of_another_practice_is_not_there(site: RunningSite):
    run = site.rows("SELECT run_id FROM runs WHERE establishment_id = ?", site.elsewhere)[0]["run_id"]
    office = site.sign_in("office")
    assert office.get(site.at(f"{PAGE}/{run}")).status_code == 404
    assert office.get(site.at(f"{PAGE}/{uuid4()}")).status_code == 404


def test_files_of_another_practice_are_not_sent(care_site: RunningSite, office: Visitor):
    care_site.enter_other_practice()
    theirs = care_site.bill(care_site.elsewhere)
    run = bill(care_site, office)
    token = office.see(run).all("input", name="csrf")[0].get("value")
    office.post(f"{run}/envoyer", {"csrf": token, "command_id": uuid4().hex, "selected": [str(i) for i in theirs]})
    rows = care_site.rows("SELECT status FROM sendings WHERE establishment_id = ?", care_site.elsewhere)
    assert {row["status"] for row in rows} == {"prepared"}


# ---- Answers


ANSWERS = "/facturation/reponses"


def sent_site(site: RunningSite, office: Visitor) -> Visitor:
    run = bill(site, office)
    office.post_form(run, f"{run}/envoyer")
    site.clock.forward(days=2)
    return site.sign_in_again("office")[0]


def test_sof_18_fetching_says_how_many_came_also_when_none_did(care_site: RunningSite, office: Visitor):
    office = sent_site(care_site, office)
    answer = office.post_form(care_site.at(PAGE), care_site.at(f"{ANSWERS}/relever"))
    page = read(office.followed(answer))
    count = len(care_site.rows("SELECT message_id FROM received_messages"))
    assert f"{count} fichiers relevés" in page.text
    assert len(page.by_id("list").one("tbody").all("tr")) == count
    answer = office.post_form(care_site.at(ANSWERS), care_site.at(f"{ANSWERS}/relever"))
    assert "aucun nouveau fichier" in read(office.followed(answer)).text


def upload(site: RunningSite, who: Visitor, content: bytes) -> Element:
    """The page after a file was given."""
    answer = who.post_form(site.at(ANSWERS), site.at(ANSWERS), files={"file": ("reponse.txt", content)})
    return read(who.followed(answer))


def test_an_answer_is_brought_by_hand_and_twice_changes_nothing(care_site: RunningSite, office: Visitor):
    sent_site(care_site, office)
    tpp = sample_files().register.split(b'"tpp_number": "')[1][:11].decode()
    waiting = care_site.quittance.transport.collect(tpp).waiting
    office = care_site.sign_in_again("office")[0]
    answer = waiting[0][1]
    assert "Réponse lue et appliquée" in upload(care_site, office, answer).text
    assert "Ce fichier était déjà là" in upload(care_site, office, answer).text


def test_a_file_that_nobody_can_read_is_kept_and_becomes_an_item(care_site: RunningSite, office: Visitor):
    page = upload(care_site, office, b"pas un message")
    assert "personne ne peut le lire" in page.text
    assert care_site.at("/points") in [a.get("href") for a in page.one("main").all("a")]
    assert len(care_site.rows("SELECT item_id FROM items WHERE kind = 'unreadable'")) == 1


def test_no_file_is_told_in_place(care_site: RunningSite, office: Visitor):
    answer = office.post_form(care_site.at(ANSWERS), care_site.at(ANSWERS))
    assert answer.status_code == 422
    assert "Choisissez un fichier" in told(answer)


def test_pages_and_api_list_the_same_answers(site: RunningSite):
    page = site.sign_in("office").see(site.at(f"{ANSWERS}?kind=920900"))
    rows = site.rows(
        "SELECT message_id FROM received_messages WHERE establishment_id = ? AND kind = '920900'", site.where
    )
    shown = {row.get("id") for row in page.by_id("list").one("tbody").all("tr")}
    assert shown == {f"r-{row['message_id']}" for row in rows}


def test_the_part_is_the_list_of_the_whole_page(site: RunningSite):
    office = site.sign_in("office")
    path = site.at(f"{ANSWERS}?sort=received_at&descending=true")
    whole, part = office.get(path).text, office.partial(path).text
    assert re.findall(r'<tr id="(r-[^"]+)"', part) == re.findall(r'<tr id="(r-[^"]+)"', whole) != []


def test_a_run_of_before_whose_event_has_no_sum_tells_none_that_counts_days_twice(site: RunningSite) -> None:
    run = site.rows("SELECT run_id FROM runs WHERE establishment_id = ? ORDER BY run_at", site.where)[0]["run_id"]
    page = site.sign_in("office").see(site.at(f"{PAGE}/{run}"))
    rows = figures(page, "laisse")
    assert ["pas d'assurabilité à cette date", "47", "–"] in rows
    assert ["doublon possible à confirmer", "9", "338,63 €"] in rows, "its prices are known though it is in doubt"
    assert "compté à chacun" in page.text
    made = next(one for one in site.quittance.log.load([run])[run] if isinstance(one, BillingRunCompleted))
    assert made.left_out is not None
    assert card(page, "Laissé de côté")[1] == f"{made.left_out.days} jours"
    assert left_out_of(replace(made, left_out=None)) is None
    alone = replace(made, left_out=None, blocked=made.blocked[:1], elsewhere=())
    assert left_out_of(alone) == Once(made.blocked[0].days, made.blocked[0].amount_cents, made.blocked[0].unpriced)


def test_a_sum_of_days_says_what_has_no_amount_yet_and_verdicts_to_come_are_dashes(
    care_site: RunningSite, office: Visitor
) -> None:
    def summed(query: str) -> str:
        told = office.see(care_site.at(f"/historique/jours?{query}")).of_class("summary")[0].text
        return re.sub(r"\s", " ", told).partition(" · tout le filtre")[0]

    bill(care_site, office)
    days = care_site.rows("SELECT phase, unpriced, amount_cents FROM days WHERE establishment_id = ?", care_site.where)
    without = sum(1 for row in days if row["unpriced"])
    assert 0 < without < len(days)
    cents = sum(row["amount_cents"] for row in days)
    every = summed("sort=date")
    assert every.startswith(f"{len(days)} lignes · ")
    assert every.endswith(f"{cents % 100:02} € · {without} jours pas encore tarifés")
    rows = office.see(care_site.at("/historique/jours?sort=date")).one("tbody").all("tr")
    assert not [row.text for row in rows if "0,00" in row.text]
    page = " ".join(sheets(office.get(care_site.at("/export/billing_days.pdf?phase=blocked")).content))
    assert "jours" in page.lower()
    assert "0,00" not in page
