"""What happened to one thing, for a person: when, from where, what, who, why, and the message that stands behind it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from typing import Any
from uuid import UUID

from api.catalogue import text
from api.web.actors import name_of
from api.web.change_words import Change
from api.web.changes import changes_in
from api.web.visit import Visit
from application.ports import Recorded
from domain.casework import casework_id
from domain.event import ERASED
from domain.local_time import local_date

__all__ = ["SOURCES", "Entry", "entries_of", "name_of", "source_of", "timeline_of", "why_of"]

SOURCES = ("human", "rule", "answer", "import", "program")
"""Where an event comes from: a person, a rule of the product, a union's answer, a file of care, a program."""

_SHARED = ("user", "provider")
"""Kinds of things that belong to no one practice."""
_HASH = re.compile(r"[0-9a-f]{64}")
_FROM_ANSWERS = frozenset(
    {
        "billing_day.accepted_by_insurer",
        "billing_day.partly_refused_by_insurer",
        "billing_day.refused_by_insurer",
        "billing_day.credit_settled",
        "billing_day.reinstated",
        "billing_day.returned",
        "invoice.reinstated",
        "invoice.settled",
        "invoice.withdrawn",
        "item.raised",
        "item.settled",
        "message.interpreted",
        "message.received",
        "message.unreadable",
        "sending.accepted_for_processing",
        "sending.acknowledged",
        "sending.envelope_rejected",
        "sending.not_treated",
        "sending.rejected",
        "sending.settled",
        "sending.settlement_contested",
        "sending.technically_acknowledged",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `what`: its topic. `who`, `for_whom`: names as shown. `why`: in the words of who acted.

    `message`: hash of the file behind it, empty without one. `day`: for the link to the state of then. `changes`: what
    it says beyond its name, to this reader.
    """

    version: int
    at: datetime
    day: Date
    source: str
    what: str
    who: str
    for_whom: str
    why: str
    message: str
    event: Any
    changes: tuple[Change, ...]

    @property
    def what_key(self) -> str:
        """Where the catalogue has it in words."""
        return f"event.{self.what}"


def timeline_of(visit: Visit, stream_id: UUID, source: str = "") -> tuple[Entry, ...]:
    """The newest first, as of the day of the visit, with the office work about it; of one source when it is named.

    Work on what is about a patient is for who may see care; what happened to a person or a provider in another practice
    is for nobody here. Scope is the caller's to check.
    """
    log, upto = visit.quittance.log, visit.upto
    work = log.history(casework_id(stream_id), upto)
    if work and work[0].event.is_of_a_patient and not visit.may_ever("medical"):
        work = []
    recorded = [*(one for one in log.history(stream_id, upto) if _is_here(visit, one)), *work]
    recorded.sort(key=lambda one: one.position, reverse=True)
    return entries_of(visit, [one for one in recorded if not source or source_of(one) == source])


def entries_of(visit: Visit, wanted: Sequence[Recorded]) -> tuple[Entry, ...]:
    """The same of these events, in their order."""
    actors = {actor for one in wanted for actor in (one.meta.actor, one.meta.on_behalf_of or "")}
    names = {actor: name_of(visit, actor) for actor in actors}
    changes = changes_in(visit, wanted)
    return tuple(
        Entry(
            one.version,
            one.recorded_at,
            local_date(one.recorded_at),
            source_of(one),
            one.topic,
            names[one.meta.actor],
            names[one.meta.on_behalf_of or ""],
            why_of(visit, one),
            _message(visit, one),
            one.event,
            changes.get(one.position, ()),
        )
        for one in wanted
    )


def why_of(visit: Visit, recorded: Recorded) -> str:
    """In the words of who acted, unless they are gone; those about a patient are for who may see care.

    Of what practices share, each sees its own words.
    """
    meta = recorded.meta
    if meta.reason == ERASED:
        return text("actor.erased", visit.language)
    if meta.reason and meta.reason_subject != visit.where and recorded.topic.partition(".")[0] in _SHARED:
        return text("actor.elsewhere", visit.language)
    if meta.reason and meta.reason_subject != visit.where and not visit.may_ever("medical"):
        return text("actor.withheld", visit.language)
    return meta.reason


def _is_here(visit: Visit, recorded: Recorded) -> bool:
    return visit.where is None or getattr(recorded.event, "establishment_id", visit.where) == visit.where


def source_of(recorded: Recorded) -> str:
    """One of `SOURCES`."""
    cause, topic = recorded.meta.cause, recorded.topic
    if topic.startswith("import.") or getattr(recorded.event, "import_id", None):
        return "import"
    if _HASH.fullmatch(cause):
        return "answer" if topic in _FROM_ANSWERS else "import"
    if cause.startswith("rule") or recorded.meta.actor.startswith("rule"):
        return "rule"
    return "program" if recorded.meta.actor.startswith("key:") else "human"


def _message(visit: Visit, recorded: Recorded) -> str:
    """The file that the event names, else the one that made it happen, if it has a page that this reader may open.

    What people attached is no message, and a file of care is for who may see care.
    """
    if recorded.topic.startswith("casework.") or (source_of(recorded) == "import" and not visit.may_ever("medical")):
        return ""
    named = (getattr(recorded.event, "message", ""), getattr(recorded.event, "sha256", ""), recorded.meta.cause)
    return next((one for one in named if isinstance(one, str) and _HASH.fullmatch(one)), "")
