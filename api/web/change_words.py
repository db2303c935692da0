"""A value that changed, in words: its name, what stood there, what stands there now."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date as Date
from typing import Any
from uuid import UUID

from api.catalogue import euros, has, text
from api.web.actors import once
from api.web.render import day
from api.web.visit import Visit
from application.ports import Event
from domain import provider
from domain.event import ERASED

Tell = Callable[[Visit, Sequence[Event], Any], Iterable["Change"]]
"""What an event changed, given the visit, the events of the stream before, and the event."""

_DAYS = frozenset({"birth_date"})
_CODED = {
    "sex": "sex",
    "language": "language",
    "sector": "sector",
    "country": "country",
    "role": "role",
    "way": "patient_document_way",
}
"""Fields whose values have words of their own, and where."""
_TIMES = frozenset({"time", "reading_time"})


@dataclass(frozen=True, slots=True)
class Change:
    """`before`, `after`: empty for nothing. `address`: of the thing that stands there now, empty without a page."""

    label: str
    before: str
    after: str
    address: str = ""


def differences(visit: Visit, group: str, before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401 - dataclasses
    """The fields that are not the same, by name; without `before` those that hold something."""
    new = {field.name: getattr(after, field.name) for field in fields(after)}
    old = None if before is None else {name: getattr(before, name, None) for name in new}
    return changed(visit, group, old, new)


def changed(
    visit: Visit, group: str, before: Mapping[str, object] | None, after: Mapping[str, object]
) -> Iterator[Change]:
    """The same for values by name."""
    for name, new in after.items():
        old = before[name] if before else None
        if old != new:
            known = value(visit, name, old) if before else ""
            made = Change(label(visit, name, group), known, value(visit, name, new))
            if made.before or made.after:
                yield made


def now(visit: Visit, name: str, given: object, group: str = "change") -> Change:
    """What an event says, where nothing stood before."""
    return Change(label(visit, name, group), "", value(visit, name, given))


def label(visit: Visit, name: str, group: str = "change") -> str:
    """Of a field."""
    key = f"change.{name}" if has(f"change.{name}") else f"{group}.{name}"
    return text(key, visit.language)


def value(visit: Visit, name: str, given: object) -> str:
    """As the pages show it."""
    language = visit.language
    match given:
        case None if name == "valid_to":
            return text("change.open_end", language)
        case None | "":
            return ""
        case str() if given == ERASED:
            return text("actor.erased", language)
        case bool():
            return text(f"list_file.{'yes' if given else 'no'}", language)
        case int() if name.endswith("_cents"):
            return euros(given, language)
        case Date():
            return day(given)
    written = str(given)
    if name in _CODED:
        key = f"{_CODED[name]}.{written}"
        return text(key, language) if has(key) else written
    if name in _TIMES:
        return f"{written[:2]}:{written[2:]}"
    return day(written) if name in _DAYS else written


def last_day(visit: Visit, before: Sequence[Date | None], after: Date | None) -> Change:
    """`before`: last days of what stood there; none of them without an end is the latest."""
    latest = None if None in before else max((one for one in before if one), default=None)
    known = value(visit, "valid_to", latest) if before else ""
    return Change(label(visit, "valid_to"), known, value(visit, "valid_to", after))


def provider_name(visit: Visit, provider_id: UUID) -> str:
    """As of the day of the visit."""

    def found() -> str:
        state = provider.fold(visit.events(provider_id))
        return f"{state.details.last_name} {state.details.first_name}" if state else ""

    return once(visit, (provider_id, visit.as_of), found)


def facts(*names: str) -> Tell:
    """Figures that an event says."""
    return lambda visit, _, event: [now(visit, name, getattr(event, name), "state") for name in names]
