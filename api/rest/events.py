"""The public feed: pages behind a cursor, and the same as server-sent events, without a gap and without a double."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.rest.encoding import encode
from api.rest.head_watch import HeadWatch
from api.rest.headers import position_in
from api.rest.problems import FieldError, Problem
from api.rest.reads import Reads
from api.rest.resources import resource
from api.rest.rights import MayRead, authenticate
from application.access import Caller, NotAuthenticated
from projections.feed import TYPES, Feed, FeedPage, PublicEvent

router = resource("/events", "events")
HEARTBEAT_S = 10.0
_PAGE = 200
_MOST_EVENTS = 1_000
_LAST = "Last-Event-ID"

After = Annotated[int, Query(ge=0, le=2**53, description="Cursor: 0, or `next_after` of the page before.")]
Types = Annotated[str, Query(max_length=2_000, description="Event types, with commas between; none: all.")]


@dataclass(frozen=True, slots=True)
class EventOut:
    """A public event. `id` is the cursor behind it; types, versions and data are listed in docs/api.md."""

    id: str
    type: str
    version: int
    at: datetime
    establishment_id: UUID
    subject_id: UUID
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventPage:
    """`next_after` is the cursor of the next page, also when this one is empty; at the head ask again later."""

    events: tuple[EventOut, ...]
    next_after: int
    is_at_head: bool


@router.get("", operation_id="list_events", response_model=EventPage)
def list_events(
    request: Request,
    caller: MayRead,
    reading: Reads,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST_EVENTS)] = 100,
    types: Types = "",
) -> Response:
    """Events of the establishments that the key may see, in the order in which they were committed."""
    feed: Feed = request.app.state.feed
    return reading.many(feed.page(after, limit, caller.establishments, _types(types)))


@router.get(
    "/stream",
    operation_id="stream_events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_events(request: Request, caller: MayRead, after: After = 0, types: Types = "") -> Response:
    """The feed as it grows. `Last-Event-ID` takes up where the last connection ended."""
    begin = position_in(request, _LAST)
    wanted = _types(types)
    body = _follow(request, caller, after if begin is None else begin, wanted)
    return StreamingResponse(body, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _follow(request: Request, caller: Caller, after: int, types: frozenset[str]) -> AsyncIterator[bytes]:
    feed: Feed = request.app.state.feed
    watch: HeadWatch = request.app.state.head_watch
    while True:
        page = await run_in_threadpool(feed.page, after, _PAGE, caller.establishments, types)
        if page.events and not await _may_still(request):
            return
        yield _written(page, page.next_after if page.next_after != after else None)
        after = page.next_after
        if page.is_at_head:
            if await watch.grown(after, HEARTBEAT_S):
                continue
            if await request.is_disconnected() or watch.is_closing or not await _may_still(request):
                return
            yield b": still here\n\n"


async def _may_still(request: Request) -> bool:
    """A key that was revoked or has expired meanwhile gets nothing more."""
    try:
        caller = await run_in_threadpool(authenticate, request)
    except NotAuthenticated:
        return False
    return "read" in caller.scopes or "admin" in caller.scopes


def _written(page: FeedPage, cursor: int | None) -> bytes:
    """Events as the standard wants them, then the cursor by itself: what was passed over is not read again."""
    parts = [_event(event) for event in page.events]
    if cursor is not None:
        parts.append(f"id: {cursor}\n\n".encode())
    return b"".join(parts)


def _event(event: PublicEvent) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (event.id.encode(), event.type.encode(), encode(event))


def _types(given: str) -> frozenset[str]:
    wanted = frozenset(name.strip() for name in given.split(",") if name.strip())
    if not wanted.issubset(TYPES):
        raise Problem(422, "event_type_unknown", [FieldError("query", "types", "event_type_unknown")])
    return wanted
