"""Names and shapes of the headers that the API gives a meaning of its own."""

import re

from starlette.requests import Request

from api.rest.problems import FieldError, Problem

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
POSITION = "Quittance-Position"
WAIT_FOR = "Wait-For"
ON_BEHALF_OF = "Quittance-On-Behalf-Of"
CORRELATION = "Quittance-Correlation-Id"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._@/-]{0,63}")
_NUMBER_OF_A_PERSON = re.compile(r"(?:^|\D)\d{2}\D?\d{2}\D?\d{2}\D?\d{3}\D?\d{2}(?:\D|$)")
_TAG = re.compile(r'"(\d{1,9})"')


def given_name(request: Request, header: str) -> str | None:
    """An opaque name such as `user:42`; a number of a person is none. Raises 400."""
    value = request.headers.get(header)
    if value is None:
        return None
    if not _NAME.fullmatch(value) or looks_like_a_number(value):
        raise Problem(400, "header_invalid", [FieldError("header", header.lower(), "header_invalid")])
    return value


def looks_like_a_number(value: str) -> bool:
    """Whether eleven digits stand in it the way national numbers are written."""
    return bool(_NUMBER_OF_A_PERSON.search(value))


def versions_of(request: Request) -> frozenset[int] | None:
    """Versions that `If-Match` allows; None when it allows every one. A tag that is none of ours matches nothing."""
    value = request.headers.get("if-match")
    if value is None or value.strip() == "*":
        return None
    tags = [part.strip() for part in value.split(",")[:20]]
    return frozenset(int(found[1]) for tag in tags if (found := _TAG.fullmatch(tag)))


def position_in(request: Request, header: str) -> int | None:
    """A position of the log. Raises 400."""
    value = request.headers.get(header)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise Problem(400, "header_invalid", [FieldError("header", header.lower(), "header_invalid")])
    return int(value)
