"""What a hand-over of prepared sendings would hold back today, and until when: the insurers' limits, looked at first.

Decides nothing: `Dispatch.send` counts again when the file leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from application.ports import EventLog
from domain import establishment as establishments
from domain import numbering as numbers
from domain import sending as sendings
from domain.rules.limits import Scope


@dataclass(frozen=True, slots=True)
class Held:
    """Why a sending cannot leave today. `until`: the first day on which it can."""

    code: str
    until: Date


def held_back(
    log: EventLog, where: UUID, sending_ids: Sequence[UUID], today: Date, scope: Scope | None = None
) -> Mapping[UUID, Held]:
    """Those of the prepared sendings that a hand-over in this order would hold back, one file behind another."""
    establishment = establishments.fold(log.load([where]).get(where, []))
    if establishment is None or not sending_ids:
        return {}
    details = establishment.details
    limit = establishments.files_limit_of(details, today, scope)
    if limit is None:
        return {}
    numbering_id = numbers.numbering_id("sending", details.tpp_number)
    loaded = log.load([numbering_id, *sending_ids])
    states = [sendings.fold(loaded.get(identifier, []), identifier) for identifier in sending_ids]
    waiting = [state for state in states if state is not None and state.status in sendings.UNSENT]
    first = numbers.earliest_days(
        numbers.fold(loaded.get(numbering_id, [])),
        (),
        [state.made.union for state in waiting],
        today,
        lambda day: establishments.files_limit_of(details, day, scope),
    )
    return {state.sending_id: Held(limit.code, day) for state, day in zip(waiting, first, strict=True) if day > today}
