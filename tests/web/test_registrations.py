"""Registrations with MyCareNet on the pages: created, arranged, mandated, ended; and which mandate a file lacks."""

import pytest
from playwright.sync_api import Browser

from application.ports import NotTransmitted
from domain.registration import Registration
from domain.roles import RIGHTS_OF, ROLES, Role
from tests.web.browser import Window
from tests.web.markup import Element, forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import Visitor, local

NURSE, OTHER, COMPANY = "49991127401", "49992216401", "0999999823"
STAFF = {"kind": "company_staff", "nihii": NURSE, "cbe": "0999.999.823", "valid_from": "2026-01-01"}


def home_of(site: RunningSite) -> str:
    return site.at("/enregistrements")


def known(site: RunningSite) -> tuple[Registration, ...]:
    return site.quittance.registrations.known(site.where)


def staff(site: RunningSite) -> Registration:
    (one,) = [one for one in known(site) if one.kind == "company_staff"]
    return one


def press(who: Visitor, site: RunningSite, action: str, values: dict[str, str]) -> Element:
    answer = who.post_form(home_of(site), home_of(site) + action, values)
    assert answer.status_code == 303, answer.text
    return who.see(local(answer.headers["location"]))


def create(who: Visitor, site: RunningSite) -> Element:
    return press(who, site, "", STAFF)


