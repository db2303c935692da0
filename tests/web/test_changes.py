"""What changed, from what to what: in timelines, in conflicts and in the audit, for whoever may see it."""

from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from uuid import UUID

import pytest

from api.catalogue import text
from application.ports import Context, Meta
from application.record_care import Entry
from application.register import provider_id
from domain import patient as patients
from domain import provider as providers
from domain.authorisation import Authorisation
from domain.care import Care
from domain.patient import Insurability
from tests.acceptance.practice import OPERATOR, unauthorised
from tests.web.markup import Element, filled, forms, parse
from tests.web.site import RunningSite

NURSE = "49991127401"


@pytest.fixture
def patient(fresh_site: RunningSite) -> UUID:
    return unauthorised(fresh_site.quittance)[0]["patient_id"]


def told(page: Element) -> list[str]:
    """Every change on a page, in its order."""
    return [one.text for one in page.of_class("change")]


def state_of(site: RunningSite, patient: UUID) -> patients.Patient:
    state = patients.fold(site.quittance.log.load([patient])[patient])
    assert state is not None
    return state


def test_ref_23_the_timeline_of_a_patient_says_what_was_corrected(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}")
    office, before = site.sign_in("office"), state_of(site, patient)
    sex = before.details.sex
    office.post_form(
        page, f"{page}/corriger", {"last_name": "Nouveau", "sex": str(3 - sex), "reason": "Acte de mariage"}
    )
    period = before.periods[0]
    fund = "134" if period.sickness_fund != "134" else "131"
    form = {
        "valid_from": period.valid_from.isoformat(),
        "valid_to": "2026-12-31",
        "sickness_fund": fund,
        "ct1": period.ct1,
        "ct2": period.ct2,
        "replaces": "true",
    }
    office.post_form(page, f"{page}/assurabilite", form)
    insured, corrected = site.quittance.log.history(patient)[:-3:-1]
    assert [insured.topic, corrected.topic] == ["patient.insurability_recorded", "patient.details_corrected"]
    shown = told(office.see(f"{page}/chronologie"))
    assert f"Nom : {before.details.last_name} → devient Nouveau" in shown
    assert f"Sexe : {text(f'sex.{sex}', 'fr')} → devient {text(f'sex.{3 - sex}', 'fr')}" in shown
    assert "Dernier jour : sans fin → devient 31/12/2026" in shown
    assert f"Mutualité : {period.sickness_fund} → devient {fund}" in shown
    assert not any(one.startswith("CT1") and "devient" in one for one in shown), "it stayed the same"


def test_a_new_period_says_what_it_holds(fresh_site: RunningSite, patient: UUID) -> None:
    site = fresh_site
    site.quittance.register.insure(OPERATOR, patient, [Insurability(Date(2026, 11, 1), None, "134", "110", "110")])
    shown = told(site.sign_in("office").see(site.at(f"/patients/{patient}/chronologie")))
    assert {"Premier jour : 01/11/2026", "Mutualité : 134", "CT1 : 110"} <= set(shown)


def test_the_timeline_of_a_day_says_which_line_and_what_of_it(fresh_site: RunningSite, patient: UUID) -> None:
    site, care = fresh_site, Care("425014", 721, NURSE, time="0815")
    done = site.quittance.care.record(OPERATOR, site.where, [Entry(patient, Date(2026, 10, 7), care)]).result
    (line,) = done.lines
    page = site.at(f"/jours/{line.day_id}")
    better = replace(care, amount_cents=731, time="0830", agreement_number="12345")
    site.quittance.care.correct(OPERATOR, line.day_id, line.line_id, better)
    site.quittance.care.withdraw(OPERATOR, line.day_id, line.line_id)
    shown = [one.replace("\N{NO-BREAK SPACE}", " ") for one in told(site.sign_in("office").see(page))]
    assert shown == [
        "Ligne : 425014, 7,31 €",
        "Ligne : 425014, 7,21 €",
        "Montant : 7,21 € → devient 7,31 €",
        "Heure : 08:15 → devient 08:30",
        "Numéro d'accord : 12345",
        "Ligne : 425014, 7,21 €",
    ]
    seen = told(site.sign_in("accountant").see(page))
    assert [one.partition(" ")[0] for one in seen] == ["Ligne", "Ligne", "Montant", "Ligne"]
    site.clock.forward(days=2)
    yesterday = (site.today - timedelta(days=1)).isoformat()
    site.quittance.care.record(OPERATOR, site.where, [Entry(patient, Date(2026, 10, 7), care)])
    again, _ = site.sign_in_again("office")
    assert len(told(again.see(page))) == len(shown) + 1
    assert len(told(again.see(f"{page}?as_of={yesterday}"))) == len(shown)


