"""Silence that can be proven: each time that the unions were asked for answers, and what nobody answered for long."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Response

from api.poll_proof import patients_in
from api.rest.listing import Pages, Where, Word, asked, list_model, page_answer
from api.rest.reads import Reads
from api.rest.resources import resource
from api.rest.rights import MayRead, MaySeeCare, not_here
from api.rest.sendings import download
from application.polling import PROOF
from domain.local_time import local_date
from projections import polls
from projections.paging import Asked, Listing
from projections.scope import both, one_of, scoped
from projections.silence import SilentSending, silent_sendings

router = resource("", "polls")
ABSENT = "poll_unknown"
POLLS = Listing(polls.TABLE, ("polled_at",))


@dataclass(frozen=True, slots=True)
class SilentSendings:
    """Files that wait too long for an answer, the longest waiting first, each with how often the unions were asked."""

    silent_sendings: tuple[SilentSending, ...]


@router.get("/polls", operation_id="list_polls", response_model=list_model("polls", polls.TABLE))
def list_polls(
    caller: MayRead,
    reading: Reads,
    paging: Pages,
    establishment_id: Where = None,
    outcome: Word = None,
    mailbox: Word = None,
) -> Response:
    """Each time that a mailbox was asked. `outcome`: nothing, messages, failed, or queued while no session was open.

    `mailbox`: invoicing, or member_data for questions that left together.
    """
    named = {"outcome": outcome, "mailbox": mailbox}
    narrow = [one_of(name, [value]) for name, value in named.items() if value]
    where = both([scoped(reading.scope(caller, establishment_id)), *narrow])
    with reading.sql() as sql:
        page = POLLS.page(sql, where, asked(reading, paging))
    return page_answer(reading, paging, "polls", page)


@router.get(
    "/polls/{poll_id}/proof",
    operation_id="get_poll_proof",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def get_poll_proof(caller: MaySeeCare, reading: Reads, poll_id: UUID) -> Response:
    """The whole answer of the network as it came: who fetches it is noted for every patient in its messages."""
    where = both([scoped(reading.scope(caller, None)), one_of("poll_id", [poll_id])])
    with reading.sql() as sql:
        rows = POLLS.page(sql, where, Asked(limit=1, at=reading.upto)).rows
    messages = reading.quittance.messages
    kept = messages.info(rows[0]["proof"], rows[0]["establishment_id"], PROOF) if rows else None
    if kept is None:
        not_here(ABSENT)
    content = messages.read(kept)
    reading.saw("unions.proof", patients_in(reading.quittance, kept.establishment_id, content) or [poll_id])
    return download(content, f"poll-{kept.sha256[:16]}")


@router.get("/silent-sendings", operation_id="list_silent_sendings", response_model=SilentSendings)
def list_silent_sendings(caller: MayRead, reading: Reads, establishment_id: Where = None) -> Response:
    """Sendings that a union says nothing about for longer than the limits allow."""
    scope = reading.scope(caller, establishment_id)
    today = local_date(reading.as_of or reading.quittance.clock.now())
    with reading.sql() as sql:
        found = silent_sendings(sql, scope, today, reading.upto)
    return reading.many(SilentSendings(tuple(found)))
