"""The state of anything as plain fields: its events folded by the domain. No secret is among them."""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any
from uuid import UUID

from api.cli.number_lists import years_of
from api.verdicts_to_come import told
from application.ports import Event
from domain import (
    api_key,
    billing_day,
    casework,
    correction_rule,
    document,
    establishment,
    inbox,
    invoice,
    numbering,
    patient,
    provider,
    registration,
    sending,
    tariffs,
    user,
)
from domain.billing_run import BillingRunCancelled

State = dict[str, Any]

_OPENINGS = ("made", "details", "issued", "raised", "accepted", "opened")
"""Fields of a state that hold what its first event said: shown in one row with the rest."""
_HIDDEN = "secret_hash"
_APART_OF_DAY = ("lines", "before", "away", "as_paid", "is_in_closed_books")
"""Shown as a tree; what the day would be again if a file were refused or settled after all; told by no event of it."""


def kind_of(topic: str) -> str:
    """The kind of aggregate: the first word of its topics."""
    return topic.partition(".")[0]


def state_of(kind: str, identifier: UUID, events: Sequence[Event]) -> State:
    """Fields after all these events; those of a billing day without its lines."""
    return told(_STATES[kind](identifier, events))


def payload(happened: Event) -> State:
    """What an event says."""
    return {field.name: getattr(happened, field.name) for field in fields(happened) if field.name != _HIDDEN}


def _folded(fold: Callable[[Sequence[Event]], Any]) -> Callable[[UUID, Sequence[Event]], State]:
    return lambda _, events: _flat(fold(events))


def _flat(state: Any) -> State:  # noqa: ANN401 - the state of any aggregate
    flat: State = {}
    for field in fields(state):
        value = getattr(state, field.name)
        if field.name in _OPENINGS and is_dataclass(value):
            flat |= _flat(value)
        elif field.name != _HIDDEN:
            flat[field.name] = value
    return flat


def _flat_of(state: Any, name: str) -> State:  # noqa: ANN401 - the state of any aggregate
    """With the fields of one of its parts among its own."""
    flat = _flat(state)
    return _flat(flat.pop(name)) | flat


def _sending(identifier: UUID, events: Sequence[Event]) -> State:
    state = sending.fold(events, identifier)
    if state is None:
        return {}
    settled = state.settlement
    shown = {"status": state.status, "outcome": state.outcome, "national_union": state.made.union, **_flat(state.made)}
    return {name: value for name, value in shown.items() if name != "union"} | {
        "accepted_cents": settled.accepted_cents if settled else None,
        "refused_cents": settled.refused_cents if settled else None,
        "transmitted_on": state.transmitted_on,
        "error_percentage": state.error_percentage,
        "insurer_reference": state.insurer_reference,
        "answers": sorted(state.messages),
        "is_contested": "contested" in state.facts,
        "is_contradictory": sending.is_contradictory(state),
        "is_read": state.is_read,
        "is_archived": state.is_archived,
        "funds": settled.funds if settled else (),
    }


def _document(identifier: UUID, events: Sequence[Event]) -> State:
    state = document.fold(events, identifier)
    return _flat(state) | {"paid_cents": state.paid_cents, "open_cents": state.open_cents} if state else {}


def _day(_: UUID, events: Sequence[Event]) -> State:
    state = billing_day.fold(events)
    return {name: value for name, value in state._asdict().items() if name not in _APART_OF_DAY} if state else {}


def _numbering(_: UUID, events: Sequence[Event]) -> State:
    return {"years": years_of(events), "sent": numbering.fold(events).sent}


def _run(_: UUID, events: Sequence[Event]) -> State:
    return _last_words(events) | {"is_cancelled": any(isinstance(one, BillingRunCancelled) for one in events)}


def _last_words(events: Sequence[Event]) -> State:
    """Of things that only ever add to what is known of them: every field, as it was said last."""
    return {name: value for happened in events for name, value in payload(happened).items()}


_STATES: dict[str, Callable[[UUID, Sequence[Event]], State]] = {
    "establishment": _folded(establishment.fold),
    "provider": _folded(provider.fold),
    "patient": _folded(patient.fold),
    "billing_day": _day,
    "invoice": _folded(invoice.fold),
    "sending": _sending,
    "document": _document,
    "numbering": _numbering,
    "billing_run": _run,
    "message": lambda _, events: _last_words(events),
    "mailbox": lambda _, events: _last_words(events),
    "insurability_query": lambda _, events: _last_words(events),
    "insurability_batch": lambda _, events: _last_words(events),
    "item": _folded(inbox.fold_item),
    "import": _folded(inbox.fold_import),
    "api_key": _folded(api_key.fold),
    "user": _folded(user.fold),
    "tariffs": _folded(tariffs.fold),
    "casework": _folded(casework.fold),
    "code_list": lambda _, events: _last_words(events),
    "correction_rule": lambda _, events: _flat_of(correction_rule.fold(events), "spec"),
    "registration": lambda _, events: {"registrations": registration.fold(events)},
}
