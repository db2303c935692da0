"""What makes a whole file unusable; everything else is told line by line.

CareFileError
    file_empty          no line with anything on it
    file_too_large      more bytes or lines than we read at once
    file_not_text       not UTF-8 text from the first line on (a spreadsheet, UTF-16, an archive)
    header_missing      the first line names no column of a care file
"""

_CURES = {
    "file_empty": "The file is empty; give a file with a header and at least one line.",
    "file_too_large": "The file is too large: at most 32 MiB and 200,000 lines; split it.",
    "file_not_text": "The file is not UTF-8 text; save it as CSV UTF-8 or as JSON Lines.",
    "header_missing": "The first line names none of our columns; put the header of the care file there.",
}


class CareFileError(Exception):
    """`code` is stable and public; the text tells the cure and never repeats what stands in the file."""

    def __init__(self, code: str) -> None:
        super().__init__(_CURES[code])
        self.code = code
