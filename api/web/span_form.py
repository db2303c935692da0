"""The months that a page of figures is about, from its form; a wrong word stays in its field."""

from dataclasses import dataclass

from fastapi import Response

from api.web.month_span import MonthSpan, span_between, span_typed
from api.web.visit import Visit
from domain.errors import Invalid

_FIELDS = ("period", "from", "to")


@dataclass(frozen=True, slots=True)
class AskedSpan:
    """`given`: what stands in the fields; `wrong`: the one that cannot be, empty for none; `typed`: in one field."""

    span: MonthSpan
    given: dict[str, str]
    wrong: str = ""
    typed: bool = False

    @property
    def months(self) -> dict[str, str]:
        """The months as an address says them."""
        return {"from": self.span.first, "to": self.span.last}

    @property
    def days(self) -> tuple[str, str]:
        """First and last day, ISO."""
        return self.span.starts.isoformat(), self.span.ends.isoformat()

    @property
    def status(self) -> int:
        """Of the answer."""
        return 422 if self.wrong else 200


def asked_span(visit: Visit) -> AskedSpan:
    """What the address asks for; the usual months when it cannot be understood."""
    query, today = visit.request.query_params, visit.as_of or visit.today
    given = {name: query.get(name, "").strip() for name in _FIELDS}
    try:
        if given["period"]:
            return AskedSpan(span_typed(given["period"], today), given, typed=True)
        span = span_between(given["from"], given["to"], today)
    except Invalid as error:
        return AskedSpan(span_between("", "", today), given, str(error.facts["field"]))
    return AskedSpan(span, {"from": span.first, "to": span.last})


def said_in_address(visit: Visit, path: str, asked: AskedSpan) -> Response:
    """What was typed becomes months, so that the address says what is shown."""
    query = visit.request.query_params
    kept = {name: value for name, value in query.items() if name not in (*_FIELDS, "as_of")}
    return visit.go(visit.to(path, **asked.months, **kept))
