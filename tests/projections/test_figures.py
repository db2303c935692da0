"""Figures agree with a plain recount of the log, now and at any position, on both stores; and stay inside the scope."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import pytest

from application.ports import Change, Recorded
from domain import billing_day as days
from domain.answer import Reason
from domain.care import Care, CareLine
from domain.day_events import (
    CareRecorded,
    DayAcceptedByInsurer,
    DayBilled,
    DayPartlyRefusedByInsurer,
    DayRefusedByInsurer,
    LineVerdict,
)
from domain.inbox import MessageInterpreted, MessageReceived
from domain.sending import (
    SendingHandedOver,
    SendingPrepared,
    SendingRead,
    SendingRejected,
    SendingSettled,
    SendingTransmitted,
    SettlementContested,
)
from projections.delays import AGES, age_of, answered, departures, waiting
from projections.establishments import every_establishment_id
from projections.figures import Span, first_passes, refused_by_month
from projections.history import RefusalFilter, SendingFilter, refusals_page, sendings_page
from projections.paging import Asked
from projections.refusal_causes import causes
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit
from tests.stores import META

VERDICTS = (DayAcceptedByInsurer, DayPartlyRefusedByInsurer, DayRefusedByInsurer)
ALWAYS = Span("2025-01-01", "2027-12-31")
E, F, DAY, PATIENT = (UUID(int=number) for number in range(1, 5))
SENDINGS = tuple(UUID(int=100 + number) for number in range(9))
PROVIDER = "40000001001"


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


def recount(kept: Kept, scope: list[UUID], span: Span, at: int) -> dict[str, list[int]]:
    """First verdicts, straight from the log: days, lines, whole lines, requested, accepted by month of care."""
    told: dict[UUID, list[Recorded]] = defaultdict(list)
    unions: dict[UUID, str] = {}
    for recorded in kept.store.log.read(0, 1_000_000, at):
        if recorded.topic.startswith("billing_day."):
            told[recorded.stream_id].append(recorded)
        elif isinstance(recorded.event, SendingPrepared):
            unions[recorded.stream_id] = recorded.event.union
    found: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for history in told.values():
        index = next((i for i, one in enumerate(history) if isinstance(one.event, VERDICTS)), None)
        if index is None:
            continue
        day, said = days.fold([one.event for one in history[: index + 1]]), history[index].event
        assert day is not None
        union = unions[said.sending_id]
        if day.establishment_id not in scope or span.national_union not in (None, union):
            continue
        if not span.date_from <= day.date.isoformat() <= span.date_to:
            continue
        lost = sum(line.verdict in ("refused", "accepted_less") for line in said.lines)
        asked, took = day.accepted_cents + day.refused_cents, day.accepted_cents
        row = found[f"{day.date:%Y-%m}"]
        row[:] = [a + b for a, b in zip(row, (1, len(day.active), len(day.active) - lost, asked, took), strict=True)]
    return dict(found)


def test_first_passes_agree_with_the_log(kept: Kept, both: list[UUID]) -> None:
    random, head = Random(3), kept.store.log.head()
    spans = (ALWAYS, Span("2026-02-01", "2026-02-28"), Span("2026-01-10", "2026-12-31", "200"))
    for at in (None, head, *sorted(random.sample(range(1, head), 12))):
        for span in spans:
            for scope in (both, both[:1]):
                with kept.store.database.snapshot() as sql:
                    found = first_passes(sql, scope, span, at)
                shown = {
                    one.month: [one.days, one.lines, one.whole_lines, one.requested_cents, one.accepted_cents]
                    for one in found
                }
                assert shown == recount(kept, scope, span, at or head)
                assert [one.month for one in found] == sorted(shown)


def test_the_first_pass_is_not_bettered_by_a_second_one(open_views: OpenViews) -> None:
    kept = open_views()
    lines = tuple(CareLine(UUID(int=50 + n), Care("425110", 1_000, PROVIDER)) for n in range(2))
    refused = LineVerdict(lines[0].line_id, "refused", 1_000, 0, (Reason("F", "500546"),))
    happens(kept, DAY, CareRecorded(E, PATIENT, Date(2026, 1, 31), 1, lines), DayBilled(SENDINGS[0], F, (3, 4)))
    happens(kept, DAY, DayPartlyRefusedByInsurer(SENDINGS[0], "m", PATIENT, 1_000, 1_000, (refused,)))
    first = kept.store.log.head()
    happens(kept, DAY, DayBilled(SENDINGS[1], F, (3, 4)))
    happens(kept, DAY, DayAcceptedByInsurer(SENDINGS[1], "n", PATIENT, 2_000))
    for at in (None, first, first + 1):
        with kept.store.database.snapshot() as sql:
            (found,) = first_passes(sql, [E], ALWAYS, at)
            still = refused_by_month(sql, [E], RefusalFilter(), at)
        assert (found.days, found.lines, found.whole_lines) == (1, 2, 1)
        assert (found.requested_cents, found.accepted_cents) == (2_000, 1_000)
        assert still == ({"2026-01": (1, 1_000)} if at == first else {})


def test_ref_06_what_follows_adds_up_to_the_cascades_of_its_cause(kept: Kept, both: list[UUID]) -> None:
    head = kept.store.log.head()
    for at in (None, head // 2):
        for wanted in (RefusalFilter(), RefusalFilter(month="2026-02"), RefusalFilter(national_union="200")):
            with kept.store.database.snapshot() as sql:
                groups = causes(sql, both, wanted, at)
                rows = refusals_page(sql, both, wanted, Asked(limit=200, at=at)).rows
                months = refused_by_month(sql, both, wanted, at)
            assert {month: lines for month, (lines, _) in months.items()} == count(row["month"] for row in rows)
            assert sum(cents for _, cents in months.values()) == sum(row["refused_cents"] for row in rows)
            for group in groups:
                its = [row for row in rows if (row["root_code"], row["root_letter"]) == (group.code, group.letter)]
                assert group.earliest == min(row["date"] for row in its)
                follow = [row for row in its if row["is_cascade"]]
                assert group.cascaded_lines == len(follow)
                assert group.cascaded_cents == sum(row["refused_cents"] for row in follow)
                assert {one.code: one.lines for one in group.follows} == count(row["code"] for row in follow)


def test_causes_are_those_of_their_lines_between_any_dates_now_and_then(kept: Kept, both: list[UUID]) -> None:
    """Whichever index a database takes for them."""
    head, told = kept.store.log.head(), 0
    spans = (("2026-01-10", None), (None, "2026-02-20"), ("2026-02-01", "2026-02-28"), (None, None))
    for at in (None, head, *Random(6).sample(range(1, head), 4)):
        for scope, (first, last) in product((both, both[:1]), spans):
            wanted = RefusalFilter(date_from=first, date_to=last)
            with kept.store.database.snapshot() as sql:
                found = causes(sql, scope, wanted, at)
                rows = refusals_page(sql, scope, wanted, Asked(limit=200, at=at)).rows
            its: dict[tuple[str, str], list[Any]] = defaultdict(list)
            for row in rows:
                its[row["root_code"], row["root_letter"]].append(row)
            assert {(one.code, one.letter) for one in found} == set(its)
            for one in found:
                lines = its[one.code, one.letter]
                shown = (one.lines, one.days, one.patients, one.refused_cents, one.earliest)
                assert shown == (
                    len(lines),
                    len({line["day_id"] for line in lines}),
                    len({line["patient_id"] for line in lines}),
                    sum(line["refused_cents"] for line in lines),
                    min(line["date"] for line in lines),
                )
            told += len(found)
    assert told > 50


def test_what_waits_is_counted_by_union_status_and_age(kept: Kept, both: list[UUID]) -> None:
    head, today, seen = kept.store.log.head(), Date(2026, 4, 20), set()
    for at in (None, *Random(8).sample(range(1, head), 40)):
        with kept.store.database.snapshot() as sql:
            found = waiting(sql, both, today, at=at)
            for one in found:
                assert one.age is not None
                seen.add((one.status, one.age))
                since, until = departures(one.age, today)
                wanted = SendingFilter(
                    national_union=one.national_union,
                    status=one.status,
                    transmitted_from=since and since.isoformat(),
                    transmitted_to=until and until.isoformat(),
                )
                rows = sendings_page(sql, both, wanted, Asked(limit=200, at=at)).rows
                assert one.sendings == len(rows)
                assert one.requested_cents == sum(row["requested_cents"] for row in rows)
            everything = sendings_page(sql, both, SendingFilter(), Asked(limit=200, at=at)).rows
            assert sum(one.sendings for one in found) == sum(
                row["status"] in ("transmitted", "outcome_unknown", "acknowledged", "accepted_for_processing")
                for row in everything
            )
            assert waiting(sql, [], today, at=at) == []
    assert len(seen) > 3


def test_age_classes_meet_without_gap() -> None:
    today = Date(2026, 4, 20)
    for past in range(200):
        left = today - timedelta(days=past)
        age = age_of(left, today)
        since, until = departures(age, today)
        assert since is None or since <= left
        assert until is None or left <= until
    assert departures(len(AGES), today)[0] is None
    assert departures(0, today)[1] is None


def test_days_to_the_settlement_are_counted_from_departure(open_views: OpenViews) -> None:
    kept = open_views()
    clock: Any = kept.store.log._events.recorder._clock  # type: ignore[attr-defined]
    clock.step = timedelta(0)
    clock.instant = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
    for sending, union in zip(SENDINGS[:5], ("100", "100", "300", "300", "500"), strict=True):
        left = (SendingHandedOver(Date(2026, 2, 2)), SendingTransmitted())
        happens(kept, sending, prepared(union=union, made_elsewhere=sending == SENDINGS[4]))
        if sending != SENDINGS[4]:
            happens(kept, sending, *left)
    clock.instant = datetime(2026, 2, 12, 23, 30, tzinfo=UTC)  # the 13th in Belgium
    settles(kept, SENDINGS[0])
    settles(kept, SENDINGS[4])
    before = kept.store.log.head()
    clock.forward(days=10)
    settles(kept, SENDINGS[1])
    happens(kept, SENDINGS[1], SendingRead())
    arrives(kept, SENDINGS[2], SettlementContested("d" * 64, 1_500, 1_000, 400), "d" * 64)
    happens(kept, SENDINGS[3], SendingRejected("f" * 64, "07,52", "T", duplicate=False))
    clock.forward(days=10)
    settles(kept, SENDINGS[2])

    def shown(at: int | None = None, **wanted: Any) -> list[tuple[str, int | None, bool]]:
        with kept.store.database.snapshot() as sql:
            found = answered(sql, [E], SendingFilter(**wanted), at)
        return sorted(((one.national_union, one.days, one.is_read) for one in found), key=repr)

    first, second, third = ("100", 11, False), ("100", 21, True), ("300", 31, False)
    assert shown() == [first, second, third, ("500", None, False)]
    assert shown(before) == [first, ("500", None, False)]
    assert shown(is_read=False) == [first, third, ("500", None, False)]
    assert shown(national_union="100", transmitted_to="2026-02-02") == [first, second]
    with kept.store.database.snapshot() as sql:
        assert answered(sql, [F], SendingFilter()) == []
        (still,) = waiting(sql, [E], Date(2026, 4, 1), at=before)[-1:]
    assert (still.national_union, still.age, still.sendings) == ("300", 1, 2)


def happens(kept: Kept, stream: UUID, *events: object) -> None:
    known = len(kept.store.log.history(stream))
    kept.store.log.append([Change(stream, known, list(events))], META)
    kept.runner.catch_up()


def settles(kept: Kept, sending: UUID) -> None:
    digest = f"{sending.int:064x}"
    arrives(kept, sending, SendingSettled(digest, 1_500, 1_000, 500, ()), digest)


def arrives(kept: Kept, sending: UUID, happened: object, digest: str) -> None:
    message = UUID(digest[-32:])
    happens(kept, message, MessageReceived(E, digest, 350, "union"), MessageInterpreted("920900", sending, 0))
    happens(kept, sending, happened)


def prepared(**others: Any) -> SendingPrepared:
    values: dict[str, Any] = {
        "establishment_id": E, "run_id": None, "union": "300", "billed_month": "2026-01",
        "creation_date": Date(2026, 2, 1), "sending_number": 7, "provider_reference": "00000000000007",
        "reference": "R", "message": "f" * 64, "invoice_ids": (), "record_count": 6, "line_count": 2,
        "day_count": 1, "requested_cents": 1_500, "control_number": 42,
    }  # fmt: skip
    return SendingPrepared(**(values | others))


def count(values: Any) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for value in values:
        found[value] += 1
    return dict(found)
