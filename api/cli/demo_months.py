"""The demo over several months: what is refused or paid wrongly in one is corrected in the next ones.

One file is refused as a whole, answers come out of order in one month and twice in another, and an old settlement comes
once more at the end. The office decides on the twentieth; what it decided goes with the next month's billing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Any
from uuid import UUID

from api.build import Quittance
from api.cli.console import context
from api.cli.demo_days import DemoClock, collect_and_read, enter_care
from api.cli.demo_office import decide
from api.cli.voice import NOTHING, Voice
from application.run_report import RunReport
from domain.rules.limits import add_months, month_of
from domain.run_plan import RunOptions
from infrastructure.simulator.scenario import Scenario
from infrastructure.simulator.unions import SimulatedUnions
from projections.books import Entry, books
from projections.history import SENDINGS, SendingFilter, conditions
from projections.paging import Asked, walk

MOST_MONTHS = 12
_BILLED_ON, _DECIDED_ON = 3, 22
_MORNINGS = 6
"""On which files leave: one a day for each union."""
_REFUSED, _SHUFFLED, _TWICE = 1, 2, 3
"""Months, counted from 0, of the mishaps; the first file of the union refuses as a whole."""
_UNION_THAT_REFUSES = "100"


@dataclass(frozen=True, slots=True)
class Month:
    """Figures of one billing: `decided` before it, by decision; cents asked in its files, credit notes taken off."""

    month: str
    decided: Mapping[str, int]
    files: int
    days: int
    again_days: int
    credited_days: int
    amount_cents: int
    blocked_days: int


def months_of(quittance: Quittance, clock: DemoClock, where: UUID, first: Date, count: int) -> list[Month]:
    """Live through `count` months of care from the first one on; answers to the last one are in at the end.

    The installation sends to simulated unions.
    """
    unions, told = quittance.transport, []
    if not isinstance(unions, SimulatedUnions):
        raise TypeError("a demo sends to simulated unions")
    for place in range(count):
        begin = add_months(first, place)
        enter_care(quittance, clock, where, begin)
        decided = _decide(quittance, where, first, place)
        billed_on = add_months(begin, 1).replace(day=_BILLED_ON)
        clock.wait_for(billed_on)
        with _mishap(unions, place):
            report = _bill(quittance, where, begin)
            _send(quittance, clock, where)
            collect_and_read(quittance, clock, where)
        clock.wait_for(billed_on.replace(day=_DECIDED_ON))
        told.append(_month(report, decided))
    _once_more(quittance, where)
    quittance.views.catch_up()
    return told


def show_months(voice: Voice, told: list[Month]) -> None:
    """A row a month."""
    heads = ("month", "files", "days", "again", "credited", "amount", "blocked")
    voice.table(
        [(f"column.{head}", head != "month") for head in heads],
        [
            (m.month, m.files, m.days, m.again_days, m.credited_days, voice.money(m.amount_cents), m.blocked_days)
            for m in told
        ],
    )


def books_of(quittance: Quittance, where: UUID) -> list[Entry]:
    """Where every day stands."""
    with quittance.store.database.snapshot() as sql:
        return books(sql, quittance.log, where)


def show_books(voice: Voice, entries: list[Entry]) -> None:
    """A row a month and state; days without a price yet have no amount."""
    voice.table(
        [
            (f"column.{head}", head not in ("month", "standing"))
            for head in ("month", "standing", "days", "amount", "accepted", "refused")
        ],
        [
            (
                one.month,
                voice.code("day_state", one.state),
                one.days,
                NOTHING if one.unpriced == one.days else voice.money(one.amount_cents),
                voice.money(one.accepted_cents),
                voice.money(one.refused_cents),
            )
            for one in entries
        ],
    )


def _decide(quittance: Quittance, where: UUID, first: Date, place: int) -> dict[str, int]:
    done: dict[str, int] = {}
    for earlier in range(place):
        for decision, count in decide(quittance, where, month_of(add_months(first, earlier))).items():
            done[decision] = done.get(decision, 0) + count
    return done


def _bill(quittance: Quittance, where: UUID, begin: Date) -> RunReport:
    """What the office found no decision for is left so."""
    return quittance.billing.run(context(), where, RunOptions(month_of(begin)), leave_undecided=True).result


def _send(quittance: Quittance, clock: DemoClock, where: UUID) -> None:
    for _ in range(_MORNINGS):
        quittance.dispatch.send(context(), where)
        clock.next_day()


@contextmanager
def _mishap(unions: SimulatedUnions, place: int) -> Iterator[None]:
    usual = dict(unions.by_union)
    changes: dict[str, Any] = {_SHUFFLED: {"shuffled": True}, _TWICE: {"duplicated": True}}.get(place, {})
    for union, scenario in usual.items():
        refuses = place == _REFUSED and union == _UNION_THAT_REFUSES
        unions.by_union[union] = _with(scenario, {**changes, **({"reject_file": True} if refuses else {})})
    try:
        yield
    finally:
        unions.by_union = usual


def _with(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    return replace(scenario, **changes)


def _once_more(quittance: Quittance, where: UUID) -> None:
    """The first settlement comes again, months later."""
    with quittance.store.database.snapshot() as sql:
        rows = walk(SENDINGS, sql, conditions((where,), SendingFilter(status="settled")), Asked("sending_number"))
        first = next(iter(rows), None)
    if first is None:
        return
    settled = [one for one in quittance.log.load([first["sending_id"]])[first["sending_id"]] if hasattr(one, "funds")]
    for one in settled[:1]:
        quittance.answers.receive(context(), where, quittance.messages.get(one.message))


def _month(report: RunReport, decided: Mapping[str, int]) -> Month:
    return Month(
        report.billed_month,
        decided,
        len(report.sendings),
        sum(one.days for one in report.sendings),
        sum(one.again_days for one in report.sendings),
        sum(one.credited_days for one in report.sendings),
        sum(one.amount_cents for one in report.sendings),
        report.blocked_once.days,
    )
