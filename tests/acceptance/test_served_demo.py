"""What `quittance serve --demo` makes ready: a simulated MyCareNet that knows the practice, and files that wait for it."""

from collections import Counter
from contextlib import closing

import pytest

from api.build import build
from api.cli.demo_mycarenet import make_ready, mycarenet_beside
from api.settings import Settings
from application.register import establishment_id
from infrastructure.mycarenet_simulator.demo import GROUP
from tests.acceptance.conftest import Demo
from tests.acceptance.practice import AFTERWARDS, OPERATOR
from tests.stores import SteppedClock

pytestmark = pytest.mark.of_one_database


def test_the_month_after_the_story_goes_over_soap_to_the_unions_of_the_story(own_demo: Demo) -> None:
    clock, settings = SteppedClock(AFTERWARDS), Settings(home=own_demo.folder)
    with mycarenet_beside(settings, clock) as beside, closing(build(settings, clock, way=beside.way)) as quittance:
        month, files = make_ready(quittance, beside)
        assert (month, files) == ("2026-11", 8)
        assert make_ready(quittance, beside) == ("2026-12", 0), "a second start adds nothing"
        where = establishment_id(quittance.keys, GROUP)
        assert {one.outcome for one in quittance.dispatch.send(OPERATOR, where).result} == {"queued"}
        keystore, password = beside.keystore.read_bytes(), beside.password_file.read_text("ascii")
        quittance.sessions_over_mycarenet.open_with_p12(OPERATOR, where, keystore, password)
        while quittance.post.work("a worker"):
            quittance.views.catch_up()
        quittance.answers.collect(OPERATOR, where)
        quittance.views.catch_up()
        with quittance.store.database.snapshot() as sql:
            sendings = sql.rows("SELECT status, month, outcome FROM sendings")
        assert Counter(row["status"] for row in sendings if row["month"] == month) == {"settled": files}
        assert "refused" not in {row["outcome"] for row in sendings}, "unions know tariffs and what went before"


def test_without_a_story_nothing_is_made_ready(own_demo: Demo) -> None:
    clock, settings = SteppedClock(AFTERWARDS), Settings(home=own_demo.folder / "empty")
    settings.home.mkdir()
    (settings.home / "master.key").write_bytes((own_demo.folder / "master.key").read_bytes())
    (settings.home / "master.key").chmod(0o600)
    with mycarenet_beside(settings, clock) as beside, closing(build(settings, clock, way=beside.way)) as quittance:
        assert make_ready(quittance, beside) == ("", 0)
