"""Days near some dates: those of the person, on whichever record, within the spans and nobody else's."""

from datetime import date as Date
from uuid import UUID

import pytest

from projections.establishments import every_establishment_id
from projections.lookups import ViewLookups
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit

Spans = dict[UUID, list[tuple[Date, Date]]]
EVER = (Date.min, Date.max)


@pytest.fixture
def kept(open_views: OpenViews, book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(book)
    made.runner.catch_up()
    return made


def test_days_around_are_those_of_the_person_within_the_spans(kept: Kept) -> None:
    lookups = ViewLookups(kept.store.database, kept.runner.catch_up)
    with kept.store.database.snapshot() as sql:
        known = [dict(row) for row in sql.rows("SELECT * FROM days WHERE line_count > 0 ORDER BY date, day_id")]
        merged = {
            row["patient_id"]: row["merged_into"]
            for row in sql.rows("SELECT patient_id, merged_into FROM patients WHERE merged_into IS NOT NULL")
        }
        here, _ = every_establishment_id(sql)
    people = sorted({row["patient_id"] for row in known if row["establishment_id"] == here})
    assert len(people) > 3

    def expected(spans: Spans) -> list[UUID]:
        found = []
        for row in known:
            person = merged.get(row["patient_id"], row["patient_id"])
            asked = [span for who, given in spans.items() if merged.get(who, who) == person for span in given]
            if row["establishment_id"] == here and any(a.isoformat() <= row["date"] <= b.isoformat() for a, b in asked):
                found.append(row["day_id"])
        return found

    dates = sorted({Date.fromisoformat(row["date"]) for row in known if row["patient_id"] == people[0]})
    one: Spans = {people[0]: [(dates[1], dates[1]), (dates[-1], dates[-1])]}
    for spans in (one, {who: [EVER] for who in people}, {who: [(dates[0], dates[2])] for who in people[:2]}):
        assert lookups.days_around(here, spans) == expected(spans) != []
    elsewhere = next(row["patient_id"] for row in known if row["establishment_id"] != here)
    assert lookups.days_around(here, {elsewhere: [EVER]}) == []


def test_both_records_of_a_merge_lead_to_the_days_of_both(kept: Kept) -> None:
    lookups = ViewLookups(kept.store.database, kept.runner.catch_up)
    with kept.store.database.snapshot() as sql:
        pairs = sql.rows(
            "SELECT DISTINCT p.establishment_id, p.patient_id, p.merged_into FROM patients p"
            " JOIN days a ON a.patient_id = p.patient_id JOIN days b ON b.patient_id = p.merged_into"
        )
        owners = {row["day_id"]: row["patient_id"] for row in sql.rows("SELECT day_id, patient_id FROM days")}
    assert pairs
    for pair in pairs:
        first, second = (
            lookups.days_around(pair["establishment_id"], {pair[name]: [EVER]})
            for name in ("patient_id", "merged_into")
        )
        assert first == second
        assert {pair["patient_id"], pair["merged_into"]} <= {owners[day_id] for day_id in first}


def test_records_that_share_a_person_are_those_of_a_merge(kept: Kept) -> None:
    lookups = ViewLookups(kept.store.database, kept.runner.catch_up)
    with kept.store.database.snapshot() as sql:
        rows = sql.rows("SELECT establishment_id, patient_id, merged_into FROM patients")
        everywhere = every_establishment_id(sql)
    found = {where: lookups.merged_records(where) for where in everywhere}
    assert found == {
        where: {
            row[name]
            for row in rows
            if row["establishment_id"] == where and row["merged_into"]
            for name in ("patient_id", "merged_into")
        }
        for where in everywhere
    }
    assert 0 < len(set().union(*found.values())) < len(rows)
