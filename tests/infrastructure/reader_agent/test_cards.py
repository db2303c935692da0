"""One card at a time, the one that was asked for, and no signature that its certificate does not verify."""

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest

from infrastructure.reader_agent import cards as module
from infrastructure.reader_agent.cards import Cards, CardState
from infrastructure.reader_agent.errors import CardError
from infrastructure.reader_agent.pcsc import Reader
from infrastructure.reader_agent.pin import Pin
from tests.infrastructure.reader_agent.issued import NOW, Generation, Personalised, personalised
from tests.infrastructure.reader_agent.virtual_card import VirtualCard, lent

BOTH = pytest.mark.parametrize("generation", ["1.7", "1.8"])


def cards(card: VirtualCard, now: Any = NOW) -> Cards:
    return Cards(
        [card.on_it.root],
        lambda: now,
        readers=lambda: [Reader("One", has_card=True), Reader("Two", has_card=False)],
        transaction=lambda reader, *, reset=False: lent(card),
    )


def with_key_of(on_it: Personalised, other: Personalised) -> Personalised:
    return replace(on_it, key=other.key)


@BOTH
def test_a_signature_by_another_key_is_not_handed_out(generation: Generation):
    """As from a card whose chip fails, or that only looks like the one of its certificate."""
    wrong = with_key_of(personalised(generation), personalised(generation, "90010100155"))
    here = cards(VirtualCard(wrong))
    with pytest.raises(CardError, match="card_answer_unexpected"):
        here.sign("One", here.holder("One"), Pin(bytearray(b"1234")), b"content")


@BOTH
def test_a_certificate_that_is_over_or_has_not_begun_opens_nothing(generation: Generation):
    for now in (NOW + timedelta(days=3 * 365 + 1), NOW - timedelta(days=31)):
        with pytest.raises(CardError, match="certificate_out_of_time"):
            cards(VirtualCard(personalised(generation)), now).holder("One")


def test_states_of_every_reader():
    strange = VirtualCard(personalised("1.8"), applet_byte=0x20)
    assert cards(strange).states() == [
        CardState("One", has_card=True, code="card_unsupported_applet"),
        CardState("Two", has_card=False),
    ]
    pulled = VirtualCard(personalised("1.8"), pull_at=1)
    assert cards(pulled).states()[0] == CardState("One", has_card=True, code="card_removed")


def test_whoever_waits_too_long_for_a_reader_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_WAIT_S", 0.05)
    here, holds, done = cards(VirtualCard(personalised("1.8"))), Event(), Event()

    def long() -> None:
        with here._card("One"):
            holds.set()
            done.wait(10)

    thread = Thread(target=long)
    thread.start()
    assert holds.wait(10)
    with pytest.raises(CardError, match="reader_busy"):
        here.holder("One")
    assert here.holder("Two").tries_left == 3, "each reader has a lock of its own"
    done.set()
    thread.join()
    assert here.holder("One").tries_left == 3


def test_after_an_error_the_reader_is_free_again():
    card = VirtualCard(personalised("1.8"), pull_at=3)
    here = cards(card)
    with pytest.raises(CardError, match="card_removed"):
        here.holder("One")
    card.pull_at = None
    assert here.holder("One").tries_left == 3
