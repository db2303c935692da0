"""Where care lands: new or known, first or next sequence of the date, possible duplicate or not."""

from dataclasses import replace
from datetime import date as Date

from domain.billing_day import BillingDay, correct, day_id, evolve, fold, withdraw
from domain.care import Care
from domain.care_entry import Placement, place
from domain.day_events import CareRecorded, DayReturned, LineCorrected
from tests.domain.builders import COLLEAGUE, DAY, PATIENT, SENDING, WHERE, a_care, a_day, billed, recorded


def typed(days: list[BillingDay], *cares: Care) -> Placement:
    return place(WHERE, PATIENT, DAY, days, cares, match=False)


def from_file(days: list[BillingDay], *cares: Care) -> Placement:
    return place(WHERE, PATIENT, DAY, days, cares, match=True)


def after(days: list[BillingDay], placed: Placement) -> list[BillingDay]:
    """The days with what was placed."""
    opening = CareRecorded(WHERE, PATIENT, DAY, placed.sequence, placed.added)
    if placed.sequence > len(days):
        return [*days, evolve(None, opening)]
    return [*days[:-1], evolve(days[-1], opening)]


def a_billed_day(*cares: Care, sequence: int = 1) -> BillingDay:
    opening = recorded(*cares, sequence=sequence)
    day = fold([opening, billed(opening)])
    assert day is not None
    return day


def test_the_first_care_opens_the_first_sequence():
    placed = typed([], a_care())
    assert (placed.sequence, placed.day_id) == (1, day_id(WHERE, PATIENT, DAY, 1))
    assert [line.possible_duplicate for line in placed.added] == [False]


def test_care_of_a_prepared_day_goes_into_it():
    assert typed([a_day()], a_care("425294")).sequence == 1


def test_care_entered_after_billing_opens_the_next_sequence():
    placed = typed([a_billed_day()], a_care("425294"))
    assert (placed.sequence, placed.day_id) == (2, day_id(WHERE, PATIENT, DAY, 2))


def test_a_returned_day_takes_care_again():
    opening = recorded()
    day = fold([opening, billed(opening), DayReturned(SENDING, "rejected")])
    assert day is not None
    assert typed([day], a_care("425294")).sequence == 1


def test_an_earlier_sequence_is_never_reopened():
    opening = recorded()
    returned = fold([opening, billed(opening), DayReturned(SENDING, "rejected")])
    assert returned is not None
    assert typed([returned, a_billed_day(a_care("425294"), sequence=2)], a_care("425375")).sequence == 3


def test_at_the_keyboard_an_identical_second_line_is_kept_and_doubted():
    days = after([], typed([], a_care()))
    placed = typed(days, a_care())
    assert [line.possible_duplicate for line in placed.added] == [True]
    assert placed.added[0].line_id != days[0].lines[0].line_id


def test_two_identical_lines_in_one_file_too():
    placed = from_file([], a_care(), a_care())
    assert [line.possible_duplicate for line in placed.added] == [False, True]
    assert len({line.line_id for line in placed.added}) == 2


def test_a_derogation_code_says_why_there_are_two():
    assert [line.possible_duplicate for line in typed([], a_care(), a_care(derogation=1)).added] == [False, False]


def test_a_second_line_at_another_time_by_another_provider_or_on_another_tooth_is_no_duplicate():
    others = [a_care(time="1830"), a_care(provider=COLLEAGUE), a_care(tooth="36"), a_care(cents=700), a_care(units=2)]
    assert not any(line.possible_duplicate for line in typed([a_day()], *others).added)


def test_statistical_lines_repeat_without_doubt():
    visit = a_care("425110", 0, service_norm=9)
    assert not any(line.possible_duplicate for line in typed([], visit, visit, visit).added)


def test_a_duplicate_is_found_across_a_billed_sequence():
    assert [line.possible_duplicate for line in typed([a_billed_day()], a_care()).added] == [True]


