"""Templates to answers: one environment a language, the policy on every page, and what templates may call."""

from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi import Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.catalogue import Language, euros, has, text
from api.web.assets import asset
from api.web.policy import PAGE_HEADERS, page_policy
from api.web.shell import shell_of
from api.web.words import translations
from domain.local_time import BELGIUM

if TYPE_CHECKING:
    from api.web.visit import Visit

_DASH = "\N{EN DASH}"
_HTML = "text/html; charset=utf-8"


def page_of(visit: "Visit", template: str, facts: Mapping[str, object], status: int = 200) -> Response:
    """The whole page, with the frame around it."""
    body = environment(visit.language).get_template(template).render(_context(visit, facts))
    return _answer(visit, body, status)


def fragment_of(visit: "Visit", template: str, block: str, facts: Mapping[str, object]) -> Response:
    """One block of the same template: the rows are those of the whole page by construction."""
    found = environment(visit.language).get_template(template)
    context = found.new_context(_context(visit, facts))
    answer = _answer(visit, "".join(found.blocks[block](context)), 200)
    answer.headers["HX-Push-Url"] = visit.address
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
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"asset": asset, "language": language, "has": has, "icon": icon}
    made.globals["t"] = lambda key, **facts: text(key, language, **facts)
    made.filters |= {
        "euros": lambda cents: euros(cents, language),
        "amount": lambda cents: _DASH if cents is None else euros(cents, language),
        "day": day,
        "moment": moment,
        "month": lambda month: f"{month[5:]}/{month[:4]}" if month else _DASH,
    }
    return made


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


def moment(value: datetime) -> str:
    """Local date and time in Belgium."""
    return f"{value.astimezone(BELGIUM):%d/%m/%Y %H:%M}"


def _context(visit: "Visit", facts: Mapping[str, object]) -> dict[str, Any]:
    return {"visit": visit, "to": visit.to, "nonce": visit.nonce, "shell": shell_of(visit), **facts}


def _answer(visit: "Visit", body: str, status: int) -> Response:
    headers = {
        **PAGE_HEADERS,
        "Content-Security-Policy": page_policy(visit.nonce),
        "Content-Language": visit.language,
        "Vary": "HX-Request-Type, Accept-Language, Cookie",
    }
    return Response(body, status, headers, _HTML)
