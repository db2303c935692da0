"""Read back what was printed: the text of each sheet, blanks joined."""

import re
from io import BytesIO

from pypdf import PdfReader


def reader(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content), strict=True)


def sheets(content: bytes) -> list[str]:
    """In the order in which it was printed, cell after cell."""
    return [plain(page.extract_text()) for page in reader(content).pages]


def plain(text: str) -> str:
    """With single blanks of one kind."""
    return re.sub(r"\s+", " ", text).strip()
