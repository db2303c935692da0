"""The severity letter that a union puts before a code which our own checks raise (public error list, reference 4)."""

from domain.answer import Reason

_BLOCKING_FILE = frozenset({"10", "90"})
_BLOCKING_ENDINGS = frozenset({"0110", "0111", "0210", "9802", "9902"})
_BLOCKING = frozenset(
    {"201812", "202420", "501901", "501905", "502201", "502205", "502701", "502705", "503001", "503005", "801812"}
)
_OF_INVOICE = frozenset({"20", "80"})
_WHOLE_INVOICE = frozenset({"500812"})


def letter_of(code: str) -> str:
    """B (whole file), F (invoice) or R (record)."""
    record = code[:2]
    if record in _BLOCKING_FILE or code[2:] in _BLOCKING_ENDINGS or code in _BLOCKING:
        return "B"
    return "F" if record in _OF_INVOICE or code in _WHOLE_INVOICE else "R"


def reason(code: str) -> Reason:
    """The code with its letter."""
    return Reason(letter_of(code), code)
