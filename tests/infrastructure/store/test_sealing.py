"""Sealed fields: under the subject's key, bound to their place, gone with the key."""

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from application.ports import Change, Meta
from domain.errors import NotAllowed
from domain.event import ERASED, EventType, Sealed
from infrastructure.keys.crypto import SealBroken
from infrastructure.keys.master import MasterKey, WrongMasterKey
from infrastructure.store.mapper import _coding
from infrastructure.store.sealing import plan_of
from tests.infrastructure.store.samples import Counted, Line, Named, Noted
from tests.stores import META, TEST_MASTER_KEY, SteppedClock, fresh_schema, fresh_store, open_store, store_url

DAY = date(2026, 3, 1)
SECRETS = ("Sint-Niklaas", "Peeters", "Jantje")


def note(patient: UUID) -> Noted:
    return Noted(patient, SECRETS[0], DAY, (Line("a"), Line("b", SECRETS[1])), Line("c", SECRETS[1]), SECRETS[2])


def states(store) -> list[bytes]:
    with store.database.reading() as sql:
        return [bytes(state) for (state,) in sql.tuples("SELECT state FROM events ORDER BY position")]


def forge(store, table: str, statement: str, params: list[object]) -> None:
    """What someone with the database's own password could do."""
    with store.database.transaction() as sql:
        sql.run(f"DROP TRIGGER {table}_fixed" + ("" if store.database.dialect == "sqlite" else f" ON {table}"))
        sql.run(statement, params)


def test_nothing_sealed_is_stored_in_clear_and_empty_text_costs_nothing(store) -> None:
    patient = uuid4()
    store.log.append([Change(uuid4(), 0, [note(patient), Noted(patient, "", DAY), Counted(1)])], META)
    full, empty, plain = states(store)
    assert not any(secret.encode() in full for secret in SECRETS)
    assert b'"s":["text","lines.1.comment","first.comment","alias"]' in full
    assert b'"comment":""' in full
    assert b'"s"' not in empty + plain
    assert b'"k"' not in empty + plain


def test_an_event_without_anything_to_seal_makes_no_key(store) -> None:
    store.log.append([Change(uuid4(), 0, [Noted(uuid4(), "", DAY), Counted(1)])], META)
    with store.database.reading() as sql:
        assert sql.tuples("SELECT count(*) FROM keys") == [(0,)]


def test_erasure_reaches_every_sealed_field_also_nested(store) -> None:
    stream, patient, other = uuid4(), uuid4(), uuid4()
    store.log.append([Change(stream, 0, [note(patient)]), Change(other, 0, [Named("Mia")])], META)
    assert store.log.load([stream]) == {stream: [note(patient)]}
    store.keys.erase(patient)
    gone = Noted(patient, ERASED, DAY, (Line("a"), Line("b", ERASED)), Line("c", ERASED), ERASED)
    assert store.log.load([stream, other]) == {stream: [gone], other: [Named("Mia")]}
    assert store.log.history(stream)[0].event == gone


def test_nothing_new_is_sealed_for_an_erased_person(store) -> None:
    patient = uuid4()
    store.log.append([Change(patient, 0, [Named("Jan")])], META)
    store.keys.erase(patient)
    with pytest.raises(NotAllowed) as refused:
        store.log.append([Change(patient, 1, [Named("Jan")])], META)
    assert refused.value.code == "subject_erased"
    with pytest.raises(NotAllowed):
        store.keys.seal(patient, "anywhere", "Jan")
    store.log.append([Change(patient, 1, [Named("")])], META)


def test_a_person_may_be_erased_before_anything_was_sealed(store) -> None:
    patient = uuid4()
    store.keys.erase(patient)
    store.keys.erase(patient)
    with pytest.raises(NotAllowed):
        store.keys.seal(patient, "anywhere", "Jan")


def test_an_erasure_survives_the_restore_of_an_older_backup(store) -> None:
    patient = uuid4()
    store.log.append([Change(patient, 0, [Named("Jan")])], META)
    with store.database.reading() as sql:
        backup = sql.tuples("SELECT subject_id, wrapped, created_at FROM keys")
    store.keys.erase(patient)
    kept_apart = store.keys.erased_subjects()
    assert kept_apart == [patient]
    with store.database.transaction() as sql:
        sql.run("DELETE FROM erased_keys")
        sql.insert("keys", ("subject_id", "wrapped", "created_at"), backup)
    assert store.log.load([patient]) == {patient: [Named("Jan")]}
    store.keys.apply_erasures(kept_apart)
    assert store.log.load([patient]) == {patient: [Named(ERASED)]}
    with store.database.reading() as sql:
        assert sql.tuples("SELECT count(*) FROM keys") == [(0,)]


def test_a_key_row_beside_an_erasure_opens_nothing(store) -> None:
    patient = uuid4()
    store.log.append([Change(patient, 0, [Named("Jan")])], META)
    with store.database.reading() as sql:
        backup = sql.tuples("SELECT subject_id, wrapped, created_at FROM keys")
    store.keys.erase(patient)
    with store.database.transaction() as sql:
        sql.insert("keys", ("subject_id", "wrapped", "created_at"), backup)
    assert store.log.load([patient]) == {patient: [Named(ERASED)]}
    with pytest.raises(NotAllowed):
        store.keys.seal(patient, "anywhere", "Jan")


