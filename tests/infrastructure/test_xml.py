"""XML from outside: streamed, and nothing in it can reach out, expand or grow."""

import pytest

from infrastructure.xml import XmlError, document, local_name, records

BOUND = 1_000_000


def read(content: bytes, bound: int = BOUND) -> list[tuple[str, list[str | None]]]:
    return [(local_name(element), [cell.text for cell in element]) for element in list(records(content, bound))[1:]]


def test_children_of_the_root_come_one_by_one_by_their_local_names():
    found = records(b'<a xmlns="urn:x" n="1"><b><c>1</c></b><!-- no --><?no?><b><c>2</c></b>tail</a>', BOUND)
    root = next(found)
    assert (local_name(root), root.get("n")) == ("a", "1")
    assert [(local_name(one), one[0].text) for one in found] == [("b", "1"), ("b", "2")]


def test_nothing_is_lost_however_the_document_is_cut():
    content = b"<a>" + b"".join(b"<b><c>%d</c><d>%s</d></b>\n" % (n, b"x" * (n % 977)) for n in range(3_000)) + b"</a>"
    found = records(content, 10 * BOUND)
    next(found)
    for number, one in enumerate(found):
        assert (one[0].text, len(one[1].text or "")) == (str(number), number % 977)
    assert number == 2_999


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
REFUSED = [
    (b"", "xml_invalid"),
    (b"<a><b></a>", "xml_invalid"),
    (b"<a/><b/>", "xml_invalid"),
    (b"<a>&unknown;</a>", "xml_invalid"),
    (b"<a>" * 1_000 + b"</a>" * 1_000, "xml_invalid"),
    (b"\x00\x01\x02", "xml_invalid"),
    (b'<?xml version="1.0" encoding="nonsense"?><a/>', "xml_invalid"),
    (b"<!DOCTYPE a><a/>", "xml_forbidden"),
    (b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>', "xml_forbidden"),
    (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>', "xml_forbidden"),
    ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"), "xml_forbidden"),
    (f'<!DOCTYPE a [<!ENTITY l0 "l">{LAUGHS}]><a><b>&l9;</b></a>'.encode(), "xml_forbidden"),
    (f'<!DOCTYPE a [<!ENTITY l0 "l">{LAUGHS}]><a n="&l9;"/>'.encode(), "xml_invalid"),
    (b"<a/>" + b" " * BOUND, "xml_too_large"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), REFUSED)
def test_what_is_refused(content, expected):
    with pytest.raises(XmlError) as refused:
        read(content)
    assert refused.value.code == expected


@pytest.mark.parametrize("has_long_texts", [False, True])
@pytest.mark.parametrize(("content", "expected"), REFUSED)
def test_what_a_whole_document_is_refused_for(content, expected, has_long_texts):
    content = content.replace(b"<a>" * 1_000, b"<a>" * 3_000)
    with pytest.raises(XmlError) as refused:
        document(content, BOUND, has_long_texts=has_long_texts)
    is_seen_first = has_long_texts and expected == "xml_forbidden"
    assert refused.value.code in ({"xml_forbidden"} if is_seen_first else {"xml_forbidden", "xml_invalid", expected})


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "utf-32", "utf-7", "cp037"]
)
def test_no_encoding_hides_a_document_type_where_texts_are_long(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY l0 "l">{LAUGHS}]><a n="&l9;"/>'
    with pytest.raises(XmlError) as refused:
        document(text.encode(encoding), BOUND, has_long_texts=True)
    assert refused.value.code in ("xml_forbidden", "xml_invalid")


def test_a_long_text_is_read_only_where_one_is_expected():
    content = b"<a>" + b"QUJD" * 3_000_000 + b"</a>"
    with pytest.raises(XmlError, match="xml_invalid"):
        document(content, len(content))
    assert len(document(content, len(content), has_long_texts=True).text) == 12_000_000
