"""The books of an establishment by month: through which one they are closed, to close them, to open them again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Response

from api.rest.bodies import Body, Month, Reason, example
from api.rest.commands import Writes
from api.rest.establishments import establishment_of
from api.rest.reads import Reads
from api.rest.resources import NOT_CHANGED, resource
from api.rest.rights import MayAdminister, MayClose, MayRead, Product, establishment_at
from application.periods import closed_books

router = resource("/establishments", "establishments")


class CloseIn(Body):
    """The last month to close; all before it are closed with it."""

    model_config = example(month="2025-12", reason="Bilan 2025")

    month: Month
    reason: Reason = ""


class ReopenIn(Body):
    """The first month to open again; all behind it are open with it."""

    model_config = example(month="2025-12", reason="Correction demandée par le réviseur")

    month: Month
    reason: Reason


@dataclass(frozen=True, slots=True)
class BooksOut:
    """`closed_through`: last month whose books are closed, null for none; `by` whom and `at` when that changed last."""

    closed_through: str | None = None
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BooksChanged:
    """Last month that is closed now."""

    closed_through: str


@router.get("/{establishment_id}/books", operation_id="get_books", response_model=BooksOut, responses=NOT_CHANGED)
def get_books(caller: MayRead, reading: Reads, establishment_id: UUID) -> Response:
    """Through which month the books are closed: justified refusals that were decided until then stand."""
    _, version = establishment_of(caller, reading, establishment_id)
    found = closed_books(reading.quittance.log.history(establishment_id, reading.upto))
    return reading.one(BooksOut(found.through, found.by, found.at) if found else BooksOut(), version)


@router.post("/{establishment_id}/books/close", operation_id="close_books", response_model=BooksChanged)
def close_books(
    caller: MayClose, command: Writes, quittance: Product, establishment_id: UUID, body: CloseIn
) -> Response:
    """Close the books through a month that is over; closes go forward."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.periods.close(context, where, body.month),
        _changed,
        about=where,
        reason=body.reason,
        on=where,
    )


@router.post("/{establishment_id}/books/reopen", operation_id="reopen_books", response_model=BooksChanged)
def reopen_books(
    caller: MayAdminister, command: Writes, quittance: Product, establishment_id: UUID, body: ReopenIn
) -> Response:
    """Open the books again from a closed month on, with a reason."""
    where = establishment_at(caller, quittance, establishment_id)
    return command.answer(
        lambda context: quittance.periods.reopen(context, where, body.month),
        _changed,
        about=where,
        reason=body.reason,
        on=where,
    )


def _changed(through: str) -> Mapping[str, object]:
    return {"closed_through": through}
