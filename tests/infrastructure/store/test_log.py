"""Envelopes, answers, reading up to a position, old versions of events, and the library's own door."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from application.ports import AnswerKeyReused, Change, ConcurrencyConflict, Meta, StoredAnswer
from domain.errors import Invalid
from domain.event import ERASED
from infrastructure.store.entry import Entry
from tests.infrastructure.store.samples import Counted, Line, Noted, Renamed
from tests.stores import META, SteppedClock


def test_history_has_the_whole_envelope(store, clock: SteppedClock) -> None:
    stream, patient = uuid4(), uuid4()
    meta = Meta("user:anna", "nurse:7", "asked by the family", patient, "sha256:ab", "command-1", "request-9")
    store.log.append([Change(stream, 0, [Counted(1)])], meta)
    later = clock.forward(hours=1)
    store.log.append([Change(uuid4(), 0, [Counted(9)]), Change(stream, 1, [Counted(2)])], Meta("user:ben"))
    first, second = store.log.history(stream)
    assert first.meta == meta
    assert (first.position, first.version, first.topic, first.event) == (1, 1, "test.counted", Counted(1))
    assert (second.position, second.version, second.event) == (3, 2, Counted(2))
    assert (second.meta, second.recorded_at) == (Meta("user:ben"), later)
    assert first.recorded_at == later - timedelta(hours=1)
    assert store.log.history(stream, upto=2) == [first]


def test_histories_of_many_streams_are_those_of_each(store) -> None:
    streams = [uuid4() for _ in range(3)]
    for n, stream in enumerate(streams):
        store.log.append([Change(stream, 0, [Counted(n), Counted(n + 1)])], Meta(f"user:{n}"))
    store.log.append([Change(streams[0], 2, [Counted(9)])], META)
    assert store.log.histories([*streams, streams[0], uuid4()]) == {one: store.log.history(one) for one in streams}
    assert store.log.histories(streams, upto=2) == {streams[0]: store.log.history(streams[0])[:2]}
    assert [len(store.log.history(one)) for one in streams] == [3, 2, 2]
    assert store.log.histories([]) == {}


def test_load_many_streams_up_to_a_position(store) -> None:
    streams = [uuid4() for _ in range(6_000)]
    store.log.append([Change(stream, 0, [Counted(n)]) for n, stream in enumerate(streams)], META)
    position = store.log.head()
    store.log.append([Change(stream, 1, [Counted(-1)]) for stream in streams[:2]], META)
    assert store.log.load(streams, upto=position) == {stream: [Counted(n)] for n, stream in enumerate(streams)}
    assert store.log.load(streams[:1]) == {streams[0]: [Counted(0), Counted(-1)]}
    assert [one.position for one in store.log.read(2, 10, upto=4)] == [3, 4]


def test_a_reason_is_sealed_and_goes_with_its_subject(store) -> None:
    stream, patient = uuid4(), uuid4()
    store.log.append([Change(stream, 0, [Counted(1)])], Meta("user:1", reason="Jan phoned", reason_subject=patient))
    with store.database.reading() as sql:
        ((stored,),) = sql.tuples("SELECT reason FROM commits")
    assert "Jan" not in stored
    assert store.log.history(stream)[0].meta.reason == "Jan phoned"
    store.keys.erase(patient)
    assert store.log.history(stream)[0].meta.reason == ERASED


def test_a_reason_that_nobody_could_erase_is_refused(store) -> None:
    with pytest.raises(Invalid, match="reason_subject"):
        store.log.append([Change(uuid4(), 0, [Counted(1)])], Meta("user:1", reason="why"))
    assert store.log.head() == 0


def test_an_answer_is_kept_with_its_commit(store) -> None:
    answer = StoredAnswer("key-1", "digest", 201, b'{"id":1}')
    assert store.log.stored_answer("key-1") is None
    position = store.log.append([Change(uuid4(), 0, [Counted(1)])], META, answer)
    assert store.log.stored_answer("key-1") == StoredAnswer("key-1", "digest", 201, b'{"id":1}', position)


def test_the_same_answer_key_stores_nothing_twice(store) -> None:
    store.log.append([Change(uuid4(), 0, [Counted(1)])], META, StoredAnswer("key-1", "digest", 201, b""))
    with pytest.raises(ConcurrencyConflict):
        store.log.append([Change(uuid4(), 0, [Counted(2)])], META, StoredAnswer("key-1", "digest", 201, b""))
    with pytest.raises(AnswerKeyReused):
        store.log.append([Change(uuid4(), 0, [Counted(2)])], META, StoredAnswer("key-1", "other", 201, b""))
    assert store.log.head() == 1


def test_an_answer_without_events_is_kept(store) -> None:
    store.log.append([Change(uuid4(), 0, [Counted(1)])], META)
    assert store.log.append([], META, StoredAnswer("key-1", "digest", 200, b"nothing to do")) == 1
    assert store.log.stored_answer("key-1") == StoredAnswer("key-1", "digest", 200, b"nothing to do", 1)


def test_a_failed_commit_keeps_no_answer(store) -> None:
    stream = uuid4()
    store.log.append([Change(stream, 0, [Counted(1)])], META)
    with pytest.raises(ConcurrencyConflict):
        store.log.append([Change(stream, 0, [Counted(1)])], META, StoredAnswer("key-1", "digest", 200, b""))
    assert store.log.stored_answer("key-1") is None


def test_answers_are_forgotten_after_their_time(store, clock: SteppedClock) -> None:
    store.log.append([], META, StoredAnswer("old", "digest", 200, b""))
    later = clock.forward(days=800)
    store.log.append([], META, StoredAnswer("new", "digest", 200, b""))
    assert store.log.forget_answers(later) == 1
    assert store.log.stored_answer("old") is None
    assert store.log.stored_answer("new") is not None


def test_events_with_every_shape_of_field_come_back_equal(store) -> None:
    stream, patient = uuid4(), uuid4()
    full = Noted(patient, "text", date(2026, 2, 28), (Line("a", "x"), Line("b")), Line("c", "y"), "Jantje")
    bare = Noted(patient, "", date(2026, 2, 28))
    store.log.append([Change(stream, 0, [full, bare])], META)
    assert store.log.load([stream]) == {stream: [full, bare]}


def test_old_versions_are_brought_up_step_by_step(make_store) -> None:
    def name(shape):
        return {"full_name": f"{shape['first']} {shape['last']}", "euros": shape["euros"]}

    def cents(shape):
        return {"full_name": shape["full_name"], "cents": shape["euros"] * 100}

    store = make_store(upcasters={"test.renamed": {1: name, 2: cents}})
    first, second = (
        b'{"v":1,"e":{"first":"Jan","last":"Peeters","euros":5}}',
        b'{"v":2,"e":{"full_name":"An","euros":2}}',
    )
    mapper = store.log._events.mapper
    stream = uuid4()
    assert mapper.decode_many([(stream, 1, "test.renamed", first), (stream, 2, "test.renamed", second)]) == [
        Renamed("Jan Peeters", 500),
        Renamed("An", 200),
    ]


def test_old_versions_are_opened_before_they_are_brought_up(make_store) -> None:
    store = make_store(upcasters={"test.renamed": {1: lambda shape: {"full_name": shape["last"], "cents": 1}}})
    stream = uuid4()
    sealed = store.keys.seal(stream, f"{stream}|1|last", "Peeters")
    state = b'{"v":1,"e":{"last":"' + sealed.encode() + b'"},"s":["last"]}'
    assert store.log._events.mapper.decode_many([(stream, 1, "test.renamed", state)]) == [Renamed("Peeters", 1)]


def test_the_librarys_event_store_reads_what_we_write(store) -> None:
    stream = uuid4()
    store.log.append([Change(stream, 0, [Counted(1), Counted(2), Counted(3)])], META)
    events = store.log._events
    assert list(events.get(stream, gt=1)) == [Entry(stream, 2, Counted(2)), Entry(stream, 3, Counted(3))]
    assert list(events.get(stream, desc=True, limit=1)) == [Entry(stream, 3, Counted(3))]
    assert [one.id for one in events.recorder.select_notifications(2, 10)] == [2, 3]
    assert [one.id for one in events.recorder.select_notifications(2, 10, inclusive_of_start=False)] == [3]
    assert [one.id for one in events.recorder.select_notifications(1, 10, 2, ["test.counted"])] == [1, 2]
    stored = events.mapper.to_stored_event(Entry(stream, 4, Counted(4)))
    assert stored == StoredEvent(stream, 4, "test.counted", b'{"v":1,"e":{"number":4,"note":""}}')
    with pytest.raises(NotImplementedError):
        events.recorder.subscribe()


def test_what_is_recorded_cannot_be_changed_by_sql(store) -> None:
    store.log.append([Change(uuid4(), 0, [Counted(1)])], META)
    for statement in (
        "DELETE FROM events",
        "UPDATE events SET version = 2",
        "DELETE FROM commits",
        "UPDATE commits SET actor = 'x'",
    ):
        with pytest.raises(Exception, match="never changed"), store.database.transaction() as sql:
            sql.run(statement)
