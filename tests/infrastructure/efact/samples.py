"""Where the shared sample files are, and how a test says that they are not there."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[4] / "shared"
SAMPLES = SHARED / "samples" / "efact"
REFERENCE = SHARED / "reference" / "efact.md"

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no sample files in {SAMPLES}")
needs_reference = pytest.mark.skipif(not REFERENCE.is_file(), reason=f"no reference at {REFERENCE}")

REQUESTS = ("TFAC1SC09.509E", "TFAC1SC11.510E", "TFAC1SC12.518E", "TFAC1SC13.519E", "TFAC1SC15.520E")
ANSWERS = (
    *(f"920098-0{n}.txt" for n in (1, 2)),
    *(f"920099-0{n}.txt" for n in range(1, 9)),
    *(f"920900-0{n}.txt" for n in (1, 2, 3)),
    "920999-01.txt",
    "931000-01.txt",
    "931000-02.txt",
)


def sample(name: str) -> bytes:
    """The bytes of a request or answer."""
    return (SAMPLES / ("requests" if name in REQUESTS else "answers") / name).read_bytes()
