"""Import a care file: every line lands, is known already, differs or is rejected with its place and reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from hashlib import sha256
from typing import Literal
from uuid import UUID

from application.commit import Decided, Done, Streams, caused, decide
from application.ports import Context, EventLog, KeyRing, Lookups, MessageStore, Watch
from application.record_care import Entry, EntryPlan, plan_entries
from application.register import number_blind
from domain import billing_day as days
from domain import inbox
from domain.care import COLUMNS, Care, columns_of
from domain.identifiers import holds_ssin, is_nihii, is_ssin


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a care file as read: `line` counts from 1 with the header; `number` is the patient's."""

    line: int
    number: str
    date: Date
    care: Care


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a row was not taken: `field` as in the header, `code` from the catalogue. Never a value of a person.

    `count`: so many lines it stands for; more than one only with `more_rejected`, whose `line` is the last of them.
    """

    line: int
    field: str
    code: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Difference:
    """A known line that came with another value. `is_billed`: it is in a sending and stays as it is."""

    line: int
    day_id: UUID
    line_id: UUID
    fields: tuple[str, ...]
    is_billed: bool


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the file. `outcome` says whether anything was written."""

    import_id: UUID
    outcome: Literal["imported", "already_imported", "nothing_new", "needs_consent", "rejected"]
    added: int
    unchanged: int
    corrected: int
    possible_duplicates: int
    rejected: tuple[Rejected, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """An import taken back: how many lines were withdrawn or got their former values."""

    import_id: UUID
    lines: int


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`all_or_nothing`: one bad row refuses the file. `accept_changes`: known lines take the values of the file."""

    all_or_nothing: bool = False
    accept_changes: bool = False


class CareImports:
    """Import and undo."""

    def __init__(self, log: EventLog, keys: KeyRing, lookups: Lookups, messages: MessageStore) -> None:
        self._log, self._keys, self._lookups, self._messages = log, keys, lookups, messages

    def take(
        self,
        context: Context,
        where: UUID,
        content: bytes,
        read: tuple[Sequence[FileRow], Sequence[Rejected]],
        options: ImportOptions,
        watch: Watch = iter,
    ) -> Done[ImportReport]:
        """Store the bytes, then decide on the rows that the reader made of them.

        The same bytes again change nothing, but rows rejected the first time get their chance.
        """
        message, _ = self._messages.put(content, "care_file", "in", where)
        identifier = inbox.import_id(where, message)

        def decision() -> Decided[ImportReport]:
            known = Streams(self._log, [identifier])
            state = inbox.fold_import(known.events(identifier))
            stands = state is not None and not state.is_undone
            if stands and state is not None and not state.accepted.rejected:
                return Decided([], _report(identifier, "already_imported"))
            decided = self._decide(where, message, identifier, known, read, options, watch)
            if stands and decided.result.outcome == "nothing_new":
                return Decided([], replace(decided.result, outcome="already_imported"))
            return decided

        return decide(self._log, caused(context, message), decision)

    def preview(
        self,
        where: UUID,
        content: bytes,
        read: tuple[Sequence[FileRow], Sequence[Rejected]],
        options: ImportOptions,
        watch: Watch = iter,
    ) -> ImportReport:
        """What taking the file would do now; writes nothing, not even the bytes."""
        name = sha256(content).hexdigest()
        identifier = inbox.import_id(where, name)
        known = Streams(self._log, [identifier])
        state = inbox.fold_import(known.events(identifier))
        if state is not None and not state.is_undone and not state.accepted.rejected:
            return _report(identifier, "already_imported")
        return self._decide(where, name, identifier, known, read, options, watch).result

    def _decide(
        self,
        where: UUID,
        message: str,
        identifier: UUID,
        known: Streams,
        read: tuple[Sequence[FileRow], Sequence[Rejected]],
        options: ImportOptions,
        watch: Watch,
    ) -> Decided[ImportReport]:
        rows, unreadable = read
        entries, strange = self._entries(where, rows)
        rejected = tuple(sorted((*unreadable, *strange), key=lambda r: (r.line, r.field)))
        plan = plan_entries(self._log, where, entries, match=True, watch=watch)
        report = _describe(identifier, plan, rejected, options)
        if report.outcome != "imported":
            return Decided([], report)
        changes = plan.changes(where, identifier, with_changed=options.accept_changes)
        touched = tuple(change.stream_id for change in changes)
        taken = inbox.ImportAccepted(where, message, touched, report.added, sum(one.count for one in rejected))
        return Decided([*changes, known.change(identifier, [taken])], report)

    def undo(self, context: Context, identifier: UUID) -> Done[Undone]:
        """Withdraw every line of an import; refused once one of them is in a sending."""

        def decision() -> Decided[Undone]:
            streams = Streams(self._log, [identifier])
            state = inbox.fold_import(streams.events(identifier))
            happened = inbox.undo_import(state)
            day_ids = state.accepted.day_ids if state else ()
            owned = Streams(self._log, day_ids)
            changes = [owned.change(day, days.undo_import(owned.events(day), identifier)) for day in day_ids]
            undone = Undone(identifier, sum(len(change.events) for change in changes))
            return Decided([*changes, streams.change(identifier, happened)], undone)

        return decide(self._log, context, decision)

    def _entries(self, where: UUID, rows: Sequence[FileRow]) -> tuple[list[Entry], list[Rejected]]:
        blinds = {row.number: number_blind(self._keys, where, row.number) for row in rows}
        found = self._lookups.patients_by_number(where, list(blinds.values()))
        entries, rejected = list[Entry](), list[Rejected]()
        for row in rows:
            who = found.get(blinds[row.number])
            wrong = wrong_numbers(row)
            if who is None:
                is_bad = len(row.number) == 11 and not is_ssin(row.number)
                wrong.append(("ssin", "ssin_invalid" if is_bad else "patient_unknown"))
            rejected.extend(Rejected(row.line, field, code) for field, code in wrong)
            if who is not None and not wrong:
                entries.append(Entry(who, row.date, row.care, row.line))
        return entries, rejected


def wrong_numbers(row: FileRow) -> list[tuple[str, str]]:
    """What cannot be told from the digits alone: field and code."""
    numbers = (("provider", row.care.provider), ("care_assistant", row.care.care_assistant))
    wrong = [(field, "nihii_invalid") for field, value in numbers if value and not is_nihii(value)]
    return [*wrong, ("line_ref", "line_ref_personal")] if holds_ssin(row.care.line_ref) else wrong


def _describe(
    identifier: UUID, plan: EntryPlan, rejected: tuple[Rejected, ...], options: ImportOptions
) -> ImportReport:
    differences = tuple(
        Difference(
            group.entries[changed.index].place,
            changed.day_id,
            changed.line.line_id,
            _fields(changed.line.care, changed.care),
            changed.is_billed,
        )
        for group, changed in plan.changed
    )
    added = sum(len(group.placed.added) for group in plan.groups)
    open_changes = sum(not difference.is_billed for difference in differences)
    twins = sum(new.possible_duplicate for group in plan.groups for new in group.placed.added)
    outcome: Literal["imported", "nothing_new", "needs_consent", "rejected"] = "imported"
    if rejected and options.all_or_nothing:
        outcome = "rejected"
    elif open_changes and not options.accept_changes:
        outcome = "needs_consent"
    elif not added and not open_changes:
        outcome = "nothing_new"
    written = outcome == "imported"
    return ImportReport(
        identifier,
        outcome,
        added if written else 0,
        sum(group.placed.unchanged for group in plan.groups),
        open_changes if written and options.accept_changes else 0,
        twins if written else 0,
        rejected,
        differences,
    )


def _fields(before: Care, after: Care) -> tuple[str, ...]:
    old, new = columns_of(before), columns_of(after)
    return tuple(name for name in COLUMNS if old[name] != new[name])


def _report(identifier: UUID, outcome: Literal["imported", "already_imported"]) -> ImportReport:
    return ImportReport(identifier, outcome, 0, 0, 0, 0, (), ())
