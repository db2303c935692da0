"""A real pcscd for the tests of this folder: the one that runs, else one of our own, started and stopped by its pid."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

_SOCKET = Path("/run/pcscd/pcscd.comm")
_DRIVERS = (Path("/etc/reader.conf.d/vpcd"),)
_LOCK = Path(tempfile.gettempdir()) / "quittance-pcscd.lock"


def require_pcscd() -> None:
    """Skips loudly where it cannot run; in CI that is a failure."""
    missing = _missing()
    if not missing:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"card tests must run in CI: {missing}")
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn(f"CARD TESTS SKIPPED: {missing}", stacklevel=1)
    pytest.skip(f"no virtual reader: {missing}")


@contextmanager
def alone() -> Iterator[None]:
    """A machine has one card service, with one virtual reader: tests in other processes wait for each other."""
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def only_pcscd() -> Iterator[None]:
    with alone():
        if is_running():
            yield
            return
        with Pcscd():
            yield


def is_running() -> bool:
    """Also when its socket is a rest of one that was killed: then it does not answer."""
    from infrastructure.reader_agent import pcsc
    from infrastructure.reader_agent.errors import CardError

    try:
        return _SOCKET.exists() and bool(pcsc.readers())
    except CardError:
        return False


class Pcscd:
    """Our own, in the foreground."""

    def __enter__(self) -> Self:
        command = [_program(), "--foreground"]
        usage = subprocess.run([_program(), "--help"], capture_output=True, text=True, check=False)
        if "--disable-polkit" in usage.stdout + usage.stderr:
            command.append("--disable-polkit")
        _SOCKET.parent.mkdir(exist_ok=True)
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not is_running():
            assert self.process.poll() is None, "pcscd ended at once"
            assert time.monotonic() < deadline, "pcscd does not come up"
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)


def _program() -> str:
    return shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def _missing() -> str:
    try:
        import smartcard  # noqa: F401
    except ImportError:
        return "pyscard is not installed (requirements-agent.txt)"
    if not _program():
        return "no pcscd (apt install pcscd)"
    if not all(driver.exists() for driver in _DRIVERS):
        return "no virtual reader (apt install vsmartcard-vpcd)"
    if not (_SOCKET.exists() or os.access("/run", os.W_OK) or os.access(_SOCKET.parent, os.W_OK)):
        return "pcscd does not run and may not be started by this user"
    return ""
