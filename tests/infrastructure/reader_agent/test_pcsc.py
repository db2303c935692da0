"""The virtual card in a real PC/SC service: pcscd, its driver, its client library and pyscard are those of the trade."""

import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from threading import Thread
from typing import Any

import pytest

from infrastructure.reader_agent import pcsc
from infrastructure.reader_agent.apdu import Apdus
from infrastructure.reader_agent.card import BelgianEid
from infrastructure.reader_agent.cards import Cards
from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.genuine import holds_for
from infrastructure.reader_agent.pin import Pin
from tests.infrastructure.reader_agent.issued import NOW, SSIN, Generation, personalised
from tests.infrastructure.reader_agent.pcscd import Pcscd, alone, is_running, only_pcscd, require_pcscd
from tests.infrastructure.reader_agent.virtual_card import Inserted, VirtualCard

pytestmark = pytest.mark.card
BOTH = pytest.mark.parametrize("generation", ["1.7", "1.8"])
CONTENT = b"what is signed"


@pytest.fixture(autouse=True)
def pcscd() -> Iterator[None]:
    require_pcscd()
    with only_pcscd():
        yield


def cards(generation: Generation) -> Cards:
    return Cards([personalised(generation).root], lambda: NOW)


def pin(digits: str = "1234") -> Pin:
    return Pin(bytearray(digits, "ascii"))


def reader_with_card(slot: int = 0) -> str:
    return _reader(has_card=True, slot=slot)


def empty_reader(slot: int = 0) -> str:
    return _reader(has_card=False, slot=slot)


def _reader(*, has_card: bool, slot: int) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        one = [one for one in pcsc.readers() if one.name.startswith("Virtual PCD")][slot]
        if one.has_card is has_card:
            return one.name
        time.sleep(0.02)
    raise AssertionError("the card was not noticed")


def everything(generation: Generation, reader: str) -> Any:
    """Each thing that the agent does with a card, one after the other."""
    here = cards(generation)
    read = here.read(reader)
    holder = here.holder(reader)
    here.try_pin(reader, holder.serial, pin(), last_try_confirmed=False)
    return read, holder, here.sign(reader, holder, pin(), CONTENT)


@BOTH
def test_a_card_is_read_and_signs(generation: Generation):
    card = VirtualCard(personalised(generation))
    with Inserted(card):
        reader = reader_with_card()
        (state, *others) = [one for one in cards(generation).states() if one.has_card]
        assert (state.applet, state.tries_left, state.code, others) == (generation, 3, "", [])
        read, holder, signature = everything(generation, reader)
    assert read.identity.ssin == SSIN
    assert read.is_own_chip is (True if generation == "1.8" else None)
    assert holder.certificate == card.on_it.certificate
    assert holds_for(card.on_it.certificate, signature, sha256(CONTENT).digest())
    empty_reader()


@BOTH
def test_wrong_pins_until_it_is_blocked(generation: Generation):
    here = cards(generation)
    with Inserted(VirtualCard(personalised(generation))):
        reader = reader_with_card()
        serial = here.holder(reader).serial
        seen = []
        for last in (False, False, False, True, True):
            with pytest.raises(CardError) as error:
                here.try_pin(reader, serial, pin("9999"), last_try_confirmed=last)
            seen.append((error.value.code, error.value.tries_left))
        assert seen == [
            ("eid_pin_wrong", 2),
            ("eid_pin_wrong", 1),
            ("eid_pin_last_try", 1),
            ("eid_pin_blocked", 0),
            ("eid_pin_blocked", 0),
        ]
        assert here.holder(reader).tries_left == 0
        assert next(one for one in here.states() if one.has_card).tries_left == 0


