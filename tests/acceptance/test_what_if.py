"""The sample month reckoned otherwise, on either database: by what holds it costs the same, and nothing is written."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.what_if import Asked, ask
from application.what_if import SUPPOSED_CATEGORIES, Supposition
from domain.billing_day import fold
from domain.pricing.what_if import amount_cents, share_cents
from tests.acceptance.practice import MONTH, OPERATOR, Installation, answers_of, rows_of, sent_month


@pytest.fixture
def month(kind: str, tmp_path: Path) -> Installation:
    """Sent, answered with refusals."""
    made, where = sent_month(kind, tmp_path / "made")
    with made.opened() as quittance:
        for content in answers_of(quittance, tmp_path / "unions"):
            quittance.answers.receive(OPERATOR, where, content)
    return made


def test_supposing_what_holds_changes_no_day(month: Installation) -> None:
    with month.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
        ((_, held),) = quittance.tariffs.state(where).accepted  # type: ignore[union-attr]
        head, before = quittance.log.head(), rows_of(quittance)
        found = ask(quittance, where, Asked(MONTH), Supposition(tariffs=held))
        assert (found.changed, found.reasons) == (0, {"insurability_missing": found.untold})
        assert found.insurer.difference_cents == found.patient.difference_cents == 0
        with quittance.store.database.snapshot() as sql:
            (asked,) = sql.rows(
                "SELECT count(*) AS days, sum(amount_cents) AS cents FROM days WHERE month = ? AND sending_id IS NOT NULL",
                (MONTH,),
            )
        assert found.days - found.untold >= asked["days"] > 1_000, "with those that wait"
        assert found.insurer.former_cents >= asked["cents"] > 0
        for category in SUPPOSED_CATEGORIES:
            supposed = ask(quittance, where, Asked(MONTH), Supposition(category=category))
            told = [row.found for row in supposed.rows if not row.found.reasons]
            assert supposed.days == found.days
            assert len(told) == supposed.changed > 0
            for total, cents in ((supposed.insurer, amount_cents), (supposed.patient, share_cents)):
                assert total.difference_cents == sum(cents(one.new) - cents(one.former) for one in told)
        assert (quittance.log.head(), rows_of(quittance)) == (head, before)


def test_one_patient_and_some_days(month: Installation) -> None:
    with month.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
        whole = ask(quittance, where, Asked(MONTH), Supposition(category="A"))
        row = whole.rows[0]
        his = ask(quittance, where, Asked(MONTH, patient_id=row.patient_id), Supposition(category="A"))
        assert his.rows == tuple(one for one in whole.rows if one.patient_id == row.patient_id)
        day = row.found.day
        some = ask(quittance, where, Asked("", day, day + timedelta(days=1)), Supposition(category="A"))
        assert some.rows == tuple(one for one in whole.rows if (one.found.day - day).days in (0, 1))
        alone = ask(quittance, where, Asked(day_id=row.found.day_id), Supposition(category="A"))
        assert (alone.days, alone.rows) == (1, (row,))
        state = fold(quittance.log.load([row.found.day_id])[row.found.day_id])
        assert state is not None
        assert [line.care for line in state.active] == [line.care for line in row.found.former]


def test_a_day_of_the_past_has_no_days_yet(month: Installation) -> None:
    with month.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
        assert ask(quittance, where, Asked(MONTH), Supposition(category="A"), upto=1).days == 0
