"""The support pack: what somebody who helps needs to know about an error, and nothing about any patient."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.rest.encoding import encode
from api.web.assets import manifest
from api.web.doors import SignedIn
from api.web.policy import PAGE_HEADERS
from infrastructure.store.migrating import schema_version

router = APIRouter()
LIBRARIES = ("quittance", "eventsourcing", "psycopg", "msgspec", "fastapi", "starlette", "jinja2", "cryptography")

Reference = Annotated[str, Query(pattern=r"^[0-9a-zA-Z._-]{1,100}$")]
Code = Annotated[str, Query(pattern=r"^[a-z0-9_.]{1,60}$")]


@router.get("/support")
def support_pack(visit: SignedIn, reference: Reference, code: Code = "unknown") -> Response:
    """Ids, versions and hashes as JSON; the reference finds the request's own line in the log."""
    quittance = visit.quittance
    assert visit.session is not None  # noqa: S101 - the door asks for it
    with quittance.store.database.reading() as sql:
        applied = schema_version(sql)
    pack = {
        "reference": reference,
        "problem": code,
        "made_at": quittance.clock.now(),
        "user_id": visit.session.user_id,
        "practices": quittance.accounts.practices(visit.session.user_id, visit.today),
        "python": platform.python_version(),
        "system": platform.system(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "database": {"dialect": quittance.store.database.dialect, "schema_version": applied},
        "log_head": quittance.log.head(),
        "views": quittance.views.positions(),
        "assets": manifest(),
    }
    headers = {**PAGE_HEADERS, "Content-Disposition": 'attachment; filename="support.json"'}
    return Response(encode(pack), 200, headers, "application/json")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "from its folder"
