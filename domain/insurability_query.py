"""Questions to insurers about a patient's insurability, and that they were answered: one stream a patient.

What an insurer says stands in the stored bytes of its answer, never here; nothing of it changes the patient's file by
itself. A question changes nothing at the insurer, so one whose answer was lost is simply asked again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date as Date
from typing import Literal, get_args
from uuid import UUID, uuid5

from domain.errors import Invalid
from domain.event import event

Purpose = Literal["information", "invoicing"]
"""Asked for invoicing, the insurer may commit itself to pay (`paymentApproval`)."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
Outcome = Literal["complete", "partial", "refused", "unreadable"]
Status = Literal["answered", "refused", "failed", "unknown", "waiting", "queued"]
"""`waiting`: it left together with others, and its answer may take days. `queued`: it leaves when a session opens."""
Advice = Literal["", "again", "later", "mend"]

YEARS_BACK = 5
"""Insurers answer no older question (`PERIOD_TOO_FAR_IN_PAST`)."""
_QUERIES = UUID("8f0e3f0a-5b0c-5c1e-9d64-3a7a2f6f5d11")
_DIGITS = 14
WITHDRAWN = "withdrawn"
"""Why a question failed that somebody took back before it left."""
_OVER = frozenset({WITHDRAWN, "patient_erased", "patient_unknown"})
"""Nothing is to be done about these."""
_LATER = frozenset({"service_unavailable"})
_AGAIN = frozenset({"no_answer", "not_reached", "no_session", "not_treated", "not_permitted"})
_OF_THE_INSURER = frozenset(
    {"NO_FACET", "INVALID_RESPONSE_FROM_IO", "SEND_TO_IM_EXCEPTION", "BO_EXCEPTION", "IOSM_EXCEPTION"}
)
"""Trouble of the insurer's own: nothing in the question is wrong."""


@event("insurability_query.queued")
class InsurabilityQueued:
    """It is to be asked when a session opens, under this reference; `together`: in one message with others."""

    establishment_id: UUID
    patient_id: UUID
    reference: str
    first_day: Date
    last_day: Date
    purpose: Purpose
    together: bool = False


@event("insurability_query.asked")
class InsurabilityAsked:
    """The insurer is asked about these days (both included). `message`: SHA-256 of the stored question.

    `batch`: reference of the message in which it left together with others; empty when it left alone.
    """

    establishment_id: UUID
    patient_id: UUID
    reference: str
    first_day: Date
    last_day: Date
    purpose: Purpose
    message: str
    batch: str = ""


@event("insurability_query.answered")
class InsurabilityAnswered:
    """`message`: SHA-256 of the stored answer. `io`: who says it, empty for MyCareNet itself. `codes`: why not all."""

    reference: str
    message: str
    outcome: Outcome
    io: str = ""
    codes: tuple[str, ...] = ()


@event("insurability_query.failed")
class InsurabilityQueryFailed:
    """No answer came. `is_certain`: the question certainly did not get through. `said`: code of whoever refused."""

    reference: str
    code: str
    said: str = ""
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class MemberQuestion:
    """As it is written: about the national number, else the number at the fund (three digits)."""

    reference: str
    ssin: str = field(repr=False)
    affiliation_number: str = field(repr=False)
    sickness_fund: str
    first_day: Date
    last_day: Date
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Query:
    """One question and what came of it; it has two answers when two workers came to ask it at once.

    `asked`: what was said of it last before anything came of it. `queue`: as it was queued, None when it never was.
    `left`, `left_codes`: what became of the message in which it left, as long as nothing is said of the question.
    """

    asked: InsurabilityAsked | InsurabilityQueued
    queue: InsurabilityQueued | None = None
    answers: tuple[InsurabilityAnswered, ...] = ()
    failure: InsurabilityQueryFailed | None = None
    left: Status = "unknown"
    left_codes: tuple[str, ...] = ("no_answer",)

    @property
    def batch(self) -> str:
        """Reference of the message in which it left together with others; empty when it left alone, or did not yet."""
        return self.asked.batch if isinstance(self.asked, InsurabilityAsked) else ""

    @property
    def awaits(self) -> bool:
        """Whether it came from the queue and nothing came of it: also when its asking was cut short."""
        return self.queue is not None and not self.batch and not self.is_over

    @property
    def is_queued(self) -> bool:
        """Whether it was not asked yet, and nobody took it back."""
        return self.awaits and isinstance(self.asked, InsurabilityQueued)

    def is_about(self, first_day: Date, last_day: Date, purpose: Purpose) -> bool:
        """Whether it asks just that."""
        return (self.asked.first_day, self.asked.last_day, self.asked.purpose) == (first_day, last_day, purpose)

    @property
    def answer(self) -> InsurabilityAnswered | None:
        """The one that says most, in whatever order they came."""
        weight = get_args(Outcome).index
        return min(self.answers, key=lambda one: (weight(one.outcome), one.message), default=None)

    @property
    def is_over(self) -> bool:
        """Something came of it."""
        return self.answer is not None or self.failure is not None

    @property
    def status(self) -> Status:
        """`unknown`: nobody knows whether it got through."""
        if self.answer is not None:
            return "answered" if self.answer.outcome in ("complete", "partial") else "refused"
        if self.failure is not None:
            return "failed" if self.failure.is_certain else "unknown"
        return "queued" if self.awaits else self.left

    @property
    def codes(self) -> tuple[str, ...]:
        """Why there is no answer, or not all of one."""
        if self.answer is not None:
            is_whole = self.answer.outcome in ("complete", "partial")
            return self.answer.codes or (() if is_whole else ("answer_unreadable",))
        if self.failure is not None:
            return (self.failure.code,)
        return () if self.status == "queued" else self.left_codes

    @property
    def advice(self) -> Advice:
        """Ask `again`, `later`, or `mend` first what is wrong; empty when there is nothing to do."""
        if self.status in ("answered", "waiting", "queued") or set(self.codes) & _OVER:
            return ""
        if set(self.codes) & (_LATER | _OF_THE_INSURER):
            return "later"
        return "again" if set(self.codes) & _AGAIN else "mend"


