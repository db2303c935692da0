"""Providers, the establishment, its users, its settings and its audit trail."""

import re
from datetime import date as Date

import pytest

from application.ports import Context, Meta
from projections import audit_trail
from tests.acceptance.practice import OPERATOR
from tests.web.markup import filled, forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import local

NIHII = "41234502401"


def test_a_provider_joins_is_corrected_and_leaves(fresh_site: RunningSite) -> None:
    office, form = fresh_site.sign_in("assistant"), fresh_site.at("/prestataires/nouveau")
    given = {"nihii": NIHII, "last_name": "Nijs", "first_name": "An", "valid_from": "2026-01-01"}
    refused = office.post_form(form, form, {**given, "nihii": "41234599401"})
    assert (refused.status_code, parse(refused.text).by_id("provider-nihii").get("aria-invalid")) == (422, "true")
    made = office.post_form(form, form, given)
    page = local(made.headers["location"])
    assert "Nijs An" in office.see(page).text
    assert "Nijs An" in office.see(fresh_site.at("/prestataires")).text
    fixed = office.post_form(page, f"{page}/corriger", {"last_name": "Nijssen", "reason": "Faute de frappe"})
    assert fixed.status_code == 303
    assert "Nijssen An" in office.see(page).text
    active = office.post_form(page, f"{page}/activite", {"valid_from": "2020-01-01", "valid_to": "2026-06-30"})
    assert active.status_code == 303
    assert "n'est pas actif" in office.see(page).text
    reversed_ = office.post_form(page, f"{page}/depart", {"valid_to": "2019-01-01"})
    assert reversed_.status_code == 422
    assert office.post_form(page, f"{page}/depart", {"valid_to": "2026-10-31"}).status_code == 303
    assert "ne travaille plus ici" in office.see(fresh_site.at("/prestataires")).text
    assert office.post_form(page, f"{page}/retour", {"valid_from": "2026-12-01"}).status_code == 303


def test_a_provider_of_another_practice_is_not_there_but_may_join_unchanged(site: RunningSite) -> None:
    office = site.sign_in("office")
    other = site.kept[site.elsewhere]["provider_id"]
    assert office.get(site.at(f"/prestataires/{other}")).status_code == 404


def test_somebody_known_elsewhere_keeps_the_details_that_stand(fresh_site: RunningSite) -> None:
    from domain.provider import ProviderDetails

    fresh_site.quittance.register.provider(OPERATOR, ProviderDetails(NIHII, "Nijs", "An", "401", 1))
    office, form = fresh_site.sign_in("office"), fresh_site.at("/prestataires/nouveau")
    made = office.post_form(
        form, form, {"nihii": NIHII, "last_name": "Autre", "first_name": "Nom", "valid_from": "2026-01-01"}
    )
    assert "Nijs An" in office.see(local(made.headers["location"])).text


def test_only_administrators_correct_the_establishment(fresh_site: RunningSite) -> None:
    page = fresh_site.at("/cabinet")
    office, admin = fresh_site.sign_in("office"), fresh_site.sign_in("administrator")
    assert not forms(office.see(page), f"{page}/corriger")
    wrong = admin.post_form(page, f"{page}/corriger", {"iban": "BE00"})
    assert (wrong.status_code, parse(wrong.text).by_id("details-iban").get("value")) == (422, "BE00")
    fixed = admin.post_form(page, f"{page}/corriger", {"name": "Les Tilleuls", "reason": "Nom raccourci"})
    assert fixed.status_code == 303
    assert admin.see(page).one("h1").text == "Les Tilleuls"


def test_the_country_of_the_practice_is_shown_corrected_and_told_in_its_history(fresh_site: RunningSite) -> None:
    admin, page = fresh_site.sign_in("administrator"), fresh_site.at("/cabinet")
    assert "Pays Belgique" in admin.see(page).text
    assert admin.post_form(page, f"{page}/corriger", {"name": "Les Tilleuls"}).status_code == 303
    assert "Pays Belgique" in admin.see(page).text, "a form keeps what it does not change"
    assert admin.post_form(page, f"{page}/corriger", {"country": "CH", "reason": "Cabinet suisse"}).status_code == 303
    assert "Pays Suisse" in admin.see(page).text
    assert fresh_site.rows("SELECT country FROM establishments WHERE establishment_id = ?", fresh_site.where) == [
        {"country": "CH"}
    ]


