"""Raw messages and the access log."""

from hashlib import sha256
from uuid import uuid4

import pytest

from application.ports import MessageInfo
from domain.errors import NotAllowed, NotFound
from infrastructure.keys.crypto import SealBroken
from tests.stores import SteppedClock

CONTENT = bytes(range(256)) * 40


def test_a_message_comes_back_whole_and_is_stored_once(store, clock: SteppedClock) -> None:
    place = uuid4()
    name, is_new = store.messages.put(CONTENT, "920900", "in", place)
    assert (name, is_new) == (sha256(CONTENT).hexdigest(), True)
    assert store.messages.put(CONTENT, "920900", "in", place) == (name, False)
    assert store.messages.get(name) == CONTENT
    info = store.messages.info(name, place, "920900")
    assert info == MessageInfo(name, "920900", "in", place, len(CONTENT), clock.now())
    assert store.messages.read(info) == CONTENT


def test_the_same_bytes_are_a_copy_for_each_establishment_and_kind(store, clock: SteppedClock) -> None:
    one, other = uuid4(), uuid4()
    name, _ = store.messages.put(CONTENT, "attachment", "in", one)
    clock.forward(hours=1)
    copies = [(other, "care_file"), (other, "attachment"), (one, "care_file")]
    assert [store.messages.put(CONTENT, kind, "in", place) for place, kind in copies] == [(name, True)] * 3
    assert [store.messages.put(CONTENT, kind, "in", place) for place, kind in copies] == [(name, False)] * 3
    for place, kind in copies:
        info = store.messages.info(name, place, kind)
        assert info == MessageInfo(name, kind, "in", place, len(CONTENT), clock.now())
        assert store.messages.read(info) == CONTENT
    assert store.messages.info(name, other, "920000") is None
    assert store.messages.info(name, uuid4(), "attachment") is None, "whoever did not give it has none of it"


def test_a_message_is_not_stored_in_clear(store) -> None:
    store.messages.put(CONTENT, "920000", "out", uuid4())
    with store.database.reading() as sql:
        ((content,),) = sql.tuples("SELECT content FROM messages")
    assert CONTENT[:16] not in bytes(content)


def test_an_empty_and_a_large_message(store) -> None:
    for content in (b"", bytes(12_000_000)):
        name, _ = store.messages.put(content, "920000", "out", uuid4())
        assert store.messages.get(name) == content


def test_an_unknown_message(store) -> None:
    assert store.messages.info("0" * 64, uuid4(), "920000") is None
    with pytest.raises(NotFound) as refused:
        store.messages.get("0" * 64)
    assert refused.value.code == "message_unknown"


def test_erasing_a_patient_does_not_reach_messages_but_erasing_the_establishment_does(store) -> None:
    place = uuid4()
    name, _ = store.messages.put(CONTENT, "920900", "in", place)
    store.keys.erase(uuid4())
    assert store.messages.get(name) == CONTENT
    store.keys.erase(place)
    with pytest.raises(NotFound) as refused:
        store.messages.get(name)
    assert refused.value.code == "message_erased"


@pytest.mark.parametrize("gone", [0, 1])
def test_erasing_one_establishment_leaves_the_same_bytes_to_the_other(store, gone: int) -> None:
    places, kinds = (uuid4(), uuid4()), ("attachment", "care_file")
    name = ""
    for place, kind in zip(places, kinds, strict=True):
        name, _ = store.messages.put(CONTENT, kind, "in", place)
    erased, left = (store.messages.info(name, places[n], kinds[n]) for n in (gone, 1 - gone))
    store.keys.erase(places[gone])
    assert store.messages.read(left) == store.messages.get(name) == CONTENT
    with pytest.raises(NotFound) as refused:
        store.messages.read(erased)
    assert refused.value.code == "message_erased", "its own copy, not the other's"
    store.keys.erase(places[1 - gone])
    with pytest.raises(NotFound) as refused:
        store.messages.get(name)
    assert refused.value.code == "message_erased"


def test_what_an_erased_establishment_gave_first_is_stored_when_another_gives_it(store) -> None:
    one, other = uuid4(), uuid4()
    name, _ = store.messages.put(CONTENT, "attachment", "in", one)
    store.keys.erase(one)
    assert store.messages.put(CONTENT, "attachment", "in", other) == (name, True)
    assert store.messages.get(name) == CONTENT
    with pytest.raises(NotAllowed):
        store.messages.put(CONTENT, "care_file", "in", one)


def test_a_message_under_another_name_is_refused(store) -> None:
    place = uuid4()
    name, _ = store.messages.put(CONTENT, "920900", "in", place)
    with store.database.transaction() as sql:
        sql.run("UPDATE messages SET sha256 = ?", ("0" * 64,))
    with pytest.raises(SealBroken):
        store.messages.get("0" * 64)
    assert store.messages.info(name, place, "920900") is None


def test_a_copy_moved_to_another_establishment_is_refused(store) -> None:
    one, other = uuid4(), uuid4()
    name, _ = store.messages.put(CONTENT, "920900", "in", one)
    store.messages.put(b"something of its own", "920900", "in", other)
    with store.database.transaction() as sql:
        sql.run("UPDATE messages SET establishment_id = ? WHERE sha256 = ?", (other, name))
    with pytest.raises(SealBroken):
        store.messages.read(store.messages.info(name, other, "920900"))


def test_who_looked_is_written_before_the_data_leave(store) -> None:
    patients = [uuid4() for _ in range(30)]
    store.access.record("user:1", "patient.shown", patients, "request-1")
    store.access.record("user:1", "patient.shown", [])
    with store.database.reading() as sql:
        rows = sql.rows("SELECT actor, action, patient_id, cause FROM access_log ORDER BY id")
    assert [row["patient_id"] for row in rows] == patients
    assert {(row["actor"], row["action"], row["cause"]) for row in rows} == {("user:1", "patient.shown", "request-1")}
