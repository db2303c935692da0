"""A frame and the fonts as they ship."""

from datetime import UTC, datetime

import pytest

from api.web.assets import FOLDER, AssetsMissing, manifest
from infrastructure.pdf import Fonts, Frame

try:
    _MADE = manifest()
except AssetsMissing:
    pytest.skip("api/web/static is not made: python hatch_build.py", allow_module_level=True)

FONTS = Fonts(FOLDER / _MADE["inter-print-regular.ttf"], FOLDER / _MADE["inter-print-bold.ttf"])
FRAME = Frame(
    "Liste",
    "Cabinet des Érables (fictif)",
    "Imprimé le 03/11/2026 10:00",
    lambda number, total: f"Page {number} / {total}",
    "fr",
    datetime(2026, 11, 3, 9, tzinfo=UTC),
)
