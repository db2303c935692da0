"""What insurers say, on the pages: asked from a patient's file, or for many rows of the list at once."""

from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser

from application.insurability import of_month
from infrastructure.keys.crypto import content_name
from tests.acceptance.practice import OPERATOR
from tests.members import KnownMemberMail, KnownMembers, lost, not_mandated
from tests.web.browser import Window
from tests.web.markup import Element, forms, parse
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import Visitor, local

OCTOBER = {"first_day": "2026-10-01", "last_day": "2026-10-31", "purpose": "invoicing"}


def members(site: RunningSite) -> KnownMembers:
    service = site.quittance.insurability._service
    assert isinstance(service, KnownMembers)
    return service


def known(site: RunningSite, ssin_is_known: bool = True) -> list[UUID]:
    """Patients with a national number that insurers know, or not."""
    service, found = members(site), []
    for row in site.rows("SELECT patient_id FROM patients ORDER BY patient_id"):
        opening = site.quittance.log.load([row["patient_id"]])[row["patient_id"]][0]
        member = service.members.by_ssin(opening.ssin)
        if opening.ssin and (member is not None and bool(member.covers)) == ssin_is_known:
            found.append(row["patient_id"])
    return found


def differing(site: RunningSite) -> UUID:
    """Somebody whose codes changed in the middle of October."""
    for who in known(site):
        opening = site.quittance.log.load([who])[who][0]
        member = members(site).members.by_ssin(opening.ssin)
        if member and len({cover.ct1 for cover in member.covers}) > 1:
            return who
    raise AssertionError("the sample knows one")


def rows(page: Element) -> list[list[str]]:
    return [[cell.text for cell in row.walk() if cell.tag in ("td", "th")] for row in page.one("tbody").all("tr")]


def test_sof_29_an_answer_stands_beside_what_is_recorded(fresh_site: RunningSite) -> None:
    who, office = differing(fresh_site), fresh_site.sign_in("office")
    file, page = fresh_site.at(f"/patients/{who}"), fresh_site.at(f"/patients/{who}/assureur")
    assert "Interroger l'assureur" in office.see(file).text
    assert "Aucun assureur n'a été interrogé" in office.see(page).text
    before = len(fresh_site.quittance.log.history(who))
    answer = office.post_form(page, page, OCTOBER)
    assert (answer.status_code, local(answer.headers["location"])) == (303, page)
    first, second = rows(office.see(page))
    assert (first[:2], first[4]) == (["01/10/2026", "14/10/2026"], "–")
    assert (second[:2], second[4]) == (["15/10/2026", "31/10/2026"], "CT1, CT2")
    assert "répondu" in office.see(file).text
    assert len(fresh_site.quittance.log.history(who)) == before
    link = next(
        one.get("href") for one in office.see(page).walk() if one.tag == "a" and str(one.get("href")).endswith(".xml")
    )
    proof = office.get(str(link))
    assert proof.headers["content-type"] == "application/xml"
    assert b"insurability:period" in proof.content


