"""One command over HTTP: its key, the answer kept with its events, who acts for whom and why, the version expected."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.build import Quittance
from api.rest.encoding import JSON, answer, encode
from api.rest.headers import CORRELATION, KEY, ON_BEHALF_OF, POSITION, REPLAYED, given_name, versions_of
from api.rest.problems import Problem
from api.rest.rights import product
from application.access import Caller
from application.commit import Done
from application.ports import (
    AnswerKeeper,
    AnswerKeyReused,
    ConcurrencyConflict,
    Context,
    Meta,
    StoredAnswer,
    VersionStale,
)

T = TypeVar("T")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Command:
    """What the request says beside its body. `key` is None where a dry run needs none."""

    quittance: Quittance
    caller: Caller
    meta: Meta
    key: str | None
    digest: str
    versions: frozenset[int] | None

    def answer(
        self,
        act: Callable[[Context], Done[T]],
        shape: Callable[[T], object] = lambda result: result,
        *,
        status: int = 200,
        about: UUID | None = None,
        reason: str = "",
        cause: str = "",
        on: UUID | None = None,
        live: Callable[[T], object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Run the command and answer it with what `shape` makes of its result, kept for a repeated request.

        `about`: under whose key the reason is sealed. `on`: the aggregate that `If-Match` speaks of.
        `live`: the body of this one answer, where it holds what must not be kept.
        """
        if self.key is None:
            raise Problem(400, "idempotency_key_missing")
        keeper = AnswerKeeper(self.key, self.digest, lambda result: (status, encode(shape(result))))
        meta = self._meta(reason, about, cause)
        try:
            done = act(Context(meta, keeper, self._expected(on)))
        except ConcurrencyConflict:
            stored = stored_answer(self.quittance, self.key, self.digest)
            if stored is None:
                raise
            return replay(stored)
        body = encode((live or shape)(done.result))
        return answer(body, status, {POSITION: str(done.position), **(headers or {})})

    def _meta(self, reason: str, about: UUID | None, cause: str) -> Meta:
        given = self.meta
        subject = about if reason else None
        return Meta(given.actor, given.on_behalf_of, reason, subject, cause, given.command_id, given.correlation_id)

    def _expected(self, on: UUID | None) -> tuple[UUID, int] | None:
        if on is None or self.versions is None:
            return None
        current = len(self.quittance.log.load([on]).get(on, []))
        if current not in self.versions:
            raise VersionStale
        return on, current


@dataclass(frozen=True, slots=True)
class CommandOf:
    """Makes the command of a request; a repeated one never reaches the endpoint."""

    needs_key: bool

    async def before(self, request: Request) -> Response | None:
        """Answer a repeated request from what was kept."""
        given = request.headers.get(KEY)
        if given is None and self.needs_key:
            raise Problem(400, "idempotency_key_missing")
        if given is not None and not _VISIBLE_ASCII.fullmatch(given):
            raise Problem(400, "idempotency_key_invalid")
        quittance, caller = product(request), request.state.caller
        digest = quittance.keys.blind("request", await _digest(request)).hex()
        key = None if given is None else sha256(f"{caller.actor}|{given}".encode()).hexdigest()
        meta = Meta(
            actor=caller.actor,
            on_behalf_of=given_name(request, ON_BEHALF_OF),
            command_id=key or "",
            correlation_id=given_name(request, CORRELATION) or request.state.correlation_id,
        )
        request.state.command = Command(quittance, caller, meta, key, digest, versions_of(request))
        if key is None:
            return None
        stored = await run_in_threadpool(stored_answer, quittance, key, digest)
        return replay(stored) if stored else None

    def __call__(self, request: Request) -> Command:
        """Made before the endpoint."""
        command: Command = request.state.command
        return command


Writes = Annotated[Command, Depends(CommandOf(needs_key=True))]
"""Changes something: the request carries an `Idempotency-Key`."""

MayWrite = Annotated[Command, Depends(CommandOf(needs_key=False))]
"""Changes something unless it is a dry run, which needs no key."""


def stored_answer(quittance: Quittance, key: str, digest: str) -> StoredAnswer | None:
    """The answer kept for this request. Raises `AnswerKeyReused` when the key was used for another one."""
    stored = quittance.log.stored_answer(key)
    if stored is not None and stored.digest != digest:
        raise AnswerKeyReused
    return stored


def replay(stored: StoredAnswer) -> Response:
    """The same status and body as the first time."""
    headers = {POSITION: str(stored.position), REPLAYED: "true"}
    return Response(stored.body, stored.status, headers, JSON)


async def _digest(request: Request) -> str:
    """Method, path, query and body; of a form its fields, since the boundary differs from one attempt to the next."""
    whole = sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        for name, value in (await request.form()).multi_items():
            content: Any = await _content(value) if isinstance(value, UploadFile) else value.encode()
            whole.update(sha256(name.encode()).digest() + sha256(content).digest())
    else:
        whole.update(await request.body())
    return whole.hexdigest()


async def _content(file: UploadFile) -> bytes:
    content = await file.read()
    await file.seek(0)
    return content
