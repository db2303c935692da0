"""A care file that was given: what taking it would do now, line by line, and taking it, with or without its changes.

The bytes are stored before they are read, so that nobody has to choose the file twice.
"""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.rest.rights import not_here
from api.web.doors import MayRecordCare
from api.web.import_differences import MOST_SHOWN, differences_of
from api.web.in_place import Refusal, told
from api.web.visit import Visit
from application.commit import Decided, Done, decide
from application.import_care import ImportOptions, Rejected
from application.ports import Context
from domain.errors import NotAllowed
from infrastructure.carefile.care_file import read_care_file

router = APIRouter(prefix="/c/{where}/importations/fichiers/{sha256}")
KIND = "care_file"
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
AllOrNothing = Annotated[bool, Query()]
_DONE = frozenset({"imported", "already_imported"})


@router.get("")
def show_file(visit: MayRecordCare, sha256: Hash, all_or_nothing: AllOrNothing = False) -> Response:
    """What taking the file would do now; writes nothing."""
    return _page(visit, sha256, all_or_nothing)


@router.post("")
def take_file(visit: MayRecordCare, sha256: Hash) -> Response:
    """Take it; `accept_changes`: known lines take the values of the file."""
    content = stored(visit, sha256)
    options = options_of(visit)
    return told(
        visit,
        lambda: take(visit, content, options),
        lambda refusal: _page(visit, sha256, options.all_or_nothing, refusal),
    )


def take(visit: Visit, content: bytes, options: ImportOptions) -> Response:
    """Store and import; to the import when it stands, else to what stands in its way. Raises `CareFileError`."""
    rows = read_care_file(content)
    return visit.do(
        lambda context: visit.quittance.imports.take(context, visit.practice, content, rows, options),
        lambda report: (
            visit.at(f"/importations/{report.import_id}")
            if report.outcome in _DONE
            else address(visit, sha256(content).hexdigest(), options)
        ),
    )


def keep(visit: Visit, content: bytes, options: ImportOptions) -> Response:
    """Store only, then show what taking it would do. Raises `CareFileError`."""
    read_care_file(content)

    def act(context: Context) -> Done[str]:
        name, _ = visit.quittance.messages.put(content, KIND, "in", visit.practice)
        return decide(visit.quittance.log, context, lambda: Decided([], name))

    return visit.do(act, lambda name: address(visit, name, options))


def address(visit: Visit, name: str, options: ImportOptions) -> str:
    """Of the page of a stored file."""
    return visit.at(f"/importations/fichiers/{name}") + ("?all_or_nothing=true" if options.all_or_nothing else "")


def options_of(visit: Visit) -> ImportOptions:
    """As ticked in the form."""
    return ImportOptions(visit.text("all_or_nothing", 5) == "true", visit.text("accept_changes", 5) == "true")


def own(visit: Visit, content: bytes) -> bytes:
    """The same bytes, unless another practice gave them first: they lie under its key. Raises `NotAllowed`."""
    info = visit.quittance.messages.info(sha256(content).hexdigest())
    if info is not None and (info.establishment_id, info.kind) != (visit.practice, KIND):
        raise NotAllowed("given_elsewhere", "These bytes were given in another practice first.", field="file")
    return content


def stored(visit: Visit, name: str) -> bytes:
    """A care file of this practice. Raises `NotFound`."""
    info = visit.quittance.messages.info(name)
    if info is None or (info.establishment_id, info.kind) != (visit.practice, KIND):
        not_here("message_unknown")
    return visit.quittance.messages.get(name)


def rejected_now(visit: Visit, name: str) -> tuple[Rejected, ...]:
    """Lines of a file that was taken in part, those that could not be taken today."""
    content = visit.quittance.messages.get(name)
    return visit.quittance.imports.preview(visit.practice, content, read_care_file(content), ImportOptions()).rejected


def _page(visit: Visit, name: str, all_or_nothing: bool, refusal: Refusal | None = None) -> Response:
    content = stored(visit, name)
    read = read_care_file(content)
    whole = report = visit.quittance.imports.preview(visit.practice, content, read, ImportOptions(all_or_nothing))
    if report.outcome in ("needs_consent", "rejected"):
        # What would come in with consent: the report of a refusal counts nothing.
        whole = visit.quittance.imports.preview(visit.practice, content, read, ImportOptions(accept_changes=True))
    return visit.page(
        "import_file.html",
        status=refusal.status if refusal else 200,
        name=name,
        report=report,
        whole=whole,
        differences=differences_of(visit, report, {row.line: row for row in read[0]}),
        all_or_nothing=all_or_nothing,
        most=MOST_SHOWN,
        refusal=refusal,
    )