def test_a_refusal_says_what_to_do(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    (nobody, *_) = known(fresh_site, ssin_is_known=False)
    page = fresh_site.at(f"/patients/{nobody}/assureur")
    office.post_form(page, page, OCTOBER)
    shown = office.see(page).text
    assert "refusé par l'assureur" in shown
    assert "Corrigez d'abord" in shown
    members(fresh_site).fails = not_mandated
    office.post_form(page, page, OCTOBER)
    assert "pas de mandat pour demander" in office.see(page).text


def test_a_question_that_left_with_others_waits_and_is_answered_by_and_by(fresh_site: RunningSite) -> None:
    who, office, product = differing(fresh_site), fresh_site.sign_in("office"), fresh_site.quittance
    page = fresh_site.at(f"/patients/{who}/assureur")
    asked = [who, *known(fresh_site)[:2]]
    told = product.insurability_batches.ask(OPERATOR, fresh_site.where, asked, of_month(MONTH)).result
    shown = office.see(page)
    assert "posée, réponse attendue" in shown.text
    assert told.reference in shown.text
    assert "posée, réponse attendue" in office.see(fresh_site.at(f"/patients/{who}")).text
    assert product.insurability_answers is not None
    product.insurability_answers.collect(OPERATOR, fresh_site.where)
    assert len(rows(office.see(page))) == 2
    proof = office.get(f"{page}/{told.reference}0000.xml")
    assert proof.content.count(b"InResponseTo") == 1, "of this patient alone"


def test_answers_and_questions_that_wait_can_be_used_by_everybody(fresh_site: RunningSite, chromium: Browser) -> None:
    who, product = differing(fresh_site), fresh_site.quittance
    product.insurability_batches.ask(OPERATOR, fresh_site.where, [who], of_month(MONTH))
    product.insurability.ask(OPERATOR, who, of_month(MONTH))
    with Window.open(chromium, fresh_site, fresh_site.sign_in("office"), width=320) as window:
        window.go(fresh_site.at(f"/patients/{who}/assureur"))
        assert window.violations() == []
        assert window.ask("document.documentElement.scrollWidth") == 320


def test_answers_that_nobody_asked_for_are_an_item_whose_message_can_be_read(fresh_site: RunningSite) -> None:
    office, product = fresh_site.sign_in("office"), fresh_site.quittance
    who, answers = differing(fresh_site), product.insurability_answers
    assert answers is not None
    product.insurability_batches.ask(OPERATOR, fresh_site.where, [who], of_month(MONTH))
    mail = answers._mailboxes.transport
    assert isinstance(mail, KnownMemberMail)
    (content,) = (content for _, content in mail.waiting if b"ResponseList" in content)
    answers.take(OPERATOR, fresh_site.where, content.replace(b'InResponseTo="_', b'InResponseTo="_9'))
    product.views.catch_up()
    (item,) = fresh_site.rows("SELECT item_id, message FROM items WHERE kind = 'question_unknown'")
    page = fresh_site.at(f"/points/{item['item_id']}")
    assert "Question inconnue" in office.see(page).text
    message = fresh_site.at(f"/messages/{item['message']}")
    assert "réponses sur l'assurabilité" in office.see(message).text
    assert b"ResponseList" in office.get(f"{message}/fichier").content
    assert fresh_site.sign_in("accountant").get(message).status_code == 403
    answers.collect(OPERATOR, fresh_site.where)
    known_ones = fresh_site.at(f"/messages/{content_name(content)}/fichier")
    assert office.get(known_ones).status_code == 200
    seen = fresh_site.rows("SELECT 1 FROM access_log WHERE patient_id = ? AND action = 'answer.file'", who)
    assert len(seen) == 1, "whose answers they are is noted"


def test_without_a_session_the_way_to_one_is_shown(fresh_site: RunningSite) -> None:
    who, office = differing(fresh_site), fresh_site.sign_in("office")
    page = fresh_site.at(f"/patients/{who}/assureur")
    members(fresh_site).opened = False
    assert any(one.get("href") == fresh_site.at("/session") for one in office.see(page).walk() if one.tag == "a")
    assert office.post_form(page, page, OCTOBER).status_code == 303
    shown = office.see(page)
    assert "en file, attend une session" in shown.text
    assert "en file, attend une session" in office.see(fresh_site.at(f"/patients/{who}")).text
    members(fresh_site).opened = True
    assert fresh_site.quittance.post.work("here")
    shown = office.see(page)
    assert "en file" not in shown.text
    assert len(rows(shown)) == 2


def test_what_waits_for_a_session_is_taken_back_with_one_click(fresh_site: RunningSite) -> None:
    who, office = differing(fresh_site), fresh_site.sign_in("office")
    page = fresh_site.at(f"/patients/{who}/assureur")
    members(fresh_site).opened = False
    office.post_form(page, page, OCTOBER)
    shown = office.see(page)
    (form,) = [one for one in forms(shown) if str(one.get("action")).endswith("/retirer")]
    reader = fresh_site.sign_in("care_giver").see(page)
    assert not [one for one in forms(reader) if str(one.get("action")).endswith("/retirer")]
    assert office.submit(form, page, {}).status_code == 303
    assert "retirée de la file avant d'être posée" in office.see(page).text
    again = office.submit(form, page, {"command_id": uuid4().hex})
    assert again.status_code == 422
    assert "Seule une question qui attend une session" in parse(again.text).of_class("errors")[0].text
    members(fresh_site).opened = True
    assert not fresh_site.quittance.post.work("here")
    assert members(fresh_site).asked == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"first_day": "2026-12-01"}, "first_day"),
        ({"last_day": "2026-09-30"}, "last_day"),
        ({"first_day": ""}, "first_day"),
    ],
)
def test_days_that_nobody_can_be_asked_about_are_told_at_their_field(
    fresh_site: RunningSite, given: dict[str, str], field: str
) -> None:
    who, office = differing(fresh_site), fresh_site.sign_in("office")
    page = fresh_site.at(f"/patients/{who}/assureur")
    answer = office.post_form(page, page, OCTOBER | given)
    assert (answer.status_code, parse(answer.text).by_id(f"asked-{field}").get("aria-invalid")) == (422, "true")
    assert members(fresh_site).asked == []


def test_who_may_not_change_the_register_reads_but_does_not_ask(fresh_site: RunningSite) -> None:
    who = differing(fresh_site)
    page = fresh_site.at(f"/patients/{who}/assureur")
    fresh_site.quittance.insurability.ask(OPERATOR, who, of_month(MONTH))
    care_giver = fresh_site.sign_in("care_giver")
    seen = care_giver.see(page)
    assert len(rows(seen)) == 2
    assert not [form for form in forms(seen) if str(form.get("action")).endswith("/assureur")]
    assert fresh_site.sign_in("accountant").get(page).status_code == 403