def test_p4_3_a_user_is_added_signs_in_gets_and_loses_a_role(fresh_site: RunningSite) -> None:
    admin, page = fresh_site.sign_in("administrator"), fresh_site.at("/cabinet")
    add = fresh_site.at("/cabinet/utilisateurs")
    (form,) = forms(admin.see(page), add)
    given = {"login": "nouvelle", "name": "Nouvelle Venue", "role": "care_giver", "valid_from": "2026-11-01"}
    data = dict(filled(form, given))
    made = admin.post(add, data)
    assert made.status_code == 200
    password = parse(made.text).one("code").text
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", password)
    again = admin.post(add, data)
    assert again.status_code == 303
    user = local(again.headers["location"])
    assert password not in admin.see(user).text
    fresh_site.first_sign_in("nouvelle", password)
    granted = admin.post_form(user, f"{user}/role", {"role": "office", "valid_from": "2026-11-01"})
    assert granted.status_code == 303
    twice = admin.post_form(user, f"{user}/role", {"role": "office", "valid_from": "2026-12-01"})
    assert twice.status_code == 422
    assert "a déjà ce rôle" in twice.text
    ended = admin.post_form(user, f"{user}/fin", {"role": "care_giver", "valid_to": "2026-11-02"})
    assert ended.status_code == 303
    who = fresh_site.quittance.accounts.user_id("nouvelle")
    assert fresh_site.quittance.accounts.user(who).roles_at(fresh_site.where, Date(2026, 11, 3)) == ("office",)


def test_a_role_that_cannot_be_given_leaves_no_account_behind(fresh_site: RunningSite) -> None:
    admin, add = fresh_site.sign_in("administrator"), fresh_site.at("/cabinet/utilisateurs")
    given = {"login": "nouvelle", "name": "Nouvelle Venue", "role": "office", "valid_from": "2026-11-01"}
    wrong = admin.post_form(fresh_site.at("/cabinet"), add, {**given, "valid_to": "2026-10-01"})
    assert wrong.status_code == 422
    accounts = fresh_site.quittance.accounts
    assert accounts.user(accounts.user_id("nouvelle")) is None
    made = admin.submit(next(iter(forms(parse(wrong.text), add))), add, {"valid_to": ""})
    assert made.status_code == 200
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", parse(made.text).one("code").text)


def test_nobody_reads_here_what_another_practice_did_about_a_person(fresh_site: RunningSite) -> None:
    site, other = fresh_site, fresh_site.enter_other_practice()
    site.add_user("deux", (site.where, "office", Date(2026, 1, 1), None), (other, "office", Date(2026, 1, 1), None))
    user_id = site.quittance.accounts.user_id("deux")
    by_other = Context(Meta(f"user:{user_id}", reason="Conflit au cabinet", reason_subject=other, command_id="c" * 8))
    site.quittance.accounts.end_role(by_other, user_id, other, "office", Date(2026, 12, 31))
    page = site.sign_in("auditor").see(site.at(f"/cabinet/utilisateurs/{user_id}"))
    told = page.one("section", aria_labelledby="timeline-title").text
    assert told.count("rôle attribué") == 1, "the one given here"
    assert "fin d'un rôle" not in told
    assert "Conflit" not in page.text
    assert site.sign_in("auditor").get(site.at(f"/cabinet/utilisateurs/{user_id}?as_of=2025-12-31")).status_code == 404


def test_the_password_shown_once_is_kept_nowhere(fresh_site: RunningSite) -> None:
    admin = fresh_site.sign_in("administrator")
    fresh_site.add_user("perdue", (fresh_site.where, "office", Date(2026, 1, 1), None))
    user = fresh_site.at(f"/cabinet/utilisateurs/{fresh_site.quittance.accounts.user_id('perdue')}")
    shown = admin.post_form(user, f"{user}/reinitialiser", {"reason": "Téléphone perdu"})
    password = parse(shown.text).one("code").text
    kept = fresh_site.rows("SELECT * FROM idempotency_answers") if _has(fresh_site, "idempotency_answers") else []
    assert password not in repr(kept)
    assert "Téléphone perdu" in admin.see(user).text
    assert fresh_site.first_sign_in("perdue", password)


def test_an_account_is_closed_and_opened_but_not_one_s_own(fresh_site: RunningSite) -> None:
    admin = fresh_site.sign_in("administrator")
    fresh_site.add_user("partie", (fresh_site.where, "office", Date(2026, 1, 1), None))
    accounts = fresh_site.quittance.accounts
    user = fresh_site.at(f"/cabinet/utilisateurs/{accounts.user_id('partie')}")
    assert admin.post_form(user, f"{user}/fermer", {"reason": "Départ"}).status_code == 303
    assert accounts.user(accounts.user_id("partie")).is_active is False
    assert admin.post_form(user, f"{user}/rouvrir").status_code == 303
    assert accounts.user(accounts.user_id("partie")).is_active
    own = fresh_site.at(f"/cabinet/utilisateurs/{accounts.user_id('administrator')}")
    assert not forms(admin.see(own), f"{own}/fermer")
    (form,) = forms(admin.see(own), f"{own}/reinitialiser")
    assert admin.post(f"{own}/fermer", dict(filled(form, {}))).status_code == 403


