"""Bill a month: preview and run share one path, the run adds numbers, bytes and the commit.

Files are stored before the events that point to them are committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import (
    BillingFileCodec,
    Change,
    Clock,
    ConcurrencyConflict,
    Context,
    EventLog,
    KeyRing,
    Lookups,
    MessageStore,
    UndecidedDay,
)
from application.run_changes import give_back, sending_changes
from application.run_documents import document_changes, withdrawn
from application.run_files import file_of, fitting
from application.run_numbers import RunNumbers
from application.run_practice import establishment_of, practice_of
from application.run_report import RunReport, report
from application.run_standing import days_beside
from application.run_undecided import left_at
from application.tariffs import TariffDesk
from domain import billing_day as days
from domain import billing_run as runs
from domain import document as documents
from domain import numbering as numbers
from domain import sending as sendings
from domain.billing_day import BillingDay
from domain.errors import NotAllowed, NotFound
from domain.establishment import files_limit_of
from domain.local_time import local_date
from domain.rules.limits import Scope, month_end, month_of, month_start
from domain.run_plan import Candidate, Plan, Practice, RunOptions, only, plan
from domain.sending import UNSENT, Sending


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a cancelled run took back."""

    sending_ids: tuple[UUID, ...]
    document_ids: tuple[UUID, ...]


