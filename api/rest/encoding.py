"""Values to JSON bytes and back; the one encoder of every answer, so that a repeated one is equal to the byte."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import Response

JSON = "application/json"


def encode(value: object) -> bytes:
    """Dataclasses, rows, ids, dates and instants (RFC 3339) to JSON."""
    return msgspec.json.encode(value)


def answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer from bytes that are ready."""
    return Response(body, status, dict(headers or {}), JSON)


def opened(row: Mapping[str, Any], *columns: str) -> dict[str, Any]:
    """A row of a view with these JSON columns as values."""
    return {name: json.loads(value) if name in columns else value for name, value in row.items()}
