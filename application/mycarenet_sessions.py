"""Sessions with MyCareNet: opened by a keystore or a card, renewed, closed; one per establishment, shared by all.

The token service is asked first, then all is committed at once, the secret with the event: whoever stops in between
leaves nothing. Of two who open at once the last one wins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from application.commit import Decided, Done, Streams, decide
from application.mycarenet_ports import (
    GrantedSession,
    MyCareNetSession,
    Sender,
    SessionRefused,
    SessionVault,
    TokenDesk,
)
from application.ports import Clock, Context, Event, EventLog
from application.registrations import Registrations
from application.run_practice import establishment_of
from domain import mycarenet_session as sessions
from domain.errors import NotAllowed, NotFound
from domain.local_time import local_date
from domain.mycarenet_session import (
    Method,
    MyCareNetSessionClosed,
    MyCareNetSessionOpened,
    MyCareNetSessionRefused,
    MyCareNetSessionRenewed,
    OpenSession,
)

REQUEST_LIFE = timedelta(minutes=5)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CardRequest:
    """`envelope`: what the card is to sign, within a minute; `request_id` is good for five, once."""

    request_id: UUID
    envelope: bytes = field(repr=False)


class MyCareNetSessions:
    """The use cases. `where`: the establishment that the caller may act in.

    `desk` None: nothing is set up for MyCareNet, unions are simulated in the process and need no session.
    """

    def __init__(
        self,
        log: EventLog,
        vault: SessionVault,
        desk: TokenDesk | None,
        registrations: Registrations,
        clock: Clock,
        new_id: Callable[[], UUID],
    ) -> None:
        self._log, self._vault, self._desk, self._clock = log, vault, desk, clock
        self._registrations, self._new_id = registrations, new_id

    @property
    def is_needed(self) -> bool:
        """Whether anything goes over MyCareNet here."""
        return self._desk is not None

    def current(self, where: UUID) -> MyCareNetSession | None:
        """The session that holds now; one whose end has passed is forgotten here."""
        found = self._vault.find(where)
        if found is None or self._clock.now() < found.ends_at:
            return found
        self._vault.forget(found)
        return None

    def then(self, where: UUID, instant: datetime, upto: int | None) -> MyCareNetSession | None:
        """The session that held at an instant that is past; `upto`: the position of the log then."""
        found: MyCareNetSession | None = None
        for one in self._log.history(sessions.stream_of(where), upto):
            match one.event:
                case MyCareNetSessionOpened() as opened:
                    about = (opened.session_id, opened.method, opened.holder_kind)
                    seen = (opened.fingerprint, opened.certificate_ends_at)
                    found = MyCareNetSession(where, *about, one.recorded_at, one.meta.actor, opened.ends_at, *seen)
                case MyCareNetSessionRenewed() if found:
                    found = replace(found, ends_at=one.event.ends_at)
                case MyCareNetSessionClosed():
                    found = None
        return found if found and instant < found.ends_at else None

    def secret(self, where: UUID) -> tuple[MyCareNetSession, str] | None:
        """The session that holds now with what proves it, for whoever speaks with MyCareNet."""
        found = self.current(where)
        secret = self._vault.secret(found) if found else ""
        return (found, secret) if found and secret else None

    def lacks_registration(self, where: UUID) -> bool:
        """Whether no session could let a file go, whoever opened it: nothing in force is for the practice's number."""
        if self._desk is None:
            return False
        sender = self._sender(where)
        return not any(one.nihii == sender.tpp_number for one in sender.registrations)

    def open_with_p12(self, context: Context, where: UUID, content: bytes, password: str) -> Done[MyCareNetSession]:
        """By an eHealth P12, which is not kept as a file. Raises `Invalid`, `NotAllowed`, `NotFound`."""
        desk, sender = self._required(), self._sender(where)
        return self._open(context, where, "p12", lambda: desk.by_p12(content, password, sender))

    def prepare_card(self, context: Context, where: UUID, certificate: bytes) -> CardRequest:
        """What the card of this certificate (DER) is to sign. Raises `Invalid`, `NotAllowed`, `NotFound`."""
        envelope, secret = self._required().prepare_card(certificate, self._sender(where))
        made = CardRequest(self._new_id(), envelope)
        self._vault.keep_request(where, made.request_id, context.meta.actor, secret, self._since())
        return made

    def finish_card(
        self, context: Context, where: UUID, request_id: UUID, signed_envelope: bytes
    ) -> Done[MyCareNetSession]:
        """By the same person's request, signed. Raises `Invalid`, `NotAllowed`, `NotFound`."""
        desk, sender = self._required(), self._sender(where)
        prepared = self._vault.take_request(where, request_id, context.meta.actor, self._since())
        if prepared is None:
            raise NotFound("card_request_unknown", "This request is over: begin anew with the card.")
        return self._open(context, where, "card", lambda: desk.by_card(prepared, signed_envelope, sender))

    def renew(self, context: Context, where: UUID) -> Done[MyCareNetSession]:
        """The same session for longer. Raises `NotAllowed`."""
        desk, sender, found = self._required(), self._sender(where), self.secret(where)
        if found is None:
            raise _none()
        known, secret = found
        granted = self._granted(context, where, known.method, lambda: desk.renew(secret, sender))
        renewed = replace(known, ends_at=self._end_of(granted, self._clock.now()))
        return self._keep(
            context, renewed, granted, lambda state: sessions.renew(state, known.session_id, renewed.ends_at)
        )

    def close(self, context: Context, where: UUID) -> Done[UUID]:
        """Forget it now. Raises `NotAllowed` when there is none."""
        self._required()
        known = self.current(where)
        if known is None:
            raise _none()
        identifier = known.session_id
        return self._decide(context, where, lambda state: sessions.close(state, identifier), identifier)

    def not_believed(self, context: Context, known: MyCareNetSession) -> Done[UUID]:
        """A service no longer believes the token of that session: it is over, unless it has another token by now."""
        identifier, until = known.session_id, known.ends_at
        act = partial(sessions.lose, known=identifier, ends_at=until)
        return self._decide(context, known.establishment_id, act, identifier)

    def _open(
        self, context: Context, where: UUID, method: Method, ask: Callable[[], GrantedSession]
    ) -> Done[MyCareNetSession]:
        granted = self._granted(context, where, method, ask)
        identifier, kind = sessions.session_id(where, granted.assertion_id), granted.holder_kind
        now = self._clock.now()
        ends_at = self._end_of(granted, now)
        seen = (granted.fingerprint, granted.certificate_ends_at)
        opened = MyCareNetSession(where, identifier, method, kind, now, context.meta.actor, ends_at, *seen)
        happened = [MyCareNetSessionOpened(where, identifier, method, kind, ends_at, *seen)]
        return self._keep(context, opened, granted, lambda _: happened)

    def _granted(
        self, context: Context, where: UUID, method: Method, ask: Callable[[], GrantedSession]
    ) -> GrantedSession:
        """Of the token service; that it gave nothing is kept. Raises `NotAllowed` with its reason."""
        try:
            granted = ask()
        except SessionRefused as error:
            refused = error
        else:
            if self._clock.now() < granted.ends_at:
                return granted
            refused = SessionRefused("sts_token_over")
        told = MyCareNetSessionRefused(where, method, refused.code, refused.said)
        self._decide(Context(context.meta), where, lambda _: [told], None)
        raise NotAllowed(refused.code, "The token service gave no session.", said=refused.said)

    def _end_of(self, granted: GrantedSession, now: datetime) -> datetime:
        return min(now + self._required().length, granted.ends_at)

    def _keep(
        self,
        context: Context,
        session: MyCareNetSession,
        granted: GrantedSession,
        act: Callable[[OpenSession | None], Sequence[Event]],
    ) -> Done[MyCareNetSession]:
        with self._vault.holding(session, granted.secret):
            return self._decide(context, session.establishment_id, act, session)

    def _decide(
        self, context: Context, where: UUID, act: Callable[[OpenSession | None], Sequence[Event]], result: T
    ) -> Done[T]:
        def decision() -> Decided[T]:
            stream = sessions.stream_of(where)
            streams = Streams(self._log, [stream])
            return Decided([streams.change(stream, act(sessions.fold(streams.events(stream))))], result)

        return decide(self._log, context, decision)

    def _required(self) -> TokenDesk:
        if self._desk is None:
            raise NotAllowed("mycarenet_not_set", "Unions are simulated here: there is nothing to open.")
        return self._desk

    def _sender(self, where: UUID) -> Sender:
        tpp_number = establishment_of(self._log, where).details.tpp_number
        return Sender(tpp_number, self._registrations.in_force(where, local_date(self._clock.now())))

    def _since(self) -> datetime:
        return self._clock.now() - REQUEST_LIFE


def _none() -> NotAllowed:
    return NotAllowed("mycarenet_session_none", "There is no open session: open one.")
