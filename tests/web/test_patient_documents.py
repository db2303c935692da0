"""N20: documents for patients on the pages of a sending and of an invoice, on the first screen, and on paper."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.printed import sheets
from tests.web.markup import Element, forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import Visitor


@pytest.fixture
def sent(fresh_site: RunningSite) -> RunningSite:
    """Some care, billed and sent."""
    fresh_site.enter_care(40)
    fresh_site.bill()
    return fresh_site


def sending_of(site: RunningSite) -> UUID:
    """The one with most invoices."""
    site.quittance.views.catch_up()
    rows = site.rows("SELECT sending_id FROM sendings ORDER BY invoice_count DESC, sending_id")
    return UUID(str(rows[0]["sending_id"]))


def invoices_of(site: RunningSite, sending_id: UUID) -> list[UUID]:
    (opening, *_) = site.quittance.log.load([sending_id])[sending_id]
    return list(opening.invoice_ids)


def work(page: Element, number: Any) -> list[str]:
    return [row.text for row in page.all("tr") if "Remettre" in row.text and f"envoi {number}" in row.text]


def hand_over(site: RunningSite) -> None:
    from tests.acceptance.practice import OPERATOR

    site.quittance.dispatch.send(OPERATOR, site.where)
    site.quittance.views.catch_up()


def links(page: Element, ending: str) -> list[str]:
    return [str(link.get("href")) for link in page.all("a", "href") if ending in str(link.get("href"))]


def printed(who: Visitor, address: str) -> str:
    answer = who.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), address
    assert answer.headers["cache-control"] == "no-store"
    return " ".join(sheets(answer.content))


def seen(site: RunningSite) -> int:
    return int(site.rows("SELECT count(*) AS n FROM access_log WHERE action = 'patient_papers.read'")[0]["n"])


def test_n20_all_documents_of_a_sending_are_printed_and_noted_in_one_step(sent: RunningSite) -> None:
    site, office = sent, sent.sign_in("office")
    sending_id = sending_of(site)
    page, first = site.at(f"/envois/{sending_id}"), site.at("")
    number = site.rows("SELECT sending_number FROM sendings WHERE sending_id = ?", sending_id)[0]["sending_number"]
    if not links(office.see(page), "documents-patients.pdf"):
        hand_over(site)
    ids = invoices_of(site, sending_id)
    (row,) = work(office.see(first), number)
    assert f"Remettre {len(ids)} document" in row
    assert "dans les 28 jours" in row
    sent_on = site.rows("SELECT transmitted_on FROM sendings WHERE sending_id = ?", sending_id)[0]["transmitted_on"]
    shown = office.see(page)
    panel = shown.one("section", aria_labelledby="papers-title").text
    assert f"{len(ids)} document" in panel
    assert "Au plus tard" in panel
    assert sent_on

    before = seen(site)
    (link,) = links(shown, "documents-patients.pdf")
    whole = printed(office, link)
    assert whole.count("Document justificatif, facture") + whole.count("Bewijsstuk, factuur") >= len(ids)
    assert seen(site) == before + len({site.quittance.log.load([i])[i][0].patient_id for i in ids})

    (form,) = forms(shown, f"{page}/documents-patients")
    silent = office.submit(form, page, {"way": ""})
    assert silent.status_code == 422
    assert parse(silent.text).by_id("given-way").get("aria-invalid") == "true"
    late = office.submit(form, page, {"way": "mail", "given_on": (site.today + timedelta(days=1)).isoformat()})
    assert late.status_code == 422
    assert office.submit(form, page, {"way": "mail"}).status_code == 303
    assert "Tous les documents sont notés" in office.see(page).text
    assert not work(office.see(first), number)
    assert not forms(office.see(page), f"{page}/documents-patients")
    (again,) = links(office.see(page), "documents-patients.pdf")
    assert len(printed(office, again)) == len(whole)


def test_n20_one_document_is_noted_reissued_and_withdrawn(sent: RunningSite) -> None:
    site, office = sent, sent.sign_in("office")
    sending_id = sending_of(site)
    if not links(office.see(site.at(f"/envois/{sending_id}")), "documents-patients.pdf"):
        hand_over(site)
    invoice_id = invoices_of(site, sending_id)[0]
    page = site.at(f"/factures/{invoice_id}")
    shown = office.see(page)
    assert "à remettre" in shown.one("section", aria_labelledby="papers-title").text
    (link,) = links(shown, "document-patient.pdf")
    as_printed = printed(office, link)
    patient = site.quittance.log.load([invoice_id])[invoice_id][0].patient_id
    file = site.at(f"/patients/{patient}")
    assert (
        office.post_form(file, f"{file}/corriger", {"last_name": "Autrement", "reason": "Mariage"}).status_code == 303
    )
    (form,) = forms(shown, f"{page}/document-patient")
    assert office.submit(form, page, {"way": "given"}).status_code == 303
    after = office.see(page)
    (given, now) = links(after, "document-patient.pdf")
    assert printed(office, given) == as_printed
    assert "Autrement" in printed(office, now)
    assert "Autrement" not in as_printed
    assert "document remis au patient" in after.text
    (back,) = forms(after, f"{page}/document-patient/retirer")
    assert office.submit(back, page, {"reason": ""}).status_code == 422
    assert office.submit(back, page, {"reason": "pas celui-ci"}).status_code == 303
    assert "à remettre" in office.see(page).one("section", aria_labelledby="papers-title").text


def test_n20_who_may_not_see_care_prints_nothing_and_who_may_not_bill_notes_nothing(sent: RunningSite) -> None:
    site = sent
    sending_id = sending_of(site)
    accountant, nurse, office = (site.sign_in(role) for role in ("accountant", "care_giver", "office"))
    if not links(office.see(site.at(f"/envois/{sending_id}")), "documents-patients.pdf"):
        hand_over(site)
    invoice_id = invoices_of(site, sending_id)[0]
    page, paper = site.at(f"/envois/{sending_id}"), site.at(f"/factures/{invoice_id}")
    assert not links(accountant.see(page), "documents-patients.pdf")
    assert accountant.get(f"{page}/documents-patients.pdf").status_code == 403
    assert accountant.get(f"{paper}/document-patient.pdf").status_code == 403
    assert printed(nurse, f"{paper}/document-patient.pdf")
    assert not forms(nurse.see(paper), f"{paper}/document-patient")
    number = site.rows("SELECT sending_number FROM sendings WHERE sending_id = ?", sending_id)[0]["sending_number"]
    for who in (accountant, nurse):
        assert not work(who.see(site.at("")), number)
    assert office.get(f"{paper}/document-patient.pdf?edition=9").status_code == 404
    assert office.get(f"{paper}/document-patient.pdf?edition=neuf").status_code == 422
