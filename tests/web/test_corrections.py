"""What becomes of refused days, decided on the pages: one, many, a whole cause; corrected, billed again, paid, undone."""

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from api.catalogue import euros
from domain import billing_day as days
from domain import correction
from domain.billing_day import BillingDay
from domain.day_events import Decision
from domain.roles import RIGHTS_OF, ROLES
from domain.rules.limits import month_end, month_start
from infrastructure.simulator.scenario import ACCEPTS_ALL, Scenario
from tests.acceptance.practice import OPERATOR
from tests.printed import sheets
from tests.web.browser import Window
from tests.web.markup import Element, filled, forms, parse
from tests.web.site import MONTH, RunningSite
from tests.web.test_chosen import confirm, done, form_of, job_of, offered, press, rows_of
from tests.web.visitor import Visitor, local, read

WHY = "Vu avec la mutualité"
ON_REFUSALS: tuple[Decision, ...] = ("rebill", "rebill_elsewhere", "justified")
REFUSES = Scenario(refusals=(("501999", 0.03),), remarks=())


@pytest.fixture
def answered(fresh_site: RunningSite) -> RunningSite:
    """A month with refusals that need no cure; the unions pay whatever comes from now on."""
    fresh_site.enter_care(600)
    fresh_site.quittance.transport.scenario = REFUSES  # type: ignore[attr-defined]
    fresh_site.bill_and_answer()
    fresh_site.quittance.transport.scenario = ACCEPTS_ALL  # type: ignore[attr-defined]
    return fresh_site


@pytest.fixture
def office(answered: RunningSite) -> Visitor:
    return answered.sign_in("office")


def state(site: RunningSite, day_id: UUID) -> BillingDay:
    found = days.fold(site.quittance.log.load([day_id])[day_id])
    assert found is not None
    return found


def refused_days(site: RunningSite, verdict: str = "refused") -> list[UUID]:
    """Those of that verdict of which every decision about a refusal may be taken."""
    rows = site.rows("SELECT day_id FROM days WHERE verdict = ? ORDER BY day_id", verdict)
    found = [row["day_id"] for row in rows]
    return [one for one in found if not any(correction.why_not(state(site, one), d) for d in ON_REFUSALS)]


def page_of(site: RunningSite, day_id: UUID) -> str:
    return site.at(f"/jours/{day_id}")


def decide(who: Visitor, page: str, decision: str, reason: str = "") -> Any:
    return who.post_form(page, f"{page}/decision", {"decision": decision, "reason": reason})


def cards(page: Element) -> dict[str, str]:
    """Words of each card of a day, by its label."""
    found = [card for card in page.of_class("card") if card.tag == "div"]
    return {card.of_class("card-label")[0].text: card.text for card in found if card.of_class("card-label")}


def thread(page: Element) -> list[list[str]]:
    """Step, asked, accepted, refused and what is open after it, row by row."""
    (section,) = page.all("div", aria_labelledby="fil")
    rows = section.one("tbody").all("tr")
    return [[row.one("th").text, *(cell.text for cell in row.all("td")[2:6])] for row in rows]


def corrections(shown: Element, page: str) -> list[str]:
    """Where lines of the day are corrected."""
    return [link.get("href") for link in shown.all("a") if f"{page}/lignes/" in link.get("href")]


LEAVING = {"leave_undecided": "true"}
"""Of a billing form: the other refused days stay without a decision."""


def bill_again(site: RunningSite, who: Visitor) -> Visitor:
    """The run that leaves what is undecided, the hand-over and the answers; and the same person weeks later."""
    month = site.at(f"/facturation/{MONTH}")
    run = local(who.post_form(month, month, LEAVING).headers["location"])
    assert who.post_form(run, f"{run}/envoyer").status_code == 303
    for _ in range(4):
        site.clock.forward(days=10)
        site.quittance.answers.collect(OPERATOR, site.where)
    site.quittance.views.catch_up()
    return site.sign_in_again("office")[0]


# ---- one day


