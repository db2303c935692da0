"""A raw message: what is known of it, what its records say, and its bytes as they were sent or came."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.poll_proof import asked_about, patients_in
from api.rest.rights import not_here
from api.rest.sendings import download, patients_of
from api.web.doors import MayRead, MaySeeCare
from api.web.policy import PAGE_HEADERS
from api.web.said import explained
from api.web.visit import Visit
from application.insurability_answers import ANSWERS
from application.polling import PROOF
from application.ports import MessageInfo
from domain import billing_day as days
from domain import inbox
from domain import sending as sendings
from domain.answer import Reason
from domain.local_time import local_date
from domain.sending import Sending
from infrastructure.efact.errors import EfactError
from infrastructure.efact.show import show

router = APIRouter(prefix="/c/{where}/messages")

ABSENT = "message_unknown"
_HASH = re.compile(r"[0-9a-f]{64}")
_RECORDS = 200
_REFUSES = frozenset({"B", "F", "R", None})
"""Letters that refuse; an envelope's codes have none."""

_EFACT = ("920000", "answer")
_KINDS = (*_EFACT, "care_file", PROOF, ANSWERS)
"""What is a message: files that people attached have a page and a right of their own."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that the practice may see. `shown`: as `quittance efact show` reads it, None when it is no eFact file.

    `sending`: the one that it carries or answers.
    """

    info: MessageInfo
    shown: dict[str, Any] | None
    content: bytes
    sending: Sending | None

    @property
    def kind(self) -> str:
        """Number of the message, else what it was stored as."""
        return str(self.shown["message"]) if self.shown else self.info.kind


@router.get("/{sha256}")
def show_message(
    visit: MayRead,
    sha256: str,
    errors: Annotated[str, Query(max_length=1)] = "",
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Facts and records, a page of them; only those with errors when there are any."""
    message = _opened(visit, sha256)
    records = message.shown["records"] if message.shown else []
    faulty = [record for record in records if record["errors"]]
    only_errors = errors == "1" or (errors != "0" and bool(faulty))
    listed = faulty if only_errors else records
    visit.saw("message.read", _patients(visit, message))
    return visit.page(
        "message.html",
        message=message,
        records=[_readable(record, visit) for record in listed[after : after + _RECORDS]],
        counts=(len(records), len(faulty)),
        only_errors=only_errors,
        after=after + _RECORDS if after + _RECORDS < len(listed) else None,
        header_errors=_explain(message.shown["header_errors"], visit) if message.shown else (),
    )


@router.get("/{sha256}/fichier")
def download_message(visit: MaySeeCare, sha256: str) -> Response:
    """The bytes. They may hold national numbers: who fetches them is noted for every patient in them."""
    message = _opened(visit, sha256)
    visit.saw("sending.file" if message.kind == "920000" else "answer.file", _patients(visit, message))
    answer = download(message.content, f"{message.kind}-{sha256[:16]}")
    answer.headers.update(PAGE_HEADERS)
    return answer


def _opened(visit: Visit, sha256: str) -> Opened:
    """Raises `NotFound`, also for what came later than the day asked for, and `NotPermitted` for a file of care."""
    info = _stored(visit, sha256) if _HASH.fullmatch(sha256) else None
    if info is None:
        not_here(ABSENT)
    if info.kind not in _EFACT:
        visit.known_caller.require("medical")
    content = visit.quittance.messages.read(info)
    try:
        shown = show(content) if info.kind in _EFACT else None
    except EfactError:
        shown = None
    return Opened(info, shown, content, _sending(visit, shown))


def _stored(visit: Visit, sha256: str) -> MessageInfo | None:
    """A message of this practice, the first that it came as on the day asked for."""
    copies = (visit.quittance.messages.info(sha256, visit.practice, kind) for kind in _KINDS)
    upto = visit.as_of
    return next((copy for copy in copies if copy and (upto is None or local_date(copy.stored_at) <= upto)), None)


def _sending(visit: Visit, shown: dict[str, Any] | None) -> Sending | None:
    if shown is None:
        return None
    identifier = sendings.sending_id(visit.practice, shown["provider_reference"])
    return sendings.fold(visit.events(identifier), identifier)


def _patients(visit: Visit, message: Opened) -> list[UUID]:
    """Whose care is in it; the message itself when that is unknown."""
    log = visit.quittance.log
    if message.info.kind == PROOF and (found := patients_in(visit.quittance, visit.practice, message.content)):
        return found
    if message.info.kind == ANSWERS and (asked := list(asked_about(visit.quittance, visit.practice, message.content))):
        return asked
    if message.sending is not None:
        return patients_of(log, message.sending)
    taken = inbox.fold_import(visit.events(inbox.import_id(visit.practice, message.info.sha256)))
    loaded = log.load(taken.accepted.day_ids) if taken else {}
    who = [day.patient_id for events in loaded.values() if (day := days.fold(events))]
    return who or [inbox.message_id(visit.practice, message.info.sha256)]


def _readable(record: dict[str, Any], visit: Visit) -> dict[str, Any]:
    """With its codes explained, and whether one of them refuses. A comment is for who may see care: it names people."""
    refuses = any(error["letter"] in _REFUSES for error in record["errors"])
    comment = record["comment"] if visit.may_ever("medical") else ""
    return record | {"explained": _explain(record["errors"], visit), "is_refused": refuses, "comment": comment}


def _explain(errors: list[dict[str, Any]], visit: Visit) -> Any:  # noqa: ANN401 - explanations
    return explained([Reason(error["letter"], error["code"]) for error in errors], visit.language)
