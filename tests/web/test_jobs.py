"""Work on many rows: frozen before it is confirmed, one event each, counted, stopped, and never done twice."""

from collections.abc import Sequence
from datetime import date as Date
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from api.catalogue import euros
from api.job_worker import working_off
from application.ports import Meta
from application.record_care import Entry
from domain.care import Care
from domain.sending import SendingArchived, SendingRead
from tests.acceptance.practice import OPERATOR, unauthorised
from tests.web.markup import forms
from tests.web.site import RunningSite
from tests.web.visitor import Visitor, local

LIST = "/historique/envois"


def begin(
    site: RunningSite,
    who: Visitor,
    which: str,
    action: str,
    ids: Sequence[UUID] = (),
    query: str = "",
    command: str = "",
) -> str:
    """Path of the job."""
    csrf = next(i.get("value") for i in who.see(site.at("/travaux")).walk() if i.get("name") == "csrf")
    data: dict[str, Any] = {
        "csrf": csrf,
        "command_id": command or uuid4().hex,
        "which": which,
        "action": action,
        "reason": "fin du mois",
    }
    answer = who.post(site.at("/actions/sendings") + query, data | {"selected": [str(one) for one in ids]})
    assert answer.status_code == 303, answer.text
    return local(answer.headers["location"])


def send(site: RunningSite, who: Visitor, path: str, **fields: str) -> int:
    csrf = next(i.get("value") for i in who.see(site.at("/travaux")).walk() if i.get("name") == "csrf")
    return who.post(path, {"csrf": csrf, **fields}).status_code


def happened(site: RunningSite, kind: type) -> list[Any]:
    return [one for one in site.quittance.log.read(0, 10_000) if isinstance(one.event, kind)]


def sendings(site: RunningSite) -> list[UUID]:
    return [row["sending_id"] for row in site.rows("SELECT sending_id FROM sendings ORDER BY sending_number")]


def test_sof_19_a_selection_is_archived_with_one_event_each(billed: RunningSite) -> None:
    office, (first, second, *_) = billed.sign_in("office"), sendings(billed)
    page = begin(billed, office, "selected", "archive", [first, second])
    assert "en attente" in office.see(page).text
    assert billed.quittance.jobs.work("here")
    assert "2 sur 2" in office.see(page).text
    archived = happened(billed, SendingArchived)
    assert {one.stream_id for one in archived} == {first, second}
    actor = f"user:{billed.quittance.accounts.user_id('office')}"
    assert {(one.meta.actor, one.meta.reason, one.meta.cause.partition(":")[0]) for one in archived} == {
        (actor, "fin du mois", "job")
    }
    assert len({one.meta.command_id for one in archived}) == 2


def test_sof_19_a_whole_filter_is_frozen_shown_with_its_sum_and_confirmed(billed: RunningSite) -> None:
    office, all_ids = billed.sign_in("office"), sendings(billed)
    page = begin(billed, office, "filter", "mark_read", query="?status=prepared")
    cents = billed.rows("SELECT sum(requested_cents) AS n FROM sendings")[0]["n"]
    text = office.see(page).text
    assert f"{len(all_ids)} lignes" in text
    assert " ".join(euros(cents, "fr").split()) in text
    assert not billed.quittance.jobs.work("here")
    assert happened(billed, SendingRead) == []
    billed.enter_care(600)
    assert send(billed, office, page + "/confirmer", reason="vu") == 303
    assert billed.quittance.jobs.work("here")
    assert {one.stream_id for one in happened(billed, SendingRead)} == set(all_ids)
    assert {one.meta.reason for one in happened(billed, SendingRead)} == {"vu"}


def test_the_same_form_sent_twice_is_one_job(billed: RunningSite) -> None:
    office, (first, *_) = billed.sign_in("office"), sendings(billed)
    same = uuid4().hex
    assert begin(billed, office, "selected", "archive", [first], command=same) == begin(
        billed, office, "selected", "archive", [first], command=same
    )
    assert billed.quittance.jobs.work("here")
    assert not billed.quittance.jobs.work("here")


def test_other_rows_from_the_same_page_are_never_lost_unsaid(billed: RunningSite) -> None:
    office, (first, second, *_) = billed.sign_in("office"), sendings(billed)
    csrf = next(i.get("value") for i in office.see(billed.at("/travaux")).walk() if i.get("name") == "csrf")
    same = uuid4().hex
    begin(billed, office, "selected", "archive", [first], command=same)
    sent = {"csrf": csrf, "command_id": same, "which": "selected", "action": "archive", "selected": str(second)}
    answer = office.post(billed.at("/actions/sendings"), sent)
    assert answer.status_code == 422
    assert "rouvrez la page" in answer.text


