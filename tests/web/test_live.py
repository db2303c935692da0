"""The stream of a page: says that others changed something, ends with the session, and keeps nobody signed in."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from api.web import live
from application.ports import Context, Meta
from tests.acceptance.practice import OPERATOR
from tests.web.site import RunningSite
from tests.web.visitor import Visitor


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(live, "_TOGETHER_S", 0.0)


@pytest.fixture
def sent(fresh_site: RunningSite) -> list[UUID]:
    fresh_site.enter_care(60)
    return fresh_site.bill()


def listening(site: RunningSite, who: Visitor, query: str = "", last: str = "") -> Iterator[str]:
    """Lines of the stream as they come."""
    cookies = "; ".join(f"{name}={value}" for name, value in who.cookies.items())
    headers = {"Cookie": cookies, "Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    with (
        httpx.Client(base_url=site.url, timeout=10) as client,
        client.stream("GET", site.at("/live") + query, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield from answer.iter_lines()


def by(site: RunningSite, role: str) -> Context:
    return Context(Meta(f"user:{site.quittance.accounts.user_id(role)}", command_id="x" * 8))


def until(lines: Iterator[str], wanted: str) -> list[str]:
    """Lines up to the wanted one."""
    met: list[str] = []
    for line in lines:
        met.append(line)
        if line == wanted:
            return met
    raise AssertionError(met)


def test_a_page_hears_of_others_and_not_of_its_own_user(fresh_site: RunningSite, sent: list[UUID]) -> None:
    office = fresh_site.sign_in("office")
    lines = listening(fresh_site, office)
    assert next(lines).startswith("retry")
    fresh_site.quittance.dispatch.archive(by(fresh_site, "office"), sent[0], archived=True)
    own = fresh_site.quittance.log.head()
    until(lines, f"id: {own}")
    fresh_site.quittance.dispatch.archive(OPERATOR, sent[0], archived=False)
    head = fresh_site.quittance.log.head()
    met = until(lines, "event: changed")
    assert met[-2] == f"id: {head}"
    assert met.count("event: changed") == 1


def test_what_came_between_two_connections_is_told(fresh_site: RunningSite, sent: list[UUID]) -> None:
    office, before = fresh_site.sign_in("office"), fresh_site.quittance.log.head()
    fresh_site.quittance.dispatch.archive(OPERATOR, sent[0], archived=True)
    until(listening(fresh_site, office, f"?after={before}"), "event: changed")
    until(listening(fresh_site, office, last=str(before)), "event: changed")
    after = fresh_site.quittance.log.head()
    met = until(listening(fresh_site, office, last=str(after)), f"id: {after}")
    assert "event: changed" not in met


def test_another_practice_is_not_heard(fresh_site: RunningSite, sent: list[UUID]) -> None:
    office = fresh_site.sign_in("office")
    lines = listening(fresh_site, office)
    next(lines)
    fresh_site.enter_other_practice()
    head = fresh_site.quittance.log.head()
    assert "event: changed" not in until(lines, f"id: {head}")
    assert office.get(fresh_site.at("/live", fresh_site.elsewhere)).status_code == 404


def test_the_stream_ends_with_the_session_and_does_not_lengthen_it(fresh_site: RunningSite, sent: list[UUID]) -> None:
    office = fresh_site.sign_in("office")
    accounts, user_id = fresh_site.quittance.accounts, fresh_site.quittance.accounts.user_id("office")
    lines = listening(fresh_site, office)
    next(lines)
    seen = accounts.sessions_of(user_id)[0].seen_at
    fresh_site.clock.forward(minutes=59)
    for _ in range(6):
        next(lines)
    assert accounts.sessions_of(user_id)[0].seen_at == seen
    fresh_site.clock.forward(minutes=2)
    until(lines, "event: ended")
    assert [line for line in lines if line] == ["data: "]


@pytest.mark.parametrize("how", ["sign out", "role", "deactivate"])
def test_who_may_no_more_hears_no_more(fresh_site: RunningSite, sent: list[UUID], how: str) -> None:
    office = fresh_site.sign_in("office")
    accounts, user_id = fresh_site.quittance.accounts, fresh_site.quittance.accounts.user_id("office")
    lines = listening(fresh_site, office)
    next(lines)
    if how == "sign out":
        accounts.sign_out_everywhere(user_id)
    elif how == "role":
        accounts.end_role(OPERATOR, user_id, fresh_site.where, "office", fresh_site.today - timedelta(days=1))
    else:
        accounts.deactivate(OPERATOR, user_id)
    until(lines, "event: ended")


def test_without_a_session_there_is_no_stream(fresh_site: RunningSite) -> None:
    assert fresh_site.anonymous().get(fresh_site.at("/live")).status_code == 401


def test_every_page_of_a_practice_listens_behind_what_it_shows(fresh_site: RunningSite, sent: list[UUID]) -> None:
    office = fresh_site.sign_in("office")
    head = fresh_site.quittance.log.head()
    page = office.see(fresh_site.at("/historique/envois"))
    notice = [found for found in page.walk() if "hx-sse:connect" in found.attributes]
    assert [found.get("hx-sse:connect") for found in notice] == [fresh_site.at("/live") + f"?after={head}"]
    assert "hidden" in notice[0].attributes
    assert notice[0].get("hx-nonce")
    past = office.see(fresh_site.at(f"/historique/envois?as_of={fresh_site.today}"))
    assert not [found for found in past.walk() if "hx-sse:connect" in found.attributes]
