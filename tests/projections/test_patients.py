"""Patients: found by number, likeness and name; forgotten for good."""

from datetime import date as Date
from uuid import UUID

from application.ports import Change
from application.register import likeness, number_blind
from domain.patient import (
    InsurabilityRecorded,
    NationalNumberReplaced,
    PatientDetails,
    PatientDetailsCorrected,
    PatientErased,
    PatientMerged,
    PatientRegistered,
    PatientUnmerged,
)
from projections.lookups import ViewLookups
from projections.patient_names import beginning_blinds, name_blinds, patients_by_name
from projections.patients import Identity, identity, merged_into, patients
from tests.projections.conftest import Kept, OpenViews
from tests.stores import META

E, OTHER_E, ANNA, TWIN = (UUID(int=number) for number in range(1, 5))
DETAILS = PatientDetails("Van den Bérghe", "Anna", "1950-03-01", 2)


def happens(kept: Kept, stream: UUID, *events: object) -> None:
    known = len(kept.store.log.history(stream))
    kept.store.log.append([Change(stream, known, list(events))], META)


def opened(open_views: OpenViews) -> tuple[Kept, ViewLookups]:
    kept = open_views(inline=True)
    happens(kept, ANNA, PatientRegistered(E, "50030112345", "A1", DETAILS))
    return kept, ViewLookups(kept.store.database, lambda: None)


def by_name(kept: Kept, lookups: ViewLookups, name: str, where: UUID = E) -> list[UUID]:
    return lookups.patients_by_name(where, name_blinds(kept.store.keys, where, name))


def test_a_patient_is_found_at_once_by_every_number_present_or_former(open_views: OpenViews) -> None:
    kept, lookups = opened(open_views)
    happens(kept, ANNA, NationalNumberReplaced("50030199999", "50030112345"))
    happens(kept, TWIN, PatientRegistered(E, "", "A1", DETAILS))
    blinds = {number: number_blind(kept.store.keys, E, number) for number in ("50030112345", "50030199999", "A1", "9")}
    found = lookups.patients_by_number(E, list(blinds.values()))
    assert {number: found.get(blind) for number, blind in blinds.items()} == {
        "50030112345": ANNA,
        "50030199999": ANNA,
        "A1": ANNA,
        "9": None,
    }
    assert lookups.patients_by_number(OTHER_E, list(blinds.values())) == {}


def test_two_records_of_one_person_look_alike(open_views: OpenViews) -> None:
    kept, lookups = opened(open_views)
    same = PatientDetails("van den BERGHE", "Anna", "1950-03-01", 2)
    happens(kept, TWIN, PatientRegistered(E, "", "A2", same))
    mark = likeness(kept.store.keys, E, DETAILS)
    assert lookups.patients_alike(E, mark) == [ANNA, TWIN]
    happens(kept, TWIN, PatientDetailsCorrected(PatientDetails("Peeters", "Anna", "1950-03-01", 2)))
    assert lookups.patients_alike(E, mark) == [ANNA]
    assert lookups.patients_alike(OTHER_E, mark) == []


def test_a_name_is_found_whole_and_by_word_without_case_and_accents(open_views: OpenViews) -> None:
    kept, lookups = opened(open_views)
    assert by_name(kept, lookups, "VAN DEN BERGHE") == [ANNA]
    assert by_name(kept, lookups, "berghe") == [ANNA]
    assert by_name(kept, lookups, "Bergh") == []
    happens(kept, TWIN, PatientRegistered(E, "", "A2", PatientDetails("Van Damme", "Jo", "", 1)))
    assert by_name(kept, lookups, "van den berghe") == [ANNA, TWIN], "most matches first"
    happens(kept, ANNA, PatientDetailsCorrected(PatientDetails("Peeters", "Anna", "1950-03-01", 2)))
    assert by_name(kept, lookups, "berghe") == []
    assert by_name(kept, lookups, "Péeters") == [ANNA]
    assert by_name(kept, lookups, "peeters", OTHER_E) == []


def by_beginning(kept: Kept, words: str, where: UUID = E) -> list[UUID]:
    with kept.store.database.snapshot() as sql:
        return patients_by_name(sql, [where], beginning_blinds(kept.store.keys, where, words))


def test_the_beginning_of_a_last_or_first_name_is_enough_from_three_letters(open_views: OpenViews) -> None:
    kept, _ = opened(open_views)
    happens(kept, TWIN, PatientRegistered(E, "", "A2", PatientDetails("Vandenberghe-Ng", "Chloë", "", 1)))
    for words in ("ber", "Berg", "ANN", "bérghe anna", "anna van"):
        assert by_beginning(kept, words)[0] == ANNA, words
    for words in ("chl", "Chloé", "vandenb", "Vandenberghe", "ng", "Vandenberghe-Ng Chloe"):
        assert by_beginning(kept, words)[0] == TWIN, words
    for words in ("be", "n", "erghe", "", "chloee", "xyz"):
        assert by_beginning(kept, words) == [], words
    assert by_beginning(kept, "van") == [ANNA, TWIN]
    assert by_beginning(kept, "van chl")[0] == TWIN, "most matches first"
    assert by_beginning(kept, "ber", OTHER_E) == []
    happens(kept, TWIN, PatientDetailsCorrected(PatientDetails("Vandenberghe", "Cleo", "", 1)))
    assert by_beginning(kept, "chl") == by_beginning(kept, "ng") == []
    assert by_beginning(kept, "cle") == [TWIN]