def test_ref_25_verdict_and_decision_are_two_fields(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    before = cards(office.see(page))
    assert "refusé" in before["La mutualité a dit"]
    assert before["Décision du cabinet"].endswith("pas encore décidé")
    assert "puis décider" in before["Au cabinet"]
    answer = decide(office, page, "rebill")
    assert (answer.status_code, local(answer.headers["location"])) == (303, page)
    after = cards(office.see(page))
    assert "refusé" in after["La mutualité a dit"]
    assert after["Décision du cabinet"].endswith("à refacturer")
    assert "part avec la prochaine facturation" in after["Au cabinet"]
    assert "à refacturer" in "".join(sheets(office.get(f"{page}.pdf").content))


def test_ref_17_a_justified_refusal_needs_its_reason_and_nothing_more_is_to_be_done(
    answered: RunningSite, office: Visitor
) -> None:
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    shown = office.see(page)
    assert "Nécessaire pour : refusé à juste titre." in shown.by_id("decision-reason-hint").text
    refused = decide(office, page, "justified")
    wrong = parse(refused.text)
    assert (refused.status_code, wrong.by_id("decision-reason").get("aria-invalid")) == (422, "true")
    assert dict(filled(forms(wrong, f"{page}/decision")[0], {}))["decision"] == "justified"
    assert decide(office, page, "justified", WHY).status_code == 303
    after = office.see(page)
    assert "plus rien à faire" in cards(after)["Au cabinet"]
    assert WHY in after.text
    assert thread(after)[-1][0].startswith("refusé à juste titre")
    assert thread(after)[-1][-1] == "0,00 €", "nothing of it is open any more"


def test_ref_15_a_decision_is_taken_back(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    assert not forms(office.see(page), f"{page}/decision/annuler")
    decide(office, page, "rebill")
    assert office.post_form(page, f"{page}/decision/annuler", {"reason": " "}).status_code == 422
    answer = office.post_form(page, f"{page}/decision/annuler", {"reason": WHY})
    assert (answer.status_code, state(answered, day_id).decision) == (303, "none")
    shown = office.see(page)
    assert cards(shown)["Décision du cabinet"].endswith("pas encore décidé")
    told = [one.text for one in shown.of_class("change")][:2]
    assert told == ["Décision : à refacturer → devient –", "Décision : à refacturer"]
    assert [step[0] for step in thread(shown)][-2:] == ["à refacturer", f"décision annulée Motif : {WHY}"]


def test_a_decision_upon_what_somebody_else_changed_is_told(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    page, quick = page_of(answered, day_id), answered.sign_in("administrator")
    (form,) = forms(office.see(page), f"{page}/decision")
    decide(quick, page, "rebill_elsewhere")
    stale = office.submit(form, page, {"decision": "rebill"})
    assert stale.status_code == 412
    assert "Personne administrator" in stale.text
    assert state(answered, day_id).decision == "rebill_elsewhere"
    again, *_ = forms(parse(stale.text), f"{page}/decision")
    assert office.submit(again, page).status_code == 303
    assert state(answered, day_id).decision == "rebill"


def test_an_unknown_decision_and_one_that_the_day_forbids_are_told(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    (form,) = forms(office.see(page), f"{page}/decision")
    sent = dict(filled(form, {}))
    assert office.post(f"{page}/decision", sent | {"decision": "forget"}).status_code == 422
    accepted = answered.rows("SELECT day_id FROM days WHERE verdict = 'accepted' ORDER BY day_id")[0]["day_id"]
    other = page_of(answered, accepted)
    (form,) = forms(office.see(other), f"{other}/decision")
    assert [option.get("value") for option in form.all("option")] == ["credit_note", "regularise"]
    version = str(len(answered.quittance.log.history(accepted)))
    answer = office.post(f"{other}/decision", sent | {"decision": "rebill", "version": version, "command_id": "f" * 32})
    assert answer.status_code == 422
    assert "Toutes les lignes de ce jour sont acceptées." in parse(answer.text).text


@pytest.mark.parametrize("role", ROLES)
def test_who_does_not_bill_sees_the_decision_and_no_form(site: RunningSite, role: str) -> None:
    (day_id, *_) = refused_days(site)
    page, who, may = page_of(site, day_id), site.sign_in(role), "bill" in RIGHTS_OF[role]
    shown = who.see(page)
    assert cards(shown)["Décision du cabinet"].endswith("pas encore décidé")
    assert bool(forms(shown, f"{page}/decision")) is may
    assert ("decide" in offered(who.see(site.at("/historique/jours?sort=date")))) is may
    assert ("Décider pour ce groupe" in who.see(site.at("/refus")).text) is may
    if not may:
        csrf = who.see("/account").all("input", name="csrf")[0].get("value")
        sent = {"csrf": csrf, "command_id": "e" * 32, "version": "3", "decision": "rebill"}
        assert who.post(f"{page}/decision", sent).status_code == 403
        assert who.post(f"{page}/decision/annuler", sent).status_code == 403


def test_the_past_shows_the_decision_of_then_and_offers_none(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    page, then = page_of(answered, day_id), answered.today
    answered.clock.forward(days=1)
    office, _ = answered.sign_in_again("office")
    decide(office, page, "rebill")
    past = office.see(f"{page}?as_of={then}")
    assert cards(past)["Décision du cabinet"].endswith("pas encore décidé")
    assert not forms(past, f"{page}/decision")
    listed = office.see(answered.at(f"/historique/jours?decision=rebill&as_of={then}"))
    assert not rows_of(listed)


# ---- lines corrected before they go again


def test_ref_12_a_refused_day_is_corrected_billed_again_and_paid(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    page = page_of(answered, day_id)
    first = state(answered, day_id)
    assert not corrections(office.see(page), page)
    assert office.get(f"{page}/lignes/{first.recorded[0].line_id}").status_code == 303
    decide(office, page, "rebill")
    address, *_ = corrections(office.see(page), page)
    assert office.post_form(address, address, {"time": "08:15", "reason": WHY}).status_code == 303
    assert forms(office.see(page), f"{page}/retirer")
    assert "0815" in [line.care.time for line in state(answered, day_id).recorded]
    office = bill_again(answered, office)
    paid = state(answered, day_id)
    assert (paid.verdict, paid.refused_cents, paid.accepted_cents) == ("accepted", 0, first.refused_cents)
    shown = office.see(page)
    asked = thread(shown)[0][1]
    assert thread(shown) == [
        ["facturé", asked, "–", "–", asked],
        ["refusé", "–", "0,00 €", asked, asked],
        ["à refacturer", "–", "–", "–", asked],
        ["refacturé", asked, "–", "–", asked],
        ["accepté", "–", asked, "0,00 €", "0,00 €"],
    ]
    section = shown.all("div", aria_labelledby="fil")[0]
    addresses = {link.get("href") for link in section.all("a")}
    for sending_id in (first.sending_id, paid.sending_id):
        assert answered.at(f"/envois/{sending_id}") in addresses
    assert answered.at(f"/decomptes/{paid.sending_id}#f-{paid.invoice_id}") in addresses
    assert answered.at(f"/messages/{paid.settled_by}") in addresses


def test_of_a_day_that_is_partly_paid_only_refused_lines_are_corrected(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered, "mixed")
    page, before = page_of(answered, day_id), state(answered, day_id)
    decide(office, page, "rebill")
    shown = office.see(page)
    links = corrections(shown, page)
    assert links == [f"{page}/lignes/{line.line_id}" for line in before.refused]
    assert not forms(shown, f"{page}/retirer"), "it cannot be withdrawn beside lines that are paid"
    other = office.post_form(links[0], links[0], {"amount_cents": "1,00", "reason": WHY})
    assert other.status_code == 422
    assert "code, nombre et montants de celle-ci restent" in parse(other.text).text
    assert office.post_form(links[0], links[0], {"time": "08:15", "reason": WHY}).status_code == 303
    paid = next(line for line in before.active if line not in before.refused)
    assert office.get(f"{page}/lignes/{paid.line_id}").status_code == 303
    waiting = office.see(page)
    assert thread(waiting)[-1][-1] == thread(waiting)[1][-2], "what was refused is what is open"
    office = bill_again(answered, office)
    after = state(answered, day_id)
    assert (after.verdict, after.accepted_cents) == ("accepted", before.accepted_cents + before.refused_cents)
    last = thread(office.see(page))[-1]
    assert (last[0], last[-1]) == ("accepté", "0,00 €")


def test_a_day_in_its_second_sending_shows_what_was_paid_before(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered, "mixed")
    page, before = page_of(answered, day_id), state(answered, day_id)
    decide(office, page, "rebill")
    month = answered.at(f"/facturation/{MONTH}")
    office.post_form(month, month, LEAVING)
    shown = office.see(page)
    after = state(answered, day_id)
    assert after.sending_id != before.sending_id
    assert f"{answered.at('/envois/')}{after.sending_id}" in {
        link.get("href") for link in shown.of_class("breadcrumb")[0].all("a")
    }
    table = shown.all("table")[0]
    states = [row.all("td")[1].text for row in table.one("tbody").all("tr")]
    assert states.count("–") == 1, "only the line that is asked again waits for its verdict"
    assert "Décision du cabinet" not in cards(shown)


def test_a_day_never_refused_has_no_thread(site: RunningSite) -> None:
    day_id = site.rows("SELECT day_id FROM days WHERE verdict = 'accepted' AND establishment_id = ?", site.where)[0]
    page = site.sign_in().see(page_of(site, day_id["day_id"]))
    assert not page.all("div", aria_labelledby="fil")


# ---- many days


def test_days_without_a_decision_are_found(answered: RunningSite, office: Visitor) -> None:
    listed = rows_of(office.see(answered.at("/historique/jours?decision=none&limit=100")))
    known = answered.rows("SELECT day_id FROM days WHERE verdict IN ('mixed', 'refused')")
    assert set(listed) == {str(row["day_id"]) for row in known}
    (day_id, *_) = refused_days(answered)
    decide(office, page_of(answered, day_id), "rebill")
    assert str(day_id) not in rows_of(office.see(answered.at("/historique/jours?decision=none&limit=100")))
    again = office.see(answered.at("/historique/jours?decision=rebill"))
    assert rows_of(again) == [str(day_id)]
    assert "à refacturer" in again.by_id(f"r-{day_id}").text
    lines = office.see(answered.at(f"/refus/lignes?day_id={day_id}"))
    assert all("à refacturer" in row.text for row in lines.one("tbody").all("tr"))


def test_ref_22_a_whole_filter_is_foreseen_decided_and_undone(answered: RunningSite, office: Visitor) -> None:
    good = [*refused_days(answered), *refused_days(answered, "mixed")]
    cents = sum(state(answered, one).refused_cents for one in good)
    path = answered.at("/historique/jours?sort=date")
    head = answered.quittance.log.head()
    page = job_of(press(office, path, "decide", "filter", {"decision": "rebill"}))
    shown = office.see(page)
    assert answered.quittance.log.head() == head
    assert "Décision à refacturer" in shown.text
    (decided, again, _) = [card.text for card in shown.by_id("job").of_class("card")]
    total = f"{cents // 100},{cents % 100:02} €"
    assert total in decided.replace("\u202f", "").replace("\u00a0", " ")
    assert total in again.replace("\u202f", "").replace("\u00a0", " ")
    assert f"{len(good)} jours" in decided
    table = shown.all("table")
    reasons = table[0].text
    assert "Toutes les lignes de ce jour sont acceptées." in reasons
    unions = {row.one("th").text for row in table[1].one("tbody").all("tr")}
    assert unions <= {row["national_union"] for row in answered.rows("SELECT national_union FROM sendings")}
    assert f"Décider : {len(good)} lignes" in shown.text
    assert confirm(answered, office, page).status_code == 303
    assert done(answered, page)[0] == len(good)
    assert {state(answered, one).decision for one in good} == {"rebill"}
    month = office.see(answered.at(f"/facturation/{MONTH}"))
    column = [head.text for head in month.all("table")[0].all("th", scope="col")].index("Dont refacturés")
    foot = [cell.text for cell in month.all("table")[0].one("tfoot").one("tr").walk() if cell.tag in ("th", "td")]
    assert foot[column] == str(len(good))
    back = office.post_form(page, f"{page}/defaire", {"reason": WHY})
    undone = local(back.headers["location"])
    assert done(answered, undone) == (len(good), 0)
    assert {state(answered, one).decision for one in good} == {"none"}
    assert WHY in office.see(page_of(answered, good[0])).text


def test_ticked_days_are_weighed_first_and_a_reason_is_asked(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    path = answered.at("/historique/jours?verdict=refused&sort=date")
    told = {"selected": [str(day_id)], "decision": "justified"}
    page = job_of(press(office, path, "decide", fields=told))
    shown = office.see(page)
    assert "Rien n'est fait encore." in shown.text
    assert "required" in shown.by_id("reason").attributes
    assert not answered.quittance.jobs.work("here")
    assert confirm(answered, office, page).status_code == 422
    assert confirm(answered, office, page, WHY).status_code == 303
    assert done(answered, page) == (1, 0)
    assert state(answered, day_id).decision == "justified"
    back = job_of(press(office, path, "decide", fields=told | {"decision": "restore"}))
    assert "Annuler la décision" in office.see(back).text
    confirm(answered, office, back)
    assert done(answered, back) == (1, 0)
    assert state(answered, day_id).decision == "none"
    former = local(office.post_form(back, f"{back}/defaire", {"reason": WHY}).headers["location"])
    assert done(answered, former) == (1, 0)
    assert state(answered, day_id).decision == "justified", "what was taken back stands again"


def test_what_allows_no_such_decision_has_nothing_to_confirm(answered: RunningSite, office: Visitor) -> None:
    path = answered.at("/historique/jours?verdict=accepted&sort=date")
    first, *_ = rows_of(office.see(path))
    for decision in ("rebill", "restore"):
        page = job_of(press(office, path, "decide", fields={"selected": [first], "decision": decision}))
        shown = office.see(page)
        assert "il n'y a rien à confirmer" in shown.text
        assert not forms(shown, f"{page}/confirmer")
        assert forms(shown, f"{page}/arreter")
    form = form_of(office.see(path), "selected")
    sent = {**dict(filled(form, {"selected": first})), "action": "decide", "decision": "forget"}
    assert office.post(answered.at("/actions/billing_days"), sent).status_code == 422


def test_what_a_run_would_leave_out_is_told_before_it_is_decided(answered: RunningSite, office: Visitor) -> None:
    (day_id, *_) = refused_days(answered)
    path = answered.at("/historique/jours?verdict=refused&sort=date")
    told = {"selected": [str(day_id)], "decision": "rebill_elsewhere"}
    shown = office.see(job_of(press(office, path, "decide", fields=told)))
    assert "vers une autre destination, mais le patient a toujours la même" in shown.text
    assert "Rectifier d'abord l'assurabilité" in shown.text
    decide(office, page_of(answered, day_id), "rebill_elsewhere")
    assert "le patient a toujours la même" in cards(office.see(page_of(answered, day_id)))["Au cabinet"]


def test_a_cause_is_decided_as_one_group(answered: RunningSite, office: Visitor) -> None:
    good = {*refused_days(answered), *refused_days(answered, "mixed")}
    lines = answered.rows("SELECT day_id, root_code FROM refusals WHERE verdict = 'refused'")
    code = next(row["root_code"] for row in lines if row["day_id"] in good)
    meant = {row["day_id"] for row in answered.rows("SELECT day_id FROM refusals WHERE root_code = ?", code)}
    groups = office.see(answered.at("/refus"))
    links = [link.get("href") for link in groups.all("a") if link.text == "Décider pour ce groupe"]
    address = next(link for link in links if f"/refus/{code}?" in link)
    assert "decision=none" in address
    assert address.endswith("#decider")
    cause = address.partition("#")[0].replace("decision=none&", "")
    panel = office.see(cause).by_id("decider")
    assert "open" in panel.attributes
    page = job_of(press(office, cause, "decide", "filter", {"decision": "rebill"}))
    assert answered.quittance.jobs.job(UUID(page.rpartition("/")[2])).total == len(meant)
    confirm(answered, office, page)
    assert done(answered, page)[0] == len(meant & good)
    shown = office.see(cause)
    assert "à refacturer" in shown.one("tbody").text


def test_the_billing_page_leads_to_the_days_that_wait_for_a_decision(answered: RunningSite, office: Visitor) -> None:
    page = read(office.get(answered.at(f"/facturation/{MONTH}")))
    last = month_end(month_start(MONTH)).isoformat()
    wanted = answered.at(f"/historique/jours?decision=none&date_to={last}")
    assert "Voir ces jours et en décider" in [link.text for link in page.all("a", href=wanted)]
    assert rows_of(office.see(wanted))


@pytest.mark.browser
def test_what_is_weighed_and_a_decided_day_can_be_read_by_everybody(
    chromium: Browser, answered: RunningSite, office: Visitor
) -> None:
    """Pages that no other test of the screens opens: axe, and a small screen."""
    (day_id, *_) = refused_days(answered)
    decide(office, page_of(answered, day_id), "rebill")
    told = {"decision": "rebill_elsewhere"}
    weighed = job_of(press(office, answered.at("/historique/jours?sort=date"), "decide", "filter", told))
    with Window.open(chromium, answered, office, language="fr") as window:
        for path in (page_of(answered, day_id), weighed):
            window.go(path)
            window.unfold()
            assert not window.violations(), path
            window.narrow(320)
            assert not window.overflow(), path
            window.narrow(None)


def test_ref_18_what_is_not_cured_yet_is_told_with_the_patient_who_holds_it_back(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(600)
    site.quittance.transport.scenario = Scenario(refusals=(("500522", 0.05),), remarks=())  # type: ignore[attr-defined]
    site.bill_and_answer()
    refused = [row["day_id"] for row in site.rows("SELECT day_id FROM days WHERE verdict = 'refused' ORDER BY day_id")]
    day_id = next(one for one in refused if not correction.why_not(state(site, one), "rebill"))
    office, page, who = site.sign_in("office"), page_of(site, day_id), state(site, day_id).patient_id
    assert decide(office, page, "rebill").status_code == 303
    assert "assurabilité pas redemandée depuis" in office.see(page).text
    for query in (f"month={MONTH}&decision=rebill", f"month={MONTH}&phase=blocked&limit=100"):
        shown = office.see(site.at(f"/historique/jours?{query}"))
        (row,) = [row for row in shown.one("tbody").all("tr") if row.get("id") == f"r-{day_id}"]
        assert "bloqué" in row.text
        assert "décompté" not in row.text
        for said in ("assurabilité pas redemandée depuis", "500522"):
            assert said in row.text
    key = {"Authorization": f"Bearer {site.api_key}"}
    (listed,) = site.client.get("/billing-days?decision=rebill", headers=key).json()["billing_days"]
    alone = site.client.get(f"/billing-days/{day_id}", headers=key)
    for told in (listed, alone.json()):
        assert (told["phase"], [one["code"] for one in told["held_back"]]) == ("blocked", ["not_cured_insurability"])
    tagged = {**key, "If-None-Match": alone.headers["ETag"]}
    month = site.at(f"/facturation/{MONTH}")
    shown = office.see(month)
    assert "assurabilité pas redemandée depuis" in shown.text
    assert site.at(f"/patients/{who}") in [link.get("href") for link in shown.all("a")]
    asked = {"day": state(site, day_id).date.isoformat(), "reason": WHY}
    file = site.at(f"/patients/{who}")
    assert office.post_form(file, f"{file}/assurabilite/confirmer", asked).status_code == 303
    assert "assurabilité pas redemandée depuis" not in office.see(month).text
    again = site.client.get(f"/billing-days/{day_id}", headers=tagged)
    assert (again.status_code, again.json()["phase"], again.json()["held_back"]) == (200, "settled", [])


# ---- what was paid


def paid_days(site: RunningSite) -> list[UUID]:
    rows = site.rows(
        "SELECT day_id FROM days WHERE verdict = 'accepted' AND accepted_cents > 0 ORDER BY amount_cents, day_id"
    )
    return [row["day_id"] for row in rows]


def of_one_file(site: RunningSite, union: str) -> UUID:
    """A paid day of which the union takes a credit note and the new bill in one file, or does not."""
    return next(day_id for day_id in paid_days(site) if invoice_of(site, day_id)["destination"].startswith(union))


def invoice_of(site: RunningSite, day_id: UUID) -> Any:
    (row,) = site.rows("SELECT * FROM invoices WHERE invoice_id = ?", state(site, day_id).invoice_id)
    return row


def told(cents: int) -> str:
    """An amount as the text of a page has it."""
    return " ".join(euros(cents, "fr").split())


def test_ref_14_a_paid_day_is_credited_billed_again_and_paid(answered: RunningSite, office: Visitor) -> None:
    day_id = of_one_file(answered, "1")
    page, paid = page_of(answered, day_id), state(answered, day_id).accepted_cents
    shown = office.see(page)
    assert "Décision du cabinet" not in cards(shown)
    (form,) = forms(shown, f"{page}/decision")
    assert any(form in details.all("form") for details in shown.all("details")), "folded: most days stay as they are"
    assert decide(office, page, "credit_note").status_code == 303
    shown = office.see(page)
    assert cards(shown)["Décision du cabinet"].endswith("note de crédit, puis refacturer")
    assert "part en note de crédit" in cards(shown)["Au cabinet"]
    assert corrections(shown, page), "its lines are open"
    later = bill_again(answered, office)
    after = later.see(page)
    steps = thread(after)
    assert [step[0].split(" Motif")[0] for step in steps] == [
        "facturé",
        "accepté",
        "note de crédit, puis refacturer",
        "note de crédit envoyée",
        "refacturé",
        "repris par la mutualité",
        "accepté",
    ]
    assert (state(answered, day_id).accepted_cents, steps[-1][-1]) == (paid, "0,00 €")
    credit = answered.rows("SELECT * FROM invoices WHERE invoicing_type = 3")[0]
    assert (credit["accepted_cents"], credit["requested_cents"]) == (-paid, -paid)
    tree = later.see(answered.at(f"/decomptes/{credit['sending_id']}?errors=0")).text
    assert f"Note de crédit {credit['invoice_number']}" in tree
    assert all(told(-line.care.amount_cents) in tree for line in state(answered, day_id).active)
    (sending,) = answered.rows("SELECT created_on FROM sendings WHERE sending_id = ?", credit["sending_id"])
    paired = later.see(answered.at(f"/decomptes/corrections?month={sending['created_on'][:7]}"))
    (row,) = [one for one in paired.all("tr") if f"{page}#fil" in {link.get("href") for link in one.all("a")}]
    assert [cell.text for cell in row.all("td")[1:5]] == [
        told(-paid),
        told(paid),
        told(0),
        told(0),
    ]
    assert later.see(answered.at("/decomptes/corrections?month=2031-01")).text.count("Aucun fichier de ce mois") == 1
    told_in_timeline = [one.text for one in after.of_class("change")]
    assert f"Rendu par note de crédit : {told(paid)}" in told_in_timeline
    assert f"Repris par la mutualité : {told(paid)}" in told_in_timeline
    assert not [one for one in told_in_timeline if "state." in one or "change." in one]
    assert later.get(f"{page}.pdf").status_code == 200
    assert later.get(answered.at(f"/factures/{credit['invoice_id']}")).status_code == 200
    assert later.get(answered.at(f"/factures/{credit['invoice_id']}.pdf")).status_code == 200


def test_ref_16_regularising_needs_its_reason_and_waits_for_the_insurer(answered: RunningSite, office: Visitor) -> None:
    day_id = paid_days(answered)[0]
    page = page_of(answered, day_id)
    assert decide(office, page, "regularise").status_code == 422
    assert decide(office, page, "regularise", WHY).status_code == 303
    shown = office.see(page)
    assert cards(shown)["Décision du cabinet"].endswith("à régulariser")
    preview = office.see(answered.at(f"/facturation/{MONTH}")).text
    assert "le fichier de la mutualité serait négatif" in preview, "nothing else goes there"
    assert "bloqué" in cards(office.see(page))["Au cabinet"]
    assert office.post_form(page, f"{page}/decision/annuler", {"reason": WHY}).status_code == 303
    assert state(answered, day_id).decision == "none"


def test_where_the_insurer_wants_the_credit_note_first_the_preview_says_so(
    answered: RunningSite, office: Visitor
) -> None:
    day_id = of_one_file(answered, "3")
    page = answered.at("/historique/jours?verdict=accepted&sort=date")
    assert "decide" in offered(office.see(page))
    assert decide(office, page_of(answered, day_id), "credit_note").status_code == 303
    preview = office.see(answered.at(f"/facturation/{MONTH}")).text
    assert "La note de crédit part d'abord" in preview
