"""Who opens which page where: every route for every role, from the router and the table of rights themselves."""

from datetime import date as Date
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import uuid4

import httpx
import pytest

from api.web.doors import Door, Public
from api.web.shell import PLACES
from domain.roles import RIGHTS_OF, ROLES
from tests.web.markup import parse
from tests.web.matrix import ENDLESS, THINGS, Way, actions, own_pages, readings, ways
from tests.web.site import RunningSite, own_password
from tests.web.test_policy import way_to
from tests.web.visitor import Visitor, is_html, local


def is_open_to(way: Way, role: str) -> bool:
    """As the table of rights says."""
    return way.right is None or bool({way.right, "admin"} & RIGHTS_OF[role])  # type: ignore[index]


def title(answer: httpx.Response) -> str:
    return parse(answer.text).one("h1").text if is_html(answer) else ""


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_exactly_what_its_rights_say(site: RunningSite, role: str) -> None:
    who, refused, odd = site.sign_in(role), title(forbidden(site)), []
    for way in readings(site):
        answer = who.get(way.address(site))
        is_open = is_open_to(way, role)
        if answer.status_code not in ((200, 303) if is_open else (403,)) or (not is_open and title(answer) != refused):
            odd.append(f"{way}: {answer.status_code} {title(answer)}")
    assert not odd, f"{role}: {odd}"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_nothing_beyond_its_rights(site: RunningSite, role: str) -> None:
    who, refused = site.sign_in(role), title(forbidden(site))
    csrf, head = csrf_of(who, site), site.quittance.log.head()
    for way in actions(site):
        if isinstance(way.door, Door) and not is_open_to(way, role):
            answer = who.post(way.address(site), {"csrf": csrf, "command_id": uuid4().hex})
            assert (answer.status_code, title(answer)) == (403, refused), f"{role} {way}"
    assert site.quittance.log.head() == head


def test_a_role_is_let_in_where_its_rights_say(fresh_site: RunningSite) -> None:
    """Every action, sent as an empty form about nothing: whatever is wrong with it, it is not the right."""
    refused, odd = title(forbidden(fresh_site)), []
    for role in ROLES:
        who = fresh_site.sign_in(role)
        fields = {"csrf": csrf_of(who, fresh_site)}
        for way in actions(fresh_site):
            if (
                not isinstance(way.door, Door)
                or not is_open_to(way, role)
                or set(way.names) - THINGS - {"where", "month"}
            ):
                continue
            if way.path == "/logout":
                continue
            answer = who.post(way.address(fresh_site, of_nobody=True), fields)
            if answer.status_code >= 500 or title(answer) == refused:
                odd.append(f"{role} {way}: {answer.status_code} {title(answer)}")
    assert not odd, odd


@pytest.mark.parametrize("role", ROLES)
def test_another_practice_looks_absent(site: RunningSite, role: str) -> None:
    """Under its own address, and its things under the address of one's own practice."""
    who, head = site.sign_in(role), site.quittance.log.head()
    fields = {"csrf": csrf_of(who, site), "command_id": uuid4().hex}

    def ask(way: Way, address: str) -> httpx.Response:
        return who.get(address) if way.method == "GET" else who.post(address, fields)

    for way in ways(site):
        if not way.is_of_practice or way.path in ENDLESS:
            continue
        answer = ask(way, way.address(site, site.elsewhere))
        assert answer.status_code == 404, f"{role} {way}: {answer.status_code} {title(answer)}"
        if set(way.names) & THINGS and is_open_to(way, role):
            theirs, nobodys = (
                ask(way, way.address(site, things_of=site.elsewhere)),
                ask(way, way.address(site, of_nobody=True)),
            )
            assert (theirs.status_code, title(theirs)) == (nobodys.status_code, title(nobodys)), f"{role} {way}"
            assert theirs.status_code in ((404,) if way.method == "GET" else (404, 422)), f"{role} {way}"
    assert site.quittance.log.head() == head


def test_nothing_opens_before_the_sign_in_is_complete(site: RunningSite) -> None:
    """Not to nobody, not to somebody whose second factor is not proved yet; the way back is kept."""
    site.sign_in("office")
    halfway = site.anonymous()
    halfway.post_form("/login", "/login", {"login": "office", "password": own_password("office")})
    assert halfway.cookies
    head = site.quittance.log.head()
    for way in ways(site):
        if isinstance(way.door, Public) or "code" in way.door.stages:
            continue
        if way.path in ENDLESS:
            assert stranger(site).get(way.address(site)).status_code == 401, way
            continue
        address = f"{way.address(site)}?as_of=2026-11-20"
        for who in (site.anonymous(), halfway, stranger(site)):
            answer = who.get(address) if way.method == "GET" else who.post(address, {"csrf": "0" * 64})
            assert answer.status_code == 303, way
            back = {"next": address} if way.method == "GET" else {"next": "/", "lost": "true"}
            assert answer.headers["location"] == f"/login?{urlencode(back)}", way
            assert not answer.content, way
    assert site.quittance.log.head() == head


