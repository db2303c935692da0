"""One's own account: name, language, how pages look, open sessions."""

from datetime import timedelta

import httpx

from api.digest import digests
from tests.acceptance.practice import OPERATOR
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


def test_the_account_has_the_menu_of_somebody_with_one_practice(fresh_site: RunningSite) -> None:
    """Somebody with several says first in which one."""
    site = fresh_site
    who = site.sign_in("office")
    page = who.see("/account")
    menu = page.one("nav", class_="sidebar")
    assert [link.get("href") for link in menu.all("a")] == [
        link.get("href") for link in who.see(site.at()).one("nav", class_="sidebar").all("a")
    ]
    assert "Choisir un cabinet" not in page.text
    assert page.all("form", action=site.at("/recherche"))
    assert not page.all("", "hx-sse:connect"), "nothing is listened to: the page is of no practice"
    site.enter_other_practice()
    accounts = site.quittance.accounts
    accounts.grant(OPERATOR, accounts.user_id("office"), site.elsewhere, "office", site.today)
    page = who.see("/account")
    assert not page.all("nav", class_="sidebar")
    assert "Choisir un cabinet" in page.text


def test_every_page_says_until_when_one_is_signed_in_and_lets_one_stay(fresh_site: RunningSite) -> None:
    """Nine in the morning, UTC, is ten in Belgium: the session lasts an hour without use, twelve at most."""
    who, page = fresh_site.sign_in("office"), fresh_site.at("/historique/envois?sort=month")
    start = fresh_site.clock.instant
    assert "Session jusqu'à 11:00" in who.see(page).by_id("session").text
    fresh_site.clock.instant = start + timedelta(minutes=30)
    link = who.partial("/account/session")
    assert link.status_code == 200
    assert "Session jusqu'à 11:30" in parse(link.text).by_id("session").text
    assert "<html" not in link.text
    shown = who.see(page).by_id("session")
    assert [one.get("href") for one in shown.all("a")] == [""], "without a script the page is opened again"
    for minutes in range(60, 720, 30):
        fresh_site.clock.instant = start + timedelta(minutes=minutes)
        ending = who.see(page).by_id("session")
    assert "Session jusqu'à 22:00" in ending.text
    assert not ending.all("a"), "no use makes it longer"
    fresh_site.clock.instant = start + timedelta(hours=12)
    late = who.partial("/account/session")
    assert late.status_code == 401
    assert "Session terminée" in late.text
    assert "hx-redirect" not in late.headers, "what was typed is still there"
    assert who.get("/account/session").headers["location"].startswith("/login")


def test_the_account_says_when_each_session_ends_in_any_case(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    fresh_site.clock.forward(minutes=20)
    (row,) = who.see("/account").one("tbody").all("tr")
    told = [cell.text[-5:] for cell in row.all("td")]
    assert told[:3] == ["10:20", "11:20", "22:00"]


def test_all_other_sessions_are_closed_at_once(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    fresh_site.clock.forward(minutes=1)
    other, _ = fresh_site.sign_in_again("office")
    assert other.get("/account").status_code == 200
    assert len(who.see("/account").one("tbody").all("tr")) == 2
    assert who.post_form("/account", "/account/sessions").status_code == 303
    assert len(who.see("/account").one("tbody").all("tr")) == 1
    assert other.get("/account").headers["location"].startswith("/login")


def test_the_daily_mail_is_asked_for_and_given_up(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(60)
    who = fresh_site.sign_in("office")

    def ask(**fields: str) -> httpx.Response:
        return who.post_form("/account", "/account/mail", fields)

    fresh_site.clock.forward(days=30)
    fresh_site.sign_in_again("office", window=who)
    for wrong in ("", "office", "a@b", "a@b.be, c@d.be", "a@b.be\r\nBcc: c@d.be"):
        refused = ask(wanted="on", address=wrong)
        assert refused.status_code == 422
        assert parse(refused.text).by_id("mail-address").get("aria-invalid") == "true"
        assert digests(fresh_site.quittance, "https://quittance.example") == []
    assert ask(wanted="on", address="anne@example.be").status_code == 303
    page = who.see("/account")
    assert "checked" in page.one("input", name="wanted").attributes
    (mail,) = digests(fresh_site.quittance, "https://quittance.example")
    assert mail.to == "anne@example.be"
    assert "https://quittance.example/account" in mail.text
    assert ask(wanted="", address="anne@example.be").status_code == 303
    assert "checked" not in who.see("/account").one("input", name="wanted").attributes
    assert digests(fresh_site.quittance, "https://quittance.example") == []


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
