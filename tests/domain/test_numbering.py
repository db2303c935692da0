"""Official numbers: each once, in order, never again; and the insurers' limits on files."""

from collections.abc import Callable
from datetime import date as Date
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import numbering
from domain.errors import Invalid
from domain.numbering import (
    FileNotSent,
    FileSent,
    Numbering,
    NumberingStarted,
    NumbersGiven,
    NumberTakenElsewhere,
    NumberVoided,
    SendingNumberGiven,
)
from domain.rules.limits import FilesLimit, Scope, files_limit
from tests.domain.builders import uid
from tests.domain.spec import Spec

spec = Spec(numbering.fold)
TODAY = Date(2026, 3, 2)
S = uid("sending")


def given_number(number: int, *years: int) -> SendingNumberGiven:
    return SendingNumberGiven(number, years, S)


def next_number(state: Numbering, *years: int) -> list[object]:
    return [numbering.give_sending_number(state, years, S)]


def test_the_first_number_is_1_and_then_one_more():
    spec.given().when(next_number, 2026).then(given_number(1, 2026))
    spec.given(given_number(1, 2026)).when(next_number, 2026).then(given_number(2, 2026))


def test_a_number_is_used_in_the_year_of_creation_and_in_the_billed_year():
    """eFact 1.11: in January the file of December counts for both."""
    both = spec.given().when(next_number, 2026, 2025).then(given_number(1, 2025, 2026))
    assert both.used == {2025: {1}, 2026: {1}}
    spec.given(given_number(1, 2025, 2026)).when(next_number, 2026).then(given_number(2, 2026))
    spec.given(given_number(1, 2025, 2026)).when(next_number, 2025).then(given_number(2, 2025))


def test_a_year_change_starts_at_1_unless_the_old_year_is_billed():
    history = [given_number(n, 2025) for n in range(1, 41)]
    spec.given(*history).when(next_number, 2026).then(given_number(1, 2026))
    spec.given(*history).when(next_number, 2026, 2025).then(given_number(41, 2025, 2026))
    spec.given(*history, given_number(41, 2025, 2026)).when(next_number, 2026).then(given_number(42, 2026))


def test_numbers_start_above_those_of_the_old_program():
    started = NumberingStarted(2026, 120)
    spec.given().when(numbering.start, 2026, 120, 999).then(started)
    spec.given(started).when(next_number, 2026).then(given_number(120, 2026))
    spec.given(started).when(next_number, 2026, 2025).then(given_number(120, 2025, 2026))
    spec.given(started).when(next_number, 2025).then(given_number(1, 2025))


def test_numbers_start_only_upwards():
    spec.given(given_number(7, 2026)).when(numbering.start, 2026, 7, 999).refused("number_already_given")
    spec.given(given_number(7, 2026)).when(numbering.start, 2026, 8, 999).then(NumberingStarted(2026, 8))
    spec.given(NumberingStarted(2026, 50)).when(numbering.start, 2026, 49, 999).refused("number_already_given")
    spec.given(NumbersGiven(2026, 1, 10)).when(numbering.start, 2026, 10, 999).refused("number_already_given")
    spec.given(NumbersGiven(2026, 1, 10)).when(numbering.start, 2026, 11, 999).then(NumberingStarted(2026, 11))
    spec.given(given_number(7, 2025)).when(numbering.start, 2026, 2, 999).then(NumberingStarted(2026, 2))


@pytest.mark.parametrize("first", [0, -1, 1000])
def test_the_first_number_is_one_that_exists(first: int):
    spec.given().when(numbering.start, 2026, first, 999).refused("number_out_of_range", Invalid)


def test_numbers_of_the_old_program_are_remembered_once():
    taken = NumberTakenElsewhere(17, (2025, 2026))
    spec.given().when(numbering.take_elsewhere, 17, {2026, 2025}).then(taken)
    spec.given(taken).when(numbering.take_elsewhere, 17, {2026, 2025}).nothing()
    half = NumberTakenElsewhere(17, (2026,))
    spec.given(NumberTakenElsewhere(17, (2025,))).when(numbering.take_elsewhere, 17, {2026, 2025}).then(half)
    spec.given(taken).when(next_number, 2026).then(given_number(18, 2026))


def test_a_void_number_is_listed_and_never_given_again():
    state = spec.given(given_number(1, 2026), NumberVoided(1, S)).when(next_number, 2026).then(given_number(2, 2026))
    assert [void.number for void in state.voided] == [1]


def test_after_999_the_gaps_are_filled():
    history = [NumberTakenElsewhere(999, (2026,)), NumberTakenElsewhere(1, (2026,))]
    spec.given(*history).when(next_number, 2026).then(given_number(2, 2026))
    spec.given(*history, NumberTakenElsewhere(2, (2025,))).when(next_number, 2026, 2025).then(
        given_number(3, 2025, 2026)
    )


def test_all_999_numbers_of_a_year_can_be_used_up():
    full = numbering.fold(given_number(n, 2026) for n in range(1, 1000))
    with pytest.raises(numbering.NotAllowed) as caught:
        next_number(full, 2026)
    assert caught.value.code == "sending_numbers_exhausted"
    assert next_number(full, 2027) == [given_number(1, 2027)]
    with pytest.raises(numbering.NotAllowed):
        next_number(full, 2027, 2026)


