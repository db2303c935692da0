"""Fold a batch into views: load the rows it touches, apply in memory, write what changed.

A version that opens and closes within the batch goes to the past with its final end, so that any cut of the log into
batches leaves the same rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from application.ports import EventLog, Recorded, Sql
from projections.drafts import Draft, Slot, load
from projections.table import ViewRow
from projections.view import Key, RowView, SetView, Streams, View

Rows = dict[Key, ViewRow]
"""Current rows by key."""
_OF_DAYS = "billing_day."


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the log, with all that views need of the log to fold it. `wanted`: by name of the view, its events."""

    events: Sequence[Recorded]
    wanted: Mapping[str, Sequence[Recorded]]
    streams: Streams


class Folding:
    """Views that move on together: a batch is looked through once, and a stream that several need is loaded once."""

    def __init__(self, log: EventLog, views: Iterable[View]) -> None:
        self._log, self._views = log, tuple(views)
        self._takers: dict[str, list[str]] = {}
        for view in self._views:
            for topic in view.touches:
                self._takers.setdefault(topic, []).append(view.name)

    def batch(self, events: Sequence[Recorded]) -> Batch:
        """What depends on the log alone, so that it can be made before the batch's turn comes."""
        wanted: dict[str, list[Recorded]] = {view.name: [] for view in self._views}
        for recorded in events:
            for name in self._takers.get(recorded.topic, ()):
                wanted[name].append(recorded)
        checks = [(view.needs_stream, wanted[view.name]) for view in self._views if view.needs_stream]
        needed = [recorded for needs_stream, mine in checks for recorded in mine if needs_stream(recorded)]
        streams = Streams(self._log, {recorded.stream_id for recorded in needed}, events)
        for recorded in needed:
            if recorded.topic.startswith(_OF_DAYS):
                streams.day_after(recorded)
        return Batch(events, wanted, streams)

    def over(self, sql: Sql, batch: Batch, marks: Mapping[str, int], kept: Mapping[str, Rows] | None = None) -> None:
        """Bring those of `marks` over what of the batch follows their positions.

        `kept`: by view, rows surely as the table has them; kept so.
        """
        for view in self._views:
            wanted, mark = batch.wanted[view.name], marks.get(view.name)
            if not wanted or mark is None:
                continue
            if mark >= batch.events[0].position:
                wanted = [recorded for recorded in wanted if recorded.position > mark]
            _fold(sql, view, wanted, batch.streams, {} if kept is None else kept[view.name])


def _fold(sql: Sql, view: View, wanted: Sequence[Recorded], streams: Streams, known: Rows) -> None:
    if isinstance(view, RowView):
        draft = _fold_rows(sql, view, wanted, streams, known)
    else:
        draft = _fold_sets(sql, view, wanted, streams)
    for recorded in wanted:
        if recorded.topic in view.forgets:
            draft.forget(view.touches[recorded.topic](recorded))
    draft.write(sql)


def _fold_rows(sql: Sql, view: RowView, wanted: Sequence[Recorded], streams: Streams, known: Rows) -> Draft:
    draft = Draft(view.table)
    slots, steps, missing = draft.slots, [], []
    for recorded in wanted:
        for key in view.touches[recorded.topic](recorded):
            slot = slots.get(key)
            if slot is None:
                slot = slots[key] = Slot(known.get(key))
                # The first event of a stream cannot find a row of its own.
                if slot.row is None and not (view.is_by_stream and recorded.version == 1):
                    missing.append(key)
            steps.append((slot, recorded))
    for row in load(sql, view.table, missing):
        slots[row[view.table.key]].found(row)
    apply, put = view.apply, draft.put
    for slot, recorded in steps:
        changed = apply(slot.row, recorded, streams)
        if changed is not slot.row:
            put(slot, changed, recorded.position)
    for key, slot in slots.items():
        if slot.row is not None:
            known[key] = slot.row
        else:
            known.pop(key, None)
    return draft


def _fold_sets(sql: Sql, view: SetView, wanted: Sequence[Recorded], streams: Streams) -> Draft:
    draft = Draft(view.table)
    slots, table = draft.slots, view.table
    owners = {owner for recorded in wanted for owner in view.touches[recorded.topic](recorded)}
    sets: dict[Key, Rows] = {owner: {} for owner in owners}
    for row in load(sql, table, owners):
        slots[row[table.key]] = Slot(row)
        sets[row[table.grouped_by]][row[table.key]] = row
    for recorded in wanted:
        for owner in view.touches[recorded.topic](recorded):
            mine = sets[owner]
            for key, changed in view.apply(mine, recorded, streams).items():
                draft.put(slots.setdefault(key, Slot()), changed, recorded.position)
                if changed is None:
                    mine.pop(key, None)
                else:
                    mine[key] = changed
    return draft
