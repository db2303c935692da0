"""A billing day: lines with the insurer's word on each, its chain of sendings, and what may be done before billing."""

from uuid import UUID, uuid4

import pytest

from api.catalogue import text
from domain.rules.refusals import explain
from domain.run_plan import RunOptions
from tests.printed import sheets
from tests.web.markup import Element, filled, forms, parse
from tests.web.site import MONTH, RunningSite
from tests.web.visitor import local


@pytest.fixture
def refusal(site: RunningSite) -> dict:
    return site.rows(
        "SELECT * FROM refusals WHERE establishment_id = ? AND NOT is_cascade ORDER BY line_id", site.where
    )[0]


def test_ref_09_a_refused_day_says_why_line_by_line(site: RunningSite, refusal: dict) -> None:
    page = site.sign_in().see(site.at(f"/jours/{refusal['day_id']}"))
    told = explain(refusal["code"], "fr", refusal["letter"])
    table = page.all("table")[0]
    assert told.meaning in table.text
    assert told.cure in table.text
    tips = {tip.get("id"): tip.text for tip in page.of_class("tip")}
    described = [one.get("aria-describedby") for one in table.all("span", "aria-describedby")]
    assert described
    assert all(tips[one] for one in described)


def test_ref_25_verdict_and_practice_are_two_facts(site: RunningSite, refusal: dict) -> None:
    page = site.sign_in().see(site.at(f"/jours/{refusal['day_id']}"))
    labels = [label.text for label in page.of_class("card-label")]
    assert labels[:2] == ["La mutualité a dit", "Au cabinet"]
    assert "refusé : voir la cause" in page.of_class("cards")[0].text


def test_ref_23_the_chain_leads_to_sending_invoice_and_settlement(site: RunningSite, refusal: dict) -> None:
    page = site.sign_in().see(site.at(f"/jours/{refusal['day_id']}"))
    links = {link.get("href") for link in page.all("a")}
    assert site.at(f"/envois/{refusal['sending_id']}") in links
    assert site.at(f"/factures/{refusal['invoice_id']}") in links
    assert site.at(f"/decomptes/{refusal['sending_id']}") + f"#f-{refusal['invoice_id']}" in links


def test_ref_24_a_day_is_shown_as_it_was_before_its_answer(site: RunningSite, refusal: dict) -> None:
    page = site.sign_in().see(site.at(f"/jours/{refusal['day_id']}?as_of=2026-11-05"))
    assert "rien encore" in page.of_class("cards")[0].text
    assert explain(refusal["code"], "fr", refusal["letter"]).meaning not in page.text
    assert site.sign_in().get(site.at(f"/jours/{refusal['day_id']}?as_of=2026-11-02")).status_code == 404


def test_reading_a_day_is_noted(site: RunningSite, refusal: dict) -> None:
    query = "SELECT count(*) AS n FROM access_log WHERE action = 'billing_day.read' AND patient_id = ?"
    before = site.rows(query, refusal["patient_id"])[0]["n"]
    site.sign_in().see(site.at(f"/jours/{refusal['day_id']}"))
    assert site.rows(query, refusal["patient_id"])[0]["n"] == before + 1


def test_a_sent_day_offers_no_change_and_an_unknown_one_is_absent(site: RunningSite, refusal: dict) -> None:
    page = site.at(f"/jours/{refusal['day_id']}")
    shown = site.sign_in().see(page)
    offered = [form.get("action") for form in shown.all("form", method="post")]
    assert [action for action in offered if action.startswith(page)] == [f"{page}/decision"]
    assert site.sign_in().get(site.at(f"/jours/{uuid4()}")).status_code == 404


