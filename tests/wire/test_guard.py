"""In CI a run that judged no message fails: as a run of its own, beside which the schemas seem to be missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wire import official

ROOT = Path(__file__).resolve().parents[2]
SPEAKS = "tests/infrastructure/mycarenet_simulator/test_walking_line.py"
WITHOUT_SCHEMAS = "import pathlib\nimport tests.wire.official as judge\njudge.ROOT = pathlib.Path('/nowhere')\n"


@pytest.mark.parametrize(("workers", "is_hidden"), [("2", True), ("0", False)])
def test_messages_that_nobody_judged_fail_the_run(tmp_path: Path, workers: str, is_hidden: bool) -> None:
    if not is_hidden and not official.is_here():
        pytest.skip("the official schemas are not beside the checkout")
    (tmp_path / "hidden.py").write_text(WITHOUT_SCHEMAS if is_hidden else "", "utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "hidden", "-n", workers, SPEAKS, "-k", "loopback"],
        cwd=ROOT,
        env={**os.environ, "CI": "true", "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == (1 if is_hidden else 0), told.stdout
    assert ("none was judged" in told.stdout) == is_hidden
