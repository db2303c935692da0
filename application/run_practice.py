"""What a plan looks at beside the days: the establishment, its providers and its patients, now or as it stood."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from application.ports import EventLog, KeyRing, Recorded
from application.register import billed_records, provider_id
from domain import establishment as establishments
from domain import invoice as invoices
from domain import provider as providers
from domain import sending as sendings
from domain.billing_day import AGAIN, BillingDay
from domain.billing_file import PreviousInvoice
from domain.day_events import Settled
from domain.errors import NotFound
from domain.establishment import Establishment
from domain.patient import InsurabilityConfirmed, InsurabilityRecorded
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
        _previous(log, candidates, upto),
        _asked_again(log, candidates, {record: last for record, (last, _) in people.items()}, upto),
    )


def _asked_again(
    log: EventLog, candidates: Collection[Candidate], records: Mapping[UUID, UUID], upto: int | None
) -> set[UUID]:
    """Refused days of whose patient, on the record that is billed, the insurability was told since the refusal."""
    refused = {one.day_id: records.get(one.day.patient_id) for one in candidates if one.day.decision in AGAIN}
    if not refused:
        return set()
    people = log.histories({who for who in refused.values() if who}, upto)
    told = {who: _last(entries, InsurabilityRecorded | InsurabilityConfirmed) for who, entries in people.items()}
    days = log.histories(refused, upto)
    return {one for one, who in refused.items() if who and told.get(who, 0) > _last(days.get(one, ()), Settled)}


def _last(entries: Sequence[Recorded], kind: Any) -> int:  # noqa: ANN401 - a type or several
    """Position of the last such event, 0 without any."""
    return max((one.position for one in entries if isinstance(one.event, kind)), default=0)


def _previous(log: EventLog, candidates: Collection[Candidate], upto: int | None) -> dict[UUID, PreviousInvoice]:
    """Invoices that refused days were in, as a resubmission names them."""
    ids = {one.day.invoice_id for one in candidates if one.day.decision in AGAIN and one.day.invoice_id}
    states = {i: state for i, events in log.load(ids, upto).items() if (state := invoices.fold(events))} if ids else {}
    sent = log.load({state.made.sending_id for state in states.values()}, upto) if states else {}
    numbers = {i: sendings.fold(events, i) for i, events in sent.items()}
    return {
        invoice_id: PreviousInvoice(
            state.made.invoice_number,
            sending.made.sending_number,
            state.made.destination,
            state.made.billed_month.replace("-", ""),
            state.insurer_reference,
        )
        for invoice_id, state in states.items()
        if (sending := numbers.get(state.made.sending_id))
    }


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
