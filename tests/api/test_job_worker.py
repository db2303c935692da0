"""The work beside the service: one thing at which the program breaks keeps nothing else back."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from api.job_worker import _jobs
from application.correction_rules import CorrectionRules


def broken(*_: Any) -> None:
    raise ArithmeticError


def test_what_a_settlement_left_undone_keeps_no_job_back() -> None:
    done: list[str] = []
    jobs = SimpleNamespace(work=lambda owner, _: bool(done.append(owner)) or True)
    quittance: Any = SimpleNamespace(rules=SimpleNamespace(resume=broken), jobs=jobs)
    work = _jobs(quittance)
    for _ in range(2):
        with pytest.raises(ArithmeticError):
            work("here", lambda: False)
    assert done == ["here", "here"]
    quittance.rules.resume = lambda: None
    assert work("here", lambda: False)
    quittance.rules.resume = broken
    assert work("here", lambda: False), "done once"


def test_the_rules_of_one_practice_keep_those_of_no_other_back(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good, seen = UUID(int=1), UUID(int=2), list[UUID]()

    def settled(_: CorrectionRules, __: Any, where: UUID) -> None:
        seen.append(where)
        if where == bad:
            raise ArithmeticError

    monkeypatch.setattr(CorrectionRules, "after_settlement", settled)
    facts: Any = SimpleNamespace(establishment_ids=lambda: [bad, good])
    nothing: Any = None
    with pytest.raises(ArithmeticError):
        CorrectionRules(nothing, facts, nothing, nothing).resume()
    assert seen == [bad, good]
