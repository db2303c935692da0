"""Files that ship beside the pages, under names that change with their content (made by `hatch_build.py`)."""

import json
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).with_name("static")
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


class AssetsMissing(Exception):
    """The pages were never built: run `python hatch_build.py`, which `make serve` does by itself."""


@lru_cache
def manifest() -> dict[str, str]:
    """Shipped name of each file. Raises `AssetsMissing`."""
    try:
        found: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))["files"]
    except FileNotFoundError as error:
        raise AssetsMissing("api/web/static/manifest.json is missing: run `python hatch_build.py` first") from error
    return found


def asset(name: str) -> str:
    """Address of a file."""
    return f"/static/{manifest()[name]}"


async def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in manifest().values():
        return Response(status_code=404)
    return FileResponse(FOLDER / name, headers=_FOR_EVER)


ROUTE = Route("/static/{name}", _serve, methods=["GET"])
