"""In which language a page speaks: as chosen on a page, as the user's record says, or as the browser asks."""

from fastapi import Request

from api.catalogue import LANGUAGES, Language
from api.rest.problems import language_of as asked_for

COOKIE = "quittance-language"


def language_of(request: Request, own: Language | None = None) -> Language:
    """The cookie holds what was chosen last on this browser."""
    chosen = request.cookies.get(COOKIE)
    known = next((language for language in LANGUAGES if language == chosen), None)
    return known or own or asked_for(request)
