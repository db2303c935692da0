"""Group commit: shared commits, each caller's own error, and nothing repeated that may be stored already."""

from collections.abc import Sequence
from contextlib import suppress
from threading import Event, Thread

import pytest

from infrastructure.store.entry import Append
from infrastructure.store.errors import StoreUnavailable
from infrastructure.store.group import GROUP_EVENTS, GroupCommit
from tests.stores import META


class Writer:
    """Keeps what it was given; the first write waits until the others have queued."""

    def __init__(self, faults: dict[int, Exception] | None = None) -> None:
        self.groups: list[list[int]] = []
        self.started, self.go_on = Event(), Event()
        self._faults = faults or {}

    def write(self, appends: Sequence[Append]) -> None:
        self.groups.append([append.position for append in appends])
        if len(self.groups) == 1:
            self.started.set()
            self.go_on.wait(10)
        for append in appends:
            if fault := self._faults.get(append.position):
                raise fault


def submit_all(writer: Writer, sizes: Sequence[int]) -> list[Exception | None]:
    """The first is being written while the others queue, in order."""
    group = GroupCommit(writer.write)
    appends = [Append((), META, "", None, stored=[None] * size, position=n) for n, size in enumerate(sizes)]

    def submit(append: Append) -> None:
        with suppress(ValueError, StoreUnavailable):
            group.submit(append)

    threads = [Thread(target=submit, args=(append,)) for append in appends]
    threads[0].start()
    assert writer.started.wait(10)
    for queued, thread in enumerate(threads[1:], 1):
        thread.start()
        while len(group._waiting) < queued:
            pass
    writer.go_on.set()
    for thread in threads:
        thread.join(10)
    return [append.error for append in appends]


def test_who_waits_goes_together_in_order() -> None:
    writer = Writer()
    assert submit_all(writer, [1] * 5) == [None] * 5
    assert writer.groups == [[0], [1, 2, 3, 4]]


def test_a_group_is_bounded_by_its_events() -> None:
    writer = Writer()
    submit_all(writer, [1, GROUP_EVENTS - 1, 1, 1, GROUP_EVENTS * 9])
    assert writer.groups == [[0], [1, 2], [3], [4]]


def test_after_a_conflict_each_is_tried_alone() -> None:
    writer = Writer({2: ValueError("conflict")})
    errors = submit_all(writer, [1] * 4)
    assert [type(error) for error in errors] == [type(None), type(None), ValueError, type(None)]
    assert writer.groups == [[0], [1, 2, 3], [1], [2], [3]]


def test_what_may_be_stored_already_is_not_tried_again() -> None:
    writer = Writer({2: StoreUnavailable("the connection broke")})
    errors = submit_all(writer, [1] * 4)
    assert [type(error) for error in errors] == [type(None), *[StoreUnavailable] * 3]
    assert writer.groups == [[0], [1, 2, 3]]


def test_the_lead_goes_on_after_an_error_of_the_first() -> None:
    writer = Writer({0: ValueError("conflict")})
    errors = submit_all(writer, [1, 1])
    assert isinstance(errors[0], ValueError)
    assert errors[1] is None
    group = GroupCommit(writer.write)
    with pytest.raises(ValueError, match="conflict"):
        group.submit(Append((), META, "", None))
