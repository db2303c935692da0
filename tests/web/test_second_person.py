"""Decisions that one person may not take alone: proposed, confirmed by another, turned down; on a day and on many."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from api.catalogue import euros
from api.digest import digests, want_at
from domain.roles import RIGHTS_OF, ROLES, Role
from tests.web.browser import Window
from tests.web.markup import Element, filled, forms, parse
from tests.web.site import RunningSite
from tests.web.test_chosen import confirm, done, job_of, press, rows_of
from tests.web.test_corrections import WHY, answered, bill_again, cards, decide, page_of, refused_days, state, thread
from tests.web.visitor import Visitor

__all__ = ["answered"]
DAYS = "/historique/jours"


@pytest.fixture
def office(answered: RunningSite) -> Visitor:
    """Who decides; from one cent on not alone."""
    set_limit(answered, "0,01")
    return answered.sign_in("office")


@pytest.fixture
def second(answered: RunningSite) -> Visitor:
    return answered.sign_in("dentist")


def set_limit(site: RunningSite, typed: str) -> Any:
    page, admin = site.at("/cabinet"), site.sign_in("administrator")
    return admin.post_form(page, f"{page}/corriger", {"second_person_above_cents": typed})


def panel(page: Element) -> str:
    """What the page of a day says of a proposal."""
    found = page.all("section", aria_labelledby="proposition")
    return found[0].text if found else ""


def answer(who: Visitor, page: str, word: str, reason: str = "") -> Any:
    """Press the button of that path on the page of the day."""
    (form,) = [one for one in forms(who.see(page)) if "/proposition/" in one.get("action")]
    address = f"{page}/proposition/{word}"
    assert address in (form.get("action"), *(button.get("formaction") for button in form.all("button")))
    return who.post(address, dict(filled(form, {"reason": reason})))


def work(who: Visitor, site: RunningSite) -> list[str]:
    """What waits for a second person on the first screen."""
    found = who.see(site.at(""))
    return [row.text for row in found.all("tr") if "décision proposée" in row.text or "décisions proposées" in row.text]


def test_n19_a_second_person_confirms_what_one_may_not_give_up_alone(
    answered: RunningSite, office: Visitor, second: Visitor
) -> None:
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    assert "une autre personne confirme" in office.see(page).text
    assert decide(office, page, "justified", WHY).status_code == 303
    own = office.see(page)
    assert (state(answered, day_id).decision, state(answered, day_id).proposed) == ("none", "justified")
    assert "Qui a proposé une décision ne la confirme pas" in panel(own)
    assert not [form for form in forms(own) if form.get("action").endswith("/confirmer")]
    assert cards(own)["Décision du cabinet"].endswith("pas encore décidé")
    assert "une autre personne confirme ou écarte" in cards(own)["Au cabinet"]
    csrf = own.all("input", name="csrf")[0].get("value")
    version = str(len(answered.quittance.log.history(day_id)))
    sent = {"csrf": csrf, "command_id": "c" * 32, "version": version}
    refused = office.post(f"{page}/proposition/confirmer", sent)
    assert refused.status_code == 422
    assert "Qui a proposé une décision ne la confirme pas" in parse(refused.text).text
    shown = panel(second.see(page))
    assert "Personne office" in shown
    assert WHY in shown
    (row,) = work(second, answered)
    assert "Confirmer ou écarter la décision proposée pour 1 jour" in row
    assert answer(second, page, "confirmer").status_code == 303
    after = second.see(page)
    assert state(answered, day_id).decision == "justified"
    assert panel(after) == ""
    assert [step[0] for step in thread(after)][-2:] == [
        f"à confirmer : refusé à juste titre Motif : {WHY}",
        "refusé à juste titre",
    ]
    told = [one.text for one in after.of_class("change")][:2]
    assert told == ["Décision : refusé à juste titre", "Proposé, à confirmer : refusé à juste titre"]
    assert not work(second, answered)


def test_a_proposal_is_turned_down_or_withdrawn_and_what_stood_before_stands(
    answered: RunningSite, office: Visitor, second: Visitor
) -> None:
    (one, other, *_) = refused_days(answered)
    decide(office, page_of(answered, one), "rebill")
    for day_id in (one, other):
        decide(office, page_of(answered, day_id), "justified", WHY)
        assert state(answered, day_id).proposed == "justified"
    assert cards(second.see(page_of(answered, one)))["Décision du cabinet"].endswith("à refacturer")
    assert answer(second, page_of(answered, one), "ecarter", "Encore à facturer").status_code == 303
    assert answer(office, page_of(answered, other), "ecarter").status_code == 303
    assert [state(answered, x).decision for x in (one, other)] == ["rebill", "none"]
    assert {state(answered, x).proposed for x in (one, other)} == {"none"}
    shown = second.see(page_of(answered, one))
    assert thread(shown)[-1][0] == "proposition écartée Motif : Encore à facturer"
    assert "Proposé, à confirmer : refusé à juste titre → devient –" in [x.text for x in shown.of_class("change")]


def test_a_proposal_falls_when_the_day_is_decided_otherwise(
    answered: RunningSite, office: Visitor, second: Visitor
) -> None:
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    decide(office, page, "justified", WHY)
    (form,) = [one for one in forms(second.see(page)) if "/proposition/" in one.get("action")]
    decide(office, page, "rebill")
    assert panel(second.see(page)) == ""
    late = second.submit(form, page)
    assert late.status_code == 412
    assert state(answered, day_id).decision == "rebill"
    later = bill_again(answered, office)
    assert panel(later.see(page)) == ""


def test_a_whole_filter_is_proposed_found_and_confirmed_at_once(
    answered: RunningSite, office: Visitor, second: Visitor
) -> None:
    good = [*refused_days(answered), *refused_days(answered, "mixed")]
    limit = sum(state(answered, one).refused_cents for one in good) - 1
    set_limit(answered, f"{limit // 100},{limit % 100:02}")
    days, told = answered.at(f"{DAYS}?sort=date&limit=100"), {"decision": "justified"}
    page = job_of(press(office, days, "decide", "filter", told))
    shown = office.see(page)
    assert "rien n'est décidé avant qu'une autre personne confirme" in shown.text
    assert f"Proposer : {len(good)} lignes" in shown.text
    confirm(answered, office, page, WHY)
    assert done(answered, page)[0] == len(good)
    assert "à confirmer : refusé à juste titre" in office.see(page).text
    assert {(state(answered, one).proposed, state(answered, one).decision) for one in good} == {("justified", "none")}
    (row,) = work(second, answered)
    waiting = f"{DAYS}?is_proposed=true&month=2026-10&limit=100"
    link = next(one.get("href") for one in second.see(answered.at("")).all("a") if "is_proposed" in one.get("href"))
    listed = second.see(link)
    assert set(rows_of(second.see(answered.at(waiting)))) == {str(one) for one in good}
    assert "à confirmer : refusé à juste titre" in listed.one("tbody").text
    assert f"{len(good)} jours" in row
    own = job_of(press(office, answered.at(waiting), "decide", "filter", {"decision": "confirm"}))
    assert "il n'y a rien à confirmer" in office.see(own).text
    at_once = job_of(press(second, answered.at(waiting), "decide", "filter", {"decision": "confirm"}))
    assert f"Décider : {len(good)} lignes" in second.see(at_once).text
    confirm(answered, second, at_once)
    assert done(answered, at_once) == (len(good), 0)
    assert {state(answered, one).decision for one in good} == {"justified"}
    assert not rows_of(second.see(answered.at(waiting)))


def test_many_proposals_are_turned_down_at_once(answered: RunningSite, office: Visitor, second: Visitor) -> None:
    good = refused_days(answered)[:2]
    for day_id in good:
        decide(office, page_of(answered, day_id), "justified", WHY)
    ticked = {"selected": [str(one) for one in good], "decision": "decline"}
    page = job_of(press(second, answered.at(f"{DAYS}?verdict=refused&sort=date&limit=100"), "decide", fields=ticked))
    assert "Écarter la décision proposée" in second.see(page).text
    confirm(answered, second, page)
    assert done(answered, page) == (2, 0)
    assert "ne s'annule pas" in second.see(page).text
    assert {state(answered, one).proposed for one in good} == {"none"}


@pytest.mark.parametrize("role", ROLES)
def test_who_does_not_bill_reads_the_proposal_and_has_no_part_in_it(
    answered: RunningSite, office: Visitor, role: Role
) -> None:
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    decide(office, page, "justified", WHY)
    who, may = answered.sign_in(role), "bill" in RIGHTS_OF[role]
    shown = who.see(page)
    assert "Personne office" in panel(shown)
    assert (WHY in panel(shown)) is ("medical" in RIGHTS_OF[role])
    assert any("/proposition/" in form.get("action") for form in forms(shown)) is may
    assert bool(work(who, answered)) is may
    badge = next(link for link in shown.all("a") if link.text.startswith("À faire"))
    rows = [row for body in who.see(answered.at("")).all("tbody") for row in body.all("tr")]
    assert badge.text.removeprefix("À faire").strip() == str(len(rows))


def test_the_limit_is_shown_corrected_typed_wrong_and_told(answered: RunningSite) -> None:
    page, admin = answered.at("/cabinet"), answered.sign_in("administrator")
    assert "jamais : une personne décide seule" in admin.see(page).text
    assert set_limit(answered, "1.500,5").status_code == 303
    shown = admin.see(page)
    assert " ".join(euros(150_050, "fr").split()) in shown.text
    assert shown.by_id("details-second_person_above_cents").get("value") == "1500,50"
    for wrong in ("beaucoup", "-1", "1000001"):
        refused = set_limit(answered, wrong)
        field = parse(refused.text).by_id("details-second_person_above_cents")
        assert (refused.status_code, field.get("aria-invalid"), field.get("value")) == (422, "true", wrong)
    told = admin.see(answered.at("/audit")).text
    assert "Seconde personne au-delà de" in told
    assert set_limit(answered, "").status_code == 303
    assert answered.quittance.corrections.limit(answered.where) is None


def test_a_late_form_keeps_the_limit_that_somebody_else_set_meanwhile(answered: RunningSite) -> None:
    set_limit(answered, "10,00")
    page, slow = answered.at("/cabinet"), answered.sign_in("administrator")
    (form,) = forms(slow.see(page), f"{page}/corriger")
    set_limit(answered, "1.234,50")
    stale = slow.submit(form, page, {"contact_phone": "021112233"})
    assert stale.status_code == 412
    (again,) = forms(parse(stale.text), f"{page}/corriger")
    assert slow.submit(again, page).status_code == 303
    assert answered.quittance.corrections.limit(answered.where) == 123_450


def test_the_daily_mail_tells_those_who_bill_alone(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    decide(office, page_of(answered, day_id), "justified", WHY)
    for role in ("dentist", "care_giver"):
        answered.sign_in(role)
        want_at(answered.quittance.accounts, answered.quittance.accounts.user_id(role), f"{role}@example.be")
    told = {mail.to: "mois avec des décisions à confirmer : 1" in mail.text for mail in digests(answered.quittance, "")}
    assert told == {"dentist@example.be": True, "care_giver@example.be": False}


@pytest.mark.browser
def test_a_proposal_can_be_read_by_everybody(
    chromium: Browser, answered: RunningSite, office: Visitor, second: Visitor
) -> None:
    """Pages that no other test of the screens opens: axe, and a small screen."""
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    told = {"decision": "regularise"}
    weighed = job_of(press(office, answered.at(f"{DAYS}?verdict=accepted&sort=date"), "decide", "filter", told))
    decide(office, page, "justified", WHY)
    waiting = answered.at(f"{DAYS}?is_proposed=true")
    for who, paths in ((office, (page, weighed)), (second, (page, answered.at(""), waiting, answered.at("/cabinet")))):
        with Window.open(chromium, answered, who, language="fr") as window:
            for path in paths:
                window.go(path)
                window.unfold()
                assert not window.violations(), path
                window.narrow(320)
                assert not window.overflow(), path
                window.narrow(None)
