"""Commands and files of the card, with a card in this process."""

import pytest

from infrastructure.reader_agent import files
from infrastructure.reader_agent.apdu import Apdus
from infrastructure.reader_agent.card import Applet, BelgianEid
from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.files import File
from infrastructure.reader_agent.genuine import holds_for
from infrastructure.reader_agent.pin import Pin
from tests.infrastructure.reader_agent.issued import Generation, personalised
from tests.infrastructure.reader_agent.virtual_card import VirtualCard

BOTH = pytest.mark.parametrize("generation", ["1.7", "1.8"])
DIGEST = bytes(range(32))


def eid(card: VirtualCard) -> BelgianEid:
    return BelgianEid.recognise(Apdus(card.exchange))


def pin(digits: str = "1234") -> Pin:
    return Pin(bytearray(digits, "ascii"))


def refused(error: pytest.ExceptionInfo[CardError]) -> tuple[str, int | None]:
    return error.value.code, error.value.tries_left


@pytest.mark.parametrize(
    ("digits", "block"),
    [
        ("1234", "241234FFFFFFFFFF"),
        ("12345", "2512345FFFFFFFFF"),
        ("123456789012", "2C123456789012FF"),
    ],
)
def test_a_pin_becomes_the_block_of_the_manual(digits: str, block: str):
    assert pin(digits).block().hex().upper() == block


@pytest.mark.parametrize("digits", ["", "123", "1234567890123", "12a4", "12 4"])
def test_what_is_no_pin_is_wiped_at_once(digits: str):
    typed = bytearray(digits, "ascii")
    with pytest.raises(CardError, match="eid_pin_length"):
        Pin(typed)
    assert typed == b""


def test_a_pin_is_written_over_when_it_is_done_with():
    seen = []

    class Watched(bytearray):
        def clear(self) -> None:
            seen.append(bytes(self))
            super().clear()

    typed = Watched(b"1234")
    with Pin(typed) as one:
        assert len(one.block()) == 8
        assert "1234" not in repr(one)
    assert (seen, typed) == ([bytes(4)], b"")


@BOTH
def test_the_applet_says_its_generation(generation: Generation):
    assert eid(VirtualCard(personalised(generation))).applet.title == generation


def test_an_applet_that_another_program_chose_is_chosen_again():
    card = VirtualCard(personalised("1.8"), needs_select=True)
    assert eid(card).applet is Applet.V18


def test_an_unknown_generation_is_refused_cleanly():
    with pytest.raises(CardError, match="card_unsupported_applet"):
        eid(VirtualCard(personalised("1.8"), applet_byte=0x20))
    with pytest.raises(CardError, match="card_unsupported_applet"):
        eid(VirtualCard(personalised("1.7"), applet_byte=0x11))


@pytest.mark.parametrize("answer", ["6E00", "6D00", "9000", "0102039000"])
def test_another_card_is_no_eid(answer: str):
    with pytest.raises(CardError, match="card_not_belgian_eid"):
        BelgianEid.recognise(Apdus(lambda _: bytes.fromhex(answer)))


@pytest.mark.parametrize("answer", [b"", b"\x90"])
def test_an_answer_without_a_status_word_is_an_error(answer: bytes):
    with pytest.raises(CardError, match="card_answer_unexpected"):
        Apdus(lambda _: answer).send("00200001")


def test_a_card_that_always_has_more_is_not_listened_to_for_ever():
    with pytest.raises(CardError, match="card_answer_unexpected"):
        Apdus(lambda _: bytes.fromhex("016100")).send("002A9E9A", DIGEST)


@BOTH
@pytest.mark.parametrize("sees_paths", [True, False])
def test_the_certificate_is_read_without_its_padding(generation: Generation, sees_paths: bool):
    on_it = personalised(generation)
    card = VirtualCard(on_it, sees_paths=sees_paths)
    assert eid(card).authentication_certificate() == on_it.certificate
    read = sum(line.startswith("B0") for line in card.asked)
    assert read <= 8, "the padding is not read"


@BOTH
def test_a_card_without_certificate_says_so(generation: Generation):
    for content in (bytes(2500), None):
        on_it = personalised(generation).with_file("3F00DF005038", content or b"")
        if content is None:
            del on_it.files["3F00DF005038"]
        with pytest.raises(CardError, match="eid_no_authentication_certificate"):
            eid(VirtualCard(on_it)).authentication_certificate()


