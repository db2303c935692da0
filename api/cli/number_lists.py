"""Official numbers by year: which are used, which comes next, which are void for ever."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.cli.voice import NOTHING, Voice
from application.ports import Event
from domain.errors import NotAllowed
from domain.numbering import (
    Numbering,
    NumbersGiven,
    SendingNumberGiven,
    fold,
    give_sending_number,
)

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class NumbersOfYear:
    """`used`: first and last of each stretch, void ones included. `next` None: all are used."""

    year: int
    used: tuple[tuple[int, int], ...]
    next: int | None
    void: tuple[int, ...]


def years_of(events: Sequence[Event]) -> list[NumbersOfYear]:
    """Of one numbering, the years that anything is known of."""
    state = fold(events)
    years = sorted({*state.used, *state.following})
    void = {(year, one.number) for one in state.voided for year in _years_given(events, one.sending_id)}
    return [
        NumbersOfYear(
            year,
            tuple(_stretches(_used(events, state, year))),
            _following(state, year),
            tuple(sorted(number for of, number in void if of == year)),
        )
        for year in years
    ]


def show_years(voice: Voice, years: Iterable[tuple[str, NumbersOfYear]]) -> None:
    """A row a year, behind the kind of number."""
    heads = ("kind", "year", "next", "void", "used")
    rows = [
        (kind, str(one.year), one.next or NOTHING, ", ".join(map(str, one.void)) or NOTHING, _written(one.used))
        for kind, one in years
    ]
    voice.table([(f"column.{head}", head == "next") for head in heads], rows)


def _written(used: Iterable[tuple[int, int]]) -> str:
    """As people write them: 1-8, 12."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in used) or NOTHING


def _years_given(events: Sequence[Event], sending_id: UUID) -> tuple[int, ...]:
    given = [one for one in events if isinstance(one, SendingNumberGiven) and one.sending_id == sending_id]
    return given[-1].years if given else ()


def _used(events: Sequence[Event], state: Numbering, year: int) -> list[tuple[int, int]]:
    runs = [one for one in events if isinstance(one, NumbersGiven) and one.year == year and one.count]
    single = [(number, number) for number in state.used.get(year, ())]
    return single + [(one.first, one.first + one.count - 1) for one in runs]


def _stretches(used: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(used):
        if merged and first == merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def _following(state: Numbering, year: int) -> int | None:
    if year not in state.used:
        return state.following[year]
    try:
        return give_sending_number(state, [year], _NOBODY).number
    except NotAllowed:
        return None
