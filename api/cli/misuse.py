"""What typer says of words that are no command of ours, in the language that was set."""

from collections.abc import Callable, Sequence
from typing import Any

from typer import rich_utils

from api.catalogue import Language, text

_frame = rich_utils.rich_format_error
_FILE_PROBLEMS = ("does not exist", "is a directory", "is not readable")
_DAY = "%Y-%m-%d"
Words = Callable[..., str]
"""A sentence by its name, and what it is to hold."""


def speak_of_misuse(language: Language) -> None:
    """Put the catalogue's words in place of typer's own, in the frame that it draws around them."""

    def framed(error: Any) -> None:  # noqa: ANN401 - an error of typer's own click
        error.format_message = lambda: told(error, language)
        _frame(error)

    rich_utils.rich_format_error = framed  # type: ignore[assignment]  # it calls its only parameter `self`
    rich_utils.ABORTED_TEXT = text("misuse.aborted", language)


def told(error: Any, language: Language) -> str:  # noqa: ANN401 - an error of typer's own click
    """One sentence; what it has no words for is told as a use that is not understood, and never in typer's English."""

    def word(key: str, **facts: object) -> str:
        return text(f"misuse.{key}", language, **facts)

    match type(error).__name__:
        case "MissingParameter":
            return word(f"missing_{error.param.param_type_name}", name=_named(error.param))
        case "NoSuchOption":
            return _with_others(word, word("no_option", name=error.option_name), error.possibilities or ())
        case "BadOptionUsage":
            return word("no_value" if "does not take" in error.message else "needs_value", name=error.option_name)
        case "BadParameter":
            name = _named(error.param) if error.param else ""
            return (
                word("bad_value", name=name, why=_why(word, error)) if name else word("bad_word", why=_why(word, error))
            )
    return _of_words(word, error)


def _of_words(word: Words, error: Any) -> str:  # noqa: ANN401 - as above
    """Words too many, or a command that there is not, with those that are like it."""
    if error.message.startswith("No such command"):
        names = error.message.split("'")[1::2]
        return _with_others(word, word("no_command", name=names[0]), names[1:])
    if error.message.startswith("Missing command"):
        return word("missing_command")
    if error.message.startswith("Got unexpected extra"):
        return word("too_many", words=error.message.partition("(")[2].partition("(")[2].rstrip(")"))
    return word("not_understood")


def _with_others(word: Words, sentence: str, others: Sequence[str]) -> str:
    return f"{sentence} {word('like_it', names=', '.join(sorted(others)))}" if others else sentence


def _named(parameter: Any) -> str:  # noqa: ANN401 - as above
    """As it is typed: `--limit`, or the name of an argument."""
    return " / ".join(parameter.opts) if parameter.param_type_name == "option" else str(parameter.name)


def _why(word: Words, error: Any) -> str:  # noqa: ANN401 - as above
    """What is wrong with a value, by the kind of problem that its reader tells."""
    found = next((known for known in _FILE_PROBLEMS if known in error.message), "")
    if found:
        return word(found.replace(" ", "_"))
    cause: Any = error.__cause__
    problem: dict[str, Any] = cause.errors()[0] if hasattr(cause, "errors") else {}
    kind = str(problem.get("type", ""))
    if kind.startswith("int_"):
        return word("not_a_number")
    if kind in ("greater_than_equal", "less_than_equal"):
        return word(kind, limit=next(iter(problem["ctx"].values())))
    return word("not_a_day" if _DAY in error.message else "not_understood")
