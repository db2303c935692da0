"""Categories from the scores of a Katz form: MedAdmin reference A5, row by row and at every border."""

from datetime import date as Date
from itertools import product
from typing import Any

import pytest

from domain.errors import Invalid
from domain.pricing.katz import ITEMS, TABLES, Scores, assess

DAY = Date(2026, 1, 15)


def scores(text: str, **certified: bool) -> Scores:
    """ "443332": wash, dress, transfer, toilet, continence, eating."""
    return Scores(*map(int, text), **certified)


def category(text: str, **certified: bool) -> str:
    return assess(scores(text, **certified), DAY).category


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("444443", "C"),
        ("444434", "C"),
        ("444444", "C"),
        ("444433", "B"),  # neither continence nor eating is 4
        ("344444", "B"),
        ("333331", "B"),
        ("333313", "B"),
        ("333322", "A"),
        ("333311", "A"),
        ("331311", "A"),
        ("332211", "T2"),
        ("442211", "T7"),
        ("222231", "T7"),
        ("222211", "T2"),
        ("211111", "T2"),
        ("144444", ""),
        ("111111", ""),
    ],
)
def test_the_category_that_scores_lead_to(text: str, expected: str):
    assert category(text) == expected


@pytest.mark.parametrize(
    ("text", "certified", "expected"),
    [
        ("222221", {"night_incontinence": True}, "T7"),
        ("222221", {}, "T2"),
        ("222211", {"night_incontinence": True}, "T2"),
        ("221111", {"disoriented": True}, "T7"),
        ("221111", {}, "T2"),
        ("211111", {"disoriented": True}, "T2"),
    ],
)
def test_what_must_be_certified(text: str, certified: dict[str, bool], expected: str):
    assert category(text, **certified) == expected


def test_a_weaker_reading_of_c_is_shown_and_not_followed():
    for text in ("444431", "444413", "444433", "444414"):
        found = assess(scores(text), DAY)
        assert found.category == "B"
        assert found.contested
        assert (found.contested.category, found.contested.source) == ("C", "VBZV, 2019")
    assert assess(scores("444443"), DAY).contested is None
    assert assess(scores("444422"), DAY).contested is None


def test_it_says_by_which_criterion_and_where_it_stands():
    found = assess(scores("222231"), DAY)
    assert found.criterion
    assert (dict(found.criterion.least), found.criterion.source) == ({"wash": 2, "dress": 2, "continence": 3}, "DGEC")
    assert all(criterion.source for table in TABLES for criterion in table.criteria)
    assert assess(scores("111111"), DAY).criterion is None


def test_palliative_categories_follow_the_same_scores():
    assert [assess(scores(text), DAY).palliative for text in ("444444", "333331", "333311", "442211", "111111")] == [
        "PC",
        "PB",
        "PA",
        "",
        "",
    ]


def test_a_higher_score_never_leads_to_less():
    order = ["", "T2", "T7", "A", "B", "C"]
    for text in product("1234", repeat=6):
        rank = order.index(category("".join(text)))
        for place in range(6):
            if text[place] < "4":
                worse = (*text[:place], str(int(text[place]) + 1), *text[place + 1 :])
                assert order.index(category("".join(worse))) >= rank


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("score", [0, 5])
def test_a_score_is_one_to_four(item: Any, score: int):
    with pytest.raises(Invalid) as caught:
        Scores(**(dict.fromkeys(ITEMS, 1) | {item: score}))
    assert (caught.value.code, caught.value.facts) == ("katz_score_invalid", {"field": item})
