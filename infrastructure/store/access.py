"""Who looked at whose data, committed before the data leave."""

from collections.abc import Iterable
from uuid import UUID

from application.ports import Clock
from infrastructure.store.sql import StoreDatabase
from infrastructure.store.times import microseconds


class Access:
    """The `AccessLog` port."""

    def __init__(self, database: StoreDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(
        self,
        actor: str,
        action: str,
        patient_ids: Iterable[UUID],
        cause: str = "",
        on_behalf_of: str | None = None,
    ) -> None:
        """One line a patient."""
        at = microseconds(self._clock.now())
        rows = [(at, actor, on_behalf_of, action, patient, cause) for patient in patient_ids]
        with self._database.transaction() as sql:
            sql.insert("access_log", ("at", "actor", "on_behalf_of", "action", "patient_id", "cause"), rows)
