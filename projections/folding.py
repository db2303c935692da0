"""Fold a batch into one view: load the rows it touches, apply in memory, write what changed.

A version that opens and closes within the batch goes to the past with its final end, so that any cut of the log into
batches leaves the same rows.
"""

from collections.abc import Sequence

from application.ports import EventLog, Recorded, Sql
from projections.drafts import Draft, Slot, load
from projections.table import ViewRow
from projections.view import Key, RowView, SetView, Streams, View

Rows = dict[Key, ViewRow]
"""Current rows by key."""


def fold(sql: Sql, log: EventLog, view: View, batch: Sequence[Recorded], known: Rows | None = None) -> None:
    """Bring one view over a batch that follows its position. `known`: rows surely as the table has them; kept so."""
    wanted = [recorded for recorded in batch if recorded.topic in view.touches]
    if not wanted:
        return
    needs = view.needs_stream
    streams = Streams(log, [recorded.stream_id for recorded in wanted if needs(recorded)] if needs else (), batch)
    if isinstance(view, RowView):
        draft = _fold_rows(sql, view, wanted, streams, {} if known is None else known)
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