def test_gaps_below_the_start_are_never_given():
    history = [NumberingStarted(2026, 998), given_number(998, 2026), given_number(999, 2026)]
    spec.given(*history).when(next_number, 2026).refused("sending_numbers_exhausted")


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("give"), st.sampled_from([(2025,), (2026,), (2025, 2026)])),
            st.tuples(st.just("take"), st.integers(1, 40)),
            st.tuples(st.just("start"), st.integers(1, 60)),
            st.tuples(st.just("void"), st.none()),
        ),
        max_size=60,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_number_is_given_twice_in_a_year(steps: list[tuple[str, Any]]):
    state, given_numbers = Numbering(), list[tuple[int, int]]()
    for step, what in steps:
        happened: list[object] = []
        if step == "give":
            made = numbering.give_sending_number(state, what, S)
            assert 1 <= made.number <= 999
            given_numbers += [(year, made.number) for year in made.years]
            happened = [made]
        elif step == "take":
            if (2026, what) not in given_numbers:
                happened = numbering.take_elsewhere(state, what, [2026])
                given_numbers += [(2026, what)] * len(happened)
        elif step == "start":
            try:
                happened = numbering.start(state, 2026, what, 999)
            except numbering.NotAllowed:
                continue
        elif given_numbers:
            happened = [NumberVoided(given_numbers[-1][1], S)]
        for event in happened:
            state = numbering.evolve(state, event)
        assert len(set(given_numbers)) == len(given_numbers)


@given(st.lists(st.tuples(st.sampled_from([2025, 2026]), st.integers(1, 30)), max_size=30))
@settings(max_examples=100, deadline=None)
def test_running_numbers_have_neither_gap_nor_repetition(batches: list[tuple[int, int]]):
    state, numbers = Numbering(), {2025: list[int](), 2026: list[int]()}
    for year, count in batches:
        made = numbering.give_range(state, year, count)
        numbers[year] += range(made.first, made.first + made.count)
        state = numbering.evolve(state, made)
    for given_numbers in numbers.values():
        assert given_numbers == list(range(1, len(given_numbers) + 1))


def test_each_third_party_number_counts_by_itself():
    assert numbering.numbering_id("sending", "1") != numbering.numbering_id("sending", "2")
    assert numbering.numbering_id("sending", "") != numbering.numbering_id("invoice", "")


# Limits of the insurers


def sent(union: str = "100", on: Date = TODAY, name: str = "sending") -> FileSent:
    return FileSent(union, on, "2026-02", uid(name))


def limit_on(content: str = "040", scope: Scope | None = None) -> Callable[[Date], FilesLimit | None]:
    return lambda day: files_limit(content, day, scope)


def sends(file: FileSent, content: str = "040", scope: Scope | None = None) -> Any:
    return lambda state: numbering.send_file(state, file, limit_on(content, scope))


def test_one_file_a_day_goes_to_a_union():
    spec.given().when(sends(sent())).then(sent())
    error = spec.given(sent()).when(sends(sent(name="second"))).refused("files_per_day")
    assert error.facts["until"] == TODAY + timedelta(days=1)
    spec.given(sent()).when(sends(sent("200"))).then(sent("200"))
    spec.given(sent()).when(sends(sent(on=Date(2026, 3, 3)))).state()


def test_or_one_a_day_at_all_where_the_setting_says_so():
    spec.given(sent()).when(sends(sent("200"), scope="tpp")).refused("files_per_day")
    spec.given(sent()).when(sends(sent("200", on=Date(2026, 3, 3)), scope="tpp")).state()


def test_two_files_a_month_go_to_a_union_when_the_content_code_is_000():
    first, second = sent(), sent(name="second")
    spec.given(first).when(sends(second, "000")).then(second)
    error = spec.given(first, second).when(sends(sent(name="third"), "000")).refused("files_per_month")
    assert error.facts["until"] == Date(2026, 4, 1)
    assert "100723" in error.message
    spec.given(first, second).when(sends(sent(on=Date(2026, 3, 31), name="third"), "000")).refused("files_per_month")
    spec.given(first, second).when(sends(sent(on=Date(2026, 4, 1), name="third"), "000")).state()
    spec.given(first, second).when(sends(sent("300"), "000")).state()
    spec.given(first, sent("200")).when(sends(sent("300"), "000", "tpp")).refused("files_per_month")


def test_a_derogation_lifts_the_limit_of_a_month_from_its_first_day_on():
    first = Date(2026, 3, 10)

    def derogated(day: Date) -> FilesLimit | None:
        return files_limit("000", day, has_derogation=day >= first)

    two = [sent(), sent(name="second")]
    early = spec.given(*two).when(lambda state: numbering.send_file(state, sent(name="third"), derogated))
    assert early.refused("files_per_month").facts["until"] == first
    spec.given(*two).when(lambda state: numbering.send_file(state, sent(on=first, name="third"), derogated)).state()


def test_files_that_wait_take_their_place_before_those_to_come():
    state = numbering.fold([sent(), sent(on=Date(2026, 2, 27))])
    days = numbering.earliest_days(state, ["100"], ["100", "200", "100", "100"], TODAY, limit_on("000"))
    assert days == (Date(2026, 4, 1), TODAY, Date(2026, 4, 1), Date(2026, 5, 1))
    days = numbering.earliest_days(state, ["100"], ["100", "200"], TODAY, limit_on())
    assert days == (TODAY + timedelta(days=2), TODAY)
    assert numbering.earliest_days(state, ["100"], ["100"], TODAY, lambda _: None) == (TODAY,)


def test_the_refusal_names_the_limit_and_its_source():
    error = spec.given(sent()).when(sends(sent())).refused("files_per_day")
    assert "100724" in error.message


def test_a_file_that_did_not_leave_gives_its_place_back():
    spec.given(sent(), FileNotSent(uid("sending"))).when(sends(sent(name="second"))).state()
    spec.given(sent(), FileNotSent(uid("another"))).when(sends(sent(name="second"))).refused("files_per_day")
