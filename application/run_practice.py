"""What a plan looks at beside the days: the establishment, its providers and its patients, now or as it stood."""

from collections.abc import Collection, Sequence
from uuid import UUID

from application.ports import EventLog, KeyRing
from application.register import billed_records, provider_id
from domain import establishment as establishments
from domain import provider as providers
from domain.billing_day import BillingDay
from domain.errors import NotFound
from domain.establishment import Establishment
from domain.pricing.book import PriceBook
from domain.provider import Provider
from domain.run_plan import Candidate, Practice


def establishment_of(log: EventLog, where: UUID, upto: int | None = None) -> Establishment:
    """Its state. Raises `NotFound`."""
    state = establishments.fold(log.load([where], upto).get(where, []))
    if state is None:
        raise NotFound("establishment_unknown", "There is no such establishment.")
    return state


def practice_of(
    log: EventLog,
    keys: KeyRing,
    where: UUID,
    candidates: Collection[Candidate],
    prices: PriceBook,
    standing: Sequence[BillingDay] = (),
    upto: int | None = None,
) -> Practice:
    """With each record under which care is billed (itself, or the survivor of a merge). Raises `NotFound`."""
    owners = list({day.patient_id for day in (*(candidate.day for candidate in candidates), *standing)})
    people = billed_records(log, owners, upto)
    return Practice(
        where,
        establishment_of(log, where, upto),
        _providers(log, keys, candidates, upto),
        people,
        prices,
        tuple(day for day in standing if day.patient_id in people),
    )


def _providers(
    log: EventLog, keys: KeyRing, candidates: Collection[Candidate], upto: int | None
) -> dict[str, tuple[UUID, Provider]]:
    wanted = {line.care.provider for candidate in candidates for line in candidate.day.active}
    named = {provider_id(keys, nihii): nihii for nihii in wanted}
    found = {}
    for identifier, events in log.load(named, upto).items():
        state = providers.fold(events)
        if state is not None:
            found[named[identifier]] = (identifier, state)
    return found
