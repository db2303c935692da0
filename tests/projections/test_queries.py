"""Sums and look-ups agree with the rows beneath them, and nobody sees an establishment outside the scope."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date as Date
from typing import Any
from uuid import UUID

import pytest

from application.ports import Lookups
from domain.day_events import DayCredited
from projections.counts import counts
from projections.establishments import establishments, every_establishment_id
from projections.history import (
    DAYS,
    DayFilter,
    InvoiceFilter,
    RefusalFilter,
    SendingFilter,
    conditions,
    invoices_page,
    refusals_page,
    sendings_page,
)
from projections.lookups import ViewLookups
from projections.memberships import memberships
from projections.paging import Asked
from projections.periods import periods
from projections.providers import providers
from projections.refusal_causes import causes, stakes
from projections.settlement_tree import unions
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit

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


def rows(kept: Kept, query: str) -> list[dict[str, Any]]:
    with kept.store.database.snapshot() as sql:
        return [dict(row) for row in sql.rows(query)]


def test_sof_54_refusals_are_grouped_by_cause_and_open_to_their_lines(kept: Kept, both: list[UUID]) -> None:
    lines = rows(kept, "SELECT * FROM refusals")
    with kept.store.database.snapshot() as sql:
        found = causes(sql, both)
        assert sum(cause.lines for cause in found) == len(lines)
        assert sum(cause.refused_cents for cause in found) == sum(line["refused_cents"] for line in lines)
        assert sum(cause.cascaded_lines for cause in found) == sum(line["is_cascade"] for line in lines) > 0
        assert [cause.refused_cents for cause in found] == sorted((c.refused_cents for c in found), reverse=True)
        hangs = [(one.code, one.letter, one.days, one.refused_cents, one.earliest) for one in stakes(sql, both)]
        open_ones = causes(sql, both, RefusalFilter(decision="none"))
        assert hangs == [(one.code, one.letter, one.days, one.refused_cents, one.earliest) for one in open_ones]
        assert 0 < sum(one.days for one in open_ones) < sum(one.days for one in found)
        for cause in found:
            wanted = RefusalFilter(root_code=cause.code, root_letter=cause.letter)
            page = refusals_page(sql, both, wanted, Asked(limit=200))
            assert len(page.rows) == cause.lines
            assert len({row["day_id"] for row in page.rows}) == cause.days
            assert len({row["patient_id"] for row in page.rows}) == cause.patients


def test_days_and_patients_of_a_cause_are_those_of_its_lines_whatever_is_asked(kept: Kept, both: list[UUID]) -> None:
    lines = rows(kept, "SELECT * FROM refusals")
    asked = [RefusalFilter(is_cascade=True), RefusalFilter(is_cascade=False), RefusalFilter(verdict="refused")]
    for name in ("provider", "nomenclature_code", "code", "month", "sending_id", "patient_id"):
        asked += [replace(RefusalFilter(), **{name: value}) for value in sorted({line[name] for line in lines})]
    assert len(asked) > 10
    with kept.store.database.snapshot() as sql:
        for wanted in asked:
            for cause in causes(sql, both, wanted):
                of_it = replace(wanted, root_code=cause.code, root_letter=cause.letter)
                page = refusals_page(sql, both, of_it, Asked(limit=200)).rows
                assert len({row["day_id"] for row in page}) == cause.days, wanted
                assert len({row["patient_id"] for row in page}) == cause.patients, wanted


def test_sof_53_the_tree_opens_from_union_to_invoices_to_days(kept: Kept, both: list[UUID]) -> None:
    with kept.store.database.snapshot() as sql:
        tree = unions(sql, both)
        assert tree
        for node in tree:
            wanted = InvoiceFilter(national_union=node.national_union, status="settled")
            invoices = invoices_page(sql, both, wanted, Asked(limit=200)).rows
            assert len(invoices) == node.invoices
            assert sum(row["accepted_cents"] for row in invoices) == node.accepted_cents
            assert sum(row["refused_days"] > 0 for row in invoices) == node.refused_invoices
            whole = [row for row in invoices if row["requested_cents"] > 0 and not row["refused_days"]]
            of = {
                row["invoice_id"]: DAYS.page(sql, conditions(both, DayFilter(invoice_id=row["invoice_id"])), Asked())
                for row in whole
            }
            first = next(row for row in whole if not _credited(kept, of[row["invoice_id"]].rows))
            days = of[first["invoice_id"]].rows
            assert sum(row["accepted_cents"] - row["paid_cents"] for row in days) == first["accepted_cents"]
            assert len(days) == first["day_count"]


def _credited(kept: Kept, days: Sequence[Any]) -> bool:
    """Whether something of them was given back since."""
    streams = kept.store.log.load([day["day_id"] for day in days])
    return any(isinstance(event, DayCredited) for events in streams.values() for event in events)


def test_periods_add_up(kept: Kept, both: list[UUID]) -> None:
    by_month: dict[str, int] = defaultdict(int)
    for row in rows(kept, "SELECT month, accepted_cents FROM sendings"):
        by_month[row["month"]] += row["accepted_cents"]
    with kept.store.database.snapshot() as sql:
        found = periods(sql, both)
    assert [period.month for period in found] == sorted(by_month, reverse=True)
    assert {period.month: period.accepted_cents for period in found} == by_month
    void = ("cancelled", "rejected", "envelope_rejected")
    asked = rows(kept, "SELECT status, requested_cents FROM sendings")
    assert sum(p.requested_cents for p in found) == sum(r["requested_cents"] for r in asked if r["status"] not in void)
    assert sum(p.open_cents for p in found) == sum(
        r["requested_cents"] for r in asked if r["status"] not in (*void, "settled")
    )


def test_counts_are_what_each_place_lists(kept: Kept, both: list[UUID]) -> None:
    with kept.store.database.snapshot() as sql:
        found = counts(sql, both, TODAY)
    undecided = "SELECT DISTINCT establishment_id, root_code, root_letter FROM refusals WHERE decision = 'none'"
    causes = rows(kept, undecided)
    assert found.refusal_causes == len(causes) > 0
    assert found.prepared_sendings == len(rows(kept, "SELECT 1 FROM sendings WHERE status = 'prepared'"))
    unread = "status = 'settled' AND NOT is_read AND NOT is_archived"
    assert found.unread_settlements == len(rows(kept, f"SELECT 1 FROM sendings WHERE {unread}"))


def test_lookups_answer_the_port(kept: Kept, both: list[UUID]) -> None:
    lookups: Lookups = ViewLookups(kept.store.database, kept.runner.catch_up)
    for where in both:
        days = [row for row in rows(kept, "SELECT * FROM days") if row["establishment_id"] == where]
        until = Date(2026, 3, 15)
        assert set(lookups.prepared_day_ids(where, until)) == {
            row["day_id"]
            for row in days
            if row["phase"] == "prepared" and row["line_count"] and row["date"] <= until.isoformat()
        }
        undecided = [row for row in days if row["verdict"] in ("mixed", "refused") and row["decision"] == "none"]
        found = lookups.undecided_refusals(where)
        assert {(one.day_id, one.refused_cents, one.left_times) for one in found} == {
            (row["day_id"], row["refused_cents"], row["left_times"]) for row in undecided
        }
        assert [one.refused_on for one in found] == sorted(Date.fromisoformat(row["refused_on"]) for row in undecided)
        assert {one.day_id for one in lookups.undecided_refusals(where, until)} == {
            row["day_id"] for row in undecided if row["date"] <= until.isoformat()
        }
        assert set(lookups.decided_day_ids(where, until)) == {
            row["day_id"]
            for row in days
            if row["date"] <= until.isoformat()
            and (
                row["decision"] in ("rebill", "rebill_elsewhere", "credit_note")
                or (row["decision"] == "regularise" and not row["credit"])
            )
        }
        sent = [row for row in rows(kept, "SELECT * FROM sendings") if row["establishment_id"] == where]
        assert set(lookups.prepared_sending_ids(where)) == {
            row["sending_id"] for row in sent if row["status"] == "prepared"
        }
        got = [row for row in rows(kept, "SELECT * FROM received_messages") if row["establishment_id"] == where]
        assert set(lookups.unmatched_messages(where)) == {
            row["sha256"] for row in got if row["state"] == "interpreted" and row["sending_id"] is None
        }


def test_no_query_shows_more_than_the_scope(kept: Kept, both: list[UUID]) -> None:
    one, other = both
    with kept.store.database.snapshot() as sql:
        lists = [
            lambda scope: sendings_page(sql, scope, SendingFilter(), Asked(limit=200)).rows,
            lambda scope: invoices_page(sql, scope, InvoiceFilter(), Asked(limit=200)).rows,
            lambda scope: DAYS.page(sql, conditions(scope, DayFilter()), Asked(limit=200)).rows,
            lambda scope: DAYS.page(sql, conditions(scope, DayFilter(national_union="100")), Asked(limit=200)).rows,
            lambda scope: refusals_page(sql, scope, RefusalFilter(), Asked(limit=200)).rows,
            lambda scope: establishments(sql, scope),
            lambda scope: memberships(sql, scope),
        ]
        for ask in lists:
            assert {row["establishment_id"] for row in ask([one])} == {one}
            assert {row["establishment_id"] for row in ask([other])} == {other}
            assert ask([]) == []
        ids = [{row["provider_id"] for row in providers(sql, [where])} for where in both]
        assert ids[0]
        assert not ids[0] & ids[1]
        for sums in (causes, periods, unions):
            assert sums(sql, []) == []
            assert sums(sql, [one]) != sums(sql, [other])
        assert set(asdict(counts(sql, [], TODAY)).values()) == {0}
        a, b, whole = (asdict(counts(sql, scope, TODAY)) for scope in ([one], [other], both))
        assert {name: a[name] + b[name] for name in whole} == whole
