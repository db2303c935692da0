"""Invoices beyond eFact in the browser: the list, one of them, its paper, and what a person notes of it."""

import re
from typing import Any

import pytest

from domain import billing_day as days
from domain.document import printed
from tests.printed import sheets
from tests.web.markup import Element, forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

LIST = "/historique/hors-efact"


@pytest.fixture
def billed(fresh_site: RunningSite) -> RunningSite:
    fresh_site.enter_care()
    fresh_site.bill()
    return fresh_site


def paper(site: RunningSite) -> Any:
    (row,) = site.rows("SELECT * FROM documents WHERE establishment_id = ?", site.where)
    return row


def page_of(site: RunningSite, who: Visitor) -> Element:
    return who.see(site.at(f"/hors-efact/{paper(site)['document_id']}"))


def noted(site: RunningSite, who: Visitor, path: str, **fields: str) -> Any:
    at = site.at(f"/hors-efact/{paper(site)['document_id']}")
    return who.post_form(at, f"{at}/{path}", fields)


def day_of(site: RunningSite) -> tuple[Any, days.BillingDay]:
    row = site.rows("SELECT day_id FROM days WHERE sending_id = ? ORDER BY date", paper(site)["document_id"])[0]
    day = days.fold(site.quittance.log.load([row["day_id"]])[row["day_id"]])
    assert day is not None
    return row["day_id"], day


def euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_list_leads_to_the_page_with_its_communication_and_days(billed: RunningSite) -> None:
    office, row = billed.sign_in("office"), paper(billed)
    listed = office.see(billed.at(LIST))
    assert row["number"] in listed.one("tbody").text
    assert "à remettre" in listed.one("tbody").text
    page = page_of(billed, office)
    assert printed(row["communication"]) in page.text
    assert plain(euros(row["amount_cents"])) in plain(page.text).replace(".", "")
    made = billed.quittance.log.load([row["document_id"]])[row["document_id"]][0]
    links = {a.get("href") for a in page.all("a")}
    assert {billed.at(f"/jours/{one.day_id}") for one in made.days} <= links


def test_a_document_is_handed_out_paid_and_taken_back(billed: RunningSite) -> None:
    office, row = billed.sign_in("office"), paper(billed)
    today = billed.today.isoformat()
    assert noted(billed, office, "remise", on=today).status_code == 303
    assert "remis, en attente de paiement" in page_of(billed, office).text
    part = noted(billed, office, "paiement", on=today, amount="1,50", reference="extrait 41")
    assert part.status_code == 303
    page = page_of(billed, office)
    assert "extrait 41" in page.text
    assert not forms(page, billed.at(f"/hors-efact/{row['document_id']}/annuler")), "a part of it is paid"
    rest = euros(row["amount_cents"] - 150)
    (form,) = forms(page, billed.at(f"/hors-efact/{row['document_id']}/paiement"))
    assert form.one("input", name="amount").get("value") == rest
    assert noted(billed, office, "paiement", on=today, amount=rest).status_code == 303
    day_id, day = day_of(billed)
    assert (day.document, day.verdict) == ("paid", "accepted")
    chain = office.see(billed.at(f"/jours/{day_id}"))
    assert "payé hors eFact" in chain.text
    assert row["number"] in chain.text
    assert noted(billed, office, "rouvrir", reason="mauvais extrait").status_code == 303
    assert day_of(billed)[1].document == "open"
    told = page_of(billed, office)
    assert "mauvais extrait" in told.text


def test_a_refusal_by_its_addressee_opens_the_decision_of_its_days(billed: RunningSite) -> None:
    office, today = billed.sign_in("office"), billed.today.isoformat()
    silent = noted(billed, office, "refus", on=today)
    assert silent.status_code == 422
    assert parse(silent.text).by_id("refus-reason-error")
    assert noted(billed, office, "refus", on=today, reason="plus inscrite").status_code == 303
    day_id, _ = day_of(billed)
    page = office.see(billed.at(f"/jours/{day_id}"))
    (form,) = forms(page, billed.at(f"/jours/{day_id}/decision"))
    offered = [one.get("value") for one in form.one("select", name="decision").all("option")]
    assert offered == ["rebill_elsewhere", "justified"]
    assert "refusé par le destinataire" in page.text
    assert "plus inscrite" in page.text


def test_a_cancelled_document_gives_its_days_back(billed: RunningSite) -> None:
    office = billed.sign_in("office")
    ids = [one["day_id"] for one in billed.rows("SELECT day_id FROM days WHERE phase = 'on_document'")]
    assert ids
    assert noted(billed, office, "annuler", reason="mauvaise destination").status_code == 303
    assert "annulé" in page_of(billed, office).text
    assert {one["phase"] for one in billed.rows("SELECT phase FROM days") if one} >= {"prepared"}
    assert billed.rows("SELECT day_id FROM days WHERE phase = 'on_document'") == []


@pytest.mark.parametrize(
    ("path", "fields", "field"),
    [
        ("paiement", {"amount": "beaucoup"}, "amount"),
        ("paiement", {"amount": "999999"}, "amount"),
        ("paiement", {"amount": "1", "on": "2020-01-01"}, "on"),
        ("remise", {"on": "2031-01-01"}, "on"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(
    billed: RunningSite, path: str, fields: dict[str, str], field: str
) -> None:
    office, head = billed.sign_in("office"), billed.quittance.log.head()
    answer = noted(billed, office, path, **{"on": billed.today.isoformat(), **fields})
    assert answer.status_code == 422
    assert parse(answer.text).by_id(f"{path}-{field}-error").text
    assert billed.quittance.log.head() == head


def test_the_paper_has_number_communication_lines_and_total_and_names_the_patient_to_who_may_see(
    billed: RunningSite,
) -> None:
    row = paper(billed)
    address = billed.at(f"/hors-efact/{row['document_id']}.pdf")
    seen = plain(" ".join(sheets(billed.sign_in("office").get(address).content)))
    for said in (row["number"], printed(row["communication"]), row["destination"], "Totalàpayer"):
        assert plain(said) in seen
    assert plain(euros(row["amount_cents"])) in seen.replace(".", "")
    kept = billed.quittance.log.load([row["patient_id"]])[row["patient_id"]][0]
    assert plain(kept.details.last_name) in seen
    assert kept.ssin in seen
    bare = plain(" ".join(sheets(billed.sign_in("accountant").get(address).content)))
    assert printed(row["communication"]) in bare
    assert plain(kept.details.last_name) not in bare
    assert kept.ssin not in bare


def test_who_does_not_bill_reads_and_notes_nothing(billed: RunningSite) -> None:
    reader = billed.sign_in("accountant")
    page = page_of(billed, reader)
    assert printed(paper(billed)["communication"]) in page.text
    at = billed.at(f"/hors-efact/{paper(billed)['document_id']}")
    assert not [one for one in page.all("form") if (one.get("action") or "").startswith(f"{at}/")]


def test_its_number_and_its_communication_are_found(billed: RunningSite) -> None:
    office, row = billed.sign_in("office"), paper(billed)
    for words in (row["number"], row["communication"], printed(row["communication"])):
        found = office.post_form(billed.at(), billed.at("/recherche"), {"q": words})
        assert found.headers["location"].endswith(f"/hors-efact/{row['document_id']}"), words
