"""The official list that a practice has: read whatever its separator, never failing but for a missing header."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.code_list import OfficialCode
from domain.errors import Invalid
from infrastructure.codelist.reader import read_code_list

SAMPLE = Path(__file__).resolve().parents[4] / "shared" / "samples" / "efact" / "error-codes.tsv"


@pytest.mark.parametrize("separator", ["\t", ";", ","])
def test_columns_are_found_by_their_names(separator: str):
    text = f"code{separator}Lettre{separator}FR{separator}nl\n500522{separator}R{separator}texte{separator}tekst\n"
    assert read_code_list(text.encode()) == ([OfficialCode("500522", "R", "texte", "tekst")], [])


def test_lines_without_a_code_are_told_by_number_and_the_rest_is_kept():
    content = '\ufeffcode;fr\n500522;un\n\nrien;deux\n100721;"trois; quatre"\n'.encode()
    assert read_code_list(content) == (
        [OfficialCode("500522", "", "un"), OfficialCode("100721", "", "trois; quatre")],
        [4],
    )


def test_the_last_text_of_a_code_counts():
    assert read_code_list(b"code;fr\n500522;old\n500522;new\n")[0] == [OfficialCode("500522", "", "new")]


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"\xff\xfe\x00"])
def test_a_file_without_usable_header_is_refused_in_words(content: bytes):
    with pytest.raises(Invalid) as refused:
        read_code_list(content)
    assert refused.value.code == "code_list_header"


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the real list of codes is not beside the project")
def test_the_real_list_is_read_whole():
    found, unread = read_code_list(SAMPLE.read_bytes())
    assert (len(found), unread) == (2237, [])


@given(st.binary(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused_as_invalid(content: bytes):
    body = b"code;letter;fr\n" + content
    found, unread = read_code_list(body)
    assert len(found) + len(unread) <= body.count(b"\n") + body.count(b"\r") + 1
    with suppress(Invalid):
        read_code_list(content)