def test_care_without_amounts_on_a_date_billed_with_amounts_is_doubted_whatever_its_code():
    bare = replace(a_care("425294"), amount_cents=0, is_priced=False)
    doubts = {
        name: [line.possible_duplicate for line in placed.added]
        for name, placed in {
            "billed with amounts": typed([a_billed_day()], bare),
            "explained": typed([a_billed_day()], replace(bare, derogation=3)),
            "not billed yet": typed([a_day()], bare),
            "billed without": typed([a_billed_day(replace(bare, code="425272"))], bare),
        }.items()
    }
    assert doubts == {
        "billed with amounts": [True], "explained": [False], "not billed yet": [False], "billed without": [False]
    }  # fmt: skip


def test_a_withdrawn_line_has_no_duplicate():
    day = a_day()
    day = evolve(day, withdraw(day, day.lines[0].line_id)[0])
    placed = typed([day], a_care())
    assert [line.possible_duplicate for line in placed.added] == [False]
    assert placed.added[0].line_id != day.lines[0].line_id


def test_a_file_finds_its_lines_again_by_code_provider_and_turn():
    days = after([], from_file([], a_care(), a_care("425294"), a_care(time="1830")))
    again = from_file(days, a_care("425294"), a_care(), a_care(time="1830"))
    assert (again.added, again.changed, again.unchanged) == ((), (), 3)


def test_or_by_its_own_reference_whatever_changed():
    days = after([], from_file([], a_care(line_ref="1"), a_care("425294", line_ref="2")))
    again = from_file(days, a_care("425375", 900, line_ref="2"), a_care(line_ref="1"))
    assert (again.added, again.unchanged) == ((), 1)
    (changed,) = again.changed
    assert (changed.index, changed.line.care.code, changed.care.code) == (0, "425294", "425375")
    assert not changed.is_billed


def test_a_known_line_in_a_sending_is_told_apart():
    (changed,) = from_file([a_billed_day()], a_care(cents=700)).changed
    assert changed.is_billed
    assert changed.day_id == day_id(WHERE, PATIENT, DAY, 1)


def test_what_a_file_adds_after_billing_opens_the_next_sequence_and_leaves_the_known():
    placed = from_file([a_billed_day()], a_care(), a_care("425294"))
    assert (placed.sequence, placed.unchanged, placed.added_indexes) == (2, 1, (1,))


def test_a_known_line_of_every_sequence_is_found():
    days = [a_billed_day(), a_billed_day(a_care(time="1830"), sequence=2)]
    assert from_file(days, a_care(), a_care(time="1830")).unchanged == 2


def test_a_line_corrected_to_another_code_keeps_its_identity_and_a_new_one_gets_its_own():
    days = after([], typed([], a_care()))
    line = days[0].lines[0]
    corrected = [evolve(days[0], correct(days[0], line.line_id, a_care("425294"))[0])]
    (new,) = typed(corrected, a_care()).added
    assert new.line_id != line.line_id
    assert not new.possible_duplicate


def test_ids_stay_apart_through_any_number_of_corrections():
    days: list[BillingDay] = []
    for code in ("425110", "425294", "425375"):
        for _ in range(3):
            days = after(days, typed(days, a_care()))
            latest = days[0].lines[-1]
            days = [evolve(days[0], LineCorrected(PATIENT, latest.line_id, a_care(code)))]
    assert len({line.line_id for line in days[0].lines}) == 9


def test_other_dates_are_other_days():
    assert day_id(WHERE, PATIENT, DAY, 1) != day_id(WHERE, PATIENT, Date(2026, 1, 16), 1)


def test_a_visit_apart_is_no_duplicate_and_an_amount_that_one_lacks_tells_nothing():
    bare = a_care(cents=0, is_priced=False)
    later = a_care(cents=0, is_priced=False, visit=2)
    assert [line.possible_duplicate for line in typed([], bare, later).added] == [False, False]
    assert [line.possible_duplicate for line in typed([a_day()], bare, later).added] == [True, False]
    assert [line.possible_duplicate for line in typed([a_day(bare)], a_care()).added] == [True]


def test_a_file_that_gives_an_amount_or_takes_it_away_changes_the_line_that_it_finds():
    bare = a_care(cents=0, is_priced=False)
    days = after([], from_file([], bare))
    assert from_file(days, bare).unchanged == 1
    for care in (a_care(), a_care(cents=0)):
        (changed,) = from_file(days, care).changed
        assert (changed.line.care, changed.care) == (bare, care)
    (back,) = from_file([a_day()], bare).changed
    assert (back.line.care, back.care) == (a_care(), bare)
