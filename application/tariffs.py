"""Tariffs of an establishment: take a set in, see what it changes, let it count from a day on, price by what counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from functools import lru_cache
from uuid import UUID

from application.commit import Decided, Done, Streams, caused, decide
from application.ports import Context, EventLog, MessageStore
from domain import establishment as establishments
from domain import tariffs
from domain.errors import NotFound
from domain.pricing.book import PriceBook
from domain.pricing.difference import SetDifference, difference
from domain.pricing.reading import Fault, Report
from domain.pricing.tariff_set import TariffSet
from domain.tariffs import Tariffs

Reader = Callable[[bytes], Report]
_KEPT = 8
"""Sets that stay read: a few practices, each with last year's and this year's."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a set changes against the one that counts, without it, on its first day."""

    former: TariffSet
    difference: SetDifference


@dataclass(frozen=True, slots=True)
class TariffReport:
    """What came of a file. `message` is the hash of its bytes; without faults it waits to be accepted.

    `after`: all sets of the establishment with it, None with faults. `changes` is None when no other set counts on its
    first day.
    """

    message: str
    faults: tuple[Fault, ...]
    notices: tuple[Fault, ...] = ()
    tariffs: TariffSet | None = None
    changes: Changes | None = None
    after: Tariffs | None = None
    is_new: bool = False


class TariffDesk:
    """The use cases. Sets are read from their stored bytes, which never change, and kept in memory."""

    def __init__(self, log: EventLog, messages: MessageStore, read: Reader) -> None:
        self._log, self._messages, self._read = log, messages, read
        self._set = lru_cache(_KEPT)(self._stored)
        self._book = lru_cache(_KEPT)(self._bound)

    def receive(self, context: Context, where: UUID, content: bytes) -> Done[TariffReport]:
        """Take a file in: stored, read as a whole, noted when it has no fault. Raises `NotFound`."""
        self._establishment(where)
        sha256, _ = self._messages.put(content, "tariffs", "in", where)
        report = self._read(content)
        found = report.tariffs
        if found is None:
            return Done(TariffReport(sha256, report.faults, report.notices), self._log.head())

        def decision() -> Decided[TariffReport]:
            identifier = tariffs.tariffs_id(where)
            streams = Streams(self._log, [identifier])
            state = tariffs.fold(streams.events(identifier))
            opening = tariffs.TariffSetReceived(
                where,
                sha256,
                found.country,
                found.sector,
                found.name,
                found.edition,
                found.valid_from,
                len(found.codes),
                found.is_fictitious,
            )
            happened = tariffs.receive(state, opening)
            changes = self._changes(state, found, sha256)
            after = tariffs.fold([*streams.events(identifier), *happened])
            told = TariffReport(sha256, (), report.notices, found, changes, after, bool(happened))
            return Decided([streams.change(identifier, happened)], told)

        return decide(self._log, caused(context, sha256), decision)

    def accept(self, context: Context, where: UUID, message: str, applies_from: Date) -> Done[str]:
        """Let a set count for care from a day on. Raises `NotFound`, `NotAllowed`."""
        details = self._establishment(where).details

        def act(state: tariffs.Tariffs | None) -> list[object]:
            return tariffs.accept(state, message, applies_from, details.country, details.sector)

        return self._decide(context, where, message, act)

    def set_aside(self, context: Context, where: UUID, message: str) -> Done[str]:
        """Let a set count no more. Raises `NotFound`."""
        return self._decide(context, where, message, lambda state: tariffs.set_aside(state, message))

    def state(self, where: UUID, at: int | None = None) -> tariffs.Tariffs | None:
        """All sets that came in; as of a position of the log."""
        identifier = tariffs.tariffs_id(where)
        if at is None:
            return tariffs.fold(self._log.load([identifier]).get(identifier, []))
        return tariffs.fold(recorded.event for recorded in self._log.history(identifier, at))

    def tariff_set(self, message: str) -> TariffSet:
        """A set that was taken in. Raises `NotFound`."""
        return self._set(message)

    def book(self, where: UUID, at: int | None = None) -> PriceBook:
        """What counts now, or as of a position of the log, by day of care; empty without any set."""
        state = self.state(where, at)
        return self._book(state.accepted if state else ())

    def in_force(self, where: UUID) -> tuple[tuple[Date, TariffSet], ...]:
        """Sets that count now, with the day of care from which each one does."""
        state = self.state(where)
        return tuple((first, self._set(message)) for first, message in (state.accepted if state else ()))

    def changes(self, where: UUID, message: str, at: int | None = None) -> Changes | None:
        """What a set would change; None when no other one counts on its first day."""
        return self._changes(self.state(where, at), self.tariff_set(message), message)

    def _stored(self, message: str) -> TariffSet:
        found = self._read(self._messages.get(message)).tariffs
        if found is None:
            raise NotFound("tariff_unknown", "There is no such set of tariffs.")
        return found

    def _bound(self, accepted: tuple[tuple[Date, str], ...]) -> PriceBook:
        return PriceBook((first, self._set(message)) for first, message in accepted)

    def _changes(self, state: tariffs.Tariffs | None, found: TariffSet, message: str) -> Changes | None:
        name = state.in_force_without(message, found.valid_from) if state else ""
        if not name:
            return None
        former = self.tariff_set(name)
        return Changes(former, difference(former, found))

    def _establishment(self, where: UUID) -> establishments.Establishment:
        state = establishments.fold(self._log.load([where]).get(where, []))
        if state is None:
            raise NotFound("establishment_unknown", "There is no such establishment.")
        return state

    def _decide(
        self, context: Context, where: UUID, message: str, act: Callable[[tariffs.Tariffs | None], list[object]]
    ) -> Done[str]:
        def decision() -> Decided[str]:
            identifier = tariffs.tariffs_id(where)
            streams = Streams(self._log, [identifier])
            return Decided([streams.change(identifier, act(tariffs.fold(streams.events(identifier))))], message)

        return decide(self._log, context, decision)
