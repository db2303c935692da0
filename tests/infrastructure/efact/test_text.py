"""Names come out in plain ASCII, of the length they look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.efact.text import plain, plain_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hélène Çağlar", "Helene Caglar"),
        ("Strauß", "Strauss"),
        ("Cœur Ægir Bjørn Łódź Đặng", "Coeur AEgir Bjorn Lodz Dang"),
        ("L\u2019Été \u2013 n°1", "L'Ete - n 1"),
        ("e\u0301", "e"),
        ("日本", "  "),
        ("a\tb\nc\0", "a b c "),
    ],
)
def test_plain(text, expected):
    assert plain(text) == expected


def test_names_lose_the_signs_that_unions_refuse():
    assert plain_name("A!B@C#D&E/F\\G") == "ABCDEFG"
    assert plain("A/B") == "A/B"


@given(st.text())
def test_plain_is_always_printable_ascii(text):
    assert plain(text).isascii()
    assert plain(text).isprintable()
    assert plain(plain(text)) == plain(text)
