"""Plain ASCII out of any text: one multi-byte character would shift every zone after it (eFact reference 1.2)."""

import unicodedata

# The confusable letters are the point of this table.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "ĳ": "ij", "Ĳ": "IJ",  # noqa: RUF001
        "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-",  # noqa: RUF001
    }
)  # fmt: skip
_NOT_IN_NAMES = str.maketrans("", "", "!@#&/\\")


def plain(text: str) -> str:
    """`text` in printable ASCII: accents dropped, ligatures spelled out, a blank for what has no equivalent."""
    if text.isascii() and text.isprintable():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(_plain_character(c) for c in decomposed if not unicodedata.combining(c))


def plain_name(text: str) -> str:
    """`plain` without the signs that unions refuse in names: ! @ # & / and backslash."""
    return plain(text).translate(_NOT_IN_NAMES).strip()


def _plain_character(character: str) -> str:
    return character if character.isascii() and character.isprintable() else " "
