"""Care files: upload, look first without writing, undo."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from api.rest.bodies import Upload, file_body
from api.rest.commands import MayWrite, Writes
from api.rest.encoding import answer, encode
from api.rest.problems import FieldError, Problem
from api.rest.reads import Reads
from api.rest.register_bodies import ReasonIn
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayRead, MayRecordCare, Product, establishment_at, not_here, within
from application.access import Caller
from application.import_care import FileRow, ImportOptions, ImportReport, Rejected, Undone
from application.ports import EventLog
from domain import inbox
from infrastructure.carefile.care_file import read_care_file
from infrastructure.carefile.errors import CareFileError

router = resource("/imports", "imports")
ABSENT = "import_unknown"
_FORMATS = file_body("text/csv", "application/x-ndjson", "application/octet-stream")

AllOrNothing = Annotated[bool, Query(description="One bad line refuses the file.")]
AcceptChanges = Annotated[bool, Query(description="Known lines take the values of the file.")]
DryRun = Annotated[bool, Query(description="Answer what would happen and write nothing.")]


@dataclass(frozen=True, slots=True)
class ImportOut:
    """A care file that was taken in. `message`: SHA-256 of its bytes; counts are of lines."""

    import_id: UUID
    establishment_id: UUID
    message: str
    day_ids: tuple[UUID, ...]
    accepted: int
    rejected: int
    is_undone: bool


@router.post("", operation_id="import_care", response_model=ImportReport, openapi_extra=_FORMATS)
def import_care(
    caller: MayRecordCare,
    command: MayWrite,
    quittance: Product,
    content: Upload,
    establishment_id: UUID,
    all_or_nothing: AllOrNothing = False,
    accept_changes: AcceptChanges = False,
    dry_run: DryRun = False,
) -> Response:
    """Take a care file (CSV or JSON Lines). `outcome` says whether anything was written, and every rejected line why.

    The same file twice changes nothing; a file with other values for known lines answers `needs_consent` with the
    differences until `accept_changes` is true.
    """
    where = establishment_at(caller, quittance, establishment_id)
    rows, options = _read(content), ImportOptions(all_or_nothing, accept_changes)
    if dry_run:
        return answer(encode(quittance.imports.preview(where, content, rows, options)))
    return command.answer(lambda context: quittance.imports.take(context, where, content, rows, options))


@router.get("/{import_id}", operation_id="get_import", response_model=ImportOut, responses=NOT_CHANGED)
def get_import(caller: MayRead, reading: Reads, import_id: UUID) -> Response:
    """One import."""
    events = reading.events(import_id)
    return reading.one(_shown(import_id, _owned(caller, events)), len(events))


@router.post("/{import_id}/undo", operation_id="undo_import", response_model=Undone)
def undo_import(
    caller: MayRecordCare, command: Writes, quittance: Product, import_id: UUID, body: ReasonIn
) -> Response:
    """Withdraw every line of the file, as long as none is in a sending."""
    state = owned_import(caller, quittance.log, import_id)
    return command.answer(
        lambda context: quittance.imports.undo(context, import_id),
        about=state.accepted.establishment_id,
        reason=body.reason,
        on=import_id,
    )


def owned_import(caller: Caller, log: EventLog, import_id: UUID) -> inbox.CareImport:
    """An import that the caller may see. Raises `NotFound`."""
    return _owned(caller, log.load([import_id]).get(import_id, []))


def _owned(caller: Caller, events: list[Any]) -> inbox.CareImport:
    state = inbox.fold_import(events)
    within(caller, state.accepted.establishment_id if state else None, ABSENT)
    return state or not_here(ABSENT)


def _read(content: bytes) -> tuple[list[FileRow], list[Rejected]]:
    try:
        return read_care_file(content)
    except CareFileError as unusable:
        raise Problem(422, unusable.code, [FieldError("body", "", unusable.code)]) from unusable


def _shown(import_id: UUID, state: inbox.CareImport) -> ImportOut:
    taken = state.accepted
    return ImportOut(
        import_id,
        taken.establishment_id,
        taken.message,
        taken.day_ids,
        taken.accepted,
        taken.rejected,
        state.is_undone,
    )
