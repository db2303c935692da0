"""Tariffs of the practice: sets that came in, what each one changes, from which day it counts, and setting it aside."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response

from api.catalogue import money
from api.tariff_shapes import changes_out, known, sets_out, summary_out
from api.web import tariff_codes, what_if
from api.web.doors import MayAdminister, MayRead, MayTakeAnswers
from api.web.form_fields import NOTHING, Wrong, day, done_or_wrong, version
from api.web.grid_spec import Look
from api.web.import_files import Hash
from api.web.in_place import Refusal, told
from api.web.visit import Visit
from application.commit import Done
from application.ports import Context
from application.tariffs import TariffReport
from domain.tariffs import tariffs_id

router = APIRouter(prefix="/c/{where}/tarifs")
router.routes.extend([*tariff_codes.router.routes, *what_if.router.routes])
PATH = "/tarifs"
MOST_SHOWN = 500
LOOKS: dict[str, Look] = {
    "waiting": ("state-manual", "hand", "tariff_state.waiting"),
    "counts": ("state-settled", "check", "tariff_state.counts"),
    "replaced": ("state-done", "archive", "tariff_state.replaced"),
    "aside": ("state-done", "ban", "tariff_state.aside"),
}


@router.get("")
def show_tariffs(visit: MayRead) -> Response:
    """All sets, those that wait first; the form for a new file; the search for a code."""
    return _page(visit)


@router.post("")
def load(visit: MayTakeAnswers) -> Response:
    """Take a file in as a whole, or show every fault with its place and its cure."""
    reports: list[TariffReport] = []

    def act() -> Response:
        content = visit.upload("file")

        def receive(context: Context) -> Done[TariffReport]:
            done = visit.quittance.tariffs.receive(context, visit.practice, content)
            reports.append(done.result)
            return done

        answer = visit.do(receive, lambda report: visit.at(f"{PATH}/{report.message}"))
        return _page(visit, report=reports[0]) if reports and reports[0].faults else answer

    return told(visit, act, lambda refusal: _page(visit, refusal))


@router.get("/{sha256}")
def show_set(visit: MayRead, sha256: Hash) -> Response:
    """One set, and what it changes."""
    return _set_page(visit, sha256, NOTHING)


@router.post("/{sha256}/accepter")
def accept(visit: MayAdminister, sha256: Hash) -> Response:
    """Let it count for care from a day on."""
    desk = visit.quittance.tariffs
    return _do(visit, sha256, "accept", lambda c: desk.accept(c, visit.practice, sha256, day(visit, "applies_from")))


@router.post("/{sha256}/ecarter")
def set_aside(visit: MayAdminister, sha256: Hash) -> Response:
    """Let it count no more: its days fall back to the set before."""
    desk = visit.quittance.tariffs
    return _do(visit, sha256, "aside", lambda c: desk.set_aside(c, visit.practice, sha256), needs_reason=True)


def _do(
    visit: Visit, name: str, form: str, act: Callable[[Context], Done[Any]], *, needs_reason: bool = False
) -> Response:
    known(visit.quittance.tariffs.state(visit.practice), name)
    return done_or_wrong(
        visit,
        form,
        act,
        f"{PATH}/{name}",
        lambda wrong: _set_page(visit, name, wrong),
        about=visit.practice,
        expected=version(visit, tariffs_id(visit.practice)),
        needs_reason=needs_reason,
    )


def _page(visit: Visit, refusal: Refusal | None = None, report: TariffReport | None = None) -> Response:
    status = refusal.status if refusal else 422 if report else 200
    return visit.page(
        "tariffs.html",
        status=status,
        sets=sets_out(visit.quittance.tariffs.state(visit.practice, visit.upto)),
        looks=LOOKS,
        refusal=refusal,
        faults=report.faults if report else (),
        day=visit.as_of or visit.today,
    )


def _set_page(visit: Visit, name: str, wrong: Wrong) -> Response:
    desk = visit.quittance.tariffs
    state, one = known(desk.state(visit.practice, visit.upto), name)
    content = desk.tariff_set(name)
    return visit.page(
        "tariff_set.html",
        status=422 if wrong.form else 200,
        summary=summary_out(state, one, content),
        look=LOOKS,
        changes=changes_out(desk.changes(visit.practice, name, visit.upto), content),
        words=lambda code: tariff_codes.words_of(content.codes.get(code), visit.language),
        money=lambda cents: money(cents, content.currency, visit.language),
        most=MOST_SHOWN,
        version=len(visit.events(tariffs_id(visit.practice))),
        wrong=wrong,
    )
