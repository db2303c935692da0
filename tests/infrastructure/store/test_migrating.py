"""A store that an older version filled is brought to this one with all that it holds."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from domain.errors import NotFound
from infrastructure.store import migrating
from infrastructure.store.copying import copy_store
from infrastructure.store.errors import NotMigrated
from infrastructure.store.opening import Store, open_database, open_store
from tests.stores import TEST_MASTER_KEY, SteppedClock, fresh_schema, store_url

CONTENTS = [bytes([number]) * 5_000 for number in range(45)]


def older(dialect: str, number: int) -> Iterator[tuple[int, str]]:
    """What a version knew whose last migration had that number."""
    return (one for one in list(migrating._known(dialect)) if one[0] <= number)


def test_messages_stored_once_for_all_become_copies_of_who_gave_them(
    store_kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, schema, clock = store_url(store_kind, tmp_path), fresh_schema(), SteppedClock()

    def opened(*, create: bool = True) -> closing[Store]:
        return closing(open_store(url, TEST_MASTER_KEY, clock, schema=schema, create=create))

    one, other = uuid4(), uuid4()
    with monkeypatch.context() as before:
        known = {dialect: list(older(dialect, 6)) for dialect in ("sqlite", "postgresql")}
        before.setattr(migrating, "_known", lambda dialect: iter(known[dialect]))
        with opened() as store:
            names = [store.messages.put(content, "attachment", "in", one)[0] for content in CONTENTS]
            kept = [store.messages.info(name, one, "attachment") for name in names]
            assert store.messages.put(CONTENTS[0], "care_file", "in", other) == (names[0], False), "a hash was one row"
            assert store.messages.info(names[0], other, "care_file") is None
    with pytest.raises(NotMigrated), opened(create=False):
        pass
    with closing(open_database(url, schema)) as old, closing(open_database(f"sqlite:///{tmp_path / 'old.db'}")) as copy:
        backup = copy_store(old, copy)
    clock.forward(days=1)
    with opened() as store:
        assert [store.messages.info(name, one, "attachment") for name in names] == kept
        assert [store.messages.get(name) for name in names] == [store.messages.read(info) for info in kept] == CONTENTS
        assert store.messages.put(CONTENTS[0], "care_file", "in", other) == (names[0], True)
        with closing(open_database(f"sqlite:///{tmp_path / 'new.db'}")) as copy:
            assert copy_store(store.database, copy).rows["messages"] == backup.rows["messages"] + 1
        store.keys.erase(one)
        assert store.messages.get(names[0]) == CONTENTS[0]
        with pytest.raises(NotFound):
            store.messages.get(names[1])
    with opened() as store:
        assert store.messages.get(names[0]) == CONTENTS[0], "opening it again changes nothing"
