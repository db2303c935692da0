"""What waits for a session goes when one opens, in the name of whoever asked; mailboxes are asked, with their proof."""

from dataclasses import replace
from datetime import timedelta
from time import sleep
from typing import Any
from uuid import UUID

import pytest

from application.access import Caller
from application.polling import PROOF
from application.ports import Context, Meta, NotTransmitted, OutcomeUnknown, UnionsNotReached
from application.post_rounds import LEASE, SCHEDULE, PostRounds
from domain.errors import NotAllowed, NotFound
from domain.local_time import local_date
from domain.mailbox import MailboxPolled, PollQueued, mailbox_id
from infrastructure.clock import SystemClock
from infrastructure.jobs.stored_leases import StoredLeases
from infrastructure.store.opening import Store
from tests.application.office import Office, StandingClock, acknowledged, context, settled
from tests.application.test_sending_files import two_months, two_unions

ANNA = "user:anna"
HOUR = timedelta(hours=1)


class Rounds:
    """A worker of the office; `rights` may be withdrawn, `seen` is called before each thing."""

    def __init__(self, office: Office, store: Store, every: timedelta | None = HOUR) -> None:
        self.office, self.rights, self.leases = office, frozenset({"bill"}), StoredLeases(store.database)
        self.post = self.another(every)

    def another(self, every: timedelta | None = HOUR) -> PostRounds:
        office = self.office
        return PostRounds(
            office.log, office.lookups, office.dispatch, office.answers, self.leases, office.clock, self._caller, every
        )

    def _caller(self, actor: str, where: UUID) -> Caller:
        return Caller(actor, self.rights, frozenset({where}))

    def polls(self) -> list[MailboxPolled | PollQueued]:
        return list(self.office.log.load([self.mailbox]).get(self.mailbox, []))

    @property
    def mailbox(self) -> UUID:
        return mailbox_id(self.office.where, local_date(self.office.clock.now()))


@pytest.fixture
def rounds(office: Office, store: Store) -> Rounds:
    return Rounds(office, store)


def by_anna(office: Office, *ids: UUID) -> list[tuple[str, str]]:
    asked = Context(Meta(ANNA, command_id="asked"))
    return [(one.outcome, one.code) for one in office.dispatch.send(asked, office.where, ids).result]


def actors(office: Office, stream: UUID) -> list[tuple[str, str]]:
    return [(one.topic, one.meta.actor) for one in office.log.history(stream)]


# The queue


def test_sof_13_what_is_sent_without_a_session_waits_and_goes_when_one_opens(office: Office, rounds: Rounds):
    ids = two_unions(office)
    office.unions.is_in_session = False
    assert by_anna(office) == [("queued", "")] * 2
    assert by_anna(office) == [("queued", "")] * 2, "asked again, it waits all the same"
    assert not rounds.post.work("here")
    assert [office.sending(one).status for one in ids] == ["queued"] * 2
    office.unions.is_in_session = True
    assert rounds.post.work("here")
    assert [office.sending(one).status for one in ids] == ["transmitted"] * 2
    assert [content for _, content in office.unions.taken] == [office.file(one) for one in ids]
    assert actors(office, ids[0])[1:] == [
        ("sending.queued", ANNA),
        ("sending.handed_over", ANNA),
        ("sending.transmitted", ANNA),
    ]


def test_a_session_that_ends_in_the_middle_leaves_the_rest_in_the_queue(office: Office, rounds: Rounds):
    first, second = two_unions(office)
    transmit = office.unions.transmit

    def last_one(*file: Any) -> None:
        transmit(*file)
        office.unions.is_in_session = False

    office.unions.transmit = last_one  # type: ignore[method-assign]
    assert by_anna(office) == [("transmitted", ""), ("queued", "")]
    office.unions.transmit = transmit  # type: ignore[method-assign]
    office.unions.is_in_session = True
    rounds.post.work("here")
    assert [office.sending(one).status for one in (first, second)] == ["transmitted"] * 2


def test_a_session_that_ends_while_a_file_is_handed_over_queues_it(office: Office):
    (first, *_) = two_unions(office)

    def ended(*_: Any) -> None:
        office.unions.is_in_session = False
        raise NotTransmitted("no token", "no_session")

    office.unions.transmit = ended  # type: ignore[method-assign]
    assert by_anna(office, first) == [("queued", "")]
    assert office.unions.taken == []


def test_a_queued_sending_is_taken_out_of_the_queue_or_cancelled(office: Office, rounds: Rounds):
    first, second = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office)
    office.dispatch.unqueue(context(), first)
    assert office.sending(first).status == "prepared"
    with pytest.raises(NotAllowed, match="does not wait"):
        office.dispatch.unqueue(context(), first)
    with pytest.raises(NotFound):
        office.dispatch.unqueue(context(), office.where)
    office.unions.is_in_session = True
    rounds.post.work("here")
    assert [office.sending(one).status for one in (first, second)] == ["prepared", "transmitted"]


