"""The columns of a care file: name, reader of the value, whether a line needs it (decisions, Care file).

Three more than decided there, for the rest of record 52: what another program's files hold is kept whole.
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
    "reading_serial", "vignette_reason", "proof_number", "device_number", "line_ref",
)  # fmt: skip
REQUIRED = ("date", "code", "provider")
"""And a patient, by `ssin` or `affiliation_number`; and `amount_cents` unless the service norm is 7 or 9."""

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
    }
)
_TEXTS: Mapping[str, Parser] = MappingProxyType(
    {
        "ssin": ssin,
        "affiliation_number": digits(1, 13),
        "date": day,
        "code": digits(6, 6),
        "provider": _NIHII,
        "care_assistant": _NIHII,
        "time": hour,
        "related_code": digits(6, 6),
        "prescriber": _NIHII,
        "prescription_date": day,
        "tooth": digits(2, 2),
        "place": digits(1, 12),
        "commitment_number": words(48, ascii_only=True),
        "agreement_number": digits(1, 20),
        "reading_method": words(1, ascii_only=True),
        "reading_document": words(1, ascii_only=True),
        "reading_time": hour,
        "reading_serial": digits(1, 15),
        "proof_number": digits(1, 25),
        "device_number": digits(1, 12),
        "line_ref": words(64),
    }
)


def parsers(*, typed: bool) -> dict[str, Parser]:
    """The reader of each column; `typed` when numbers come as numbers (JSON Lines)."""
    numbers = {name: whole(lowest, highest, typed=typed) for name, (lowest, highest) in _NUMBERS.items()}
    return {**_TEXTS, **numbers}
