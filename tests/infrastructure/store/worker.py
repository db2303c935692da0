"""A process of its own for tests and benchmarks: `python -m tests.infrastructure.store.worker URL SCHEMA COMMITS`.

Opens the store (with all others at once), says so, waits for a line, and appends one event a commit.
"""

import subprocess
import sys
from uuid import uuid4

from application.ports import Change
from infrastructure.clock import SystemClock
from infrastructure.store.opening import open_store
from tests.infrastructure.store.samples import Counted
from tests.stores import META, TEST_MASTER_KEY


def start_worker(url: str, schema: str, commits: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.infrastructure.store.worker", url, schema, str(commits)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def await_ready(workers: list[subprocess.Popen[str]]) -> None:
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"


def let_go(workers: list[subprocess.Popen[str]]) -> None:
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()


def finish(workers: list[subprocess.Popen[str]]) -> None:
    for worker in workers:
        worker.communicate(timeout=120)
        assert worker.returncode == 0


def main(url: str, schema: str, commits: int) -> None:
    store = open_store(url, TEST_MASTER_KEY, SystemClock(), schema=schema, pool_size=3)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(commits):
        store.log.append([Change(uuid4(), 0, [Counted(number)])], META)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
