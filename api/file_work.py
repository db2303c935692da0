"""Files that take too long to be waited for: the work on each as a job does it, and from which size on."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from api.care_file import LOOKED, after_take, file_path, look_at, options_of, stored_as
from api.register_file import load_and_report
from application.casework_jobs import Told
from application.commit import Decided, Done, decide
from application.import_care import ImportReport
from application.job_actions import FileWork, Progress
from application.ports import Context
from domain.errors import Invalid
from infrastructure.carefile.care_file import read_care_file
from infrastructure.carefile.errors import CareFileError

if TYPE_CHECKING:
    from api.build import Quittance

CARE_BYTES = 2 * 1024 * 1024
"""About 24,000 lines: five seconds on PostgreSQL."""
REGISTER_BYTES = 128 * 1024
"""About 500 patients, each with its commit: four seconds on PostgreSQL."""
TAKE_CARE, LOOK_CARE, LOAD_REGISTER = "files.take_care", "files.look_care", "files.load_register"
LOOK = "care_look"
"""Kind of the message that holds what taking a care file would do."""
_READ, _DECIDED = 0.25, 0.75
_BEGINNING = 64 * 1024
T = TypeVar("T")


def register_work(quittance: "Quittance") -> FileWork:
    """Load a register file row by row, and keep the report."""

    def run(context: Context, where: UUID, content: bytes, progress: Progress) -> Done[str]:
        return _read(lambda: load_and_report(quittance, context, content, where, progress.between(0, 1)))

    return FileWork("register", run, lambda name, _: f"/importations/registre/{name}")


def care_work(quittance: "Quittance") -> dict[str, Told]:
    """By name: take a care file, or look at what that would do. Told are the options."""

    def take(value: str) -> FileWork:
        options = options_of(value)

        def run(context: Context, where: UUID, content: bytes, progress: Progress) -> Done[ImportReport]:
            rows = _read(lambda: read_care_file(content))
            progress.reached(_READ)
            return quittance.imports.take(context, where, content, rows, options, progress.between(_READ, _DECIDED))

        return FileWork("care", run, lambda report, content: after_take(report, content, options))

    def look(value: str) -> FileWork:
        options = options_of(value)

        def run(context: Context, where: UUID, content: bytes, progress: Progress) -> Done[str]:
            watch = progress.between(_READ, _DECIDED)
            looked = _read(lambda: look_at(quittance.imports, where, content, options, watch))
            name, _ = quittance.messages.put(LOOKED.dump_json((stored_as(content), looked)), LOOK, "in", where)
            return decide(quittance.log, context, lambda: Decided([], name))

        return FileWork("care", run, lambda name, content: file_path(stored_as(content), options, name))

    return {TAKE_CARE: take, LOOK_CARE: look}


def beginning(content: bytes) -> bytes:
    """The first lines of a long file: enough to tell at once that it is none of ours."""
    return content[:_BEGINNING].rpartition(b"\n")[0] or content


def _read(act: Callable[[], T]) -> T:
    """A file that nobody can read is refused like anything else. Raises `Invalid`."""
    try:
        return act()
    except CareFileError as error:
        raise Invalid(error.code, str(error), field="file") from None
