"""The official list of refusal codes that a practice has: shown beside our texts, never instead of them."""

from dataclasses import dataclass
from uuid import UUID

from domain.event import event

CODE_LIST = UUID("e2f7a0c1-6a34-5b0e-8a7e-6f7a3f0d9b55")
"""The one stream of code lists of an installation; also the owner of their stored bytes."""


@event("code_list.loaded")
class CodeListLoaded:
    """A list was taken in; the latest counts. `message` is the hash of its bytes."""

    message: str
    codes: int


@dataclass(frozen=True, slots=True)
class OfficialCode:
    """One code of the list; a text that the list lacks is empty."""

    code: str
    letter: str
    fr: str = ""
    nl: str = ""
