"""What a person may say or do about a sending; each is a form of its page and ends there again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.rest.rights import not_here
from api.web.doors import MayBill
from api.web.form_fields import done_or_wrong, version
from api.web.sending import TABS, sending_of, sending_page
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from domain import inbox
from domain.errors import Invalid

router = APIRouter(prefix="/c/{where}/envois/{sending_id}")
Act = Callable[[Context], Done[Any]]


@router.post("/lu")
def mark_read(visit: MayBill, sending_id: UUID) -> Response:
    """Take note of the settlement."""
    sending_of(visit.now(), sending_id)
    path = "/decomptes" if visit.text("back") == "settlement" else "/envois"
    return visit.do(
        lambda context: visit.quittance.dispatch.mark_read(context, sending_id),
        lambda _: visit.at(f"{path}/{sending_id}"),
    )


@router.post("/archiver")
def archive(visit: MayBill, sending_id: UUID) -> Response:
    """Out of sight; nothing is deleted."""
    sending_of(visit.now(), sending_id)
    put = visit.quittance.dispatch.archive
    return _back(visit, sending_id, lambda context: put(context, sending_id, archived=True))


@router.post("/desarchiver")
def unarchive(visit: MayBill, sending_id: UUID) -> Response:
    """Back in sight."""
    sending_of(visit.now(), sending_id)
    put = visit.quittance.dispatch.archive
    return _back(visit, sending_id, lambda context: put(context, sending_id, archived=False))


@router.post("/file")
def unqueue(visit: MayBill, sending_id: UUID) -> Response:
    """Let it wait for a session no more."""
    sending_of(visit.now(), sending_id)
    return _back(visit, sending_id, lambda context: visit.quittance.dispatch.unqueue(context, sending_id))


@router.post("/issue")
def resolve(visit: MayBill, sending_id: UUID) -> Response:
    """Whether a file of unknown outcome arrived."""
    sending_of(visit.now(), sending_id)

    def act(context: Context) -> Done[Any]:
        told = visit.text("arrived")
        if told not in ("yes", "no"):
            raise Invalid("field_invalid", "arrived: choose yes or no.", field="arrived")
        return visit.quittance.dispatch.resolve(context, sending_id, arrived=told == "yes")

    return _weighed(visit, sending_id, "resolve", act)


@router.post("/rejet")
def confirm_rejection(visit: MayBill, sending_id: UUID) -> Response:
    """A file refused as a duplicate, or not treated, has no living copy."""
    sending_of(visit.now(), sending_id)
    confirm = visit.quittance.dispatch.confirm_rejection
    return _weighed(visit, sending_id, "rejection", lambda context: confirm(context, sending_id))


@router.post("/annuler")
def cancel_run(visit: MayBill, sending_id: UUID) -> Response:
    """Withdraw what the billing run made and nobody has sent yet."""
    run_id = sending_of(visit.now(), sending_id).made.run_id or not_here("run_unknown")
    return _weighed(visit, sending_id, "cancel", lambda context: visit.quittance.billing.cancel(context, run_id))


@router.post("/points/{item_id}")
def settle_item(visit: MayBill, sending_id: UUID, item_id: UUID) -> Response:
    """Say that something about the sending was dealt with, and how."""
    sending_of(visit.now(), sending_id)
    item = inbox.fold_item(visit.now().events(item_id))
    if item is None or item.raised.sending_id != sending_id:
        not_here("item_unknown")
    return _decided(
        visit,
        sending_id,
        str(item_id),
        lambda context: visit.quittance.desk.settle(context, item_id),
        tab="updates",
    )


def _back(visit: Visit, sending_id: UUID, act: Act) -> Response:
    return visit.do(act, lambda _: visit.at(f"/envois/{sending_id}"))


def _weighed(visit: Visit, sending_id: UUID, form: str, act: Act) -> Response:
    """A decision only upon what the person saw."""
    return _decided(visit, sending_id, form, act, expected=version(visit, sending_id))


def _decided(
    visit: Visit,
    sending_id: UUID,
    form: str,
    act: Act,
    *,
    tab: str = TABS[0],
    expected: tuple[UUID, int] | None = None,
) -> Response:
    """With its reason; back to its tab, which says what was wrong with the form."""
    return done_or_wrong(
        visit,
        form,
        act,
        f"/envois/{sending_id}" + (f"?tab={tab}" if tab != TABS[0] else ""),
        lambda wrong: sending_page(visit, sending_id, tab, wrong=wrong),
        about=visit.practice,
        expected=expected,
        needs_reason=True,
    )
