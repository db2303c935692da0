"""Questions to insurers about many patients that leave in one message: asked, followed, and fetched."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from api.catalogue import Language
from api.insurability import CodeOut, codes_out, together_of
from api.rest.answers import CollectIn
from api.rest.bodies import Body, Day, example
from api.rest.commands import Writes
from api.rest.problems import language_of
from api.rest.reads import Reads
from api.rest.resources import id_of, resource
from api.rest.rights import MayRead, MayRegister, Product, establishment_at
from application.insurability import Wish
from application.insurability_answers import BatchReport
from application.insurability_batches import AskedTogether
from domain.insurability_query import Purpose, Status

router = resource("/insurability-batches", "patients")
Reference = Annotated[str, Path(pattern=r"^\d{10}$", description="Of the message.")]


class InsurabilityBatchIn(Body):
    """Of whom, and the days to ask about, both included. At most 5,000 patients."""

    model_config = example(
        establishment_id=str(id_of("establishment")),
        patient_ids=[str(id_of("patient"))],
        first_day="2026-02-01",
        last_day="2026-02-28",
        purpose="invoicing",
    )

    establishment_id: UUID
    patient_ids: list[UUID]
    first_day: Day
    last_day: Day
    purpose: Purpose = "invoicing"


@dataclass(frozen=True, slots=True)
class LeftOutOut:
    """Who is not in the message, and why."""

    patient_id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class AskedTogetherOut:
    """`reference`: of the message; that of each question begins with it. Empty when none left."""

    reference: str
    status: Status
    codes: tuple[CodeOut, ...]
    asked: tuple[UUID, ...]
    left_out: tuple[LeftOutOut, ...]


@dataclass(frozen=True, slots=True)
class InsurabilityBatchOut:
    """What became of a message. `acknowledged_by`: insurers that have their part. `answered`: questions, of `total`."""

    reference: str
    status: Status
    codes: tuple[CodeOut, ...]
    total: int
    answered: int
    acknowledged_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InsurabilityCollectedOut:
    """What came, and what was understood of each. `outcome`: messages, nothing, or queued for a session."""

    outcome: str
    reports: tuple[BatchReport, ...]


@router.post("", operation_id="ask_insurability_together", response_model=AskedTogetherOut)
def ask_insurability_together(
    caller: MayRegister, command: Writes, quittance: Product, request: Request, body: InsurabilityBatchIn
) -> Response:
    """Let questions about these patients leave in one message. Answers come by and by, and stand with each patient.

    `status` queued, without a reference: no session is open, and they leave when one opens.
    `status` unknown: no word came back. Nothing is sent again by itself; a question changes nothing at an insurer.
    """
    where = establishment_at(caller, quittance, body.establishment_id)
    wish, language = Wish(body.first_day, body.last_day, body.purpose), language_of(request)
    return command.answer(
        lambda context: quittance.insurability_batches.ask(context, where, body.patient_ids, wish),
        lambda told: _told(told, language),
    )


@router.post("/collect", operation_id="collect_insurability_answers", response_model=InsurabilityCollectedOut)
def collect_insurability_answers(caller: MayRegister, command: Writes, quittance: Product, body: CollectIn) -> Response:
    """Fetch what waits; each is stored before its receipt is confirmed. Without a session: when one opens."""
    where = establishment_at(caller, quittance, body.establishment_id)
    return command.answer(lambda context: together_of(quittance).collect(context, where))


@router.get("/{reference}", operation_id="get_insurability_batch", response_model=InsurabilityBatchOut)
def get_insurability_batch(caller: MayRead, reading: Reads, reference: Reference, establishment_id: UUID) -> Response:
    """What became of a message that left: how many of its questions are answered."""
    where = establishment_at(caller, reading.quittance, establishment_id)
    batch = reading.quittance.insurability_batches.of(where, reference, reading.upto)
    codes = codes_out(batch.codes, reading.language)
    told = (batch.total, batch.answered, batch.acknowledged)
    return reading.many(InsurabilityBatchOut(reference, batch.status, codes, *told))


def _told(told: AskedTogether, language: Language) -> AskedTogetherOut:
    left_out = tuple(LeftOutOut(who, code) for who, code in told.left_out)
    return AskedTogetherOut(told.reference, told.status, codes_out(told.codes, language), told.asked, left_out)
