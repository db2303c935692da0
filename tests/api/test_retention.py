"""Answers of repeated requests are kept 25 months and then forgotten: at the start of the service and once a day."""

from datetime import UTC, datetime
from pathlib import Path
from time import sleep

import pytest

from api.build import Quittance, build
from api.rest.app import create_app
from api.rest.retention import ANSWERS_KEPT_MONTHS, forget_answers, forgetting, months_before
from application.ports import Meta, StoredAnswer
from tests.api.service import settings_for
from tests.conftest import BOTH, require_postgres
from tests.stores import SteppedClock


def kept(quittance: Quittance) -> list[str]:
    return [key for key in ("old", "young", "new") if quittance.log.stored_answer(key)]


@pytest.fixture(params=BOTH)
def quittance(request: pytest.FixtureRequest, tmp_path: Path):
    """Answers of the first of January 2026 and of a day later; now is February 2028."""
    if request.param == "postgres":
        require_postgres()
    clock = SteppedClock(datetime(2026, 1, 1, tzinfo=UTC))
    made = build(settings_for(request.param, tmp_path), clock)
    for key, day in (("old", 1), ("young", 2)):
        clock.instant = datetime(2026, 1, day, tzinfo=UTC)
        made.log.append([], Meta("operator"), StoredAnswer(key, "digest", 200, b""))
    clock.instant = datetime(2028, 2, 1, 12, tzinfo=UTC)
    made.log.append([], Meta("operator"), StoredAnswer("new", "digest", 200, b""))
    yield made
    made.close()


def test_25_months_and_not_a_day_less(quittance: Quittance) -> None:
    assert ANSWERS_KEPT_MONTHS == 25
    assert forget_answers(quittance) == 1
    assert kept(quittance) == ["young", "new"]
    assert forget_answers(quittance) == 0


def test_the_service_forgets_at_its_start_and_every_day(quittance: Quittance) -> None:
    with forgetting(quittance, every_s=0.01):
        wait_until(quittance, ["young", "new"])
        quittance.clock.instant = datetime(2028, 2, 3, tzinfo=UTC)  # type: ignore[misc,attr-defined]
        wait_until(quittance, ["new"])


def wait_until(quittance: Quittance, wanted: list[str]) -> None:
    for _ in range(1000):
        if kept(quittance) == wanted:
            return
        sleep(0.01)
    assert kept(quittance) == wanted


def test_serving_runs_it(monkeypatch: pytest.MonkeyPatch, quittance: Quittance) -> None:
    from api.rest import serving

    monkeypatch.setattr(serving.StreamsFirst, "run", lambda _: wait_until(quittance, ["young", "new"]))
    monkeypatch.setattr(serving, "write_log_lines", lambda: None)
    serving.serve(quittance, create_app(quittance))
    assert kept(quittance) == ["young", "new"]


def test_a_fault_of_one_day_is_logged_and_the_next_day_goes_on(
    quittance: Quittance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def failing(_: Quittance) -> int:
        calls.append(1)
        raise RuntimeError("85073003328")

    monkeypatch.setattr("api.rest.retention.forget_answers", failing)
    with forgetting(quittance, every_s=0.005):
        while len(calls) < 3:
            sleep(0.005)
    assert "RuntimeError" in caplog.text
    assert "85073003328" not in caplog.text


@pytest.mark.parametrize(
    ("now", "before"),
    [((2028, 2, 1), (2026, 1, 1)), ((2028, 1, 31), (2025, 12, 28)), ((2027, 1, 15), (2024, 12, 15))],
)
def test_months_are_counted_by_the_calendar(now: tuple[int, int, int], before: tuple[int, int, int]) -> None:
    assert months_before(datetime(*now, tzinfo=UTC), 25) == datetime(*before, tzinfo=UTC)