def test_an_amount_that_nobody_knew_is_told_as_nothing_and_not_as_0(fresh_site: RunningSite, patient: UUID) -> None:
    site, care = fresh_site, Care("425014", 0, NURSE, is_priced=False, visit=1)
    (line,) = site.quittance.care.record(OPERATOR, site.where, [Entry(patient, Date(2026, 10, 7), care)]).result.lines
    better = replace(care, amount_cents=731, is_priced=True, visit=2)
    for one in (better, care):
        site.quittance.care.correct(OPERATOR, line.day_id, line.line_id, one)
    page = site.at(f"/jours/{line.day_id}")
    for login, others in (("office", ["Visite : 1 → devient 2", "Visite : 2 → devient 1"]), ("accountant", [])):
        shown = [one.replace("\N{NO-BREAK SPACE}", " ") for one in told(site.sign_in(login).see(page))]
        amounts = [one for one in shown if one.startswith(("Montant", "Part", "Visite"))]
        assert set(amounts) == {
            "Montant : 7,31 €",
            "Montant : 7,31 € → devient –",
            "Part du patient : 0,00 €",
            "Part du patient : 0,00 € → devient –",
            *others,
        }
        assert sum("0,00" in one for one in shown if one.startswith("Ligne")) == 0


def test_a_conflict_says_what_the_other_one_changed(fresh_site: RunningSite, patient: UUID) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patient}")
    slow, quick, before = site.sign_in("office"), site.sign_in("administrator"), state_of(site, patient)
    (form,) = forms(slow.see(page), f"{page}/corriger")
    quick.post_form(page, f"{page}/corriger", {"last_name": "Premier"})
    query = "SELECT actor FROM access_log WHERE action = 'conflict.read' AND patient_id = ?"
    assert site.rows(query, patient) == []
    stale = slow.post(f"{page}/corriger", dict(filled(form, {"last_name": "Second"})))
    assert (stale.status_code, told(parse(stale.text))) == (
        412,
        [f"Nom : {before.details.last_name} → devient Premier"],
    )
    assert [row["actor"] for row in site.rows(query, patient)] == [f"user:{site.quittance.accounts.user_id('office')}"]


def rows(page: Element) -> list[list[str]]:
    return [[cell.text for cell in row.walk() if cell.tag in ("td", "th")] for row in page.one("tbody").all("tr")]


