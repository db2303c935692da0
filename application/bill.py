"""Bill a month: preview and run share one path, the run adds numbers, bytes and the commit.

Files are stored before the events that point to them are committed.
"""

from collections.abc import Mapping, Sequence
from datetime import date as Date
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import BillingFileCodec, Change, Clock, Context, EventLog, KeyRing, Lookups, MessageStore
from application.register import billed_records, provider_id
from application.run_changes import give_back, sending_changes
from application.run_files import file_of, fitting
from application.run_numbers import RunNumbers
from application.run_report import RunReport, report
from domain import billing_day as days
from domain import billing_run as runs
from domain import establishment as establishments
from domain import numbering as numbers
from domain import patient as patients
from domain import provider as providers
from domain import sending as sendings
from domain.errors import NotAllowed, NotFound
from domain.local_time import local_date
from domain.rules.limits import month_end, month_start
from domain.run_plan import Candidate, Plan, Practice, RunOptions, plan


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
    ) -> None:
        self._log, self._keys, self._lookups = log, keys, lookups
        self._messages, self._codec, self._clock = messages, codec, clock

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
            scope = self._establishment(where).details.tpp_number if kind == "sending" else ""
            identifier = numbers.numbering_id(kind, scope)
            streams = Streams(self._log, [identifier])
            happened = numbers.start(numbers.fold(streams.events(identifier)), year, first, numbers.HIGHEST[kind])
            return Decided([streams.change(identifier, happened)], identifier)

        return decide(self._log, context, decision)

    def _establishment(self, where: UUID) -> establishments.Establishment:
        state = establishments.fold(self._log.load([where]).get(where, []))
        if state is None:
            raise NotFound("establishment_unknown", "There is no such establishment.")
        return state

    def _plan(self, where: UUID, options: RunOptions) -> tuple[Plan, Practice, Streams]:
        establishment = self._establishment(where)
        ids = self._lookups.prepared_day_ids(where, month_end(month_start(options.month)))
        streams = Streams(self._log, ids)
        candidates = []
        for day_id in ids:
            day = days.fold(streams.events(day_id))
            if day is not None and day.is_prepared:
                candidates.append(Candidate(day_id, day))
        practice = Practice(
            where, establishment, self._providers(candidates), known_patients(self._log, _owners(candidates))
        )
        planned = plan(practice, candidates, options, self._today())
        return fitting(planned, practice, self._codec), practice, streams

    def _today(self) -> Date:
        return local_date(self._clock.now())

    def _providers(self, candidates: Sequence[Candidate]) -> dict[str, tuple[UUID, providers.Provider]]:
        wanted = {line.care.provider for candidate in candidates for line in candidate.day.active}
        named = {provider_id(self._keys, nihii): nihii for nihii in wanted}
        found = {}
        for identifier, events in self._log.load(named).items():
            state = providers.fold(events)
            if state is not None:
                found[named[identifier]] = (identifier, state)
        return found

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
            tuple(runs.LeftOut(held.code, held.days, held.amount_cents) for held in done.blocked),
            tuple(runs.LeftOut(held.code, held.days, held.amount_cents) for held in done.elsewhere),
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
        numbering_id = numbers.numbering_id("sending", self._establishment(where).details.tpp_number)
        voided = [numbers.NumberVoided(state.made.sending_number, state.sending_id) for state in open_ones]
        changes.append(Streams(self._log, [numbering_id]).change(numbering_id, voided))
        cancelled = tuple(state.sending_id for state in open_ones)
        changes.append(streams.change(run_id, [runs.BillingRunCancelled(cancelled)]))
        return Decided(changes, cancelled)

    def _report(
        self, where: UUID, planned: Plan, run_id: UUID | None = None, made: Mapping[int, UUID] | None = None
    ) -> RunReport:
        return report(where, planned, self._lookups.undecided_refusals(where), run_id, made)


def _owners(candidates: Sequence[Candidate]) -> list[UUID]:
    return list({candidate.day.patient_id for candidate in candidates})


def _is_run(happened: object) -> bool:
    return isinstance(happened, runs.BillingRunCompleted)


def known_patients(log: EventLog, who: Sequence[UUID]) -> dict[UUID, tuple[UUID, patients.Patient]]:
    """Each record with the one under which it is billed (itself, or the survivor of a merge)."""
    return billed_records(log, who)
