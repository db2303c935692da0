"""Makes the reader agent one file to start, for the system on which this runs: dist/quittance-agent(.exe).

    python build_agent.py        or: make agent

The file holds Python, the agent and the libraries that it uses; the card service is the system's own.
"""

import os
import sys
from pathlib import Path

from PyInstaller.__main__ import run as make_file

_ROOT = Path(__file__).parent
_AGENT = Path("infrastructure") / "reader_agent"
_UNUSED = ("tkinter", "PIL", "numpy", "pytest", "zeep", "xmlsec", "psycopg", "smartcard.wx", "IPython", "uvloop")


def main() -> None:
    """Ends the program with an error when it cannot be made."""
    os.chdir(_ROOT)
    data = [
        f"{_ROOT / _AGENT / part}{os.pathsep}{_AGENT / place}"
        for part, place in (("pages", "pages"), ("texts.toml", "."))
    ]
    make_file(
        [
            str(_AGENT / "main.py"),
            "--onefile",
            "--console",  # closing its window stops the agent
            "--name=quittance-agent",
            f"--paths={_ROOT}",
            "--hidden-import=smartcard.scard",
            *(f"--add-data={one}" for one in data),
            *(f"--exclude-module={one}" for one in _UNUSED),
            "--distpath=dist",
            "--workpath=build/agent",
            "--specpath=build/agent",
            "--noconfirm",
            "--clean",
            "--log-level=WARN",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