def test_cancelling_a_run_withdraws_what_waits(office: Office, rounds: Rounds):
    ids = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office)
    run = office.sending(ids[0]).made.run_id
    assert run is not None
    office.billing.cancel(context(), run)
    assert [office.sending(one).status for one in ids] == ["cancelled"] * 2
    office.unions.is_in_session = True
    rounds.post.work("here")
    assert office.unions.taken == []


def test_what_somebody_asked_who_may_no_longer_send_leaves_the_queue(office: Office, rounds: Rounds):
    (first, *_) = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office, first)
    office.unions.is_in_session, rounds.rights = True, frozenset()
    rounds.post.work("here")
    assert (office.sending(first).status, office.unions.taken) == ("prepared", [])
    assert office.log.load([first])[first][-1].code == "not_permitted"


def test_a_limit_of_the_insurers_holds_a_queued_file_until_its_day(
    office: Office, rounds: Rounds, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
):
    first, second = two_months(office)
    office.unions.is_in_session = False
    by_anna(office)
    office.unions.is_in_session = True
    rounds.post.work("here")
    assert [office.sending(one).status for one in (first, second)] == ["transmitted", "queued"]
    with monkeypatch.context() as patched:
        patched.setattr(office.dispatch, "send", None)  # it is not even tried before
        assert not rounds.post.work("here")
    clock.instant += timedelta(days=1)
    rounds.post.work("here")
    assert office.sending(second).status == "transmitted"


def test_an_unknown_outcome_is_never_sent_again_by_the_queue(office: Office, rounds: Rounds):
    (first, *_) = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office, first)
    office.unions.is_in_session, office.unions.fails = True, OutcomeUnknown
    rounds.post.work("here")
    office.unions.fails = None
    rounds.post.work("here")
    assert office.sending(first).status == "outcome_unknown"
    assert len(office.unions.taken) == 1


# Two workers


def test_what_found_nobody_at_the_other_end_waits_on_and_is_tried_again_later(
    office: Office, rounds: Rounds, clock: StandingClock
):
    ids = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office)
    office.unions.is_in_session = True
    transmit, tried = office.unions.transmit, []

    def away(*file: Any) -> None:
        tried.append(file)
        raise NotTransmitted("no connection", "not_reached")

    office.unions.transmit = away  # type: ignore[method-assign]
    rounds.post.work("here")
    assert not rounds.post.work("here"), "not again at once"
    assert len(tried) == 1, "nor with the next file"
    assert [office.sending(one).status for one in ids] == ["queued"] * 2
    (first,) = (one for one in ids if len(actors(office, one)) > 2)
    assert actors(office, first)[-2:] == [("sending.hand_over_failed", ANNA), ("sending.queued", ANNA)]
    office.unions.transmit = transmit  # type: ignore[method-assign]
    clock.instant += timedelta(minutes=5)
    assert rounds.post.work("here")
    assert [office.sending(one).status for one in ids] == ["transmitted"] * 2


def test_of_two_workers_one_is_at_a_practice(office: Office, rounds: Rounds, clock: StandingClock):
    ids = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office)
    office.unions.is_in_session = True
    other, transmit, beside = rounds.another(), office.unions.transmit, list[bool]()

    def meanwhile(*file: Any) -> None:
        beside.append(other.work("there"))
        transmit(*file)

    office.unions.transmit = meanwhile  # type: ignore[method-assign]
    assert rounds.post.work("here")
    assert beside == [False] * 2
    assert len(office.unions.taken) == len(ids)


def test_however_long_a_file_is_under_way_its_worker_keeps_the_practice(office: Office, rounds: Rounds):
    ids = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office)
    office.unions.is_in_session = True
    post, other = (replace(rounds.post, clock=SystemClock(), lease=timedelta(seconds=0.2)) for _ in range(2))
    transmit, beside = office.unions.transmit, list[bool]()

    def slowly(*file: Any) -> None:
        sleep(0.5)
        beside.append(other.work("there"))
        transmit(*file)

    office.unions.transmit = slowly  # type: ignore[method-assign]
    assert post.work("here")
    assert beside == [False] * 2
    assert len(office.unions.taken) == len(ids)


def test_what_a_killed_worker_held_is_taken_over_when_its_lease_ends(
    office: Office, rounds: Rounds, clock: StandingClock
):
    (first, *_) = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office, first)
    office.unions.is_in_session = True
    now = clock.now()
    assert rounds.leases.take(f"post:{office.where}", "killed", now, now + LEASE)
    assert not rounds.post.work("here")
    clock.instant += LEASE
    assert rounds.post.work("here")
    assert office.sending(first).status == "transmitted"