def test_what_is_done_in_the_name_of_one_person_is_confirmed_by_them(billed: RunningSite) -> None:
    office, other = billed.sign_in("office"), billed.sign_in("administrator")
    page = begin(billed, office, "filter", "mark_read")
    assert "Seule la personne" in other.see(page).text
    assert not forms(other.see(page), page + "/confirmer")
    assert send(billed, other, page + "/confirmer", reason="pas le mien") == 409
    assert not billed.quittance.jobs.work("here")
    assert send(billed, office, page + "/confirmer", reason="vu") == 303
    assert billed.quittance.jobs.work("here")


def test_a_page_of_a_job_that_asks_again_by_itself_keeps_nobody_signed_in(billed: RunningSite) -> None:
    office, ids = billed.sign_in("office"), sendings(billed)
    page = begin(billed, office, "selected", "archive", ids)
    for _ in range(5):
        billed.clock.forward(minutes=10)
        assert office.see(page), "opened by a person"
    for _ in range(5):
        billed.clock.forward(minutes=10)
        assert office.partial(page).status_code == 200
    billed.clock.forward(minutes=11)
    assert office.partial(page).status_code == 401


def test_a_job_goes_on_after_a_restart_and_does_nothing_twice(billed: RunningSite) -> None:
    office, ids = billed.sign_in("office"), sendings(billed)
    page = begin(billed, office, "selected", "archive", ids)
    jobs, seen = billed.quittance.jobs, 0

    def lights_out() -> bool:
        nonlocal seen
        seen += 1
        return seen > 2

    jobs.work("before", lights_out)
    job_id = UUID(page.rpartition("/")[2])
    assert jobs.job(job_id).done == 2
    # The command is committed, and the lights go out before it is counted.
    store = jobs._store
    claimed = store.claim("dying", billed.clock.now(), billed.clock.now() + timedelta(seconds=30))
    assert claimed is not None
    item = store.items(job_id, "waiting", 1)[0]
    assert jobs._work.do(claimed, jobs.actions[claimed.action], item.subject_id, "fin du mois") == ""
    assert not jobs.work("too early")
    billed.clock.forward(seconds=31)
    assert jobs.work("after")
    assert jobs.job(job_id).state == "finished"
    assert jobs.job(job_id).done == len(ids) == len(happened(billed, SendingArchived))


def test_of_two_workers_one_gets_the_job_and_the_slow_one_counts_nothing(billed: RunningSite) -> None:
    office, ids = billed.sign_in("office"), sendings(billed)
    job_id = UUID(begin(billed, office, "selected", "archive", ids).rpartition("/")[2])
    store, now = billed.quittance.jobs._store, billed.clock.now()
    assert store.claim("slow", now, now + timedelta(seconds=30)) is not None
    assert store.claim("quick", now, now + timedelta(seconds=30)) is None
    later = now + timedelta(seconds=31)
    assert store.claim("quick", later, later + timedelta(seconds=30)) is not None
    item = store.items(job_id, "waiting", 1)[0]
    assert store.note(job_id, "slow", item._replace(state="done"), later) == "lost"
    assert store.note(job_id, "quick", item._replace(state="done"), later) == "go"
    assert billed.quittance.jobs.job(job_id).done == 1


def test_what_fails_is_told_and_the_rest_is_done(billed: RunningSite) -> None:
    office, ids = billed.sign_in("office"), sendings(billed)
    meta = Meta(f"user:{billed.quittance.accounts.user_id('office')}", command_id=uuid4().hex)
    jobs = billed.quittance.jobs
    job_id = jobs.draft(meta, billed.where, "sendings.archive", [ids[0], uuid4(), ids[1]], 0)
    jobs.confirm(job_id, meta.actor, "")
    assert jobs.work("here")
    assert (jobs.job(job_id).done, jobs.job(job_id).failed) == (2, 1)
    page = office.see(billed.at(f"/travaux/{job_id}"))
    assert "Échecs" in page.text
    assert "Motif de l'échec" in page.text


def test_a_job_stops_when_asked_and_what_is_done_stays(billed: RunningSite) -> None:
    office, ids = billed.sign_in("office"), sendings(billed)
    page = begin(billed, office, "selected", "archive", ids)
    job_id, jobs = UUID(page.rpartition("/")[2]), billed.quittance.jobs
    store, now = jobs._store, billed.clock.now()
    assert store.claim("dying", now, now) is not None
    assert send(billed, office, page + "/arreter") == 303
    assert jobs.work("here")
    assert jobs.job(job_id).state == "cancelled"
    assert happened(billed, SendingArchived) == []
    assert "arrêté" in office.see(page).text


def test_rights_that_were_withdrawn_meanwhile_are_missing_to_the_job(billed: RunningSite) -> None:
    office, (first, *_) = billed.sign_in("office"), sendings(billed)
    job_id = UUID(begin(billed, office, "selected", "archive", [first]).rpartition("/")[2])
    billed.quittance.accounts.deactivate(OPERATOR, billed.quittance.accounts.user_id("office"))
    assert billed.quittance.jobs.work("here")
    assert billed.quittance.jobs.items(job_id, "failed", 9)[0].code == "not_permitted"
    assert happened(billed, SendingArchived) == []