def test_a_role_counts_within_its_dates_alone(fresh_site: RunningSite) -> None:
    today, where = fresh_site.today, fresh_site.where
    grants = {
        "ended": (where, "administrator", Date(2026, 1, 1), Date(2026, 11, 2)),
        "to.come": (where, "administrator", Date(2026, 11, 4), None),
        "today": (where, "office", today, today),
    }
    people = {
        login: fresh_site.first_sign_in(login, fresh_site.add_user(login, grant)) for login, grant in grants.items()
    }
    people["nothing"] = fresh_site.first_sign_in("nothing", fresh_site.add_user("nothing"))
    for login, who in people.items():
        answer = who.get(fresh_site.at("/historique"))
        assert answer.status_code == (303 if login == "today" else 404), login
        home = who.get("/")
        assert home.status_code == (303 if login == "today" else 200), login
        if login != "today":
            assert fresh_site.at() not in home.text, login
    fresh_site.clock.forward(days=1)
    again, _ = fresh_site.sign_in_again("today")
    assert again.get(fresh_site.at("/historique")).status_code == 404
    later, _ = fresh_site.sign_in_again("to.come")
    assert later.get(fresh_site.at("/historique")).status_code == 303


def test_a_role_that_ends_closes_the_page_at_once(fresh_site: RunningSite) -> None:
    who, where = fresh_site.sign_in("office"), fresh_site.where
    assert who.get(fresh_site.at("/historique")).status_code == 303
    accounts = fresh_site.quittance.accounts
    from tests.acceptance.practice import OPERATOR

    accounts.end_role(OPERATOR, accounts.user_id("office"), where, "office", Date(2026, 11, 2))
    answer = who.get(fresh_site.at("/historique"))
    assert answer.status_code == 404 or local(answer.headers["location"]).startswith("/login")


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_shows_exactly_what_may_be_opened(site: RunningSite, role: str) -> None:
    who = site.sign_in(role)
    page = who.see(site.at("/historique"))
    (menu,) = page.of_class("sidebar")
    shown = [urlsplit(link.get("href")).path for link in menu.all("a", "href")]
    for path in shown:
        assert who.get(path).status_code in (200, 303), f"{role}: {path}"
    known = {way.path for way in own_pages(site)}
    rights = RIGHTS_OF[role]  # type: ignore[index]
    assert shown == [
        site.at(place.path) for place in PLACES if f"/c/{{where}}{place.path}" in known and place.right in rights
    ]


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_way_to_what_the_role_may_not_open(site: RunningSite, role: str) -> None:
    """Links and forms: one of each route that a page of the role leads to."""
    who, tried, odd = site.sign_in(role), set[tuple[str, str]](), list[str]()
    known = {(way.method, way.path): way for way in ways(site)}
    for way in own_pages(site):
        if not is_open_to(way, role):
            continue
        answer = who.followed(who.get(way.address(site)))
        if not is_html(answer):
            continue
        here, page = str(answer.request.url), parse(answer.text)
        leads = [("GET", link.get("href")) for link in page.all("a", "href")]
        leads += [((form.get("method") or "get").upper(), form.get("action")) for form in page.all("form")]
        for method, address in leads:
            target = urlsplit(urljoin(here, address))
            route = way_to(site, method, target.path)
            if not route or (method, route) in tried or address.startswith("#"):
                continue
            tried.add((method, route))
            if (method, route) in known and not is_open_to(known[method, route], role):
                odd.append(f"{way} leads to {method} {route}")
            elif method == "GET" and route not in ENDLESS:
                found = who.get(target.path + (f"?{target.query}" if target.query else ""))
                if found.status_code not in (200, 303):
                    odd.append(f"{way} leads to {address}: {found.status_code}")
    assert not odd, f"{role}: {odd}"


# ---- what the tests above have in common


def csrf_of(who: Visitor, site: RunningSite) -> str:
    return who.see(site.at("/historique")).all("input", name="csrf")[0].get("value")


def stranger(site: RunningSite) -> Visitor:
    """A cookie that no session has."""
    who = site.anonymous()
    who.cookies["__Host-quittance"] = "A" * 43
    return who


def forbidden(site: RunningSite) -> httpx.Response:
    """The page that says that a right is lacking."""
    way = next(way for way in ways(site) if isinstance(way.door, Door) and not is_open_to(way, "accountant"))
    who = site.sign_in("accountant")
    if way.method == "GET":
        return who.get(way.address(site))
    return who.post(way.address(site), {"csrf": csrf_of(who, site), "command_id": uuid4().hex})