def test_a_worker_that_lost_its_lease_or_closes_stops_between_two_files(
    office: Office, rounds: Rounds, clock: StandingClock
):
    ids = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office)
    office.unions.is_in_session = True
    transmit = office.unions.transmit

    def slowly(*file: Any) -> None:
        transmit(*file)
        clock.instant += LEASE
        assert rounds.leases.take(f"post:{office.where}", "there", clock.now(), clock.now() + LEASE)

    office.unions.transmit = slowly  # type: ignore[method-assign]
    rounds.post.work("here")
    assert [office.sending(one).status for one in ids] == ["transmitted", "queued"]
    rounds.leases.release(f"post:{office.where}", "here")
    assert not rounds.post.work("here"), "only its holder releases it"
    rounds.leases.release(f"post:{office.where}", "there")
    assert not rounds.post.work("here", lambda: True)
    assert rounds.post.work("here")
    assert [office.sending(one).status for one in ids] == ["transmitted"] * 2


def test_a_practice_that_fails_keeps_no_other_back(office: Office, rounds: Rounds, monkeypatch: pytest.MonkeyPatch):
    (first, *_) = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office, first)
    office.unions.is_in_session = True
    is_open, bad = office.answers.is_open, UUID(int=1)

    def broken(where: UUID) -> bool:
        if where == bad:
            raise ArithmeticError
        return is_open(where)

    monkeypatch.setattr(office.answers, "is_open", broken)
    monkeypatch.setattr(office.lookups, "establishment_ids", lambda: [bad, office.where])
    with pytest.raises(ArithmeticError):
        rounds.post.work("here")
    assert office.sending(first).status == "transmitted"


def test_a_file_that_cannot_be_read_keeps_neither_those_behind_it_back_nor_the_mailbox(
    office: Office, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
):
    first, second = two_unions(office)
    office.unions.is_in_session = False
    by_anna(office)
    office.unions.is_in_session = True
    get, damaged = office.messages.get, office.sending(first).made.message

    def broken(sha256: str) -> bytes:
        if sha256 == damaged:
            raise ArithmeticError
        return get(sha256)

    monkeypatch.setattr(office.messages, "get", broken)
    with pytest.raises(ArithmeticError):
        rounds.post.work("here")
    assert [office.sending(one).status for one in (first, second)] == ["queued", "transmitted"]
    assert len(rounds.polls()) == 1


# The mailbox


def test_sof_18_every_request_is_kept_with_its_proof_also_when_nothing_came(
    office: Office, rounds: Rounds, clock: StandingClock
):
    sending = office.billed()
    office.unions.proof = b"<soap>nothing</soap>"
    assert office.answers.collect(context(), office.where).result.outcome == "nothing"
    office.unions.proof = b"<soap>one</soap>"
    office.unions.arrive(acknowledged(office.file(sending)))
    assert office.answers.collect(context(), office.where).result.outcome == "messages"
    (first, second) = rounds.polls()
    assert isinstance(first, MailboxPolled)
    assert isinstance(second, MailboxPolled)
    assert [(one.outcome, one.count, one.is_scheduled) for one in (first, second)] == [
        ("nothing", 0, False),
        ("messages", 1, False),
    ]
    info = office.messages.info(second.proof, office.where, PROOF)
    assert info is not None
    assert office.messages.read(info) == b"<soap>one</soap>"


def test_a_request_that_fails_is_kept_too(office: Office, rounds: Rounds, monkeypatch: pytest.MonkeyPatch):
    def refused(_: str) -> None:
        raise UnionsNotReached("no mandate", "not_mandated", b"<fault/>")

    monkeypatch.setattr(office.unions, "collect", refused)
    with pytest.raises(UnionsNotReached):
        office.answers.collect(context(), office.where)
    (told,) = rounds.polls()
    assert isinstance(told, MailboxPolled)
    assert (told.outcome, told.code, office.messages.get(told.proof)) == ("failed", "not_mandated", b"<fault/>")
    assert not rounds.post.work("here"), "nobody hammers at a door that is shut"


def test_mailboxes_are_asked_by_schedule_only_while_a_session_is_open(
    office: Office, rounds: Rounds, clock: StandingClock
):
    office.unions.is_in_session = False
    assert not rounds.post.work("here")
    office.unions.is_in_session = True
    assert rounds.post.work("here")
    asked = [one.meta.actor for one in office.log.history(rounds.mailbox)]
    assert asked == [SCHEDULE]
    store_time = office.log.history(rounds.mailbox)[0].recorded_at
    clock.instant = store_time + HOUR - timedelta(seconds=1)
    assert not rounds.post.work("here")
    clock.instant = store_time + HOUR
    assert rounds.post.work("here")
    clock.instant += 10 * HOUR
    assert not rounds.another(None).work("here"), "nobody asks by schedule where none is set"


