"""Sessions with MyCareNet over a real store: what is committed, what is forgotten, who comes first; on both databases."""

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.mycarenet_sessions import MyCareNetSessions
from application.ports import Context, Meta
from application.register import Register
from application.registrations import Registrations
from domain import mycarenet_session as sessions
from domain.errors import NotAllowed, NotFound
from domain.mycarenet_session import (
    MyCareNetSessionClosed,
    MyCareNetSessionOpened,
    MyCareNetSessionRefused,
    MyCareNetSessionRenewed,
)
from infrastructure.ehealth.vault import Vault
from infrastructure.store.copying import copy_store
from infrastructure.store.opening import Store, open_database
from tests.application.fakes import FoldingLookups
from tests.application.token_desk import YEAR, TellingDesk
from tests.conftest import MakeStore
from tests.domain.builders import establishment_details
from tests.stores import SteppedClock, fresh_schema, store_url

CLAIRE, LUC = Context(Meta("user:claire")), Context(Meta("user:luc"))
HOURS = timedelta(hours=12)


@dataclass
class Practice:
    store: Store
    vault: Vault
    clock: SteppedClock
    desk: TellingDesk
    sessions: MyCareNetSessions
    where: UUID

    def opened(self, context: Context = CLAIRE) -> Any:
        return self.sessions.open_with_p12(context, self.where, b"p12", "password").result

    @property
    def facts(self) -> list[Any]:
        stream = sessions.stream_of(self.where)
        return self.store.log.load([stream]).get(stream, [])

    @property
    def rows(self) -> list[Any]:
        with self.store.database.reading() as sql:
            return sql.tuples("SELECT session_id, secret FROM mycarenet_sessions")


def practice_on(store: Store, clock: SteppedClock, held: list[Any]) -> Practice:
    vault = Vault(store.database, store.keys, clock)
    held.append(vault.hook)
    register = Register(store.log, store.keys, FoldingLookups(store.log, store.keys), clock)
    where = register.establishment(CLAIRE, establishment_details()).result.id
    desk = TellingDesk(clock)
    known = MyCareNetSessions(store.log, vault, desk, Registrations(store.log), clock, uuid4)
    return Practice(store, vault, clock, desk, known, where)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def practice(make_store: MakeStore, clock: SteppedClock) -> Practice:
    held: list[Any] = []
    store = make_store(clock=clock, inline=[lambda sql, recorded: [hook(sql, recorded) for hook in held]])
    return practice_on(store, clock, held)


def test_a_session_holds_for_its_length_and_its_secret_stands_nowhere_in_clear(practice: Practice):
    now = practice.clock.now()
    opened = practice.opened()
    assert (opened.method, opened.holder_kind, opened.opened_by) == ("p12", "person", "user:claire")
    assert opened.ends_at == now + HOURS
    assert practice.sessions.current(practice.where) == opened
    assert practice.sessions.secret(practice.where) == (opened, "secret of p12 1")
    seen = (opened.fingerprint, opened.certificate_ends_at)
    assert seen == ("p12" * 8, now + YEAR)
    told = MyCareNetSessionOpened(practice.where, opened.session_id, "p12", "person", now + HOURS, *seen)
    assert practice.facts == [told]
    ((identifier, sealed),) = practice.rows
    assert identifier == opened.session_id
    assert "secret" not in sealed
    (asked,) = practice.desk.asked
    assert asked[1].tpp_number == establishment_details().tpp_number


def test_the_token_may_end_before_the_session_would(practice: Practice):
    practice.desk.lasts = timedelta(hours=2)
    assert practice.opened().ends_at == practice.clock.now() + timedelta(hours=2)


def test_one_whose_end_has_passed_is_none_and_is_forgotten_at_the_next_look(practice: Practice):
    opened = practice.opened()
    practice.clock.instant = opened.ends_at - timedelta(microseconds=1)
    assert practice.sessions.current(practice.where) == opened
    practice.clock.instant = opened.ends_at
    assert practice.rows != []
    assert practice.sessions.current(practice.where) is None
    assert practice.rows == []
    assert practice.sessions.secret(practice.where) is None
    for act in (practice.sessions.renew, practice.sessions.close):
        with pytest.raises(NotAllowed) as told:
            act(CLAIRE, practice.where)
        assert told.value.code == "mycarenet_session_none"


