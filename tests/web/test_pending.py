"""A form that came when the session was over is kept for its person, shown after the sign-in, and done once."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from api.catalogue import has
from api.web.doors import Door
from infrastructure.accounts import pending_forms
from tests.acceptance.practice import OPERATOR
from tests.web.markup import filled, forms
from tests.web.matrix import actions
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

NOTE = "La mutualité rappelle demain"
KEPT = "__Host-quittance-pending"
SESSION = "__Host-quittance"


class Late:
    """Somebody who opens a sending, leaves for two hours, and then sends a note."""

    def __init__(self, site: RunningSite, role: str = "office") -> None:
        site.enter_care(200)
        self.site, self.sending_id = site, site.bill()[0]
        self.action = site.at(f"/suivi/{self.sending_id}/notes")
        self.page = site.at(f"/envois/{self.sending_id}")
        self.who = site.sign_in(role)
        (form,) = forms(self.who.see(self.page), self.action)
        self.fields = dict(filled(form, {"note": NOTE}))
        site.clock.instant += timedelta(hours=2)

    def send(self, path: str = "", **other: str) -> httpx.Response:
        headers = {"Referer": self.site.url + self.page}
        return self.who.post(path or self.action, {**self.fields, **other}, headers=headers)

    def back(self, login: str = "office") -> Visitor:
        """Signed in again in the same browser."""
        who, there = self.site.sign_in_again(login, "/login?next=%2Fpending", self.who.copy())
        assert there == "/pending"
        return who

    @property
    def notes(self) -> list[str]:
        found = self.site.quittance.casework.of(self.sending_id)
        return [note.note for note in found.notes] if found else []

    @property
    def rows(self) -> int:
        return len(self.site.rows("SELECT form FROM pending_forms"))

    @property
    def keys(self) -> int:
        return len(self.site.rows("SELECT subject_id FROM keys"))


def test_a_lost_session_keeps_the_action_and_continues_after_the_sign_in(fresh_site: RunningSite) -> None:
    late = Late(fresh_site)
    sent = late.send()
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fpending")
    assert late.notes == []
    who = late.back()
    page = who.see("/pending")
    assert NOTE in page.text
    assert "Ajouter une note" in page.text
    assert page.all("a", href=late.page)
    for _ in range(2):
        assert who.post_form("/pending", late.action).headers["location"] == late.page
    assert late.notes == [NOTE], "the id of the command is the one of the first form"


def test_a_colleague_who_signed_in_meanwhile_does_not_cost_the_action(fresh_site: RunningSite) -> None:
    late = Late(fresh_site)
    fresh_site.sign_in("administrator")
    assert late.send().headers["location"] == "/login?next=%2Fpending"


def _without_session(late: Late) -> httpx.Response:
    late.who.cookies.pop(SESSION)
    return late.send()


def _with_a_session_of_nobody(late: Late) -> httpx.Response:
    late.who.cookies[SESSION] = "x" * 43
    return late.send()


def _with_another_token(late: Late) -> httpx.Response:
    return late.send(csrf="0" * 64)


def _with_no_ascii(late: Late) -> httpx.Response:
    return late.send(csrf="é")


def _to_no_practice(late: Late) -> httpx.Response:
    return late.send(f"/c/{uuid4()}/suivi/{late.sending_id}/notes")


def _to_no_action(late: Late) -> httpx.Response:
    return late.send(late.site.at("/rien"))


def _without_the_right(late: Late) -> httpx.Response:
    return late.send(late.site.at("/cabinet/corriger"))


def _of_somebody_put_out(late: Late) -> httpx.Response:
    accounts = late.site.quittance.accounts
    accounts.deactivate(OPERATOR, accounts.user_id("office"))
    return late.send()


def _much_later(late: Late) -> httpx.Response:
    late.site.clock.instant += timedelta(hours=24)
    return late.send()


def _too_large(late: Late) -> httpx.Response:
    return late.send(note="x" * pending_forms.MOST_CHARACTERS)


@pytest.mark.parametrize(
    "send",
    [
        _without_session,
        _with_a_session_of_nobody,
        _with_another_token,
        _with_no_ascii,
        _to_no_practice,
        _to_no_action,
        _without_the_right,
        _of_somebody_put_out,
        _much_later,
        _too_large,
    ],
)
def test_nothing_else_leaves_a_form_or_a_key_behind(
    fresh_site: RunningSite, send: Callable[[Late], httpx.Response]
) -> None:
    late = Late(fresh_site)
    keys = late.keys
    answer = send(late)
    assert answer.status_code in (303, 404)
    assert KEPT not in late.who.cookies
    assert (late.rows, late.keys) == (0, keys)


def test_a_person_who_never_comes_back_fills_no_disk(fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    late = Late(fresh_site)
    monkeypatch.setattr(pending_forms, "MOST_OF_USER", 2)
    ends = [late.send().headers["location"].endswith("pending") for _ in range(4)]
    assert ends == [True, True, False, False]
    assert late.rows == 2


def test_a_kept_form_opens_for_nobody_else(fresh_site: RunningSite) -> None:
    late = Late(fresh_site)
    fresh_site.sign_in("administrator")
    late.send()
    token = late.who.cookies[KEPT]
    other = late.back("administrator")
    answer = other.get("/pending")
    assert answer.headers["location"] == "/"
    assert NOTE not in answer.text
    other.cookies[KEPT] = token
    other.post(
        "/pending/drop", {"csrf": forms(other.see("/account"), "/logout")[0].one("input", name="csrf").get("value")}
    )
    assert late.rows == 1, "nor does anybody else drop it"


def test_a_right_that_was_withdrawn_meanwhile_closes_the_kept_form(fresh_site: RunningSite) -> None:
    late, accounts = Late(fresh_site), fresh_site.quittance.accounts
    late.send()
    user_id, where, today = accounts.user_id("office"), fresh_site.where, fresh_site.today
    accounts.grant(OPERATOR, user_id, where, "auditor", today)
    accounts.end_role(OPERATOR, user_id, where, "office", today - timedelta(days=1))
    who = late.back()
    assert who.get("/pending").headers["location"] == "/"
    assert KEPT not in who.cookies


def test_a_kept_form_is_sealed_and_dropped(fresh_site: RunningSite) -> None:
    late = Late(fresh_site)
    late.send()
    (row,) = fresh_site.rows("SELECT form FROM pending_forms")
    assert NOTE not in row["form"]
    who = late.back()
    assert who.post_form("/pending", "/pending/drop").headers["location"] == late.page
    assert late.rows == 0
    assert who.get("/pending").headers["location"] == "/"


def test_every_action_has_a_name_for_the_page_of_a_kept_form(site: RunningSite) -> None:
    named = {
        route.path: route.endpoint
        for route in site.app.pages.routes
        if isinstance(route, APIRoute) and "POST" in route.methods
    }
    for way in actions(site):
        if way.is_of_practice and isinstance(way.door, Door) and way.door.is_kept:
            endpoint = named[way.path]
            assert has(f"kept_form.{endpoint.__module__.rpartition('.')[2]}.{endpoint.__name__}"), way


def told(who: Visitor, location: str) -> str:
    """What the page of the sign-in says above its form."""
    return " ".join(one.text for one in who.see(location).of_class("notice"))


def test_the_sign_in_says_that_the_session_is_over_and_what_became_of_the_form(fresh_site: RunningSite) -> None:
    late = Late(fresh_site)
    assert told(late.who, late.who.get(late.page).headers["location"]).endswith("pour continuer où vous étiez.")
    said = told(late.who, late.send().headers["location"])
    assert "Votre session est terminée" in said
    assert "est gardé une heure" in said


def test_a_form_of_a_session_closed_from_elsewhere_is_said_to_be_lost(fresh_site: RunningSite) -> None:
    """Whoever closed the session may not have been its person: nothing is kept, and nobody is left to guess."""
    late = Late(fresh_site)
    again, _ = fresh_site.sign_in_again("office")
    again.post_form("/account", "/account/sessions")
    answer = late.send()
    assert KEPT not in late.who.cookies
    said = told(late.who, answer.headers["location"])
    assert "Votre session est terminée" in said
    assert "n'a pas pu être gardé et n'est pas enregistré" in said


def test_a_first_visit_and_one_who_left_are_told_of_no_session(fresh_site: RunningSite) -> None:
    assert told(fresh_site.anonymous(), "/login") == ""
    office = fresh_site.sign_in("office")
    left = office.post_form("/account", "/logout").headers["location"]
    assert told(office, left) == ""
    assert told(office, office.post("/logout", {"csrf": "0" * 64}).headers["location"]) == ""