def begin(site: RunningSite, who: Visitor, *ids: UUID, month: str = "10/2026") -> str:
    csrf = next(i.get("value") for i in who.see(site.at("/travaux")).walk() if i.get("name") == "csrf")
    data = {"csrf": csrf, "command_id": uuid4().hex, "which": "selected", "action": "ask_insurability", "month": month}
    answer = who.post(site.at("/actions/patients"), data | {"selected": [str(one) for one in ids]})
    assert answer.status_code == 303, answer.text
    return local(answer.headers["location"])


def test_sof_24_many_rows_wait_for_a_session_and_are_asked_when_one_opens(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    ids = [*known(fresh_site)[:3], known(fresh_site, ssin_is_known=False)[0]]
    members(fresh_site).opened = False
    page = begin(fresh_site, office, *ids)
    assert fresh_site.quittance.jobs.work("here")
    shown = office.see(page)
    assert "octobre 2026" in shown.text
    (cure,) = [one for one in shown.of_class("notice") if "attend une session MyCareNet" in one.text]
    assert [one.get("href") for one in cure.walk() if one.tag == "a"] == [fresh_site.at("/session")]
    assert not forms(shown, f"{page}/refaire")
    members(fresh_site).opened = True
    fresh_site.clock.forward(seconds=5)
    assert fresh_site.quittance.jobs.work("here")
    told = office.see(page)
    assert "attend une session" not in told.text
    assert "3 sur 4" in told.text
    assert "aucun assureur ne connaît" in told.text
    assert len(members(fresh_site).asked) == 4


def test_what_failed_is_asked_again_with_one_click(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    members(fresh_site).fails = not_mandated
    page = begin(fresh_site, office, *known(fresh_site)[:3])
    assert fresh_site.quittance.jobs.work("here")
    shown = office.see(page)
    assert shown.text.count("pas de mandat pour demander") == 3
    members(fresh_site).fails = lambda _: None
    (again,) = forms(shown, f"{page}/refaire")
    second = local(office.submit(again, page, {}).headers["location"])
    assert fresh_site.quittance.jobs.work("here")
    assert "3 sur 3" in office.see(second).text


def test_a_month_that_is_ahead_or_none_begins_nothing(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    csrf = next(i.get("value") for i in office.see(fresh_site.at("/travaux")).walk() if i.get("name") == "csrf")
    for month in ("2026-12", "nonsense", ""):
        data = {"csrf": csrf, "command_id": uuid4().hex, "which": "selected", "action": "ask_insurability"}
        given = data | {"month": month, "selected": [str(differing(fresh_site))]}
        assert office.post(fresh_site.at("/actions/patients"), given).status_code == 422
    assert fresh_site.quittance.jobs.jobs_of(fresh_site.where) == []


def test_only_what_may_be_repeated_is_done_again(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    csrf = next(i.get("value") for i in office.see(fresh_site.at("/travaux")).walk() if i.get("name") == "csrf")
    data = {"csrf": csrf, "command_id": uuid4().hex, "which": "selected", "action": "assign", "user_id": ""}
    answer = office.post(fresh_site.at("/actions/patients"), data | {"selected": [str(differing(fresh_site))]})
    job = local(answer.headers["location"])
    assert fresh_site.quittance.jobs.work("here")
    assert office.post(f"{job}/refaire", {"csrf": csrf, "command_id": uuid4().hex}).status_code == 404


def test_who_asked_about_whom_and_what_came_stands_in_the_audit_trail(fresh_site: RunningSite) -> None:
    who, office = differing(fresh_site), fresh_site.sign_in("office")
    (nobody, *_) = known(fresh_site, ssin_is_known=False)
    pages = [fresh_site.at(f"/patients/{one}/assureur") for one in (who, nobody)]
    for page in pages:
        office.post_form(page, page, OCTOBER)
    members(fresh_site).fails = lost
    office.post_form(pages[0], pages[0], OCTOBER)
    audit = fresh_site.sign_in("auditor").see(fresh_site.at("/audit") + "?kind=insurability_query")
    listed = audit.one("tbody").all("tr")
    told = ["question sans réponse", "assureur interrogé", "refusé par l'assureur"]
    told += ["assureur interrogé", "répondu", "assureur interrogé"]
    assert [words in row.text for words, row in zip(told, listed, strict=True)] == [True] * 6
    assert "la question est partie" in listed[0].text
    assert "aucun assureur ne connaît" not in audit.text, "what is said of a person stands in the file"
    for row, page in zip(listed, [pages[0]] * 2 + [pages[1]] * 2 + [pages[0]] * 2, strict=True):
        assert page in {one.get("href") for one in row.walk() if one.tag == "a"}