def test_another_process_forgets_an_erased_key(store_kind: str, tmp_path: Path) -> None:
    url, schema = store_url(store_kind, tmp_path), fresh_schema()
    one, two = (open_store(url, TEST_MASTER_KEY, SteppedClock(), schema=schema) for _ in range(2))
    patient = uuid4()
    one.log.append([Change(patient, 0, [Named("Jan")])], META)
    assert two.log.load([patient]) == {patient: [Named("Jan")]}
    one.keys.erase(patient)
    two.keys._checked_at = 0.0  # a second has passed
    assert two.log.load([patient]) == {patient: [Named(ERASED)]}
    one.close()
    two.close()


def test_a_sealed_text_moved_to_another_place_is_refused(store) -> None:
    patient, first, second = uuid4(), uuid4(), uuid4()
    for stream, text in ((first, "for the first"), (second, "for the second")):
        store.log.append([Change(stream, 0, [Noted(patient, text, DAY)])], META)
    foreign, _ = states(store)
    forge(store, "events", "UPDATE events SET state = ? WHERE stream_id = ?", [foreign, second])
    assert store.log.load([first]) == {first: [Noted(patient, "for the first", DAY)]}
    with pytest.raises(SealBroken, match=str(second)):
        store.log.load([second])


def test_a_reason_moved_to_another_commit_is_refused(store) -> None:
    patient, first, second = uuid4(), uuid4(), uuid4()
    for stream, command in ((first, "command-1"), (second, "command-2")):
        meta = Meta("user:1", reason=f"why {command}", reason_subject=patient, command_id=command)
        store.log.append([Change(stream, 0, [Counted(1)])], meta)
    forge(
        store, "commits", "UPDATE commits SET reason = (SELECT reason FROM commits WHERE id = ?) WHERE id = ?", [1, 2]
    )
    assert store.log.history(first)[0].meta.reason == "why command-1"
    with pytest.raises(SealBroken):
        store.log.history(second)


def test_a_text_is_opened_in_its_context_only(store) -> None:
    patient = uuid4()
    sealed = store.keys.seal(patient, "somewhere", "text")
    assert store.keys.unseal(patient, "somewhere", sealed) == "text"
    with pytest.raises(SealBroken):
        store.keys.unseal(patient, "elsewhere", sealed)
    with pytest.raises(SealBroken):
        store.keys.unseal(patient, "somewhere", "not even base64!")


def test_the_keys_of_thousands_come_in_a_few_queries(store) -> None:
    patients = [uuid4() for _ in range(2_000)]
    store.log.append([Change(patient, 0, [Named("Jan")]) for patient in patients], META)
    store.keys._cache.clear()
    queries: list[str] = []
    select = store.keys._select
    store.keys._select = lambda sql, subjects: queries.append("keys") or select(sql, subjects)
    assert len(store.log.load(patients)) == 2_000
    assert queries == ["keys"]


def test_a_wrong_master_key_is_refused_at_the_start(store_kind: str, tmp_path: Path) -> None:
    url, schema = store_url(store_kind, tmp_path), fresh_schema()
    open_store(url, TEST_MASTER_KEY, SteppedClock(), schema=schema).close()
    with pytest.raises(WrongMasterKey, match="right one"):
        open_store(url, MasterKey(bytes(32)), SteppedClock(), schema=schema)
    open_store(url, TEST_MASTER_KEY, SteppedClock(), schema=schema).close()


def test_keyed_ids_and_the_blind_index_belong_to_the_installation(store_kind: str, tmp_path: Path) -> None:
    one, two = (fresh_store(store_kind, tmp_path) for _ in range(2))
    assert one.keys.keyed_id("patient", "85073003328") == one.keys.keyed_id("patient", "85073003328")
    assert one.keys.keyed_id("patient", "85073003328") != two.keys.keyed_id("patient", "85073003328")
    assert one.keys.keyed_id("ab", "c") != one.keys.keyed_id("a", "bc")
    assert one.keys.blind("ssin", "1") == one.keys.blind("ssin", "1")
    assert len({one.keys.blind("ssin", "1"), one.keys.blind("ssin", "2"), one.keys.blind("x", "1")}) == 3
    assert one.keys.blind("ssin", "1") != two.keys.blind("ssin", "1")
    one.close()
    two.close()


def test_plans_refuse_what_they_cannot_reach() -> None:
    assert plan_of(Counted) is None
    assert plan_of(tuple[Sealed, ...]).items.is_text
    for kind in (dict[str, Sealed], tuple[Sealed, int], frozenset[Sealed]):
        with pytest.raises(TypeError, match="cannot be reached"):
            plan_of(kind)
    with pytest.raises(TypeError, match="name its subject"):
        _coding(EventType("test.nobody", 1, Named, ""))
