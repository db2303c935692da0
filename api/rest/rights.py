"""Who may call what: a right is the type of an endpoint's parameter, and the route checks it before it reads a byte.

An endpoint without such a parameter is visibly public, and `check_rights` lets only the health of the service be so.
"""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn, Protocol, get_type_hints, runtime_checkable
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.build import Quittance
from api.rest.limits import JSON_BYTES, read_body
from application.access import Caller, NotAuthenticated
from domain.api_key import Scope
from domain.errors import NotFound
from domain.establishment import EstablishmentRegistered

_SCHEME = "bearer "
_MOST_KEY_CHARACTERS = 200
_PUBLIC = "/health"
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Right:
    """The scope that a key needs; as a dependency it hands out the caller that the route let in."""

    scope: Scope

    def __call__(self, request: Request) -> Caller:
        """The caller, checked already."""
        caller: Caller = request.state.caller
        caller.require(self.scope)
        return caller


MayRead = Annotated[Caller, Depends(Right("read"))]
MaySeeCare = Annotated[Caller, Depends(Right("medical"))]
MayRegister = Annotated[Caller, Depends(Right("register"))]
MayRecordCare = Annotated[Caller, Depends(Right("care"))]
MayBill = Annotated[Caller, Depends(Right("bill"))]
MayHoldSession = Annotated[Caller, Depends(Right("session"))]
MayClose = Annotated[Caller, Depends(Right("close"))]
MayAdminister = Annotated[Caller, Depends(Right("admin"))]


@runtime_checkable
class Doorkeeper(Protocol):
    """A parameter type that looks at the request first, and may answer it without the endpoint."""

    async def before(self, request: Request) -> Response | None:
        """The body is read, the caller let in."""


class UnguardedRoute(Exception):
    """A route without a declared right: the service does not start with it."""


class Guarded(APIRoute):
    """Authenticates, asks for the declared right, reads the body within its limit, then lets the endpoint run."""

    @property
    def right(self) -> Right | None:
        """What the endpoint declares."""
        return next((mark for mark in _marks(self.endpoint) if isinstance(mark, Right)), None)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own, behind ours."""
        handle, right, marks = super().get_route_handler(), self.right, _marks(self.endpoint)
        limit: int = max([getattr(mark, "body_bytes", 0) for mark in marks], default=0) or JSON_BYTES
        keepers = [mark for mark in marks if isinstance(mark, Doorkeeper)]
        is_writing = bool((self.methods or set()) & _WRITING)

        async def guarded(request: Request) -> Response:
            if right is not None:
                caller = await run_in_threadpool(authenticate, request)
                request.state.caller = caller
                caller.require(right.scope)
            if is_writing:
                await read_body(request, limit)
            try:
                for keeper in keepers:
                    early = await keeper.before(request)
                    if early is not None:
                        return early
                return await handle(request)
            finally:
                await request.close()  # files of a form

        return guarded


def product(request: Request) -> Quittance:
    """The product behind the door."""
    built: Quittance = request.app.state.quittance
    return built


Product = Annotated[Quittance, Depends(product)]


def authenticate(request: Request) -> Caller:
    """The caller behind the bearer key, asked of the log each time: a revoked key opens nothing from then on."""
    given = request.headers.get("authorization", "")
    if given[: len(_SCHEME)].lower() != _SCHEME or len(given) > _MOST_KEY_CHARACTERS:
        raise NotAuthenticated
    caller = product(request).access.authenticate(given[len(_SCHEME) :].strip())
    request.state.actor = caller.actor
    return caller


def check_rights(routes: Iterable[BaseRoute]) -> None:
    """Raises `UnguardedRoute` for the first door that nobody guards."""
    for route in routes:
        path = getattr(route, "path", str(route))
        if not isinstance(route, Guarded):
            raise UnguardedRoute(f"{path} is no route of ours: declare it on a router of guarded routes")
        if route.right is None and not path.startswith(_PUBLIC):
            raise UnguardedRoute(f"{path} declares no right: give its endpoint a parameter of a May… type")


def within(caller: Caller, establishment_id: UUID | None, absent: str = "establishment_unknown") -> UUID:
    """The one check of scope: what belongs to another establishment is as absent as what does not exist."""
    try:
        return caller.within(establishment_id) if establishment_id else not_here(absent)
    except NotFound:
        not_here(absent)


def establishment_at(caller: Caller, quittance: Quittance, establishment_id: UUID) -> UUID:
    """An establishment that a request names: one that exists, and that the caller may see. Raises `NotFound`."""
    where = within(caller, establishment_id)
    opening = quittance.log.load([where]).get(where, [])
    return where if opening and isinstance(opening[0], EstablishmentRegistered) else not_here("establishment_unknown")


def not_here(code: str) -> NoReturn:
    """What does not exist, or not for this caller. Raises `NotFound`."""
    raise NotFound(code, "There is no such thing in the establishments of this key.")


def _marks(endpoint: Callable[..., Any]) -> list[Any]:
    """Dependencies named by the types of an endpoint's parameters."""
    hints = get_type_hints(endpoint, include_extras=True).values()
    marks = [mark for hint in hints for mark in getattr(hint, "__metadata__", ())]
    return [mark.dependency for mark in marks if hasattr(mark, "dependency")]
