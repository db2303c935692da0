"""What the product knows without looking at the practice: refusal codes explained, dated rules as data."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query, Response

from api.catalogue import LANGUAGES
from api.rest.bodies import Upload, file_body
from api.rest.commands import Writes
from api.rest.problems import Problem
from api.rest.reads import Reads
from api.rest.resources import resource
from api.rest.rights import MayAdminister, MayRead, Product
from application.code_list import CodeListReport
from domain.code_list import OfficialCode
from domain.rules.limits import (
    FILES_PER_DAY,
    FILES_PER_MONTH,
    NOTICES,
    OWN_CORRECTIONS,
    PATIENT_DOCUMENTS,
    TIME_BARS,
    FilesPerDay,
    FilesPerMonth,
    Notice,
    OwnCorrection,
    PatientDocument,
    TimeBar,
)
from domain.rules.refusals import Explanation, explain, known_codes
from domain.rules.unions import GROUPED, UNIONS, GroupedFunds

router = resource("", "rules")
Code = Annotated[str, Path(max_length=12, pattern=r"^[A-Z0-9]+(/[A-Z0-9]+)?$", description="As written in an answer.")]


@dataclass(frozen=True, slots=True)
class CodeList:
    """Codes of the catalogue; any other one is explained from its anatomy."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeOut:
    """A code in the three languages. `official`: from the list that the practice loaded, if it holds the code."""

    code: str
    fr: Explanation
    nl: Explanation
    en: Explanation
    official: OfficialCode | None


@dataclass(frozen=True, slots=True)
class Rules:
    """Dated limits, each with its source. `files_per_day_scope`: of files a day and a month, where no source tells."""

    files_per_day: tuple[FilesPerDay, ...]
    files_per_day_scope: str
    files_per_month: tuple[FilesPerMonth, ...]
    time_bars: tuple[TimeBar, ...]
    own_corrections: tuple[OwnCorrection, ...]
    notices: tuple[Notice, ...]
    patient_documents: tuple[PatientDocument, ...]
    grouped_funds: tuple[GroupedFunds, ...]
    national_unions: tuple[str, ...]


@router.get("/refusal-codes", operation_id="list_refusal_codes", response_model=CodeList)
def list_refusal_codes(caller: MayRead, reading: Reads) -> Response:  # noqa: ARG001 - the right itself
    """Codes that have an explanation of their own."""
    return reading.many(CodeList(known_codes()))


@router.get("/refusal-codes/{code:path}", operation_id="get_refusal_code", response_model=CodeOut)
def get_refusal_code(
    caller: MayRead,  # noqa: ARG001 - the right itself
    reading: Reads,
    code: Code,
    letter: Annotated[str | None, Query(max_length=1, pattern=r"^[A-Z]$", description="As in the answer.")] = None,
) -> Response:
    """What a refusal code means, what to correct and what is advised, in our own words."""
    fr, nl, en = (explain(code, language, letter) for language in LANGUAGES)
    return reading.many(CodeOut(code, fr, nl, en, reading.quittance.code_lists.find(code)))


@router.post(
    "/refusal-codes", operation_id="load_code_list", response_model=CodeListReport, openapi_extra=file_body("text/csv")
)
def load_code_list(caller: MayAdminister, command: Writes, quittance: Product, content: Upload) -> Response:
    """Load the official list that the practice has; it is shown beside our texts, never instead of them."""
    if caller.establishments is not None:
        raise Problem(403, "key_limited")
    return command.answer(lambda context: quittance.code_lists.load(context, content))


@router.get("/rules", operation_id="get_rules", response_model=Rules)
def get_rules(caller: MayRead, reading: Reads) -> Response:  # noqa: ARG001 - the right itself
    """The insurers' limits as the product applies them."""
    scope = reading.quittance.settings.files_per_day_scope
    days = (OWN_CORRECTIONS, NOTICES, PATIENT_DOCUMENTS)
    return reading.many(Rules(FILES_PER_DAY, scope, FILES_PER_MONTH, TIME_BARS, *days, GROUPED, UNIONS))