@pytest.mark.parametrize("size", [0, 1, 247, 248, 249, 496, 1000])
def test_files_of_every_length_come_whole(size: int):
    content = bytes(place % 251 for place in range(size))
    on_it = personalised("1.8").with_file("3F00DF014031", content)
    assert files.read(Apdus(VirtualCard(on_it).exchange), File.IDENTITY) == content


def test_a_file_without_end_is_not_read_for_ever():
    def exchange(command: bytearray) -> bytes:
        return b"\x90\x00" if command[1] == 0xA4 else bytes(command[4]) + b"\x90\x00"

    with pytest.raises(CardError, match="card_answer_unexpected"):
        files.read(Apdus(exchange), File.IDENTITY)


@BOTH
def test_a_digest_is_signed_and_the_right_is_gone_afterwards(generation: Generation):
    card = VirtualCard(personalised(generation))
    one = eid(card)
    with one.opened(pin()):
        assert card.has_right
        signature = one.sign(DIGEST)
    assert holds_for(card.on_it.certificate, signature, DIGEST)
    assert not holds_for(card.on_it.certificate, signature, bytes(32))
    assert not card.has_right
    with pytest.raises(CardError, match="eid_pin_needed"):
        one.sign(DIGEST)


@BOTH
def test_a_wrong_pin_says_how_many_tries_are_left_and_the_last_wants_a_second_word(generation: Generation):
    card = VirtualCard(personalised(generation))
    one = eid(card)
    for left in (2, 1):
        with pytest.raises(CardError) as error, one.opened(pin("9999")):
            pass
        assert refused(error) == ("eid_pin_wrong", left)
    with pytest.raises(CardError) as error, one.opened(pin()):
        pass
    assert refused(error) == ("eid_pin_last_try", 1)
    assert card.tries == 1, "nothing was sent"
    with pytest.raises(CardError) as error, one.opened(pin("9999"), last_try_confirmed=True):
        pass
    assert refused(error) == ("eid_pin_blocked", 0)
    sent = len([line for line in card.asked if line == "20 0001 8"])
    with pytest.raises(CardError) as error, one.opened(pin(), last_try_confirmed=True):
        pass
    assert refused(error) == ("eid_pin_blocked", 0)
    assert len([line for line in card.asked if line == "20 0001 8"]) == sent == 3


def test_the_last_try_that_was_confirmed_can_be_right():
    card = VirtualCard(personalised("1.8"), tries=1)
    one = eid(card)
    with one.opened(pin(), last_try_confirmed=True):
        assert len(one.sign(DIGEST)) == 96
    assert card.tries == 3


def test_a_right_that_another_program_left_open_hides_the_tries_and_is_closed_before_ours():
    card = VirtualCard(personalised("1.8"), tries=1)
    card.has_right = True
    one = eid(card)
    assert one.tries_left() is None
    with pytest.raises(CardError, match="eid_pin_last_try"), one.opened(pin()):
        pass
    assert not card.has_right


def test_whatever_fails_while_it_is_open_closes_it_and_is_told():
    card = VirtualCard(personalised("1.7"))
    one = eid(card)
    with pytest.raises(RuntimeError, match="ours"), one.opened(pin()):
        raise RuntimeError("ours")
    assert not card.has_right


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (0x6982, "eid_pin_needed"),
        (0x6985, "eid_not_activated"),
        (0x6D00, "eid_not_activated"),
        (0x6A88, "eid_no_key"),
        (0x6983, "eid_pin_blocked"),
        (0x6F00, "card_answer_unexpected"),
    ],
)
def test_status_words_have_stable_codes(status: int, code: str):
    card = VirtualCard(personalised("1.8"))
    one = eid(card)
    broken = BelgianEid(Apdus(lambda _: status.to_bytes(2)), one.applet, one.serial)
    with pytest.raises(CardError) as error:
        broken.sign(DIGEST)
    assert error.value.code == code
    with pytest.raises(ValueError, match="32 bytes"):
        one.sign(b"short")


@BOTH
def test_a_signature_of_another_length_is_not_taken(generation: Generation):
    one = eid(VirtualCard(personalised(generation)))
    odd = BelgianEid(Apdus(lambda _: b"\x00" * 20 + b"\x90\x00"), one.applet, one.serial)
    with pytest.raises(CardError, match="card_answer_unexpected"):
        odd.sign(DIGEST)