def test_a_token_that_is_over_when_it_comes_opens_nothing(practice: Practice):
    practice.desk.lasts = timedelta(0)
    with pytest.raises(NotAllowed) as told:
        practice.opened()
    assert told.value.code == "sts_token_over"
    assert practice.facts == [MyCareNetSessionRefused(practice.where, "p12", "sts_token_over")]
    assert practice.rows == []


def test_a_renewed_session_is_the_same_for_longer(practice: Practice):
    opened = practice.opened()
    practice.clock.forward(hours=11)
    renewed = practice.sessions.renew(LUC, practice.where).result
    assert renewed.session_id == opened.session_id
    assert (renewed.ends_at, renewed.opened_by) == (practice.clock.now() + HOURS, "user:claire")
    assert practice.facts[-1] == MyCareNetSessionRenewed(opened.session_id, renewed.ends_at)
    assert practice.sessions.secret(practice.where) == (renewed, "secret of renewal 2")


def test_one_that_was_replaced_or_closed_while_it_was_renewed_stays_so(practice: Practice):
    practice.opened()
    practice.desk.meanwhile = practice.opened
    with pytest.raises(NotAllowed) as told:
        practice.sessions.renew(LUC, practice.where)
    assert told.value.code == "mycarenet_session_none"
    assert practice.sessions.secret(practice.where)[1] == "secret of p12 3"
    practice.desk.meanwhile = lambda: practice.sessions.close(CLAIRE, practice.where)
    with pytest.raises(NotAllowed):
        practice.sessions.renew(LUC, practice.where)
    assert practice.rows == []


def test_a_closed_session_is_forgotten(practice: Practice):
    opened = practice.opened()
    assert practice.sessions.close(LUC, practice.where).result == opened.session_id
    assert practice.facts[-1] == MyCareNetSessionClosed(opened.session_id, "asked")
    assert practice.rows == []
    assert practice.sessions.current(practice.where) is None


def test_of_two_that_are_opened_at_once_the_last_one_wins(practice: Practice):
    practice.desk.meanwhile = lambda: practice.opened(LUC)
    practice.opened(CLAIRE)
    current = practice.sessions.current(practice.where)
    assert current.opened_by == "user:claire"
    assert [row[0] for row in practice.rows] == [current.session_id]
    assert sessions.fold(practice.facts).session_id == current.session_id
    assert practice.sessions.secret(practice.where) == (current, "secret of p12 1")


def test_whoever_stops_between_the_service_and_the_commit_leaves_nothing(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
):
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(practice.store.log, "append", stop)
        with pytest.raises(KeyboardInterrupt):
            practice.opened()
    assert (practice.facts, practice.rows, practice.vault._held) == ([], [], {})


def test_a_commit_that_fails_leaves_no_secret(make_store: MakeStore, clock: SteppedClock):
    """The row is of the transaction of the event: when that is given up after it was written, so is the row."""
    held: list[Any] = []
    store = make_store(clock=clock, inline=[lambda sql, recorded: [hook(sql, recorded) for hook in held]])
    practice = practice_on(store, clock, held)

    def fail(_: Any, recorded: Any) -> None:
        raise ValueError("after the row was written")

    held.append(fail)
    with pytest.raises(Exception, match="after the row was written"):
        practice.opened()
    assert (practice.facts, practice.rows) == ([], [])


def test_a_refusal_is_kept_by_its_codes_and_what_was_open_stays(practice: Practice):
    opened = practice.opened()
    practice.desk.refuses = ("sts_not_authenticated", "SOA-01001")
    with pytest.raises(NotAllowed) as told:
        practice.opened()
    assert (told.value.code, told.value.facts["said"]) == ("sts_not_authenticated", "SOA-01001")
    assert practice.facts[-1] == MyCareNetSessionRefused(practice.where, "p12", "sts_not_authenticated", "SOA-01001")
    assert practice.sessions.current(practice.where) == opened


