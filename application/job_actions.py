"""What a job can do: one command for each of many things, or one long piece of work on a file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.commit import Done
from application.ports import Context, Event, Watch


@dataclass(frozen=True, slots=True)
class Reversal:
    """How what a job did to a thing is taken back.

    `stream`: where the thing's events of that kind stand. `run`: the command that brings back what was before, given
    practice, thing and the events of the stream before the job's own.
    """

    stream: Callable[[UUID], UUID]
    run: Callable[[Context, UUID, UUID, Sequence[Event]], object]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is done to each thing instead when a second person is needed for all of them together.

    `is_needed`: asked once, when the job is confirmed, given practice and things. `run`: as of a `JobAction`.
    """

    is_needed: Callable[[UUID, Sequence[UUID]], bool]
    run: Callable[[Context, UUID, UUID], object]


@dataclass(frozen=True, slots=True)
class Pause:
    """What may stand in the way for a while: a job waits until `is_over` for its practice, and fails for nothing.

    `code`: with which the command refuses meanwhile; it changed nothing then.
    """

    code: str
    is_over: Callable[[UUID], bool]


@dataclass(frozen=True, slots=True)
class JobAction:
    """`right`: what the person needs, also while the job runs. `run`: the command, given practice and thing.

    It raises `DomainError` when it cannot be done, and changes nothing when it was done before. `reversal` None: the
    domain knows no way back. `proposal` None: one person always does it alone. `at_once`: things that are done side by
    side, each in a thread of its own. `pause` None: it waits for nothing.
    """

    right: str
    run: Callable[[Context, UUID, UUID], object]
    reversal: Reversal | None = None
    proposal: Proposal | None = None
    at_once: int = 1
    pause: Pause | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work is. `reached` is given the share done, and raises when the work is to be left."""

    reached: Callable[[float], None]

    def between(self, first: float, last: float) -> Watch:
        """Things that are worked through, as that stretch of the whole work."""

        def watch(things: Sequence[Any]) -> Iterator[Any]:
            step = max(1, min(_AT_MOST, len(things) // _TIMES))
            for number, thing in enumerate(things):
                if number % step == 0:
                    self.reached(first + (last - first) * number / len(things))
                yield thing
            self.reached(last)

        return watch


@dataclass(frozen=True, slots=True)
class FileWork:
    """`right` as above. `run`: given practice, bytes of the file and whom to tell how far it is; done twice it changes
    nothing more. `leads_to`: path, within the practice, of the page that shows its result, given the bytes too.
    """

    right: str
    run: Callable[[Context, UUID, bytes, Progress], Done[Any]]
    leads_to: Callable[[Any, bytes], str]


AnyAction = JobAction | FileWork

_TIMES = 100
"""So often the share is told at most, unless things are many."""
_AT_MOST = 100
"""Things after which the share is told at the latest."""
