"""Why a file did not reach its union, in words: which mandate is missing, whose, and where it is arranged."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from api.catalogue import Language, has, text
from application.ports import Event
from domain.registration import Registration
from domain.sending import SendingHandOverFailed

if TYPE_CHECKING:
    from api.build import Quittance

BY_REGISTRATION = ("registration_missing", "registration_none", "not_mandated")


@dataclass(frozen=True, slots=True)
class Failure:
    """`code`: of the group `held`, `text` the same in words. `said`: the code of whoever refused.

    `mandate`: which one is missing, in words, empty where none is; of `registration_id`, where one was found.
    """

    code: str
    text: str
    said: str
    registration_id: UUID | None
    mandate: str

    @property
    def is_by_registration(self) -> bool:
        """The registrations of the practice are where to look."""
        return self.code in BY_REGISTRATION


def failure_of(quittance: "Quittance", where: UUID, events: Iterable[Event], language: Language) -> Failure | None:
    """Of a sending of the practice, when that is the last that happened to it."""
    *_, last = [None, *events]
    return told(quittance, where, last, language) if isinstance(last, SendingHandOverFailed) else None


def told(quittance: "Quittance", where: UUID, failed: SendingHandOverFailed, language: Language) -> Failure:
    """Of one hand-over that failed. What our own side found wrong has words of its own, more telling than the code."""
    code, is_ours = failed.code or "not_transmitted", has(f"problem.{failed.said}")
    words = text(f"problem.{failed.said}" if is_ours else f"held.{code}", language)
    mandate = missing_mandate(quittance, where, failed.registration_id, failed.holder_kind, language)
    return Failure(code, words, "" if is_ours else failed.said, failed.registration_id, mandate)


def missing_mandate(
    quittance: "Quittance", where: UUID, registration_id: UUID | None, holder_kind: str, language: Language
) -> str:
    """For a file that went under the registration and was refused for that; empty without one."""
    if registration_id is None:
        return ""
    known = (one for one in quittance.registrations.known(where) if one.registration_id == registration_id)
    return next((_words(one, holder_kind, language) for one in known), "")


def _words(registration: Registration, holder_kind: str, language: Language) -> str:
    key = f"session_holder.{holder_kind}"
    holder = text(key, language) if has(key) else holder_kind
    facts = {"nihii": registration.nihii, "cbe": registration.cbe, "holder": holder}
    return text(f"mandate_missing.{registration.kind}", language, **facts)
