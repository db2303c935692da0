"""SOF-41: a category lowered after a control visit: days paid at the flat fee are credited, billed lower, and paid."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.build import Quittance
from application.descoring import AMOUNTS_GIVEN
from application.ports import Context, Meta
from application.record_care import Entry
from domain import billing_day as days
from domain import patient as patients
from domain.authorisation import Authorisation
from domain.billing_day import BillingDay
from domain.pricing.price import Priced
from domain.run_plan import RunOptions
from infrastructure.simulator.scenario import ACCEPTS_ALL
from projections.worklist import how_many_wait, worklist
from tests.acceptance.practice import AFTERWARDS, INSURED, MONTH, Installation, unauthorised
from tests.acceptance.test_prices import DAYS, accept_tariffs, nurses, registered, visits
from tests.stores import SteppedClock

TOLD, LATER = Date(2026, 11, 18), datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
LOWERED = Authorisation("katz", "A", Date(2026, 9, 1), Date(2026, 11, 30), "VISITE1")
WITHOUT_300 = f"{INSURED} AND sickness_fund NOT LIKE '3%'"
"""Union 300 takes no credit note and new bill in one month."""


@pytest.fixture
def home(kind: str, tmp_path: Path) -> Installation:
    (tmp_path / "home").mkdir()
    return Installation.make(kind, tmp_path / "home")


def said(nth: str) -> Context:
    return Context(Meta("operator", command_id=f"descoring {nth}"))


@contextmanager
def paying(home: Installation, at: datetime) -> Iterator[Quittance]:
    """At a later instant, with unions that pay all."""
    with home.opened(SteppedClock(at)) as quittance:
        quittance.transport.scenario = ACCEPTS_ALL  # type: ignore[attr-defined]
        yield quittance


def cared_for(quittance: Quittance, where: UUID) -> UUID:
    """A patient of category B with visits on `DAYS`, in a practice with tariffs."""
    who = UUID(str(unauthorised(quittance, WITHOUT_300)[0]["patient_id"]))
    allowed = Authorisation("katz", "B", Date(2026, 9, 1), Date(2026, 11, 30), "AKK1")
    quittance.register.authorise(said("katz"), who, allowed)
    give_care(quittance, where, who, DAYS)
    return who


def give_care(quittance: Quittance, where: UUID, who: UUID, on: Sequence[Date]) -> None:
    nurse, colleague, *_ = nurses()
    entries = [one for day in on for one in visits(str(who), day, nurse, colleague)]
    quittance.care.record(said(f"care {on[0]}"), where, entries)


def run_and_read(quittance: Quittance, where: UUID, month: str) -> Any:
    report = quittance.billing.run(said(f"run {month} {quittance.clock.now()}"), where, RunOptions(month)).result
    quittance.views.catch_up()
    quittance.dispatch.send(said(f"send {month} {quittance.clock.now()}"), where)
    quittance.answers.collect(said(f"read {month} {quittance.clock.now()}"), where)
    quittance.views.catch_up()
    return report


def folded(quittance: Quittance) -> dict[UUID, BillingDay]:
    with quittance.store.database.snapshot() as sql:
        ids = [row["day_id"] for row in sql.rows("SELECT day_id FROM days")]
    return {day_id: day for day_id, events in quittance.log.load(ids).items() if (day := days.fold(events))}


def paid(quittance: Quittance) -> dict[Date, int]:
    """What stands paid of each day."""
    return {day.date: day.accepted_cents for day in folded(quittance).values()}


def waits(quittance: Quittance, where: UUID) -> list[Any]:
    quittance.views.catch_up()
    today = quittance.clock.now().date()
    with quittance.store.database.snapshot() as sql:
        found = worklist(sql, [where], today)
        assert how_many_wait(sql, where, today, []) == len([one for one in found if one.kind != "refusals"])
    return [one for one in found if one.kind == "descored"]


def test_sof_41_days_paid_above_the_lowered_category_are_credited_and_billed_lower(home: Installation) -> None:
    with home.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        who = cared_for(quittance, where)
        run_and_read(quittance, where, MONTH)
        before = paid(quittance)
        assert set(before) == set(DAYS)
        assert all(before.values())
        assert not waits(quittance, where)

        quittance.descorings.record(said("visit"), who, LOWERED, TOLD)
        (work,) = waits(quittance, where)
        assert (work.about, work.count, work.cents) == (who, len(DAYS), sum(before.values()))
        assert work.deadline == Date(2027, 2, 16)
        state = patients.fold(quittance.log.load([who])[who])
        assert state is not None
        assert state.authorisations == (LOWERED,)
        (shown,) = quittance.descorings.shown(state)
        assert {day.date: day.paid_cents for day in shown.to_do} == before
        lower = {day.date: day.new_cents or 0 for day in shown.to_do}
        assert all(0 < lower[day] < before[day] for day in DAYS)

        chosen = [day.day_id for day in shown.to_do]
        quittance.corrections.decide(said("all but one"), where, chosen[1:], "credit_note")
        (work,) = waits(quittance, where)
        assert (work.count, work.cents) == (1, before[shown.to_do[0].date])
        quittance.corrections.decide(said("the last"), where, chosen[:1], "credit_note")
        assert not waits(quittance, where)
        give_care(quittance, where, who, [Date(2026, 11, day) for day in range(2, 16)])
    with paying(home, LATER) as quittance:
        report = run_and_read(quittance, where, "2026-11")
        assert report.blocked == ()
        after = paid(quittance)
        assert {day: after[day] for day in DAYS} == lower
        assert not waits(quittance, where)
        state = patients.fold(quittance.log.load([who])[who])
        assert state is not None
        (shown,) = quittance.descorings.shown(state)
        assert {day.standing for day in shown.days} == {"lowered"}
        with quittance.store.database.snapshot() as sql:
            given_back = sql.rows("SELECT sum(accepted_cents) AS cents FROM invoices WHERE invoicing_type = 3")[0]
            asked = sql.rows("SELECT sum(accepted_cents) AS cents FROM invoices")[0]
        assert int(given_back["cents"]) == -sum(before.values())
        assert int(asked["cents"]) == sum(after.values())


def test_sof_41_a_day_that_came_with_amounts_waits_until_the_lower_one_is_entered(home: Installation) -> None:
    given_on = DAYS[0] + timedelta(weeks=1)
    with home.opened() as quittance:
        where = registered(quittance)
        accept_tariffs(quittance, where)
        who = cared_for(quittance, where)
        run_and_read(quittance, where, MONTH)
        made = next(day for day in folded(quittance).values() if day.date == DAYS[0])
        entries = [Entry(who, given_on, line.care, nth) for nth, line in enumerate(made.active)]
        quittance.care.record(said("ready-made"), where, entries)
    with paying(home, AFTERWARDS + timedelta(days=1)) as quittance:
        run_and_read(quittance, where, MONTH)
        quittance.descorings.record(said("visit"), who, LOWERED, TOLD)
        state = patients.fold(quittance.log.load([who])[who])
        assert state is not None
        (shown,) = quittance.descorings.shown(state)
        (given,) = [day for day in shown.to_do if day.date == given_on]
        assert (given.new_cents, given.difference_cents, given.why) == (None, None, (AMOUNTS_GIVEN,))
        assert (shown.untold, shown.paid_cents - shown.known_paid_cents) == (1, given.paid_cents)
        quittance.corrections.decide(said("decided"), where, [given.day_id], "credit_note")
        quittance.views.catch_up()
        foreseen = quittance.billing.preview(where, RunOptions(MONTH))
        held = {(day_id, one.code) for one in foreseen.blocked for day_id, _ in one.first}
        assert (given.day_id, "other_category") in held
        assert {day_id for day_id, _ in held} == {given.day_id}
        (fee,) = [line for line in made.active if line.care.amount_cents]
        lower = next(day.new_cents for day in shown.to_do if day.date == DAYS[0])
        state = patients.fold(quittance.log.load([who])[who])
        assert state is not None
        insured = state.insurability(given_on)
        assert insured is not None
        price = quittance.tariffs.book(where).price("419613", given_on, insured.ct1, insured.ct2)
        assert isinstance(price, Priced)
        assert price.amount_cents == lower
        day = folded(quittance)[given.day_id]
        (line_id,) = [line.line_id for line in day.active if line.care.code == fee.care.code]
        entered = price.on(replace(fee.care, code="419613"))
        quittance.care.correct(said("lower"), given.day_id, line_id, entered)
        quittance.views.catch_up()
        (after,) = quittance.descorings.shown(state)
        assert [(one.new_cents, one.why) for one in after.days if one.date == given_on] == [(lower, ())]
        left = {one.code for one in quittance.billing.preview(where, RunOptions(MONTH)).blocked}
        assert left == {"credit_total_negative"}
