"""A fictitious practice that ships with the product: register and one month of care, made by `generate`."""

from dataclasses import dataclass
from importlib.resources import files

REGISTER_FILE, CARE_FILE = "practice.jsonl", "care.csv"


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """Bytes for `read_register_file` and `read_care_file`."""

    register: bytes
    care: bytes


def sample_files() -> SampleFiles:
    """The shipped files, wherever the package is installed."""
    folder = files(__name__)
    return SampleFiles(folder.joinpath(REGISTER_FILE).read_bytes(), folder.joinpath(CARE_FILE).read_bytes())
