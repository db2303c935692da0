"""Something changed: one stream a page says so, and never what. The page shows a notice and swaps nothing by itself.

Listening is not using: the stream looks at the session without noting it as used, so a page left open does not keep
anybody signed in.
"""

from asyncio import sleep
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.rest.headers import position_in
from api.rest.problems import Problem
from api.web.doors import Door, SignInNeeded
from api.web.visit import Visit
from application.access import NotAuthenticated, NotPermitted
from domain.errors import NotFound

router = APIRouter(prefix="/c/{where}/live")
HEARTBEAT_S = 15.0
_TOGETHER_S = 1.0
"""What happens within this time is one message: a settlement of thousands of lines is one change to a person."""
_PAGE = 200
_FAR = 5_000
_LAST = "Last-Event-ID"
_ENDED = b"event: ended\ndata: \n\n"


class ListeningDoor(Door):
    """A stream has no use for the page of the sign-in: it is told that there is no session."""

    async def let_in(self, request: Request) -> Visit:
        """As any door, but for a missing session: raises `Problem`."""
        try:
            return await super().let_in(request)
        except SignInNeeded:
            raise Problem(401, "not_authenticated") from None


MayListen = Annotated[Visit, Depends(ListeningDoor("read"))]


@router.get("")
async def listen(visit: MayListen, after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> Response:
    """Events `changed` behind a position, whose id is the position; `ended` when the session is over."""
    last = position_in(visit.request, _LAST)
    body = _changes(visit, last if last is not None else after)
    return StreamingResponse(body, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _changes(visit: Visit, after: int) -> AsyncIterator[bytes]:
    watch: Any = visit.request.app.state.of_the_service.head_watch
    head = await run_in_threadpool(visit.quittance.log.head)
    if after and head - after > _FAR:
        yield _changed(head)
    if not after or head - after > _FAR:
        after = head
    yield b"retry: 2000\n\n"
    while True:
        others, after = await run_in_threadpool(_others, visit, after)
        if others:
            if not await run_in_threadpool(is_alive, visit):
                yield _ENDED
                return
            yield _changed(after)
        if await watch.grown(after, HEARTBEAT_S):
            await sleep(_TOGETHER_S)
            continue
        if await visit.request.is_disconnected() or watch.is_closing:
            return
        if not await run_in_threadpool(is_alive, visit):
            yield _ENDED
            return
        yield b"id: %d\n\n" % after


def _others(visit: Visit, after: int) -> tuple[bool, int]:
    """Whether others changed something of this practice behind the position, and how far that was read."""
    feed, log = visit.request.app.state.of_the_service.feed, visit.quittance.log
    found = False
    while True:
        page = feed.page(after, _PAGE, frozenset({visit.practice}))
        if page.events and not found:
            first = int(page.events[0].id)
            by = {event.position: event.meta.actor for event in log.read(first - 1, _PAGE, page.next_after)}
            found = any(by.get(int(event.id)) != visit.known_caller.actor for event in page.events)
        after = page.next_after
        if page.is_at_head:
            return found, after


def is_alive(visit: Visit) -> bool:
    """Whether the session goes on and its person may still read here; asking does not lengthen it."""
    session, quittance = visit.session, visit.quittance
    if session is None or visit.where is None:
        return False
    opened = (one.opened_at for one in quittance.accounts.sessions_of(session.user_id) if one.is_complete)
    if session.opened_at not in opened:
        return False
    try:
        quittance.accounts.caller(session.user_id, visit.where, visit.today).require("read")
    except (NotFound, NotPermitted, NotAuthenticated):
        return False
    return True


def _changed(position: int) -> bytes:
    return b"id: %d\nevent: changed\ndata: %d\n\n" % (position, position)