def test_p6_each_row_of_the_audit_says_which_thing_and_what_of_it(fresh_site: RunningSite, patient: UUID) -> None:
    site, quittance = fresh_site, fresh_site.quittance
    start = quittance.log.head()
    before = state_of(site, patient)
    name = f"{before.details.last_name} {before.details.first_name}"
    quittance.register.insure(OPERATOR, patient, [Insurability(Date(2026, 11, 1), None, "134", "110", "110")])
    done = quittance.care.record(OPERATOR, site.where, [Entry(patient, Date(2026, 10, 7), Care("425014", 721, NURSE))])
    day_id = done.result.lines[0].day_id
    quittance.casework.snooze(
        Context(Meta("operator", reason="plus tard", reason_subject=patient)), site.where, day_id, Date(2026, 11, 20)
    )
    nurse = provider_id(quittance.keys, NURSE)
    details = providers.fold(quittance.log.load([nurse])[nurse]).details  # type: ignore[union-attr]
    quittance.register.provider(OPERATOR, replace(details, convention_status=9))
    admin, page = site.sign_in("administrator"), site.at("/cabinet")
    admin.post_form(page, f"{page}/corriger", {"contact_phone": "025550000"})
    trail = admin.see(site.at("/audit"))
    shown = {row[1]: row for row in reversed(rows(trail))}
    assert shown["assurabilité encodée"][3] == name
    assert "Mutualité : 134" in shown["assurabilité encodée"][4]
    assert shown["soins encodés"][3] == f"07/10/2026 · {name}"
    assert shown["reporté à plus tard"][3] == f"07/10/2026 · {name}"
    assert "Reporté au : 20/11/2026" in shown["reporté à plus tard"][4]
    assert shown["prestataire corrigé"][3:5] == [
        f"{details.last_name} {details.first_name}",
        "Conventionnement (zone 35) : 1 → devient 9",
    ]
    assert shown["établissement corrigé"][4].startswith("Téléphone du contact : ")
    assert shown["établissement corrigé"][4].endswith("→ devient 025550000")
    links = {link.get("href") for link in trail.one("tbody").all("a", "href")}
    assert {site.at(f"/patients/{patient}"), site.at(f"/jours/{day_id}"), site.at(f"/prestataires/{nurse}")} <= links
    seen = site.rows("SELECT DISTINCT patient_id FROM access_log WHERE action = 'audit.read'")
    assert patient in {row["patient_id"] for row in seen}
    assert quittance.log.head() > start


def test_the_audit_of_users_says_which_role_of_whom(fresh_site: RunningSite) -> None:
    site, accounts = fresh_site, fresh_site.quittance.accounts
    nurse = provider_id(site.quittance.keys, NURSE)
    site.add_user("anne", (site.where, "care_giver", Date(2026, 1, 1), None, nurse), name="Anne Test")  # type: ignore[arg-type]
    accounts.end_role(OPERATOR, accounts.user_id("anne"), site.where, "care_giver", Date(2026, 12, 31))
    ended, granted, *_ = rows(site.sign_in("auditor").see(site.at("/audit?kind=user")))[1:]
    assert (ended[3], granted[3]) == ("Anne Test", "Anne Test")
    assert ended[4] == "Rôle : soignant Dernier jour : sans fin → devient 31/12/2026"
    assert granted[4].startswith(
        "Rôle : soignant Premier jour : 01/01/2026 Dernier jour : sans fin Prestataire : Delvaux"
    )


