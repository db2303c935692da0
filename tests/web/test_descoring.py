"""De-scoring in the patient's file: recorded, its paid days credited by one button, withdrawn; and on the first screen."""

from datetime import date as Date
from uuid import UUID

import pytest

from domain import billing_day as days
from infrastructure.simulator.scenario import ACCEPTS_ALL
from tests.acceptance.practice import OPERATOR
from tests.acceptance.test_descoring import DAYS, cared_for
from tests.web.markup import Element, forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

MESSAGE = {
    "category": "A",
    "valid_from": "2026-09-01",
    "valid_to": "2026-11-30",
    "number": "VISITE1",
}


@pytest.fixture
def who(fresh_site: RunningSite) -> UUID:
    """Five days of a patient of category B, paid at its flat fee."""
    site = fresh_site
    site.quittance.tariffs.accept(OPERATOR, site.where, site.bring_tariffs(site.where), Date(2025, 1, 1))
    patient = cared_for(site.quittance, site.where)
    site.quittance.transport.scenario = ACCEPTS_ALL  # type: ignore[attr-defined]
    site.bill_and_answer()
    return patient


def pages(site: RunningSite, who: UUID) -> tuple[str, str]:
    """That of the patient's descorings, and the first screen."""
    return site.at(f"/patients/{who}/descorages"), site.at("")


def told_on(site: RunningSite) -> str:
    return site.quittance.clock.now().date().isoformat()


def record(site: RunningSite, office: Visitor, page: str, **other: str) -> int:
    return office.post_form(page, page, MESSAGE | {"told_on": told_on(site)} | other).status_code


def work(page: Element) -> list[str]:
    return [row.text for row in page.all("tr") if "catégorie abaissée" in row.text]


def rows(page: Element) -> list[list[str]]:
    body = page.one("tbody")
    return [[cell.text for cell in row.walk() if cell.tag in ("td", "th")] for row in body.all("tr")]


def test_sof_41_paid_days_are_credited_by_one_button(fresh_site: RunningSite, who: UUID) -> None:
    site, office = fresh_site, fresh_site.sign_in("office")
    page, first = pages(site, who)
    assert "Aucun déscorage" in office.see(page).text
    assert not work(office.see(first))
    assert record(site, office, page) == 303
    shown = office.see(page)
    assert len(rows(shown)) == len(DAYS)
    assert all(row[2] == "payé, à décider" and row[4] != "–" for row in rows(shown))
    assert "Somme de 5 jours à décider" in shown.text
    assert "facture ultérieure" in shown.text
    (row,) = work(office.see(first))
    assert "Créditer 5 jours payés" in row
    (form,) = forms(shown, f"{page}/crediter")
    silent = office.submit(form, page, {"reason": ""})
    assert silent.status_code == 422
    ids = [box.get("value") for box in form.all("input", name="day_id")]
    assert office.submit(form, page, {"reason": "visite de contrôle"}).status_code == 303
    after = office.see(page)
    assert {row[1] for row in rows(after)} == {"décidé"}
    assert "n'attend plus de décision" in after.text
    assert not work(office.see(first))
    for day_id in ids:
        day = days.fold(site.quittance.log.load([UUID(day_id)])[UUID(day_id)])
        assert day is not None
        assert day.decision == "credit_note"


def test_a_chosen_day_alone_is_credited(fresh_site: RunningSite, who: UUID) -> None:
    site, office = fresh_site, fresh_site.sign_in("office")
    page, first = pages(site, who)
    record(site, office, page)
    (form,) = forms(office.see(page), f"{page}/crediter")
    one = form.all("input", name="day_id")[0].get("value")
    sent = {
        "csrf": form.one("input", name="csrf").get("value"),
        "command_id": "d" * 32,
        "valid_from": MESSAGE["valid_from"],
        "reason": "visite de contrôle",
    }
    none = office.post(f"{page}/crediter", sent | {"command_id": "e" * 32})
    assert none.status_code == 422
    assert office.post(f"{page}/crediter", sent | {"day_id": one}).status_code == 303
    (row,) = work(office.see(first))
    assert "Créditer 4 jours payés" in row


def test_a_withdrawn_one_brings_the_former_authorisation_back(fresh_site: RunningSite, who: UUID) -> None:
    site, office = fresh_site, fresh_site.sign_in("office")
    page, first = pages(site, who)
    record(site, office, page)
    assert "VISITE1" in office.see(site.at(f"/patients/{who}/medical")).text
    (form,) = forms(office.see(page), f"{page}/retirer")
    assert office.submit(form, page, {"reason": ""}).status_code == 422
    assert office.submit(form, page, {"reason": "contesté"}).status_code == 303
    assert "Aucun déscorage" in office.see(page).text
    assert "VISITE1" not in office.see(site.at(f"/patients/{who}/medical")).text
    assert not work(office.see(first))
    story = office.see(site.at(f"/patients/{who}/chronologie")).text
    assert "catégorie abaissée après une visite de contrôle" in story
    assert "déscorage retiré" in story


@pytest.mark.parametrize(
    ("given", "field"),
    [({"category": ""}, "category"), ({"told_on": "2026-08-31"}, "told_on"), ({"valid_to": "2026-08-31"}, "valid_to")],
)
def test_what_is_wrong_is_told_at_its_field(
    fresh_site: RunningSite, who: UUID, given: dict[str, str], field: str
) -> None:
    site, office = fresh_site, fresh_site.sign_in("office")
    page, _ = pages(site, who)
    answer = office.post_form(page, page, MESSAGE | {"told_on": told_on(site)} | given)
    assert answer.status_code == 422
    assert parse(answer.text).by_id(f"lowered-{field}").get("aria-invalid") == "true"


def test_who_may_not_sees_no_form(fresh_site: RunningSite, who: UUID) -> None:
    site = fresh_site
    page, first = pages(site, who)
    record(site, site.sign_in("office"), page)
    shown = site.sign_in("care_giver").see(page)
    assert len(rows(shown)) == len(DAYS)
    assert not [form for form in forms(shown) if "/descorages" in str(form.get("action"))]
    assert not work(site.sign_in("accountant").see(first))
    assert site.sign_in("accountant").get(page).status_code == 403
