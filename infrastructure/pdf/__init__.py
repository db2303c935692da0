"""Lists and documents as one PDF: what stands on the pages comes in, bytes go out. Knows nothing of the product.

`blocks` is what a caller writes, `flow` and `table` lay it out on sheets, `paint` is the only module that knows fpdf2.
Lengths are in points (1/72 inch), positions from the upper left corner.
"""

from infrastructure.pdf.blocks import Block, Column, Document, Facts, Frame, Heading, Paragraph, Table
from infrastructure.pdf.letters import UNKNOWN, Fonts
from infrastructure.pdf.paint import pdf_of

__all__ = [
    "UNKNOWN",
    "Block",
    "Column",
    "Document",
    "Facts",
    "Fonts",
    "Frame",
    "Heading",
    "Paragraph",
    "Table",
    "pdf_of",
]
