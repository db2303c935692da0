"""`quittance simulator` as somebody starts it in a terminal."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import httpx

from api.mycarenet import MyCareNetSettings

PREFIX = "QUITTANCE_MYCARENET_"
ROOT = Path(__file__).resolve().parents[2]


_IN_A_TERMINAL = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs tests in the background ignores it
runpy.run_module("api.cli", run_name="__main__")
"""


@contextmanager
def started(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _IN_A_TERMINAL, "simulator", "--port", str(port), "--folder", str(folder)]
    environment = {**os.environ, "QUITTANCE_LANG": "en", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_by_a_shell(file: Path) -> MyCareNetSettings:
    told = subprocess.run(["sh", "-c", f". {file}; env -0"], capture_output=True, check=True, text=True).stdout
    values = dict(line.partition("=")[::2] for line in told.split("\0") if line.startswith(PREFIX))
    with patch.dict(os.environ, values):
        return MyCareNetSettings()


def test_it_tells_where_everything_is_and_ends_on_ctrl_c(tmp_path):
    with started(tmp_path / "s", 0) as process:
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if "listens" in line:
                break
        addresses = dict(line.split(": ", 1) for line in said)
        url = addresses["invoicing"]
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/mycarenet-ws/async/generic/hcpfac")
        answer = httpx.post(url, content=b"<a/>", headers={"Content-Type": "text/xml"})
        assert (answer.status_code, "SOA-03002" in answer.text) == (500, True)
        files = [addresses["Root certificate"], addresses["Keystore nurse"], addresses["Their password"]]
        assert all(Path(file).is_file() for file in files)
        assert read_by_a_shell(tmp_path / "s" / "settings.sh").missing == ()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert "Traceback" not in process.stderr.read()


def test_a_taken_port_is_said_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started(tmp_path / "s", taken.getsockname()[1]) as process:
            _, errors = process.communicate(timeout=60)
        assert (process.returncode, "is taken" in errors, "Traceback" in errors) == (2, True, False)
