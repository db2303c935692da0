"""What is said of a provider holds in all practices: nobody undoes it unseen, nor from where they left."""

from datetime import date as Date

import pytest

from application.register import provider_id
from domain.errors import NotFound
from domain.provider import ProviderActivityRecorded
from tests.acceptance.practice import OPERATOR
from tests.web.markup import filled, forms, parse
from tests.web.site import RunningSite

NURSE = "49991127401"


def test_the_second_of_two_open_pages_of_a_provider_undoes_nothing(fresh_site: RunningSite) -> None:
    page = fresh_site.at(f"/prestataires/{provider_id(fresh_site.quittance.keys, NURSE)}")
    slow, quick = fresh_site.sign_in("office"), fresh_site.sign_in("administrator")
    (details,) = forms(slow.see(page), f"{page}/corriger")
    (activity,) = forms(slow.see(page), f"{page}/activite")
    theirs = {"last_name": "Premier", "reason": "Mariage"}
    assert quick.post_form(page, f"{page}/corriger", theirs).status_code == 303
    assert slow.submit(activity, page, {"valid_from": "2020-01-01"}).status_code == 412
    stale = slow.submit(details, page, {"first_name": "Second"})
    assert (stale.status_code, "Mariage" in stale.text) == (412, True)
    (again,) = forms(parse(stale.text), f"{page}/corriger")
    assert slow.submit(again, page).status_code == 303
    assert "Premier Second" in slow.see(page).text


def test_a_refused_form_about_a_provider_still_says_what_it_was_made_for(fresh_site: RunningSite) -> None:
    page = fresh_site.at(f"/prestataires/{provider_id(fresh_site.quittance.keys, NURSE)}")
    office = fresh_site.sign_in("office")
    (form,) = forms(office.see(page), f"{page}/corriger")
    made_for = dict(filled(form, {}))["version"]
    refused = office.submit(form, page, {"convention_status": "x"})
    assert refused.status_code == 422
    other = fresh_site.sign_in("administrator")
    assert other.post_form(page, f"{page}/corriger", {"last_name": "Entretemps"}).status_code == 303
    late = office.submit(form, page, {"convention_status": "x"})
    (again,) = forms(parse(late.text), f"{page}/corriger")
    assert dict(filled(again, {}))["version"] == made_for


def test_a_practice_that_somebody_left_says_nothing_more_of_them(fresh_site: RunningSite) -> None:
    office, where = fresh_site.sign_in("office"), fresh_site.where
    who = provider_id(fresh_site.quittance.keys, NURSE)
    page = fresh_site.at(f"/prestataires/{who}")
    kept = {action: forms(office.see(page), f"{page}/{action}") for action in ("corriger", "activite")}
    fresh_site.quittance.register.leave(OPERATOR, where, who, Date(2026, 10, 31))
    for action, (form,) in kept.items():
        assert not forms(office.see(page), f"{page}/{action}")
        typed = {"corriger": {"last_name": "Autre"}, "activite": {"valid_from": "2020-01-01"}}[action]
        assert office.submit(form, page, typed).status_code == 404
    fresh_site.quittance.register.join(OPERATOR, where, who, Date(2027, 3, 1))
    assert forms(office.see(page), f"{page}/corriger"), "who will work here can be prepared"


def test_a_period_of_activity_brings_no_former_details_back(fresh_site: RunningSite) -> None:
    """It is recorded by itself: whatever the details are by then, it does not name them."""
    register = fresh_site.quittance.register
    who = provider_id(fresh_site.quittance.keys, NURSE)
    before = len(fresh_site.quittance.log.load([who])[who])
    register.activity(OPERATOR, who, Date(2020, 1, 1))
    (made,) = fresh_site.quittance.log.load([who])[who][before:]
    assert made == ProviderActivityRecorded(Date(2020, 1, 1), None)
    with pytest.raises(NotFound):
        register.activity(OPERATOR, fresh_site.where, Date(2020, 1, 1))