@BOTH
def test_the_card_is_pulled_at_every_exchange(generation: Generation):
    """Whatever was under way: one stable code, no try lost beyond what was sent, and the next card works at once."""
    on_it = personalised(generation)
    whole = VirtualCard(on_it)
    with Inserted(whole):
        everything(generation, reader_with_card())
    exchanges = len(whole.asked)
    assert exchanges > 30
    for at in range(1, exchanges + 1):
        slot = at % 2  # the other reader notices meanwhile that its card is gone
        empty_reader(slot)
        card = VirtualCard(on_it, pull_at=at)
        with Inserted(card, slot):
            reader = reader_with_card(slot)
            with pytest.raises(CardError) as error:
                everything(generation, reader)
        assert error.value.code == "card_removed", (at, whole.asked[at - 1])
        assert len(card.asked) == at
        assert card.tries == 3
    for slot in (0, 1):
        empty_reader(slot)
        with Inserted(VirtualCard(on_it), slot):
            everything(generation, reader_with_card(slot))


def test_another_program_waits_until_log_off():
    """Between VERIFY and LOG OFF nobody else reaches the card: its right belongs to the card, not to a program."""
    card = VirtualCard(personalised("1.8"))
    order: list[str] = []
    with Inserted(card):
        reader = reader_with_card()

        def other() -> None:
            with pcsc.transaction(reader) as exchange:
                left = BelgianEid.recognise(Apdus(exchange)).tries_left()
                order.append(f"other sees {left}")

        with pcsc.transaction(reader, reset=True) as exchange:
            one = BelgianEid.recognise(Apdus(exchange))
            with one.opened(pin()):
                thread = Thread(target=other)
                thread.start()
                time.sleep(0.4)
                one.sign(sha256(CONTENT).digest())
                order.append("signed")
        thread.join(timeout=10)
    assert order == ["signed", "other sees 3"]


def test_no_right_outlives_a_program_that_fails():
    """The card is reset even when LOG OFF could not be sent."""
    card = VirtualCard(personalised("1.8"))
    with Inserted(card):
        reader = reader_with_card()
        with suppress(RuntimeError), pcsc.transaction(reader, reset=True) as exchange:
            Apdus(exchange).send("00200001", pin().block())
            assert card.has_right
            raise RuntimeError
        with pcsc.transaction(reader) as exchange:
            assert BelgianEid.recognise(Apdus(exchange)).tries_left() == 3
    assert not card.has_right


def test_a_pin_typed_for_one_card_is_not_sent_to_another():
    here = cards("1.8")
    with Inserted(VirtualCard(personalised("1.8"))):
        serial = here.holder(reader_with_card()).serial
    empty_reader()
    other = VirtualCard(personalised("1.7", serial=b"\x44" * 16))
    with Inserted(other), pytest.raises(CardError, match="card_changed"):
        here.try_pin(reader_with_card(), serial, pin(), last_try_confirmed=True)
    assert not any(line.startswith("20") for line in other.asked)


def test_without_a_card_and_without_such_a_reader():
    name = empty_reader()
    here = cards("1.8")
    assert [one.code for one in here.states()] == [""] * len(pcsc.readers())
    with pytest.raises(CardError, match="no_card"):
        here.holder(name)
    with pytest.raises(CardError, match="no_reader"):
        here.holder("A reader that nobody has")


def test_many_at_once_wait_for_each_other():
    here, found = cards("1.8"), []
    with Inserted(VirtualCard(personalised("1.8"))):
        reader = reader_with_card()
        holder = here.holder(reader)
        workers = [Thread(target=lambda: found.append(here.sign(reader, holder, pin(), CONTENT))) for _ in range(12)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=30)
    assert len(found) == 12


class TestService:
    """With pcscd stopped and started under us; it must be ours for that."""

    @pytest.fixture(autouse=True)
    def pcscd(self) -> Iterator[None]:
        require_pcscd()
        with alone():
            if is_running():
                pytest.skip("a card service of somebody else runs here")
            yield

    def test_it_can_be_off_and_come_back(self):
        here = cards("1.8")
        with pytest.raises(CardError, match="pcsc_service_not_running"):
            here.states()
        with Pcscd(), Inserted(VirtualCard(personalised("1.8"))):
            assert here.holder(reader_with_card()).tries_left == 3
        with pytest.raises(CardError, match="pcsc_service_not_running"):
            here.holder("any")
