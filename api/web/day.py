"""One billing day: its lines and what the insurer said of each, where it was billed, and what happened to it."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.held_days import HELD
from api.rest.billing_days import ABSENT
from api.rest.rights import not_here, within
from api.web.casework import casework_of
from api.web.casework_things import PAGES
from api.web.day_prices import OPEN, shown_prices
from api.web.day_stays import stays_of
from api.web.day_thread import thread_of
from api.web.decisions import offer_of
from api.web.doors import MayRead
from api.web.form_fields import NOTHING, Wrong
from api.web.looks import day_phase, decision, verdict
from api.web.proposals import proposal_of
from api.web.row_words import held_back
from api.web.said import names_of, shown_lines
from api.web.sending import Brief
from api.web.timeline import timeline_of
from api.web.undecided import told_of
from api.web.visit import Visit
from application.own_care import is_own
from application.periods import in_books
from domain import billing_day as days
from domain.billing_day import AGAIN, GIVES_BACK, BillingDay, Line
from domain.correction import REASONED
from domain.event import ERASED
from domain.rules.limits import is_time_barred, last_sendable_day
from projections.days import phase_of

router = APIRouter(prefix="/c/{where}/jours")


@router.get("/{day_id}")
def show_day(visit: MayRead, day_id: UUID, source: Brief = "") -> Response:
    """As of the day asked for."""
    return day_page(visit, day_id, source)


PAGES["billing_day"] = show_day


def day_page(visit: Visit, day_id: UUID, source: str = "", wrong: Wrong = NOTHING) -> Response:
    """Also what a form that was refused comes back to."""
    day = in_books(visit.quittance.log, visit.practice, {day_id: day_of(visit, day_id)}, visit.upto)[day_id]
    visit.saw("billing_day.read", [day.patient_id])
    recorded = visit.quittance.log.history(day_id, visit.upto)
    lines = shown_lines(day, visit)
    held = held_back(visit, [day_id]).get(day_id, ())
    by, keys = visit.known_caller, visit.quittance.keys
    prices = shown_prices(visit, day_id, day)
    own = [line for line in changeable(day) if visit.may("own_care") and is_own(by, keys, line.care)]
    stays = stays_of(visit, recorded)
    differing = {one.line.line_id for one in prices.differing} if prices else set()
    return visit.page(
        "day.html",
        status=422 if wrong.form else 200,
        day=day,
        day_id=day_id,
        name=names_of(visit, [day.patient_id]).get(day.patient_id, ""),
        phase=day_phase({"phase": HELD if held else phase_of(day)}),
        held=held,
        verdict=verdict({"verdict": day.verdict}),
        decision=decision({"decision": day.decision, "verdict": day.verdict, "credit": day.credit_state}),
        offer=offer_of(visit, day, lines),
        reasoned=REASONED,
        proposal=proposal_of(visit, day, recorded),
        waits=told_of(visit, [day_id]).get(day_id, ""),
        next_step=_next_step(day, is_held=bool(held)),
        lines=lines,
        own=own,
        doubted=[line for line in own if line.line_id in differing],
        prices=prices,
        open_end=OPEN,
        withdrawn=[line for line in day.lines if line.withdrawn],
        amount_cents=day.asked_cents,
        proof=proof_of(visit, day),
        last_sendable=last_sendable_day(day.date),
        is_barred=is_time_barred(day.date, visit.as_of or visit.today) and not day.time_bar_proof,
        stays=stays,
        here=next((stay for stay in reversed(stays) if stay.sending_id == day.sending_id), None),
        thread=thread_of(visit, recorded, stays),
        entries=timeline_of(visit, day_id, source),
        source=source,
        version=len(recorded),
        may_lift=day.is_prepared and visit.may("care"),
        casework=casework_of(visit, day_id),
        wrong=wrong,
    )


def day_of(visit: Visit, day_id: UUID) -> BillingDay:
    """State as of the day asked for. Raises `NotFound`."""
    day = days.fold(visit.events(day_id))
    within(visit.known_caller, day.establishment_id if day else None, ABSENT)
    return day or not_here(ABSENT)


def proof_of(visit: Visit, day: BillingDay) -> str:
    """The letter that lifts the time-bar, for who may see care: it is about a patient."""
    return day.time_bar_proof if visit.may_ever("medical") and day.time_bar_proof != ERASED else ""


def changeable(day: BillingDay) -> tuple[Line, ...]:
    """Lines that may be corrected: as people entered them, of a day that is partly paid those that are asked again."""
    return day.recorded if day.is_open else day.to_bill


def _next_step(day: BillingDay, *, is_held: bool) -> str:
    """What the practice has to do: its own side, beside the insurer's word. What holds it back says so itself."""
    if day.is_prepared or (is_held and day.waits_for_run):
        return ""
    if day.waits_for_credit:
        return "credit_waits"
    if day.decision in GIVES_BACK:
        return "credit_goes" if day.to_credit else "goes_again" if day.to_bill else "given_back"
    if day.decision != "none":
        return "goes_again" if day.decision in AGAIN else "closed"
    if day.proposed != "none":
        return "proposal_waits"
    if day.verdict in ("mixed", "refused"):
        return "decision_waits"
    if day.verdict != "none":
        return "nothing_to_do"
    return "wait_for_payment" if day.document else "wait"
