"""Deputies: named on one's own page or by an administrator, and what they then find under their own work."""

from datetime import date as Date
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.ports import Context, Meta
from domain.user import Absence
from tests.acceptance.practice import OPERATOR
from tests.web.markup import Element, filled, forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

LONG_AGO, DAY = Date(2026, 1, 1), timedelta(days=1)
NAME, WITHDRAW = "/account/absences", "/account/absences/retrait"


@pytest.fixture
def staffed(fresh_site: RunningSite) -> RunningSite:
    """With a colleague of whoever signs in."""
    fresh_site.add_user("bert", (fresh_site.where, "accountant", LONG_AGO, None), name="Bert Maes")
    return fresh_site


def user_id(site: RunningSite, login: str) -> UUID:
    return site.quittance.accounts.user_id(login)


def absences(site: RunningSite, login: str) -> tuple[Absence, ...]:
    state = site.quittance.accounts.user(user_id(site, login))
    assert state is not None
    return state.absences


def away(site: RunningSite, first: Date, last: Date, **more: Any) -> dict[str, Any]:
    return {"deputy_id": str(user_id(site, "bert")), "valid_from": str(first), "valid_to": str(last), **more}


def listed(page: Element) -> list[Element]:
    """Rows of the list of absences."""
    return [row for table in page.all("table") for row in table.all("tr") if "Bert Maes" in row.text]


def mine(site: RunningSite, who: Visitor, more: str = "") -> list[Element]:
    page = who.see(site.at(f"?mine=true{more}"))
    return page.one("tbody").all("tr") if page.all("tbody") else []


# On one's own page


def test_a_deputy_is_named_shown_and_withdrawn_without_script(staffed: RunningSite) -> None:
    who, today = staffed.sign_in("office"), staffed.today
    last = today + 5 * DAY
    answer = who.post_form("/account", NAME, away(staffed, today, last))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account#absences")
    given = Absence(staffed.where, user_id(staffed, "bert"), today, last)
    assert absences(staffed, "office") == (given,)
    (row,) = listed(who.see("/account"))
    assert f"{today:%d/%m/%Y}" in row.text
    assert f"{last:%d/%m/%Y}" in row.text
    history = staffed.quittance.log.history(user_id(staffed, "office"))
    assert history[-1].meta.actor == f"user:{user_id(staffed, 'office')}"
    assert who.post_form("/account", WITHDRAW, {"valid_from": str(today)}).status_code == 303
    assert absences(staffed, "office") == ()
    assert not listed(who.see("/account"))


def test_what_will_not_do_is_said_at_the_field_and_stays_typed(staffed: RunningSite) -> None:
    who, today = staffed.sign_in("office"), staffed.today
    own = str(user_id(staffed, "office"))
    for fields, field, said in (
        (away(staffed, today, today - DAY), "valid_to", "Le dernier jour précède le premier"),
        (away(staffed, today - 9 * DAY, today - DAY), "valid_to", "passés"),
        (away(staffed, today, today + 500 * DAY), "valid_to", "400 jours"),
        (away(staffed, today, today) | {"valid_to": ""}, "valid_to", "Donnez une date"),
        (away(staffed, today, today) | {"deputy_id": own}, "deputy_id", "son propre suppléant"),
    ):
        (form,) = forms(who.see("/account"), NAME)
        refused = who.post(NAME, dict(filled(form, {})) | fields)
        page = parse(refused.text)
        assert refused.status_code == 422
        assert page.by_id(f"deputy-{field}").get("aria-invalid") == "true"
        assert said in page.by_id(f"deputy-{field}-error").text
        assert page.by_id("deputy-valid_from").get("value") == fields["valid_from"]
    assert absences(staffed, "office") == ()
    unknown = who.post_form("/account", NAME, away(staffed, today, today))
    assert unknown.status_code == 303
    (form,) = forms(who.see("/account"), WITHDRAW)
    twice = [who.post(WITHDRAW, dict(filled(form, {}))) for _ in range(2)]
    assert [one.status_code for one in twice] == [303, 422]
    assert "déjà retirée" in twice[1].text


