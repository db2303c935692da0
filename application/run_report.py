"""What a person sees of a billing run before and after it: totals by union, and everything that stays behind."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from itertools import groupby, zip_longest
from uuid import UUID

from application.ports import UndecidedDay
from domain.run_plan import Blocked, Plan, PlannedSending


@dataclass(frozen=True, slots=True)
class UnionTotal:
    """What one file would hold. `again_days`: those of `days` that were billed before and are billed again.

    `credited_days`: those of which something is given back; `credited_cents` is that, and part of `amount_cents`.
    `earliest`: first day on which the file may leave, by the insurers' limits and what waits before it.
    """

    union: str
    billed_month: str
    invoices: int
    days: int
    lines: int
    amount_cents: int
    sending_id: UUID | None = None
    again_days: int = 0
    credited_days: int = 0
    credited_cents: int = 0
    earliest: Date | None = None


@dataclass(frozen=True, slots=True)
class DocumentTotal:
    """Documents for one destination that eFact does not reach. `document_ids`: once they are made."""

    destination: str
    documents: int
    days: int
    lines: int
    amount_cents: int
    again_days: int = 0
    document_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Days left out for one reason. `first` are some of them, with the line that is the cause where there is one.

    `amount_cents` is that of all but the `unpriced` days, which have none yet, and None when all have none; so it is of
    `Later`.
    """

    code: str
    days: int
    amount_cents: int | None
    first: tuple[tuple[UUID, UUID | None], ...]
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Later:
    """Days that become billable on one date."""

    billable_from: Date
    days: int
    amount_cents: int | None
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Once:
    """Days left out, each once however many reasons hold it back; amounts as in `HeldBack`, 0 of no days."""

    days: int
    amount_cents: int | None
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class RunReport:
    """Outcome of a preview or a run. Refused days without a decision come first; `stopped` says why nothing goes.

    `undecided`, `undecided_first`: some of them, the longest waiting first. `undecided_age_days`: since the oldest was
    refused; `undecided_left_days`: how many of them a run left before this one, `undecided_most_left` how often.

    `noticed`: days that go, of which an insurer will remark something. `hints`: why days that go are not billed as one
    might expect. `blocked_once`: the days of `blocked`, one of several reasons once.
    """

    run_id: UUID | None
    establishment_id: UUID
    billed_month: str
    undecided_days: int
    undecided_cents: int
    undecided: tuple[UUID, ...]
    stopped: tuple[str, ...]
    sendings: tuple[UnionTotal, ...]
    blocked: tuple[HeldBack, ...]
    not_yet: tuple[Later, ...]
    documents: tuple[DocumentTotal, ...]
    blocked_once: Once
    noticed: tuple[HeldBack, ...] = ()
    hints: tuple[HeldBack, ...] = ()
    undecided_age_days: int = 0
    undecided_left_days: int = 0
    undecided_most_left: int = 0
    undecided_first: tuple[UndecidedDay, ...] = ()


_SHOWN = 50


def report(
    where: UUID,
    planned: Plan,
    undecided: Sequence[UndecidedDay],
    run_id: UUID | None = None,
    made: Mapping[int, UUID] | None = None,
    earliest: Sequence[Date] = (),
    document_ids: Sequence[UUID] = (),
) -> RunReport:
    """Sum a plan up. `undecided`: refused days without a decision, the longest waiting first; `made`: sending ids.

    `earliest`: day of each sending on which it may leave. `document_ids`: of the documents, in their order.
    """
    blocked = {reason.day_id for reason in planned.blocked}
    later: dict[Date, list[UUID]] = {}
    for waiting in planned.not_yet:
        later.setdefault(waiting.billable_from, []).append(waiting.day_id)
    return RunReport(
        run_id,
        where,
        planned.options.month,
        len(undecided),
        sum(one.refused_cents for one in undecided),
        tuple(one.day_id for one in undecided[:_SHOWN]),
        planned.stopped,
        tuple(
            _total(sending, (made or {}).get(i), day)
            for i, (sending, day) in enumerate(zip_longest(planned.sendings, earliest))
        ),
        _by_code(planned, planned.blocked),
        tuple(Later(day, len(ids), *_sum(planned, ids)) for day, ids in sorted(later.items())),
        tuple(_documents(planned, document_ids)),
        _once(planned, blocked),
        _by_code(planned, planned.noticed),
        _by_code(planned, planned.hints),
        undecided_age_days=max(((planned.creation_date - one.refused_on).days for one in undecided), default=0),
        undecided_left_days=sum(one.left_times > 0 for one in undecided),
        undecided_most_left=max((one.left_times for one in undecided), default=0),
        undecided_first=tuple(undecided[:_SHOWN]),
    )


def _total(sending: PlannedSending, identifier: UUID | None, earliest: Date | None) -> UnionTotal:
    back = [invoice for invoice in sending.invoices if invoice.key.is_credit]
    asked = [candidate for invoice in sending.invoices if not invoice.key.is_credit for candidate in invoice.days]
    return UnionTotal(
        sending.union,
        sending.billed_month,
        len(sending.invoices),
        len(sending.day_ids),
        sum(len(invoice.lines_of(candidate)) for invoice in sending.invoices for candidate in invoice.days),
        sum(invoice.amount_cents for invoice in sending.invoices),
        identifier,
        sum(not candidate.day.is_prepared for candidate in asked),
        len({candidate.day_id for invoice in back for candidate in invoice.days}),
        sum(invoice.amount_cents for invoice in back),
        earliest,
    )


def _documents(planned: Plan, made: Sequence[UUID]) -> Iterator[DocumentTotal]:
    """They stand by destination in the plan."""
    ids = list(zip_longest(planned.documents, made))
    for destination, pairs in groupby(ids, key=lambda pair: pair[0].key.destination):
        group = list(pairs)
        days = [one for document, _ in group for one in document.days]
        yield DocumentTotal(
            destination,
            len(group),
            len(days),
            sum(document.line_count for document, _ in group),
            sum(document.amount_cents for document, _ in group),
            sum(not one.day.is_prepared for one in days),
            tuple(identifier for _, identifier in group if identifier),
        )


def _by_code(planned: Plan, reasons: Sequence[Blocked]) -> tuple[HeldBack, ...]:
    """Each day once for a code, with the first line that is a cause."""
    found: dict[str, dict[UUID, UUID | None]] = {}
    for reason in reasons:
        found.setdefault(reason.code, {}).setdefault(reason.day_id, reason.line_id)
    return tuple(_held(planned, code, days) for code, days in sorted(found.items()))


def _held(planned: Plan, code: str, found: Mapping[UUID, UUID | None]) -> HeldBack:
    cents, unpriced = _sum(planned, found)
    return HeldBack(code, len(found), cents, tuple(list(found.items())[:_SHOWN]), unpriced)


def _once(planned: Plan, day_ids: Collection[UUID]) -> Once:
    cents, unpriced = _sum(planned, day_ids)
    return Once(len(day_ids), cents if day_ids else 0, unpriced)


def _sum(planned: Plan, day_ids: Collection[UUID]) -> tuple[int | None, int]:
    """Cents of the days whose amount is known, None when there is none, and how many others there are."""
    known = [planned.amounts[day_id] for day_id in day_ids if day_id in planned.amounts]
    return sum(known) if known else None, len(day_ids) - len(known)
