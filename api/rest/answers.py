"""Answers of the unions: fetched, uploaded, and kept as they came. And past files of the program used before."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from api.rest.bodies import Body, Files, Upload, example, file_body
from api.rest.commands import Writes
from api.rest.reads import Reads
from api.rest.resources import NOT_CHANGED, id_of, resource
from api.rest.rights import MayBill, MayRead, MaySeeCare, Product, establishment_at, not_here, within
from api.rest.sendings import download, patients_of
from application.commit import Decided, Done, decide
from application.ports import Context
from application.read_answers import AnswerReport
from application.take_over import TakeOverReport
from domain import sending as sendings
from domain.inbox import MessageInterpreted, MessageReceived, MessageUnreadable

router = resource("/answers", "answers")
take_over_router = resource("/take-over", "take-over")
ABSENT = "answer_unknown"
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}


class CollectIn(Body):
    """Whose mailbox to empty."""

    model_config = example(establishment_id=str(id_of("establishment")))

    establishment_id: UUID


@dataclass(frozen=True, slots=True)
class CollectedOut:
    """What came, and what was understood of each file. `outcome`: messages, nothing, or queued for a session."""

    outcome: str
    answers: tuple[AnswerReport, ...]


@dataclass(frozen=True, slots=True)
class AnswerOut:
    """A received file. `state`: received, interpreted, unreadable (then `code` says why)."""

    message_id: UUID
    establishment_id: UUID
    sha256: str
    size: int
    origin: str
    state: str
    kind: str
    sending_id: UUID | None
    unread_bytes: int
    code: str


@router.post(
    "", operation_id="upload_answer", response_model=AnswerReport, openapi_extra=file_body("application/octet-stream")
)
def upload_answer(
    caller: MayBill, command: Writes, quittance: Product, content: Upload, establishment_id: UUID
) -> Response:
    """Bring one answer file. The bytes are stored first; the same file twice changes nothing and says so."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(lambda context: quittance.answers.receive(context, where, content))


@router.post("/collect", operation_id="collect_answers", response_model=CollectedOut)
def collect_answers(caller: MayBill, command: Writes, quittance: Product, body: CollectIn) -> Response:
    """Fetch what waits at the unions; each file is stored before its receipt is confirmed.

    While no session is open the request is queued, and done when one opens.
    """
    where = establishment_at(caller, quittance, body.establishment_id)
    return command.answer(lambda context: quittance.answers.collect(context, where))


@router.get("/{message_id}", operation_id="get_answer", response_model=AnswerOut, responses=NOT_CHANGED)
def get_answer(caller: MayRead, reading: Reads, message_id: UUID) -> Response:
    """One received file."""
    shown, version = _answer(reading.events(message_id), message_id)
    within(caller, shown.establishment_id if shown else None, ABSENT)
    return reading.one(shown, version)


@router.get(
    "/{message_id}/file",
    operation_id="get_answer_file",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def get_answer_file(caller: MaySeeCare, reading: Reads, message_id: UUID) -> Response:
    """The bytes as they came. Noted for every patient of the sending; for the file itself when that is unknown."""
    log = reading.quittance.log
    shown, _ = _answer(reading.events(message_id), message_id)
    within(caller, shown.establishment_id if shown else None, ABSENT)
    if shown is None:
        not_here(ABSENT)
    target = shown.sending_id
    state = sendings.fold(log.load([target]).get(target, []), target) if target else None
    content = reading.quittance.messages.get(shown.sha256)
    reading.saw("answer.file", patients_of(log, state) if state else [message_id])
    return download(content, f"{shown.kind or 'answer'}-{shown.sha256[:16]}")


@take_over_router.post("", operation_id="take_over_files", response_model=TakeOverReport, openapi_extra=_FORM)
def take_over_files(
    caller: MayBill, command: Writes, quittance: Product, files: Files, establishment_id: UUID
) -> Response:
    """Take over past billing files and answers of the same payer number, several at once, in any order."""
    where = establishment_at(caller, quittance, establishment_id)

    def act(context: Context) -> Done[TakeOverReport]:
        report = quittance.take_over.take(Context(context.meta), where, files)
        return decide(quittance.log, context, lambda: Decided([], report))

    return command.answer(act)


def _answer(events: list[Any], message_id: UUID) -> tuple[AnswerOut | None, int]:
    if not events or not isinstance(events[0], MessageReceived):
        return None, 0
    received, read = events[0], [event for event in events if isinstance(event, MessageInterpreted)]
    unreadable = next((event.code for event in events if isinstance(event, MessageUnreadable)), "")
    state = "interpreted" if read else "unreadable" if unreadable else "received"
    shown = AnswerOut(
        message_id,
        received.establishment_id,
        received.sha256,
        received.size,
        received.origin,
        state,
        read[-1].kind if read else "",
        read[-1].sending_id if read else None,
        read[-1].unread_bytes if read else 0,
        "" if read else unreadable,
    )
    return shown, len(events)
