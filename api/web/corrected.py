"""What was corrected in a month: each day with its negative and its positive side by side."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.web.doors import MayRead
from api.web.said import names_of
from domain.rules.limits import add_months, month_of, month_start
from projections.pairs import Pair, pairs_of_month

router = APIRouter(prefix="/c/{where}/decomptes/corrections")
Month = Annotated[str, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


@router.get("")
def show_corrections(visit: MayRead, month: Month = "") -> Response:
    """Of files made in one month, this one unless said."""
    wanted = month or month_of(visit.as_of or visit.today)
    with visit.sql() as sql:
        pairs, is_cut = pairs_of_month(sql, visit.quittance.log, visit.scope, wanted, visit.upto)
    patients = list({pair.patient_id for pair in pairs})
    visit.saw("corrections.list", patients)
    first = month_start(wanted)
    return visit.page(
        "corrected.html",
        month=wanted,
        before=month_of(add_months(first, -1)),
        after=month_of(add_months(first, 1)),
        pairs=pairs,
        is_cut=is_cut,
        names=names_of(visit, patients),
        sums=_sums(pairs),
    )


def _sums(pairs: list[Pair]) -> dict[str, int]:
    """Of the whole month; `answered` of those that are."""
    return {
        "negative": sum(pair.negative_cents for pair in pairs),
        "positive": sum(pair.positive_cents for pair in pairs),
        "net": sum(pair.net_cents for pair in pairs),
        "answered": sum(pair.answered_cents or 0 for pair in pairs),
    }
