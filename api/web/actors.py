"""Who acted, as a person reads it."""

from uuid import UUID

from api.catalogue import text
from api.web.visit import Visit


def name_of(visit: Visit, actor: str) -> str:
    """Who acted, as a person reads it: the name of a user, else what kind of actor it was."""
    kind, _, rest = actor.partition(":")
    if kind == "user":
        state = visit.quittance.accounts.user(user_id) if (user_id := _uuid(rest)) else None
        return state.name if state else text("actor.unknown", visit.language)
    if kind in ("operator", "key", "rule"):
        return text(f"actor.{kind}", visit.language, name=rest)
    return actor


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
