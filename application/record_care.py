"""Record care, one by one or many at once; correct and withdraw lines that are not in a sending."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.access import OPERATOR, Caller
from application.commit import Decided, Done, Streams, decide
from application.own_care import check_own
from application.ports import Change, Context, EventLog, KeyRing, Watch
from application.register import billed_records
from domain import billing_day as days
from domain.care import Care
from domain.care_entry import Changed, Placement, place
from domain.day_events import CareRecorded
from domain.errors import Invalid, NotAllowed, NotFound
from domain.identifiers import holds_ssin

_MOST_SEQUENCES = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One care of one patient. `place` names it to the person who gave it: a line of a file, an index of a request."""

    patient_id: UUID
    date: Date
    care: Care
    place: int = 0


@dataclass(frozen=True, slots=True)
class RecordedLine:
    """Where a new line went. `possible_duplicate`: it waits for a person's word before it is billed."""

    place: int
    day_id: UUID
    line_id: UUID
    possible_duplicate: bool


@dataclass(frozen=True, slots=True)
class CareRecordedResult:
    """All new lines, in the order given."""

    lines: tuple[RecordedLine, ...]


class CareBook:
    """The use cases of care entry. `by`: whose care may be changed is the caller's right (`application.own_care`)."""

    def __init__(self, log: EventLog, keys: KeyRing) -> None:
        self._log, self._keys = log, keys

    def record(
        self, context: Context, where: UUID, entries: Sequence[Entry], by: Caller = OPERATOR
    ) -> Done[CareRecordedResult]:
        """Enter care from the keyboard: each entry is a new line."""
        check_own(by, self._keys, (entry.care for entry in entries))
        for entry in entries:
            _check_reference(entry.care)

        def decision() -> Decided[CareRecordedResult]:
            plan = plan_entries(self._log, where, entries, match=False)
            lines = [
                RecordedLine(group.entries[index].place, group.placed.day_id, new.line_id, new.possible_duplicate)
                for group in plan.groups
                for new, index in zip(group.placed.added, group.placed.added_indexes, strict=True)
            ]
            lines.sort(key=lambda line: line.place)
            return Decided(plan.changes(where, None), CareRecordedResult(tuple(lines)))

        return decide(self._log, context, decision)

    def correct(self, context: Context, day_id: UUID, line_id: UUID, care: Care, by: Caller = OPERATOR) -> Done[UUID]:
        """Give a line its right values: one of the caller's own stays so."""
        _check_reference(care)
        check_own(by, self._keys, [care])
        return self._on_line(context, day_id, line_id, by, lambda day: days.correct(day, line_id, care))

    def withdraw(self, context: Context, day_id: UUID, line_id: UUID, by: Caller = OPERATOR) -> Done[UUID]:
        """Take a line out."""
        return self._on_line(context, day_id, line_id, by, lambda day: days.withdraw(day, line_id))

    def confirm(self, context: Context, day_id: UUID, line_id: UUID, by: Caller = OPERATOR) -> Done[UUID]:
        """Confirm that a possible duplicate was really done."""
        return self._on_line(context, day_id, line_id, by, lambda day: days.confirm(day, line_id))

    def confirm_amount(self, context: Context, day_id: UUID, line_id: UUID, by: Caller = OPERATOR) -> Done[UUID]:
        """Confirm that the amount of a line is to be billed as it was given."""
        return self._on_line(context, day_id, line_id, by, lambda day: days.confirm_amount(day, line_id))

    def lift_time_bar(self, context: Context, day_id: UUID, proof: str, letter_date: Date) -> Done[UUID]:
        """Note the registered letter that makes a time-barred day sendable."""
        return self._on_day(context, day_id, lambda day: days.lift_time_bar(day, proof, letter_date))

    def _on_line(
        self,
        context: Context,
        day_id: UUID,
        line_id: UUID,
        by: Caller,
        act: Callable[[days.BillingDay], list[object]],
    ) -> Done[UUID]:
        def on_own(day: days.BillingDay) -> list[object]:
            check_own(by, self._keys, (line.care for line in day.lines if line.line_id == line_id))
            return act(day)

        return self._on_day(context, day_id, on_own)

    def _on_day(self, context: Context, day_id: UUID, act: Callable[[days.BillingDay], list[object]]) -> Done[UUID]:
        def decision() -> Decided[UUID]:
            streams = Streams(self._log, [day_id])
            day = days.fold(streams.events(day_id))
            if day is None:
                raise NotFound("day_unknown", "There is no such billing day.")
            return Decided([streams.change(day_id, act(day))], day_id)

        return decide(self._log, context, decision)


