"""One's own account: name, language, how pages look, open sessions."""

from datetime import timedelta

from tests.web.markup import parse
from tests.web.site import RunningSite


def test_name_and_language_are_one_s_own(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    answer = who.post_form("/account", "/account/name", {"name": "Anne Claes", "language": "nl"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert who.cookies["quittance-language"] == "nl"
    accounts = fresh_site.quittance.accounts
    state = accounts.user(accounts.user_id("office"))
    assert (state.name, state.language) == ("Anne Claes", "nl")
    empty = who.post_form("/account", "/account/name", {"name": "  "})
    assert empty.status_code == 422
    assert parse(empty.text).by_id("name-name").get("aria-invalid") == "true"


def test_density_shortcuts_and_rows_hold_on_every_page(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    html = who.see(fresh_site.at()).one("html")
    assert (html.get("data-density"), html.get("data-shortcuts")) == ("normal", "on")
    chosen = {"density": "compact", "limit": "25", "shortcuts": ""}
    assert who.post_form("/account", "/account/display", chosen).status_code == 303
    html = who.see(fresh_site.at()).one("html")
    assert (html.get("data-density"), html.get("data-shortcuts")) == ("compact", "off")
    accounts = fresh_site.quittance.accounts
    kept = accounts.preference(accounts.user_id("office"), "display")
    assert kept == {"density": "compact", "shortcuts": False, "limit": 25}
    page = who.see("/account")
    token = page.all("input", name="csrf")[0].get("value")
    wrong = who.post("/account/display", {"csrf": token, "density": "huge", "limit": "25"})
    assert wrong.status_code == 422


def test_all_other_sessions_are_closed_at_once(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    fresh_site.clock.forward(minutes=1)
    other, _ = fresh_site.sign_in_again("office")
    assert other.get("/account").status_code == 200
    assert len(who.see("/account").one("tbody").all("tr")) == 2
    assert who.post_form("/account", "/account/sessions").status_code == 303
    assert len(who.see("/account").one("tbody").all("tr")) == 1
    assert other.get("/account").headers["location"].startswith("/login")


def test_roles_are_told_with_their_dates(fresh_site: RunningSite) -> None:
    text = fresh_site.sign_in("accountant").see("/account").text
    assert "comptable" in text
    assert "01/01/2026" in text


def test_nobody_without_a_session_sees_an_account(fresh_site: RunningSite) -> None:
    answer = fresh_site.anonymous().get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Faccount")
    who = fresh_site.sign_in("office")
    fresh_site.clock.instant += timedelta(hours=13)
    assert who.get("/account").status_code == 303
