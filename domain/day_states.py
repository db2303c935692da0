"""Where a billing day stands, and what may be done with it there: every pair of state and command, in one table.

A command that the table allows may still find nothing to do it with (no refused line, nothing paid): it says so itself.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from domain.day_events import Decision
from domain.day_state import BillingDay

State = Literal[
    "to_bill",
    "in_sending",
    "paid",
    "partly_refused",
    "refused",
    "to_bill_again",
    "justified",
    "justified_in_closed_books",
    "to_credit",
    "credit_asked",
    "credited",
    "to_regularise",
    "regularise_asked",
    "regularised",
    "paid_before",
    "on_document",
    "paid_on_document",
    "partly_paid_on_document",
    "refused_on_document",
]
Command = Literal[
    "record",
    "correct",
    "withdraw",
    "bill",
    "rebill",
    "rebill_elsewhere",
    "credit_note",
    "regularise",
    "justified",
    "restore",
    "leave",
]
STATES: tuple[State, ...] = get_args(State)
COMMANDS: tuple[Command, ...] = get_args(Command)
CLOSED: tuple[State, ...] = (
    "paid",
    "justified",
    "justified_in_closed_books",
    "regularised",
    "paid_on_document",
)
"""Nothing more is to be done, nor comes."""
OPEN: tuple[State, ...] = tuple([state for state in STATES if state not in CLOSED])
"""Somebody decides, a run takes it up, or an answer is awaited."""

_B, _P, _W = "day_billed", "correction_day_prepared", "correction_day_unanswered"
_T, _F, _U = "correction_picked_up", "correction_paid_before", "correction_nothing_decided"
_R, _N, _A = "correction_nothing_refused", "correction_nothing_paid", "correction_decided_already"
_C = "correction_period_closed"
_D, _E, _S = "correction_on_document", "correction_paid_on_document", "correction_no_resubmission"


def _row(*codes: str) -> Mapping[Command, str]:
    return MappingProxyType(dict(zip(COMMANDS, codes, strict=True)))


# fmt: off
_EVERY: dict[State, Mapping[Command, str]] = {
    # record, correct, withdraw, bill, rebill, rebill_elsewhere, credit_note, regularise, justified, restore, leave
    "to_bill":          _row("", "", "", "", _P, _P, _P, _P, _P, _U, _P),
    "in_sending":       _row(_B, _B, _B, _B, _W, _W, _W, _W, _W, _U, _W),
    "paid":             _row(_B, _B, _B, _B, _R, _R, "", "", _R, _U, _R),
    "partly_refused":   _row(_B, _B, _B, _B, "", "", "", "", "", _U, ""),
    "refused":          _row(_B, _B, _B, _B, "", "", _N, _N, "", _U, ""),
    "to_bill_again":    _row(_B, "", "", "", "", "", "", "", "", "", _A),
    "justified":        _row(_B, _B, _B, _B, "", "", "", "", "", "", _A),
    "justified_in_closed_books": _row(_B, _B, _B, _B, _C, _C, _C, _C, "", _C, _A),
    "to_credit":        _row(_B, "", "", "", "", "", "", "", "", "", _A),
    "credit_asked":     _row(_B, "", "", _B, _T, _T, _T, _T, _T, _T, _T),
    "credited":         _row(_B, "", "", "", _T, _T, _T, _T, _T, _T, _T),
    "to_regularise":    _row(_B, _B, _B, _B, "", "", "", "", "", "", _A),
    "regularise_asked": _row(_B, _B, _B, _B, _T, _T, _T, _T, _T, _T, _T),
    "regularised":      _row(_B, _B, _B, _B, _T, _T, _T, _T, _T, _T, _T),
    "paid_before":      _row(_B, _B, _B, _B, _F, _F, _F, "", "", _U, ""),
    "on_document":      _row(_B, _B, _B, _B, _D, _D, _D, _D, _D, _U, _D),
    "paid_on_document": _row(_B, _B, _B, _B, _R, _R, _E, _E, "", _U, ""),
    "partly_paid_on_document": _row(_B, _B, _B, _B, _R, _R, _E, _E, "", _U, ""),
    "refused_on_document": _row(_B, _B, _B, _B, _S, "", "", "", "", _U, ""),
}
# fmt: on
TABLE: Mapping[State, Mapping[Command, str]] = MappingProxyType(_EVERY)
"""Empty: allowed. Else the catalogue code of what forbids it."""


_OF_DECISION: Mapping[Decision, State] = {
    "credit_note": "to_credit",
    "regularise": "to_regularise",
    "rebill": "to_bill_again",
    "rebill_elsewhere": "to_bill_again",
    "justified": "justified",
}


def state_of(day: BillingDay) -> State:
    """Exactly one for every day."""
    if day.is_prepared:
        return "to_bill"
    if day.verdict == "none":
        return "on_document" if day.document else "in_sending"
    if day.credits:
        return _credit_state(day)
    if day.decision == "justified" and day.is_in_closed_books:
        return "justified_in_closed_books"
    if day.decision != "none":
        return _OF_DECISION[day.decision]
    if day.document == "paid":
        return "partly_paid_on_document" if day.lost else "paid_on_document"
    if day.document:
        return "refused_on_document"
    if day.is_paid_before:
        return "paid_before"
    return "paid" if not day.lost else "refused" if day.verdict == "refused" else "partly_refused"


def _credit_state(day: BillingDay) -> State:
    if day.decision == "regularise":
        return "regularise_asked" if day.waits_for_credit else "regularised"
    return "credit_asked" if day.waits_for_credit else "credited"


def forbids(day: BillingDay, command: Command) -> str:
    """The code of the table; empty when the state of the day allows it."""
    return TABLE[state_of(day)][command]
