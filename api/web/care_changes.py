"""What happened to lines of care, in words: which line, and what of it is otherwise now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from api.catalogue import euros, text
from api.web.change_words import Change, Tell, changed, facts, label, now
from api.web.visit import Visit
from application.ports import Event
from domain import billing_day as days
from domain.care import Care, columns_of
from domain.day_events import (
    AmountConfirmed,
    CareRecorded,
    CorrectionDecided,
    CorrectionDeclined,
    CorrectionProposed,
    CorrectionRestored,
    CreditSettled,
    DayAcceptedByInsurer,
    DayCredited,
    DayPartlyRefusedByInsurer,
    DayPriced,
    DayRefusedByInsurer,
    DayReturned,
    DuplicateConfirmed,
    LineCorrected,
    LineWithdrawn,
    RefusalLeftUndecided,
    TimeBarLifted,
)

_MOST_LINES = 20
_ASKED = (
    "code",
    "units",
    "amount_cents",
    "patient_share_cents",
    "supplement_cents",
    "provider",
    "service_norm",
    "provider_norm",
)
"""Of a line, what everybody sees who may read; the rest is for who may see care."""


def _recorded(visit: Visit, _former: Sequence[Event], event: CareRecorded | DayPriced) -> Iterator[Change]:
    for line in event.lines[:_MOST_LINES]:
        yield Change(label(visit, "line"), "", _service(visit, line.care))
    if len(event.lines) > _MOST_LINES:
        yield Change(label(visit, "line"), "", f"+{len(event.lines) - _MOST_LINES}")


def _corrected(visit: Visit, former: Sequence[Event], event: LineCorrected) -> Iterator[Change]:
    before = _line(former, event.line_id)
    if before is not None:
        yield Change(label(visit, "line"), "", _service(visit, before))
    yield from changed(visit, "care_field", _shown(visit, before) if before else None, _shown(visit, event.care))


def _of_a_line(visit: Visit, former: Sequence[Event], event: Any) -> Iterator[Change]:  # noqa: ANN401
    care = _line(former, event.line_id)
    if care is not None:
        yield Change(label(visit, "line"), "", _service(visit, care))


def _letter(visit: Visit, _former: Sequence[Event], event: TimeBarLifted) -> Iterator[Change]:
    yield now(visit, "letter_date", event.letter_date)
    if visit.may_ever("medical"):
        yield now(visit, "proof", event.proof)


def _returned(visit: Visit, _former: Sequence[Event], event: DayReturned) -> Iterator[Change]:
    yield Change(label(visit, "cause", "state"), "", text(f"return_cause.{event.return_cause}", visit.language))


def _decided(visit: Visit, former: Sequence[Event], event: CorrectionDecided | CorrectionRestored) -> Iterator[Change]:
    """The decision before, if there was one, and the one that stands now."""
    known = days.fold(former)
    before = known.decision if known else "none"
    after = event.decision if isinstance(event, CorrectionDecided) else "none"
    words = (text(f"decision.{one}", visit.language) if one != "none" else "" for one in (before, after))
    yield Change(label(visit, "decision", "list_column"), *words)


def _proposed(visit: Visit, _former: Sequence[Event], event: CorrectionProposed) -> Iterator[Change]:
    yield Change(label(visit, "proposed", "state"), "", text(f"decision.{event.decision}", visit.language))


def _declined(visit: Visit, _former: Sequence[Event], event: CorrectionDeclined) -> Iterator[Change]:
    yield Change(label(visit, "proposed", "state"), text(f"decision.{event.decision}", visit.language), "")


def _left(visit: Visit, former: Sequence[Event], _event: RefusalLeftUndecided) -> Iterator[Change]:
    """How often it was left before, and is now."""
    known = days.fold(former)
    times = known.left_times if known else 0
    yield Change(label(visit, "left_times", "list_column"), str(times) if times else "", str(times + 1))


def _credited(visit: Visit, _former: Sequence[Event], event: DayCredited) -> Iterator[Change]:
    yield Change(label(visit, "credited_cents", "state"), "", euros(-sum(event.cents), visit.language))


def _line(former: Sequence[Event], line_id: UUID) -> Care | None:
    """As it stood."""
    known = days.fold(former)
    return next((line.care for line in (known.lines if known else ()) if line.line_id == line_id), None)


def _shown(visit: Visit, care: Care) -> dict[str, Any]:
    """The values that the reader may see; nothing for an amount that nobody knows."""
    values = columns_of(care)
    return values if visit.may_ever("medical") else {name: values[name] for name in _ASKED}


def _service(visit: Visit, care: Care) -> str:
    times = f" \N{MULTIPLICATION SIGN} {care.units}" if care.units > 1 else ""
    asked = (
        text("day_prices.no_amount", visit.language)
        if care.asked_cents is None
        else euros(care.asked_cents, visit.language)
    )
    return f"{care.code}{times}, {asked}"


TELLS: Mapping[type[Any], Tell] = {
    CareRecorded: _recorded,
    LineCorrected: _corrected,
    LineWithdrawn: _of_a_line,
    DuplicateConfirmed: _of_a_line,
    AmountConfirmed: _of_a_line,
    DayPriced: _recorded,
    TimeBarLifted: _letter,
    DayReturned: _returned,
    CorrectionDecided: _decided,
    CorrectionProposed: _proposed,
    CorrectionDeclined: _declined,
    CorrectionRestored: _decided,
    RefusalLeftUndecided: _left,
    DayCredited: _credited,
    CreditSettled: facts("credited_cents", "taken_cents"),
    DayAcceptedByInsurer: facts("accepted_cents"),
    DayPartlyRefusedByInsurer: facts("accepted_cents", "refused_cents"),
    DayRefusedByInsurer: facts("refused_cents"),
}
