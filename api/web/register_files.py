"""Register files: providers, memberships, patients and insurability of this practice; the report is kept."""

import json
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.register_file import RegisterReport, load_register
from api.rest.rights import not_here
from api.web.doors import UPLOAD_BYTES, Door, MayRegister
from api.web.import_files import Hash
from api.web.in_place import list_again, told
from api.web.visit import Visit
from application.commit import Decided, Done, decide
from application.ports import Context
from application.register import establishment_id, provider_id
from domain import establishment as establishments
from domain.errors import NotAllowed
from infrastructure.carefile.register_file import read_register_file
from infrastructure.carefile.register_rows import EstablishmentRow, ProviderRow, RegisterRow

router = APIRouter(prefix="/c/{where}/importations/registre")
KIND = "register_report"
MayLoadRegister = Annotated[Visit, Depends(Door("register", body_bytes=UPLOAD_BYTES))]


@router.post("")
def load_file(visit: MayLoadRegister) -> Response:
    """Each row lands by itself; the same file again changes nothing."""

    def act() -> Response:
        content = visit.upload("register_file")
        _only_own(visit, read_register_file(content)[0])
        return visit.do(
            lambda context: _load(visit, context, content), lambda name: visit.at(f"/importations/registre/{name}")
        )

    return told(visit, act, lambda refusal: list_again(visit, "imports", "imports.html", refusal))


@router.get("/{sha256}")
def show_report(visit: MayRegister, sha256: Hash) -> Response:
    """What became of a register file: rows by kind, warnings, every rejected line. It holds no value of the file."""
    info = visit.quittance.messages.info(sha256)
    if info is None or (info.establishment_id, info.kind) != (visit.practice, KIND):
        not_here("message_unknown")
    report = json.loads(visit.quittance.messages.get(sha256))
    return visit.page("register_report.html", report=report, info=info)


def _load(visit: Visit, context: Context, content: bytes) -> Done[str]:
    """The name under which the report is kept."""
    quittance = visit.quittance
    report = load_register(quittance, Context(context.meta), content, visit.practice).result
    name, _ = quittance.messages.put(_written(report), KIND, "in", visit.practice)
    return decide(quittance.log, context, lambda: Decided([], name))


def _written(report: RegisterReport) -> bytes:
    return json.dumps(asdict(report), default=str, sort_keys=True).encode()


def _only_own(visit: Visit, rows: list[RegisterRow]) -> None:
    """Nobody changes another practice, nor a known provider who does not work here. Raises `NotAllowed`."""
    quittance = visit.quittance
    state = establishments.fold(quittance.log.load([visit.practice]).get(visit.practice, []))
    members = {member.provider_id for member in state.memberships} if state else set()
    named = {provider_id(quittance.keys, row.details.nihii) for row in rows if isinstance(row, ProviderRow)}
    known = quittance.log.load(named - members)
    foreign = [
        row
        for row in rows
        if isinstance(row, EstablishmentRow)
        and establishment_id(quittance.keys, row.details.tpp_number) != visit.practice
    ]
    if foreign or known:
        raise NotAllowed("other_practice", "The file names another practice.", field="register_file")
