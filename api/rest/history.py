"""History: sendings, invoices, days and refusals by billed month and across all, now or as of any instant."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Response

from api.held_days import held_page, why_held
from api.rest.billing_runs import Explained
from api.rest.filters import (
    DayFilter,
    DayWanted,
    InvoiceFilter,
    InvoiceWanted,
    RefusalFilter,
    RefusalWanted,
    SendingFilter,
    SendingWanted,
    narrowed,
)
from api.rest.listing import UNTOLD, Pages, Where, asked, list_model, page_answer
from api.rest.reads import Reads
from api.rest.resources import resource
from api.rest.rights import MayRead
from application.ports import Row
from domain.local_time import local_date
from domain.rules.refusals import Explanation, explain
from domain.sending import FundTotal
from projections import days, invoices, refusals, sendings
from projections.history import invoices_page, refusals_page, sendings_page
from projections.paging import Page
from projections.pairs import Pair, pairs_of_month
from projections.periods import Period, periods
from projections.refusal_causes import Cause, causes
from projections.settlement_tree import UnionNode, unions
from projections.suggestions import Suggestion, suggestions

router = resource("", "history")
Month = Annotated[
    str, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="Month in which the files were made: YYYY-MM.")
]


@dataclass(frozen=True, slots=True)
class PeriodList:
    """Billed months, the latest first."""

    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class CorrectionList:
    """By date of care. `is_cut`: there are more than could be opened at once."""

    corrections: tuple[Pair, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class UnionList:
    """The top of the settlement tree; its branches are the invoices of a union and the days of an invoice."""

    unions: tuple[UnionNode, ...]


@dataclass(frozen=True, slots=True)
class ExplainedCause(Cause):
    """Lines with one root cause, and what the code means."""

    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class CauseList:
    """The dearest first."""

    causes: tuple[ExplainedCause, ...]


@dataclass(frozen=True, slots=True)
class SuggestionList:
    """By root code, then union."""

    suggestions: tuple[Suggestion, ...]


Code = Annotated[str | None, Query(max_length=20, description="Of one root code.")]
Union = Annotated[str | None, Query(max_length=3, description="Of one national union.")]


@router.get(
    "/sendings",
    operation_id="list_sendings",
    response_model=list_model("sendings", sendings.TABLE, funds=list[FundTotal], **UNTOLD),
)
def list_sendings(
    caller: MayRead, reading: Reads, paging: Pages, wanted: SendingWanted, establishment_id: Where = None
) -> Response:
    """Sendings, by default by the day they were made. What was accepted and refused is null until it is known."""
    scope = reading.scope(caller, establishment_id)
    with reading.sql() as sql:
        page = sendings_page(sql, scope, narrowed(SendingFilter, wanted), asked(reading, paging))
    return page_answer(reading, paging, "sendings", page, "funds")


@router.get("/invoices", operation_id="list_invoices", response_model=list_model("invoices", invoices.TABLE, **UNTOLD))
def list_invoices(
    caller: MayRead, reading: Reads, paging: Pages, wanted: InvoiceWanted, establishment_id: Where = None
) -> Response:
    """Invoices, by default by number. What was accepted and refused is null until it is known."""
    scope = reading.scope(caller, establishment_id)
    with reading.sql() as sql:
        page = invoices_page(sql, scope, narrowed(InvoiceFilter, wanted), asked(reading, paging))
    return page_answer(reading, paging, "invoices", page, action="invoice.listed")


@router.get(
    "/billing-days",
    operation_id="list_billing_days",
    response_model=list_model("billing_days", days.TABLE, amount_cents=int | None, held_back=list[Explained], **UNTOLD),
)
def list_billing_days(
    caller: MayRead, reading: Reads, paging: Pages, wanted: DayWanted, establishment_id: Where = None
) -> Response:
    """Billing days, by default by date of care. `amount_cents` is null until the tariffs have priced the day,
    `accepted_cents` and `refused_cents` until an insurer has judged it.

    `phase` may also be `blocked`: days that a run would leave out now, `held_back` says why.
    """
    scope = reading.scope(caller, establishment_id)
    day = local_date(reading.as_of) if reading.as_of else None
    found = held_page(reading.quittance, scope, narrowed(DayFilter, wanted), day, asked(reading, paging))
    told: list[Row] = [{**row, "held_back": why_held(row["held_back"], reading.language)} for row in found.rows]
    return page_answer(reading, paging, "billing_days", Page(told, found.following), action="billing_day.listed")


@router.get(
    "/refusals",
    operation_id="list_refusals",
    response_model=list_model("refusals", refusals.TABLE, reasons=list[tuple[str, str]]),
)
def list_refusals(
    caller: MayRead, reading: Reads, paging: Pages, wanted: RefusalWanted, establishment_id: Where = None
) -> Response:
    """Refused lines, by default by date of care. `reasons` are pairs of letter and code."""
    scope = reading.scope(caller, establishment_id)
    with reading.sql() as sql:
        page = refusals_page(sql, scope, narrowed(RefusalFilter, wanted), asked(reading, paging))
    return page_answer(reading, paging, "refusals", page, "reasons", action="refusal.listed")


@router.get("/refusals/causes", operation_id="list_refusal_causes", response_model=CauseList)
def list_refusal_causes(
    caller: MayRead, reading: Reads, wanted: RefusalWanted, establishment_id: Where = None
) -> Response:
    """Refusals grouped by root cause, cascades folded under it, the dearest first, each explained."""
    scope = reading.scope(caller, establishment_id)
    with reading.sql() as sql:
        found = causes(sql, scope, narrowed(RefusalFilter, wanted), reading.upto)
    return reading.many({"causes": [_explained(cause, reading) for cause in found]})


@router.get("/refusals/suggestions", operation_id="list_suggestions", response_model=SuggestionList)
def list_suggestions(
    caller: MayRead, reading: Reads, code: Code = None, national_union: Union = None, establishment_id: Where = None
) -> Response:
    """What was decided about refusals with one root cause of one union, and what came of it: counts, no advice.

    Of at least five days; what the catalogue of codes advises is in `/refusals/causes`.
    """
    scope, codes = reading.scope(caller, establishment_id), None if code is None else [code]
    with reading.sql() as sql:
        found = suggestions(sql, scope, national_union=national_union, root_codes=codes, at=reading.upto)
    return reading.many({"suggestions": found})


@router.get("/history/periods", operation_id="list_periods", response_model=PeriodList)
def list_periods(caller: MayRead, reading: Reads, wanted: SendingWanted, establishment_id: Where = None) -> Response:
    """Billed months at a glance, the latest first."""
    scope = reading.scope(caller, establishment_id)
    with reading.sql() as sql:
        found = periods(sql, scope, narrowed(SendingFilter, wanted), reading.upto)
    return reading.many({"periods": found})


@router.get("/history/corrections", operation_id="list_corrections", response_model=CorrectionList)
def list_corrections(caller: MayRead, reading: Reads, month: Month, establishment_id: Where = None) -> Response:
    """Days that files of a month corrected: the negative and the positive of each, and what the insurer made of it."""
    scope = reading.scope(caller, establishment_id)
    with reading.sql() as sql:
        found, is_cut = pairs_of_month(sql, reading.quittance.log, scope, month, reading.upto)
    body = {"corrections": found, "is_cut": is_cut}
    return reading.many(body, action="corrections.list", patients=list({pair.patient_id for pair in found}))


@router.get("/history/unions", operation_id="list_unions", response_model=UnionList)
def list_unions(caller: MayRead, reading: Reads, wanted: InvoiceWanted, establishment_id: Where = None) -> Response:
    """What each national union was asked, accepted and refused: settled invoices unless another status is named."""
    scope = reading.scope(caller, establishment_id)
    narrow = narrowed(InvoiceFilter, wanted)
    with reading.sql() as sql:
        found = unions(sql, scope, None if narrow == InvoiceFilter() else narrow, reading.upto)
    return reading.many({"unions": found})


def _explained(cause: Cause, reading: Reads) -> dict[str, object]:
    known = {name: getattr(cause, name) for name in Cause.__slots__}
    return {**known, "explanation": explain(cause.code, reading.language, cause.letter or None)}
