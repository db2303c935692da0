"""Templates to answers: one environment a language, the policy on every page, and what templates may call."""

from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from api.catalogue import (
    Language,
    counted,
    decimal,
    entitlement,
    euros,
    has,
    number,
    percent,
    text,
    unread,
    with_percent,
)
from api.rejected import rejected
from api.web.assets import asset
from api.web.cells import Writers
from api.web.policy import PAGE_HEADERS, page_policy
from api.web.shell import shell_of
from api.web.words import translations
from api.web.written import month_in_words, of_month, refusal_code
from domain.local_time import BELGIUM
from domain.rules.limits import to_do_by
from domain.rules.unions import beyond_efact

if TYPE_CHECKING:
    from api.web.visit import Visit

SAVED = "quittance-saved"
"""Cookie of a browser whose form was done: the next whole page says so."""
_DASH = "\N{EN DASH}"
_HTML = "text/html; charset=utf-8"
_REFUSED = 400


def page_of(visit: "Visit", template: str, facts: Mapping[str, object], status: int = 200) -> Response:
    """The whole page, with the frame around it."""
    was_saved = SAVED in visit.request.cookies
    context = {**_context(visit, facts), "was_saved": was_saved and status < _REFUSED}
    answer = _answer(visit, environment(visit.language).get_template(template).render(context), status)
    if was_saved:
        answer.delete_cookie(SAVED, path="/", secure=True, httponly=True, samesite="strict")
    return answer


def wants_part(request: Request) -> bool:
    """Whether the browser's script asks, for a part of a page that stands already."""
    return request.headers.get("hx-request-type") == "partial"


def fragment_of(visit: "Visit", template: str, block: str, facts: Mapping[str, object]) -> Response:
    """One block of the same template: the rows are those of the whole page by construction.

    With it goes what stands elsewhere and names the address: languages, day, and the block `views` of the template.
    """
    context = _context(visit, facts)
    views = _block(visit, template, "views", context)
    beside = environment(visit.language).get_template("_beside.html").render(context, views=Markup(views))  # noqa: S704 - rendered
    answer = _answer(visit, _block(visit, template, block, context) + beside, 200)
    answer.headers["HX-Push-Url"] = visit.address
    return answer


def notice_of(visit: "Visit", template: str, block: str, facts: Mapping[str, object], status: int) -> Response:
    """One block above what stands on the page, which stays as it is, its address too."""
    answer = _answer(visit, _block(visit, template, block, _context(visit, facts)), status)
    answer.headers["HX-Retarget"] = "#problem"
    answer.headers["HX-Reswap"] = "innerHTML show:top"
    answer.headers["HX-Push-Url"] = "false"
    return answer


@lru_cache
def environment(language: Language) -> Environment:
    """Strict: a name that a screen forgot to give fails in its test, not before a person."""
    made = Environment(
        loader=PackageLoader("api.web"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = translations(language)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    for name in ("gettext", "ngettext"):
        made.globals[name] = _with_counts(made.globals[name], language)
    made.globals |= {"asset": asset, "language": language, "has": has, "icon": icon}
    made.globals["t"] = lambda key, **facts: text(key, language, **facts)
    made.filters |= {
        "euros": lambda cents: euros(cents, language),
        "amount": lambda cents: _DASH if cents is None else euros(cents, language),
        "day": day,
        "moment": moment,
        "number": lambda count: number(count, language),
        "percent": lambda written: percent(written, language) if written else _DASH,
        "decimal": lambda figure: decimal(f"{figure:f}" if isinstance(figure, Decimal) else str(figure), language),
        "with_percent": lambda figure: with_percent(figure, language),
        "month": lambda month: f"{month[5:]}/{month[:4]}" if month else _DASH,
        "month_in_words": lambda month: month_in_words(month, language),
        "unread": lambda reason: unread(reason, language),
        "of_month": lambda month: of_month(month, language),
        "rejected": lambda code, field: rejected(code, field, language),
        "entitlement": lambda name: entitlement(name, language),
        "destination_kind": lambda code: text(f"destination_kind.{beyond_efact(code)}", language),
        "yes": lambda value: words.gettext("oui") if value else _DASH,
        "refusal_code": lambda said: refusal_code(said.code, said.letter),
    }
    made.filters["to_do_by"] = to_do_by
    state = lru_cache(1_000)(partial(_state, language))
    made.globals |= {"state_of": state, "cells_of": Writers(made.filters, state).cells}
    return made


def _state(language: Language, look: tuple[str, str, str]) -> Markup:
    kind, picture, key = look
    return Markup('<span class="state {}">{} {}</span>').format(kind, icon(picture), text(key, language))


def _with_counts(say: Any, language: Language) -> Any:  # noqa: ANN401 - a function that Jinja does not type
    """The same function of gettext, with counts as a person reads them."""

    @pass_context
    def told(context: Context, *given: Any, **facts: Any) -> Any:  # noqa: ANN401 - texts, a number, and facts of any kind
        if len(given) > 2:
            facts.setdefault("num", given[2])
        return say(context, *given, **counted(facts, language))

    return told


def said_by(template: str, macro: str, language: Language, *given: object) -> str:
    """What a macro says that needs no visit, as plain text in one line."""
    told: Markup = getattr(environment(language).get_template(template).module, macro)(*given)
    return told.striptags()


@lru_cache
def icon(name: str) -> Markup:
    """A picture beside a word, never instead of one."""
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>').format(
        asset("icons.svg"), name
    )


def day(value: Date | str | None) -> str:
    """`jj/mm/aaaa`, a dash for none."""
    if not value:
        return _DASH
    found = Date.fromisoformat(value) if isinstance(value, str) else value
    return f"{found:%d/%m/%Y}"


def moment(value: datetime | str | None) -> str:
    """`jj/mm/aaaa hh:mm` in Belgium, a dash for none."""
    return f"{belgian(value):%d/%m/%Y %H:%M}" if value else _DASH


def belgian(value: datetime | str) -> datetime:
    """An instant, as views hold it or as such, on Belgian clocks."""
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(BELGIUM)


def _context(visit: "Visit", facts: Mapping[str, object]) -> dict[str, Any]:
    return {"visit": visit, "to": visit.to, "nonce": visit.nonce, "shell": shell_of(visit), **facts}


def _block(visit: "Visit", template: str, block: str, context: dict[str, Any]) -> str:
    """Empty when the template has none of that name."""
    found = environment(visit.language).get_template(template)
    return "".join(found.blocks[block](found.new_context(context))) if block in found.blocks else ""


def _answer(visit: "Visit", body: str, status: int) -> Response:
    headers = {
        **PAGE_HEADERS,
        "Content-Security-Policy": page_policy(visit.nonce),
        "Content-Language": visit.language,
        "Vary": "HX-Request-Type, Accept-Language, Cookie",
    }
    return Response(body, status, headers, _HTML)
