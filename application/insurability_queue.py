"""Questions about members that wait for a session: what was asked without one is asked when one opens.

Each in the name of whoever wanted it, with the rights that they have by then. One that cannot be asked any more says
why; while no session is open everything stays as it is.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any
from uuid import UUID

from application.insurability import Insurability, Wish
from application.insurability_batches import InsurabilityBatches
from application.many_hands import many_hands
from application.one_by_one import one_by_one
from application.ports import Context, EventLog, Lookups, Meta, Recorded
from domain import insurability_query as queries
from domain.errors import DomainError
from domain.insurability_batch import MOST
from domain.insurability_query import InsurabilityQueued

RIGHT = "register"
"""What whoever asks needs, also when it is asked at last."""
_BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question of the queue, and who asked it."""

    queued: InsurabilityQueued
    asked: Meta

    @property
    def wish(self) -> Wish:
        """What is to be asked about."""
        return Wish(self.queued.first_day, self.queued.last_day, self.queued.purpose)


@dataclass(frozen=True, slots=True)
class QuestionQueue:
    """The use case of a worker."""

    log: EventLog
    lookups: Lookups
    insurability: Insurability
    batches: InsurabilityBatches

    def is_due(self, where: UUID) -> bool:
        """Whether something waits, and may be asked now."""
        return bool(self.lookups.queued_question_ids(where)) and self.insurability.is_open(where)

    def ask(
        self, where: UUID, may: Callable[[str], bool], watch: Callable[[Sequence[Any]], Iterable[Any]]
    ) -> Counter[str]:
        """Ask what waits, as long as `watch` gives it; how many ended how. `may`: what an actor may, by now.

        Several side by side; those that are to leave together do. One at which the program breaks keeps none back.
        """
        alone, groups = self._waiting(where)
        came = Counter[str]()
        with one_by_one() as each:

            def one(waiting: Waiting) -> str:
                with each():
                    return self._alone(where, waiting, may)
                return _BROKEN

            goes_on = takewhile(lambda _: self.insurability.is_open(where), watch(alone))
            came.update(str(status) for status in many_hands(goes_on, one, self.insurability.at_once))
            for group in watch(groups):
                with each():
                    came.update(self._together(where, group, may))
        return came

    def _waiting(self, where: UUID) -> tuple[list[Waiting], list[list[Waiting]]]:
        """Those that are asked alone, and those that leave together: of the same person, about the same."""
        patient_ids = self.lookups.queued_question_ids(where)
        histories = self.log.histories([queries.queries_id(one) for one in patient_ids])
        every = [one for recorded in histories.values() for one in _awaiting(recorded)]
        groups = dict[tuple[Meta, Wish], list[Waiting]]()
        for one in every:
            if one.queued.together:
                groups.setdefault((one.asked, one.wish), []).append(one)
        parts = [group[at : at + MOST] for group in groups.values() for at in range(0, len(group), MOST)]
        return [one for one in every if not one.queued.together], parts

    def _alone(self, where: UUID, waiting: Waiting, may: Callable[[str], bool]) -> str:
        if not may(waiting.asked.actor):
            return self._given_up([waiting], "not_permitted")[0]
        patient_id = waiting.queued.patient_id
        try:
            return self.insurability.ask(Context(waiting.asked), patient_id, waiting.wish, where).result.status
        except DomainError as refused:
            return self._given_up([waiting], refused.code)[0]

    def _together(self, where: UUID, group: Sequence[Waiting], may: Callable[[str], bool]) -> list[str]:
        first, by_patient = group[0], {one.queued.patient_id: one for one in group}
        if not may(first.asked.actor):
            return self._given_up(group, "not_permitted")
        try:
            told = self.batches.ask(Context(first.asked), where, list(by_patient), first.wish).result
        except DomainError as refused:
            return self._given_up(group, refused.code)
        left_out = [status for who, code in told.left_out for status in self._given_up([by_patient[who]], code)]
        return [*(told.status for _ in told.asked), *left_out]

    def _given_up(self, group: Sequence[Waiting], code: str) -> list[str]:
        refused = self.insurability.give_up
        return [
            refused(Context(one.asked), one.queued.patient_id, one.queued.reference, code).result.status
            for one in group
        ]


def _awaiting(recorded: Sequence[Recorded]) -> Iterator[Waiting]:
    """Of one patient. What is done now is done in the name of whoever queued it last."""
    for query in queries.fold(one.event for one in recorded).every:
        if query.awaits and query.queue is not None:
            meta = [one.meta for one in recorded if one.event == query.queue][-1]
            asked = Meta(meta.actor, meta.on_behalf_of, cause="queue", correlation_id=meta.correlation_id)
            yield Waiting(query.queue, asked)
