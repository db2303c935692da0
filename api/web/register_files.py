"""Register files: providers, memberships, patients and insurability of this practice; the report is kept."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.file_work import LOAD_REGISTER, REGISTER_BYTES, beginning
from api.register_file import REPORT, load_and_report
from api.rest.rights import not_here
from api.web.doors import UPLOAD_BYTES, Door, MayRegister
from api.web.file_jobs import begin_file
from api.web.import_files import Hash
from api.web.in_place import list_again, told
from api.web.visit import Visit
from infrastructure.carefile.register_file import read_register_file

router = APIRouter(prefix="/c/{where}/importations/registre")
MayLoadRegister = Annotated[Visit, Depends(Door("register", body_bytes=UPLOAD_BYTES))]


@router.post("")
def load_file(visit: MayLoadRegister) -> Response:
    """Each row lands by itself; the same file again changes nothing. A long one is a job."""

    def act() -> Response:
        content = visit.upload("register_file")
        if len(content) > REGISTER_BYTES:
            read_register_file(beginning(content))
            return begin_file(visit, LOAD_REGISTER, content)
        return visit.do(
            lambda context: load_and_report(visit.quittance, context, content, visit.practice),
            lambda name: visit.at(f"/importations/registre/{name}"),
        )

    return told(visit, act, lambda refusal: list_again(visit, "imports", "imports.html", refusal))


@router.get("/{sha256}")
def show_report(visit: MayRegister, sha256: Hash) -> Response:
    """What became of a register file: rows by kind, warnings, every rejected line. It holds no value of the file."""
    info = visit.quittance.messages.info(sha256, visit.practice, REPORT)
    if info is None:
        not_here("message_unknown")
    report = json.loads(visit.quittance.messages.read(info))
    return visit.page("register_report.html", report=report, info=info)
