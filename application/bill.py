"""Bill a month: preview and run share one path, the run adds numbers, bytes and the commit.

Files are stored before the events that point to them are committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import BillingFileCodec, Change, Clock, Context, EventLog, KeyRing, Lookups, MessageStore
from application.run_changes import give_back, sending_changes
from application.run_files import file_of, fitting
from application.run_numbers import RunNumbers
from application.run_practice import establishment_of, practice_of
from application.run_report import RunReport, report
from application.run_standing import days_beside
from application.tariffs import TariffDesk
from domain import billing_day as days
from domain import billing_run as runs
from domain import numbering as numbers
from domain import sending as sendings
from domain.billing_day import BillingDay
from domain.errors import NotAllowed, NotFound
from domain.local_time import local_date
from domain.rules.limits import month_end, month_of, month_start
from domain.run_plan import Candidate, Plan, Practice, RunOptions, only, plan


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
    ) -> None:
        self._log, self._keys, self._lookups = log, keys, lookups
        self._messages, self._codec, self._clock = messages, codec, clock
        self._tariffs = tariffs

    def preview(self, where: UUID, options: RunOptions) -> RunReport:
        """What a run would do now; writes nothing."""
        planned, _, _ = self._plan(where, options)
        return self._report(where, planned)

    def run(self, context: Context, where: UUID, options: RunOptions) -> Done[RunReport]:
        """Write one file a union and put the days into it."""

        def decision() -> Decided[RunReport]:
            planned, practice, streams = self._plan(where, options)
            if planned.stopped or not planned.sendings:
                return Decided([], self._report(where, planned))
            return self._decide(context, where, planned, practice, streams)

        return decide(self._log, context, decision)

    def cancel(self, context: Context, run_id: UUID) -> Done[tuple[UUID, ...]]:
        """Withdraw the sendings of a run that have not left: days go back to prepared, numbers are void."""

        def decision() -> Decided[tuple[UUID, ...]]:
            run = next((e for e in self._log.load([run_id]).get(run_id, []) if _is_run(e)), None)
            if run is None:
                raise NotFound("run_unknown", "There is no such billing run.")
            return self._cancel(run_id, run.sending_ids)

        return decide(self._log, context, decision)

    def start_numbers(self, context: Context, where: UUID, kind: str, year: int, first: int) -> Done[UUID]:
        """Begin the numbers of a year above those of the program used before. `kind`: sending, reference, invoice."""

        def decision() -> Decided[UUID]:
            scope = establishment_of(self._log, where).details.tpp_number if kind == "sending" else ""
            identifier = numbers.numbering_id(kind, scope)
            streams = Streams(self._log, [identifier])
            happened = numbers.start(numbers.fold(streams.events(identifier)), year, first, numbers.HIGHEST[kind])
            return Decided([streams.change(identifier, happened)], identifier)

        return decide(self._log, context, decision)

    def held_back(
        self, where: UUID, day_ids: Iterable[UUID], today: Date | None = None, upto: int | None = None
    ) -> dict[UUID, tuple[str, ...]]:
        """Why each of these days would be in no file of a run: codes of blockers, or `elsewhere`. Others are absent.

        `today`, `upto`: as things stood at a position on that day. Days of a month that is not over are absent, too.
        """
        day = today or self._today()
        asked = [one for one in self._candidates(day_ids, upto) if one.day.date < day.replace(day=1)]
        if not asked:
            return {}
        planned = self._planned_beside(where, asked, day, upto)
        found: dict[UUID, list[str]] = {}
        for reason in planned.blocked:
            found.setdefault(reason.day_id, []).append(reason.code)
        found |= {candidate.day_id: ["elsewhere"] for _, candidate in planned.elsewhere}
        return {one.day_id: tuple(dict.fromkeys(found[one.day_id])) for one in asked if one.day_id in found}

    def foresee(self, where: UUID, decided: Mapping[UUID, BillingDay]) -> RunReport:
        """What a run today would make of days as they would stand, beside what waits already; of them alone."""
        asked = [Candidate(day_id, day) for day_id, day in decided.items()]
        planned = self._planned_beside(where, asked, self._today(), None)
        return report(where, only(planned, decided), ())

    def _planned_beside(self, where: UUID, asked: Sequence[Candidate], today: Date, upto: int | None) -> Plan:
        """With the other days that count: a line in doubt is the second one, the first stands in another sequence."""
        prices = self._tariffs.book(where, upto)
        beside = days_beside(self._log, self._lookups, where, asked, prices, upto)
        known = [*asked, *(Candidate(i, one) for i, one in beside.items() if one.to_bill)]
        standing = [one for one in beside.values() if not one.is_prepared and not one.to_bill]
        practice = practice_of(self._log, self._keys, where, known, prices, standing, upto)
        options = RunOptions(max(month_of(one.day.date) for one in asked))
        return fitting(plan(practice, known, options, today), practice, self._codec)

    def _candidates(self, day_ids: Iterable[UUID], upto: int | None) -> list[Candidate]:
        found = ((day_id, days.fold(events)) for day_id, events in self._log.load(day_ids, upto).items())
        return [Candidate(day_id, day) for day_id, day in found if day and day.to_bill]

    def _plan(self, where: UUID, options: RunOptions) -> tuple[Plan, Practice, Streams]:
        until = month_end(month_start(options.month))
        ids = [*self._lookups.prepared_day_ids(where, until), *self._lookups.day_ids_to_rebill(where, until)]
        streams = Streams(self._log, ids)
        candidates = []
        for day_id in ids:
            day = days.fold(streams.events(day_id))
            if day is not None and (day.is_prepared or day.to_bill):
                candidates.append(Candidate(day_id, day))
        prices = self._tariffs.book(where)
        beside = {} if prices.is_empty else days_beside(self._log, self._lookups, where, candidates, prices)
        standing = [day for day in beside.values() if not day.is_prepared]
        practice = practice_of(self._log, self._keys, where, candidates, prices, standing)
        planned = plan(practice, candidates, options, self._today())
        return fitting(planned, practice, self._codec), practice, streams

    def _today(self) -> Date:
        return local_date(self._clock.now())

    def _decide(
        self, context: Context, where: UUID, planned: Plan, practice: Practice, streams: Streams
    ) -> Decided[RunReport]:
        run_id = runs.run_id(where, context.meta.command_id)
        numbering = RunNumbers(self._log, practice.establishment.details.tpp_number, planned.creation_date.year)
        made: dict[int, UUID] = {}
        changes: list[Change] = []
        for index, sending in enumerate(planned.sendings):
            given = numbering.give(where, sending)
            made[index] = given.sending_id
            written = self._codec.write(file_of(sending, given, practice, planned.creation_date))
            sha256, _ = self._messages.put(written.content, "920000", "out", where)
            changes.extend(
                sending_changes(where, run_id, planned.creation_date, sending, given, written, sha256, streams)
            )
        done = self._report(where, planned, run_id, made)
        completed = runs.BillingRunCompleted(
            where,
            planned.options.month,
            planned.creation_date,
            tuple(made.values()),
            sum(total.days for total in done.sendings),
            sum(total.lines for total in done.sendings),
            sum(total.amount_cents for total in done.sendings),
            tuple(runs.LeftOut(held.code, held.days, held.amount_cents, held.unpriced) for held in done.blocked),
            tuple(runs.LeftOut(held.code, held.days, held.amount_cents, held.unpriced) for held in done.elsewhere),
            runs.LeftOut("", done.left_out.days, done.left_out.amount_cents, done.left_out.unpriced),
            sum(total.again_days for total in done.sendings),
        )
        return Decided([*changes, *numbering.changes(), Change(run_id, 0, [completed])], done)

    def _cancel(self, run_id: UUID, sending_ids: Sequence[UUID]) -> Decided[tuple[UUID, ...]]:
        streams = Streams(self._log, [run_id, *sending_ids])
        states = [sendings.fold(streams.events(identifier), identifier) for identifier in sending_ids]
        open_ones = [state for state in states if state is not None and state.status == "prepared"]
        if not open_ones:
            raise NotAllowed("run_sent", "Every sending of this run has left or is cancelled already.")
        inner = Streams(self._log, [i for state in open_ones for i in state.made.invoice_ids])
        changes: list[Change] = []
        for state in open_ones:
            changes.append(streams.change(state.sending_id, sendings.cancel(state)))
            changes.extend(give_back(self._log, state, inner, "run_cancelled"))
        where = open_ones[0].made.establishment_id
        numbering_id = numbers.numbering_id("sending", establishment_of(self._log, where).details.tpp_number)
        voided = [numbers.NumberVoided(state.made.sending_number, state.sending_id) for state in open_ones]
        changes.append(Streams(self._log, [numbering_id]).change(numbering_id, voided))
        cancelled = tuple(state.sending_id for state in open_ones)
        changes.append(streams.change(run_id, [runs.BillingRunCancelled(cancelled)]))
        return Decided(changes, cancelled)

    def _report(
        self, where: UUID, planned: Plan, run_id: UUID | None = None, made: Mapping[int, UUID] | None = None
    ) -> RunReport:
        return report(where, planned, self._lookups.undecided_refusals(where), run_id, made)


def _is_run(happened: object) -> bool:
    return isinstance(happened, runs.BillingRunCompleted)
