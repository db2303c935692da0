"""One stored sample of every version of every event, kept for ever: what was written once must always be readable."""

import enum
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin, get_type_hints
from uuid import NAMESPACE_OID, UUID, uuid5

import domain
from domain.event import REGISTER, EventType

FOLDER = Path(__file__).parent / "events"
_PLAIN: dict[Any, Any] = {
    int: 7,
    bool: True,
    float: 0.5,
    bytes: b"bytes",
    Decimal: Decimal("1.5"),
    date: date(2026, 3, 2),
    datetime: datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    time: time(9, 30),
}


def event_types() -> list[EventType]:
    """All of the product, by topic."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    return [REGISTER[topic] for topic in sorted(REGISTER) if not topic.startswith("test.")]


def path_of(kind: EventType) -> Path:
    return FOLDER / f"{kind.topic}.v{kind.version}.json"


def stored_samples() -> Iterator[tuple[str, int, Path]]:
    """Topic and version of each file."""
    for path in sorted(FOLDER.glob("*.json")):
        topic, version = path.stem.rsplit(".v", 1)
        yield topic, int(version), path


def instance_of(kind: Any, name: str = "") -> Any:
    """A value of an annotation, the same each time: options are filled, tuples have one item."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return instance_of(arguments[0], name)
    if origin in (Union, UnionType):
        return instance_of(next(one for one in arguments if one is not NoneType), name)
    if origin is Literal:
        return arguments[0]
    if origin in (tuple, list, frozenset):
        return origin(instance_of(one, name) for one in arguments if one is not Ellipsis)
    if origin is dict:
        return {instance_of(arguments[0], name): instance_of(arguments[1], name)}
    if isinstance(kind, NewType):
        return instance_of(kind.__supertype__, name)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    if is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        return kind(**{field.name: instance_of(hints[field.name], field.name) for field in fields(kind)})
    if kind is UUID:
        return uuid5(NAMESPACE_OID, name)
    return f"{name}-é" if kind is str else _PLAIN[kind]
