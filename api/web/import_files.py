"""A care file that was given: what taking it would do now, line by line, and taking it, with or without its changes.

The bytes are stored before they are read, so that nobody has to choose the file twice. A long file is looked at and
taken by a job; what the look found is kept, and shown as it was then.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.care_file import LOOKED, MOST_SHOWN, Looked, after_take, file_path, look_at, options_told
from api.file_work import CARE_BYTES, LOOK, LOOK_CARE, TAKE_CARE, beginning
from api.rest.rights import not_here
from api.web.doors import MayRecordCare
from api.web.file_jobs import begin_file
from api.web.import_differences import differences_of
from api.web.in_place import Refusal, told
from api.web.visit import Visit
from application.commit import Decided, Done, decide
from application.import_care import ImportOptions, Rejected
from application.ports import Context
from infrastructure.carefile.care_file import read_care_file

router = APIRouter(prefix="/c/{where}/importations/fichiers/{sha256}")
KIND = "care_file"
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
AllOrNothing = Annotated[bool, Query()]
Look = Annotated[str, Query(pattern="^([0-9a-f]{64})?$")]


@router.get("")
def show_file(visit: MayRecordCare, sha256: Hash, all_or_nothing: AllOrNothing = False, look: Look = "") -> Response:
    """What taking the file would do now, or, for a long one, what the look found; writes nothing."""
    return _page(visit, sha256, ImportOptions(all_or_nothing), look)


@router.post("")
def take_file(visit: MayRecordCare, sha256: Hash) -> Response:
    """Take it; `accept_changes`: known lines take the values of the file. `step` look: look at it first."""
    content = stored(visit, sha256)
    options = options_of(visit)
    return told(
        visit,
        lambda: (keep if visit.text("step", 10) == "look" else take)(visit, content, options),
        lambda refusal: _page(visit, sha256, options, "", refusal),
    )


def take(visit: Visit, content: bytes, options: ImportOptions) -> Response:
    """Store and import; to the import when it stands, else to what stands in its way. Raises `CareFileError`."""
    if len(content) > CARE_BYTES:
        read_care_file(beginning(content))
        return begin_file(visit, f"{TAKE_CARE}:{options_told(options)}", content)
    rows = read_care_file(content)
    return visit.do(
        lambda context: visit.quittance.imports.take(context, visit.practice, content, rows, options),
        lambda report: visit.at(after_take(report, content, options)),
    )


def keep(visit: Visit, content: bytes, options: ImportOptions) -> Response:
    """Store only, then show what taking it would do. Raises `CareFileError`."""
    if len(content) > CARE_BYTES:
        read_care_file(beginning(content))
        visit.quittance.messages.put(content, KIND, "in", visit.practice)
        return begin_file(visit, f"{LOOK_CARE}:{options_told(options)}", content)
    read_care_file(content)

    def act(context: Context) -> Done[str]:
        name, _ = visit.quittance.messages.put(content, KIND, "in", visit.practice)
        return decide(visit.quittance.log, context, lambda: Decided([], name))

    return visit.do(act, lambda name: visit.at(file_path(name, options)))


def options_of(visit: Visit) -> ImportOptions:
    """As ticked in the form."""
    return ImportOptions(visit.text("all_or_nothing", 5) == "true", visit.text("accept_changes", 5) == "true")


def stored(visit: Visit, name: str, kind: str = KIND) -> bytes:
    """A care file of this practice, or what a look at one found. Raises `NotFound`."""
    info = visit.quittance.messages.info(name, visit.practice, kind)
    if info is None:
        not_here("message_unknown")
    return visit.quittance.messages.read(info)


def rejected_now(visit: Visit, name: str) -> tuple[Rejected, ...] | None:
    """Lines of a file that was taken in part, those that could not be taken today. None: too long a file to say."""
    info = visit.quittance.messages.info(name, visit.practice, KIND)
    if info is None or info.size > CARE_BYTES:
        return None
    content = visit.quittance.messages.read(info)
    return visit.quittance.imports.preview(visit.practice, content, read_care_file(content), ImportOptions()).rejected


def _page(visit: Visit, name: str, options: ImportOptions, look: str = "", refusal: Refusal | None = None) -> Response:
    looked = _looked(visit, name, stored(visit, name), options, look)
    return visit.page(
        "import_file.html",
        status=refusal.status if refusal else 200,
        name=name,
        looked=looked,
        differences=differences_of(visit, looked.report, looked.cares) if looked else (),
        all_or_nothing=options.all_or_nothing,
        most=MOST_SHOWN,
        refusal=refusal,
    )


def _looked(visit: Visit, name: str, content: bytes, options: ImportOptions, look: str) -> Looked | None:
    """None: a long file that nobody looked at yet."""
    if look:
        of, looked = LOOKED.validate_json(stored(visit, look, LOOK))
        return looked if of == name else not_here("message_unknown")
    if len(content) > CARE_BYTES:
        return None
    return look_at(visit.quittance.imports, visit.practice, content, ImportOptions(options.all_or_nothing))
