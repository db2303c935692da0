"""Deputies for absences: named by the person or by an administrator; who did it stands in the envelope."""

from datetime import date as Date
from uuid import UUID

from application.commit import Done
from application.ports import Context
from application.user_rights import Users
from domain import deputy as deputies
from domain.errors import NotAllowed, NotFound
from domain.local_time import local_date
from domain.user import Absence, User


class Deputies(Users):
    """Who looks after whose work; first and last day included, days of Belgium."""

    def name_deputy(
        self,
        context: Context,
        user_id: UUID,
        deputy_id: UUID,
        valid_from: Date,
        valid_to: Date,
        establishment_id: UUID | None = None,
    ) -> Done[UUID]:
        """Let somebody watch over a person's work; None: wherever both have a role on these days, in one commit.

        Raises `NotFound`, `NotAllowed` and `Invalid`.
        """
        today = local_date(self._clock.now())

        def decision(state: User) -> list[object]:
            deputy = self.user(deputy_id)
            if deputy is None:
                raise NotFound("user_unknown", "There is no such user.", field="deputy_id")
            where = [establishment_id] if establishment_id else _shared(state, deputy, valid_from, valid_to)
            wanted = [Absence(one, deputy_id, valid_from, valid_to) for one in where]
            return [event for one in wanted for event in deputies.name_deputy(state, deputy, one, today)]

        return Done(user_id, self._decide(context, user_id, decision).position)

    def withdraw_deputy(self, context: Context, user_id: UUID, establishment_id: UUID, valid_from: Date) -> Done[UUID]:
        """Let the absence that begins that day count no more. Raises `NotFound` and `NotAllowed`."""
        today, about = local_date(self._clock.now()), (establishment_id, valid_from)
        done = self._decide(context, user_id, lambda state: deputies.withdraw_deputy(state, *about, today))
        return Done(user_id, done.position)


def _shared(state: User, deputy: User, first: Date, last: Date) -> tuple[UUID, ...]:
    where = deputies.shared_practices(state, deputy, first, last)
    if not where:
        raise NotAllowed("deputy_without_role", "You share no establishment on these days.", field="deputy_id")
    return where
