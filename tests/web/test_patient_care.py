"""The medical tab of a patient's file: what lines of care hold, for who may see care, and who looked."""

from datetime import date as Date
from uuid import UUID

import pytest

from application.record_care import Entry
from domain.care import Care
from tests.acceptance.practice import OPERATOR, unauthorised
from tests.web.markup import Element
from tests.web.site import RunningSite

NURSE, DOCTOR = "49991127401", "10005380004"


@pytest.fixture
def patients(fresh_site: RunningSite) -> list[UUID]:
    """Of whom no insurer said anything yet."""
    return [row["patient_id"] for row in unauthorised(fresh_site.quittance, "1 = 1")]


def record(site: RunningSite, who: UUID, date: Date, *cares: Care) -> UUID:
    done = site.quittance.care.record(OPERATOR, site.where, [Entry(who, date, care) for care in cares])
    site.quittance.views.catch_up()
    return done.result.lines[0].day_id


def care(code: str = "425014", cents: int = 721, **values: object) -> Care:
    return Care(code, cents, NURSE, **values)  # type: ignore[arg-type]


def table(page: Element, name: str) -> list[list[str]]:
    """Texts of the rows under a heading."""
    (region,) = page.all("div", aria_labelledby=name)
    body = region.one("tbody")
    return [[cell.text for cell in row.walk() if cell.tag in ("td", "th")] for row in body.all("tr")]


def test_prescriptions_agreements_flat_fees_and_teeth_stand_in_the_file(
    fresh_site: RunningSite, patients: list[UUID]
) -> None:
    site, who = fresh_site, patients[0]
    prescribed = {"prescriber": DOCTOR, "prescription_date": Date(2026, 9, 28)}
    record(site, who, Date(2026, 10, 1), care(**prescribed), care("425110", **prescribed, agreement_number="777"))
    record(site, who, Date(2026, 10, 3), care(**prescribed, agreement_number="777", time="0900"))
    record(site, who, Date(2026, 10, 4), care("419613", 2_000, lump_sum_pct=50), care("990101", 0, service_norm=9))
    tooth = record(site, who, Date(2026, 10, 5), care("304371", 3_000, tooth="36"), care("460666", 900, limb=2))
    record(site, patients[1], Date(2026, 10, 1), care(prescriber="10005380099"))
    address = site.at(f"/patients/{who}")
    office = site.sign_in("care_giver")
    assert f"{address}/medical" in {link.get("href") for link in office.see(address).all("a", "href")}
    page = office.see(f"{address}/medical")
    assert table(page, "prescriptions") == [["28/09/2026", DOCTOR, "425014, 425110", "01/10/2026", "03/10/2026", "3"]]
    assert table(page, "papers") == [["Numéro d'accord", "777", "425014, 425110", "01/10/2026", "03/10/2026", "2"]]
    assert table(page, "flat-fees") == [["419613", "50 %", "04/10/2026", "04/10/2026", "1"]]
    assert table(page, "marks") == [["05/10/2026", "36", "–", "304371"], ["05/10/2026", "–", "droit", "460666"]]
    assert site.at(f"/jours/{tooth}") in {link.get("href") for link in page.all("a", "href")}
    assert "10005380099" not in page.text


def test_of_the_past_and_of_merged_records_and_without_what_was_withdrawn(
    fresh_site: RunningSite, patients: list[UUID]
) -> None:
    site, (who, twin, *_) = fresh_site, patients
    day_id = record(site, who, Date(2026, 10, 1), care(prescriber=DOCTOR), care("425110", tooth="11"))
    record(site, twin, Date(2026, 10, 2), care(agreement_number="888"))
    site.clock.forward(days=3)
    lines = site.quittance.log.load([day_id])[day_id][0].lines
    site.quittance.care.withdraw(OPERATOR, day_id, lines[1].line_id)
    site.quittance.register.merge(OPERATOR, twin, who)
    site.quittance.views.catch_up()
    office, page = site.sign_in("office"), site.at(f"/patients/{who}/medical")
    now, then = office.see(page), office.see(f"{page}?as_of={site.today.replace(day=3)}")
    assert (not now.all("div", aria_labelledby="marks"), bool(then.all("div", aria_labelledby="marks"))) == (True, True)
    assert table(now, "papers")[0][1] == "888"
    assert table(now, "prescriptions")[0][1] == DOCTOR


def test_a_file_without_any_says_so(fresh_site: RunningSite, patients: list[UUID]) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patients[0]}/medical")
    record(site, patients[0], Date(2026, 10, 1), care())
    shown = site.sign_in("office").see(page)
    assert "Aucune ligne de soins de ce patient ne porte" in shown.of_class("empty")[0].text
    assert not shown.all("table")


def test_who_looked_is_noted_and_who_may_not_see_care_does_not_look(
    fresh_site: RunningSite, patients: list[UUID]
) -> None:
    site, page = fresh_site, fresh_site.at(f"/patients/{patients[0]}/medical")
    record(site, patients[0], Date(2026, 10, 1), care(prescriber=DOCTOR))
    query = "SELECT actor FROM access_log WHERE action = 'patient.medical' AND patient_id = ?"
    assert site.sign_in("accountant").get(page).status_code == 403
    assert site.rows(query, patients[0]) == []
    site.sign_in("auditor").see(page)
    who = site.quittance.accounts.user_id("auditor")
    assert site.rows(query, patients[0]) == [{"actor": f"user:{who}"}]
