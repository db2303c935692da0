"""Decide and commit: afresh when somebody was faster, with the answer kept beside the events."""

from typing import Any

import pytest

from application.commit import Decided, Streams, decide
from application.ports import AnswerKeeper, ConcurrencyConflict, Context, Meta, VersionStale
from domain.inbox import ItemRaised, ItemSettled
from infrastructure.store.opening import Store
from tests.domain.builders import WHERE, uid

ITEM = uid("item")
RAISED = ItemRaised(WHERE, "figures_disagree", "", None)
META = Meta(actor="user:1", command_id="command")
PLAIN = Context(META)


def test_nothing_decided_writes_nothing(store: Store):
    done = decide(store.log, PLAIN, lambda: Decided([Streams(store.log, [ITEM]).change(ITEM, [])], "result"))
    assert (done.result, done.position, store.log.head()) == ("result", 0, 0)


def test_all_changes_of_a_decision_are_one_commit(store: Store):
    def decision() -> Decided[None]:
        streams = Streams(store.log, [ITEM, uid("other")])
        return Decided([streams.change(ITEM, [RAISED]), streams.change(uid("other"), [RAISED, ItemSettled()])], None)

    assert decide(store.log, PLAIN, decision).position == 3
    assert store.log.load([ITEM, uid("other")]) == {ITEM: [RAISED], uid("other"): [RAISED, ItemSettled()]}


def test_who_was_slower_decides_afresh(store: Store):
    tries: list[int] = []

    def decision() -> Decided[int]:
        streams = Streams(store.log, [ITEM])
        tries.append(len(streams.events(ITEM)))
        if len(tries) == 1:
            decide(store.log, PLAIN, lambda: Decided([streams.change(ITEM, [RAISED])], None))
        return Decided([streams.change(ITEM, [ItemSettled()])], len(tries))

    assert decide(store.log, PLAIN, decision).result == 2
    assert tries == [0, 1]


def test_the_twin_of_a_request_does_not_decide_a_second_time(store: Store):
    keeper = AnswerKeeper("key", "digest", lambda result: (200, str(result).encode()))
    tries: list[int] = []

    def decision() -> Decided[str]:
        streams = Streams(store.log, [ITEM])
        tries.append(1)
        if len(tries) == 1:
            first = Decided([streams.change(ITEM, [RAISED])], "first")
            decide(store.log, Context(META, keeper), lambda: first)
        return Decided([streams.change(ITEM, [ItemSettled()])], "second")

    with pytest.raises(ConcurrencyConflict):
        decide(store.log, Context(META, keeper), decision)
    assert len(tries) == 1
    kept = store.log.stored_answer("key")
    assert kept is not None
    assert kept.body == b"first"


def test_but_not_for_ever(store: Store):
    tries: list[int] = []

    def decision() -> Decided[None]:
        streams = Streams(store.log, [ITEM])
        tries.append(1)
        decide(store.log, PLAIN, lambda: Decided([streams.change(ITEM, [RAISED])], None))
        return Decided([streams.change(ITEM, [RAISED])], None)

    with pytest.raises(ConcurrencyConflict):
        decide(store.log, PLAIN, decision)
    assert len(tries) == 4


def test_a_stale_stream_in_a_commit_writes_nothing(store: Store):
    stale = Streams(store.log, [ITEM])
    decide(store.log, PLAIN, lambda: Decided([Streams(store.log, [ITEM]).change(ITEM, [RAISED])], None))
    fresh = Streams(store.log, [uid("other")])
    with pytest.raises(ConcurrencyConflict):
        store.log.append([fresh.change(uid("other"), [RAISED]), stale.change(ITEM, [RAISED])], META)
    assert store.log.load([uid("other")]) == {}


def test_more_streams_join_those_already_read(store: Store):
    store.log.append([Streams(store.log, []).change(ITEM, [RAISED])], META)
    streams = Streams(store.log, [ITEM])
    store.log.append([Streams(store.log, [ITEM]).change(ITEM, [ItemSettled()])], META)
    assert streams.also([ITEM, uid("other")]) == {ITEM: [RAISED, ItemSettled()]}
    assert streams.events(ITEM) == [RAISED], "a decision rests on what it read first"
    assert streams.change(ITEM, [ItemSettled()]).expected_version == 1
    assert streams.change(uid("other"), [RAISED]).expected_version == 0


def keeper(result: Any = None) -> Context:
    return Context(META, AnswerKeeper("key", "digest", lambda value: (201, repr(value).encode())))


@pytest.mark.parametrize("happened", [[RAISED], []])
def test_the_answer_of_a_command_is_kept_with_its_events(store: Store, happened: list[object]):
    done = decide(store.log, keeper(), lambda: Decided([Streams(store.log, [ITEM]).change(ITEM, happened)], 7))
    stored = store.log.stored_answer("key")
    assert stored
    assert (stored.digest, stored.status, stored.body) == ("digest", 201, b"7")
    assert done.result == 7


def test_a_caller_that_saw_an_older_version_is_refused(store: Store):
    def decision() -> Decided[None]:
        return Decided([Streams(store.log, [ITEM]).change(ITEM, [RAISED])], None)

    decide(store.log, Context(META, expected=(ITEM, 0)), decision)
    with pytest.raises(VersionStale):
        decide(store.log, Context(META, expected=(ITEM, 0)), decision)
    decide(store.log, Context(META, expected=(ITEM, 1)), decision)
    assert len(store.log.load([ITEM])[ITEM]) == 2
