"""Registrations with MyCareNet: what a practice enters about them, and under which a file of it may go on a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import TypeVar, cast
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.ports import Change, Context, EventLog
from domain import establishment as establishments
from domain import registration as registrations
from domain.errors import DomainError, Invalid, NotFound
from domain.identifiers import holds_ssin
from domain.registration import Arranged, Mandate, Registration, Wanted
from domain.registration_kinds import Condition, warnings_of

MOST_AT_ONCE = 200
_NO_ID = UUID(int=0)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Created:
    """`warnings`: codes of the catalogue."""

    registration_id: UUID
    is_new: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreatedOfMany:
    """What became of one of many, `place` from 1: `created`, or why not (`code`, `field`)."""

    place: int
    created: Created | None
    code: str = ""
    field: str = ""


class Registrations:
    """The use cases. `where`: the establishment that the caller may act in."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def known(self, where: UUID, upto: int | None = None) -> tuple[Registration, ...]:
        """All of a practice, also those that ended, as of a position of the log."""
        stream_id = registrations.registrations_id(where)
        return registrations.fold(self._log.load([stream_id], upto).get(stream_id, []))

    def in_force(self, where: UUID, day: Date) -> tuple[Registration, ...]:
        """Those that hold on the day, with or without a mandate recorded here."""
        return tuple(one for one in self.known(where) if one.covers(day))

    def create(self, context: Context, where: UUID, wanted: Wanted) -> Done[Created]:
        """Enter one; the same again changes nothing. Raises `Invalid`, `NotAllowed` and `NotFound`."""

        def decision() -> Decided[Created]:
            desk = _Desk(self._log, where)
            created = desk.create(wanted)
            return Decided([desk.change()], created)

        return decide(self._log, context, decision)

    def create_many(self, context: Context, where: UUID, wanted: Sequence[Wanted]) -> Done[tuple[CreatedOfMany, ...]]:
        """Each for itself, in one commit: one that is refused keeps no other from being entered. Raises `Invalid`."""
        if not 0 < len(wanted) <= MOST_AT_ONCE:
            raise Invalid("registrations_count", f"registrations: give 1 to {MOST_AT_ONCE}.", field="registrations")

        def decision() -> Decided[tuple[CreatedOfMany, ...]]:
            desk = _Desk(self._log, where)
            outcomes = tuple(_one_of_many(desk, place, one) for place, one in enumerate(wanted, start=1))
            return Decided([desk.change()], outcomes)

        return decide(self._log, context, decision)

    def end(self, context: Context, where: UUID, identifier: UUID, valid_to: Date) -> Done[UUID]:
        """Its last day. Raises `Invalid`, `NotAllowed` and `NotFound`."""
        return self._on(context, where, identifier, lambda state, known: registrations.end(known, state, valid_to))

    def record_mandate(
        self,
        context: Context,
        where: UUID,
        identifier: UUID,
        valid_from: Date,
        valid_to: Date | None = None,
        given_to: str = "",
        evidence: str = "",
    ) -> Done[UUID]:
        """The care provider gave a mandate at MyCareNet. Raises as `record_mandate` of the domain."""
        given = Mandate(_NO_ID, valid_from, valid_to, _note(given_to, "given_to"), _note(evidence, "evidence"))
        return self._on(context, where, identifier, lambda one, _: registrations.record_mandate(one, where, given))

    def revoke_mandate(
        self, context: Context, where: UUID, identifier: UUID, mandate_id: UUID, valid_to: Date
    ) -> Done[UUID]:
        """Its last day. Raises as `revoke_mandate` of the domain."""
        return self._on(
            context, where, identifier, lambda one, _: registrations.revoke_mandate(one, mandate_id, valid_to)
        )

    def arrange(
        self, context: Context, where: UUID, identifier: UUID, condition: str, arranged_on: Date, evidence: str = ""
    ) -> Done[UUID]:
        """A condition is met outside the program. Raises `Invalid` and `NotFound`."""
        done = Arranged(cast("Condition", condition), arranged_on, _note(evidence, "evidence"))  # the domain checks it
        return self._on(context, where, identifier, lambda state, _: registrations.arrange(state, where, done))

    def reopen(self, context: Context, where: UUID, identifier: UUID, condition: str) -> Done[UUID]:
        """It is not, after all. Raises `NotFound`."""
        return self._on(context, where, identifier, lambda state, _: registrations.reopen(state, condition))

    def _on(
        self,
        context: Context,
        where: UUID,
        identifier: UUID,
        act: Callable[[Registration, Sequence[Registration]], list[object]],
    ) -> Done[UUID]:
        def decision() -> Decided[UUID]:
            desk = _Desk(self._log, where)
            known = desk.known
            desk.happened += act(registrations.registration_of(known, identifier), known)
            return Decided([desk.change()], identifier)

        return decide(self._log, context, decision)


class _Desk:
    """The registrations of a practice while something is decided about them."""

    def __init__(self, log: EventLog, where: UUID) -> None:
        self._where, self._stream_id = where, registrations.registrations_id(where)
        self._streams = Streams(log, [where, self._stream_id])
        self._establishment = establishments.fold(self._streams.events(where))
        self.happened: list[object] = []

    @property
    def known(self) -> tuple[Registration, ...]:
        """With what was decided just now."""
        return registrations.fold([*self._streams.events(self._stream_id), *self.happened])

    def create(self, wanted: Wanted) -> Created:
        """Raises `Invalid`, `NotAllowed` and `NotFound`."""
        if self._establishment is None:
            raise NotFound("establishment_unknown", "There is no such establishment; register it first.")
        identifier, happened = registrations.create(self.known, self._where, wanted)
        self.happened += happened
        made = registrations.registration_of(self.known, identifier)
        warnings = warnings_about(made, self._establishment.details.tpp_number)
        return Created(identifier, bool(happened), warnings)

    def change(self) -> Change:
        """What to commit."""
        return self._streams.change(self._stream_id, self.happened)


def warnings_about(registration: Registration, tpp_number: str) -> tuple[str, ...]:
    """What to look at again, in a practice whose files go for that number."""
    is_for_files = registration.nihii == tpp_number
    return (*warnings_of(registration.kind, registration.nihii), *(() if is_for_files else ("not_for_files",)))


def _one_of_many(desk: _Desk, place: int, wanted: Wanted) -> CreatedOfMany:
    try:
        return CreatedOfMany(place, desk.create(wanted))
    except NotFound:
        raise
    except DomainError as refused:
        return CreatedOfMany(place, None, refused.code, str(refused.facts.get("field", "")))


def _note(text: str, field: str) -> str:
    """In own words, without a national number: whoever reads the page is not to learn it. Raises `Invalid`."""
    note = text.strip()
    if len(note) > registrations.MOST_TEXT:
        raise Invalid("field_invalid", f"{field}: give up to {registrations.MOST_TEXT} characters.", field=field)
    if holds_ssin(note):
        raise Invalid("note_personal", f"{field}: leave the national number out.", field=field)
    return note
