"""What happened to registrations with MyCareNet, in words: which one, which mandate or condition, since when."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.catalogue import text
from api.web.change_words import Change, Tell, label, last_day, now
from api.web.visit import Visit
from application.ports import Event
from domain import registration
from domain.registration import Registration


def _created(visit: Visit, _former: Sequence[Event], event: registration.RegistrationCreated) -> Iterator[Change]:
    yield from _which(visit, registration.fold([event]), event)
    yield now(visit, "valid_from", event.valid_from)


def _ended(visit: Visit, former: Sequence[Event], event: registration.RegistrationEnded) -> Iterator[Change]:
    known = registration.fold(former)
    yield from _which(visit, known, event)
    before = [one.valid_to for one in known if one.registration_id == event.registration_id and one.valid_to]
    yield last_day(visit, before, event.valid_to)


def _mandate(visit: Visit, former: Sequence[Event], event: registration.MandateRecorded) -> Iterator[Change]:
    yield from _which(visit, registration.fold(former), event)
    yield now(visit, "valid_from", event.valid_from)
    yield last_day(visit, [], event.valid_to)
    yield from (now(visit, name, told) for name in ("given_to", "evidence") if (told := getattr(event, name)))


def _revoked(visit: Visit, former: Sequence[Event], event: registration.MandateRevoked) -> Iterator[Change]:
    known = registration.fold(former)
    yield from _which(visit, known, event)
    mandates = [one for each in known for one in each.mandates if one.mandate_id == event.mandate_id]
    yield from (now(visit, "valid_from", one.valid_from) for one in mandates)
    yield from (now(visit, "given_to", one.given_to) for one in mandates if one.given_to)
    yield last_day(visit, [one.valid_to for one in mandates], event.valid_to)


def _condition(visit: Visit, former: Sequence[Event], event: Any) -> Iterator[Change]:  # noqa: ANN401
    yield from _which(visit, registration.fold(former), event)
    yield now(visit, "condition", text(f"registration_condition.{event.condition}", visit.language))
    if isinstance(event, registration.ConditionArranged):
        yield now(visit, "arranged_on", event.arranged_on)
        yield from (now(visit, "evidence", told) for told in [event.evidence] if told)


def _which(visit: Visit, known: Sequence[Registration], event: Any) -> Iterator[Change]:  # noqa: ANN401
    for one in known:
        if one.registration_id == event.registration_id:
            name = text(f"registration_kind.{one.kind}", visit.language)
            yield Change(label(visit, "registration"), "", " · ".join(filter(None, (name, one.nihii, one.cbe))))


TELLS: Mapping[type[Any], Tell] = {
    registration.RegistrationCreated: _created,
    registration.RegistrationEnded: _ended,
    registration.MandateRecorded: _mandate,
    registration.MandateRevoked: _revoked,
    registration.ConditionArranged: _condition,
    registration.ConditionReopened: _condition,
}
