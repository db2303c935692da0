"""Why a line of a file was not taken, in words: with how many digits its field takes, where that is what is wrong."""

from api.catalogue import Language, has, text
from infrastructure.carefile.columns import DIGITS


def rejected(code: str, field: str, language: Language) -> str:
    """In the words of files, else those of the problem that it is everywhere; a code that nobody named as it is."""
    if code == "digits_invalid" and field in DIGITS:
        fewest, most = DIGITS[field]
        return text(f"typed_problem.{'digits' if fewest == most else 'digits_upto'}", language, count=most)
    key = next((f"{group}.{code}" for group in ("rejected", "problem") if has(f"{group}.{code}")), "")
    return text(key, language) if key else code
