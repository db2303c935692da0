"""What a person sees of a billing run before and after it: totals by union, and everything that stays behind."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from domain.run_plan import Blocked, Plan, PlannedSending


@dataclass(frozen=True, slots=True)
class UnionTotal:
    """What one file would hold. `again_days`: those of `days` that were refused and are billed again."""

    union: str
    billed_month: str
    invoices: int
    days: int
    lines: int
    amount_cents: int
    sending_id: UUID | None = None
    again_days: int = 0


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

    `noticed`: days that go, of which an insurer will remark something. `hints`: why days that go are not billed as one
    might expect. `blocked_once`: the days of `blocked`, one of several reasons once; `left_out`: those and `elsewhere`.
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
    elsewhere: tuple[HeldBack, ...]
    blocked_once: Once
    left_out: Once
    noticed: tuple[HeldBack, ...] = ()
    hints: tuple[HeldBack, ...] = ()


_SHOWN = 50


def report(
    where: UUID,
    planned: Plan,
    undecided: Sequence[tuple[UUID, int]],
    run_id: UUID | None = None,
    made: Mapping[int, UUID] | None = None,
) -> RunReport:
    """Sum a plan up. `undecided`: refused days without a decision (day, cents); `made`: sending ids by index."""
    elsewhere: dict[str, dict[UUID, UUID | None]] = {}
    for destination, candidate in planned.elsewhere:
        elsewhere.setdefault(destination, {})[candidate.day_id] = None
    blocked = {reason.day_id for reason in planned.blocked}
    later: dict[Date, list[UUID]] = {}
    for waiting in planned.not_yet:
        later.setdefault(waiting.billable_from, []).append(waiting.day_id)
    return RunReport(
        run_id,
        where,
        planned.options.month,
        len(undecided),
        sum(cents for _, cents in undecided),
        tuple(day_id for day_id, _ in undecided[:_SHOWN]),
        planned.stopped,
        tuple(_total(sending, (made or {}).get(i)) for i, sending in enumerate(planned.sendings)),
        _by_code(planned, planned.blocked),
        tuple(Later(day, len(ids), *_sum(planned, ids)) for day, ids in sorted(later.items())),
        tuple(_held(planned, code, found) for code, found in sorted(elsewhere.items())),
        _once(planned, blocked),
        _once(planned, blocked | {candidate.day_id for _, candidate in planned.elsewhere}),
        _by_code(planned, planned.noticed),
        _by_code(planned, planned.hints),
    )


def _total(sending: PlannedSending, identifier: UUID | None) -> UnionTotal:
    candidates = [candidate for invoice in sending.invoices for candidate in invoice.days]
    return UnionTotal(
        sending.union,
        sending.billed_month,
        len(sending.invoices),
        len(candidates),
        sum(len(candidate.day.to_bill) for candidate in candidates),
        sum(invoice.amount_cents for invoice in sending.invoices),
        identifier,
        sum(not candidate.day.is_prepared for candidate in candidates),
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