def test_beginnings_of_a_name_are_bounded_and_keyed(open_views: OpenViews) -> None:
    kept, _ = opened(open_views)
    long = PatientDetails("Abcdefghijkl " * 9, "Mnopqrstuvw " * 9, "", 1)
    happens(kept, TWIN, PatientRegistered(E, "", "A2", long))
    with kept.store.database.snapshot() as sql:
        rows = sql.rows("SELECT blind FROM patient_names WHERE patient_id = ?", (TWIN,))
    assert len(rows) <= 36 + 2
    assert not any(b"abc" in bytes(row["blind"]) for row in rows)
    assert len({bytes(row["blind"]) for row in rows}) == len(rows)


def test_the_row_opens_to_the_name_and_shows_the_latest_insurability(open_views: OpenViews) -> None:
    kept, _ = opened(open_views)
    happens(kept, ANNA, InsurabilityRecorded(Date(2026, 1, 1), None, "306", "110", "110"))
    happens(kept, ANNA, InsurabilityRecorded(Date(2020, 1, 1), Date(2025, 12, 31), "101", "131", "131"))
    happens(kept, ANNA, PatientMerged(TWIN))
    with kept.store.database.snapshot() as sql:
        row = patients(sql, [E], [ANNA])[ANNA]
        assert patients(sql, [OTHER_E], [ANNA]) == {}
    assert identity(kept.store.keys, row) == Identity("Van den Bérghe", "Anna", "1950-03-01")
    assert (row["sickness_fund"], row["ct1"], row["insured_from"], row["insured_to"]) == (
        "306",
        "110",
        "2026-01-01",
        None,
    )
    assert row["merged_into"] == TWIN
    happens(kept, ANNA, PatientUnmerged(TWIN))
    with kept.store.database.snapshot() as sql:
        assert patients(sql, [E], [ANNA])[ANNA]["merged_into"] is None


def test_names_and_merges_of_a_past_position_are_those_of_then(open_views: OpenViews) -> None:
    kept, lookups = opened(open_views)
    happens(kept, TWIN, PatientRegistered(E, "", "A2", DETAILS))
    before = kept.store.log.head()
    happens(kept, TWIN, PatientMerged(ANNA))
    merged = kept.store.log.head()
    happens(kept, ANNA, PatientDetailsCorrected(PatientDetails("Peeters", "Anna", "1950-03-01", 2)))
    happens(kept, TWIN, PatientUnmerged(ANNA))
    with kept.store.database.snapshot() as sql:
        then, now = patients(sql, [E], [ANNA], merged)[ANNA], patients(sql, [E], [ANNA])[ANNA]
        assert [identity(kept.store.keys, row).last_name for row in (then, now)] == ["Van den Bérghe", "Peeters"]
        assert patients(sql, [OTHER_E], [ANNA], merged) == {}
        assert [merged_into(sql, ANNA, at) for at in (before, merged, None)] == [[], [TWIN], []]
    happens(kept, TWIN, PatientMerged(ANNA))
    happens(kept, ANNA, PatientMerged(OTHER_E))
    assert lookups.merged_into(OTHER_E) == [ANNA, TWIN], "the nearest first"


def test_erasure_leaves_nothing_personal_now_in_the_past_or_after_a_rebuild(open_views: OpenViews) -> None:
    kept, lookups = opened(open_views)
    happens(kept, ANNA, PatientDetailsCorrected(PatientDetails("Peeters", "Anna", "1950-03-01", 2)))
    happens(kept, ANNA, NationalNumberReplaced("50030199999", "50030112345"))
    happens(kept, ANNA, PatientErased())
    kept.store.keys.erase(ANNA)
    mark, blind = likeness(kept.store.keys, E, DETAILS), number_blind(kept.store.keys, E, "50030112345")
    for _ in ("as it is", "rebuilt"):
        with kept.store.database.snapshot() as sql:
            for table in ("patients", "patients_past"):
                found = sql.rows(f"SELECT identity, likeness FROM {table}")
                assert found
                assert all(row["identity"] is None and row["likeness"] is None for row in found)
            for table in ("patient_numbers", "patient_names"):
                assert sql.rows(f"SELECT * FROM {table}") == sql.rows(f"SELECT * FROM {table}_past") == []
            row = patients(sql, [E], [ANNA])[ANNA]
        assert row["is_erased"]
        assert identity(kept.store.keys, row) == Identity()
        assert lookups.patients_alike(E, mark) == by_name(kept, lookups, "peeters") == []
        assert lookups.patients_by_number(E, [blind]) == {}
        kept.runner.rebuild()
