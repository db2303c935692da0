"""What waits for a person: every source, ranked, never of another practice, and as it stood at any position."""

from collections import defaultdict
from datetime import date as Date
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.ports import Change
from domain import casework as cases
from domain import invoice as invoices
from domain import patient as patients
from domain import sending as sendings
from domain.billing_day import BillingDay, fold
from domain.billing_run import BillingRunCompleted, LeftOut
from domain.descoring import BilledDay, DescoringWithdrawn, PatientDescored
from domain.invoice import InvoiceIssued
from domain.rules.limits import SILENCES, last_sendable_day, own_correction_until, patient_document_until
from domain.sending import SendingPrepared
from projections.establishments import every_establishment_id
from projections.history import RefusalFilter
from projections.refusal_causes import causes, roots
from projections.setup import missing
from projections.work import Work
from projections.work_on_days import left_days
from projections.work_set_aside import cared_for
from projections.worklist import how_many_wait, oldest_answer, worklist
from tests.domain.builders import WHERE, a_care, recorded, uid
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit
from tests.stores import META

TODAY = Date(2026, 8, 1)


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


@pytest.fixture
def both(kept: Kept) -> list[UUID]:
    with kept.store.database.snapshot() as sql:
        return every_establishment_id(sql)


def works(kept: Kept, scope: list[UUID], today: Date = TODAY, at: int | None = None) -> list[Work]:
    with kept.store.database.snapshot() as sql:
        return worklist(sql, scope, today, at)


def count(kept: Kept, query: str) -> int:
    with kept.store.database.snapshot() as sql:
        return int(sql.rows(query)[0]["n"])


