"""What one answer changes: the sending always, its days and invoices when it was settled or refused as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from application.commit import Streams
from application.ports import Change, EventLog
from application.run_changes import give_back
from domain import billing_day as days
from domain import inbox
from domain import invoice as invoices
from domain import patient as patients
from domain import sending as sendings
from domain.answer import Answer
from domain.day_events import CreditSettled, DayVerdict, LineVerdict, ReturnCause, Settled
from domain.settlement import Doubt, Judgement, judge

_Issued = tuple[UUID, invoices.Invoice]
_Words = tuple[LineVerdict, ...]
ITEM_OF = {"duplicate": "duplicate_refusal", "not_treated": "not_treated"}
"""What a person is asked about a file of which nobody knows whether a copy lives."""
_DUPLICATE_CODES = frozenset({"301/40", "100721"})


@dataclass(frozen=True, slots=True)
class Applied:
    """Changes of one answer, the status of the sending after it, and the kinds of item it raised."""

    changes: Sequence[Change]
    status: str
    items: tuple[str, ...]


def apply_answer(log: EventLog, where: UUID, message: UUID, sha256: str, answer: Answer, target: UUID) -> Applied:
    """Decide what the answer means for the sending `target`; pure but for loading streams."""
    streams = Streams(log, [target])
    state = sendings.fold(streams.events(target), target)
    if state is None or sha256 in state.messages:
        return Applied([], "" if state is None else state.status, ())
    items = _Items(log, where, sha256, target, message)
    items.unread(answer)
    if answer.message == "920900":
        happened, inner = _settle(log, state, answer, sha256, items)
    else:
        happened, inner = _other(log, state, answer, sha256)
    after = state
    for event in happened:
        after = sendings.evolve(after, event, target)
    if sendings.is_contradictory(after):
        items.about_sending("contradictory_answers")
    for fact in after.facts & sendings.TO_CONFIRM:
        items.about_sending(ITEM_OF[fact], settled=bool(after.facts & sendings.ALIVE))
    changes = [streams.change(target, happened), *inner, *items.changes()]
    return Applied(changes, after.status, items.kinds)


def _other(log: EventLog, state: sendings.Sending, answer: Answer, sha256: str) -> tuple[list[object], list[Change]]:
    codes = {reason.code for reason in answer.header_errors}
    codes |= {reason.code for record in answer.records for reason in record.errors}
    duplicate = bool(codes & _DUPLICATE_CODES)
    percentage = answer.error_percentage or ""
    match answer.message:
        case "TACK":
            return [sendings.TechnicallyAcknowledged(sha256, answer.oa_reference)], []
        case "REJECT":
            return [sendings.SendingNotTreated(sha256, answer.oa_reference, answer.refusal_type or "")], []
        case "931000":
            return [sendings.SendingAcknowledged(sha256, answer.oa_reference)], []
        case "920999":
            refused = sendings.SendingEnvelopeRejected(sha256, tuple(sorted(codes)), duplicate)
            return [refused], [] if duplicate else _return(log, state, "envelope_rejected")
        case "920098":
            return [sendings.SendingAcceptedForProcessing(sha256, percentage)], []
        case _:
            rejected = sendings.SendingRejected(sha256, percentage, answer.refusal_type or "", duplicate)
            return [rejected], [] if duplicate else _return(log, state, "rejected")


def _return(log: EventLog, state: sendings.Sending, cause: ReturnCause) -> list[Change]:
    if "settled" in state.facts:
        return []
    return give_back(log, state, Streams(log, state.made.invoice_ids), cause)


def _settle(
    log: EventLog, state: sendings.Sending, answer: Answer, sha256: str, items: "_Items"
) -> tuple[list[object], list[Change]]:
    if state.settlement is not None:
        items.about_message("second_settlement")
        return [], []
    inner = Streams(log, state.made.invoice_ids)
    issued = [(i, invoice) for i in state.made.invoice_ids if (invoice := invoices.fold(inner.events(i)))]
    own = Streams(log, [day_id for _, invoice in issued for day_id in invoice.made.day_ids])
    standing = _standing(issued, own, state.sending_id)
    if standing is None:
        items.about_message("settled_after_rebilling")
        return [_contested(answer, sha256)], []
    here = {day_id: found.day for day_id, found in standing.items()}
    verdicts = judge(answer, [invoice for _, invoice in issued], here, made_elsewhere=state.made.made_elsewhere)
    items.doubts(verdicts.doubts)
    if not verdicts.holds:
        return [_contested(answer, sha256)], []
    if any(one.verdict != "accepted" for said in verdicts.credits.values() for one in said):
        items.about_message("credit_refused")
    return [_settled(answer, sha256, verdicts)], _verdict_changes(log, issued, inner, standing, verdicts, sha256)


class _Standing(NamedTuple):
    """A day as it stands in the sending. `back`: what reinstated it; `version` of its stream before that."""

    day: days.BillingDay
    version: int
    back: Sequence[object]


def _standing(issued: Sequence[_Issued], own: Streams, target: UUID) -> dict[UUID, _Standing] | None:
    """The days of the sending in order, the returned ones reinstated; None when another one has some of them."""
    found: dict[UUID, _Standing] = {}
    for invoice_id, invoice in issued:
        for day_id in invoice.made.day_ids:
            known = found.get(day_id) or _stood(own.events(day_id), target, invoice_id)
            if known is None or not _is_in(known.day, target, invoice_id):
                return None
            found[day_id] = known
    return found


def _stood(events: Sequence[object], target: UUID, invoice_id: UUID) -> _Standing | None:
    day = days.fold(events)
    if day is None:
        return None
    back = days.reinstate(day, target, invoice_id)
    for event in back:
        day = days.evolve(day, event)
    return _Standing(day, len(events), back)


def _is_in(day: days.BillingDay, target: UUID, invoice_id: UUID) -> bool:
    if day.credits and day.credit_in(invoice_id):
        return True
    return day.sending_id == target and len(day.records) == len(day.asked)


def _verdict_changes(
    log: EventLog,
    issued: Sequence[_Issued],
    inner: Streams,
    standing: Mapping[UUID, _Standing],
    verdicts: Judgement,
    sha256: str,
) -> list[Change]:
    """A day that is credited and asked again in one file has both words in one change: credit notes stand first."""
    made = dict[UUID, list[object]]()
    changes: list[Change] = []
    here = {day_id: found.day for day_id, found in standing.items()}
    said_of, given_back = _without_erased(log, here, verdicts)
    for invoice_id, invoice in issued:
        sums: list[tuple[DayVerdict, int, int]] = []
        record = invoice.made.record
        for day_id in invoice.made.day_ids:
            day, _, back = standing[day_id]
            if day.credits and day.credit_in(invoice_id):
                said = given_back.get((record, day_id), ())
                happened: Sequence[Settled | CreditSettled] = days.settle_credit(day, invoice_id, sha256, said)
            else:
                happened = days.settle(day, invoice.made.sending_id, sha256, said_of.get(day_id, ()))
            sums.extend([days.verdict_of(event) for event in happened])
            made.setdefault(day_id, [*back]).extend(happened)
        again = invoices.reinstate(invoice)
        told = verdicts.said_of_invoices.get(record, ())
        named = verdicts.references.get(record, "")
        changes.append(inner.change(invoice_id, [*again, *invoices.settle(invoice, sha256, sums, told, named)]))
    return [*(Change(day_id, standing[day_id].version, events) for day_id, events in made.items()), *changes]


def _without_erased(
    log: EventLog, here: Mapping[UUID, days.BillingDay], verdicts: Judgement
) -> tuple[Mapping[UUID, _Words], Mapping[tuple[int, UUID], _Words]]:
    """A comment on an erased patient's line has no key to be kept under: it stays in the raw message alone."""
    said_of, given_back = verdicts.verdicts, verdicts.credits
    spoken = [*said_of.items(), *((day_id, said) for (_, day_id), said in given_back.items())]
    owners = {here[day_id].patient_id for day_id, said in spoken if any(one.comment for one in said)}
    gone = {who for who, events in log.load(owners).items() if (state := patients.fold(events)) and state.is_erased}
    if not gone:
        return said_of, given_back

    def kept(day_id: UUID, said: _Words) -> _Words:
        return tuple(replace(one, comment="") for one in said) if here[day_id].patient_id in gone else said

    return (
        {day_id: kept(day_id, said) for day_id, said in said_of.items()},
        {(record, day_id): kept(day_id, said) for (record, day_id), said in given_back.items()},
    )