def _check_reference(care: Care) -> None:
    """Ids of lines are made from their reference, so it must not lead to a person."""
    if holds_ssin(care.line_ref):
        raise Invalid("line_ref_personal", "line_ref: give a reference without a national number.", field="line_ref")


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one patient and date, and where they belong."""

    patient_id: UUID
    date: Date
    entries: tuple[Entry, ...]
    placed: Placement


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """All groups, with the streams they were decided on."""

    groups: tuple[Group, ...]
    streams: Streams

    def changes(self, where: UUID, import_id: UUID | None, *, with_changed: bool = False) -> list[Change]:
        """What to append: new lines, and, when wanted, corrections of known ones."""
        per_day: dict[UUID, list[object]] = {}
        for group in self.groups:
            placed = group.placed
            if placed.added:
                happened = CareRecorded(where, group.patient_id, group.date, placed.sequence, placed.added, import_id)
                per_day.setdefault(placed.day_id, []).append(happened)
            for changed in placed.changed if with_changed else ():
                if not changed.is_billed:
                    day = days.fold(self.streams.events(changed.day_id))
                    if day is not None:
                        corrected = days.correct(day, changed.line.line_id, changed.care, import_id)
                        per_day.setdefault(changed.day_id, []).extend(corrected)
        return [self.streams.change(day_id, happened) for day_id, happened in per_day.items()]

    @property
    def changed(self) -> list[tuple[Group, Changed]]:
        """Known lines that came with other values."""
        return [(group, changed) for group in self.groups for changed in group.placed.changed]


def plan_entries(
    log: EventLog, where: UUID, entries: Iterable[Entry], *, match: bool, watch: Watch = iter
) -> EntryPlan:
    """Group entries by patient and date and place them; care of a merged record goes to the survivor."""
    found = list(entries)
    survivor = survivors(log, {entry.patient_id for entry in found}, where)
    grouped: dict[tuple[UUID, Date], list[Entry]] = {}
    for entry in found:
        grouped.setdefault((survivor[entry.patient_id], entry.date), []).append(entry)
    known, streams = sequences_of(log, where, list(grouped))
    groups = []
    for (who, date), mine in watch(list(grouped.items())):
        cares = [entry.care for entry in mine]
        placed = place(where, who, date, known[who, date], cares, match=match)
        groups.append(Group(who, date, tuple(mine), placed))
    return EntryPlan(tuple(groups), streams)


def survivors(log: EventLog, who: Iterable[UUID], where: UUID | None = None) -> Mapping[UUID, UUID]:
    """For each record, the one under which care is billed. Raises `NotFound` for one unknown, or of another `where`."""
    wanted = list(who)
    found = billed_records(log, wanted)
    for identifier in wanted:
        if identifier not in found or where not in (None, found[identifier][1].establishment_id):
            raise NotFound("patient_unknown", "There is no such patient; register it first.")
        if found[identifier][1].is_erased:
            raise NotAllowed("patient_erased", "This patient's personal data were erased for good.")
    return {identifier: found[identifier][0] for identifier in wanted}


def sequences_of(
    log: EventLog, where: UUID, wanted: Sequence[tuple[UUID, Date]]
) -> tuple[dict[tuple[UUID, Date], list[days.BillingDay]], Streams]:
    """All days of these patients and dates, in order: one query for each further sequence that exists anywhere."""
    known: dict[tuple[UUID, Date], list[days.BillingDay]] = {key: [] for key in wanted}
    streams = Streams(log, ())
    open_keys = list(wanted)
    for sequence in range(1, _MOST_SEQUENCES + 1):
        named = {days.day_id(where, who, date, sequence): (who, date) for who, date in open_keys}
        open_keys = []
        for identifier, events in streams.also(named).items():
            day = days.fold(events)
            if day is not None:
                known[named[identifier]].append(day)
                open_keys.append(named[identifier])
        if not open_keys:
            break
    return known, streams
