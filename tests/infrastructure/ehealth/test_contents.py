"""Content goes deflated without a header, and comes back within bounds."""

import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.ehealth.contents import ContentError, decoded, deflate, inflate


@given(st.binary(max_size=5000))
def test_what_was_deflated_comes_back(content: bytes):
    assert inflate(deflate(content)) == content
    assert decoded(deflate(content), None) == decoded(content, "none") == content


@given(st.binary(max_size=300), st.sampled_from([None, "", "deflate", "none", "gzip", "DEFLATE"]))
def test_any_bytes_are_read_or_told(content: bytes, encoding: str | None):
    with suppress(ContentError):
        assert len(decoded(content, encoding, most_bytes=10_000)) <= 10_000


def test_a_bomb_is_refused_at_the_limit():
    bomb = deflate(bytes(50_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(ContentError, match="content_too_large"):
        inflate(bomb, most_bytes=1_000_000)
    assert len(inflate(deflate(bytes(1_000_000)), most_bytes=1_000_000)) == 1_000_000


def test_with_a_header_or_cut_short_it_is_not_taken():
    for wrong in (zlib.compress(b"text"), deflate(b"text" * 100)[:-3]):
        with pytest.raises(ContentError, match="content_not_deflated"):
            inflate(wrong)