def test_one_practice_or_all_that_both_share(staffed: RunningSite) -> None:
    who, today, other = staffed.sign_in("office"), staffed.today, staffed.enter_other_practice()
    accounts = staffed.quittance.accounts
    assert not forms(who.see("/account"), NAME)[0].all("option", value=""), "there is only one to choose"
    accounts.grant(OPERATOR, user_id(staffed, "office"), other, "office", LONG_AGO)
    staffed.add_user("kim", (other, "office", LONG_AGO, None), name="Kim Janssens")
    text = who.see("/account").by_id("deputy-deputy_id").text
    assert all(name in text for name in ("Bert Maes", "Kim Janssens"))
    elsewhere = who.post_form("/account", NAME, away(staffed, today, today, establishment_id=str(other)))
    assert elsewhere.status_code == 422
    assert "chacun de ces jours" in parse(elsewhere.text).by_id("deputy-deputy_id-error").text
    assert who.post_form("/account", NAME, away(staffed, today, today, establishment_id="")).status_code == 303
    assert {one.establishment_id for one in absences(staffed, "office")} == {staffed.where}
    accounts.grant(OPERATOR, user_id(staffed, "bert"), other, "office", LONG_AGO)
    later = today + DAY
    assert who.post_form("/account", NAME, away(staffed, later, later, establishment_id="")).status_code == 303
    both = {one.establishment_id for one in absences(staffed, "office") if one.valid_from == later}
    assert both == {staffed.where, other}


def test_who_works_alone_has_nobody_to_name(fresh_site: RunningSite) -> None:
    page = fresh_site.sign_in("office").see("/account")
    assert not forms(page, NAME)
    assert "Personne d'autre n'a de rôle ici" in page.text


def test_what_is_over_stays_listed_and_cannot_be_withdrawn(staffed: RunningSite) -> None:
    who, today = staffed.sign_in("office"), staffed.today
    staffed.quittance.accounts.name_deputy(
        OPERATOR, user_id(staffed, "office"), user_id(staffed, "bert"), today, today + DAY
    )
    staffed.clock.forward(days=2)
    staffed.sign_in_again("office", window=who)
    page = who.see("/account")
    (row,) = listed(page)
    assert "terminée" in row.text
    assert not forms(page, WITHDRAW)


# By an administrator


def test_an_administrator_names_a_deputy_for_who_is_ill_and_it_stands_who_did_it(staffed: RunningSite) -> None:
    staffed.add_user("malade", (staffed.where, "office", LONG_AGO, None), name="Anne Claes")
    admin, today = staffed.sign_in("administrator"), staffed.today
    page = staffed.at(f"/cabinet/utilisateurs/{user_id(staffed, 'malade')}")
    last = today + 3 * DAY
    refused = admin.post_form(page, f"{page}/absences", away(staffed, last, today))
    assert (refused.status_code, "précède le premier" in refused.text) == (422, True)
    named = admin.post_form(page, f"{page}/absences", away(staffed, today, last))
    assert named.status_code == 303
    shown = admin.see(page)
    assert "suppléant désigné pour une absence" in shown.one("ol", class_="timeline").text
    assert "Personne administrator" in shown.one("ol", class_="timeline").all("li")[0].text
    assert listed(shown)
    assert f"absence jusqu'au {last:%d/%m/%Y}" in admin.see(staffed.at("/cabinet")).text
    trail = admin.see(staffed.at("/audit?kind=user")).one("tbody").all("tr")[0].text
    assert "suppléant désigné" in trail
    assert "Personne administrator" in trail
    assert admin.post_form(page, f"{page}/absences/retrait", {"valid_from": str(today)}).status_code == 303
    assert absences(staffed, "malade") == ()


def test_an_administrator_sees_and_changes_absences_of_this_practice_only(staffed: RunningSite) -> None:
    other, today = staffed.enter_other_practice(), staffed.today
    for login in ("deux", "kim"):
        staffed.add_user(login, *((where, "office", LONG_AGO, None) for where in (staffed.where, other)))
    accounts = staffed.quittance.accounts
    accounts.name_deputy(OPERATOR, user_id(staffed, "deux"), user_id(staffed, "kim"), today, today, other)
    admin, page = staffed.sign_in("administrator"), staffed.at(f"/cabinet/utilisateurs/{user_id(staffed, 'deux')}")
    assert not forms(admin.see(page), f"{page}/absences/retrait")
    assert "absence jusqu'au" not in admin.see(staffed.at("/cabinet")).text
    (form,) = forms(admin.see(page), f"{page}/absences")
    data = dict(filled(form, {})) | {"valid_from": str(today), "establishment_id": str(other)}
    assert admin.post(f"{page}/absences/retrait", data).status_code == 422
    assert len(absences(staffed, "deux")) == 1


