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


CASEWORK = ("note", "file", "assign", "snooze")


def touch(site: RunningSite, context: Context, what: str, thing: UUID) -> None:
    """Casework of each kind, by whoever the context names."""
    desk, where = site.quittance.casework, site.where
    if what == "note":
        desk.note(context, where, thing, "Appelé.")
    elif what == "file":
        desk.attach(context, where, thing, "lettre.txt", b"Courrier")
    elif what == "assign":
        desk.assign(context, where, thing, site.quittance.accounts.user_id("somebody"))
    else:
        why = Context(Meta(context.meta.actor, reason="Attendre", reason_subject=where))
        desk.snooze(why, where, thing, site.today + timedelta(days=3))


def until(lines: Iterator[str], *wanted: str) -> list[str]:
    """Lines up to the wanted ones, in their order."""
    met: list[str] = []
    for line in lines:
        met.append(line)
        if line == wanted[0]:
            wanted = wanted[1:]
        if not wanted:
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


def test_listening_again_is_no_use_of_the_session(fresh_site: RunningSite, sent: list[UUID]) -> None:
    """A browser connects again by itself for as long as the page is open."""
    office = fresh_site.sign_in("office")
    accounts, user_id = fresh_site.quittance.accounts, fresh_site.quittance.accounts.user_id("office")
    seen = accounts.sessions_of(user_id)[0].seen_at
    for _ in range(2):
        fresh_site.clock.forward(minutes=20)
        until(listening(fresh_site, office), "event: alive")
    assert accounts.sessions_of(user_id)[0].seen_at == seen
    office.see(fresh_site.at("/historique"))
    assert accounts.sessions_of(user_id)[0].seen_at > seen


def test_between_two_notices_the_stream_says_that_it_lives_and_how_far_it_is(
    fresh_site: RunningSite, sent: list[UUID]
) -> None:
    lines = listening(fresh_site, fresh_site.sign_in("office"))
    met = until(lines, "event: alive")
    assert met[-2:] == [f"id: {fresh_site.quittance.log.head()}", "event: alive"]
    assert next(lines) == "data: ", "without it no script is told"


def test_casework_of_others_is_told_where_the_thing_is_shown(fresh_site: RunningSite, sent: list[UUID]) -> None:
    office, (thing, other, *_) = fresh_site.sign_in("office"), sent
    for what in CASEWORK:
        start = fresh_site.quittance.log.head()
        touch(fresh_site, OPERATOR, what, thing)
        head = fresh_site.quittance.log.head()
        met = until(listening(fresh_site, office, f"?after={start}&about={thing}"), f"id: {head}", "event: alive")
        assert [line for line in met if line.startswith("event")] == ["event: noted", "event: alive"], what
        met = until(listening(fresh_site, office, f"?after={start}&about={other}"), f"id: {head}", "event: alive")
        assert [line for line in met if line.startswith("event")] == ["event: alive"], what


def test_who_is_put_in_charge_is_told_wherever_they_are(fresh_site: RunningSite, sent: list[UUID]) -> None:
    office, me = fresh_site.sign_in("office"), fresh_site.quittance.accounts.user_id("office")
    colleague, start = fresh_site.sign_in("accountant"), fresh_site.quittance.log.head()
    desk = fresh_site.quittance.casework
    desk.assign(OPERATOR, fresh_site.where, sent[0], me)
    lines = listening(fresh_site, office, f"?after={start}")
    until(lines, "event: assigned")
    assert next(lines) == f"data: {fresh_site.at(f'/envois/{sent[0]}')}"
    office.see(fresh_site.at(f"/envois/{sent[0]}"))
    desk.assign(OPERATOR, fresh_site.where, sent[1], me)
    lines = listening(fresh_site, office, f"?after={start}&about={sent[0]}")
    until(lines, "event: assigned")
    assert next(lines) == f"data: {fresh_site.at('?mine=true')}", "two things: the list of what is mine"
    head = fresh_site.quittance.log.head()
    met = until(listening(fresh_site, colleague, f"?after={start}"), f"id: {head}", "event: alive")
    assert [line for line in met if line.startswith("event")] == ["event: alive"]


def test_the_thing_of_somebody_in_charge_is_a_page_that_they_may_open(
    fresh_site: RunningSite, sent: list[UUID]
) -> None:
    accountant, start = fresh_site.sign_in("accountant"), fresh_site.quittance.log.head()
    (patient, *_) = fresh_site.rows("SELECT patient_id FROM patients ORDER BY patient_id")
    me = fresh_site.quittance.accounts.user_id("accountant")
    fresh_site.quittance.casework.assign(OPERATOR, fresh_site.where, patient["patient_id"], me)
    lines = listening(fresh_site, accountant, f"?after={start}")
    until(lines, "event: assigned")
    assert next(lines) == f"data: {fresh_site.at('?mine=true')}"


def test_own_casework_is_no_news(fresh_site: RunningSite, sent: list[UUID]) -> None:
    office, start = fresh_site.sign_in("office"), fresh_site.quittance.log.head()
    for what in CASEWORK:
        touch(fresh_site, by(fresh_site, "office"), what, sent[0])
    head = fresh_site.quittance.log.head()
    assert head >= start + len(CASEWORK)
    met = until(listening(fresh_site, office, f"?after={start}&about={sent[0]}"), f"id: {head}", "event: alive")
    assert [line for line in met if line.startswith("event")] == ["event: alive"]


def test_what_another_practice_did_meanwhile_makes_no_news_of_an_own_change(
    fresh_site: RunningSite, sent: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, start = fresh_site.sign_in("office"), fresh_site.quittance.log.head()
    fresh_site.quittance.dispatch.archive(by(fresh_site, "office"), sent[0], archived=True)
    fresh_site.enter_other_practice()
    fresh_site.quittance.dispatch.archive(by(fresh_site, "office"), sent[0], archived=False)
    head = fresh_site.quittance.log.head()
    monkeypatch.setattr("api.web.news._PAGE", 2)
    met = until(listening(fresh_site, office, f"?after={start}"), f"id: {head}", "event: alive")
    assert [line for line in met if line.startswith("event")] == ["event: alive"]


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
    thing = office.see(fresh_site.at(f"/envois/{sent[0]}"))
    (notice,) = [found for found in thing.walk() if "hx-sse:connect" in found.attributes]
    assert notice.get("hx-sse:connect").endswith(f"?after={head}&about={sent[0]}")
    assert [words.get("data-on") for words in notice.all("span", "data-on")] == ["changed", "noted", "assigned"]
    past = office.see(fresh_site.at(f"/historique/envois?as_of={fresh_site.today}"))
    assert not [found for found in past.walk() if "hx-sse:connect" in found.attributes]
