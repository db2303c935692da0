"""What a hand-over of prepared sendings would hold back today, and until when: the insurers' limits, looked at first.

Decides nothing: `Dispatch.send` counts again when the file leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import timedelta
from uuid import UUID

from application.ports import EventLog
from domain import establishment as establishments
from domain import numbering as numbers
from domain import sending as sendings
from domain.errors import NotAllowed
from domain.numbering import FileSent, Numbering
from domain.rules.limits import Scope, files_per_day, files_per_month


@dataclass(frozen=True, slots=True)
class Held:
    """Why a sending cannot leave today. `until`: the first day on which it can, None when no day is known."""

    code: str
    until: Date | None


def held_back(
    log: EventLog, where: UUID, sending_ids: Sequence[UUID], today: Date, scope: Scope | None = None
) -> Mapping[UUID, Held]:
    """Those of the prepared sendings that a hand-over in this order would hold back, one file a day behind another."""
    establishment = establishments.fold(log.load([where]).get(where, []))
    if establishment is None or not sending_ids:
        return {}
    details = establishment.details
    numbering_id = numbers.numbering_id("sending", details.tpp_number)
    loaded = log.load([numbering_id, *sending_ids])
    counted = numbers.fold(loaded.get(numbering_id, []))
    held: dict[UUID, Held] = {}
    for identifier in sending_ids:
        state = sendings.fold(loaded.get(identifier, []), identifier)
        if state is None or state.status != "prepared":
            continue
        file = FileSent(state.made.union, today, state.made.billed_month, identifier)
        code, day = "", today
        for day in (today + timedelta(days=n) for n in range(len(sending_ids) + 1)):
            counted, refused = _counted(counted, replace(file, sent_on=day), details.content_code, scope)
            code = code or refused
            if not refused:
                break
        if code:
            held[identifier] = Held(code, None if refused else day)
    return held


def _counted(state: Numbering, file: FileSent, content_code: str, scope: Scope | None) -> tuple[Numbering, str]:
    """With the file counted, or as it was and the code of the limit."""
    limits = files_per_day(file.sent_on, scope), files_per_month(file.sent_on)
    try:
        happened = numbers.send_file(state, file, content_code, *limits)
    except NotAllowed as limit:
        return state, limit.code
    for event in happened:
        state = numbers.evolve(state, event)
    return state, ""
