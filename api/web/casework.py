"""Notes, files, who takes care of it and when: the same block on every page of a thing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.rest.rights import not_here
from api.web.casework_things import PAGES, Thing, home_of, right_of, word_of
from api.web.deputies import colleagues_in
from api.web.doors import Door, MayNote, MayRead
from api.web.form_fields import NOTHING, Wrong, day, done_or_wrong, identifier
from api.web.put_off import why_put_off
from api.web.timeline import name_of
from api.web.visit import Visit
from application.casework import LARGEST_FILE, Target
from application.commit import Done
from application.ports import Context
from domain.casework import Casework, CaseworkOpened, FileAttached, Named, casework_id
from domain.errors import Invalid
from domain.local_time import local_date

router = APIRouter(prefix="/c/{where}/suivi/{target_id}")
MayAttach = Annotated[Visit, Depends(Door("note", body_bytes=LARGEST_FILE + 65_536))]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the block shows. `wrote`: name of the author of each note and file, by its id. `right`: to add to it.

    `path`: where its forms go. `put_off_until`: a day that is still to come; `why_put_off`: while it is. `wrong`: with
    the form that was just refused.
    """

    target_id: UUID
    path: str
    state: Casework | None
    wrote: dict[UUID, str]
    assignee: str
    colleagues: tuple[tuple[UUID, str], ...]
    right: str
    put_off_until: Date | None
    why_put_off: str
    wrong: Wrong


def casework_of(visit: Visit, target: Target) -> Shown | None:
    """As of the day of the visit, None for who may not read it. Scope is the caller's to check: the page did."""
    opening = visit.quittance.casework.opening(visit.practice, target)
    if not may_read(visit, opening):
        return None
    right, target_id = right_of(opening), opening.target_id
    recorded = visit.quittance.log.history(casework_id(target_id), visit.upto)
    state = visit.quittance.casework.of(target_id, visit.upto)
    wrote = {}
    for one in recorded:
        identifier = getattr(one.event, "note_id", None) or getattr(one.event, "file_id", None)
        if identifier and identifier not in wrote:
            wrote[identifier] = f"{name_of(visit, one.meta.actor)}, {local_date(one.recorded_at):%d/%m/%Y}"
    assignee = name_of(visit, f"user:{state.assignee}") if state and state.assignee else ""
    colleagues = _choices(visit, right, state) if visit.may(right) else ()
    path, wrong = visit.at(f"/suivi/{word_of(target)}"), getattr(visit.request.state, "casework_wrong", NOTHING)
    until = state.snoozed_until if state else None
    until = until if until and until > (visit.as_of or visit.today) else None
    reasons = why_put_off(visit, [target_id]) if until else {}
    return Shown(target_id, path, state, wrote, assignee, colleagues, right, until, reasons.get(target_id, ""), wrong)


def _choices(visit: Visit, right: str, state: Casework | None) -> tuple[tuple[UUID, str], ...]:
    """Who can be put in charge; whoever is stays so, even without the right by now, until somebody chooses another."""
    found = colleagues_in(visit, [visit.practice], right)
    if state is None or state.assignee is None or state.assignee in dict(found):
        return found
    return (*found, (state.assignee, name_of(visit, f"user:{state.assignee}")))


def may_read(visit: Visit, opening: CaseworkOpened) -> bool:
    """What is written about a patient is for who may see care."""
    return not opening.is_of_a_patient or visit.may_ever("medical")


@router.post("/notes")
def add_note(visit: MayNote, target: Thing) -> Response:
    """Write a note."""
    desk = visit.quittance.casework
    return _do(
        visit, target, "cw", lambda context: desk.note(context, visit.practice, target, visit.text("note", 4_000))
    )


@router.post("/notes/{note_id}/retrait")
def withdraw_note(visit: MayNote, target: Thing, note_id: UUID) -> Response:
    """Take a note back."""
    desk = visit.quittance.casework
    return _do(visit, target, "cw", lambda context: desk.withdraw_note(context, visit.practice, target, note_id))


