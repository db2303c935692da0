"""What insurers say, on the pages: asked from a patient's file, or for many rows of the list at once."""

from uuid import UUID, uuid4

import pytest

from application.insurability import of_month
from tests.acceptance.practice import OPERATOR
from tests.members import KnownMembers, not_mandated
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


def test_without_a_session_the_way_to_one_is_shown(fresh_site: RunningSite) -> None:
    who, office = differing(fresh_site), fresh_site.sign_in("office")
    page = fresh_site.at(f"/patients/{who}/assureur")
    members(fresh_site).opened = False
    assert any(one.get("href") == fresh_site.at("/session") for one in office.see(page).walk() if one.tag == "a")
    answer = office.post_form(page, page, OCTOBER)
    assert answer.status_code == 422
    assert "Aucune session MyCareNet" in parse(answer.text).of_class("errors")[0].text


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


def test_sof_24_many_rows_are_asked_and_what_failed_again_with_one_click(fresh_site: RunningSite) -> None:
    office = fresh_site.sign_in("office")
    ids = [*known(fresh_site)[:3], known(fresh_site, ssin_is_known=False)[0]]
    members(fresh_site).opened = False
    page = begin(fresh_site, office, *ids)
    assert fresh_site.quittance.jobs.work("here")
    shown = office.see(page)
    assert "octobre 2026" in shown.text
    assert shown.text.count("Aucune session MyCareNet") == 4
    members(fresh_site).opened = True
    (again,) = forms(shown, f"{page}/refaire")
    second = local(office.submit(again, page, {}).headers["location"])
    assert fresh_site.quittance.jobs.work("here")
    told = office.see(second)
    assert "3 sur 4" in told.text
    assert "aucun assureur ne connaît" in told.text
    assert len(members(fresh_site).asked) == 4


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


def test_who_asked_about_whom_stands_in_the_audit_trail(fresh_site: RunningSite) -> None:
    who, office = differing(fresh_site), fresh_site.sign_in("office")
    page = fresh_site.at(f"/patients/{who}/assureur")
    office.post_form(page, page, OCTOBER)
    audit = fresh_site.sign_in("auditor").see(fresh_site.at("/audit") + "?kind=insurability_query")
    (row,) = audit.one("tbody").all("tr")
    assert "assureur interrogé" in row.text
    assert page in {one.get("href") for one in row.walk() if one.tag == "a"}