def test_a_possible_duplicate_is_confirmed(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care()
    day = site.rows("SELECT * FROM days WHERE possible_duplicates > 0")[0]
    page, who = site.at(f"/jours/{day['day_id']}"), site.sign_in()
    answer = who.post_form(page, f"{page}/confirmer", {"reason": "Deux passages le même jour"})
    assert (answer.status_code, local(answer.headers["location"])) == (303, page)
    left = site.rows("SELECT possible_duplicates AS n FROM days WHERE day_id = ?", day["day_id"])[0]["n"]
    assert left == day["possible_duplicates"] - 1
    assert "Deux passages le même jour" in who.see(page).text


def test_a_line_is_withdrawn_with_its_reason(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(20)
    day = site.rows("SELECT * FROM days ORDER BY line_count DESC, day_id")[0]
    page, who = site.at(f"/jours/{day['day_id']}"), site.sign_in()
    assert who.post_form(page, f"{page}/retirer", {"reason": " "}).status_code == 422
    who.post_form(page, f"{page}/retirer", {"reason": "Encodée pour le mauvais patient"})
    assert (
        site.rows("SELECT line_count FROM days WHERE day_id = ?", day["day_id"])[0]["line_count"]
        == day["line_count"] - 1
    )
    assert "1 ligne retirée" in who.see(page).text


def test_the_time_bar_is_lifted_by_a_letter(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(5)
    day = site.rows("SELECT * FROM days")[0]
    site.clock.forward(days=365 * 3)
    page, who = site.at(f"/jours/{day['day_id']}"), site.sign_in()
    assert "Dernier jour d'envoi sans lettre : 31/10/2028." in who.see(page).text
    late = who.post_form(page, f"{page}/prescription", {"proof": "RECO-2029-1", "letter_date": "2029-01-02"})
    assert late.status_code == 422
    who.post_form(page, f"{page}/prescription", {"proof": "RECO-2028-7", "letter_date": "2028-09-01"})
    assert "Prescription levée, lettre RECO-2028-7." in who.see(page).text
    assert "RECO" in "".join(sheets(who.get(f"{page}.pdf").content))
    accountant = site.sign_in("accountant")
    assert "RECO" not in accountant.see(page).text
    assert "RECO" not in "".join(sheets(accountant.get(f"{page}.pdf").content))


@pytest.mark.parametrize(
    ("act", "typed", "wrong", "told"),
    [
        ("retirer", {"reason": "   "}, "reason", "pourquoi"),
        (
            "prescription",
            {"proof": "RECO-7", "letter_date": "30/02/2028", "reason": "Vu"},
            "letter_date",
            "n'existe pas",
        ),
    ],
)
def test_what_is_wrong_with_a_form_of_the_day_is_told_at_its_field_and_the_rest_is_kept(
    fresh_site: RunningSite, act: str, typed: dict[str, str], wrong: str, told: str
) -> None:
    site = fresh_site
    site.enter_care(20)
    day = site.rows("SELECT day_id FROM days ORDER BY line_count DESC")[0]["day_id"]
    site.clock.forward(days=365 * 3)
    page, who = site.at(f"/jours/{day}"), site.sign_in()
    line = forms(who.see(page), f"{page}/retirer")[0].all("option")[-1].get("value")
    given = typed | ({"line_id": line} if act == "retirer" else {})
    answer = who.post_form(page, f"{page}/{act}", given)
    shown = parse(answer.text)
    field = shown.by_id(f"{act}-{wrong}")
    assert (answer.status_code, field.get("aria-invalid")) == (422, "true")
    assert told in shown.by_id(f"{act}-{wrong}-error").text
    (again,) = forms(shown, f"{page}/{act}")
    assert given.items() <= dict(filled(again, {})).items()


def days_of(page: Element) -> dict[UUID, Element]:
    """Rows of a list, by the day that they lead to."""
    rows = [(row, row.of_class("row-link")[0].get("href")) for row in page.one("tbody").all("tr")]
    return {UUID(address.rpartition("/")[2].partition("?")[0]): row for row, address in rows}


def test_a_day_that_no_run_would_bill_says_so_and_why_wherever_it_is_shown(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(600)
    preview = fresh_site.quittance.billing.preview(fresh_site.where, RunOptions(MONTH))
    held: dict[UUID, set[str]] = {}
    for one in preview.blocked:
        for day_id, _ in one.first:
            held.setdefault(day_id, set()).add(one.code)
    assert {"insurability_missing", "possible_duplicate"} <= set().union(*held.values())
    office = fresh_site.sign_in("office")
    rows = fresh_site.rows("SELECT day_id, patient_id FROM days WHERE phase = 'prepared'")
    said = {code: text(f"blocker.{code}", "fr") for codes in held.values() for code in codes}
    first = next(iter(held))
    patient = next(row["patient_id"] for row in rows if row["day_id"] == first)
    for address in ("/historique/jours?limit=100&sort=date", f"/patients/{patient}/jours?limit=100"):
        page = office.see(fresh_site.at(address))
        shown = days_of(page)
        assert shown
        for day_id, row in shown.items():
            assert ("bloqué" in row.text) == (day_id in held), row.text
            assert all(said[code] in row.text for code in held.get(day_id, ()))
    for day_id, codes in held.items():
        page = office.see(fresh_site.at(f"/jours/{day_id}"))
        assert "bloqué" in page.one("dl", class_="cards").text
        assert all(said[code] in page.one("dl", class_="cards").text for code in codes)
    free = next(row["day_id"] for row in rows if row["day_id"] not in held)
    assert "à facturer" in office.see(fresh_site.at(f"/jours/{free}")).one("dl", class_="cards").text


def test_a_held_day_says_so_also_as_of_a_past_day(site: RunningSite) -> None:
    office = site.sign_in("office")
    page = office.see(site.at(f"/historique/jours?month={MONTH}&phase=prepared&limit=100"))
    rows = [row.text for row in page.one("tbody").all("tr")]
    assert rows
    assert all("bloqué" in row for row in rows), "what no file reaches is on a document"
    then = office.see(site.at(f"/historique/jours?month={MONTH}&phase=prepared&limit=100&as_of=2026-11-03"))
    assert "bloqué" in then.one("tbody").text