def test_who_may_only_read_begins_nothing(billed: RunningSite) -> None:
    auditor, (first, *_) = billed.sign_in("auditor"), sendings(billed)
    assert "Archiver" not in auditor.see(billed.at(LIST + "?sort=month")).text
    csrf = next(i.get("value") for i in auditor.see(billed.at("/travaux")).walk() if i.get("name") == "csrf")
    data = {"csrf": csrf, "command_id": uuid4().hex, "which": "selected", "action": "archive", "selected": [str(first)]}
    assert auditor.post(billed.at("/actions/sendings"), data).status_code == 403


def test_an_empty_selection_says_so(billed: RunningSite) -> None:
    office = billed.sign_in("office")
    csrf = next(i.get("value") for i in office.see(billed.at("/travaux")).walk() if i.get("name") == "csrf")
    data = {
        "csrf": csrf,
        "command_id": uuid4().hex,
        "which": "selected",
        "action": "archive",
        "selected": [str(uuid4())],
    }
    assert office.post(billed.at("/actions/sendings"), data).status_code == 422


def test_the_worker_does_jobs_beside_the_service(billed: RunningSite) -> None:
    office, ids = billed.sign_in("office"), sendings(billed)
    page = begin(billed, office, "selected", "mark_read", ids)
    with working_off(billed.quittance, 0.02):
        for _ in range(500):
            if "terminé" in office.see(page).text:
                break
    assert "terminé" in office.see(page).text
    assert len(happened(billed, SendingRead)) == len(ids)


def test_a_reason_is_kept_sealed_and_drafts_are_forgotten(billed: RunningSite) -> None:
    office, (first, *_) = billed.sign_in("office"), sendings(billed)
    begin(billed, office, "selected", "archive", [first])
    draft = UUID(begin(billed, office, "filter", "archive").rpartition("/")[2])
    assert not any("fin du mois" in row["reason"] for row in billed.rows("SELECT reason FROM jobs"))
    billed.clock.forward(minutes=30)
    billed.clock.forward(days=2)
    meta = Meta("user:x", command_id=uuid4().hex)
    billed.quittance.jobs.draft(meta, billed.where, "sendings.archive", [first], 0)
    assert not billed.rows("SELECT 1 AS one FROM job_items WHERE job_id = ?", draft)


def test_a_job_of_another_version_is_listed_as_such_and_hides_no_other(billed: RunningSite) -> None:
    office, (first, *_) = billed.sign_in("office"), sendings(billed)
    known = begin(billed, office, "selected", "archive", [first])
    strange = UUID(begin(billed, office, "selected", "mark_read", [first]).rpartition("/")[2])
    for action in ("sendings.fold_twice", "parcels.archive"):
        with billed.quittance.store.database.transaction() as sql:
            sql.run("UPDATE jobs SET action = ? WHERE job_id = ?", (action, strange))
        page = office.see(billed.at("/travaux"))
        assert len(page.one("tbody").all("tr")) == 2
        assert "autre version" in page.one("tbody").text
        assert [link.get("href") for link in page.one("tbody").all("a")] == [known]
        assert office.get(billed.at(f"/travaux/{strange}")).status_code == 404


def test_days_without_a_price_are_told_beside_the_sum_of_a_frozen_list(fresh_site: RunningSite) -> None:
    site, who = fresh_site, unauthorised(fresh_site.quittance)[0]["patient_id"]
    waits, known = (Care("990011", cents, "49991127401", is_priced=bool(cents)) for cents in (0, 712))
    for month, cares in (("2026-09", [waits]), ("2026-10", [waits, known])):
        for day, care in enumerate(cares, 1):
            entry = Entry(who, Date.fromisoformat(f"{month}-0{day}"), care)
            site.quittance.care.record(OPERATOR, site.where, [entry])
    office = site.sign_in("office")
    csrf = next(i.get("value") for i in office.see(site.at("/travaux")).walk() if i.get("name") == "csrf")
    for month, told in (
        ("2026-09", "1 ligne · 1 jour pas encore tarifé"),
        ("2026-10", "2 lignes, 7,12 € · 1 jour pas encore tarifé"),
    ):
        data = {"csrf": csrf, "command_id": uuid4().hex, "which": "filter", "action": "decide", "decision": "rebill"}
        answer = office.post(site.at(f"/actions/billing_days?month={month}"), data)
        assert answer.status_code == 303, answer.text
        page = local(answer.headers["location"])
        assert told in " ".join(office.see(page).by_id("ask").text.split())
        assert send(site, office, f"{page}/arreter") == 303
        after = " ".join(office.see(page).by_id("job").text.split())
        assert ("7,12 € · 1 jour pas encore tarifé" if "," in told else "– · 1 jour pas encore tarifé") in after
