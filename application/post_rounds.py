"""What waits for a session: queued sendings go, mailboxes and insurers are asked, by one worker at a time.

Whatever was done before the lights went out stands in the log; what was not is found there again.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from application import insurability_queue
from application.access import Caller, NotAuthenticated, NotPermitted
from application.insurability_answers import InsurabilityAnswers
from application.insurability_queue import QuestionQueue
from application.many_hands import many_hands
from application.one_by_one import one_by_one
from application.ports import Clock, Context, EventLog, LastPoll, Leases, Lookups, Meta, UnionsNotReached
from application.read_answers import Answers
from application.send import Dispatch
from domain.errors import DomainError
from domain.local_time import local_date
from domain.mailbox import mailbox_id

LOG = logging.getLogger("quittance.post")
LEASE = timedelta(minutes=1)
"""How long whoever was killed keeps a practice. Held longer before each message, and while one is under way."""
_BEATS = 3
AGAIN = timedelta(minutes=5)
"""After how long files go on that found nobody at the other end."""
SELDOM = timedelta(hours=1)
"""Questions go on after as long, then after twice as long each time, this at most: each try leaves its trace."""
_NOBODY_THERE = "not_reached"
SCHEDULE = "schedule"
"""Who asks a mailbox when its time has come."""
_RIGHT = "bill"


@dataclass(frozen=True, slots=True)
class PostRounds:
    """`caller_of`: what an actor may do in a practice by now. `every`: between two polls; None: only when asked for.

    `lease`: how long a worker that was killed keeps a practice. `member_answers` None: no questions leave together;
    `questions` None: none are queued.
    """

    log: EventLog
    lookups: Lookups
    dispatch: Dispatch
    answers: Answers
    leases: Leases
    clock: Clock
    caller_of: Callable[[str, UUID], Caller]
    every: timedelta | None = None
    lease: timedelta = LEASE
    member_answers: InsurabilityAnswers | None = None
    questions: QuestionQueue | None = None
    held: dict[UUID, Date] = field(default_factory=dict)
    """First day on which a sending may leave, as far as this worker knows: it is not tried before."""
    away: dict[UUID, datetime] = field(default_factory=dict)
    """Until when the files of a practice wait because nobody was reached."""
    silent: dict[UUID, tuple[datetime, timedelta]] = field(default_factory=dict)
    """Until when its questions to insurers do, and since how long."""

    def work(self, owner: str, is_closing: Callable[[], bool] = lambda: False) -> bool:
        """One round of all practices, left between two messages when the service closes; no when nothing was due."""
        done = list[bool]()
        with one_by_one() as each:
            for where in self.lookups.establishment_ids():
                with each():
                    done.append(self._round(where, owner, is_closing))
        return any(done)

    def _round(self, where: UUID, owner: str, is_closing: Callable[[], bool]) -> bool:
        if is_closing() or not (self._queue(where) or self._due(where) or self._asks(where)):
            return False
        name = f"post:{where}"
        if not self.answers.is_open(where) or not self._hold(name, owner):
            return False
        try:
            return self._held(name, owner, lambda: self._post(where, name, owner, is_closing))
        except Exception as error:
            _tell("fault", where, fault=type(error).__name__)
            raise
        finally:
            self.leases.release(name, owner)

    def _held(self, name: str, owner: str, work: Callable[[], bool]) -> bool:
        """One answer may take longer than a lease: as long as somebody is at it, it is held longer."""
        done: bool | None = None
        for done in many_hands([work], lambda one: one(), 1, self.lease.total_seconds() / _BEATS):
            if done is None:
                self._hold(name, owner)
        return bool(done)

    def _post(self, where: UUID, name: str, owner: str, is_closing: Callable[[], bool]) -> bool:
        done = list[bool]()
        with one_by_one() as each:
            with each():
                done.append(self._send(where, name, owner, is_closing))
            for box in self._due(where):
                with each():
                    done.append(self._poll(where, box, name, owner, is_closing))
            with each():
                done.append(self._ask(where, name, owner, is_closing))
        return any(done)

    def _asks(self, where: UUID) -> bool:
        now = self.clock.now()
        until, _ = self.silent.get(where, (now, AGAIN))
        return self.questions is not None and until <= now and self.questions.is_due(where)

    def _ask(self, where: UUID, name: str, owner: str, is_closing: Callable[[], bool]) -> bool:
        """Last, for it may take a while: as fast as insurers may be asked, a round of them."""
        if self.questions is None or is_closing() or not self._asks(where):
            return False

        def may(actor: str) -> bool:
            return self._may(actor, where, insurability_queue.RIGHT)

        came = self.questions.ask(where, may, lambda things: self._onward(things, name, owner, is_closing))
        _, before = self.silent.pop(where, (None, AGAIN / 2))
        if came["queued"] and self.questions.is_due(where):  # the session holds: whoever is asked is away
            pause = min(2 * before, SELDOM)
            self.silent[where] = self.clock.now() + pause, pause
        _tell("questions", where, **came)
        return bool(came)

    def _queue(self, where: UUID) -> list[UUID]:
        now = self.clock.now()
        if self.away.get(where, now) > now:
            return []
        today = local_date(now)
        queued = self.lookups.queued_sending_ids(where)
        return [one for one in queued if self.held.get(one, today) <= today]

    def _due(self, where: UUID) -> list[Answers | InsurabilityAnswers]:
        """Whose mailboxes are to be asked."""
        boxes: list[Answers | InsurabilityAnswers] = [self.answers]
        if self.member_answers:
            boxes.append(self.member_answers)
        return [one for one in boxes if self._is_due(self.lookups.last_poll(where, one.mailbox))]

    def _is_due(self, last: LastPoll | None) -> bool:
        if last and last.is_queued:
            return True
        return self.every is not None and (last is None or last.at + self.every <= self.clock.now())

    def _send(self, where: UUID, name: str, owner: str, is_closing: Callable[[], bool]) -> bool:
        queued = self._queue(where)  # as it is under the lease
        if queued:
            self.away.pop(where, None)
        with one_by_one() as each:
            for sending_id in self._onward(queued, name, owner, is_closing):
                if not self.answers.is_open(where) or where in self.away:
                    break
                with each():
                    self._one(where, sending_id)
        return bool(queued)

    def _one(self, where: UUID, sending_id: UUID) -> None:
        asked = self._asked([sending_id], "sending.queued")
        if not self._may(asked.actor, where):
            self.dispatch.unqueue(Context(asked), sending_id, "not_permitted")
            _tell("unqueued", where, sending=sending_id, code="not_permitted")
            return
        (sent,) = self.dispatch.send(Context(asked), where, [sending_id]).result
        if sent.outcome == "held_back" and sent.until:
            self.held[sending_id] = sent.until
        if sent.code == _NOBODY_THERE:  # nothing arrived, that is certain: it waits on, as whoever asked expects
            self.away[where] = self.clock.now() + AGAIN
            self.dispatch.queue(Context(asked), where, sending_id)
        _tell("sending", where, sending=sending_id, outcome=sent.outcome, code=sent.code)

    def _poll(
        self,
        where: UUID,
        box: Answers | InsurabilityAnswers,
        name: str,
        owner: str,
        is_closing: Callable[[], bool],
    ) -> bool:
        last = self.lookups.last_poll(where, box.mailbox)
        if is_closing() or not box.is_open(where) or not self._is_due(last):
            return False
        asked = Meta(SCHEDULE)
        if last and last.is_queued:
            noted_on = local_date(last.at)  # a moment after it was decided: midnight may lie between
            days = [mailbox_id(where, day, box.mailbox) for day in (noted_on - timedelta(days=1), noted_on)]
            asker = self._asked(days, "mailbox.poll_queued")
            asked = asker if self._may(asker.actor, where) else asked

        def watch(waiting: Sequence[Any]) -> Iterable[Any]:
            return self._onward(waiting, name, owner, is_closing)

        try:
            came = box.fetch(Context(asked), where, watch, is_scheduled=asked.actor == SCHEDULE)
            _tell("poll", where, mailbox=box.mailbox, count=len(came))
        except UnionsNotReached as error:
            _tell("poll", where, mailbox=box.mailbox, code=error.code)
        return True

    def _onward(self, things: Sequence[Any], name: str, owner: str, is_closing: Callable[[], bool]) -> Iterator[Any]:
        """One by one, as long as this worker goes on and holds the lease."""
        for thing in things:
            if is_closing() or not self._hold(name, owner):
                return
            yield thing

    def _hold(self, name: str, owner: str) -> bool:
        now = self.clock.now()
        return self.leases.take(name, owner, now, now + self.lease)

    def _asked(self, stream_ids: Sequence[UUID], topic: str) -> Meta:
        """Who asked last: what is done now is done in that name."""
        recorded = [one for stream_id in stream_ids for one in self.log.history(stream_id)]
        meta = [one.meta for one in recorded if one.topic == topic][-1]
        return Meta(meta.actor, meta.on_behalf_of, cause="queue", correlation_id=meta.correlation_id)

    def _may(self, actor: str, where: UUID, right: str = _RIGHT) -> bool:
        try:
            caller = self.caller_of(actor, where)
            caller.within(where)
            caller.require(right)
        except (NotPermitted, NotAuthenticated, DomainError):
            return False
        return True


def _tell(work: str, where: UUID, **facts: object) -> None:
    """One quiet line for whoever runs the service; ids and codes alone."""
    told = {"work": work, "establishment": where, **facts}
    LOG.info("%s", json.dumps({name: value for name, value in told.items() if value != ""}, default=str))
