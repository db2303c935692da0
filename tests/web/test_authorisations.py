"""Authorisations on the medical tab: recorded, replaced, refused at their field, withdrawn with a reason."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.acceptance.practice import unauthorised
from tests.web.markup import Element, forms, parse
from tests.web.site import RunningSite

KATZ = {"kind": "katz", "category": "B", "valid_from": "2026-10-01", "valid_to": "2026-12-31"}


@pytest.fixture
def who(fresh_site: RunningSite) -> UUID:
    return unauthorised(fresh_site.quittance)[0]["patient_id"]


def table(page: Element) -> list[list[str]]:
    """Texts of the first six columns."""
    body = page.one("div", aria_labelledby="allowed").one("tbody")
    return [[cell.text for cell in row.walk() if cell.tag in ("td", "th")][:6] for row in body.all("tr")]


def test_an_authorisation_is_recorded_and_withdrawn(fresh_site: RunningSite, who: UUID) -> None:
    office, page = fresh_site.sign_in("office"), fresh_site.at(f"/patients/{who}/medical")
    base = fresh_site.at(f"/patients/{who}/accords")
    assert "Aucun accord n'est connu" in office.see(page).text
    assert office.post_form(page, base, KATZ).status_code == 303
    palliative = {"kind": "palliative", "category": "PA", "valid_from": "2026-11-01", "number": "123/A"}
    assert office.post_form(page, base, palliative).status_code == 303
    assert table(office.see(page)) == [
        ["statut palliatif", "PA", "01/11/2026", "–", "123/A", "valable"],
        ["échelle de Katz", "B", "01/10/2026", "31/12/2026", "–", "valable"],
    ]
    _, katz = forms(office.see(page), f"{base}/retirer")
    silent = office.submit(katz, page, {"reason": ""})
    field = parse(silent.text).by_id("withdraw-katz-2026-10-01-reason")
    assert (silent.status_code, field.get("aria-invalid")) == (422, "true")
    assert office.submit(katz, page, {"reason": "Refusé par le médecin-conseil"}).status_code == 303
    assert [row[0] for row in table(office.see(page))] == ["statut palliatif"]


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({"kind": ""}, "kind", "Rien n'a été enregistré"),
        ({"category": "PA"}, "category", "Katz"),
        ({"valid_to": "2026-09-30"}, "valid_to", "précède"),
        ({"valid_to": ""}, "valid_to", "trois mois"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    fresh_site: RunningSite, who: UUID, given: dict[str, str], field: str, told: str
) -> None:
    office, page = fresh_site.sign_in("office"), fresh_site.at(f"/patients/{who}/medical")
    answer = office.post_form(page, fresh_site.at(f"/patients/{who}/accords"), KATZ | given)
    shown = parse(answer.text)
    assert (answer.status_code, shown.by_id(f"allowed-{field}").get("aria-invalid")) == (422, "true")
    assert told in shown.of_class("errors")[0].text
    assert shown.by_id("allowed-valid_from").get("value") == "2026-10-01"


def test_two_of_a_kind_do_not_hold_on_one_day(fresh_site: RunningSite, who: UUID) -> None:
    office, page = fresh_site.sign_in("office"), fresh_site.at(f"/patients/{who}/medical")
    base = fresh_site.at(f"/patients/{who}/accords")
    office.post_form(page, base, KATZ)
    other = office.post_form(page, base, KATZ | {"valid_from": "2026-11-01", "category": "C"})
    assert other.status_code == 422
    assert "mettez-y fin" in parse(other.text).of_class("errors")[0].text
    assert office.post_form(page, base, KATZ | {"valid_to": "2026-11-01"}).status_code == 303
    assert office.post_form(page, base, KATZ | {"valid_from": "2026-11-01", "category": "C"}).status_code == 303
    assert [row[1:4] for row in table(office.see(page))] == [
        ["C", "01/11/2026", "31/12/2026"],
        ["B", "01/10/2026", "01/11/2026"],
    ]


def test_who_may_not_register_sees_and_changes_nothing(fresh_site: RunningSite, who: UUID) -> None:
    page, base = fresh_site.at(f"/patients/{who}/medical"), fresh_site.at(f"/patients/{who}/accords")
    fresh_site.sign_in("office").post_form(page, base, KATZ)
    giver = fresh_site.sign_in("care_giver")
    shown = giver.see(page)
    assert table(shown)[0][1] == "B"
    assert not forms(shown, base)
    assert not forms(shown, f"{base}/retirer")


def test_sof_48_a_notification_is_noted_corrected_and_withdrawn(fresh_site: RunningSite, who: UUID) -> None:
    site, office = fresh_site, fresh_site.sign_in("office")
    page, base, first = site.at(f"/patients/{who}/medical"), site.at(f"/patients/{who}/accords"), site.at("")
    begun = site.today - timedelta(days=3)
    allowed = KATZ | {"valid_from": begun.isoformat(), "valid_to": (begun + timedelta(days=60)).isoformat()}

    def waits() -> list[str]:
        rows = [row.text for row in office.see(first).all("tr") if "Notifier à la mutualité" in row.text]
        return [text for text in rows if f"{begun:%d/%m/%Y}" in text]

    assert office.post_form(page, base, allowed).status_code == 303
    (row,) = waits()
    assert "échelle de Katz" in row
    assert "dépassée" not in row
    shown = office.see(page)
    assert "à notifier" in shown.text
    link = next(one for one in office.see(first).all("a", "href") if "Notifier à la mutualité" in one.text)
    assert str(link.get("href")).endswith(f"/patients/{who}/medical")
    form = next(
        one
        for one in forms(shown, f"{base}/notifier")
        if one.one("input", name="valid_from").get("value") == begun.isoformat()
    )
    silent = office.submit(form, page, {"sent_on": ""})
    field = parse(silent.text).by_id(f"notify-katz-{begun}-sent_on")
    assert (silent.status_code, field.get("aria-invalid")) == (422, "true")
    told = {"sent_on": site.today.isoformat(), "reference": "410000-17", "proof": "accusé MyCareNet"}
    assert office.submit(form, page, told).status_code == 303
    assert not waits()
    after = office.see(page)
    assert f"notifié le {site.today:%d/%m/%Y}" in after.text
    assert "410000-17" in after.text
    (back,) = forms(after, f"{base}/notification/retirer")
    assert office.submit(back, page, {"reason": "rien n'est parti"}).status_code == 303
    assert waits()
    nurse = site.sign_in("care_giver")
    assert not forms(nurse.see(page), f"{base}/notifier")
    assert "Notifier à la mutualité" not in nurse.see(first).text


def test_sof_48_a_late_notification_says_what_the_insurer_owes(fresh_site: RunningSite, who: UUID) -> None:
    site, office = fresh_site, fresh_site.sign_in("office")
    page, base, first = site.at(f"/patients/{who}/medical"), site.at(f"/patients/{who}/accords"), site.at("")
    begun = site.today - timedelta(days=30)
    allowed = KATZ | {"valid_from": begun.isoformat(), "valid_to": (begun + timedelta(days=60)).isoformat()}
    assert office.post_form(page, base, allowed).status_code == 303
    (row,) = [
        one.text for one in office.see(first).all("tr") if "Notifier" in one.text and f"{begun:%d/%m/%Y}" in one.text
    ]
    assert "dépassée" in row
    form = next(
        one
        for one in forms(office.see(page), f"{base}/notifier")
        if one.one("input", name="valid_from").get("value") == begun.isoformat()
    )
    assert office.submit(form, page, {"sent_on": site.today.isoformat()}).status_code == 303
    owed = site.today + timedelta(days=1)
    assert f"la mutualité doit les soins à partir du {owed:%d/%m/%Y}" in office.see(page).text
