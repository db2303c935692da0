"""Decisions on refused days: look with `dry_run`, then the same body without it; undone until a run took them up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.catalogue import Language, text
from api.rest.billing_runs import RunReportOut, run_report
from api.rest.bodies import Body, Reason, example
from api.rest.commands import MayWrite, Writes
from api.rest.encoding import answer, encode
from api.rest.reads import Reads
from api.rest.resources import id_of, resource
from api.rest.rights import MayBill, Product, establishment_at
from application.corrections import Corrected, Foreseen

router = resource("/billing-days", "billing days")
MOST_DAYS = 5_000
DayIds = Annotated[list[UUID], Field(min_length=1, max_length=MOST_DAYS)]


class DecisionIn(Body):
    """The same decision for each of the days. With `dry_run` it is only told what would come of it."""

    model_config = example(
        establishment_id=str(id_of("establishment")), day_ids=[str(id_of("day"))], decision="rebill", dry_run=True
    )

    establishment_id: UUID
    day_ids: DayIds
    decision: Annotated[
        Literal["rebill", "rebill_elsewhere", "justified"],
        Field(
            description="rebill: to the same union, as a resubmission; rebill_elsewhere: as an original invoice to the"
            " destination that the patient has by now; justified: nothing more is asked, which needs a reason."
        ),
    ]
    dry_run: bool = False
    reason: Reason = ""


class RestoreIn(Body):
    """Days whose decision is taken back."""

    model_config = example(
        establishment_id=str(id_of("establishment")), day_ids=[str(id_of("day"))], reason="wrong click"
    )

    establishment_id: UUID
    day_ids: DayIds
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Days that stay as they are, and why, in words."""

    code: str
    text: str
    day_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class CorrectedOut:
    """`day_ids`: what is decided; `cents`: what the insurers refused of them. `left`: days that do not allow it.

    `run`: with `dry_run`, what a billing run of today would make of them, if they are to be billed.
    """

    day_ids: tuple[UUID, ...]
    cents: int
    left: tuple[LeftOut, ...]
    run: RunReportOut | None


@router.post("/decisions", operation_id="decide_days", response_model=CorrectedOut)
def decide_days(caller: MayBill, command: MayWrite, reading: Reads, body: DecisionIn) -> Response:
    """Decide what becomes of refused days; each that does not allow it is named with the reason."""
    quittance, shape = reading.quittance, _shape(reading.language)
    where, day_ids = establishment_at(caller, quittance, body.establishment_id), list(dict.fromkeys(body.day_ids))
    if body.dry_run:
        foreseen = quittance.corrections.foresee(where, day_ids, body.decision)
        return answer(encode(_foreseen(reading.language, foreseen)))
    return command.answer(
        lambda context: quittance.corrections.decide(context, where, day_ids, body.decision),
        shape,
        about=where,
        reason=body.reason,
    )


@router.post("/restorations", operation_id="restore_days", response_model=CorrectedOut)
def restore_days(caller: MayBill, command: Writes, quittance: Product, reading: Reads, body: RestoreIn) -> Response:
    """Take decisions back that no billing run took up yet."""
    where, day_ids = establishment_at(caller, quittance, body.establishment_id), list(dict.fromkeys(body.day_ids))
    return command.answer(
        lambda context: quittance.corrections.restore(context, where, day_ids),
        _shape(reading.language),
        about=where,
        reason=body.reason,
    )


def _shape(language: Language) -> Callable[[Corrected], dict[str, Any]]:
    return lambda done: {
        "day_ids": done.day_ids,
        "cents": done.cents,
        "left": [LeftOut(one.code, text(f"problem.{one.code}", language), one.day_ids) for one in done.left],
        "run": None,
    }


def _foreseen(language: Language, foreseen: Foreseen) -> dict[str, Any]:
    run = run_report(language)(foreseen.run) if foreseen.run else None
    return {**_shape(language)(foreseen.decided), "run": run}
