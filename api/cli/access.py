"""Who sees whose data at the command line."""

from collections.abc import Iterable
from uuid import UUID

from api.build import Quittance
from application.access import OPERATOR


def note_access(quittance: Quittance, action: str, patients: Iterable[UUID]) -> None:
    """One record for all that is shown at once, committed before any of it leaves."""
    who = list(dict.fromkeys(patients))
    if who:
        quittance.access_log.record(OPERATOR.actor, action, who)