def _settled(answer: Answer, sha256: str, verdicts: Judgement) -> sendings.SendingSettled:
    funds = tuple(
        sendings.FundTotal(
            fund.fund,
            fund.requested_cents or 0,
            fund.accepted_cents or 0,
            fund.refused_cents or 0,
            fund.payment_reference,
        )
        for fund in answer.settlements
    )
    return sendings.SendingSettled(
        sha256,
        verdicts.requested_cents,
        verdicts.accepted_cents,
        verdicts.refused_cents,
        funds,
        answer.error_percentage or "",
    )


def _contested(answer: Answer, sha256: str) -> sendings.SettlementContested:
    totals = answer.settlements
    return sendings.SettlementContested(
        sha256,
        sum(fund.requested_cents or 0 for fund in totals),
        sum(fund.accepted_cents or 0 for fund in totals),
        sum(fund.refused_cents or 0 for fund in totals),
    )


class _Items:
    """Items of one answer, each under its own deterministic id, so that nothing is asked twice."""

    def __init__(self, log: EventLog, where: UUID, sha256: str, target: UUID, message: UUID) -> None:
        self._log, self._where, self._sha256, self._target, self._message = log, where, sha256, target, message
        self._wanted: dict[UUID, tuple[inbox.ItemRaised, bool]] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of what waits for a person now."""
        return tuple(raised.kind for raised, settled in self._wanted.values() if not settled)

    def about_message(self, kind: str, place: str = "", facts: Iterable[tuple[str, str]] = ()) -> None:
        """Something in this file."""
        raised = inbox.ItemRaised(self._where, kind, self._sha256, self._target, tuple(facts))
        self._wanted[inbox.item_id(self._message, kind, place)] = (raised, False)

    def about_sending(self, kind: str, *, settled: bool = False) -> None:
        """Something between several files: the same item whichever of them came last."""
        raised = inbox.ItemRaised(self._where, kind, "", self._target)
        self._wanted[inbox.item_id(self._target, kind, "")] = (raised, settled)

    def doubts(self, found: Iterable[Doubt]) -> None:
        """One item a doubt."""
        for doubt in found:
            place = "" if doubt.order is None else str(doubt.order)
            facts = (*((("record", place),) if place else ()), *doubt.facts)
            self.about_message(doubt.kind, f"{place}|{doubt.facts}", facts)

    def unread(self, answer: Answer) -> None:
        """Bytes that nobody could interpret."""
        for piece in answer.unread:
            facts = (("offset", str(piece.offset)), ("length", str(len(piece.raw))), ("reason", piece.reason))
            self.about_message("bytes_unread", str(piece.offset), facts)

    def changes(self) -> list[Change]:
        """Raise what is new, settle what settled itself."""
        streams = Streams(self._log, self._wanted)
        changes = []
        for identifier, (raised, settled) in self._wanted.items():
            before = inbox.fold_item(streams.events(identifier))
            happened: list[object] = [] if before else [raised]
            if settled and not (before and before.is_settled):
                happened.append(inbox.ItemSettled())
            changes.append(streams.change(identifier, happened))
        return changes
