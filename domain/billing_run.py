"""A billing run: one establishment, one month, the sendings it made, and what it had to leave out."""

from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID, uuid5

from domain.event import event

_RUNS = UUID("b9f2f1a2-3e0d-5c93-8f5c-7d2a60c1e5b4")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Days not billed for one reason: code of the blocker, how many, how much (cents).

    `unpriced` of the days had no amount yet and count for nothing; when none had one, there is no amount.
    """

    code: str
    days: int
    amount_cents: int | None
    unpriced: int = 0


@event("billing_run.completed")
class BillingRunCompleted:
    """The run wrote its files and documents.

    `elsewhere`: per destination that eFact does not reach, how many days and cents waited, of runs that made no
    documents yet. `documents`: the same of what these ask, by destination; `document_ids`: those made. `days`, `lines`
    and `amount_cents` are those of the files.
    `left_out`: all of these days, each once however many reasons it has; without a code. `again_days`: those of `days`
    that were refused and are billed again. `undecided`: refused days that nobody decided upon, left so; without a code.
    """

    establishment_id: UUID
    billed_month: str
    creation_date: Date
    sending_ids: tuple[UUID, ...]
    days: int
    lines: int
    amount_cents: int
    blocked: tuple[LeftOut, ...]
    elsewhere: tuple[LeftOut, ...]
    left_out: LeftOut | None = None
    again_days: int = 0
    document_ids: tuple[UUID, ...] = ()
    documents: tuple[LeftOut, ...] = ()
    undecided: LeftOut | None = None


@event("billing_run.cancelled")
class BillingRunCancelled:
    """Sendings of the run were withdrawn before they left, and documents before they were handed out."""

    sending_ids: tuple[UUID, ...]
    document_ids: tuple[UUID, ...] = ()


def run_id(establishment_id: UUID, command_id: str) -> UUID:
    """Identity of a run: the command that asked for it."""
    return uuid5(_RUNS, f"{establishment_id}|{command_id}")
