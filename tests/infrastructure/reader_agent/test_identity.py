"""What a card says of its holder is believed when the register signed it, below an anchor of the settings."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from cryptography import x509

from infrastructure.reader_agent.cards import Cards
from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.identity import birth_parts, fields, read_identity
from infrastructure.reader_agent.pcsc import Reader
from tests.infrastructure.reader_agent.issued import (
    NOW,
    SSIN,
    Generation,
    Personalised,
    identity_file,
    personalised,
    tlv,
)
from tests.infrastructure.reader_agent.virtual_card import VirtualCard, lent

BOTH = pytest.mark.parametrize("generation", ["1.7", "1.8"])


def cards(on_it: Personalised, anchors: Any = None, now: Any = NOW, **options: Any) -> Cards:
    card = VirtualCard(on_it, **options)
    trusted = [on_it.root] if anchors is None else anchors
    return Cards(
        trusted,
        lambda: now,
        readers=lambda: [Reader("One", has_card=True)],
        transaction=lambda reader, *, reset=False: lent(card),
    )


@BOTH
def test_identity_and_address_are_read(generation: Generation):
    read = cards(personalised(generation)).read("One")
    assert (read.identity.ssin, read.identity.surname, read.identity.given_names) == (
        SSIN,
        "Nurse",
        "Fictive Éléonore",
    )
    assert (read.identity.birth_year, read.identity.birth_month, read.identity.birth_day) == (1985, 7, 30)
    assert (read.identity.valid_from, read.identity.valid_until) == (date(2024, 2, 1), date(2034, 2, 1))
    assert (read.address.street, read.address.zip_code, read.address.municipality) == (
        "Rue de l'Exemple 1",
        "1000",
        "Bruxelles",
    )
    assert read.is_own_chip is (True if generation == "1.8" else None)


@BOTH
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("3F00DF014031", "identity_not_genuine"),
        ("3F00DF014032", "identity_not_genuine"),
        ("3F00DF014033", "address_not_genuine"),
        ("3F00DF014034", "address_not_genuine"),
    ],
)
def test_any_changed_byte_is_noticed(generation: Generation, path: str, code: str):
    on_it = personalised(generation)
    content = on_it.files[path]
    for place in (1, 9, 40):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(CardError) as error:
            cards(on_it.with_file(path, changed)).read("One")
        assert error.value.code in ("identity_not_genuine", code)


@BOTH
@pytest.mark.parametrize("path", ["3F00DF014031", "3F00DF014032", "3F00DF014033", "3F00DF014034"])
def test_an_empty_file_is_not_genuine(generation: Generation, path: str):
    with pytest.raises(CardError, match="not_genuine"):
        cards(personalised(generation).with_file(path, b"")).read("One")


def test_a_copy_of_the_files_on_another_chip_is_seen():
    other = personalised("1.8", serial=b"\x33" * 16)
    on_it = personalised("1.8")
    copied = Personalised("1.8", other.serial, other.key, other.certificate, other.root, other.basic_key, on_it.files)
    assert cards(copied).read("One").is_own_chip is False
    gone = on_it.with_file("3F00DF014040", b"")
    assert cards(gone).read("One").is_own_chip is False


def test_only_the_register_below_an_anchor_is_believed():
    on_it = personalised("1.8")
    with pytest.raises(CardError, match="trust_anchors_missing"):
        cards(on_it, anchors=[]).read("One")
    stranger = on_it.certificate
    with pytest.raises(CardError, match="certificate_untrusted"):
        cards(on_it, anchors=[stranger]).read("One")
    with pytest.raises(CardError, match="certificate_untrusted"):
        cards(personalised("1.8", register="Somebody")).read("One")
    with pytest.raises(CardError, match="certificate_out_of_time"):
        cards(on_it, now=NOW + timedelta(days=4000)).read("One")


def test_an_identity_signed_by_a_citizen_is_refused():
    """The citizen's own certificate stands below the same root: only the register's name tells them apart."""
    on_it = personalised("1.8")
    authentication = on_it.files["3F00DF005038"]
    with pytest.raises(CardError, match="certificate_untrusted"):
        cards(on_it.with_file("3F00DF00503C", authentication)).read("One")


def test_the_citizen_authority_counts_as_a_link():
    on_it = personalised("1.8")
    citizen = x509.load_der_x509_certificate(on_it.files["3F00DF00503A"].rstrip(b"\0"))
    with pytest.raises(CardError, match="certificate_untrusted"):
        cards(on_it, anchors=[citizen]).read("One")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("30 JUIL 1985", (1985, 7, 30)),
        ("01 MAAR 1990", (1990, 3, 1)),
        ("02.MÄR.1990", (1990, 3, 2)),
        ("02 DEZ. 1990", (1990, 12, 2)),
        ("11 SEPT 2001", (2001, 9, 11)),
        ("1960", (1960, None, None)),
        ("xx 1960", (None, None, None)),
        ("", (None, None, None)),
        ("30 FOO 1985", (1985, None, None)),
        ("99 JAN 1985", (1985, None, None)),
    ],
)
def test_birth_dates_of_three_languages(text: str, parts: object):
    assert birth_parts(text) == parts


def test_fields_of_every_form():
    long = b"x" * 600
    content = tlv({1: "a", 2: long, 3: ""}) + bytes(30)
    assert fields(content) == {1: b"a", 2: long, 3: b""}
    assert fields(tlv({0: b"\x01", 1: "a"})) == {0: b"\x01", 1: b"a"}
    assert fields(b"") == {}


@pytest.mark.parametrize("content", [b"\x01", b"\x01\x05ab", b"\x01\xff", b"\x01\x01a\x01\x01b"])
def test_a_broken_file_is_unreadable(content: bytes):
    with pytest.raises(CardError, match="identity_unreadable"):
        fields(content)


@pytest.mark.parametrize(
    "content",
    [
        identity_file("85073003329"),
        identity_file("1"),
        identity_file(SSIN).replace(b"01.02.2034", b"31.02.2034"),
        identity_file(SSIN).replace("É".encode(), b"\xff\xfe"),
    ],
)
def test_signed_nonsense_is_unreadable(content: bytes):
    with pytest.raises(CardError, match="identity_unreadable"):
        read_identity(content)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@BOTH
def test_whatever_a_card_says_instead_is_told_by_a_code(generation: Generation):
    """Files with some bytes changed: nothing of them is believed, and nothing but our own errors comes out."""
    chance = Random(1)
    on_it = personalised(generation)
    codes = set()
    for _ in range(400):
        path = chance.choice(["3F00DF00503C", "3F00DF00503A", "3F00DF005038", "3F00DF014032", "3F00DF014034"])
        content = bytearray(on_it.files[path])
        for _ in range(chance.choice([1, 2, 5])):
            content[chance.randrange(min(len(content), 700))] = chance.randrange(256)
        here = cards(on_it.with_file(path, bytes(content)))
        for ask in (here.read, here.holder):
            try:
                ask("One")
            except CardError as error:
                codes.add(error.code)
    assert {"card_answer_unexpected", "certificate_untrusted", "identity_not_genuine"} <= codes
