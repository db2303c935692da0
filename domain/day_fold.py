"""What each event makes of a billing day."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from domain.care import CareLine
from domain.day_events import (
    AmountConfirmed,
    CareRecorded,
    CorrectionDecided,
    CorrectionProposed,
    CorrectionRestored,
    CreditSettled,
    DayAcceptedByInsurer,
    DayBilled,
    DayCredited,
    DayPaidOnDocument,
    DayPartlyRefusedByInsurer,
    DayPriced,
    DayRefusedByInsurer,
    DayRefusedOnDocument,
    DayReinstated,
    DayReopenedOnDocument,
    DayReturned,
    DayVerdict,
    Decision,
    DuplicateConfirmed,
    LineCorrected,
    LineVerdict,
    LineWithdrawn,
    RefusalLeftUndecided,
    Settled,
    TimeBarLifted,
)
from domain.day_state import BillingDay, Credit, Line
from domain.errors import NotFound


def evolve(day: BillingDay | None, happened: object) -> BillingDay:
    """Fold one event of the day's stream."""
    if isinstance(happened, CareRecorded):
        return _recorded(day, happened)
    if day is None:
        raise NotFound("day_unknown", "A billing day begins with recorded care.")
    if isinstance(happened, CorrectionProposed):
        return day._replace(proposed=happened.decision, proposed_by=happened.by)
    after = _evolved(day, happened)
    if after.proposed == "none" or isinstance(happened, _LEAVES_PROPOSAL):
        return after
    return after._replace(proposed="none", proposed_by="")


_LEAVES_PROPOSAL = (
    LineCorrected,
    LineWithdrawn,
    DuplicateConfirmed,
    AmountConfirmed,
    DayPriced,
    TimeBarLifted,
    RefusalLeftUndecided,
)
"""After anything else a proposal is about a day that is not there any more: it falls."""


def _evolved(day: BillingDay, happened: object) -> BillingDay:
    match happened:
        case DayBilled():
            return _billed(day, happened)
        case DayPriced():
            return priced_with(day, happened.lines)
        case DayAcceptedByInsurer() | DayPartlyRefusedByInsurer() | DayRefusedByInsurer():
            return _settled(day, happened)
        case DayReturned() | DayReinstated():
            return _moved(day, happened)
        case CorrectionDecided():
            return _decided(day, happened.decision)
        case CorrectionRestored():
            return _decided(day, "none")
        case DayCredited():
            return _credited(day, happened)
        case CreditSettled():
            return _credit_settled(day, happened)
        case DayPaidOnDocument() | DayRefusedOnDocument() | DayReopenedOnDocument():
            return _on_document(day, happened)
        case RefusalLeftUndecided():
            return day._replace(left_times=day.left_times + 1)
        case TimeBarLifted():
            return day._replace(time_bar_proof=happened.proof)
    return _line_changed(day, happened)


def fold(events: Iterable[object]) -> BillingDay | None:
    """State after all events of one stream."""
    day: BillingDay | None = None
    for happened in events:
        day = evolve(day, happened)
    return day


def _moved(day: BillingDay, happened: DayReturned | DayReinstated) -> BillingDay:
    """Out of a sending and back: a day that was billed again or credited stands as before, its decision included."""
    if isinstance(happened, DayReinstated):
        if day.away is None:
            return day._replace(sending_id=happened.sending_id, invoice_id=happened.invoice_id, returned_from=None)
        return day.away
    gone = happened.sending_id
    before = day.before if day.sending_id == gone and day.verdict == "none" else day
    if before is None:
        return day._replace(sending_id=None, returned_from=gone, document="")
    kept = tuple([credit for credit in before.credits if credit.sending_id != gone])
    return before._replace(returned_from=gone, away=day, credits=kept)


def _decided(day: BillingDay, decision: Decision) -> BillingDay:
    """To be credited and billed again, its lines are open; whoever decides otherwise finds them as they were paid."""
    paid = day.as_paid or day
    if decision == "credit_note":
        return day._replace(decision=decision, as_paid=paid._replace(away=None))
    if day.as_paid is None:
        return day._replace(decision=decision)
    return paid._replace(decision=decision, returned_from=day.returned_from)


def _credited(day: BillingDay, happened: DayCredited) -> BillingDay:
    """`DayBilled` comes behind it where the same file asks for the day again."""
    credit = Credit(
        happened.sending_id,
        happened.invoice_id,
        happened.previous_invoice_id,
        happened.records,
        happened.line_ids,
        happened.cents,
    )
    return day._replace(credits=(*day.credits, credit), returned_from=None, away=None)


