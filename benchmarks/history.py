"""How fast the history lists answer over 100,000 rows of one establishment: every filter, sort, page and instant.

`python -m benchmarks.history` fills the views of two years on SQLite and on a PostgreSQL of its own, and asks all
combinations in random order. The limit is the same number of rows without filter and sort.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import pairwise, product
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from application.ports import Sql
from infrastructure.clock import SystemClock
from infrastructure.store.opening import Store, open_store
from projections.history import (
    DAYS,
    INVOICES,
    REFUSALS,
    SENDINGS,
    DayFilter,
    Filter,
    InvoiceFilter,
    RefusalFilter,
    SendingFilter,
    conditions,
)
from projections.paging import Asked, Listing, cursor_of
from projections.table import FROM, TO, ViewRow
from projections.time_index import NODE, node_of
from projections.views import all_views
from tests.stores import TEST_MASTER_KEY, PostgresServer, fresh_schema, fresh_store

ROWS = 100_000
SPAN = 20_000_000
"""Positions of two years."""
SENDINGS_OF_A_MONTH = 7
MONTHS = tuple(f"{2024 + n // 12}-{n % 12 + 1:02d}" for n in range(24))
WHERE = UUID(int=1)
WARM_UP = 100
GOAL_MS = 50.0
UNIONS = ("100", "200", "300", "400", "500", "600", "900")
Lifecycle = Iterator[tuple[float, ViewRow]]
"""Versions of one row: when (share of a month after it begins), and its values."""


@dataclass(frozen=True)
class Case:
    """A list, how its rows live, and what people filter by."""

    listing: Listing
    life: Callable[[int, Random, str], Lifecycle]
    filters: tuple[Filter, ...]


def uuid_of(kind: int, number: int) -> UUID:
    """Spread like real ids, and the same each run."""
    return UUID(bytes=blake2b(f"{kind}|{number}".encode(), digest_size=16).digest())


def sending_of(month: str, union: int) -> UUID:
    """One to each union each month."""
    return uuid_of(1, MONTHS.index(month) * SENDINGS_OF_A_MONTH + union)


def sending_life(number: int, random: Random, month: str) -> Lifecycle:
    row = blank(SENDINGS, 1, number) | {
        "month": month,
        "created_on": f"{month}-{random.randrange(1, 29):02d}",
        "sending_number": number % 999 + 1,
        "national_union": UNIONS[number % 7],
        "status": "prepared",
        "outcome": "none",
        "requested_cents": random.randrange(10**7),
    }
    yield 0, row
    sent = {"status": "outcome_unknown", "transmitted_on": row["created_on"]}
    yield 0.05, row | sent
    yield 0.051, row | sent | {"status": "transmitted"}
    yield 0.1, row | sent | {"status": "acknowledged"}
    if random.random() < 0.02:
        yield 0.2, row | sent | {"status": "rejected", "error_percentage": "07,10"}
        return
    yield 0.2, row | sent | {"status": "accepted_for_processing"}
    refused = random.choice((0, 0, 0, row["requested_cents"] // 50, row["requested_cents"]))
    accepted = row["requested_cents"] - refused
    outcome = "in_full" if not refused else "in_part" if accepted else "refused"
    told = sent | {"status": "settled", "outcome": outcome, "accepted_cents": accepted, "refused_cents": refused}
    yield 1.2, row | told
    yield 1.3, row | told | {"is_read": True}
    yield 2.5, row | told | {"is_read": True, "is_archived": True}


def invoice_life(number: int, random: Random, month: str) -> Lifecycle:
    choice = random.randrange(7)
    union = UNIONS[choice]
    row = blank(INVOICES, 2, number) | {
        "month": month,
        "invoice_number": f"{number:012d}",
        "national_union": union,
        "destination": f"{union[0]}{random.randrange(1, 30):02d}",
        "sending_id": sending_of(month, choice),
        "status": "issued",
        "verdict": "none",
        "requested_cents": random.randrange(10**5),
    }
    yield 0, row
    if random.random() < 0.02:
        yield 0.2, row | {"status": "withdrawn"}
        return
    refused = 0 if random.random() < 0.9 else row["requested_cents"] // 3
    told = {"status": "settled", "verdict": "mixed" if refused else "accepted", "refused_days": refused and 1}
    yield 1.2, row | told | {"accepted_cents": row["requested_cents"] - refused, "refused_cents": refused}


def day_life(number: int, random: Random, month: str) -> Lifecycle:
    row = blank(DAYS, 3, number) | {
        "month": month,
        "date": f"{month}-{random.randrange(1, 29):02d}",
        "phase": "prepared",
        "verdict": "none",
        "decision": "none",
        "proposed": "none",
        "amount_cents": random.randrange(10_000),
        "line_count": random.randrange(1, 10),
    }
    yield 0, row
    billed = {
        "phase": "in_sending",
        "invoice_id": uuid_of(2, number // 10),
        "sending_id": sending_of(month, number % 7),
    }
    yield 0.9, row | billed
    if random.random() < 0.02:
        yield 1.2, row | {"is_returned": True}
        return
    refused = 0 if random.random() < 0.95 else row["amount_cents"]
    told = {"phase": "settled", "verdict": "refused" if refused else "accepted"}
    told |= {"refused_on": f"{month}-28"} if refused else {}
    yield 2.1, row | billed | told | {"accepted_cents": row["amount_cents"] - refused, "refused_cents": refused}


def refusal_life(number: int, random: Random, month: str) -> Lifecycle:
    code = random.choices(("500546", "500518", "200155", "500302"), (70, 25, 4, 1))[0]
    amount = random.randrange(10_000)
    yield (
        0,
        blank(REFUSALS, 4, number)
        | {
            "month": month,
            "date": f"{month}-{random.randrange(1, 29):02d}",
            "invoice_id": uuid_of(2, number),
            "day_id": uuid_of(3, number // 2),
            "patient_id": uuid_of(5, number // 40),
            "sending_id": uuid_of(1, number // 50),
            "provider": f"4000000{number % 7}001",
            "nomenclature_code": f"4251{number % 40:02d}",
            "verdict": "refused",
            "decision": "none",
            "adds_day": 1,
            "refused_on": f"{month}-28",
            "requested_cents": amount,
            "refused_cents": amount,
            "code": code,
            "root_code": code,
            "root_letter": "F",
        },
    )


CASES = (
    Case(
        INVOICES,
        invoice_life,
        (
            InvoiceFilter(),
            InvoiceFilter(month=MONTHS[20]),
            InvoiceFilter(national_union="600"),
            InvoiceFilter(status="withdrawn"),
            InvoiceFilter(verdict="mixed"),
            InvoiceFilter(status="issued"),
            InvoiceFilter(sending_id=sending_of(MONTHS[5], 5)),
        ),
    ),
    Case(
        DAYS,
        day_life,
        (
            DayFilter(),
            DayFilter(month=MONTHS[12]),
            DayFilter(national_union="200"),
            DayFilter(phase="prepared"),
            DayFilter(verdict="refused"),
            DayFilter(is_returned=True),
            DayFilter(date_from=f"{MONTHS[1]}-05", date_to=f"{MONTHS[1]}-20", verdict="accepted"),
            DayFilter(invoice_id=uuid_of(2, 77)),
        ),
    ),
    Case(
        REFUSALS,
        refusal_life,
        (
            RefusalFilter(),
            RefusalFilter(month=MONTHS[9]),
            RefusalFilter(root_code="500302", root_letter="F"),
            RefusalFilter(provider="40000003001"),
            RefusalFilter(national_union="400"),
            RefusalFilter(sending_id=sending_of(MONTHS[5], 5)),
        ),
    ),
    Case(
        SENDINGS,
        sending_life,
        (
            SendingFilter(),
            SendingFilter(month=MONTHS[3]),
            SendingFilter(national_union="300"),
            SendingFilter(status="settled"),
            SendingFilter(status="rejected"),
            SendingFilter(status="prepared"),
            SendingFilter(outcome="in_part"),
            SendingFilter(is_archived=False),
            SendingFilter(is_archived=True, national_union="900"),
            SendingFilter(sending_number=123),
            SendingFilter(transmitted_from=f"{MONTHS[5]}-10", transmitted_to=f"{MONTHS[6]}-10"),
            SendingFilter(national_union="100", status="settled", outcome="refused", is_archived=False),
        ),
    ),
)


def blank(listing: Listing, kind: int, number: int) -> ViewRow:
    """A row with nothing in it but its key."""
    empty = {"uuid": UUID(int=0), "text": "", "int": 0, "bool": False, "bytes": b""}
    row = {column.name: None if column.optional else empty[column.kind] for column in listing.table.columns}
    return row | {listing.table.key: uuid_of(kind, number)}


def fill(sql: Sql, case: Case, rows: int = ROWS, where: UUID = WHERE) -> None:
    """Current and past rows, as the engine would have left them, all of one establishment."""
    table, random, month_span = case.listing.table, Random(7), SPAN // len(MONTHS)
    past, now = [], []
    for number in range(rows):
        begun = SPAN * number // rows
        life = case.life(number, random, MONTHS[begun // month_span])
        versions = [(share, row | {"establishment_id": where}) for share, row in life]
        opened = [begun + 1 + int(share * month_span) for share, _ in versions]
        alive = [(at, row) for at, (_, row) in zip(opened, versions, strict=True) if at <= SPAN]
        for (since, row), (until, _) in pairwise(alive):
            past.append((*[row[name] for name in table.names], since, until, node_of(since, until)))
        since, row = alive[-1]
        now.append((*[row[name] for name in table.names], since))
    sql.insert(table.name, table.stored, now)
    sql.insert(table.past, (*table.names, FROM, TO, NODE), past)


def ask(sql: Sql, case: Case, most: int | None = None) -> list[tuple[float, str]]:
    """Every combination, or `most` of them: milliseconds, and which it was."""
    listing = case.listing
    instants = (None, SPAN // 7, SPAN // 2, SPAN - SPAN // 50)
    combinations = list(product(case.filters, listing.sorts, (True, False), (False, True), instants))
    middles: dict[tuple[Filter, str, bool], str | None] = {}
    took = []
    for wanted, sort, descending, is_deep, at in Random(most).sample(combinations, k=most or len(combinations)):
        asked = Asked(sort, descending, None, 50, at)
        if is_deep:
            key = wanted, sort, descending
            if key not in middles:
                middles[key] = middle(sql, listing, wanted, asked)
            asked = replace(asked, after=middles[key])
        begun = perf_counter()
        listing.page(sql, conditions([WHERE], wanted), asked)
        took.append(((perf_counter() - begun) * 1_000, shown(wanted, asked)))
    return took


def shown(*asked: object) -> str:
    """Without what was not asked for."""
    return ", ".join(part for part in str(asked).split(", ") if "None" not in part)


def middle(sql: Sql, listing: Listing, wanted: Filter, asked: Asked) -> str | None:
    """Cursor of the row half-way through the current list."""
    where, key = conditions([WHERE], wanted), listing.table.key
    count = listing.count(sql, where)
    order = "DESC" if asked.descending else "ASC"
    rows = sql.rows(
        f"SELECT {asked.sort}, {key} FROM {listing.table.name} WHERE {where.text}"
        f" ORDER BY {asked.sort} {order}, {key} {order} LIMIT 1 OFFSET ?",
        (*where.params, count // 2),
    )
    return cursor_of(asked, rows[0][asked.sort], rows[0][key]) if rows else None


def bare(sql: Sql, listing: Listing) -> float:
    """Milliseconds for fifty rows, whichever."""
    begun = perf_counter()
    sql.rows(f"SELECT {', '.join(listing.table.names)} FROM {listing.table.name} LIMIT 50")
    return (perf_counter() - begun) * 1_000


def measure(store: Store, kind: str, *, verbose: bool = False) -> list[dict[str, Any]]:
    """One line a list."""
    database = store.database
    with database.transaction() as sql:
        for view in all_views(store.keys):
            for statement in view.table.create(sql.dialect):
                sql.run(statement)
        fill(sql, CASES[-1], rows=len(MONTHS) * SENDINGS_OF_A_MONTH)
    found = []
    for case in CASES:
        with database.transaction() as sql:
            sql.run(f"DELETE FROM {case.listing.table.name}")
            sql.run(f"DELETE FROM {case.listing.table.past}")
            fill(sql, case)
        if database.dialect == "postgresql":  # does so by itself; SQLite never has statistics
            with database.transaction() as sql:
                sql.run("ANALYZE")
        with database.snapshot() as sql:
            ask(sql, case, WARM_UP)
            took = sorted(ask(sql, case))
            limit = median(bare(sql, case.listing) for _ in range(50))
        if verbose:
            for slow in took[-4:]:
                print("   ", round(slow[0], 1), slow[1])
        p95 = took[int(len(took) * 0.95)][0]
        found.append(
            {
                "name": f"history p95, {case.listing.table.name}, {kind}",
                "value": p95,
                "unit": "ms",
                "goal": GOAL_MS,
                "limit": limit,
                "ratio": limit / p95,
                "spread": (took[len(took) // 2][0], took[-1][0]),
            }
        )
    return found


def run(*, verbose: bool = False) -> list[dict[str, Any]]:
    """On both databases. `spread` is median and slowest."""
    with tempfile.TemporaryDirectory() as folder:
        lite = fresh_store("sqlite", Path(folder))
        found = measure(lite, "sqlite", verbose=verbose)
        lite.close()
    server = PostgresServer.start()
    store = open_store(server.url, TEST_MASTER_KEY, SystemClock(), schema=fresh_schema())
    found += measure(store, "postgresql", verbose=verbose)
    store.close()
    server.stop()
    return found


if __name__ == "__main__":
    for line in run(verbose=True):
        low, high = line["spread"]
        print(
            f"{line['name']:40} {line['value']:8.1f} {line['unit']}  goal {line['goal']:g}"
            f"  bare {line['limit']:.2f}  median {low:.1f}  slowest {high:.1f}"
        )