def test_who_is_no_administrator_names_nobody_for_somebody_else(staffed: RunningSite) -> None:
    office, page = staffed.sign_in("office"), staffed.at(f"/cabinet/utilisateurs/{user_id(staffed, 'bert')}")
    csrf = forms(office.see("/account"), NAME)[0].all("input", name="csrf")[0].get("value")
    for action in ("absences", "absences/retrait"):
        assert office.post(f"{page}/{action}", {"csrf": csrf}).status_code == 403


# What the deputy finds


def test_the_deputy_finds_the_work_of_who_is_away_among_their_own(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(200)
    first, second, *_ = fresh_site.bill()
    deputy, today = fresh_site.sign_in("accountant"), fresh_site.today
    fresh_site.add_user("anne", (fresh_site.where, "office", LONG_AGO, None), name="Anne Claes")
    anne, accounts = user_id(fresh_site, "anne"), fresh_site.quittance.accounts
    casework, where = fresh_site.quittance.casework, fresh_site.where
    casework.assign(OPERATOR, where, first, anne)
    casework.assign(OPERATOR, where, second, user_id(fresh_site, "accountant"))
    begin, end = today + DAY, today + 2 * DAY
    accounts.name_deputy(OPERATOR, anne, user_id(fresh_site, "accountant"), begin, end, where)

    def found() -> dict[str, str]:
        fresh_site.sign_in_again("accountant", window=deputy)
        return {row.all("a")[0].get("href").rpartition("/")[2]: row.text for row in mine(fresh_site, deputy)}

    assert set(found()) == {str(second)}
    fresh_site.clock.forward(days=1)
    during = found()
    assert set(during) == {str(first), str(second)}
    said = f"pour Anne Claes, absence jusqu'au {end:%d/%m/%Y}"
    assert (said in during[str(first)], said in during[str(second)]) == (True, False)
    assert said in deputy.see(fresh_site.at()).text, "on the whole list too"
    assert "Voir" in during[str(first)], "no right passes over"
    assert "Envoyer le" in during[str(first)]
    assert fresh_site.rows("SELECT assignee FROM casework WHERE target_id = ?", first) == [{"assignee": anne}]
    office = fresh_site.sign_in("office")
    assert said not in office.see(fresh_site.at()).text
    assert mine(fresh_site, office) == []
    fresh_site.clock.forward(days=2)
    assert set(found()) == {str(second)}
    assert len(mine(fresh_site, deputy, f"&as_of={today}")) == 1
    assert len(mine(fresh_site, deputy, f"&as_of={end}")) == 2


def test_what_the_absent_one_put_off_comes_back_on_its_day(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(200)
    first, *_ = fresh_site.bill()
    deputy, today = fresh_site.sign_in("office"), fresh_site.today
    fresh_site.add_user("anne", (fresh_site.where, "office", LONG_AGO, None))
    casework, where = fresh_site.quittance.casework, fresh_site.where
    casework.assign(OPERATOR, where, first, user_id(fresh_site, "anne"))
    fresh_site.quittance.accounts.name_deputy(
        OPERATOR, user_id(fresh_site, "anne"), user_id(fresh_site, "office"), today, today + 9 * DAY, where
    )
    assert len(mine(fresh_site, deputy)) == 1
    why = Context(Meta("operator", reason="Attendre", reason_subject=where))
    casework.snooze(why, where, first, today + DAY)
    assert mine(fresh_site, deputy) == []
    assert len(mine(fresh_site, deputy, "&snoozed=true")) == 1


def test_an_absence_that_is_withdrawn_ends_it_at_once_and_the_past_keeps_it(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(200)
    first, *_ = fresh_site.bill()
    deputy, today = fresh_site.sign_in("office"), fresh_site.today
    fresh_site.add_user("anne", (fresh_site.where, "office", LONG_AGO, None))
    anne, accounts = user_id(fresh_site, "anne"), fresh_site.quittance.accounts
    fresh_site.quittance.casework.assign(OPERATOR, fresh_site.where, first, anne)
    accounts.name_deputy(OPERATOR, anne, user_id(fresh_site, "office"), today, today + 9 * DAY)
    assert len(mine(fresh_site, deputy)) == 1
    fresh_site.clock.forward(days=1)
    accounts.withdraw_deputy(OPERATOR, anne, fresh_site.where, today)
    fresh_site.sign_in_again("office", window=deputy)
    assert mine(fresh_site, deputy) == []
    assert len(mine(fresh_site, deputy, f"&as_of={today}")) == 1