def _credit_settled(day: BillingDay, happened: CreditSettled) -> BillingDay:
    """What was taken back is paid no more. What was not stays paid, and somebody decides anew once all is answered."""
    credit = day.credit_in(happened.invoice_id)
    if credit is None:
        return day
    kept = {said.line_id for said in happened.lines if said.verdict in ("refused", "accepted_less")}
    gone = set(credit.line_ids) - kept
    answered = tuple(
        [x if x.invoice_id != happened.invoice_id else x._replace(settled_by=happened.message) for x in day.credits]
    )
    day = day._replace(accepted_cents=day.accepted_cents - happened.taken_cents, credits=answered)
    if day.sending_id == happened.sending_id:  # asked again in the same file: its own verdict follows
        return day._replace(paid_cents=day.paid_cents - happened.taken_cents)
    if day.as_paid is None:
        day = _taken(day, gone)
    else:
        as_paid = _taken(day.as_paid, gone)
        day = day._replace(as_paid=as_paid._replace(accepted_cents=day.accepted_cents))
    if day.waits_for_credit or not any(cents for _, cents in day.paid_lines):
        return day
    return (day.as_paid or day)._replace(decision="none", credits=())


def _taken(day: BillingDay, gone: set[UUID]) -> BillingDay:
    return day._replace(
        lines=tuple([replace(line, is_taken=True) if line.line_id in gone else line for line in day.lines])
    )


def _line_changed(day: BillingDay, happened: object) -> BillingDay:
    """What a former sending asked is then no more what the day holds: it cannot be put back into it."""
    if day.away is not None and isinstance(happened, LineCorrected | LineWithdrawn):
        day = day._replace(away=None)
    match happened:
        case LineCorrected():
            return _corrected(day, happened)
        case LineWithdrawn():
            told = untold(day)
            return _line(told, happened.line_id, withdrawn=True, withdrawn_by_hand=happened.import_id is None)
        case DuplicateConfirmed():
            return _line(day, happened.line_id, possible_duplicate=False, is_confirmed=True)
        case AmountConfirmed():
            return _line(day, happened.line_id, is_amount_confirmed=True)
    return day


def _recorded(day: BillingDay | None, happened: CareRecorded) -> BillingDay:
    lines = tuple(
        [
            Line(line.line_id, line.care, line.possible_duplicate, import_id=happened.import_id)
            for line in happened.lines
        ]
    )
    if day is None:
        return BillingDay(happened.establishment_id, happened.patient_id, happened.date, happened.sequence, lines)
    # After a return the former record numbers no longer fit the lines: that sending cannot be settled on this day.
    day = untold(day)
    return day._replace(lines=day.lines + lines, records=())


def priced_with(day: BillingDay, lines: tuple[CareLine, ...]) -> BillingDay:
    """Lines of the tariffs come behind those that have their amounts; what they made before is gone."""
    kept = [replace(line, is_told=not line.care.is_priced) for line in untold(day).lines]
    made = [Line(line.line_id, line.care, is_derived=True) for line in lines]
    return day._replace(lines=(*kept, *made))


def untold(day: BillingDay) -> BillingDay:
    """As it was recorded: a change to what was done asks for new prices."""
    if not any(line.is_derived for line in day.lines):
        return day
    kept = [replace(line, is_told=False) for line in day.lines if not line.is_derived]
    return day._replace(lines=tuple(kept), records=())


def _billed(day: BillingDay, happened: DayBilled) -> BillingDay:
    """Built field by field: `_replace` costs three times this, and a settlement folds 20,000 of these."""
    if not day.is_prepared:
        return _billed_again(day, happened)
    lines = day.lines
    if any(line.said for line in lines):
        lines = tuple([replace(line, said=None) for line in lines])
    return BillingDay(
        day.establishment_id,
        day.patient_id,
        day.date,
        day.sequence,
        lines,
        happened.sending_id,
        happened.invoice_id,
        happened.records,
        time_bar_proof=day.time_bar_proof,
        document="open" if happened.is_document else "",
    )


def _billed_again(day: BillingDay, happened: DayBilled) -> BillingDay:
    """What was paid before stays so; what is asked again waits for its verdict."""
    again = set(happened.line_ids) or {line.line_id for line in day.active}
    kept = [line for line in day.active if line.line_id not in again and not line.is_taken]
    paid = asked = day.accepted_cents  # of a day that is credited, until the insurer takes it back
    if day.as_paid is None:
        paid = sum(line.said.accepted_cents if line.said else line.care.amount_cents for line in kept)
        asked = sum(line.care.amount_cents for line in kept)
    return day._replace(
        lines=tuple([_asked_again(line) if line.line_id in again else _paid_by(line, day) for line in day.lines]),
        sending_id=happened.sending_id,
        invoice_id=happened.invoice_id,
        records=happened.records,
        verdict="none",
        accepted_cents=paid,
        refused_cents=0,
        settled_by="",
        returned_from=None,
        decision="none",
        asked_ids=happened.line_ids,
        paid_cents=paid,
        lost_cents=asked - paid,
        before=day._replace(before=day.before if day.document else None, away=None),  # a document may be reopened
        away=None,
        credits=tuple([credit for credit in day.credits if not credit.settled_by]),
        as_paid=None,
        left_times=0,
        document="open" if happened.is_document else "",
    )


