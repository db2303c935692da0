"""How fast the pages come at 100,000 rows of each list, as a browser asks for them over a socket; and how heavy.

`python -m benchmarks.pages` serves the site on SQLite and on a PostgreSQL of its own, signs a user in through the
pages, and times whole pages: now and in the past, first and deep, filtered and sorted. The limit is the page of one's
own account, which asks the database for nothing but the session.
"""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg

from application.ports import Sql
from benchmarks.history import CASES, MONTHS, ROWS, SENDINGS_OF_A_MONTH, SPAN, fill
from tests.stores import PostgresServer
from tests.web.site import RunningSite
from tests.web.visitor import Visitor

ROUNDS = 12
GOAL_MS = 100.0
GOAL_KB = 200.0
LISTS = {
    "/historique/envois": ("", "status=settled&outcome=in_part", "national_union=300&sort=refused_cents"),
    "/historique/factures": ("", f"month={MONTHS[20]}", "verdict=mixed&sort=refused_cents&descending=true"),
    "/historique/jours": ("", f"month={MONTHS[12]}", "verdict=refused&sort=amount_cents"),
    "/refus": ("", f"month={MONTHS[9]}"),
    "/refus/lignes": ("", "national_union=400", "root_code=500302"),
    "/decomptes": ("",),
    "/pilotage": ("", f"from={MONTHS[12]}&to={MONTHS[23]}"),
    "": ("",),
}
_PAST = "as_of=2026-11-02"
_NEXT = re.compile(r'rel="next" href="([^"]+)"')


def run(*, verbose: bool = False) -> list[dict[str, Any]]:
    """One line a database, and one for the weight of the first view."""
    found = [_measure("sqlite", verbose=verbose)]
    server = PostgresServer.start()
    os.environ["QUITTANCE_TEST_POSTGRES"] = server.url
    try:
        found.append(_measure("postgres", verbose=verbose))
    finally:
        server.stop()
    return [row for rows in found for row in rows]


def _measure(kind: str, *, verbose: bool) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder, RunningSite.open(Path(folder), kind=kind) as site:
        where = site.enter_practice()
        site.quittance.views.catch_up()
        with site.quittance.store.database.transaction() as sql:
            _fill(sql, where)
        _tidy(kind)
        log: Any = site.quittance.log
        log.position_at = lambda _: SPAN // 2  # the rows were filled in without a log: this is where the day lies
        visitor = site.sign_in("office")
        addresses = list(_addresses(site, visitor))
        for address in addresses:
            _time(visitor, address)  # plans, pages and templates are warm
        took = [(_time(visitor, address), address) for _ in range(ROUNDS) for address in addresses]
        limit = median(_time(visitor, "/account") for _ in range(50))
        weight = _weight(site, visitor, site.at("/historique/envois"))
    ordered = sorted(took)
    if verbose:
        for slow in ordered[-8:]:
            print("   ", round(slow[0], 1), slow[1])
    p95 = ordered[int(len(ordered) * 0.95)][0]
    spread = (ordered[len(ordered) // 2][0], ordered[-1][0])
    rows = [
        {
            "name": f"whole pages p95, {len(addresses)} addresses, 100,000 rows a list, {kind}",
            "value": p95,
            "unit": "ms",
            "goal": GOAL_MS,
            "limit": limit,
            "ratio": limit / p95,
            "spread": spread,
        }
    ]
    if kind == "sqlite":
        rows.append(
            {
                "name": "first view without the font, page with all its files",
                "value": weight / 1_000,
                "unit": "KB",
                "goal": GOAL_KB,
                "limit": "-",
                "ratio": weight / 1_000 / GOAL_KB,
                "spread": "one page",
            }
        )
    return rows


def _fill(sql: Sql, where: UUID) -> None:
    """Rows of two years in every list, as the engine would have left them, all of this practice."""
    for case in CASES:
        fill(sql, case, len(MONTHS) * SENDINGS_OF_A_MONTH if case is CASES[-1] else ROWS, where)


def _tidy(kind: str) -> None:
    """What a database that was filled in two years has done by itself: PostgreSQL's autovacuum; SQLite nothing."""
    if kind == "postgres":
        with psycopg.connect(os.environ["QUITTANCE_TEST_POSTGRES"], autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")


def _addresses(site: RunningSite, visitor: Visitor) -> Sequence[str]:
    """Each list as asked, its second page, and both in the past; shuffled, the same each time."""
    found = []
    for path, queries in LISTS.items():
        for query in queries:
            start = site.at(path) + (f"?{query}" if query else "")
            page = visitor.followed(visitor.get(start))
            here = page.url.raw_path.decode()
            found += [here, f"{here}{'&' if '?' in here else '?'}{_PAST}"]
            deep = _NEXT.search(page.text)
            if deep:
                found.append(deep[1].replace("&amp;", "&"))
    Random(3).shuffle(found)
    return found


def _time(visitor: Visitor, address: str) -> float:
    begun = perf_counter()
    answer = visitor.get(address)
    took = (perf_counter() - begun) * 1_000
    if answer.status_code != 200:
        raise ValueError(f"{address}: {answer.status_code}")
    return took


def _weight(site: RunningSite, visitor: Visitor, address: str) -> int:
    """Bytes of a page and of every file that it names but fonts, as they travel."""
    page = visitor.followed(visitor.get(address))
    files = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text))
    return len(page.content) + sum(len(site.client.get(file).content) for file in files)


if __name__ == "__main__":
    for row in run(verbose=True):
        print(row)
