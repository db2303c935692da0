"""Every version of every event ever released is still readable, and no topic ever goes away."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from application.ports import Change
from domain.event import REGISTER
from infrastructure.store.mapper import EventMapper, _coding
from infrastructure.store.upcasting import UPCASTERS
from tests.golden.samples import event_types, instance_of, path_of, stored_samples
from tests.stores import META

MAPPER = EventMapper(None, UPCASTERS)  # samples are in clear: no key is asked for
SAMPLES = list(stored_samples())


def contains(whole: Any, part: Any) -> bool:
    """Fields may have been added with a default since."""
    if isinstance(part, dict):
        return all(key in whole and contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("kind", event_types(), ids=lambda kind: kind.topic)
def test_every_event_has_a_stored_sample_and_can_be_sealed(kind) -> None:
    assert path_of(kind).exists(), "run python -m tests.golden.write"
    assert _coding(kind)


@pytest.mark.parametrize(("topic", "version", "path"), SAMPLES, ids=[path.stem for _, _, path in SAMPLES])
def test_every_sample_ever_stored_is_still_readable(topic: str, version: int, path: Path) -> None:
    state = msgspec.json.encode(msgspec.json.decode(path.read_bytes()))
    (event,) = MAPPER.decode_many([(UUID(int=1), 1, topic, state)])
    kind = REGISTER[topic]
    assert type(event) is kind.type
    if version == kind.version:
        assert contains(msgspec.to_builtins(event), msgspec.json.decode(state)["e"])


def test_a_key_that_might_read_before_there_was_a_scope_for_care_goes_on_seeing_it() -> None:
    (path,) = (path for topic, version, path in SAMPLES if (topic, version) == ("api_key.issued", 1))
    state = msgspec.json.decode(path.read_bytes())
    for given, now in ((["read", "care"], ("read", "care", "medical")), (["care"], ("care",))):
        state["e"]["scopes"] = given
        (issued,) = MAPPER.decode_many([(UUID(int=1), 1, "api_key.issued", msgspec.json.encode(state))])
        assert issued.scopes == now


def test_every_event_comes_back_equal_from_the_store_and_erased_after_an_erasure(store) -> None:
    stream = uuid4()
    events = [instance_of(kind.type) for kind in event_types()]
    store.log.append([Change(stream, 0, events)], META)
    assert store.log.load([stream]) == {stream: events}
    with store.database.reading() as sql:
        subjects = [subject for (subject,) in sql.tuples("SELECT subject_id FROM keys")]
    store.keys.apply_erasures(subjects)
    (erased,) = store.log.load([stream]).values()
    for kind, before, after in zip(event_types(), events, erased, strict=True):
        assert (before == after) == (_coding(kind).plan is None)
