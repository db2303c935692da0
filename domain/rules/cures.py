"""What must be true before a refused day is billed again: else the insurer gives the same answer again.

Rules: seed-features 4.2 (column "Fix"), REF-18, REF-19. A code that is not here has no cure that a program can see; its
explanation tells a person what to correct.
"""

from typing import Literal

from domain.rules.refusals import explain

Need = Literal["", "insurability", "destination", "authorisation"]
_OF_FIELD: dict[str, Need] = {"holder_code": "insurability", "insurability": "insurability"}
_AUTHORISED = frozenset({"500446", "5004K2", "5004L0", "5004K3", "500437"})
"""An agreement that was missing, or a notification."""


def need_of(code: str) -> Need:
    """What cures a refusal with this code, empty when nothing of it could be seen.

    `insurability`: asked of the insurer again since; `destination`: another one than the one that refused;
    `authorisation`: one that covers the date of care.
    """
    if code in _AUTHORISED:
        return "authorisation"
    told = explain(code)
    if told.decision == "rebill_elsewhere":
        return "destination"
    return _OF_FIELD.get(told.field, "")
