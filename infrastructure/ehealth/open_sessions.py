"""Under which session, and in whose name, a message goes for a third-party number."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from application.mycarenet_sessions import MyCareNetSessions
from application.ports import Clock, Context, Meta
from application.registrations import Registrations
from domain.local_time import local_date
from infrastructure.ehealth import acting
from infrastructure.ehealth.faults import NoToken
from infrastructure.ehealth.generic_async import Session
from infrastructure.ehealth.kept import KeptSession
from infrastructure.ehealth.origin import Licence, Origin

_ACTOR = "MyCareNet"
"""Of the end of a session whose token a service no longer believed."""


@dataclass(frozen=True, slots=True)
class OpenSessions:
    """Sessions that somebody opened. `where_of`: the establishment of a third-party number."""

    sessions: MyCareNetSessions
    registrations: Registrations
    where_of: Callable[[str], UUID]
    licence: Licence
    clock: Clock

    def is_open(self, tpp_number: str) -> bool:
        """Whether one holds now; asks nobody outside."""
        return self.sessions.current(self.where_of(tpp_number)) is not None

    def __call__(self, tpp_number: str) -> tuple[Session, Origin]:
        """Raises `NoToken` when none is open, `acting.NoRegistration` when none fits its holder."""
        where = self.where_of(tpp_number)
        found = self.sessions.secret(where)
        if found is None:
            raise NoToken("mycarenet_session_none")
        opened, kept = found[0], KeptSession.read(found[1])
        in_force = self.registrations.in_force(where, local_date(self.clock.now()))
        fits = acting.fitting(in_force, kept.holder, tpp_number)
        session = kept.session(lambda: self.sessions.not_believed(Context(Meta(_ACTOR)), opened))
        return session, acting.origin(kept.holder, fits, self.licence, session.token)
