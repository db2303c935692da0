"""Faults of a billing file in the reader's language: the check tells them in English, with the figures that matter."""

import re
from dataclasses import asdict
from typing import Any

from api.catalogue import Language, has, text, unread
from infrastructure.efact.errors import EfactError, UnexpectedMessage, UnrecognisedMessage
from infrastructure.efact.faults import Fault

_UNREAD = re.compile(r"bytes that are no part of a record: (.*) \(at (\d+), (\d+) bytes\)")


def key_of(told: str) -> str:
    """Where the catalogue has a fault: the words of its text, without figures."""
    return "efact_fault." + "_".join(re.findall("[a-z]+", told.lower()))


def fault_in_words(told: str, language: Language) -> str:
    """The text of a fault. Its figures are `n1`, `n2` … in the catalogue, in their order."""
    if found := _UNREAD.fullmatch(told):
        reason, start, size = found.groups()
        return text("efact_fault.unread", language, reason=unread(reason, language), start=start, size=size)
    figures = {f"n{place}": figure for place, figure in enumerate(re.findall(r"\d+", told), 1)}
    return text(key_of(told), language, **figures) if has(key_of(told)) else told


def fault_as_json(fault: Fault, language: Language) -> dict[str, Any]:
    """For a program: the code is stable, the text is for its people."""
    return {**asdict(fault), "text": fault_in_words(fault.text, language)}


def unreadable_in_words(error: EfactError, language: Language) -> str:
    """Why the file is none that was asked for, and what to give."""
    match error:
        case UnrecognisedMessage():
            return text("efact.unrecognised", language, size=error.size)
        case UnexpectedMessage():
            return text("efact.unexpected", language, message=error.message)
    return str(error)
