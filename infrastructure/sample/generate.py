"""Makes the shipped sample files: `python -m infrastructure.sample.generate [folder]`. Always the same bytes."""

import json
import sys
from pathlib import Path

from infrastructure.carefile.columns import NAMES
from infrastructure.sample import CARE_FILE, REGISTER_FILE, SampleFiles
from infrastructure.sample.care import care
from infrastructure.sample.people import patients, practice
from infrastructure.simulator.chance import Draw

_SEED = "sample practice, October 2026"


def make() -> SampleFiles:
    """Register and care of the fictitious practice."""
    people = patients()
    register = [*practice(), *(person.line for person in people)]
    lines = [json.dumps(line, ensure_ascii=False) for line in register]
    rows = [";".join(str(cells.get(name, "")) for name in NAMES) for cells in care(people, Draw(_SEED))]
    return SampleFiles(_text(lines), _text([";".join(NAMES), *rows]))


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def main(folder: Path) -> None:
    """Write both files."""
    made = make()
    (folder / REGISTER_FILE).write_bytes(made.register)
    (folder / CARE_FILE).write_bytes(made.care)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
