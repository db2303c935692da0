"""Shapes of what comes in: every field bounded, no unknown field taken, numbers checked where they can be wrong."""

from datetime import date as Date
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError
from starlette.datastructures import UploadFile

from api.rest.headers import looks_like_a_number
from api.rest.limits import UPLOAD_BYTES
from api.rest.problems import FieldError, Problem
from domain.identifiers import is_nihii
from domain.local_time import EARLIEST, LATEST
from domain.rules.limits import month_start

MOST_FILES = 500


class Body(BaseModel):
    """Base of all request bodies."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def example(**values: Any) -> ConfigDict:  # noqa: ANN401 - any JSON
    """The example of a body, which the documentation shows and the tests run."""
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [values]})


def _nihii(value: str) -> str:
    if value and not is_nihii(value):
        raise PydanticCustomError("nihii_invalid", "not a NIHII number")
    return value


def _month(value: str) -> str:
    try:
        month_start(value)
    except ValueError:
        raise PydanticCustomError("month_invalid", "not a month") from None
    return value


def no_number_of_a_person(value: str) -> str:
    """Where a text is kept in clear or stands in an address."""
    if looks_like_a_number(value):
        raise PydanticCustomError("number_in_filter", "numbers of persons are searched by POST")
    return value


Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Reason = Annotated[str, Field(max_length=500, description="Why: free text, stored sealed and shown in the timeline.")]
Nihii = Annotated[str, Field(max_length=11), AfterValidator(_nihii)]
Ssin = Annotated[str, Field(max_length=11, pattern=r"^(\d{11})?$")]
Cents = Annotated[int, Field(ge=0, le=99_999_999)]
Day = Annotated[Date, Field(ge=EARLIEST, le=LATEST)]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="YYYY-MM"), AfterValidator(_month)]


class UploadOf:
    """Makes the file of a request whose body is nothing but a file."""

    body_bytes = UPLOAD_BYTES

    async def __call__(self, request: Request) -> bytes:
        """Raises 422 for an empty one."""
        content = await request.body()
        if not content:
            raise Problem(422, "file_empty", [FieldError("body", "", "file_empty")])
        return content


class FilesOf:
    """Makes the files of a form with any number of them."""

    body_bytes = UPLOAD_BYTES

    async def __call__(self, request: Request) -> list[bytes]:
        """Raises 422 when there is none."""
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise Problem(415, "media_type_unsupported")
        given = [value for _, value in (await request.form(max_files=MOST_FILES)).multi_items()]
        files = [await value.read() for value in given if isinstance(value, UploadFile)]
        if not files:
            raise Problem(422, "file_empty", [FieldError("body", "files", "file_empty")])
        return files


Upload = Annotated[bytes, Depends(UploadOf())]
Files = Annotated[list[bytes], Depends(FilesOf())]


def file_body(*media_types: str) -> dict[str, Any]:
    """OpenAPI's description of a body that is a file."""
    content = {media: {"schema": {"type": "string", "format": "binary"}} for media in media_types}
    return {"requestBody": {"required": True, "content": content}}
