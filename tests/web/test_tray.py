"""One's own jobs at the top of every page: told by quarters, until one looked at their end; and taken back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.web import live
from domain.sending import SendingArchived, SendingUnarchived
from tests.acceptance.practice import OPERATOR
from tests.web.markup import Element, parse
from tests.web.site import RunningSite
from tests.web.test_jobs import begin, happened, send, sendings
from tests.web.test_live import listening, until
from tests.web.test_policy import check_answer
from tests.web.visitor import Visitor, local, read

LIST = "/historique/envois?sort=month"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def billed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningSite]:
    """Some prepared sendings, on each database."""
    if request.param == "postgres":
        from tests.conftest import require_postgres

        require_postgres()
    with RunningSite.open(tmp_path / "home", kind=request.param) as opened:
        opened.enter_practice()
        opened.enter_care(300)
        opened.bill()
        opened.quittance.views.catch_up()
        yield opened


def tray(site: RunningSite, who: Visitor, path: str = LIST) -> Element:
    return who.see(site.at(path)).by_id("tray")


def told(site: RunningSite, who: Visitor, path: str = LIST) -> list[str]:
    return [line.text for line in tray(site, who, path).all("p")]


def partly(site: RunningSite, done: int) -> None:
    """So many things of the waiting job are done, and the service closes."""
    seen = iter(range(done))
    assert site.quittance.jobs.work("here", lambda: next(seen, None) is None)


def test_a_job_is_told_on_every_page_by_quarters_until_its_end_was_seen(billed: RunningSite) -> None:
    office, ids = billed.sign_in("office"), sendings(billed)[:8]
    assert len(ids) == 8
    page = begin(billed, office, "selected", "archive", ids)
    assert told(billed, office) == ["Archiver (8 lignes) : 0 %"]
    (link,) = tray(billed, office).all("a")
    assert local(link.get("href")) == page
    partly(billed, 3)
    assert told(billed, office, "") == ["Archiver (8 lignes) : 25 %"]
    partly(billed, 4)
    assert told(billed, office, "/patients") == ["Archiver (8 lignes) : 75 %"]
    assert billed.quittance.jobs.work("here")
    for _ in range(2):
        assert told(billed, office, "/pilotage") == ["Archiver (8 lignes) : 100 %, terminé"]
    office.see(page)
    assert told(billed, office) == []


def test_the_region_is_there_before_anything_is_said_and_stands_outside_what_lists_refresh(
    billed: RunningSite,
) -> None:
    office = billed.sign_in("office")
    page = office.see(billed.at(LIST))
    region = page.by_id("tray")
    assert (region.get("role"), region.text) == ("status", "")
    assert region not in list(page.one("main").walk())
    begin(billed, office, "selected", "archive", sendings(billed)[:1])
    part = office.partial(billed.at(LIST)).text
    assert 'id="list"' in part
    assert "tray" not in part


def test_it_is_one_s_own_in_this_practice_and_of_today(billed: RunningSite) -> None:
    office, colleague = billed.sign_in("office"), billed.sign_in("administrator")
    begin(billed, office, "selected", "archive", sendings(billed)[:1])
    assert told(billed, colleague) == []
    past = office.see(billed.at(f"{LIST}&as_of={billed.today}"))
    assert not past.all("div", id="tray")
    accounts, elsewhere = billed.quittance.accounts, billed.enter_other_practice()
    accounts.grant(OPERATOR, accounts.user_id("office"), elsewhere, "office", billed.today)
    assert told(billed, office, "/travaux") != []
    assert office.see(billed.at(LIST, billed.elsewhere)).by_id("tray").text == ""


def test_failures_and_stops_are_to_be_looked_at(billed: RunningSite) -> None:
    office, ids = billed.sign_in("office"), sendings(billed)[:2]
    accounts, user_id = billed.quittance.accounts, billed.quittance.accounts.user_id("office")
    begin(billed, office, "selected", "archive", ids)
    accounts.end_role(OPERATOR, user_id, billed.where, "office", billed.today - timedelta(days=1))
    assert billed.quittance.jobs.work("here")
    accounts.grant(OPERATOR, user_id, billed.where, "office", billed.today)
    office = billed.sign_in_again("office")[0]
    assert told(billed, office) == ["Archiver (2 lignes) : terminé, à regarder"]
    stopped = begin(billed, office, "selected", "archive", ids)
    billed.quittance.jobs.stop(UUID(stopped.rpartition("/")[2]))
    assert told(billed, office)[-1] == "Archiver (2 lignes) : arrêté"
    office.see(billed.at("/travaux"))
    assert told(billed, office) == [], "who saw the list of jobs saw them"


def test_on_its_own_page_a_job_speaks_for_itself(billed: RunningSite) -> None:
    office, (first, second, *_) = billed.sign_in("office"), sendings(billed)
    page = begin(billed, office, "selected", "archive", [first])
    begin(billed, office, "selected", "mark_read", [second])
    shown = office.see(page)
    assert [line.text for line in shown.by_id("tray").all("p")] == ["Marquer comme lu (1 ligne) : 0 %"]
    assert shown.by_id("tray").get("hx-get").endswith(f"/live/travaux?but={page.rpartition('/')[2]}")
    again = office.partial(shown.by_id("tray").get("hx-get"))
    assert "Marquer comme lu" in again.text
    assert "Archiver" not in again.text


def test_asking_for_the_tray_is_not_looking_at_a_job(billed: RunningSite) -> None:
    office = billed.sign_in("office")
    begin(billed, office, "selected", "archive", sendings(billed)[:1])
    assert billed.quittance.jobs.work("here")
    asked = tray(billed, office).get("hx-get")
    for _ in range(2):
        answer = office.partial(asked)
        assert "100 %, terminé" in parse(answer.text).text
        assert answer.text.lstrip().startswith("<div")
        assert "hx-push-url" not in answer.headers
        check_answer(asked, answer)
    elsewhere = billed.enter_other_practice()
    assert office.get(billed.at("/live/travaux", elsewhere)).status_code == 404
    assert billed.anonymous().get(billed.at("/live/travaux")).status_code == 401


def test_the_stream_tells_of_one_s_own_job_and_of_nothing_else(
    billed: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(live, "_TOGETHER_S", 0.0)
    monkeypatch.setattr(live, "_MOVING_S", 0.05)
    office, ids = billed.sign_in("office"), sendings(billed)[:4]
    lines = listening(billed, office)
    assert next(lines).startswith("retry")
    until(lines, "event: alive")
    begin(billed, office, "selected", "archive", ids)
    until(lines, "event: jobs")
    partly(billed, 1)
    until(lines, "event: jobs")
    assert billed.quittance.jobs.work("here")
    met = until(lines, "event: jobs")
    assert "event: changed" not in met
    assert "event: jobs" not in met[:-1]
    shown = office.see(billed.at(LIST))
    (stream,) = [found.get("hx-sse:connect") for found in shown.walk() if "hx-sse:connect" in found.attributes]
    assert "&tray=" in stream
    quiet = listening(billed, office, stream.partition("/live")[2])
    assert "event: jobs" not in until(quiet, "event: alive"), "what the page shows is no news"


# ---- Taken back


def test_ref_22_a_job_is_undone_from_its_page(billed: RunningSite) -> None:
    office, administrator, ids = billed.sign_in("office"), billed.sign_in("administrator"), sendings(billed)[:3]
    page = begin(billed, office, "selected", "archive", ids)
    assert "Annuler ce travail" not in office.see(page).text
    assert billed.quittance.jobs.work("here")
    billed.quittance.dispatch.archive(OPERATOR, ids[0], archived=False)
    undo = f"{page}/defaire"
    answer = administrator.post_form(page, undo, {"reason": "mauvais mois"})
    assert answer.status_code == 303
    undone = local(answer.headers["location"])
    assert undone != page
    assert billed.quittance.jobs.work("here")
    actor = f"user:{billed.quittance.accounts.user_id('administrator')}"
    events = [one for one in happened(billed, SendingUnarchived) if one.meta.actor == actor]
    assert {(one.stream_id, one.meta.reason) for one in events} == {(one, "mauvais mois") for one in ids[1:]}
    shown = administrator.see(undone)
    assert shown.one("h1").text == "Annulation de « Archiver : Envois »"
    left = shown.one("section", aria_labelledby="failed")
    assert left.one("h2").text == "Laissées telles quelles"
    assert len(left.one("tbody").all("tr")) == 1
    assert "Autre chose s'est passé depuis" in left.text
    assert "Annuler ce travail" not in shown.text
    again = office.see(page)
    assert "Annuler ce travail" not in again.text
    assert undone in [local(link.get("href")) for link in again.one("main").all("a")]


def test_what_nobody_can_unsee_says_so(billed: RunningSite) -> None:
    office = billed.sign_in("office")
    page = begin(billed, office, "selected", "mark_read", sendings(billed)[:1])
    assert billed.quittance.jobs.work("here")
    assert "Ce genre de travail ne s'annule pas." in office.see(page).text
    assert send(billed, office, f"{page}/defaire", command_id=uuid4().hex) == 409


def test_who_may_not_act_undoes_nothing(billed: RunningSite) -> None:
    office, auditor = billed.sign_in("office"), billed.sign_in("auditor")
    page = begin(billed, office, "selected", "archive", sendings(billed)[:1])
    assert billed.quittance.jobs.work("here")
    assert "Annuler ce travail" not in auditor.see(page).text
    assert send(billed, auditor, f"{page}/defaire", command_id=uuid4().hex) == 403
    assert len(happened(billed, SendingArchived)) == 1
    assert happened(billed, SendingUnarchived) == []


def test_an_undo_that_needs_a_reason_is_not_begun_without(billed: RunningSite) -> None:
    office, sending_id = billed.sign_in("office"), sendings(billed)[0]
    csrf = next(i.get("value") for i in office.see(billed.at("/travaux")).walk() if i.get("name") == "csrf")
    data = {
        "csrf": csrf,
        "command_id": uuid4().hex,
        "which": "selected",
        "action": "snooze",
        "until": "2026-12-24",
        "reason": "vacances",
        "selected": [str(sending_id)],
    }
    answer = office.post(billed.at("/actions/sendings"), data)
    page = local(answer.headers["location"])
    assert billed.quittance.jobs.work("here")
    assert "required" in office.see(page).one("input", name="reason").attributes
    assert office.post_form(page, f"{page}/defaire", {"reason": ""}).status_code == 422
    answer = office.post_form(page, f"{page}/defaire", {"reason": "finalement là"})
    assert billed.quittance.jobs.work("here")
    state = billed.quittance.casework.of(sending_id)
    assert state
    assert state.snoozed_until is None
    assert read(office.followed(answer)).one("h1").text == "Annulation de « Reporter : Envois »"
