"""Makes the shipped sample files: `python -m infrastructure.sample.generate [folder]`. Always the same bytes."""

import json
import sys
from pathlib import Path

from infrastructure.carefile.columns import NAMES
from infrastructure.sample import BE_DENTAL, BE_NURSING, CARE_FILE, CH_DENTAL, REGISTER_FILE, SampleFiles
from infrastructure.sample.care import care
from infrastructure.sample.people import patients, practice
from infrastructure.sample.tariff_be_nursing import be_nursing
from infrastructure.sample.tariff_dental import be_dental, ch_dental
from infrastructure.simulator.chance import Draw
from infrastructure.tariff.json_writer import write_json_set

_SEED = "sample practice, October 2026"


def make() -> SampleFiles:
    """Register and care of the fictitious practice."""
    people = patients()
    register = [*practice(), *(line for person in people for line in person.lines)]
    lines = [json.dumps(line, ensure_ascii=False) for line in register]
    rows = [";".join(str(cells.get(name, "")) for name in NAMES) for cells in care(people, Draw(_SEED))]
    return SampleFiles(_text(lines), _text([";".join(NAMES), *rows]))


def make_tariffs() -> dict[str, bytes]:
    """The fictitious tariff sets by file."""
    return {
        BE_NURSING: write_json_set(be_nursing()),
        BE_DENTAL: write_json_set(be_dental()),
        CH_DENTAL: write_json_set(ch_dental()),
    }


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def main(folder: Path) -> None:
    """Write all files."""
    made = make()
    (folder / REGISTER_FILE).write_bytes(made.register)
    (folder / CARE_FILE).write_bytes(made.care)
    for name, content in make_tariffs().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
