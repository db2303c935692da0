"""What `docs/promises.md` promises is tested by what it names."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
PROMISES = (ROOT / "docs" / "promises.md").read_text("utf-8")


def test_every_test_that_a_promise_names_exists() -> None:
    named = NAMED.findall(PROMISES)
    assert len(named) > 30
    missing = [
        (path, test) for path, test in named if not (ROOT / path).is_file() or (test and test not in functions_of(path))
    ]
    assert missing == []


def test_every_promise_names_a_test() -> None:
    held = PROMISES.partition("## What holds")[2].partition("\n## ")[0]
    promises = re.split(r"(?m)^\d+\. \*\*", held)[1:]
    assert len(promises) == 10
    assert [promise[:40] for promise in promises if not NAMED.search(promise)] == []


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