def test_p1_1_work_is_ranked_by_deadline_then_euro(kept: Kept, both: list[UUID]) -> None:
    head, kinds = kept.store.log.head(), set[str]()
    for tenth in range(1, 21):
        found = works(kept, both, at=head * tenth // 20)
        ranks = [(work.deadline or Date.max, -work.cents) for work in found]
        assert ranks == sorted(ranks)
        kinds |= {work.kind for work in found}
    assert kinds >= {"send", "rejected", "refusals", "returned", "bill", "item", "silent"}, kinds


def test_ref_06_every_cause_of_refusals_is_one_row_with_its_time_bar(kept: Kept, both: list[UUID]) -> None:
    found = {(work.code, work.letter): work for work in works(kept, both) if work.kind == "refusals"}
    with kept.store.database.snapshot() as sql:
        known = causes(sql, both, RefusalFilter(decision="none"))
        first = {
            (row["root_code"], row["root_letter"]): row["first"]
            for row in sql.rows(
                "SELECT root_code, root_letter, min(date) AS first FROM refusals WHERE decision = 'none'"
                " GROUP BY root_code, root_letter"
            )
        }
    assert known
    assert {key: (work.count, work.cents) for key, work in found.items()} == {
        (cause.code, cause.letter): (cause.days, cause.refused_cents) for cause in known
    }
    for key, work in found.items():
        assert work.deadline == last_sendable_day(Date.fromisoformat(first[key]))


def test_sendings_wait_to_be_sent_read_or_found_out_about(kept: Kept, both: list[UUID]) -> None:
    found = works(kept, both)
    for kind, statuses in (
        ("send", "'prepared'"),
        ("queued", "'queued'"),
        ("resolve", "'outcome_unknown'"),
        ("read", "'settled'"),
        ("rejected", "'rejected', 'envelope_rejected'"),
    ):
        unread = "" if kind in ("send", "queued", "resolve") else " AND NOT is_read"
        wanted = f"SELECT count(*) AS n FROM sendings WHERE status IN ({statuses}) AND NOT is_archived{unread}"
        assert sum(work.kind == kind for work in found) == count(kept, wanted), kind
    assert sum(work.kind == "item" for work in found) == count(
        kept, "SELECT count(*) AS n FROM items WHERE NOT is_settled"
    )


def test_n19_decisions_that_wait_for_a_second_person_are_one_row_a_month(kept: Kept, both: list[UUID]) -> None:
    head = kept.store.log.head()
    for at in (None, head // 2, head * 4 // 5):
        with kept.store.database.snapshot() as sql:
            found = [work for work in worklist(sql, both, TODAY, at) if work.kind == "confirm"]
            assert not [work for work in worklist(sql, both, TODAY, at, bills=False) if work.kind == "confirm"]
        told = defaultdict[str, list[BillingDay]](list)
        for day in days_of(kept, at):
            if day.proposed != "none":
                told[f"{day.date:%Y-%m}"].append(day)
        assert {work.month: (work.count, work.cents, work.deadline) for work in found} == {
            month: (
                len(days),
                sum(one.refused_cents if one.proposed == "justified" else one.accepted_cents for one in days),
                last_sendable_day(min(one.date for one in days)),
            )
            for month, days in told.items()
        }
        assert found


def test_sof_41_days_paid_above_a_lowered_category_are_one_row_a_patient(kept: Kept, both: list[UUID]) -> None:
    head, seen = kept.store.log.head(), 0
    for at in (None, head // 2, head * 4 // 5):
        with kept.store.database.snapshot() as sql:
            found = [work for work in worklist(sql, both, TODAY, at) if work.kind == "descored"]
            assert not [work for work in worklist(sql, both, TODAY, at, bills=False) if work.kind == "descored"]
        told = defaultdict[UUID, list[BillingDay]](list)
        for who, billed in descored_of(kept, at).items():
            loaded = kept.store.log.load([one.day_id for one in billed], at)
            for one in billed:
                day = fold(loaded[one.day_id])
                assert day is not None
                is_paid = day.verdict in ("accepted", "mixed") and day.accepted_cents > 0
                if day.invoice_id == one.invoice_id and is_paid and day.decision == "none" and not day.credits:
                    told[who].append(day)
        assert {work.about: (work.count, work.cents, work.deadline) for work in found} == {
            who: (len(paid), sum(day.accepted_cents for day in paid), own_correction_until(Date(2026, 6, 1)))
            for who, paid in told.items()
        }
        seen += len(found)
    assert seen


def descored_of(kept: Kept, at: int | None) -> dict[UUID, tuple[BilledDay, ...]]:
    """What the last message of each patient named, from the log alone."""
    found = dict[UUID, tuple[BilledDay, ...]]()
    for one in kept.store.log.read(0, 100_000, at):
        if isinstance(one.event, PatientDescored):
            found[one.stream_id] = one.event.days
        elif isinstance(one.event, DescoringWithdrawn):
            del found[one.stream_id]
    return found


def days_of(kept: Kept, at: int | None) -> list[BillingDay]:
    """Every day, from the log alone."""
    streams = defaultdict[UUID, list[Any]](list)
    for one in kept.store.log.read(0, 100_000, at):
        if one.topic.startswith("billing_day."):
            streams[one.stream_id].append(one.event)
    return [day for events in streams.values() if (day := fold(events))]


def waiting(kept: Kept, where: UUID, today: Date) -> tuple[int, int]:
    """As counted, and as listed without what is put off."""
    with kept.store.database.snapshot() as sql:
        found = worklist(sql, [where], today)
        care = cared_for(sql, [where], {work.target_id(where) for work in found})
        shown = [work for work in found if not (its := care.get(work.target_id(where))) or not its.is_put_off(today)]
        return how_many_wait(sql, where, today, roots(sql, where)), len(shown)


@pytest.mark.parametrize("today", [TODAY, Date(2026, 1, 20), Date(2026, 3, 2)])
def test_the_count_is_that_of_the_rows_at_any_point(open_views: OpenViews, book: list[Commit], today: Date) -> None:
    kept, counted = open_views(), set[int]()
    for part in range(4):
        kept.tell(book[part * len(book) // 4 : (part + 1) * len(book) // 4])
        kept.runner.catch_up()
        with kept.store.database.snapshot() as sql:
            practices = every_establishment_id(sql)
        for where in practices:
            count_, rows = waiting(kept, where, today)
            assert count_ == rows
            counted.add(count_)
    assert len(counted) > 3


@pytest.mark.parametrize("kind", ["rejected", "item", "refusals", "returned", "confirm"])
def test_what_is_put_off_is_counted_again_from_its_day_on(kept: Kept, both: list[UUID], kind: str) -> None:
    until = Date(2026, 8, 9)
    where, work = next((where, one) for where in both for one in works(kept, [where]) if one.kind == kind)
    before = waiting(kept, where, TODAY)
    target = work.target_id(where)
    opened = cases.CaseworkOpened(where, "item", target, where)
    kept.tell([Commit([Change(cases.casework_id(target), 0, [opened, cases.Snoozed(until)])])])
    kept.runner.catch_up()
    hidden = sum(other.target_id(where) == target for other in works(kept, [where]))
    assert hidden >= 1
    assert waiting(kept, where, TODAY) == (before[0] - hidden, before[1] - hidden)
    assert len(set(waiting(kept, where, until))) == 1
    assert waiting(kept, where, until)[0] >= before[0]


def test_a_settlement_waits_until_somebody_read_it(kept: Kept, both: list[UUID]) -> None:
    log = kept.store.log.read(0, 100_000)
    settled = next(one for one in log if one.topic == "sending.settled" and one.event.refused_cents)
    found = [w for w in works(kept, both, at=settled.position) if w.about == settled.stream_id]
    (work,) = [w for w in found if w.kind != "patient_documents"]
    assert (work.kind, work.cents) == ("read", settled.event.refused_cents)
    assert work.deadline is not None
    read = next(one for one in log if one.topic == "sending.read")
    left = [work for work in works(kept, both, at=read.position) if work.about == read.stream_id]
    assert {work.kind for work in left} <= {"patient_documents"}


def test_n17_silence_is_work_only_after_a_while(kept: Kept, both: list[UUID]) -> None:
    with kept.store.database.snapshot() as sql:
        silent = "', '".join(rule.status for rule in SILENCES)
        rows = sql.rows(f"SELECT transmitted_on FROM sendings WHERE status IN ('{silent}') AND NOT is_archived")
    waiting = [Date.fromisoformat(row["transmitted_on"]) for row in rows]
    found = [work for work in works(kept, both, Date(2030, 1, 1)) if work.kind == "silent"]
    assert len(found) == len(waiting)
    if waiting:
        assert not [work for work in works(kept, both, min(waiting)) if work.kind == "silent"]


def test_days_in_no_sending_are_all_there_by_month(kept: Kept, both: list[UUID]) -> None:
    found = [work for work in works(kept, both) if work.kind in ("returned", "duplicates", "bill")]
    free = "FROM days WHERE sending_id IS NULL AND line_count > 0"
    assert sum(work.count for work in found) == count(kept, f"SELECT count(*) AS n {free}")
    assert sum(work.cents for work in found) == count(kept, f"SELECT coalesce(sum(amount_cents), 0) AS n {free}")
    running = Date.fromisoformat(f"{max(work.month for work in found)}-15")
    assert not [work for work in works(kept, both, running) if work.kind == "bill" and work.month >= f"{running:%Y-%m}"]


def test_no_work_of_another_practice(kept: Kept, both: list[UUID]) -> None:
    one, other = (works(kept, [where]) for where in both)
    about = [{work.about for work in found if work.about} for found in (one, other)]
    assert about[0]
    assert not about[0] & about[1]
    assert works(kept, []) == []
    with kept.store.database.snapshot() as sql:
        assert missing(sql, both[:1]) == ()
        assert missing(sql, []) == ("provider_missing", "patient_missing")
        assert cared_for(sql, both, about[0]) == {}


def test_ref_24_work_as_it_stood_at_any_position(open_views: OpenViews, book: list[Commit]) -> None:
    kept = open_views()
    for commit in book[: len(book) // 2]:
        kept.tell([commit])
    kept.runner.catch_up()
    position = kept.store.log.head()
    with kept.store.database.snapshot() as sql:
        scope = every_establishment_id(sql)
    then = works(kept, scope)
    kept.tell(book[len(book) // 2 :])
    kept.runner.catch_up()
    assert works(kept, scope, at=position) == then
    assert works(kept, scope) != then


def test_oldest_unread_answer(kept: Kept, both: list[UUID]) -> None:
    unread = [work.about for work in works(kept, both) if work.kind == "read" and work.about]
    with kept.store.database.snapshot() as sql:
        assert oldest_answer(sql, both, []) == ""
        found = oldest_answer(sql, both, unread)
        known = sql.rows(
            "SELECT min(received_at) AS first FROM received_messages WHERE kind IN ('920900', '920099', '920999')"
        )[0]["first"]
    assert found == "" or found >= known


@pytest.mark.parametrize(
    ("left_out", "known"),
    [
        (LeftOut("", 4, 1_500, 1), (1_000, 1)),  # without the doubtful day and its 500
        (LeftOut("", 3, 900, 1), (300, 2)),  # not these days: as recorded
        (None, (300, 2)),
    ],
)
def test_days_that_a_run_left_out_are_worth_what_it_told_of_them_once(
    open_views: OpenViews, left_out: LeftOut | None, known: tuple[int, int]
) -> None:
    kept, day = open_views(), Date(2026, 1, 15)
    for nth, cents in enumerate((300, 0, 0)):
        care = a_care(cents=cents, is_priced=cents > 0)
        opening = recorded(care, date=day + timedelta(days=nth))
        kept.store.log.append([Change(uid(f"day {nth}"), 0, [opening])], META)
    twice = (LeftOut("amount_differs", 3, 1_000, 1), LeftOut("insurability_missing", 2, 1_000))
    blocked = (*twice, LeftOut("possible_duplicate", 1, 500))
    run = BillingRunCompleted(WHERE, "2026-01", Date(2026, 2, 2), (), 0, 0, 0, blocked, (), left_out)
    kept.store.log.append([Change(uid("run"), 0, [run])], META)
    kept.runner.catch_up()
    (work,) = [work for work in works(kept, [WHERE], Date(2026, 2, 3)) if work.kind == "bill"]
    assert (work.count, work.cents, work.unpriced) == (3, *known)
    assert work.left_out == (left_out.days if left_out else 6)
    with kept.store.database.snapshot() as sql:
        assert len(left_days(sql, [WHERE], work)) == 3


def test_sof_48_every_authorisation_without_a_trace_of_its_notification_is_a_row(kept: Kept, both: list[UUID]) -> None:
    for at in (None, kept.store.log.head() // 2):
        found = {(work.about, work.code, work.since) for work in works(kept, both, at=at) if work.kind == "notify"}
        streams = defaultdict[UUID, list[Any]](list)
        for one in kept.store.log.read(0, 100_000, at):
            if one.topic.startswith("patient."):
                streams[one.stream_id].append(one.event)
        waits = {
            (who, one.kind, one.valid_from)
            for who, events in streams.items()
            if (state := patients.fold(events))
            for one in state.to_notify
            if one.valid_to is None or one.valid_to >= TODAY
        }
        assert found == waits
        assert found


def test_n20_documents_to_give_are_one_row_a_sending(kept: Kept, both: list[UUID]) -> None:
    """Counted again from the invoices alone: what was asked on its own and not given, what was corrected and not told."""
    head, seen = kept.store.log.head(), set[bool]()
    for at in (None, head // 2, head * 4 // 5):
        found = {
            work.about: (work.count, work.deadline)
            for work in works(kept, both, at=at)
            if work.about and work.kind == "patient_documents"
        }
        streams = defaultdict[UUID, list[Any]](list)
        for one in kept.store.log.read(0, 100_000, at):
            streams[one.stream_id].append(one.event)
        made = {
            i: state
            for i, events in streams.items()
            if isinstance(events[0], InvoiceIssued) and (state := invoices.fold(events))
        }
        told = {one for state in made.values() for one in state.told}
        first, new = defaultdict[UUID, int](int), defaultdict[UUID, set[UUID]](set)
        for identifier, state in made.items():
            if state.is_original:
                first[state.made.sending_id] += not state.documents
            elif state.status == "settled" and identifier not in told and state.made.previous_invoice_id:
                new[state.made.sending_id].add(state.made.previous_invoice_id)
        wanted = {}
        for sending_id, events in streams.items():
            sending = sendings.fold(events, sending_id) if isinstance(events[0], SendingPrepared) else None
            if sending is None or sending.made.made_elsewhere or sending.transmitted_on is None:
                continue
            count = first[sending_id] + len(new[sending_id])
            if count and sending.status not in ("cancelled", "rejected", "envelope_rejected"):
                until = patient_document_until(sending.transmitted_on) if first[sending_id] else None
                wanted[sending_id] = (count, until)
        assert found == wanted
        seen |= {until is None for _, until in found.values()}
    assert seen == {True, False}