def test_a_token_that_is_not_believed_ends_its_own_session_only(practice: Practice):
    first = practice.opened()
    second = practice.opened()
    practice.sessions.not_believed(Context(Meta("MyCareNet")), first)
    assert practice.sessions.current(practice.where) == second
    practice.sessions.not_believed(Context(Meta("MyCareNet")), second)
    assert practice.sessions.current(practice.where) is None
    assert practice.facts[-1] == MyCareNetSessionClosed(second.session_id, "not_believed")


def test_a_token_that_was_renewed_while_a_message_under_it_was_not_believed_stays(practice: Practice):
    former = practice.opened()
    practice.clock.forward(hours=11)
    renewed = practice.sessions.renew(LUC, practice.where).result
    practice.sessions.not_believed(Context(Meta("MyCareNet")), former)
    assert practice.sessions.current(practice.where) == renewed


def test_what_a_card_signs_is_taken_back_once_in_five_minutes_from_the_same_person(practice: Practice):
    def asked() -> UUID:
        return practice.sessions.prepare_card(CLAIRE, practice.where, b"certificate").request_id

    def bring(context: Context, where: UUID, request_id: UUID) -> Any:
        return practice.sessions.finish_card(context, where, request_id, b"signed").result

    request_id = asked()
    other = practice.sessions._log  # another practice of the same installation
    register = Register(other, practice.store.keys, FoldingLookups(other, practice.store.keys), practice.clock)
    elsewhere = register.establishment(CLAIRE, establishment_details(tpp_number="94999919000")).result.id
    for context, where, known in (
        (LUC, practice.where, request_id),
        (CLAIRE, elsewhere, request_id),
        (CLAIRE, practice.where, uuid4()),
    ):
        with pytest.raises(NotFound) as told:
            bring(context, where, known)
        assert told.value.code == "card_request_unknown"
    assert bring(CLAIRE, practice.where, request_id).method == "card"
    with pytest.raises(NotFound):
        bring(CLAIRE, practice.where, request_id)
    late = asked()
    practice.clock.forward(minutes=5, seconds=1)
    with pytest.raises(NotFound):
        bring(CLAIRE, practice.where, late)
    asked()
    with practice.store.database.reading() as sql:
        ((count,),) = sql.tuples("SELECT count(*) FROM mycarenet_card_requests")
    assert count == 1, "those that are over were forgotten"


def test_a_restored_backup_brings_no_session_with_it(practice: Practice, store_kind: str, tmp_path: Path):
    practice.opened()
    with closing(open_database(store_url(store_kind, tmp_path), fresh_schema())) as other:
        copy_store(practice.store.database, other)
        with other.reading() as sql:
            assert sql.tuples("SELECT count(*) FROM events") != [(0,)]
            assert sql.tuples("SELECT count(*) FROM mycarenet_sessions") == [(0,)]


def test_where_nothing_is_set_no_session_is_asked_for(practice: Practice):
    none = MyCareNetSessions(
        practice.store.log, practice.vault, None, Registrations(practice.store.log), practice.clock, uuid4
    )
    assert not none.is_needed
    assert none.current(practice.where) is None
    with pytest.raises(NotAllowed) as told:
        none.open_with_p12(CLAIRE, practice.where, b"p12", "password")
    assert told.value.code == "mycarenet_not_set"


def test_what_was_open_at_an_instant_is_told_by_the_log(practice: Practice):
    before = practice.clock.now()
    opened = practice.opened()
    upto = practice.store.log.head()
    practice.clock.forward(hours=1)
    practice.sessions.close(CLAIRE, practice.where)
    then = practice.sessions.then(practice.where, before + timedelta(minutes=30), upto)
    assert (then.session_id, then.opened_by, then.ends_at) == (opened.session_id, "user:claire", opened.ends_at)
    assert practice.sessions.then(practice.where, opened.ends_at, upto) is None
    assert practice.sessions.then(practice.where, practice.clock.now(), None) is None
