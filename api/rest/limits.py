"""A limit on everything that comes in, checked before a byte of it is parsed."""

from starlette.requests import Request

from api.rest.problems import Problem

JSON_BYTES = 4 << 20
UPLOAD_BYTES = 64 << 20


async def read_body(request: Request, limit: int) -> bytes:
    """Read the whole body and leave it where FastAPI finds it. Raises 413 as soon as it is too long."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise Problem(413, "body_too_large")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Problem(413, "body_too_large")
        chunks.append(chunk)
    request._body = b"".join(chunks)  # noqa: SLF001 - where Starlette itself keeps what was read
    return request._body  # noqa: SLF001
