"""The public feed: every stored event is published or private by decision; cursors replay without gap or double."""

from dataclasses import fields
from typing import Any
from uuid import UUID

import msgspec
import pytest

from application.ports import Meta
from domain.event import ERASED, REGISTER, SEAL_MARK
from infrastructure.store.opening import Store
from projections.feed import PRIVATE, PUBLISHED, TYPES, Feed, PublicEvent, owner_of
from tests.golden.samples import event_types, instance_of
from tests.projections.stories import Story

PERSONAL = ("85073003328", "Peeters", "De Smet", "Öztürk", "Van den Berghe", "Dupont", "Émile-Roux", "Maes", ERASED)


def test_every_stored_topic_is_published_or_private_by_decision() -> None:
    private = {topic for topic in REGISTER if topic.startswith(PRIVATE)}
    assert set(PUBLISHED) | private == {topic for topic in REGISTER if not topic.startswith("test.")}
    assert not set(PUBLISHED) & private
    assert len(set(TYPES)) == len(PUBLISHED)


@pytest.mark.parametrize("kind", event_types(), ids=lambda kind: kind.topic)
def test_a_payload_has_no_sealed_text_and_no_patient(kind: Any) -> None:
    if kind.topic.startswith(PRIVATE):
        return
    happened = instance_of(kind.type)
    payload = msgspec.json.encode(PUBLISHED[kind.topic].data(happened)).decode()
    for field in fields(kind.type):
        value = getattr(happened, field.name)
        if SEAL_MARK in str(field.type) and value:
            assert str(value) not in payload
    assert "patient_id" not in payload
    assert "comment" not in payload


def tell(store: Store, months: int = 2) -> None:
    for commit in Story(seed=5).months(months, patients=6):
        store.log.append(commit.changes, Meta("user:1"))
        if commit.erases:
            store.keys.erase(commit.erases)


def replay(feed: Feed, limit: int, scope: Any = None, types: Any = ()) -> list[PublicEvent]:
    found, after = [], 0
    while True:
        page = feed.page(after, limit, scope, types)
        assert page.next_after >= after
        assert len(page.events) <= limit
        found += page.events
        after = page.next_after
        if page.is_at_head:
            return found


def test_any_size_of_page_gives_the_same_feed(store: Store) -> None:
    tell(store)
    whole = replay(Feed(store.log), 1_000)
    assert len(whole) > 200
    assert [int(event.id) for event in whole] == sorted({int(event.id) for event in whole})
    for limit in (1, 7, 200):
        assert replay(Feed(store.log), limit) == whole


def test_from_any_cursor_the_rest_follows(store: Store) -> None:
    tell(store)
    feed = Feed(store.log)
    whole = replay(feed, 1_000)
    for index in range(0, len(whole), 17):
        rest = feed.page(int(whole[index].id), 1_000).events
        assert list(rest) == whole[index + 1 : index + 1 + len(rest)]


def test_a_scope_and_types_only_leave_out(store: Store) -> None:
    tell(store)
    whole = replay(Feed(store.log), 1_000)
    (first, second) = {event.establishment_id for event in whole}
    for owner in (first, second):
        assert replay(Feed(store.log), 13, frozenset({owner})) == [e for e in whole if e.establishment_id == owner]
    assert replay(Feed(store.log), 13, frozenset()) == []
    wanted = frozenset({"billing_day.refused", "sending.settled"})
    assert replay(Feed(store.log), 3, None, wanted) == [event for event in whole if event.type in wanted]


def test_its_own_people_are_told_of_casework_too_and_of_no_other_practice(store: Store) -> None:
    tell(store)
    feed, everything = Feed(store.log), store.log.read(0, 1_000_000)
    owners = {one.stream_id: owner_of(one.stream_id, one.event) for one in everything if one.version == 1}
    for owner in {event.establishment_id for event in replay(feed, 1_000)}:
        found, after, is_at_head = [], 0, False
        while not is_at_head:
            page = feed.own_page(after, 7, owner)
            assert len(page.events) <= 7
            found += page.events
            after, is_at_head = page.next_after, page.is_at_head
        public = {int(event.id) for event in replay(feed, 1_000, frozenset({owner}))}
        noted = {one.position for one in everything if one.topic.startswith("casework.")}
        assert noted
        assert [one.position for one in found] == [
            one.position
            for one in everything
            if owners[one.stream_id] == owner and (one.position in public or one.position in noted)
        ]
        assert public == {one.position for one in found} - noted
        assert {one.meta.actor for one in found} == {"user:1"}


def test_no_word_about_a_person_stands_in_the_feed(store: Store) -> None:
    tell(store)
    text = msgspec.json.encode(replay(Feed(store.log), 1_000)).decode()
    assert not [word for word in PERSONAL if word in text]


def test_a_rare_type_does_not_make_a_page_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(store)
    monkeypatch.setattr("projections.feed._MOST_SCANNED", 50)
    monkeypatch.setattr("projections.feed._BATCH", 10)
    page = Feed(store.log).page(0, 10, frozenset({UUID(int=1)}))
    assert (page.events, page.next_after, page.is_at_head) == ((), 50, False)
    assert replay(Feed(store.log), 10, frozenset({UUID(int=1)})) == []