def test_however_often_the_audit_names_somebody_their_name_is_looked_up_once(
    fresh_site: RunningSite, patient: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, quittance = fresh_site, fresh_site.quittance
    nurse = provider_id(quittance.keys, NURSE)
    for login in ("anne", "bert"):
        site.add_user(login, (site.where, "care_giver", Date(2026, 1, 1), None, nurse), name=login)  # type: ignore[arg-type]
    anne = quittance.accounts.user_id("anne")
    for who in (anne, None, anne):
        quittance.casework.assign(OPERATOR, site.where, patient, who)
    auditor, asked = site.sign_in("auditor"), list[object]()
    load = quittance.accounts.user
    monkeypatch.setattr(quittance.accounts, "user", lambda user_id: asked.append(user_id) or load(user_id))
    fold = providers.fold
    monkeypatch.setattr(providers, "fold", lambda events: asked.append(nurse) or fold(events))
    found = rows(auditor.see(site.at("/audit")))
    assert sum("anne" in row[4] for row in found) == 3
    assert sum("Delvaux" in row[4] for row in found) == 2
    assert (asked.count(anne), asked.count(nurse)) == (1, 1)


def test_the_audit_as_of_a_day_names_things_as_they_were_called(fresh_site: RunningSite, patient: UUID) -> None:
    site = fresh_site
    before = state_of(site, patient)
    site.quittance.register.insure(OPERATOR, patient, [Insurability(Date(2026, 11, 1), None, "134", "110", "110")])
    then = site.today
    site.clock.forward(days=2)
    renamed = replace(before.details, last_name="Nouveau")
    site.quittance.register.correct_patient(OPERATOR, patient, renamed)
    auditor = site.sign_in("auditor")
    assert rows(auditor.see(site.at("/audit?kind=patient")))[0][3].startswith("Nouveau")
    past = rows(auditor.see(site.at(f"/audit?kind=patient&as_of={then}")))
    assert past[0][3].startswith(before.details.last_name)
    assert not any("Nouveau" in cell for row in past for cell in row)


def test_what_was_erased_is_told_nowhere(fresh_site: RunningSite, patient: UUID) -> None:
    site, before = fresh_site, state_of(fresh_site, patient)
    site.quittance.register.correct_patient(OPERATOR, patient, replace(before.details, last_name="Nouveau"))
    site.quittance.register.erase(OPERATOR, patient)
    site.quittance.views.catch_up()
    for page in (f"/patients/{patient}/chronologie", "/audit?kind=patient"):
        shown = site.sign_in("administrator").see(site.at(page)).text
        assert f"{before.details.last_name} {before.details.first_name}" not in shown
        assert "Nouveau" not in shown


def test_the_timeline_says_what_an_insurer_allowed(fresh_site: RunningSite, patient: UUID) -> None:
    site, register, first = fresh_site, fresh_site.quittance.register, Date(2026, 10, 1)
    for category, last in (("A", Date(2026, 12, 31)), ("B", Date(2026, 12, 31))):
        register.authorise(OPERATOR, patient, Authorisation("katz", category, first, last, "77"))
    register.withdraw_authorisation(OPERATOR, patient, "katz", first)
    shown = told(site.sign_in("auditor").see(site.at(f"/patients/{patient}/chronologie")))
    kind = f"{text('state.kind', 'fr')} : {text('authorisation_kind.katz', 'fr')}"
    start = "Premier jour : 01/10/2026"
    assert shown[:9] == [
        kind,
        start,
        kind,
        start,
        "Catégorie : A → devient B",
        kind,
        start,
        "Catégorie : A",
        "Numéro : 77",
    ]
    assert shown[9] == "Dernier jour : 31/12/2026"


def test_a_file_that_was_attached_is_named_to_who_may_see_it(fresh_site: RunningSite, patient: UUID) -> None:
    """In the timeline and in the audit; one of a patient is for who may see care."""
    site, desk = fresh_site, fresh_site.quittance.casework
    site.enter_care(100)
    (sending, *_) = site.bill()
    of_patient = desk.attach(OPERATOR, site.where, patient, "certificat de Zoé.txt", b"vu").result
    desk.attach(OPERATOR, site.where, sending, "preuve d'envoi.txt", b"parti")
    desk.withdraw_file(OPERATOR, site.where, patient, of_patient)
    attached, sent = "Fichier : certificat de Zoé.txt", "Fichier : preuve d'envoi.txt"
    office, auditor = site.sign_in("office"), site.sign_in("auditor")
    assert told(office.see(site.at(f"/patients/{patient}/chronologie"))).count(attached) == 2, (
        "and which was taken back"
    )
    assert sent in told(site.sign_in("accountant").see(site.at(f"/envois/{sending}")))
    assert {attached, sent} <= set(told(auditor.see(site.at("/audit?kind=casework"))))
    site.quittance.register.erase(OPERATOR, patient)
    assert attached not in auditor.see(site.at("/audit?kind=casework")).text
