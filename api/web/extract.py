"""`python -m api.web.extract`: bring the catalogues of Dutch and English in line with the texts of the pages.

French stands in the templates and in the code. New texts get an empty translation, those that are gone are dropped,
and nothing else changes: no dates, no places, no guesses.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

HERE = Path(__file__).parent
LOCALE = HERE / "locale"
TRANSLATED = ("nl", "en")
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_OPTIONS = {
    "extensions": "jinja2.ext.do,jinja2.ext.i18n",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}
_HEADER = """\
# Texts of the pages. French is the source; `python -m api.web.extract` keeps this file in line with it.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_WIDTH = 110

Text = str | tuple[str, str]
"""One text, or singular and plural."""


def texts() -> dict[Text, str]:
    """Every text that the pages ask gettext for, with the file where it stands first."""
    found: dict[Text, str] = {}
    for path in sorted(HERE.glob("templates/**/*.*")):
        for message in _in_template(path):
            found.setdefault(message, str(path.relative_to(HERE)))
    for path in sorted(HERE.glob("**/*.py")):
        if "node_modules" not in path.parts:
            for message in _in_code(path):
                found.setdefault(message, str(path.relative_to(HERE)))
    return found


def _in_template(path: Path) -> Iterator[Text]:
    with path.open("rb") as file:
        for _, function, message, _ in babel_extract(file, list(_KEYWORDS), [], _OPTIONS):
            written = [message] if isinstance(message, str) else [part for part in message or () if part]
            if written:  # else a name whose text is marked where it is written
                yield (written[0], written[1]) if function == "ngettext" else written[0]


def _in_code(path: Path) -> Iterator[Text]:
    with path.open("rb") as file:
        for _, message, _, _ in extract("python", file, _KEYWORDS):
            yield message if isinstance(message, str) else (message[0], message[1])


def catalogue(language: str) -> Catalog:
    """As it is kept."""
    path = LOCALE / f"{language}.po"
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str) -> bytes:
    """The file as it ought to be: all texts in order, each with the translation that it has already."""
    known, made = catalogue(language), Catalog(language)
    for text in sorted(texts(), key=lambda text: text if isinstance(text, str) else text[0]):
        message = known.get(text[0] if isinstance(text, tuple) else text)
        fits = message is not None and isinstance(message.id, tuple) == isinstance(text, tuple)
        made.add(text, message.string if fits and message is not None else "", flags=_flags(text))
    body = BytesIO()
    write_po(body, made, width=_WIDTH, no_location=True, omit_header=True)
    return _HEADER.format(language=language).encode() + body.getvalue().lstrip()


def _flags(text: Text) -> list[str]:
    return ["python-format"] if Message(text).python_format else []


def missing(language: str) -> list[Text]:
    """Texts without a whole translation."""
    known = catalogue(language)
    return [text for text in texts() if not _is_whole(known.get(text[0] if isinstance(text, tuple) else text), text)]


def _is_whole(message: Message | None, text: Text) -> bool:
    if message is None or message.fuzzy:
        return False
    given = message.string if isinstance(message.string, tuple) else (message.string,)
    return len(given) == (2 if isinstance(text, tuple) else 1) and all(given)


def main() -> None:
    """Write both files and say what is left to do."""
    LOCALE.mkdir(exist_ok=True)
    for language in TRANSLATED:
        path = LOCALE / f"{language}.po"
        path.write_bytes(renewed(language))
        left = missing(language)
        sys.stdout.write(f"{path.relative_to(HERE)}: {len(left)} texts to translate\n")


if __name__ == "__main__":
    main()
