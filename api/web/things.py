"""How a thing of any kind is called, and where its page is: for lists that name things of many kinds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.catalogue import text
from api.web.actors import name_of
from api.web.casework_things import home_of
from api.web.places import place_of
from api.web.render import day
from api.web.rule_words import rule_name
from api.web.said import names_of
from api.web.visit import Visit
from api.web.written import sending_name
from application.ports import Event
from domain import correction_rule, establishment, mycarenet_session, provider, registration
from domain.billing_run import BillingRunCompleted
from domain.casework import CaseworkOpened
from domain.day_events import CareRecorded
from domain.document import DocumentIssued
from domain.inbox import ImportAccepted, ItemRaised, MessageReceived
from domain.insurability_query import InsurabilityAsked, InsurabilityQueued
from domain.invoice import InvoiceIssued
from domain.patient import PatientRegistered
from domain.sending import SendingPrepared
from domain.user_events import UserAdded

_HASH_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Thing:
    """`kind`: first word of the topics of its events. `name`: empty where there is none to say.

    `address`: empty without a page for this reader. `patient_id`: whom it is about, None for nobody.
    """

    kind: str
    name: str
    address: str
    patient_id: UUID | None = None


def things_of(visit: Visit, ids: Iterable[UUID]) -> dict[UUID, Thing]:
    """By stream, as of the day of the visit; work on a thing is called as the thing. Whose they are is to be noted."""
    wanted = dict.fromkeys(ids)
    streams = visit.quittance.log.load(wanted, visit.upto)
    work = {one: events[0] for one, events in streams.items() if isinstance(events[0], CaseworkOpened)}
    streams |= visit.quittance.log.load({one.target_id for one in work.values()} - streams.keys(), visit.upto)
    about = {one: found for one, events in streams.items() if (found := _patient(one, events[0]))}
    names = names_of(visit, about.values())
    known = {
        one: _thing(visit, one, events, about.get(one), names.get(about.get(one, one), ""))
        for one, events in streams.items()
        if one not in work
    }
    return {one: _worked_on(visit, work[one], known) if one in work else known[one] for one in wanted if one in streams}


def _worked_on(visit: Visit, opening: CaseworkOpened, known: dict[UUID, Thing]) -> Thing:
    if opening.target_id in known:
        return known[opening.target_id]
    path = home_of(visit, opening)
    return Thing(opening.kind, opening.name, visit.to(path) if path else "")


def _patient(stream_id: UUID, opening: Event) -> UUID | None:
    return stream_id if isinstance(opening, PatientRegistered) else getattr(opening, "patient_id", None)


def _thing(visit: Visit, stream_id: UUID, events: Sequence[Event], who: UUID | None, patient: str) -> Thing:
    kind, name, identifier = _named(visit, stream_id, events)
    path = place_of(visit, kind, identifier) if kind else ""
    whole = " · ".join(part for part in (name, patient) if part)
    return Thing(kind, whole, visit.to(path) if path else "", who)


def _named(visit: Visit, stream_id: UUID, events: Sequence[Event]) -> tuple[str, str, UUID | str]:
    """Kind, name without the patient's, and what its address names it by."""
    match first := events[0]:
        case PatientRegistered():
            return "patient", "", stream_id
        case CareRecorded():
            return "billing_day", day(first.date), stream_id
        case InvoiceIssued():
            return "invoice", first.invoice_number, stream_id
        case DocumentIssued():
            return "document", first.number, stream_id
        case SendingPrepared():
            return "sending", sending_name(first.sending_number, first.union), stream_id
        case BillingRunCompleted():
            return "billing_run", f"{first.billed_month[5:]}/{first.billed_month[:4]}", stream_id
        case ImportAccepted():
            return "import", first.message[:_HASH_LETTERS], stream_id
        case ItemRaised():
            return "item", text(f"item_kind.{first.kind}", visit.language), stream_id
        case InsurabilityAsked() | InsurabilityQueued():
            return "insurability_query", "", first.patient_id
        case MessageReceived():
            return "message", first.sha256[:_HASH_LETTERS], first.sha256
    return _of_the_register(visit, stream_id, events)


def _of_the_register(visit: Visit, stream_id: UUID, events: Sequence[Any]) -> tuple[str, str, UUID | str]:
    match events[0]:
        case establishment.EstablishmentRegistered():
            known = establishment.fold(events)
            return "establishment", known.details.name if known else "", stream_id
        case provider.ProviderRegistered():
            who = provider.fold(events)
            return "provider", f"{who.details.last_name} {who.details.first_name}" if who else "", stream_id
        case correction_rule.RuleSwitchedOn():
            rule = correction_rule.fold(events)
            return "correction_rule", rule_name(rule.spec, visit.language) if rule else "", stream_id
        case registration.RegistrationCreated():
            return "registration", "", stream_id
        case mycarenet_session.MyCareNetSessionOpened() | mycarenet_session.MyCareNetSessionRefused():
            return "mycarenet_session", "", stream_id
        case UserAdded():
            return "user", name_of(visit, f"user:{stream_id}"), stream_id
    return "", "", stream_id