def test_asked_by_hand_without_a_session_it_is_done_when_one_opens(office: Office, rounds: Rounds):
    sending = office.billed()
    office.unions.arrive(acknowledged(office.file(sending)), settled(office.file(sending)))
    office.unions.is_in_session = False
    asked = Context(Meta(ANNA, command_id="asked"))
    for _ in range(2):
        assert office.answers.collect(asked, office.where).result.outcome == "queued"
    assert [type(one) for one in rounds.polls()] == [PollQueued], "asked twice, it waits once"
    assert not rounds.post.work("here")
    office.unions.is_in_session = True
    only_asked = rounds.another(None)
    assert only_asked.work("here")
    assert not only_asked.work("here"), "done"
    assert [one.meta.actor for one in office.log.history(rounds.mailbox)] == [ANNA, ANNA]
    assert (office.sending(sending).status, office.unions.waiting) == ("settled", [])


def test_a_worker_that_closes_leaves_what_it_did_not_read_unconfirmed(office: Office, rounds: Rounds):
    sending = office.billed()
    office.unions.arrive(acknowledged(office.file(sending)), settled(office.file(sending)))
    confirm, closing = office.unions.confirm, list[bool]()

    def confirmed(*given: Any) -> None:
        confirm(*given)
        closing.append(True)

    office.unions.confirm = confirmed  # type: ignore[method-assign]
    rounds.post.work("here", lambda: bool(closing))
    assert (office.sending(sending).status, len(office.unions.waiting)) == ("acknowledged", 1)
    closing.clear()
    office.answers.collect(context(), office.where)
    assert (office.sending(sending).status, office.unions.waiting) == ("settled", [])


def test_asked_just_before_midnight_and_noted_just_after_it_is_done_all_the_same(
    office: Office, rounds: Rounds, clock: StandingClock
):
    office.unions.is_in_session = False
    clock.instant -= timedelta(days=1)  # of whoever asks; the store's is a moment later
    office.answers.collect(Context(Meta(ANNA, command_id="asked")), office.where)
    clock.instant += timedelta(days=1)
    office.unions.is_in_session = True
    only_asked = rounds.another(None)
    assert only_asked.work("here")
    assert not only_asked.work("here"), "done"


@pytest.mark.parametrize("most", [1, 3, 4])
def test_more_than_one_request_brings_is_asked_for_at_once(office: Office, most: int):
    sending = office.billed()
    office.unions.arrive(acknowledged(office.file(sending)), settled(office.file(sending)), b"who knows", b"nobody")
    office.unions.most = most
    assert len(office.answers.collect(context(), office.where).result.answers) == 4
    assert (office.sending(sending).status, office.unions.waiting) == ("settled", [])


def test_what_is_never_confirmed_is_not_asked_for_without_end(office: Office, rounds: Rounds):
    office.unions.arrive(b"who knows", b"nobody")
    office.unions.most, office.unions.confirm = 2, lambda *_: None  # type: ignore[method-assign]
    assert len(office.answers.collect(context(), office.where).result.answers) == 4
    assert len(rounds.polls()) == 2


def test_an_answer_at_which_the_program_breaks_keeps_none_of_those_behind_it_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    sending = office.billed()
    office.unions.arrive(b"breaks", acknowledged(office.file(sending)), settled(office.file(sending)))
    read = office.codec.read_answer

    def broken(content: bytes) -> Any:
        if content == b"breaks":
            raise ArithmeticError
        return read(content)

    monkeypatch.setattr(office.codec, "read_answer", broken)
    with pytest.raises(ArithmeticError):
        office.answers.collect(context(), office.where)
    assert (office.sending(sending).status, office.unions.waiting) == ("settled", [("receipt 0", b"breaks")])


def test_two_pollers_at_once_do_not_double(office: Office, rounds: Rounds):
    sending = office.billed()
    office.unions.arrive(acknowledged(office.file(sending)), settled(office.file(sending)))
    collect = office.unions.collect

    def both(tpp_number: str) -> Any:
        office.unions.collect = collect  # type: ignore[method-assign]
        found = collect(tpp_number)
        office.answers.collect(context(), office.where)
        return found

    office.unions.collect = both  # type: ignore[method-assign]
    reports = office.answers.collect(context(), office.where).result.answers
    assert {one.outcome for one in reports} == {"already_read"}
    topics = [one.topic for one in office.log.history(sending)]
    assert topics.count("sending.settled") == 1
    assert [one.outcome for one in rounds.polls() if isinstance(one, MailboxPolled)] == ["messages"] * 2
