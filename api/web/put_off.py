"""Why something was put off: the reason stands in the envelope of the event that did it."""

from uuid import UUID

from api.web.actors import name_of
from api.web.timeline import why_of
from api.web.visit import Visit
from domain.casework import Snoozed, casework_id


def why_put_off(visit: Visit, target_id: UUID) -> str:
    """Who put it off last, and why; empty when no reason is known. As of the day of the visit.

    An undo that puts it back to a former day gives no reason of its own: the former one holds again.
    """
    recorded = visit.quittance.log.history(casework_id(target_id), visit.upto)
    found = next((one for one in reversed(recorded) if isinstance(one.event, Snoozed) and one.meta.reason), None)
    return f"{why_of(visit, found)} · {name_of(visit, found.meta.actor)}" if found else ""