@pytest.mark.parametrize(
    ("here_to", "there_to"),
    [(None, None), (None, Date(2026, 6, 30)), (Date(2026, 6, 30), Date(2026, 6, 30))],
    ids=["holds", "held there", "held, here too"],
)
def test_no_administrator_takes_over_an_account_with_rights_elsewhere(
    fresh_site: RunningSite, here_to: Date | None, there_to: Date | None
) -> None:
    """Nor one that ever had any: who takes it over could be given them again in that person's name."""
    admin, other = fresh_site.sign_in("administrator"), fresh_site.enter_other_practice()
    fresh_site.add_user(
        "deux",
        (fresh_site.where, "office", Date(2026, 1, 1), here_to),
        (other, "administrator", Date(2026, 1, 1), there_to),
    )
    user = fresh_site.at(f"/cabinet/utilisateurs/{fresh_site.quittance.accounts.user_id('deux')}")
    page = admin.see(user)
    assert "que vous n'administrez pas" in page.text
    (form,) = forms(page, f"{user}/role")
    for action in ("reinitialiser", "fermer", "rouvrir"):
        assert admin.post(f"{user}/{action}", dict(filled(form, {}))).status_code == 403


def test_p5_1_a_key_is_made_shown_once_and_revoked(fresh_site: RunningSite) -> None:
    admin, page = fresh_site.sign_in("administrator"), fresh_site.at("/reglages")
    none = admin.post_form(page, f"{page}/cles", {"name": "planning", "scope_read": ""})
    assert none.status_code in (200, 422)
    made = admin.post_form(page, f"{page}/cles", {"name": "agenda", "scope_read": "on", "days": "90"})
    assert made.status_code == 200
    token = parse(made.text).one("code").text
    caller = fresh_site.quittance.access.authenticate(token)
    assert caller.establishments == frozenset({fresh_site.where})
    listed = admin.see(page)
    assert token not in listed.text
    prefix = token.split("_")[1]
    assert admin.post_form(page, f"{page}/cles/{prefix}/revoquer").status_code == 303
    assert "révoquée" in admin.see(page).text
    assert not forms(fresh_site.sign_in("office").see(page), f"{page}/cles")


def test_settings_show_each_rule_with_its_source(site: RunningSite) -> None:
    text = site.sign_in("accountant").see(site.at("/reglages")).text
    for word in ("24 mois", "100724", "100723", "300, sauf 306"):
        assert word in text


def test_p6_the_audit_trail_tells_who_did_what_when_and_leads_there(site: RunningSite) -> None:
    auditor = site.sign_in("auditor")
    page = auditor.see(site.at("/audit"))
    rows = page.one("tbody").all("tr")
    assert len(rows) == 50
    link = next(link for row in rows for link in row.all("a"))
    auditor.see(link.get("href"))
    older = auditor.see(page.one("a", rel="next").get("href"))
    first, second = ({row.get("id") for row in one.one("tbody").all("tr")} for one in (page, older))
    assert not first & second
    days = auditor.see(site.at("/audit?kind=sending&since=2026-11-03&until=2026-11-03"))
    assert {row.all("td")[1].text for row in days.one("tbody").all("tr")} == {"envoi"}
    assert "Aucun événement" in auditor.see(site.at("/audit?until=2020-01-01")).text
    assert site.sign_in("office").get(site.at("/audit")).status_code == 403


def test_an_audit_that_found_nothing_yet_says_how_far_back_it_looked(
    fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rare event lies beyond what one page looks at: the way on and the files stay."""
    auditor, page = fresh_site.sign_in("auditor"), fresh_site.at("/audit?kind=patient")
    monkeypatch.setattr(audit_trail, "_MOST_SCANNED", 1)
    shown = auditor.see(page)
    told = shown.of_class("empty")[0].text
    assert f"jusqu'au {fresh_site.today:%d/%m/%Y}" in told
    assert "Aucun événement" not in told
    assert shown.all("a", href=fresh_site.at("/export/audit.csv?kind=patient"))
    monkeypatch.undo()
    assert auditor.see(shown.one("a", rel="next").get("href")).one("tbody").all("tr")


def _has(site: RunningSite, table: str) -> bool:
    return bool(site.rows("SELECT 1 AS one FROM sqlite_master WHERE name = ?", table))


def test_an_auditor_reads_who_may_do_what_and_changes_nothing(site: RunningSite) -> None:
    auditor, user_id = site.sign_in("auditor"), site.kept[site.where]["user_id"]
    users = site.at(f"/cabinet/utilisateurs/{user_id}")
    practice = auditor.see(site.at("/cabinet"))
    assert users in [link.get("href") for link in practice.all("a", "href")]
    page = auditor.see(users)
    assert page.one("h1").text == "Personne colleague"
    assert "Rôles dans ce cabinet" in page.text
    for one in (practice, page):
        assert not [form for form in forms(one) if "/cabinet" in form.get("action")]
    past = auditor.see(f"{site.at('/cabinet')}?as_of=2026-11-03")
    assert users not in [link.get("href") for link in past.all("a", "href")]
    assert site.sign_in("accountant").get(users).status_code == 403
