"""The register of events: frozen, slotted, named for ever, and silent about who, when and where."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, FrozenInstanceError, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import domain
from application.ports import Meta, Recorded
from domain.event import REGISTER, SEAL_MARK, TOPIC_OF, EventType, event

for module in pkgutil.iter_modules(domain.__path__, "domain."):
    importlib.import_module(module.name)

OURS = {topic: kind for topic, kind in REGISTER.items() if kind.type.__module__.startswith("domain.")}
ENVELOPE = {f.name for f in (*fields(Recorded), *fields(Meta))} | {"id", "time", "timestamp", "when", "who"}


def each(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """Fields with their types, those of value types inside them too."""
    for name, hint in get_type_hints(cls, include_extras=True).items():
        yield name, hint
        for part in (hint, *get_args(hint)):
            if is_dataclass(part) and isinstance(part, type):
                yield from each(part)


def is_sealed(cls: type[Any]) -> bool:
    return any(SEAL_MARK in getattr(hint, "__metadata__", ()) for _, hint in each(cls))


def test_there_are_events_of_every_aggregate():
    kinds = {topic.split(".")[0] for topic in OURS}
    assert {"establishment", "provider", "patient", "billing_day", "invoice", "sending", "numbering"} <= kinds


@pytest.mark.parametrize("topic", sorted(OURS))
def test_an_event_is_a_frozen_slotted_dataclass(topic: str):
    cls = OURS[topic].type
    assert is_dataclass(cls)
    assert "__slots__" in vars(cls)
    assert cls.__dataclass_params__.frozen
    empty = object.__new__(cls)
    assert not hasattr(empty, "__dict__")
    name = fields(cls)[0].name if fields(cls) else "anything"
    with pytest.raises((FrozenInstanceError, TypeError)):
        setattr(empty, name, None)


@pytest.mark.parametrize("topic", sorted(OURS))
def test_its_topic_is_explicit_and_its_own(topic: str):
    kind = OURS[topic]
    assert kind.topic == topic
    assert TOPIC_OF[kind.type] is kind
    stream, _, name = topic.partition(".")
    assert stream.islower()
    assert name.replace("_", "").isalpha()
    assert kind.version >= 1


@pytest.mark.parametrize("topic", sorted(OURS))
def test_it_repeats_nothing_of_its_envelope(topic: str):
    own = {f.name for f in fields(OURS[topic].type)}
    assert own & ENVELOPE == set()


@pytest.mark.parametrize("topic", sorted(OURS))
def test_sealed_text_says_whose_it_is(topic: str):
    kind = OURS[topic]
    assert kind.subject or not is_sealed(kind.type)
    assert kind.subject in {"", "self", *(f.name for f in fields(kind.type))}


@pytest.mark.parametrize("topic", sorted(OURS))
def test_its_fields_are_values_that_cannot_change(topic: str):
    for name, hint in each(OURS[topic].type):
        assert get_origin(hint) not in (list, dict, set), name
        assert hint not in (list, dict, set, float, Any), name


@pytest.mark.parametrize("topic", sorted(OURS))
def test_its_defaults_are_at_its_end_and_it_says_what_it_means(topic: str):
    cls = OURS[topic].type
    assert cls.__doc__
    assert not cls.__doc__.startswith(f"{cls.__name__}(")
    assert all(f.default_factory is MISSING for f in fields(cls))


def test_a_topic_is_taken_once():
    with pytest.raises(ValueError, match="taken"):

        @event("billing_day.billed")
        class Another:
            """Not entered."""

    assert isinstance(REGISTER["billing_day.billed"], EventType)
    assert REGISTER["billing_day.billed"].type.__name__ == "DayBilled"
