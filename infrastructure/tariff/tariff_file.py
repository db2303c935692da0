"""A tariff file of a practice: JSON or CSV, told apart by its first sign."""

from domain.pricing.reading import Report
from infrastructure.carefile.lines import is_json_lines
from infrastructure.tariff.csv_set import read_csv_set
from infrastructure.tariff.json_set import read_json_set

_BOM = b"\xef\xbb\xbf"
_SIGNS = 64


def read_tariff_set(content: bytes) -> Report:
    """The set, or all faults of the file with their places. Raises nothing."""
    opening = content[:_SIGNS].removeprefix(_BOM)
    return read_json_set(content) if is_json_lines(opening) else read_csv_set(content)
