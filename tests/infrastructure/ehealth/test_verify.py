"""No rearranged, doubled, moved or changed message passes for what was signed; every honest one does."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from infrastructure.ehealth.envelope import Envelope
from infrastructure.ehealth.namespaces import DS, SOAP, WSSE, WSU, name
from infrastructure.ehealth.verify import NotGenuine, verify
from infrastructure.mycarenet_simulator import pki
from tests.infrastructure.ehealth.holders import NOW, SSIN, authority, credential, nurse

ANCHORS = (authority().certificate,)
SKEW = timedelta(seconds=30)
ID = name(WSU, "Id")
KINDS: tuple[Any, ...] = ("rsa-2048", "p-256", "p-384")


def answered(kind: Any = "p-384", text: str = "paid: 1") -> etree._Element:
    """A message as a service signs it."""
    body = etree.Element("answer")
    etree.SubElement(body, "amount").text = text
    return etree.fromstring(Envelope(body, NOW, timedelta(minutes=1), UUID(int=5)).by_certificate(nurse(kind)))


def check(envelope: etree._Element, **values: Any) -> bool:
    """As it arrives: written and read once more."""
    given = {"anchors": ANCHORS, "now": NOW, "skew": SKEW} | values
    return verify(etree.fromstring(etree.tostring(envelope)), **given)


@pytest.mark.parametrize("kind", KINDS)
def test_an_honest_answer_is_genuine_and_one_without_security_says_nothing(kind: Any):
    assert check(answered(kind))
    plain = answered(kind)
    plain.remove(plain[0])
    assert not check(plain)


@pytest.mark.parametrize(("later", "code"), [(-31, "timestamp_out_of_time"), (91, "timestamp_out_of_time")])
def test_it_is_believed_for_its_own_time_only(later: int, code: str):
    assert check(answered(), now=NOW + timedelta(seconds=89))
    with pytest.raises(NotGenuine, match=code):
        check(answered(), now=NOW + timedelta(seconds=later))


def test_only_a_pinned_authority_vouches_for_whoever_signed():
    stranger = pki.new_authority(NOW)
    with pytest.raises(NotGenuine, match="certificate_not_trusted"):
        check(answered(), anchors=(stranger.certificate,))
    with pytest.raises(NotGenuine, match="certificate_not_trusted"):
        check(answered(), anchors=())
    old = credential(pki.person(authority(), SSIN, "Fictive", NOW - timedelta(days=9), valid=timedelta(days=1)))
    message = Envelope(etree.Element("a"), NOW, timedelta(minutes=1), UUID(int=5)).by_certificate(old)
    with pytest.raises(NotGenuine, match="certificate_out_of_time"):
        check(etree.fromstring(message))


# Wrapping: the signed part is kept somewhere, another one stands where it is read


Place = Callable[[etree._Element, etree._Element], None]


def in_header(envelope: etree._Element, kept: etree._Element) -> None:
    etree.SubElement(envelope[0], "wrapper").append(kept)


def in_security(envelope: etree._Element, kept: etree._Element) -> None:
    _security(envelope).append(kept)


def in_signature(envelope: etree._Element, kept: etree._Element) -> None:
    signature = envelope.find(f".//{name(DS, 'Signature')}")
    assert signature is not None
    etree.SubElement(signature, name(DS, "Object")).append(kept)


def in_body(envelope: etree._Element, kept: etree._Element) -> None:
    body = envelope.findall(name(SOAP, "Body"))[-1]
    etree.SubElement(body, "wrapper").append(kept)


def before_body(envelope: etree._Element, kept: etree._Element) -> None:
    envelope.insert(1, kept)


def after_body(envelope: etree._Element, kept: etree._Element) -> None:
    envelope.append(kept)


def before_header(envelope: etree._Element, kept: etree._Element) -> None:
    envelope.insert(0, kept)


PLACES: tuple[Place, ...] = (in_header, in_security, in_signature, in_body, before_body, after_body, before_header)
IDS_OF_EVIL: tuple[str, ...] = ("same", "none", "other", "Id", "id", "ID", "xml:id")
PARTS = ("body", "timestamp")
COMMENTS = (False, True)
TAGS = ("as it was", "renamed", "other namespace")


def wrapped(part: str, place: Place, evil_id: str, tag: str, *, comment: bool) -> etree._Element:
    """The signed part moved to `place`; a changed copy in its stead."""
    envelope = answered()
    kept = envelope.find(name(SOAP, "Body")) if part == "body" else envelope.find(f".//{name(WSU, 'Timestamp')}")
    assert kept is not None
    parent = kept.getparent()
    assert parent is not None
    at = parent.index(kept)
    evil = deepcopy(kept)
    evil[0].text = "2026-11-02T09:30:00.001Z" if part == "timestamp" else "paid: 1000000"
    original = evil.attrib.pop(ID)
    if evil_id in ("same", "other"):
        evil.set(ID, original if evil_id == "same" else "other")
    elif evil_id != "none":
        evil.set({"xml:id": "{http://www.w3.org/XML/1998/namespace}id"}.get(evil_id, evil_id), original)
    parent.remove(kept)
    parent.insert(at, evil)
    if tag == "renamed":
        kept.tag = name(SOAP, "Kept")
    elif tag == "other namespace":
        kept.tag = "{urn:other}" + etree.QName(kept).localname
    if comment:
        kept.insert(0, etree.Comment("paid"))
    place(envelope, kept)
    return envelope


VARIANTS = list(product(PARTS, PLACES, IDS_OF_EVIL, TAGS, COMMENTS))


def passes(envelope: etree._Element) -> bool:
    try:
        return check(envelope)
    except NotGenuine:
        return False


def test_no_wrapping_passes():
    assert len(VARIANTS) >= 500
    passed = [
        (part, place.__name__, evil_id, tag, comment)
        for part, place, evil_id, tag, comment in VARIANTS
        if passes(wrapped(part, place, evil_id, tag, comment=comment))
    ]
    assert passed == []


def _security(envelope: etree._Element) -> etree._Element:
    found = envelope.find(f".//{name(WSSE, 'Security')}")
    assert found is not None
    return found


def comment_in_text(envelope: etree._Element) -> None:
    """Canonical form does not see it, and the text would end there."""
    amount = envelope.find(".//amount")
    assert amount is not None
    amount.insert(0, etree.Comment("x"))


def instruction_in_body(envelope: etree._Element) -> None:
    envelope[1].insert(0, etree.ProcessingInstruction("x"))


def second_security(envelope: etree._Element) -> None:
    envelope[0].append(deepcopy(_security(envelope)))


def second_signature(envelope: etree._Element) -> None:
    _security(envelope).append(deepcopy(_security(envelope)[-1]))


def no_signature(envelope: etree._Element) -> None:
    _security(envelope).remove(_security(envelope)[-1])


def no_timestamp(envelope: etree._Element) -> None:
    _security(envelope).remove(_security(envelope)[1])


def two_bodies(envelope: etree._Element) -> None:
    envelope.append(deepcopy(envelope[1]))


def drop_reference(nth: int) -> Callable[[etree._Element], None]:
    def change(envelope: etree._Element) -> None:
        info = _security(envelope)[-1][0]
        info.remove(info.findall(name(DS, "Reference"))[nth])

    return change


def other_algorithm(local: str, algorithm: str) -> Callable[[etree._Element], None]:
    def change(envelope: etree._Element) -> None:
        element = envelope.find(f".//{name(DS, local)}")
        assert element is not None
        element.set("Algorithm", algorithm)

    return change


def other_certificate(envelope: etree._Element) -> None:
    other = answered("p-256")
    _security(envelope)[0].text = _security(other)[0].text


CHANGES = [
    comment_in_text,
    instruction_in_body,
    second_security,
    second_signature,
    no_signature,
    no_timestamp,
    two_bodies,
    other_certificate,
    *(drop_reference(nth) for nth in range(3)),
    other_algorithm("SignatureMethod", f"{DS}rsa-sha1"),
    other_algorithm("SignatureMethod", f"{DS}hmac-sha1"),
    other_algorithm("DigestMethod", f"{DS}sha1"),
    other_algorithm("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
    other_algorithm("Transform", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
    other_algorithm("Transform", "http://www.w3.org/2002/06/xmldsig-filter2"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_else_passes_either(change: Callable[[etree._Element], None]):
    envelope = answered()
    change(envelope)
    with pytest.raises(NotGenuine):
        check(envelope)


def texts(envelope: etree._Element) -> Iterator[etree._Element]:
    return (one for one in envelope.iter("*") if (one.text or "").strip())


@given(st.data())
def test_no_changed_character_passes(data: st.DataObject):
    envelope = answered()
    element = data.draw(st.sampled_from(list(texts(envelope))))
    text = element.text or ""
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != text[at]))
    element.text = text[:at] + other + text[at + 1 :]
    with pytest.raises(NotGenuine):
        check(envelope)
