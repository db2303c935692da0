"""Raw messages and the access log."""

from hashlib import sha256
from uuid import uuid4

import pytest

from application.ports import MessageInfo
from domain.errors import NotFound
from infrastructure.keys.crypto import SealBroken
from tests.stores import SteppedClock

CONTENT = bytes(range(256)) * 40


def test_a_message_comes_back_whole_and_is_stored_once(store, clock: SteppedClock) -> None:
    place = uuid4()
    name, is_new = store.messages.put(CONTENT, "920900", "in", place)
    assert (name, is_new) == (sha256(CONTENT).hexdigest(), True)
    assert store.messages.put(CONTENT, "920900", "in", place) == (name, False)
    assert store.messages.get(name) == CONTENT
    assert store.messages.info(name) == MessageInfo(name, "920900", "in", place, len(CONTENT), clock.now())


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
    assert store.messages.info("0" * 64) is None
    with pytest.raises(NotFound):
        store.messages.get("0" * 64)


def test_erasing_a_patient_does_not_reach_messages_but_erasing_the_establishment_does(store) -> None:
    place = uuid4()
    name, _ = store.messages.put(CONTENT, "920900", "in", place)
    store.keys.erase(uuid4())
    assert store.messages.get(name) == CONTENT
    store.keys.erase(place)
    with pytest.raises(NotFound) as refused:
        store.messages.get(name)
    assert refused.value.code == "message_erased"


def test_a_message_under_another_name_is_refused(store) -> None:
    name, _ = store.messages.put(CONTENT, "920900", "in", uuid4())
    with store.database.transaction() as sql:
        sql.run("UPDATE messages SET sha256 = ?", ("0" * 64,))
    with pytest.raises(SealBroken):
        store.messages.get("0" * 64)
    assert store.messages.info(name) is None


def test_who_looked_is_written_before_the_data_leave(store) -> None:
    patients = [uuid4() for _ in range(30)]
    store.access.record("user:1", "patient.shown", patients, "request-1")
    store.access.record("user:1", "patient.shown", [])
    with store.database.reading() as sql:
        rows = sql.rows("SELECT actor, action, patient_id, cause FROM access_log ORDER BY id")
    assert [row["patient_id"] for row in rows] == patients
    assert {(row["actor"], row["action"], row["cause"]) for row in rows} == {("user:1", "patient.shown", "request-1")}
