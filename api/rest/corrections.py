"""Decisions on settled days: look with `dry_run`, then the same body without it; undone until a run took them up.

What needs a second person is only proposed: another key, or a person on the pages, confirms or declines it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from api.catalogue import Language, text
from api.rest.billing_runs import RunReportOut, run_report
from api.rest.bodies import Body, Reason, example
from api.rest.commands import Command, MayWrite, Writes
from api.rest.encoding import answer, encode
from api.rest.reads import Reading, Reads
from api.rest.resources import id_of, resource
from api.rest.rights import MayBill, Product, establishment_at
from application.access import Caller
from application.commit import Done
from application.corrections import Corrected, Foreseen
from application.ports import Context

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
        Literal["rebill", "rebill_elsewhere", "credit_note", "regularise", "justified"],
        Field(
            description="rebill: to the same union, as a resubmission; rebill_elsewhere: as an original invoice to the"
            " destination that the patient has by now; credit_note: what was paid is given back, the day billed again;"
            " regularise: it is given back, and nothing more is asked; justified: nothing more is asked of what was"
            " refused. The last two need a reason."
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


class ProposedIn(Body):
    """Days about which a decision was proposed, those of one proposal or of several."""

    model_config = example(
        establishment_id=str(id_of("establishment")), day_ids=[str(id_of("day"))], reason="seen with the insurer"
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
    """`day_ids`: what is decided; `cents`: what the insurers refused of them, or paid where that is given back.

    `left`: days that do not allow it. `is_proposed`: the sum is above what one person decides in this establishment,
    and the decision waits until another one confirms it.

    `run`: with `dry_run`, what a billing run of today would make of them, if they are to be billed or credited.
    """

    day_ids: tuple[UUID, ...]
    cents: int
    left: tuple[LeftOut, ...]
    is_proposed: bool
    run: RunReportOut | None


@router.post("/decisions", operation_id="decide_days", response_model=CorrectedOut)
def decide_days(caller: MayBill, command: MayWrite, reading: Reads, body: DecisionIn) -> Response:
    """Decide what becomes of days that an insurer settled; each that does not allow it is named with the reason.

    Above what one person decides in the establishment (`second_person_above_cents`), it is proposed.
    """
    quittance, shape = reading.quittance, corrected(reading.language)
    where, day_ids = establishment_at(caller, quittance, body.establishment_id), list(dict.fromkeys(body.day_ids))
    if body.dry_run:
        foreseen = quittance.corrections.foresee(where, day_ids, body.decision, caller.actor)
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
        corrected(reading.language),
        about=where,
        reason=body.reason,
    )


@router.post("/confirmations", operation_id="confirm_decisions", response_model=CorrectedOut)
def confirm_decisions(
    caller: MayBill, command: Writes, quittance: Product, reading: Reads, body: ProposedIn
) -> Response:
    """Take decisions that another actor proposed; a day without such a proposal is named with the reason."""
    return _answered(quittance.corrections.confirm, caller, command, reading, body)


@router.post("/declinations", operation_id="decline_decisions", response_model=CorrectedOut)
def decline_decisions(
    caller: MayBill, command: Writes, quittance: Product, reading: Reads, body: ProposedIn
) -> Response:
    """Turn proposed decisions down, also one's own; what was decided before stands."""
    return _answered(quittance.corrections.decline, caller, command, reading, body)


def _answered(
    act: Callable[[Context, UUID, list[UUID]], Done[Corrected]],
    caller: Caller,
    command: Command,
    reading: Reading,
    body: ProposedIn,
) -> Response:
    where, day_ids = (
        establishment_at(caller, reading.quittance, body.establishment_id),
        list(dict.fromkeys(body.day_ids)),
    )
    return command.answer(
        lambda context: act(context, where, day_ids), corrected(reading.language), about=where, reason=body.reason
    )


def corrected(language: Language) -> Callable[[Corrected], dict[str, Any]]:
    """Makes a `CorrectedOut` of what was decided."""
    return lambda done: {
        "day_ids": done.day_ids,
        "cents": done.cents,
        "left": [LeftOut(one.code, text(f"problem.{one.code}", language), one.day_ids) for one in done.left],
        "is_proposed": done.is_proposed,
        "run": None,
    }


def _foreseen(language: Language, foreseen: Foreseen) -> dict[str, Any]:
    run = run_report(language)(foreseen.run) if foreseen.run else None
    return {**corrected(language)(foreseen.decided), "run": run}
