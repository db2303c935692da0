"""A care file before it is taken: what taking it would do, and where its pages are."""

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode
from uuid import UUID

from pydantic import TypeAdapter

from application.import_care import CareImports, ImportOptions, ImportReport
from application.ports import Watch
from domain.care import Care
from infrastructure.carefile.care_file import read_care_file

MOST_SHOWN = 200
"""Differences and rejected lines on one page."""
_IMPORTED = frozenset({"imported", "already_imported"})


@dataclass(frozen=True, slots=True)
class Looked:
    """What taking a care file would do.

    `added`, `possible_duplicates`: with consent, where the report of a refusal counts nothing. `cares`: by line, what
    the file has where the report tells of a difference.
    """

    report: ImportReport
    added: int
    possible_duplicates: int
    cares: dict[int, Care]


LOOKED = TypeAdapter(tuple[str, Looked])
"""As it is kept, behind the name of the file."""


def look_at(imports: CareImports, where: UUID, content: bytes, options: ImportOptions, watch: Watch = iter) -> Looked:
    """Writes nothing. Raises `CareFileError`."""
    read = read_care_file(content)
    whole = report = imports.preview(where, content, read, options, watch)
    if report.outcome in ("needs_consent", "rejected"):
        whole = imports.preview(where, content, read, ImportOptions(accept_changes=True))
    differing = {one.line for one in report.differences[:MOST_SHOWN]}
    cares = {row.line: row.care for row in read[0] if row.line in differing}
    return Looked(report, whole.added, whole.possible_duplicates, cares)


def after_take(report: ImportReport, content: bytes, options: ImportOptions) -> str:
    """Path of the import when it stands, else of what stands in its way."""
    if report.outcome in _IMPORTED:
        return f"/importations/{report.import_id}"
    return file_path(stored_as(content), options)


def file_path(name: str, options: ImportOptions, look: str = "") -> str:
    """Of the page of a stored file. `look`: what was found in one that is too long to be looked at each time."""
    query = {"all_or_nothing": "true" if options.all_or_nothing else "", "look": look}
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"/importations/fichiers/{name}" + (f"?{asked}" if asked else "")


def stored_as(content: bytes) -> str:
    """Its name among the messages."""
    return sha256(content).hexdigest()


def options_told(options: ImportOptions) -> str:
    """As a job is told them."""
    return f"{options.all_or_nothing:d}{options.accept_changes:d}"


def options_of(told: str) -> ImportOptions:
    """Back. Raises `ValueError`."""
    whole, changes = (bool(int(one)) for one in told)
    return ImportOptions(whole, changes)
