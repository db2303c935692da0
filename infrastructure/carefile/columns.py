"""The columns of a care file: name, reader of the value, whether a line needs it (decisions, Care file).

Four more than decided there: the rest of record 52, since what another program's files hold is kept whole, and the
visit, by which the tariffs price lines that come without amounts.
Widths are those of the zones that the values become (eFact reference 2.4-2.6).
"""

from collections.abc import Mapping
from types import MappingProxyType

from infrastructure.carefile.values import Parser, day, digits, hour, ssin, whole, words

NAMES = (
    "ssin", "affiliation_number", "date", "code", "units", "amount_cents", "patient_share_cents", "supplement_cents",
    "provider", "service_norm", "provider_norm", "care_assistant", "urgency", "time", "derogation", "related_code",
    "prescriber", "prescriber_norm", "prescription_date", "tooth", "limb", "place", "lump_sum_pct",
    "commitment_number", "agreement_number", "reading_method", "reading_document", "reading_reason", "reading_time",
    "reading_serial", "vignette_reason", "proof_number", "device_number", "line_ref", "visit",
)  # fmt: skip
REQUIRED = ("date", "code", "provider")
"""And a patient, by `ssin` or `affiliation_number`."""

_NIHII = digits(11, 11, "nihii_invalid")
_NUMBERS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "units": (1, 9_999),
        "amount_cents": (0, 99_999_999_999),
        "patient_share_cents": (0, 999_999_999),
        "supplement_cents": (0, 999_999_999),
        "service_norm": (0, 9),
        "provider_norm": (0, 9),
        "urgency": (0, 9),
        "derogation": (0, 99),
        "prescriber_norm": (0, 9),
        "limb": (0, 2),
        "lump_sum_pct": (0, 100),
        "reading_reason": (0, 9),
        "vignette_reason": (0, 9),
        "visit": (1, 99),
    }
)
DIGITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "affiliation_number": (1, 13),
        "code": (6, 6),
        "related_code": (6, 6),
        "tooth": (2, 2),
        "place": (1, 12),
        "agreement_number": (1, 20),
        "reading_serial": (1, 15),
        "proof_number": (1, 25),
        "device_number": (1, 12),
    }
)
"""Fewest and most digits of columns that hold nothing else."""
_TEXTS: Mapping[str, Parser] = MappingProxyType(
    {
        **{name: digits(fewest, most) for name, (fewest, most) in DIGITS.items()},
        "ssin": ssin,
        "date": day,
        "provider": _NIHII,
        "care_assistant": _NIHII,
        "time": hour,
        "prescriber": _NIHII,
        "prescription_date": day,
        "commitment_number": words(48, ascii_only=True),
        "reading_method": words(1, ascii_only=True),
        "reading_document": words(1, ascii_only=True),
        "reading_time": hour,
        "line_ref": words(64),
    }
)


def parsers(*, typed: bool) -> dict[str, Parser]:
    """The reader of each column; `typed` when numbers come as numbers (JSON Lines)."""
    numbers = {name: whole(lowest, highest, typed=typed) for name, (lowest, highest) in _NUMBERS.items()}
    return {**_TEXTS, **numbers}
