"""Notes, files, who takes care of it and when: the same block on every page of a thing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.rest.rights import not_here
from api.web.doors import Door, MayNote, MayRead
from api.web.timeline import name_of
from api.web.visit import Visit
from application.casework import LARGEST_FILE
from application.commit import Done
from application.ports import Context
from domain.casework import Casework, FileAttached, casework_id
from domain.errors import Invalid
from projections.users import opened, users_of

router = APIRouter(prefix="/c/{where}/suivi/{target_id}")
MayAttach = Annotated[Visit, Depends(Door("note", body_bytes=LARGEST_FILE + 65_536))]
_HOMES = {
    "patient": "/patients",
    "billing_day": "/jours",
    "invoice": "/factures",
    "sending": "/envois",
    "item": "/points",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the block shows. `wrote`: name of the author of each note and file, by its id."""

    target_id: UUID
    state: Casework | None
    wrote: dict[UUID, str]
    assignee: str
    colleagues: tuple[tuple[UUID, str], ...]


def casework_of(visit: Visit, target_id: UUID) -> Shown:
    """As of the day of the visit. Scope is the caller's to check: the page of the thing did."""
    recorded = visit.quittance.log.history(casework_id(target_id), visit.upto)
    state = visit.quittance.casework.of(target_id, visit.upto)
    wrote = {}
    for one in recorded:
        identifier = getattr(one.event, "note_id", None) or getattr(one.event, "file_id", None)
        if identifier and identifier not in wrote:
            wrote[identifier] = f"{name_of(visit, one.meta.actor)}, {one.recorded_at:%d/%m/%Y}"
    assignee = name_of(visit, f"user:{state.assignee}") if state and state.assignee else ""
    return Shown(target_id, state, wrote, assignee, _colleagues(visit) if visit.may("note") else ())


@router.post("/notes")
def add_note(visit: MayNote, target_id: UUID) -> Response:
    """Write a note."""
    note = visit.text("note", 4_000)
    return _do(
        visit, target_id, lambda context: visit.quittance.casework.note(context, visit.practice, target_id, note)
    )


@router.post("/notes/{note_id}/retrait")
def withdraw_note(visit: MayNote, target_id: UUID, note_id: UUID) -> Response:
    """Take a note back."""
    desk = visit.quittance.casework
    return _do(visit, target_id, lambda context: desk.withdraw_note(context, visit.practice, target_id, note_id))


@router.post("/fichiers")
def attach_file(visit: MayAttach, target_id: UUID) -> Response:
    """Keep a file."""
    content, name = visit.upload("file"), visit.file_name("file")
    desk = visit.quittance.casework
    return _do(visit, target_id, lambda context: desk.attach(context, visit.practice, target_id, name, content))


@router.post("/fichiers/{file_id}/retrait")
def withdraw_file(visit: MayNote, target_id: UUID, file_id: UUID) -> Response:
    """Take a file back."""
    desk = visit.quittance.casework
    return _do(visit, target_id, lambda context: desk.withdraw_file(context, visit.practice, target_id, file_id))


@router.get("/fichiers/{file_id}")
def download_file(visit: MayRead, target_id: UUID, file_id: UUID) -> Response:
    """The bytes as they came, always as a download: a browser never opens what somebody brought."""
    state = visit.quittance.casework.of(target_id, visit.upto)
    if state is None or state.opened.establishment_id != visit.practice:
        not_here("file_unknown")
    found = next((file for file in state.files if file.file_id == file_id), None)
    if found is None:
        not_here("file_unknown")
    if state.opened.owner_id != visit.practice:
        if not visit.may_ever("medical"):
            not_here("file_unknown")
        visit.saw("attachment.read", [state.opened.owner_id])
    name = f"{file_id}.{_ending(found)}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(visit.quittance.messages.get(found.sha256), 200, headers, found.media)


@router.post("/responsable")
def assign(visit: MayNote, target_id: UUID) -> Response:
    """Say who takes care of it."""
    given = visit.text("user_id", 40)
    user_id = UUID(given) if given else None
    if user_id is not None and user_id not in dict(_colleagues(visit)):
        raise Invalid("field_invalid", "user_id: choose somebody of this practice.", field="user_id")
    desk = visit.quittance.casework
    return _do(visit, target_id, lambda context: desk.assign(context, visit.practice, target_id, user_id))


@router.post("/report")
def snooze(visit: MayNote, target_id: UUID) -> Response:
    """Put it off, or look again at once when no day is given."""
    until, desk = visit.text("until", 10), visit.quittance.casework
    if not until:
        return _do(visit, target_id, lambda context: desk.wake(context, visit.practice, target_id))
    try:
        day = Date.fromisoformat(until)
    except ValueError:
        raise Invalid("field_invalid", "until: give a date.", field="until") from None
    reason = visit.text("reason", 500)
    return _do(visit, target_id, lambda context: desk.snooze(context, visit.practice, target_id, day), reason)


def _do(visit: Visit, target_id: UUID, act: Callable[[Context], Done[UUID]], reason: str = "") -> Response:
    """Back to the page of the thing; a reason is sealed under the practice's key or the patient's."""
    home = _home(visit, target_id)
    return visit.do(act, lambda _: home, reason=reason, about=_owner(visit, target_id) if reason else None)


def _home(visit: Visit, target_id: UUID) -> str:
    opening = visit.quittance.casework.opening(visit.practice, target_id)
    return visit.to(f"{_HOMES[opening.kind]}/{target_id}")


def _owner(visit: Visit, target_id: UUID) -> UUID:
    return visit.quittance.casework.opening(visit.practice, target_id).owner_id


def _colleagues(visit: Visit) -> tuple[tuple[UUID, str], ...]:
    """Who has a role in the practice today."""
    with visit.sql() as sql:
        listed = opened(visit.quittance.keys, users_of(sql, visit.practice))
    return tuple(
        (one.user_id, one.name)
        for one in listed
        if one.is_active and any(grant.covers(visit.today) for grant in one.grants)
    )


def _ending(file: FileAttached) -> str:
    return {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(file.media, "txt")
