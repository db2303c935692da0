"""What happened to the register, in words: patients, providers, the practice."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from api.catalogue import text
from api.web.change_words import Change, Tell, differences, label, last_day, now, provider_name, value
from api.web.visit import Visit
from application.ports import Event
from domain import descoring, establishment, notification, patient, provider


def _details(fold: Callable[[Sequence[Event]], Any]) -> Tell:
    """Of whatever has `details` that are corrected as a whole."""
    return lambda visit, former, event: differences(visit, "state", fold(former).details, event.details)


def _insured(visit: Visit, former: Sequence[Event], event: patient.InsurabilityRecorded) -> Iterator[Change]:
    """A period that replaces one with the same first day, or a new one."""
    known = patient.fold(former)
    same = [one for one in (known.periods if known else ()) if one.valid_from == event.valid_from]
    if same:
        yield now(visit, "valid_from", event.valid_from)
    yield from differences(visit, "state", same[0] if same else None, event)


def _confirmed(visit: Visit, _former: Sequence[Event], event: patient.InsurabilityConfirmed) -> Iterator[Change]:
    yield now(visit, "date", event.day)


def _number(visit: Visit, _former: Sequence[Event], event: patient.NationalNumberReplaced) -> Iterator[Change]:
    yield Change(label(visit, "ssin", "state"), value(visit, "ssin", event.former), value(visit, "ssin", event.ssin))


def _merged(visit: Visit, _former: Sequence[Event], event: patient.PatientMerged) -> Iterator[Change]:
    address = visit.to(f"/patients/{event.survivor_id}")
    yield Change(label(visit, "survivor_id"), "", text("change.open", visit.language), address)


def _membership(visit: Visit, former: Sequence[Event], event: Any) -> Iterator[Change]:  # noqa: ANN401
    yield Change(label(visit, "provider_id"), "", provider_name(visit, event.provider_id))
    known = establishment.fold(former)
    key = (event.provider_id, event.valid_from)
    same = [one for one in (known.memberships if known else ()) if (one.provider_id, one.valid_from) == key]
    yield now(visit, "valid_from", event.valid_from)
    yield last_day(visit, [one.valid_to for one in same], event.valid_to)


def _period(visit: Visit, former: Sequence[Event], event: Any) -> Iterator[Change]:  # noqa: ANN401
    """Through which month the books were closed before and are closed since."""
    before, after = (establishment.fold(events) for events in (former, [*former, event]))
    old, new = (getattr(state, "closed_through", "") for state in (before, after))
    yield Change(label(visit, "closed_through"), f"{old[5:]}/{old[:4]}" if old else "", f"{new[5:]}/{new[:4]}")


def _activity(visit: Visit, former: Sequence[Event], event: provider.ProviderActivityRecorded) -> Iterator[Change]:
    known = provider.fold(former)
    same = [last for first, last in (known.activity if known else ()) if first == event.valid_from]
    yield now(visit, "valid_from", event.valid_from)
    yield last_day(visit, same, event.valid_to)


def _allowed(visit: Visit, former: Sequence[Event], event: patient.AuthorisationRecorded) -> Iterator[Change]:
    """One that replaces another of its kind and first day, or a new one."""
    known = patient.fold(former)
    key = (event.kind, event.valid_from)
    same = [one for one in (known.authorisations if known else ()) if (one.kind, one.valid_from) == key]
    before = same[0] if same else None
    yield from _which(visit, event)
    for name in ("category", "number"):
        old, new = getattr(before, name, ""), getattr(event, name)
        if old != new:
            yield Change(label(visit, name), value(visit, name, old), value(visit, name, new))
    if before is None or before.valid_to != event.valid_to:
        yield last_day(visit, [one.valid_to for one in same], event.valid_to)


def _withdrawn(
    visit: Visit,
    _former: Sequence[Event],
    event: patient.AuthorisationWithdrawn | notification.NotificationWithdrawn,
) -> Iterator[Change]:
    return _which(visit, event)


def _which(
    visit: Visit,
    event: patient.AuthorisationRecorded
    | patient.AuthorisationWithdrawn
    | notification.AuthorisationNotified
    | notification.NotificationWithdrawn,
) -> Iterator[Change]:
    yield Change(label(visit, "kind", "state"), "", text(f"authorisation_kind.{event.kind}", visit.language))
    yield now(visit, "valid_from", event.valid_from)


def _notified(visit: Visit, former: Sequence[Event], event: notification.AuthorisationNotified) -> Iterator[Change]:
    known = patient.fold(former)
    key = (event.kind, event.valid_from)
    same = [one for one in (known.notifications if known else ()) if (one.kind, one.valid_from) == key]
    yield from _which(visit, event)
    for name in ("sent_on", "sender", "reference", "proof"):
        old, new = getattr(same[0], name) if same else "", getattr(event, name)
        if (old or "") != (new or ""):
            yield Change(label(visit, name), _of_notice(visit, name, old), _of_notice(visit, name, new))


def _of_notice(visit: Visit, name: str, told: object) -> str:
    return text(f"notice_sender.{told}", visit.language) if name == "sender" and told else value(visit, name, told)


def _descored(visit: Visit, _former: Sequence[Event], event: descoring.PatientDescored) -> Iterator[Change]:
    category = event.category or text("descoring.no_category", visit.language)
    yield now(visit, "category", category)
    yield now(visit, "valid_from", event.valid_from)
    yield now(visit, "valid_to", event.valid_to)
    yield now(visit, "told_on", event.told_on)
    if event.days:
        yield now(visit, "day_count", len(event.days), "state")


def _descoring_withdrawn(
    visit: Visit, _former: Sequence[Event], event: descoring.DescoringWithdrawn
) -> Iterator[Change]:
    yield now(visit, "valid_from", event.valid_from)


TELLS: Mapping[type[Any], Tell] = {
    patient.PatientDetailsCorrected: _details(patient.fold),
    patient.InsurabilityConfirmed: _confirmed,
    patient.InsurabilityRecorded: _insured,
    patient.NationalNumberReplaced: _number,
    patient.PatientMerged: _merged,
    patient.PatientUnmerged: _merged,
    patient.AuthorisationRecorded: _allowed,
    patient.AuthorisationWithdrawn: _withdrawn,
    notification.AuthorisationNotified: _notified,
    notification.NotificationWithdrawn: _withdrawn,
    descoring.PatientDescored: _descored,
    descoring.DescoringWithdrawn: _descoring_withdrawn,
    establishment.EstablishmentDetailsCorrected: _details(establishment.fold),
    establishment.MembershipRecorded: _membership,
    establishment.MembershipEnded: _membership,
    establishment.PeriodClosed: _period,
    establishment.PeriodReopened: _period,
    provider.ProviderDetailsCorrected: _details(provider.fold),
    provider.ProviderActivityRecorded: _activity,
}
