"""Texts of the pages: French stands in the templates, Dutch and English in `locale/`; codes come from the catalogue."""

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from api.catalogue import Language

DOMAIN = "messages"


@lru_cache
def translations(language: Language) -> NullTranslations:
    """What gettext asks; French is the source and needs none."""
    if language == "fr":
        return _French()
    with files("api.web").joinpath("locale", f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


class _French(NullTranslations):
    """The texts as written."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """In French nothing, too, is one: `0 ligne`."""
        return msgid1 if n < 2 else msgid2

    ungettext = ngettext  # the name by which Jinja asks


def say(language: Language) -> Callable[[str], str]:
    """`_` for code that speaks to a person; the extraction finds the calls of it."""
    return translations(language).gettext