def _asked_again(line: Line) -> Line:
    return replace(line, said=None, paid_by=None, is_taken=False)


def _paid_by(line: Line, day: BillingDay) -> Line:
    return line if line.paid_by else replace(line, paid_by=day.invoice_id)


def verdict_of(happened: Settled | CreditSettled) -> tuple[DayVerdict, int, int]:
    """What the insurer's word makes of the day, or of what was given back: verdict, accepted cents, refused cents."""
    match happened:
        case CreditSettled():
            kept = happened.credited_cents - happened.taken_cents
            return (
                "accepted" if not kept else "mixed" if happened.taken_cents else "refused",
                -happened.taken_cents,
                -kept,
            )
        case DayAcceptedByInsurer():
            return "accepted", happened.accepted_cents, 0
        case DayRefusedByInsurer():
            return "refused", 0, happened.refused_cents
    return "mixed", happened.accepted_cents, happened.refused_cents


def _settled(day: BillingDay, happened: Settled) -> BillingDay:
    verdict, accepted, refused = verdict_of(happened)
    lines = day.lines
    if happened.lines:
        spoken, asked = {said.line_id: said for said in happened.lines}, set(day.asked_ids)
        lines = tuple(
            [
                line if asked and line.line_id not in asked else replace(line, said=spoken.get(line.line_id))
                for line in lines
            ]
        )
    return day._replace(
        verdict=verdict_of_all(verdict, day.paid_cents, day.lost_cents),
        accepted_cents=day.paid_cents + accepted,
        refused_cents=day.lost_cents + refused,
        settled_by=happened.message,
        lines=lines,
        before=None,
        credits=tuple([credit for credit in day.credits if not credit.settled_by]) if day.credits else (),
    )


def _on_document(day: BillingDay, said: DayPaidOnDocument | DayRefusedOnDocument | DayReopenedOnDocument) -> BillingDay:
    """`before` stays: a word that was noted wrongly is taken back, and the document may be cancelled then."""
    asked = {line.line_id for line in day.asked}
    if isinstance(said, DayRefusedOnDocument):
        return day._replace(
            lines=tuple([_refused(line) if line.line_id in asked else line for line in day.lines]),
            verdict=verdict_of_all("refused", day.paid_cents, day.lost_cents),
            refused_cents=day.lost_cents + said.refused_cents,
            document="refused",
        )
    if isinstance(said, DayPaidOnDocument):
        return day._replace(
            verdict=verdict_of_all("accepted", day.paid_cents, day.lost_cents),
            accepted_cents=day.paid_cents + said.accepted_cents,
            refused_cents=day.lost_cents,
            document="paid",
        )
    return day._replace(
        lines=tuple([replace(line, said=None) if line.line_id in asked else line for line in day.lines]),
        verdict="none",
        accepted_cents=day.paid_cents,
        refused_cents=0,
        returned_from=None,
        left_times=0,
        away=None,  # what it was in since does not count after all
        document="open",
    )


def _refused(line: Line) -> Line:
    return replace(line, said=LineVerdict(line.line_id, "refused", line.care.amount_cents, 0))


def verdict_of_all(said: DayVerdict, paid_cents: int, lost_cents: int) -> DayVerdict:
    """Of the whole day, when some lines were asked again beside others that brought and lost so much before."""
    return "mixed" if (said == "refused" and paid_cents) or (said == "accepted" and lost_cents) else said


def _corrected(day: BillingDay, happened: LineCorrected) -> BillingDay:
    """A derogation code says why an identical line stands there, as a confirmation does."""
    is_beside_paid = not day.is_open
    day = _line(day if is_beside_paid else untold(day), happened.line_id, care=happened.care, is_amount_confirmed=False)
    return _line(day, happened.line_id, possible_duplicate=False) if happened.care.derogation else day


def _line(day: BillingDay, identifier: UUID, **values: object) -> BillingDay:
    return day._replace(
        lines=tuple([replace(x, **values) if x.line_id == identifier else x for x in day.lines]),  # type: ignore[arg-type]
    )
