"""Official numbers: given once, in order, never again; a void number stays on record.

Four kinds: the sending number (001-999 per third-party number and calendar year), the provider reference
(zone 204, 14 digits, whole installation), the invoice number (12 digits, whole installation) and the number of a
document beyond eFact (10 digits, per establishment and year).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Date
from datetime import timedelta
from uuid import UUID, uuid5

from domain.errors import Invalid, NotAllowed
from domain.event import event
from domain.rules.limits import FilesLimit, FilesPerDay

LimitOn = Callable[[Date], FilesLimit | None]
"""What limits the files of a practice on a day; None: nothing does."""

_NUMBERINGS = UUID("2c7f6f4a-1f57-5b0b-8d36-0a2f9b7f8e43")
_LAST_SENDING_NUMBER = 999
HIGHEST = {"sending": _LAST_SENDING_NUMBER, "reference": 9_999_999_999, "invoice": 99_999_999, "document": 999_999}
"""Last number of each kind: 3 digits; 14, 12 and 10 less the year."""

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@event("numbering.started")
class NumberingStarted:
    """Numbers of a year begin above those of the program used before."""

    year: int
    first: int


@event("numbering.sending_number_given")
class SendingNumberGiven:
    """The number is used in both years: that of creation and that of the billed month (eFact reference 1.11)."""

    number: int
    years: tuple[int, ...]
    sending_id: UUID


@event("numbering.taken_elsewhere")
class NumberTakenElsewhere:
    """A file of the old program used the number."""

    number: int
    years: tuple[int, ...]


@event("numbering.voided")
class NumberVoided:
    """The number was given to a sending that never left: it stays unused for ever."""

    number: int
    sending_id: UUID


@event("numbering.range_given")
class NumbersGiven:
    """`count` running numbers from `first` on, in a year."""

    year: int
    first: int
    count: int


@event("numbering.file_sent")
class FileSent:
    """A file of this third-party number went to a union; the insurers limit how many a day and a month."""

    union: str
    sent_on: Date
    billed_month: str
    sending_id: UUID


@event("numbering.file_not_sent")
class FileNotSent:
    """The hand-over failed for certain: the file does not count against the limits."""

    sending_id: UUID


@dataclass(frozen=True, slots=True)
class Numbering:
    """State: used sending numbers per year, the next running number per year, files sent (latest last)."""

    used: dict[int, frozenset[int]] = field(default_factory=dict)
    following: dict[int, int] = field(default_factory=dict)
    voided: tuple[NumberVoided, ...] = ()
    sent: tuple[FileSent, ...] = ()


def numbering_id(kind: str, scope: str) -> UUID:
    """`scope`: the third-party number of a sending, the establishment of a document, empty for the installation."""
    return uuid5(_NUMBERINGS, f"{kind}|{scope}")


def evolve(state: Numbering, happened: object) -> Numbering:
    """Fold one event of a numbering's stream."""
    match happened:
        case NumberingStarted():
            return replace(state, following={**state.following, happened.year: happened.first})
        case SendingNumberGiven() | NumberTakenElsewhere():
            used = dict(state.used)
            for year in happened.years:
                used[year] = used.get(year, frozenset()) | {happened.number}
            return replace(state, used=used)
        case NumbersGiven():
            return replace(state, following={**state.following, happened.year: happened.first + happened.count})
        case NumberVoided():
            return replace(state, voided=(*state.voided, happened))
        case FileSent():
            return replace(state, sent=(*state.sent, happened))
        case FileNotSent():
            return replace(state, sent=tuple(f for f in state.sent if f.sending_id != happened.sending_id))
    return state


def fold(events: Iterable[object]) -> Numbering:
    """State after all events of one stream."""
    state = Numbering()
    for happened in events:
        state = evolve(state, happened)
    return state


def start(state: Numbering, year: int, first: int, highest: int) -> list[object]:
    """Begin a year's numbers at `first`; only upwards, and only while nothing above it was given."""
    if not 1 <= first <= highest:
        raise Invalid("number_out_of_range", f"first: give 1 to {highest}.", field="first", highest=highest)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Invalid("year_out_of_range", f"year: give {_FIRST_YEAR} to {_LAST_YEAR}.", field="year")
    if first < state.following.get(year, 1) or any(number >= first for number in state.used.get(year, ())):
        raise NotAllowed("number_already_given", f"Numbers from {first} on were already given in {year}.", year=year)
    return [NumberingStarted(year, first)]


def give_sending_number(state: Numbering, years: Iterable[int], sending_id: UUID) -> SendingNumberGiven:
    """Next number that is free in every one of `years`, from the year's start on."""
    both = tuple(sorted(set(years)))
    taken = frozenset[int]().union(*(state.used.get(year, frozenset()) for year in both))
    first = max(state.following.get(year, 1) for year in both)
    number = max([number for number in taken if number >= first], default=first - 1) + 1
    if number > _LAST_SENDING_NUMBER:
        number = next((n for n in range(1, _LAST_SENDING_NUMBER + 1) if n not in taken and n >= first), 0)
    if not number:
        raise NotAllowed("sending_numbers_exhausted", "All 999 sending numbers of the year are used.", years=both)
    return SendingNumberGiven(number, both, sending_id)


def take_elsewhere(state: Numbering, number: int, years: Iterable[int]) -> list[object]:
    """Remember a number that the old program used."""
    both = tuple(sorted({year for year in years if number not in state.used.get(year, ())}))
    return [NumberTakenElsewhere(number, both)] if both else []


def give_range(state: Numbering, year: int, count: int) -> NumbersGiven:
    """The next `count` running numbers of the year."""
    return NumbersGiven(year, state.following.get(year, 1), count)


def earliest_days(
    state: Numbering, waiting: Sequence[str], unions: Sequence[str], today: Date, limit_on: LimitOn
) -> tuple[Date, ...]:
    """First day on which a file for each of `unions` may leave, in their order, behind those that wait to be sent.

    `waiting`: unions of prepared files. `limit_on`: what holds on a day.
    """
    gone = [(file.union, file.sent_on) for file in state.sent if file.sent_on >= today.replace(day=1)]
    for union in (*waiting, *unions):
        day = today
        while _is_reached(limit_on(day), gone, union, day):
            day += timedelta(days=1)
        gone.append((union, day))
    return tuple(day for _, day in gone[len(gone) - len(unions) :])


def send_file(state: Numbering, file: FileSent, limit_on: LimitOn) -> list[object]:
    """Count a file against the insurers' limits. Raises `NotAllowed` with the limit and its source.

    Its fact `until` is the first day on which the file may leave.
    """
    limit = limit_on(file.sent_on)
    gone = [(former.union, former.sent_on) for former in state.sent]
    if limit is None or not _is_reached(limit, gone, file.union, file.sent_on):
        return [file]
    (until,) = earliest_days(state, (), [file.union], file.sent_on, limit_on)
    told = f"At most {limit.maximum} ({limit.source}): send the next file from {until} on."
    raise NotAllowed("files_per_day" if isinstance(limit, FilesPerDay) else "files_per_month", told, until=until)


def _is_reached(limit: FilesLimit | None, gone: Iterable[tuple[str, Date]], union: str, day: Date) -> bool:
    if limit is None:
        return False
    is_apart = limit.scope == "tpp_and_union"
    mine = [on for to, on in gone if (to == union or not is_apart) and limit.counts(on, day)]
    return len(mine) >= limit.maximum
