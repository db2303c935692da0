"""Rules that decide about refused days by themselves: tried, switched on by what was seen, taken back by the step."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from api.build import Quittance
from api.rest.bodies import Body, Reason, example
from api.rest.commands import Writes
from api.rest.corrections import CorrectedOut, corrected
from api.rest.encoding import answer, encode
from api.rest.listing import Where
from api.rest.reads import Reading, Reads
from api.rest.register_bodies import ReasonIn
from api.rest.resources import id_of, resource
from api.rest.rights import MayBill, MayRead, Product, establishment_at, within
from application.access import Caller
from application.correction_rules import Applied
from application.rule_trial import Trial
from domain import correction_rule as rules
from domain.correction_rule import MOST_CODES
from projections.correction_rules import Application, applications, correction_rules

router = resource("/correction-rules", "correction rules")
ABSENT = "rule_unknown"


Codes = Annotated[
    list[Annotated[str, Field(max_length=13)]],
    Query(min_length=1, max_length=MOST_CODES, description="Root codes; a day refused for another one is left."),
]
Union = Annotated[str, Query(max_length=3, description="Of one national union; empty: any.")]


class RuleIn(Body):
    """The rule, and the `sha256` of its trial, as it was seen. `justified` needs a reason, which the rule gives."""

    model_config = example(
        establishment_id=str(id_of("establishment")),
        codes=["500522"],
        decision="rebill",
        trial="0" * 64,
        reason="always cured by now",
    )

    establishment_id: UUID
    codes: Annotated[tuple[Annotated[str, Field(max_length=13)], ...], Field(min_length=1, max_length=MOST_CODES)]
    decision: Literal["rebill", "justified"]
    national_union: Annotated[str, Field(max_length=3, description="Empty: any.")] = ""
    is_after_cure: Annotated[bool, Field(description="Only days of which the cure is seen; for rebill.")] = False
    trial: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    reason: Reason = ""


class ApplyIn(Body):
    """Where the rules that are on are to decide now."""

    model_config = example(establishment_id=str(id_of("establishment")))

    establishment_id: UUID


class TakeBackIn(Body):
    """One step of the rule: all of its days."""

    model_config = example(application="rules:0123", reason="wrong rule")

    application: Annotated[str, Field(min_length=1, max_length=120)]
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class RuleOut:
    """`reason`: what the rule says where it gives money up. `switched_at`, `switched_by`: the latest, on or off."""

    rule_id: UUID
    establishment_id: UUID
    codes: tuple[str, ...]
    decision: str
    national_union: str
    is_after_cure: bool
    is_on: bool
    dry_run: str
    switched_at: str
    switched_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleList:
    """Rules that are on first. `applications`: what each decided and what still stands of it, the latest step first."""

    rules: tuple[RuleOut, ...]
    applications: tuple[Application, ...]


@dataclass(frozen=True, slots=True)
class SwitchedOut:
    """Which rule it is."""

    rule_id: UUID


@dataclass(frozen=True, slots=True)
class AppliedOut:
    """What one rule decided in one step."""

    rule_id: UUID
    application: str
    corrected: CorrectedOut


@dataclass(frozen=True, slots=True)
class AppliedList:
    """Rules that found nothing are not told."""

    applied: tuple[AppliedOut, ...]


@router.get("", operation_id="list_correction_rules", response_model=RuleList)
def list_correction_rules(caller: MayRead, reading: Reads, establishment_id: Where = None) -> Response:
    """Rules of the practice, also those that are off, and what they decided."""
    scope = reading.scope(caller, establishment_id)
    with reading.sql() as sql:
        rows, steps = correction_rules(sql, scope, reading.upto), applications(sql, scope, reading.upto)
    told = [{**row, "codes": row["codes"].split(), "reason": _reason(reading, row["rule_id"])} for row in rows]
    return reading.many({"rules": told, "applications": steps})


@router.get("/trial", operation_id="try_correction_rule", response_model=Trial)
def try_correction_rule(
    caller: MayBill,
    quittance: Product,
    establishment_id: UUID,
    codes: Codes,
    decision: Literal["rebill", "justified"],
    national_union: Union = "",
    is_after_cure: bool = False,
) -> Response:
    """What the rule would have decided in the last three months, and what became of those days."""
    where = establishment_at(caller, quittance, establishment_id)
    spec = rules.specified(codes, decision, national_union, is_after_cure=is_after_cure)
    return answer(encode(asdict(quittance.rules.try_out(where, spec))))


@router.post("", operation_id="switch_rule_on", status_code=201, response_model=SwitchedOut)
def switch_rule_on(caller: MayBill, command: Writes, quittance: Product, body: RuleIn) -> Response:
    """Let it decide from the next settlement on. Refused when its trial would be another one by now."""
    where = establishment_at(caller, quittance, body.establishment_id)
    spec = rules.specified(
        body.codes, body.decision, body.national_union, body.reason, is_after_cure=body.is_after_cure
    )
    return command.answer(
        lambda context: quittance.rules.switch_on(context, where, spec, body.trial),
        lambda rule_id: {"rule_id": rule_id},
        status=201,
        about=where,
        reason=body.reason,
    )


@router.post("/apply", operation_id="apply_correction_rules", response_model=AppliedList)
def apply_correction_rules(caller: MayBill, command: Writes, reading: Reads, body: ApplyIn) -> Response:
    """Let all rules that are on decide about what waits now."""
    where, shape = establishment_at(caller, reading.quittance, body.establishment_id), corrected(reading.language)

    def told(applied: tuple[Applied, ...]) -> object:
        return {"applied": [{**asdict(one), "corrected": shape(one.corrected)} for one in applied]}

    return command.answer(lambda context: reading.quittance.rules.apply(context, where), told, about=where)


@router.post("/{rule_id}/switch-off", operation_id="switch_rule_off", response_model=SwitchedOut)
def switch_rule_off(caller: MayBill, command: Writes, quittance: Product, rule_id: UUID, body: ReasonIn) -> Response:
    """Let it decide no more; what it decided stands."""
    where = _where(caller, quittance, rule_id)
    return command.answer(
        lambda context: quittance.rules.switch_off(context, where, rule_id),
        lambda switched: {"rule_id": switched},
        about=where,
        reason=body.reason,
    )


@router.post("/{rule_id}/restorations", operation_id="take_rule_back", response_model=CorrectedOut)
def take_rule_back(caller: MayBill, command: Writes, reading: Reads, rule_id: UUID, body: TakeBackIn) -> Response:
    """Take back what the rule decided in one step, of all its days that no run took up yet."""
    where = _where(caller, reading.quittance, rule_id)
    return command.answer(
        lambda context: reading.quittance.rules.take_back(context, where, rule_id, body.application),
        corrected(reading.language),
        about=where,
        reason=body.reason,
    )


def _where(caller: Caller, quittance: Quittance, rule_id: UUID) -> UUID:
    state = rules.fold(quittance.log.load([rule_id]).get(rule_id, []))
    return within(caller, state.establishment_id if state else None, ABSENT)


def _reason(reading: Reading, rule_id: UUID) -> str:
    state = rules.fold(reading.events(rule_id))
    return state.spec.reason if state else ""