@router.post("/fichiers")
def attach_file(visit: MayAttach, target: Thing) -> Response:
    """Keep a file."""

    def act(context: Context) -> Done[UUID]:
        content, name = visit.upload("file"), visit.file_name("file")
        return visit.quittance.casework.attach(context, visit.practice, target, name, content)

    return _do(visit, target, "file", act)


@router.post("/fichiers/{file_id}/retrait")
def withdraw_file(visit: MayNote, target: Thing, file_id: UUID) -> Response:
    """Take a file back."""
    desk = visit.quittance.casework
    return _do(visit, target, "file", lambda context: desk.withdraw_file(context, visit.practice, target, file_id))


@router.get("/fichiers/{file_id}")
def download_file(visit: MayRead, target: Thing, file_id: UUID) -> Response:
    """The bytes as they came, always as a download: a browser never opens what somebody brought."""
    target_id = target.id_in(visit.practice) if isinstance(target, Named) else target
    state = visit.quittance.casework.of(target_id, visit.upto)
    if state is None or state.opened.establishment_id != visit.practice:
        not_here("file_unknown")
    found = next((file for file in state.files if file.file_id == file_id), None)
    if found is None:
        not_here("file_unknown")
    if not may_read(visit, state.opened):
        not_here("file_unknown")
    if state.opened.is_of_a_patient:
        visit.saw("attachment.read", [state.opened.owner_id])
    headers = {
        "Content-Disposition": _called(found),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(visit.quittance.messages.get(found.sha256), 200, headers, found.media)


@router.post("/responsable")
def assign(visit: MayNote, target: Thing) -> Response:
    """Say who takes care of it."""

    def act(context: Context) -> Done[UUID]:
        user_id = identifier(visit, "user_id") if visit.text("user_id", 40) else None
        opening = visit.quittance.casework.opening(visit.practice, target)
        state = visit.quittance.casework.of(opening.target_id)
        if user_id is not None and user_id not in dict(_choices(visit, right_of(opening), state)):
            raise Invalid("field_invalid", "user_id: choose somebody of this practice.", field="user_id")
        return visit.quittance.casework.assign(context, visit.practice, target, user_id)

    return _do(visit, target, "assign", act)


@router.post("/report")
def snooze(visit: MayNote, target: Thing) -> Response:
    """Put it off."""
    desk = visit.quittance.casework
    return _do(
        visit,
        target,
        "snooze",
        lambda context: desk.snooze(context, visit.practice, target, day(visit, "until")),
        needs_reason=True,
    )


@router.post("/reprise")
def wake(visit: MayNote, target: Thing) -> Response:
    """Look at it again at once."""
    desk = visit.quittance.casework
    return _do(visit, target, "snooze", lambda context: desk.wake(context, visit.practice, target))


def _do(
    visit: Visit, target: Target, form: str, act: Callable[[Context], Done[UUID]], *, needs_reason: bool = False
) -> Response:
    """Back to the page of the thing, which says what was wrong; a reason is sealed under the practice's key or the
    patient's. Raises `NotFound`, also for a thing whose casework is not for this person.
    """
    opening = visit.quittance.casework.opening(visit.practice, target)
    if not visit.may(right_of(opening)):
        not_here("target_unknown")

    def again(wrong: Wrong) -> Response:
        visit.request.state.casework_wrong = wrong
        answer = PAGES[opening.kind](visit, opening.name or opening.target_id)
        answer.status_code = 422
        return answer

    home = home_of(visit, opening)
    return done_or_wrong(visit, form, act, home, again, about=opening.owner_id, needs_reason=needs_reason)


def _called(file: FileAttached) -> str:
    """The name that it was brought under, for browsers (RFC 6266); its id where that cannot be read."""
    ending = _ending(file)
    name = file.name if file.name.lower().endswith((f".{ending}", ".jpeg")) else f"{file.name}.{ending}"
    return f"attachment; filename=\"{file.file_id}.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"


def _ending(file: FileAttached) -> str:
    return {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(file.media, "txt")
