"""What others did since a page was made, by the name of the notice that says so; what one did alone is no news.

`changed`: what stands in the lists. `noted`: casework on the thing that the page shows. `assigned`: somebody gave the
reader something to take care of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.web.places import place_of
from api.web.visit import Visit
from application.ports import Recorded
from domain.casework import Assigned, CaseworkOpened, casework_id
from projections.feed import Feed

_PAGE = 200


@dataclass(frozen=True, slots=True)
class News:
    """Up to a position of the log: names of notices, each with the address that it leads to, empty for none."""

    upto: int
    notices: dict[str, str]


def news_for(visit: Visit, after: int, about: UUID | None = None) -> News:
    """What others did in this practice behind the position. `about`: the thing that the page shows."""
    feed: Feed = visit.request.app.state.of_the_service.feed
    found: dict[str, list[Recorded]] = {}
    while True:
        page = feed.own_page(after, _PAGE, visit.practice)
        for recorded in page.events:
            if name := _notice(visit, recorded, about):
                found.setdefault(name, []).append(recorded)
        after = page.next_after
        if page.is_at_head:
            return News(after, {name: _leads_to(visit, name, told) for name, told in found.items()})


def _notice(visit: Visit, recorded: Recorded, about: UUID | None) -> str:
    """Its name; empty for what the reader did, and for casework that is not the reader's business."""
    happened = recorded.event
    if recorded.meta.actor == visit.known_caller.actor:
        return ""
    if not recorded.topic.startswith("casework."):
        return "changed"
    if isinstance(happened, Assigned) and visit.session and happened.user_id == visit.session.user_id:
        return "assigned"
    return "noted" if about and recorded.stream_id == casework_id(about) else ""


def _leads_to(visit: Visit, name: str, told: Sequence[Recorded]) -> str:
    """For one thing assigned its page; for several, or one without a page for this reader, the reader's worklist."""
    if name != "assigned":
        return ""
    streams = {recorded.stream_id for recorded in told}
    opening = visit.quittance.log.load(streams)[streams.pop()][0] if len(streams) == 1 else None
    path = place_of(visit, opening.kind, opening.target_id) if isinstance(opening, CaseworkOpened) else ""
    return visit.at(path) if path else visit.to("", mine=True)
