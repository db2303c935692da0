"""What can be done with many things at once, whatever they are: say who takes care of them, and when to look again.

Both are told one value for all of them, a user or a day. It stands behind a colon in the name of the job's action, so
that a job knows after a restart what it was begun with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date as Date
from functools import partial
from uuid import UUID

from application.casework import CaseworkDesk
from application.job_actions import AnyAction, JobAction, Reversal
from application.ports import Context, Event
from domain import casework as cases
from domain.casework import casework_id

Told = Callable[[str], AnyAction]
"""The action for a value. Raises `ValueError` for one that it cannot be told."""

_LISTS = {
    "sendings": "note",
    "settlements": "note",
    "items": "note",
    "invoices": "care_note",
    "billing_days": "care_note",
    "patients": "care_note",
}
"""With the right that work on their things needs."""


class KnownActions(Mapping[str, AnyAction]):
    """Those with a name alone and, as `name:value`, those that are told something. Only the former can be counted."""

    def __init__(self, plain: Mapping[str, AnyAction], told: Mapping[str, Told]) -> None:
        self._plain, self._told = dict(plain), dict(told)

    def add(self, plain: Mapping[str, AnyAction], told: Mapping[str, Told]) -> None:
        """What needs the whole product to be made."""
        self._plain.update(plain)
        self._told.update(told)

    def __getitem__(self, name: str) -> AnyAction:
        """Raises `KeyError`."""
        bare, colon, value = name.partition(":")
        if not colon:
            return self._plain[name]
        try:
            return self._told[bare](value)
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)


def casework_actions(desk: CaseworkDesk) -> Mapping[str, Told]:
    """By name of list and action. Told are the user's id, empty for nobody, and the day as ISO text."""

    def owned(context: Context, where: UUID, target_id: UUID) -> Context:
        """With the reason under the key of whom the thing is about: an erasure takes it away with the rest."""
        if not context.meta.reason:
            return context
        owner_id = desk.opening(where, target_id).owner_id
        return replace(context, meta=replace(context.meta, reason_subject=owner_id))

    def assign(right: str, value: str) -> JobAction:
        user_id = UUID(value) if value else None

        def back(context: Context, where: UUID, target_id: UUID, before: Sequence[Event]) -> None:
            state = cases.fold(before)
            desk.assign(owned(context, where, target_id), where, target_id, state.assignee if state else None)

        return JobAction(
            right,
            lambda context, where, target_id: desk.assign(owned(context, where, target_id), where, target_id, user_id),
            Reversal(casework_id, back),
        )

    def snooze(right: str, value: str) -> JobAction:
        until = Date.fromisoformat(value)

        def back(context: Context, where: UUID, target_id: UUID, before: Sequence[Event]) -> None:
            state = cases.fold(before)
            former = state.snoozed_until if state else None
            desk.put_back(owned(context, where, target_id), where, target_id, former)

        return JobAction(
            right,
            lambda context, where, target_id: desk.snooze(owned(context, where, target_id), where, target_id, until),
            Reversal(casework_id, back),
        )

    made: dict[str, Told] = {}
    for name, right in _LISTS.items():
        made |= {f"{name}.assign": partial(assign, right), f"{name}.snooze": partial(snooze, right)}
    return made
