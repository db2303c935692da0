"""Sheets to bytes by fpdf2, which does no layout here: every word has its place already."""

from collections.abc import Sequence

from fpdf import FPDF
from fpdf.fonts import TTFFont

from infrastructure.pdf.blocks import Document, Frame
from infrastructure.pdf.flow import Flow
from infrastructure.pdf.letters import Fonts, letters_of
from infrastructure.pdf.sheet import Sheet

_CREATOR = "Quittance"


def pdf_of(documents: Sequence[Document], frame: Frame, fonts: Fonts) -> bytes:
    """One file, each document beginning on a sheet of its own. Same input, same bytes; no text makes it fail."""
    flow = Flow(letters_of(fonts.regular), letters_of(fonts.bold))
    apart = [list(flow.sheets_of(document)) for document in documents]
    sheets = [sheet for its in apart for sheet in its]
    for counted in apart if frame.counts_apart else [sheets]:
        for number, sheet in enumerate(counted, 1):
            flow.surround(sheet, frame, number, len(counted))
    return _painted(sheets, frame, fonts)


def _painted(sheets: Sequence[Sheet], frame: Frame, fonts: Fonts) -> bytes:
    paper = FPDF(unit="pt")
    paper.set_auto_page_break(False)
    paper.set_title(frame.title.encode("utf-8", "replace").decode())  # half a letter cannot be written
    paper.set_lang(frame.language)
    paper.set_creator(_CREATOR)
    paper.set_creation_date(frame.made_at)
    paper.add_font("print", "", fonts.regular)
    paper.add_font("print", "B", fonts.bold)
    for sheet in sheets:
        paper.add_page("landscape" if sheet.is_wide else "portrait")
        for words in sheet.words:
            paper.set_font("print", "B" if words.is_bold else "", words.size)
            paper.text(words.x, words.y, words.text)
        for rule in sheet.rules:
            paper.set_draw_color(rule.grey)
            paper.set_line_width(rule.weight)
            paper.line(rule.x, rule.y, rule.x + rule.width, rule.y)
    content = bytes(paper.output())
    for font in paper.fonts.values():
        if isinstance(font, TTFFont):
            font.ttfont.close()
    return content
