"""Forms that correct a thing say upon which state of it, whichever page they stand on; and tell in place what is wrong."""

import pytest

from tests.web.markup import filled, forms, parse
from tests.web.site import RunningSite


@pytest.mark.parametrize("given", ["", "-1", "1.0", "²", "9" * 10])
@pytest.mark.parametrize("path", ["/patients/{patient}", "/cabinet"])
def test_no_form_overwrites_what_nobody_knows_it_saw(fresh_site: RunningSite, path: str, given: str) -> None:
    patient = fresh_site.rows("SELECT patient_id FROM patients ORDER BY patient_id")[0]["patient_id"]
    page, who = fresh_site.at(path.format(patient=patient)), fresh_site.sign_in("administrator")
    (form,) = forms(who.see(page), f"{page}/corriger")
    head = fresh_site.quittance.log.head()
    fields = {**dict(filled(form, {})), "version": given, "reason": "Essai"}
    fields |= {"last_name": "Autre"} if "last_name" in fields else {"name": "Autre"}
    answer = who.post(f"{page}/corriger", fields)
    assert answer.status_code == 422
    assert fresh_site.quittance.log.head() == head
    assert who.post(f"{page}/corriger", fields | dict(filled(form, {}))).status_code == 303


def test_what_is_wrong_is_told_at_its_form_and_nothing_typed_is_lost(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("administrator")
    provider = fresh_site.rows("SELECT provider_id FROM memberships ORDER BY provider_id")[0]["provider_id"]
    user_id = fresh_site.quittance.accounts.user_id("administrator")
    patient = fresh_site.rows("SELECT patient_id FROM patients ORDER BY patient_id")[0]["patient_id"]
    for path, act, fields in (
        (f"/prestataires/{provider}", "depart", {"valid_to": "demain", "reason": "Part"}),
        (f"/cabinet/utilisateurs/{user_id}", "role", {"valid_from": "demain", "reason": "Renfort"}),
        (f"/patients/{patient}", "numero", {"ssin": "123", "reason": "Nouveau"}),
    ):
        page = fresh_site.at(path)
        answer = who.post_form(page, f"{page}/{act}", fields)
        assert answer.status_code == 422, path
        shown = parse(answer.text)
        (again,) = forms(shown, f"{page}/{act}")
        assert {name: value for name, value in filled(again, {}) if fields.get(name)} == {
            name: value for name, value in fields.items() if value
        }, path
