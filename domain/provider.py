"""The provider: who performs care, under which NIHII number, and when that number is active."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date

from domain.errors import Invalid, NotFound
from domain.event import event
from domain.identifiers import is_nihii


@dataclass(frozen=True, slots=True)
class ProviderDetails:
    """`qualification`: last three digits of the NIHII number. `convention_status`: zone 35 of record 50 (1, 9 …)."""

    nihii: str
    last_name: str
    first_name: str
    qualification: str = ""
    convention_status: int = 0


@event("provider.registered")
class ProviderRegistered:
    """The practice entered the provider."""

    details: ProviderDetails


@event("provider.details_corrected")
class ProviderDetailsCorrected:
    """What holds from now on."""

    details: ProviderDetails


@event("provider.activity_recorded")
class ProviderActivityRecorded:
    """The NIHII number is active from `valid_from` to `valid_to` (both included; None: open)."""

    valid_from: Date
    valid_to: Date | None


@dataclass(frozen=True, slots=True)
class Provider:
    """State of a provider; without any recorded activity the number counts as active."""

    details: ProviderDetails
    activity: tuple[tuple[Date, Date | None], ...] = ()

    def is_active(self, day: Date) -> bool:
        """Whether the number is active on the day."""
        return not self.activity or any(a <= day and (z is None or day <= z) for a, z in self.activity)


def evolve(state: Provider | None, happened: object) -> Provider:
    """Fold one event of the provider's stream."""
    if isinstance(happened, ProviderRegistered):
        return Provider(happened.details)
    if state is None:
        raise NotFound("provider_unknown", "There is no such provider.")
    match happened:
        case ProviderDetailsCorrected():
            return replace(state, details=happened.details)
        case ProviderActivityRecorded():
            kept = tuple(period for period in state.activity if period[0] != happened.valid_from)
            return replace(state, activity=(*kept, (happened.valid_from, happened.valid_to)))
    return state


def fold(events: Iterable[object]) -> Provider | None:
    """State after all events of one stream."""
    state: Provider | None = None
    for happened in events:
        state = evolve(state, happened)
    return state


def register(
    state: Provider | None, details: ProviderDetails, activity: Iterable[tuple[Date, Date | None]] = ()
) -> list[object]:
    """Enter or correct the provider and the periods of activity; what is known already changes nothing."""
    if not is_nihii(details.nihii):
        raise Invalid("field_invalid", "nihii: give 11 digits with valid check digits.", field="nihii")
    if not details.qualification:
        details = replace(details, qualification=details.nihii[8:])
    happened: list[object] = []
    if state is None:
        happened.append(ProviderRegistered(details))
    elif state.details != details:
        happened.append(ProviderDetailsCorrected(details))
    known = set(state.activity) if state else set()
    for valid_from, valid_to in activity:
        if valid_to is not None and valid_to < valid_from:
            raise Invalid("period_reversed", "The last day lies before the first.", field="valid_to")
        if (valid_from, valid_to) not in known:
            happened.append(ProviderActivityRecorded(valid_from, valid_to))
    return happened
