"""What would it cost: days of the practice by another set of tariffs, another category or another entitlement."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.catalogue import has, money, text
from api.tariff_shapes import sets_out
from api.web.doors import MayRead
from api.web.form_fields import NOTHING, Wrong, said, typed_day
from api.web.grid_spec import Column
from api.web.plain_lists import PLAIN, PlainList
from api.web.row_words import with_patients
from api.web.visit import Visit
from api.what_if import Asked, ask
from application.ports import Row as ListRow
from application.what_if import SUPPOSED_CATEGORIES, Row, Supposition, WhatIf
from domain.care import CareLine
from domain.errors import DomainError, Invalid
from domain.pricing.what_if import Repriced
from domain.rules.limits import month_of

router = APIRouter(prefix="/c/{where}/tarifs/et-si")
PATH = "/tarifs/et-si"
MOST_SHOWN = 200
_MOST_IN_A_FILE = 5_000
_FORM = "what-if"
_DAYS = ("month", "date_from", "date_to", "patient_id")
_SUPPOSED = ("tariffs", "category", "ct1", "ct2")


@router.get("")
def show_what_if(visit: MayRead) -> Response:
    """The form; once something is supposed, sums and the days that would be asked otherwise."""
    given, wrong, found = _given(visit), NOTHING, None
    try:
        found = _found(visit, given) if "calculate" in visit.request.query_params or _is_supposed(given) else None
    except DomainError as error:
        field = str(error.facts.get("field", ""))
        wrong = Wrong(_FORM, field, said(error.code, field, visit.language), given)
    shown = found.rows[:MOST_SHOWN] if found else ()
    visit.saw("billing_day.listed", (row.patient_id for row in shown))
    currency = found.currency if found else ""
    return visit.page(
        "what_if.html",
        status=422 if wrong.form else 200,
        given=given,
        wrong=wrong,
        sets=sets_out(visit.quittance.tariffs.state(visit.practice, visit.upto)),
        categories=SUPPOSED_CATEGORIES,
        patient=_patient(visit, given["patient_id"]),
        found=found,
        rows=_in_words(visit, shown, currency),
        money=lambda cents: money(cents, currency, visit.language),
        signed=lambda cents: ("+" if cents > 0 else "") + money(cents, currency, visit.language),
        why=lambda code: _why(visit, code),
        most=_MOST_IN_A_FILE,
    )


def _given(visit: Visit) -> dict[str, str]:
    """What stands in the fields; without days, this month."""
    query = visit.request.query_params
    given = {name: query.get(name, "").strip()[:100] for name in (*_DAYS, *_SUPPOSED)}
    if not any(given[name] for name in ("month", "date_from", "date_to")):
        given["month"] = month_of(visit.as_of or visit.today)
    return given


def _is_supposed(given: Mapping[str, str]) -> bool:
    return any(given[name] for name in _SUPPOSED)


def _found(visit: Visit, given: Mapping[str, str]) -> WhatIf:
    """Raises `Invalid`, `NotAllowed`, `NotFound`."""
    asked = Asked(
        given["month"],
        typed_day(given["date_from"], "date_from"),
        typed_day(given["date_to"], "date_to"),
        _id(given["patient_id"]),
    )
    supposed = Supposition(**{name: given[name] for name in _SUPPOSED})
    return ask(visit.quittance, visit.practice, asked, supposed, visit.upto)


def _id(given: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Invalid("id_invalid", "patient_id: give an id.", field="patient_id") from None


def _patient(visit: Visit, given: str) -> str:
    """Name of the one patient that is asked for, for whoever may see it."""
    try:
        who = _id(given)
    except Invalid:
        return ""
    (row,) = with_patients(visit, [{"patient_id": who}]) if who else [{"patient": ""}]
    if who and row["patient"]:
        visit.saw("billing_day.listed", [who])
    return str(row["patient"])


def _in_words(visit: Visit, rows: Sequence[Row], currency: str) -> Sequence[ListRow]:
    """By `COLUMNS`, and the ids."""

    def lines(found: Sequence[CareLine]) -> str:
        return " · ".join(_line(visit, line, currency) for line in found)

    def row_of(row: Row) -> dict[str, Any]:
        found = row.found
        return {
            "day_id": found.day_id,
            "patient_id": row.patient_id,
            "date": found.day,
            "former": lines(found.former),
            "new": lines(found.new),
            "difference_cents": found.difference_cents,
            "patient_difference_cents": found.share_difference_cents,
            "why": _why_not(visit, found),
        }

    return with_patients(visit, [row_of(row) for row in rows])


def _line(visit: Visit, line: CareLine, currency: str) -> str:
    """Its code, how often, and the insurer's amount unless it is only told."""
    care = line.care
    units = f" \N{MULTIPLICATION SIGN} {care.units}" if care.units > 1 else ""
    is_asked = care.is_priced and not care.is_statistical
    amount = f" {money(care.amount_cents, currency, visit.language)}" if is_asked else ""
    return f"{care.code}{units}{amount}"


def _why_not(visit: Visit, found: Repriced) -> str:
    """Why it cannot be told, or why it is not known what it costs as it is."""
    reasons = dict.fromkeys(reason.code for reason in found.reasons or found.former_reasons)
    why = " · ".join(_why(visit, code) for code in reasons)
    return text("what_if.now", visit.language, why=why) if found.former_reasons else why


def _why(visit: Visit, code: str) -> str:
    key = f"blocker.{code}"
    return text(key if has(key) else f"problem.{code}", visit.language)


def _listed(visit: Visit) -> Sequence[ListRow]:
    """All days that would be asked otherwise, as the page of this request's query tells them.

    Raises `Invalid` for more than a file may hold, or for what cannot be understood.
    """
    found = _found(visit, _given(visit))
    if len(found.rows) > _MOST_IN_A_FILE:
        raise Invalid("print_too_large", f"At most {_MOST_IN_A_FILE:,} days: ask for a shorter time.", field="filter")
    visit.saw("billing_day.listed", (row.patient_id for row in found.rows))
    return _in_words(visit, found.rows, found.currency)


PLAIN["what_if"] = PlainList(
    "what_if.title",
    (
        Column("date", "day", label="column.date"),
        Column("patient", label="list_column.patient"),
        Column("former", "reason", label="what_if.former"),
        Column("new", "reason", label="what_if.new"),
        Column("difference_cents", "amount", label="what_if.difference"),
        Column("patient_difference_cents", "amount", label="what_if.patient_difference"),
        Column("why", "reason", label="what_if.why"),
    ),
    _listed,
)
