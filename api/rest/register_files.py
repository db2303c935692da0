"""Register files: establishment, providers, memberships, patients and insurability, a row a line."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.register_file import RegisterReport, load_register
from api.rest.bodies import Upload, file_body
from api.rest.commands import Writes
from api.rest.problems import FieldError, Problem
from api.rest.resources import resource
from api.rest.rights import MayRegister, Product, establishment_at
from infrastructure.carefile.errors import CareFileError

router = resource("/register-files", "establishments")
_FORMATS = file_body("application/x-ndjson", "application/octet-stream")
Where = Annotated[UUID | None, Query(description="Establishment of the rows, unless the file begins with one.")]


@router.post("", operation_id="load_register", response_model=RegisterReport, openapi_extra=_FORMATS)
def load_register_file(
    caller: MayRegister, command: Writes, quittance: Product, content: Upload, establishment_id: Where = None
) -> Response:
    """Take a register file (JSON Lines). Each row lands by itself; the same file again changes nothing."""
    if caller.establishments is not None:
        raise Problem(403, "key_limited")
    where = establishment_at(caller, quittance, establishment_id) if establishment_id else None
    try:
        return command.answer(lambda context: load_register(quittance, context, content, where))
    except CareFileError as unusable:
        raise Problem(422, unusable.code, [FieldError("body", "", unusable.code)]) from unusable
