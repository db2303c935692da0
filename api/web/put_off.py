"""Why something was put off: the reason stands in the envelope of the event that did it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from api.web.actors import name_of
from api.web.timeline import why_of
from api.web.visit import Visit
from application.ports import Recorded
from domain.casework import Snoozed, casework_id


def why_put_off(visit: Visit, target_ids: Collection[UUID]) -> dict[UUID, str]:
    """Who put each of these off last, and why; absent when no reason is known. As of the day of the visit.

    An undo that puts it back to a former day gives no reason of its own: the former one holds again.
    """
    recorded = visit.quittance.log.histories(map(casework_id, target_ids), visit.upto)
    last = {one: _last(recorded.get(casework_id(one), ())) for one in target_ids}
    names = {actor: name_of(visit, actor) for actor in {found.meta.actor for found in last.values() if found}}
    return {one: f"{why_of(visit, found)} · {names[found.meta.actor]}" for one, found in last.items() if found}


def _last(recorded: Sequence[Recorded]) -> Recorded | None:
    return next((one for one in reversed(recorded) if isinstance(one.event, Snoozed) and one.meta.reason), None)