class Billing:
    """Preview, run, cancel, and the first numbers."""

    def __init__(
        self,
        log: EventLog,
        keys: KeyRing,
        lookups: Lookups,
        messages: MessageStore,
        codec: BillingFileCodec,
        clock: Clock,
        tariffs: TariffDesk,
        files_scope: Scope | None = None,
    ) -> None:
        self._log, self._keys, self._lookups = log, keys, lookups
        self._messages, self._codec, self._clock = messages, codec, clock
        self._tariffs, self._files_scope = tariffs, files_scope

    def preview(self, where: UUID, options: RunOptions) -> RunReport:
        """What a run would do now; writes nothing."""
        planned, _, _ = self._plan(where, options)
        return self._report(where, planned, self._undecided(where, options))

    def run(
        self, context: Context, where: UUID, options: RunOptions, *, leave_undecided: bool = False
    ) -> Done[RunReport]:
        """Write one file a union and put the days into it, and make a document of what no file reaches.

        `leave_undecided`: refused days without a decision are left so, which is noted on each of them; where there are
        any, nothing is billed without that word. Raises `Invalid`.
        """

        def decision() -> Decided[RunReport]:
            planned, practice, streams = self._plan(where, options)
            undecided = self._undecided(where, options)
            if planned.stopped or not (planned.sendings or planned.documents):
                return Decided([], self._report(where, planned, undecided))
            run_id = runs.run_id(where, context.meta.command_id)
            left = left_at(self._log, undecided, run_id, is_said=leave_undecided)
            done = self._decide(context, where, planned, practice, streams, undecided)
            if self._undecided(where, options) != undecided:
                raise ConcurrencyConflict  # an answer came meanwhile: what it refused is listed first
            return Decided([*left, *done.changes], done.result)

        return decide(self._log, context, decision)

    def cancel(self, context: Context, run_id: UUID) -> Done[Withdrawn]:
        """Withdraw what has not left: sendings, and documents that are not handed out. Days stand as before the run,

        numbers are void.
        """

        def decision() -> Decided[Withdrawn]:
            run = next((e for e in self._log.load([run_id]).get(run_id, []) if _is_run(e)), None)
            if run is None:
                raise NotFound("run_unknown", "There is no such billing run.")
            return self._cancel(run_id, run)

        return decide(self._log, context, decision)

    def start_numbers(self, context: Context, where: UUID, kind: str, year: int, first: int) -> Done[UUID]:
        """Begin the numbers of a year above those of the program used before. `kind`: one of `numbering.HIGHEST`."""

        def decision() -> Decided[UUID]:
            details = establishment_of(self._log, where).details
            scope = {"sending": details.tpp_number, "document": str(where)}.get(kind, "")
            identifier = numbers.numbering_id(kind, scope)
            streams = Streams(self._log, [identifier])
            happened = numbers.start(numbers.fold(streams.events(identifier)), year, first, numbers.HIGHEST[kind])
            return Decided([streams.change(identifier, happened)], identifier)

        return decide(self._log, context, decision)

    def held_back(
        self, where: UUID, day_ids: Iterable[UUID], today: Date | None = None, upto: int | None = None
    ) -> dict[UUID, tuple[str, ...]]:
        """Why each of these days would be in no file or document of a run: codes of blockers. Others are absent.

        `today`, `upto`: as things stood at a position on that day. Days of a month that is not over are looked at as if
        they were billed now; days to come are absent.
        """
        day = today or self.today()
        asked = [one for one in self._candidates(day_ids, upto) if one.day.date <= day]
        if not asked:
            return {}
        return _held(self._planned_beside(where, asked, day, upto, include_current=True), asked)

    def held_back_if(self, where: UUID, decided: Mapping[UUID, BillingDay]) -> dict[UUID, tuple[str, ...]]:
        """The same of days as they would stand, now."""
        asked = [Candidate(day_id, day) for day_id, day in decided.items()]
        if not asked:
            return {}
        return _held(self._planned_beside(where, asked, self.today(), None, include_current=True), asked)

    def foresee(self, where: UUID, decided: Mapping[UUID, BillingDay]) -> RunReport:
        """What a run today would make of days as they would stand, beside what waits already; of them alone."""
        asked = [Candidate(day_id, day) for day_id, day in decided.items()]
        planned = self._planned_beside(where, asked, self.today(), None)
        mine = only(planned, decided)
        return report(where, mine, (), earliest=self._earliest(where, mine))

    def _planned_beside(
        self, where: UUID, asked: Sequence[Candidate], today: Date, upto: int | None, *, include_current: bool = False
    ) -> Plan:
        """With the other days that count: a line in doubt is the second one, the first stands in another sequence."""
        prices = self._tariffs.book(where, upto)
        beside = days_beside(self._log, self._lookups, where, asked, prices, upto)
        known = [*asked, *(Candidate(i, one) for i, one in beside.items() if one.waits_for_run)]
        standing = [one for one in beside.values() if not one.is_prepared and not one.waits_for_run]
        practice = practice_of(self._log, self._keys, where, known, prices, standing, upto)
        options = RunOptions(max(month_of(one.day.date) for one in asked), include_current=include_current)
        return fitting(plan(practice, known, options, today), practice, self._codec)

    def _candidates(self, day_ids: Iterable[UUID], upto: int | None) -> list[Candidate]:
        found = ((day_id, days.fold(events)) for day_id, events in self._log.load(day_ids, upto).items())
        return [Candidate(day_id, day) for day_id, day in found if day and day.waits_for_run]

    def _plan(self, where: UUID, options: RunOptions) -> tuple[Plan, Practice, Streams]:
        until = month_end(month_start(options.month))
        ids = [*self._lookups.prepared_day_ids(where, until), *self._lookups.decided_day_ids(where, until)]
        streams = Streams(self._log, ids)
        candidates = []
        for day_id in ids:
            day = days.fold(streams.events(day_id))
            if day is not None and (day.is_prepared or day.waits_for_run):
                candidates.append(Candidate(day_id, day))
        prices = self._tariffs.book(where)
        beside = {} if prices.is_empty else days_beside(self._log, self._lookups, where, candidates, prices)
        standing = [day for day in beside.values() if not day.is_prepared]
        practice = practice_of(self._log, self._keys, where, candidates, prices, standing)
        planned = plan(practice, candidates, options, self.today())
        return fitting(planned, practice, self._codec), practice, streams

    def today(self) -> Date:
        """Of the practice's clock, in Belgium."""
        return local_date(self._clock.now())

    def _decide(
        self,
        context: Context,
        where: UUID,
        planned: Plan,
        practice: Practice,
        streams: Streams,
        undecided: Sequence[UndecidedDay],
    ) -> Decided[RunReport]:
        run_id = runs.run_id(where, context.meta.command_id)
        tpp_number = practice.establishment.details.tpp_number
        numbering = RunNumbers(self._log, where, tpp_number, planned.creation_date.year)
        made: dict[int, UUID] = {}
        changes: list[Change] = []
        rejected = self._rejected(planned)
        for index, sending in enumerate(planned.sendings):
            given = numbering.give(where, sending)
            made[index] = given.sending_id
            written = self._codec.write(file_of(sending, given, practice, planned.creation_date))
            sha256, _ = self._messages.put(written.content, "920000", "out", where)
            changes.extend(
                sending_changes(
                    where, run_id, planned.creation_date, sending, given, written, sha256, streams, rejected
                )
            )
        papers = [(document, numbering.give_document()) for document in planned.documents]
        for document, number in papers:
            changes.extend(document_changes(where, run_id, planned.creation_date, document, number, streams))
        paper_ids = tuple(documents.document_id(where, number) for _, number in papers)
        done = self._report(where, planned, undecided, run_id, made, paper_ids)
        completed = runs.BillingRunCompleted(
            where,
            planned.options.month,
            planned.creation_date,
            tuple(made.values()),
            sum(total.days for total in done.sendings),
            sum(total.lines for total in done.sendings),
            sum(total.amount_cents for total in done.sendings),
            tuple(runs.LeftOut(held.code, held.days, held.amount_cents, held.unpriced) for held in done.blocked),
            (),
            runs.LeftOut("", done.blocked_once.days, done.blocked_once.amount_cents, done.blocked_once.unpriced),
            sum(total.again_days for total in done.sendings),
            paper_ids,
            tuple(runs.LeftOut(total.destination, total.days, total.amount_cents) for total in done.documents),
            runs.LeftOut("", done.undecided_days, done.undecided_cents),
        )
        return Decided([*changes, *numbering.changes(), Change(run_id, 0, [completed])], done)

    def _rejected(self, planned: Plan) -> set[UUID]:
        """Sendings refused as a whole that days of the plan came back from."""
        days_of = (one.day for sending in planned.sendings for invoice in sending.invoices for one in invoice.days)
        ids = {day.returned_from for day in days_of if day.returned_from}
        loaded = self._log.load(ids) if ids else {}
        is_file = {i for i, events in loaded.items() if isinstance(events[0], sendings.SendingPrepared)}
        states = {i: sendings.fold(events, i) for i, events in loaded.items() if i in is_file}
        return {i for i, state in states.items() if state and state.status in ("rejected", "envelope_rejected")}

    def _cancel(self, run_id: UUID, run: runs.BillingRunCompleted) -> Decided[Withdrawn]:
        streams = Streams(self._log, [run_id, *run.sending_ids, *run.document_ids])
        states = [sendings.fold(streams.events(identifier), identifier) for identifier in run.sending_ids]
        open_ones = [state for state in states if state is not None and state.status in UNSENT]
        papers = [documents.fold(streams.events(identifier), identifier) for identifier in run.document_ids]
        here = [one for one in papers if one is not None and one.status == "issued" and not one.payments]
        if not open_ones and not here:
            raise NotAllowed("run_sent", "Every sending of this run has left or is cancelled already.")
        changes = [change for one in here for change in withdrawn(self._log, one, streams, "run_cancelled")]
        if open_ones:
            changes += self._withdraw_sendings(streams, open_ones, run.establishment_id)
        gone = Withdrawn(tuple(one.sending_id for one in open_ones), tuple(one.document_id for one in here))
        cancelled = runs.BillingRunCancelled(gone.sending_ids, gone.document_ids)
        changes.append(streams.change(run_id, [cancelled]))
        return Decided(changes, gone)

    def _withdraw_sendings(self, streams: Streams, open_ones: Sequence[Sending], where: UUID) -> list[Change]:
        inner = Streams(self._log, [i for state in open_ones for i in state.made.invoice_ids])
        changes: list[Change] = []
        for state in open_ones:
            changes.append(streams.change(state.sending_id, sendings.cancel(state)))
            changes.extend(give_back(self._log, state, inner, "run_cancelled"))
        numbering_id = numbers.numbering_id("sending", establishment_of(self._log, where).details.tpp_number)
        voided = [numbers.NumberVoided(state.made.sending_number, state.sending_id) for state in open_ones]
        changes.append(Streams(self._log, [numbering_id]).change(numbering_id, voided))
        return changes

    def _undecided(self, where: UUID, options: RunOptions) -> list[UndecidedDay]:
        return self._lookups.undecided_refusals(where, month_end(month_start(options.month)))

    def _report(
        self,
        where: UUID,
        planned: Plan,
        undecided: Sequence[UndecidedDay],
        run_id: UUID | None = None,
        made: Mapping[int, UUID] | None = None,
        paper_ids: Sequence[UUID] = (),
    ) -> RunReport:
        return report(where, planned, undecided, run_id, made, self._earliest(where, planned), paper_ids)

    def _earliest(self, where: UUID, planned: Plan) -> tuple[Date, ...]:
        """When each file may leave by the insurers' limits, behind those that wait."""
        if not planned.sendings:
            return ()
        details = establishment_of(self._log, where).details
        waiting = self._log.load(self._lookups.prepared_sending_ids(where))
        states = [state for i, events in waiting.items() if (state := sendings.fold(events, i))]
        identifier = numbers.numbering_id("sending", details.tpp_number)
        return numbers.earliest_days(
            numbers.fold(self._log.load([identifier]).get(identifier, [])),
            [state.made.union for state in states if state.status in UNSENT],
            [sending.union for sending in planned.sendings],
            planned.creation_date,
            lambda day: files_limit_of(details, day, self._files_scope),
        )


def _is_run(happened: object) -> bool:
    return isinstance(happened, runs.BillingRunCompleted)


def _held(planned: Plan, asked: Iterable[Candidate]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, list[str]] = {}
    for reason in planned.blocked:
        found.setdefault(reason.day_id, []).append(reason.code)
    return {one.day_id: tuple(dict.fromkeys(found[one.day_id])) for one in asked if one.day_id in found}
