"""Alive at a position, by index, is alive by comparison."""

from hypothesis import given
from hypothesis import strategies as st

from projections.time_index import ancestors, node_of


@given(st.integers(1, 2**40 - 1), st.integers(1, 2**40 - 1), st.integers(0, 2**40))
def test_a_span_is_found_at_every_position_it_holds_and_at_no_other(one: int, other: int, at: int) -> None:
    first, end = min(one, other), max(one, other) + 1
    check(first, end, at)
    check(first, end, first)
    check(first, end, end)
    check(first, end, first - 1)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 70))
def test_the_same_near_the_beginning(first: int, length: int, at: int) -> None:
    check(first, first + length, at)


def check(valid_from: int, valid_to: int, at: int) -> None:
    node, nodes = node_of(valid_from, valid_to), ancestors(at)
    found = (node in nodes.upto and valid_to > at) or (node in nodes.after and valid_from <= at)
    assert found == (valid_from <= at < valid_to)
    assert valid_from <= node < valid_to


def test_few_nodes_are_asked() -> None:
    nodes = ancestors(123_456_789)
    assert len(nodes.upto) + len(nodes.after) <= 42
    assert not set(nodes.upto) & set(nodes.after)