def test_sof_02_a_registration_is_created_from_the_page_of_the_practice(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    (link,) = office.see(fresh_site.at("/cabinet")).all("a", href=home_of(fresh_site))
    assert link.text == "Enregistrements MyCareNet"
    page = create(office, fresh_site)
    assert "Entreprise pour un prestataire 49991127401" in page.text
    assert "partent pour un autre numéro" in page.text
    assert "Aucun mandat noté ici ne vaut aujourd'hui" in page.text
    assert staff(fresh_site).cbe == COMPANY, "typed with dots"
    refused = office.post_form(home_of(fresh_site), home_of(fresh_site), STAFF | {"nihii": "49991128401"})
    assert (refused.status_code, parse(refused.text).by_id("new-nihii").get("aria-invalid")) == (422, "true")
    no_kind = office.post_form(home_of(fresh_site), home_of(fresh_site), STAFF | {"kind": ""})
    assert parse(no_kind.text).by_id("new-kind-error").text.startswith("Choisissez la sorte")


def test_sof_06_a_mandate_is_noted_and_revoked_and_who_did_it_is_told(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    create(office, fresh_site)
    base = f"/{staff(fresh_site).registration_id}"
    given = {"valid_from": "2026-01-01", "given_to": "Secrétariat Peeters", "evidence": "Lettre", "reason": "Reçu"}
    page = press(office, fresh_site, f"{base}/mandats", given)
    assert "Aucun mandat noté ici" not in page.text
    told = page.one("ol", class_="timeline").all("li")[0].text
    for word in ("mandat noté", "Entreprise pour un prestataire · 49991127401", "Secrétariat Peeters", "Reçu"):
        assert word in told
    assert "Personne office" in told
    personal = office.post_form(
        home_of(fresh_site), f"{home_of(fresh_site)}{base}/mandats", given | {"evidence": "NISS 85.07.30-033.28"}
    )
    assert personal.status_code == 422
    assert "numéro national" in parse(personal.text).one("div", class_="errors").text
    (mandate,) = staff(fresh_site).mandates
    named = {"mandate_id": str(mandate.mandate_id), "valid_to": "2026-01-31"}
    page = press(office, fresh_site, f"{base}/revoquer", named)
    assert "Aucun mandat noté ici ne vaut aujourd'hui" in page.text
    assert "mandat révoqué" in page.one("ol", class_="timeline").all("li")[0].text


def test_sof_04_what_is_arranged_outside_is_ticked_off_with_evidence(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    create(office, fresh_site)
    base, which = f"/{staff(fresh_site).registration_id}", {"condition": "manager_in_cbe"}
    noted = {**which, "arranged_on": "02/01/2026", "evidence": "Extrait BCE"}
    page = press(office, fresh_site, f"{base}/regler", noted)
    assert "réglé le 02/01/2026" in page.text
    assert "Extrait BCE" in page.text
    assert staff(fresh_site).to_arrange == ("staff_rights",)
    press(office, fresh_site, f"{base}/rouvrir", which)
    assert staff(fresh_site).to_arrange == ("manager_in_cbe", "staff_rights")
    page = press(office, fresh_site, f"{base}/terminer", {"valid_to": "2026-06-30", "reason": "Fin"})
    assert "Entreprise pour un prestataire 49991127401 terminé" in page.text


def test_sof_05_one_company_for_many_tells_what_became_of_each(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    create(office, fresh_site)
    many = {
        "cbe": COMPANY,
        "valid_from": "2026-01-01",
        "numbers": f"{NURSE}\n49991128401\n{OTHER[0]}-{OTHER[1:6]}.{OTHER[6:8]}-{OTHER[8:]}",
    }
    page = press(office, fresh_site, "/plusieurs", many)
    (told,) = [one for one in page.all("div", role="status") if "créé" in one.text]
    assert "1 enregistrement créé · 1 déjà connu · 1 refusé" in told.text
    (why,) = told.all("li")
    assert why.text.startswith("Numéro 2 de la liste · Numéro INAMI")
    assert {one.nihii for one in known(fresh_site) if one.cbe} == {NURSE, OTHER}
    nobody = office.post_form(home_of(fresh_site), f"{home_of(fresh_site)}/plusieurs", many | {"numbers": ""})
    assert "de 1 à 200" in parse(nobody.text).one("div", class_="errors").text


@pytest.mark.parametrize("role", ROLES)
def test_whoever_only_reads_sees_registrations_without_forms(site: RunningSite, role: Role) -> None:
    home = home_of(site)
    page = site.sign_in(role).see(home)
    assert "Groupe 94999919000" in page.text
    actions = {form.get("action") for form in forms(page) if form.get("action").startswith(home)}
    assert bool(actions) == ("register" in RIGHTS_OF[role])
    later = "Entreprise pour un prestataire 49991127401"
    assert later in page.text
    past = site.sign_in(role).see(f"{home}?as_of=2026-11-03")
    assert not [form for form in forms(past) if form.get("action").startswith(home)]
    assert "Groupe 94999919000" in past.text
    assert later not in past.text


def test_sof_09_a_file_that_lacks_a_mandate_says_which_one(
    fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh_site.enter_care(60)
    (sending, *_) = fresh_site.bill()
    (group,) = known(fresh_site)
    lacking = NotTransmitted("no mandate", "not_mandated", "SOA-01002", group.registration_id, "SSIN")

    def refused(*_: object) -> None:
        raise lacking

    monkeypatch.setattr(fresh_site.quittance.transport, "transmit", refused)
    office, page = fresh_site.sign_in("office"), fresh_site.at("/facturation/2026-10")
    assert office.post_form(page, f"{page}/envoyer", {"selected": str(sending)}).status_code == 303
    for address in (page, fresh_site.at(f"/envois/{sending}")):
        shown = office.see(address)
        assert "Groupe 94999919000 ; session ouverte par une personne" in shown.text, address
        assert "Le responsable du groupe l'ajoute comme membre" in shown.text
        assert shown.all("a", href=home_of(fresh_site))
    monkeypatch.setattr(lacking, "code", "registration_missing")
    monkeypatch.setattr(lacking, "registration_id", None)
    assert office.post_form(page, f"{page}/envoyer", {"selected": str(sending)}).status_code == 303
    shown = office.see(fresh_site.at(f"/envois/{sending}"))
    assert "aucun enregistrement MyCareNet en vigueur ne convient" in shown.text
    assert shown.all("a", href=home_of(fresh_site))
    former, later = shown.of_class("timeline")[0].of_class("change"), f"/envois/{sending}?tab=status"
    reasons = [one.text for one in former if one.text.startswith("Raison")]
    assert [one.partition(" : ")[2][:30] for one in reasons] == [
        "aucun enregistrement MyCareNet",
        "pas de mandat pour ce numéro :",
    ]
    assert reasons[1].endswith("(SOA-01002)")
    (mandate,) = [one for one in former if one.text.startswith("Mandat manquant : Groupe 94999919000")]
    assert mandate.all("a", href=home_of(fresh_site))
    assert office.see(fresh_site.at(later)).text.count("Groupe 94999919000 ; session ouverte par une personne") == 2


def test_a_file_whose_session_ended_on_the_way_says_that_and_not_a_code(
    fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh_site.enter_care(60)
    (sending, *_) = fresh_site.bill()

    def closed(*_: object) -> None:
        raise NotTransmitted("none", "no_session", "mycarenet_session_none")

    monkeypatch.setattr(fresh_site.quittance.transport, "transmit", closed)
    office, page = fresh_site.sign_in("office"), fresh_site.at("/facturation/2026-10")
    assert office.post_form(page, f"{page}/envoyer", {"selected": str(sending)}).status_code == 303
    for address in (page, fresh_site.at(f"/envois/{sending}"), fresh_site.at(f"/envois/{sending}?tab=status")):
        shown = office.see(address).by_id("main").text
        assert "Aucune session MyCareNet n'est ouverte" in shown, address
        assert "mycarenet_session_none" not in shown, address


@pytest.mark.browser
def test_the_page_of_registrations_fits_and_is_read_aloud(chromium: Browser, fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    create(office, fresh_site)
    which = f"/{staff(fresh_site).registration_id}"
    press(office, fresh_site, f"{which}/mandats", {"valid_from": "2026-01-01", "given_to": "Secrétariat"})
    press(office, fresh_site, f"{which}/regler", {"condition": "staff_rights", "arranged_on": "2026-01-01"})
    for language in ("fr", "nl"):
        with Window.open(chromium, fresh_site, office, language=language) as window:
            window.go(home_of(fresh_site))
            window.unfold()
            assert window.violations() == []
            window.narrow(320)
            assert window.overflow() == []
