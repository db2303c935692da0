"""The tariffs of an establishment: sets that came in, and from which day of care each one counts.

A set is data in stored bytes; here stand the decisions. An older set stays for older days, and a set that was
accepted by mistake is set aside, after which the days fall back to the one before.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from uuid import UUID, uuid5

from domain.errors import NotAllowed, NotFound
from domain.event import event

_TARIFFS = UUID("3c4f6f0e-6a0b-5d0c-9d39-8b8c1f0a7f11")


@event("tariffs.received")
class TariffSetReceived:
    """A set was read without fault and waits for a person's word. `message` is the hash of its bytes."""

    establishment_id: UUID
    message: str
    country: str
    sector: str
    name: str
    edition: str
    valid_from: Date
    codes: int
    is_fictitious: bool


@event("tariffs.accepted")
class TariffSetAccepted:
    """The set counts for care from `applies_from` on, until a set that applies later."""

    message: str
    applies_from: Date


@event("tariffs.set_aside")
class TariffSetSetAside:
    """The set no longer counts for any day; what was billed by it stays as it was billed."""

    message: str


@dataclass(frozen=True, slots=True)
class Received:
    """A set that came in. `applies_from` None: it waits for a word, or was set aside."""

    made: TariffSetReceived
    applies_from: Date | None = None
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All sets of an establishment, in the order in which they came."""

    establishment_id: UUID
    sets: tuple[Received, ...] = ()

    def of(self, message: str) -> Received | None:
        """The set of these bytes."""
        return next((one for one in self.sets if one.made.message == message), None)

    @property
    def accepted(self) -> tuple[tuple[Date, str], ...]:
        """First day and hash of each set that counts, by day; of two that apply from one day the later accepted."""
        return tuple(sorted({one.applies_from: one.made.message for one in self.sets if one.applies_from}.items()))

    def in_force(self, day: Date) -> str:
        """Hash of the set that counts for care of the day; empty when none does."""
        found = self.accepted
        place = bisect_right(found, day, key=lambda one: one[0])
        return found[place - 1][1] if place else ""

    def in_force_without(self, message: str, day: Date) -> str:
        """The one that would count for the day if this set had never come."""
        return replace(self, sets=tuple(one for one in self.sets if one.made.message != message)).in_force(day)


def tariffs_id(establishment_id: UUID) -> UUID:
    """Stream of an establishment's tariffs."""
    return uuid5(_TARIFFS, str(establishment_id))


def fold(events: Iterable[object]) -> Tariffs | None:
    """State after all events of one stream."""
    state: Tariffs | None = None
    for happened in events:
        match happened:
            case TariffSetReceived():
                known = state or Tariffs(happened.establishment_id)
                state = replace(known, sets=(*known.sets, Received(happened)))
            case TariffSetAccepted() if state:
                state = _applying(state, happened.message, happened.applies_from)
            case TariffSetSetAside() if state:
                state = _applying(state, happened.message, None)
    return state


def receive(state: Tariffs | None, opening: TariffSetReceived) -> list[object]:
    """Note a set; the same bytes are noted once."""
    return [] if state and state.of(opening.message) else [opening]


def suitable(state: Tariffs | None, message: str, country: str, sector: str) -> Received:
    """A set by which such a practice may reckon. Raises for an unknown set, another country or sector."""
    found = _known(state, message)
    if found.made.country != country:
        raise NotAllowed("tariff_of_another_country", "This set is of another country than the establishment's.")
    if found.made.sector != sector:
        raise NotAllowed("tariff_of_another_sector", "This set is for another sector than the establishment's.")
    return found


def accept(state: Tariffs | None, message: str, applies_from: Date, country: str, sector: str) -> list[object]:
    """Let a set count from a day of care on. Raises for an unknown set, another country or sector, a day too early."""
    found = suitable(state, message, country, sector)
    if applies_from < found.made.valid_from:
        raise NotAllowed("tariff_not_valid_yet", "The set says nothing about days before its own first day.")
    return [] if found.applies_from == applies_from else [TariffSetAccepted(message, applies_from)]


def set_aside(state: Tariffs | None, message: str) -> list[object]:
    """Let a set count no more, or never."""
    return [] if _known(state, message).is_aside else [TariffSetSetAside(message)]


def _known(state: Tariffs | None, message: str) -> Received:
    found = state.of(message) if state else None
    if found is None:
        raise NotFound("tariff_unknown", "There is no such set of tariffs here.")
    return found


def _applying(state: Tariffs, message: str, applies_from: Date | None) -> Tariffs:
    """The set goes behind the others: of two from one day the later accepted counts."""
    mine = [Received(one.made, applies_from, applies_from is None) for one in state.sets if one.made.message == message]
    return replace(state, sets=(*[one for one in state.sets if one.made.message != message], *mine))
