"""Rules on the pages: tried, switched on as seen, told in the thread of a day, taken back; who may, who only reads."""

from uuid import UUID

import pytest
from playwright.sync_api import Browser

from domain.correction_rule import specified
from tests.acceptance.practice import OPERATOR
from tests.web.browser import Window
from tests.web.markup import Element, parse
from tests.web.site import RunningSite
from tests.web.test_corrections import page_of, state, thread
from tests.web.test_past_decisions import CODE, REFUSES
from tests.web.visitor import Visitor

ASKED = f"/cabinet/regles?codes={CODE}&decision=rebill"


@pytest.fixture
def answered(fresh_site: RunningSite) -> RunningSite:
    fresh_site.enter_care(300)
    fresh_site.quittance.transport.scenario = REFUSES  # type: ignore[attr-defined]
    fresh_site.bill_and_answer()
    return fresh_site


def figures(page: Element) -> list[list[str]]:
    """Of the table of a trial: what was decided in fact, what came of it, days, amount."""
    (region,) = page.all("div", aria_labelledby="essai")
    rows = region.one("tbody").all("tr")
    return [[row.one("th").text, *(cell.text for cell in row.all("td"))] for row in rows]


def decided(site: RunningSite) -> list[UUID]:
    return [row["day_id"] for row in site.rows("SELECT day_id FROM days WHERE decision <> 'none' ORDER BY day_id")]


def press(who: Visitor, page: str, action: str, values: dict[str, str] | None = None) -> None:
    answer = who.post_form(page, action, values or {})
    assert answer.status_code == 303, answer.text


def test_ref_23_a_rule_is_tried_switched_on_told_and_taken_back_on_the_pages(answered: RunningSite) -> None:
    office, home = answered.sign_in("office"), answered.at("/cabinet/regles")
    assert "Aucune règle" in office.see(home).text
    page = office.see(answered.at(ASKED))
    spec = specified([CODE], "rebill")
    seen = answered.quittance.rules.try_out(answered.where, spec)
    assert seen.days > 5
    ((fact, came, days, _),) = figures(page)
    assert (fact, came, days) == ("pas encore décidé", "personne n'a décidé", str(seen.days))
    assert f"aurait décidé de {seen.days} jours" in page.text
    assert decided(answered) == [], "looking writes nothing"
    press(office, answered.at(ASKED), home)
    assert "à refacturer enclenchée" in office.see(home).text
    press(office, home, f"{home}/appliquer")
    ((rule_id,),) = [tuple(row.values()) for row in answered.rows("SELECT rule_id FROM correction_rules")]
    days_decided = decided(answered)
    assert len(days_decided) > 5
    name = f"règle {CODE}, toutes les unions : à refacturer"
    day = office.see(page_of(answered, days_decided[0]))
    steps = thread(day)
    assert steps[-1][0] == f"à refacturer {name}"
    assert day.text.count(name) == 2, "in the thread and in the history"
    told = office.see(f"{page_of(answered, days_decided[0])}?source=rule").all("main")[0].text
    assert told.count(name) == 2, "as done by a rule"
    step = f"{home}/{rule_id}/annuler"
    refused = office.post_form(home, step, {"reason": ""})
    assert refused.status_code == 422
    assert len(decided(answered)) == len(days_decided)
    press(office, home, step, {"reason": "trop large"})
    assert decided(answered) == []
    assert {state(answered, one).decision for one in days_decided} == {"none"}
    press(office, home, f"{home}/appliquer")
    assert decided(answered) == [], "what somebody took back stays with people"
    press(office, home, f"{home}/{rule_id}/arreter")
    assert "à refacturer arrêtée" in office.see(home).text


def test_what_changed_since_it_was_tried_is_looked_at_again(answered: RunningSite) -> None:
    office, home = answered.sign_in("office"), answered.at("/cabinet/regles")
    (row, *_) = answered.rows("SELECT day_id FROM refusals WHERE verdict = 'refused' ORDER BY day_id")
    answered.quittance.corrections.decide(OPERATOR, answered.where, [row["day_id"]], "rebill")
    answer = office.post_form(answered.at(ASKED), home, {"dry_run": "0" * 64})
    assert answer.status_code == 422
    assert "regardez à nouveau ce que la règle ferait" in parse(answer.text).text
    assert ["à refacturer", "en attente", "1"] in [found[:3] for found in figures(parse(answer.text))]
    assert answered.rows("SELECT rule_id FROM correction_rules") == []


def test_a_rule_that_gives_money_up_asks_why(answered: RunningSite) -> None:
    office, home = answered.sign_in("office"), answered.at("/cabinet/regles")
    asked = answered.at(f"/cabinet/regles?codes={CODE}&decision=justified")
    assert office.post_form(asked, home, {"reason": ""}).status_code == 422
    assert answered.rows("SELECT rule_id FROM correction_rules") == []
    press(office, asked, home, {"reason": "petits montants"})
    assert "Motif : petits montants" in office.see(home).text


def test_whoever_only_reads_sees_rules_without_forms(answered: RunningSite) -> None:
    rules, spec = answered.quittance.rules, specified([CODE], "rebill")
    rules.switch_on(OPERATOR, answered.where, spec, rules.try_out(answered.where, spec).sha256)
    home = answered.at("/cabinet/regles")
    for role in ("auditor", "accountant"):
        page = answered.sign_in(role).see(home)
        assert "à refacturer enclenchée" in page.text
        assert not [form for form in page.all("form", method="post") if "/cabinet/regles" in form.get("action")]
    assert answered.sign_in("administrator").see(home).all("form", action=f"{home}/appliquer")


def test_what_cannot_be_a_rule_is_said_at_its_field(answered: RunningSite) -> None:
    office = answered.sign_in("office")
    answer = office.get(answered.at("/cabinet/regles?codes=5%2F5%2F5&decision=rebill"))
    assert answer.status_code == 422
    assert parse(answer.text).by_id("essai-codes-error").text


@pytest.mark.browser
def test_sof_62_the_pages_of_rules_fit_and_are_read_aloud(chromium: Browser, answered: RunningSite) -> None:
    """Pages that no other test of the screens opens: axe, and a small screen."""
    office, home = answered.sign_in("office"), answered.at("/cabinet/regles")
    press(office, answered.at(ASKED), home)
    press(office, home, f"{home}/appliquer")
    (day_id, *_) = decided(answered)
    with Window.open(chromium, answered, office, language="fr") as window:
        for path in (home, answered.at(ASKED), answered.at("/refus"), page_of(answered, day_id)):
            window.go(path)
            window.unfold()
            assert window.violations() == [], path
            window.narrow(320)
            assert window.overflow() == [], path
            window.narrow(None)
