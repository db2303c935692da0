"""The runner of the views: batches from the log, rows and positions in one transaction, several processes at once.

Rows depend on the log alone: any batch size, inline or afterwards, now or rebuilt, leaves the same ones.
"""

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Lock

from application.ports import Database, EventLog, Recorded, Sql
from projections import positions
from projections.errors import ViewsBehind
from projections.folding import Batch, Folding, Rows
from projections.view import View

BATCH = 4_000
"""Events pulled at once: enough for bulk statements, few enough for memory and for who waits for the lock."""

KEPT_ROWS = 30_000
"""Of one view, kept in memory between the batches of one catch-up: about a kilobyte each."""

MOST_CAUGHT_UP_INLINE = 50_000
"""Events behind that an append still catches up itself: a few seconds."""


class Runner:
    """Keeps views current. Share one between threads."""

    def __init__(self, database: Database, log: EventLog, views: Iterable[View]) -> None:
        self._database, self._log = database, log
        self._views = tuple(views)
        # SQLite has one writer anyway; on PostgreSQL only what commands read at once is worth the append's time.
        self._inline = tuple(view for view in self._views if view.is_register or database.dialect == "sqlite")
        self._folding, self._folding_inline = Folding(log, self._views), Folding(log, self._inline)
        self._seen = -1
        self._running = Lock()

    def prepare(self) -> None:
        """Make the tables, begin anew views whose version changed, and catch up. Before the first append."""
        self.create()
        self.catch_up()

    def create(self) -> None:
        """Make the tables, and begin anew views whose version changed."""
        with self._database.transaction() as sql:
            positions.prepare(sql, self._views)

    def rebuild(self, names: Collection[str] = ()) -> int:
        """Drop the rows of these views, or of all, and make them again from the log; answers the position reached."""
        views = [view for view in self._views if not names or view.name in names]
        if unknown := set(names) - {view.name for view in views}:
            raise KeyError(", ".join(sorted(unknown)))
        with self._running, self._database.transaction() as sql:
            positions.prepare(sql, views, again={view.name for view in views})
        return self.catch_up()

    def catch_up(self, upto: int | None = None, batch: int = BATCH) -> int:
        """Bring every view up to the head, or to a position; answers the lowest position reached."""
        with self._running, ThreadPoolExecutor(1, "views-read") as ahead:
            kept = _KeptRows()
            after = self._lowest()
            part = self._read(after, batch, upto)
            while part.events:
                last, is_full = part.events[-1].position, len(part.events) == batch
                # While the database writes this batch, the next one is read and decoded.
                following = ahead.submit(self._read, last, batch, upto) if is_full else None
                after = self._advance(after, part, kept)
                is_next = following is not None and after == last
                part = following.result() if following and is_next else self._read(after, batch, upto)
            return after

    def positions(self) -> dict[str, int]:
        """How far each view is."""
        with self._database.snapshot() as sql:
            return positions.positions_of(self._views, positions.read(sql))

    def inline_hook(self, sql: Sql, recorded: Sequence[Recorded]) -> None:
        """Inside an append: the views that are kept there. Raises `ViewsBehind`."""
        if not recorded:
            return
        marks = positions.positions_of(self._inline, positions.lock(sql, [view.name for view in self._inline]))
        if any(position != self._seen for position in marks.values()):
            self._catch_up_inline(sql, marks, recorded[0].position - 1)
        self._folding_inline.over(sql, self._folding_inline.batch(recorded), marks)
        positions.move(sql, list(marks), recorded[-1].position)
        # Should the append fail after this, the position read next time differs and the log is asked again.
        self._seen = recorded[-1].position

    def _catch_up_inline(self, sql: Sql, marks: dict[str, int], upto: int) -> None:
        """What other processes appended they folded themselves: mostly there is nothing here."""
        after, caught_up = min(marks.values()), 0
        while events := self._log.read(after, BATCH, upto):
            caught_up += len(events)
            if caught_up > MOST_CAUGHT_UP_INLINE:
                raise ViewsBehind("the views lag too far to catch up inside an append: let them catch up first")
            self._folding_inline.over(sql, self._folding_inline.batch(events), marks)
            after = events[-1].position

    def _read(self, after: int, limit: int, upto: int | None) -> Batch:
        return self._folding.batch(self._log.read(after, limit, upto))

    def _advance(self, after: int, batch: Batch, kept: "_KeptRows") -> int:
        """One batch, unless somebody else did it meanwhile; answers the lowest position then."""
        last = batch.events[-1].position
        with self._database.transaction() as sql:
            # Views that are current are not locked: appends hold theirs.
            known = positions.positions_of(self._views, positions.read(sql))
            views = [view for view in self._views if known[view.name] < last]
            marks = positions.positions_of(views, positions.lock(sql, [view.name for view in views]))
            moves = bool(marks) and min(marks.values()) == after
            if moves:
                rows = {name: kept.of(name, position, last) for name, position in marks.items()}
                self._folding.over(sql, batch, marks, rows)
                positions.move(sql, [name for name, position in marks.items() if position < last], last)
        return last if moves else self._lowest()

    def _lowest(self) -> int:
        return min(self.positions().values())


class _KeptRows:
    """Rows as one catch-up left them: right as long as nobody else moved the view on, which its position tells."""

    def __init__(self) -> None:
        self._rows: dict[str, Rows] = {}
        self._positions: dict[str, int] = {}

    def of(self, name: str, position: int, moving_to: int) -> Rows:
        """Rows of a view at a position, to be kept up while it moves."""
        rows = self._rows.setdefault(name, {})
        if self._positions.get(name) != position:
            rows.clear()
        for key in list(islice(rows, max(0, len(rows) - KEPT_ROWS))):
            del rows[key]
        self._positions[name] = moving_to
        return rows
