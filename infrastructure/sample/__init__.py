"""What ships with the product, all invented: a practice with a month of care, and tariffs. Made by `generate`."""

from dataclasses import dataclass
from importlib.resources import files

REGISTER_FILE, CARE_FILE = "practice.jsonl", "care.csv"
BE_NURSING, BE_DENTAL, CH_DENTAL = "tariff_be_nursing.json", "tariff_be_dental.json", "tariff_ch_dental.json"
TARIFF_FILES = (BE_NURSING, BE_DENTAL, CH_DENTAL)


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """Bytes for `read_register_file` and `read_care_file`."""

    register: bytes
    care: bytes


def sample_files() -> SampleFiles:
    """The shipped files, wherever the package is installed."""
    folder = files(__name__)
    return SampleFiles(folder.joinpath(REGISTER_FILE).read_bytes(), folder.joinpath(CARE_FILE).read_bytes())


def sample_tariff(name: str) -> bytes:
    """One of `TARIFF_FILES`, for `read_tariff_set`."""
    return files(__name__).joinpath(name).read_bytes()
