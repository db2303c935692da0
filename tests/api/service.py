"""The real product behind a real server on the loopback, for tests.

with Service.open("sqlite", folder) as service:
    service.get("/establishments")                  with the key of an administrator
    service.post("/patients", json={…})             with a fresh Idempotency-Key unless one is given
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any
from uuid import UUID, uuid4

import httpx
from starlette.types import ASGIApp

from api.build import Quittance, build
from api.rest.app import create_app
from api.rest.serving import StreamsFirst, configuration, kept_current
from api.settings import Settings
from application.ports import Clock, Context, Meta, UnionTransport
from infrastructure.keys.master import create_master_key
from tests.members import KnownMemberMail, KnownMembers
from tests.stores import SteppedClock, fresh_schema, shared_postgres

OPERATOR = Context(Meta("operator"))


@dataclass
class Service:
    """`client` is bare; the verbs below carry the administrator's key."""

    quittance: Quittance
    url: str
    client: httpx.Client
    token: str
    clock: Any
    sent: list[httpx.Response] = field(default_factory=list)

    @classmethod
    @contextmanager
    def open(
        cls, kind: str, folder: Path, clock: Clock | None = None, transport: UnionTransport | None = None
    ) -> Iterator["Service"]:
        time = clock or SteppedClock()
        members, together = KnownMembers(time), KnownMemberMail(time)
        quittance = build(settings_for(kind, folder), time, transport, members, member_batches=together)
        try:
            with kept_current(quittance), running(quittance) as url, httpx.Client(base_url=url, timeout=30) as client:
                token = quittance.access.issue(OPERATOR, "tests").result.token
                yield cls(quittance, url, client, token, time)
        finally:
            quittance.close()

    def call(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if token != "":
            headers.setdefault("Authorization", f"Bearer {token or self.token}")
        if method != "GET":
            headers.setdefault("Idempotency-Key", uuid4().hex)
        elif self.quittance.store.database.dialect != "sqlite":
            headers.setdefault("Wait-For", str(self.quittance.log.head()))
        answer = self.client.request(method, path, headers=headers, **options)
        self.sent.append(answer)
        return answer

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.call("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.call("PUT", path, **options)

    def key(self, *scopes: str, where: tuple[UUID, ...] = (), days: int = 365) -> str:
        """The token of a new key."""
        return self.quittance.access.issue(OPERATOR, "test", scopes, where, days).result.token  # type: ignore[arg-type]


def settings_for(kind: str, folder: Path, schema: str | None = None) -> Settings:
    """A new installation in the folder, its schema on PostgreSQL a fresh one."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "master.key").exists():
        create_master_key(folder / "master.key")
    database = shared_postgres() if kind == "postgres" else ""
    return Settings(home=folder, database=database, schema_name=schema or fresh_schema())


@contextmanager
def running(quittance: Quittance, app: ASGIApp | None = None) -> Iterator[str]:
    """A server in a thread; its address. `app`: the API unless another one is given."""
    server = StreamsFirst(configuration(app or create_app(quittance), "127.0.0.1", 0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def ok(answer: httpx.Response) -> Any:
    """Its JSON, or the whole story of why not."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url.path} {answer.status_code} {answer.text}"
    return answer.json()


def environment(kind: str) -> dict[str, str]:
    """For a process of our own, on the server of this run."""
    server = {"QUITTANCE_TEST_POSTGRES": shared_postgres()} if kind == "postgres" else {}
    return {**os.environ, **server, "PYTHONPATH": str(Path(__file__).parents[2])}
