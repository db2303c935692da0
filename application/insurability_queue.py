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
from domain.insurability_query import InsurabilityQueued, Query

RIGHT = "register"
"""What whoever asks needs, also when it is asked at last."""
A_ROUND = 50
"""Questions that are asked one by one before the others of a worker have their turn: 10 seconds at 5 each second."""
_BROKEN, _GONE = "broken", "gone"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question of the queue, and who asked it."""

    query: Query
    asked: Meta

    @property
    def patient_id(self) -> UUID:
        """About whom."""
        return self.query.asked.patient_id

    @property
    def reference(self) -> str:
        """Its own."""
        return self.query.asked.reference

    @property
    def wish(self) -> Wish:
        """What is to be asked about."""
        return Wish(self.query.asked.first_day, self.query.asked.last_day, self.query.asked.purpose)

    @property
    def is_alone(self) -> bool:
        """Whether it leaves alone: one that was to leave with others may be under way all the same."""
        return not (isinstance(self.query.asked, InsurabilityQueued) and self.query.asked.together)


@dataclass(frozen=True, slots=True)
class QuestionQueue:
    """The use case of a worker: one round at a time, so that nobody's post waits long behind another's questions."""

    log: EventLog
    lookups: Lookups
    insurability: Insurability
    batches: InsurabilityBatches

    def is_due(self, where: UUID) -> bool:
        """Whether something waits, and may be asked now."""
        return any(
            self.lookups.queued_question_ids(where, together=together, most=1) and way.is_open(where)
            for together, way in self._ways
        )

    def ask(
        self, where: UUID, may: Callable[[str], bool], watch: Callable[[Sequence[Any]], Iterable[Any]]
    ) -> Counter[str]:
        """Ask of what waits, as long as `watch` gives it and whoever is asked is there; how many ended how.

        `may`: what an actor may, by now. Several side by side; those that are to leave together do. `queued`: they wait
        on. One at which the program breaks keeps none back.
        """
        came = Counter[str]()
        with one_by_one() as each:

            def one(waiting: Waiting) -> str:
                with each():
                    return self._alone(waiting, may)
                return _BROKEN

            alone = takewhile(lambda _: not came["queued"], watch(self._alone_in(where)))
            for status in many_hands(alone, one, self.insurability.at_once):
                came[str(status)] += 1
            for group in watch(self._groups_in(where)):
                with each():
                    came.update(self._together(where, group, may))
                if came["queued"]:
                    break
        return came

    @property
    def _ways(self) -> tuple[tuple[bool, Insurability | InsurabilityBatches], ...]:
        return (False, self.insurability), (True, self.batches)

    def _alone_in(self, where: UUID) -> list[Waiting]:
        return [one for one in self._waiting(where, together=False, most=A_ROUND) if one.is_alone]

    def _groups_in(self, where: UUID) -> list[list[Waiting]]:
        """Of one command each, about the same; as many as a message takes."""
        groups = dict[tuple[Meta, Wish], list[Waiting]]()
        for one in self._waiting(where, together=True, most=MOST):
            if not one.is_alone:
                groups.setdefault((one.asked, one.wish), []).append(one)
        return list(groups.values())

    def _waiting(self, where: UUID, *, together: bool, most: int) -> list[Waiting]:
        """In the order in which they came."""
        way: Insurability | InsurabilityBatches = self.batches if together else self.insurability
        if not way.is_open(where):
            return []
        patient_ids = self.lookups.queued_question_ids(where, together=together, most=most)
        histories = self.log.histories([queries.queries_id(one) for one in patient_ids])
        return [one for who in patient_ids for one in _awaiting(histories.get(queries.queries_id(who), ()))]

    def _alone(self, waiting: Waiting, may: Callable[[str], bool]) -> str:
        if not may(waiting.asked.actor):
            return self._given_up([waiting], "not_permitted")[0]
        try:
            query = self.insurability.ask_queued(Context(waiting.asked), waiting.patient_id, waiting.reference)
        except DomainError as refused:
            return self._given_up([waiting], refused.code)[0]
        return query.status if query else _GONE

    def _together(self, where: UUID, group: Sequence[Waiting], may: Callable[[str], bool]) -> list[str]:
        first, by_patient = group[0], {one.patient_id: one for one in group}
        if not may(first.asked.actor):
            return self._given_up(group, "not_permitted")
        try:
            told = self.batches.ask_queued(Context(first.asked), where, list(by_patient), first.wish)
        except DomainError as refused:
            return self._given_up(group, refused.code)
        left_out = [status for who, code in told.left_out for status in self._given_up([by_patient[who]], code)]
        return [*(told.status for _ in told.asked), *left_out]

    def _given_up(self, group: Sequence[Waiting], code: str) -> list[str]:
        for one in group:
            self.insurability.give_up(Context(one.asked), one.patient_id, one.reference, code)
        return ["failed" for _ in group]


def _awaiting(recorded: Sequence[Recorded]) -> Iterator[Waiting]:
    """Of one patient. What is done now is done in the name of whoever queued it last."""
    for query in queries.fold(one.event for one in recorded).every:
        if query.awaits:
            meta = [one.meta for one in recorded if one.event == query.queue][-1]
            yield Waiting(query, Meta(meta.actor, meta.on_behalf_of, cause="queue", correlation_id=meta.correlation_id))