@dataclass(frozen=True, slots=True)
class Queries:
    """All questions about a patient, in the order in which they were asked; those that wait as they were queued."""

    every: tuple[Query, ...] = ()

    def of(self, reference: str) -> Query | None:
        """The question of that reference."""
        return next((one for one in self.every if one.asked.reference == reference), None)

    def awaited(self, first_day: Date, last_day: Date, purpose: Purpose) -> Query | None:
        """The one from the queue that asks just that, perhaps under way."""
        return next((one for one in self.every if one.awaits and one.is_about(first_day, last_day, purpose)), None)


def queries_id(patient_id: UUID) -> UUID:
    """Identity of the stream: that of the patient's record."""
    return uuid5(_QUERIES, str(patient_id))


def reference_of(patient_id: UUID, nth: int) -> str:
    """Of the nth question: 14 digits, as MyCareNet takes them; not the same twice for one sender."""
    return f"{uuid5(queries_id(patient_id), str(nth)).int % 10**_DIGITS:0{_DIGITS}d}"


def check_span(first_day: Date, last_day: Date, today: Date) -> None:
    """Days that an insurer can be asked about. Raises `Invalid`."""
    if first_day > today:
        raise Invalid("insurability_day_ahead", "first_day: not after today.", field="first_day")
    if last_day < first_day:
        raise Invalid("period_reversed", "last_day: not before the first.", field="last_day")
    oldest = (today.year - YEARS_BACK, today.month, today.day)
    if (first_day.year, first_day.month, first_day.day) < oldest:
        raise Invalid("insurability_day_too_old", f"first_day: at most {YEARS_BACK} years back.", field="first_day")


def evolve(state: Queries, happened: object) -> Queries:
    """Fold one event of the stream."""
    match happened:
        case InsurabilityQueued():
            return _put(state, state.of(happened.reference), Query(happened, happened))
        case InsurabilityAsked():
            before = state.of(happened.reference)
            if before is None and happened.batch:  # what was queued leaves under the reference of that message
                before = state.awaited(happened.first_day, happened.last_day, happened.purpose)
                before = before if before and before.is_queued else None
            return _put(state, before, Query(happened, before.queue if before else None))
        case InsurabilityAnswered():
            return _with(state, happened.reference, lambda it: replace(it, answers=(*it.answers, happened)))
        case InsurabilityQueryFailed():
            return _with(state, happened.reference, lambda it: replace(it, failure=happened))
    return state


def _put(state: Queries, before: Query | None, after: Query) -> Queries:
    """Last, instead of the former. There are never fewer than before: `reference_of` counts them."""
    return replace(state, every=(*(one for one in state.every if one is not before), after))


def _with(state: Queries, reference: str, change: Callable[[Query], Query]) -> Queries:
    return replace(state, every=tuple(change(one) if one.asked.reference == reference else one for one in state.every))


def fold(events: Iterable[object]) -> Queries:
    """State after all events of one stream."""
    state = Queries()
    for happened in events:
        state = evolve(state, happened)
    return state


def queue(state: Queries, happened: InsurabilityQueued) -> list[object]:
    """Let it be asked when a session opens, unless the same waits already."""
    return [happened] if state.awaited(happened.first_day, happened.last_day, happened.purpose) is None else []


def put_back(state: Queries, reference: str, *, together: bool = False) -> list[object]:
    """Queue a question that certainly did not leave, for want of a session; unless the same waits already."""
    known = state.of(reference)
    if known is None or known.is_over or not isinstance(known.asked, InsurabilityAsked):
        return []
    asked = known.asked
    awaited = state.awaited(asked.first_day, asked.last_day, asked.purpose)
    if awaited is not None and awaited is not known:
        return [InsurabilityQueryFailed(reference, "no_session")]
    who = asked.establishment_id, asked.patient_id, reference
    return [InsurabilityQueued(*who, asked.first_day, asked.last_day, asked.purpose, together)]


def answer(state: Queries, happened: InsurabilityAnswered) -> list[object]:
    """Record an answer to a question that was asked; the same bytes once."""
    known = state.of(happened.reference)
    if known is None or any(one.message == happened.message for one in known.answers):
        return []
    return [happened]


def fail(state: Queries, happened: InsurabilityQueryFailed) -> list[object]:
    """Record that no answer came, unless one did."""
    known = state.of(happened.reference)
    return [] if known is None or known.answers or known.failure is not None else [happened]
