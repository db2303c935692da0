"""What a settlement (920900) means for the lines of one sending. Pure: facts in, verdicts out.

An answer binds by the running number of the record (zone 2); zone 28 must agree. Lines not listed were accepted.
Only B, F or R on the line's own record 50, or B or F on the record 20 or 80 of its invoice, refuses it; presence
alone means nothing, and the figures must add up before anything is believed (decisions, Statuses).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar
from uuid import UUID

from domain.answer import Answer, AnswerRecord, FundSettlement, Reason
from domain.billing_day import BillingDay
from domain.care import reference_of
from domain.day_events import LineVerdict, Verdict
from domain.event import ERASED
from domain.invoice import Invoice

T = TypeVar("T")

_REFUSES_LINE = frozenset("BFR")
_REFUSES_INVOICE = frozenset("BF")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that does not fit, for a person: `kind` is a catalogue code, `order` the record it stands on."""

    kind: str
    order: int | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdicts per day and doubts, in the order of the answer. `holds`: the figures add up, so they may be applied.

    `said_of_invoices`: every reason on a record 20 or 80, by the number of its record 20; most are only remarks.
    `references`: how the insurer calls a record 20, by its number. `credits`: what it says of lines given back, by the
    number of the record 20 and the day.
    """

    verdicts: Mapping[UUID, tuple[LineVerdict, ...]]
    credits: Mapping[tuple[int, UUID], tuple[LineVerdict, ...]]
    said_of_invoices: Mapping[int, tuple[Reason, ...]]
    doubts: tuple[Doubt, ...]
    holds: bool
    requested_cents: int
    accepted_cents: int
    refused_cents: int
    references: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Note:
    """What the records 51 and 52 behind a line say."""

    reasons: tuple[Reason, ...] = ()
    comment: str = ""


_NOTHING = _Note()


class _Place(NamedTuple):
    """`line_ref`: as the old program wrote it; empty on a line that is given back, which no old program did."""

    day_id: UUID
    line_id: UUID
    line_ref: str
    requested_cents: int
    invoice: Invoice
    is_credit: bool = False

    def reference(self, *, made_elsewhere: bool) -> str:
        """Zone 28 of its record 50: ours, or what the old program wrote as far as it is known."""
        return self.line_ref if made_elsewhere else reference_of(self.line_id)


def judge(
    answer: Answer, invoices: Sequence[Invoice], days: Mapping[UUID, BillingDay], *, made_elsewhere: bool = False
) -> Judgement:
    """Decide every line of a sending; the days carry their record numbers in it."""
    places, owners = _places(invoices, days)
    said, doubts = _said_of_invoices(answer, owners, made_elsewhere=made_elsewhere)
    refused_invoices = {record: fatal for record, reasons in said.items() if (fatal := _fatal(reasons))}
    told: list[tuple[_Place, LineVerdict]] = []
    spoken: set[int] = set()
    notes, unmatched = _notes(answer, places)
    doubts.extend(unmatched)
    for record in answer.records:
        if record.type != "50":
            continue
        place = places.get(record.order) if record.order is not None else None
        if place is None or record.order is None:
            doubts.append(Doubt("record_unmatched", record.order, (("code", record.code),)))
            continue
        if not _agrees(record, place.reference(made_elsewhere=made_elsewhere)):
            doubts.append(Doubt("reference_disagrees", record.order, (("code", record.code),)))
            continue
        if record.order in spoken:
            doubts.append(Doubt("record_twice", record.order))
            continue
        spoken.add(record.order)
        whole = refused_invoices.get(place.invoice.made.record, ())
        verdict = _verdict(record, place, whole, notes.get(record.order, _NOTHING))
        if verdict is not None:
            told.append((place, verdict))
            if abs(verdict.accepted_cents) > abs(verdict.requested_cents):
                doubts.append(Doubt("paid_more_than_asked", record.order, (("code", record.code),)))
    told.extend(_judge_unlisted(places, refused_invoices, notes, spoken))
    return _sum_up(answer, places, told, said, doubts)


def _places(
    invoices: Sequence[Invoice], days: Mapping[UUID, BillingDay]
) -> tuple[dict[int, _Place], dict[int, Invoice]]:
    places: dict[int, _Place] = {}
    owners: dict[int, Invoice] = {}
    for invoice in invoices:
        owners[invoice.made.record] = owners[invoice.made.total_record] = invoice
        for day_id in invoice.made.day_ids:
            day = days[day_id]
            credit = day.credit_in(invoice.identifier) if day.credits else None
            if credit is not None:
                for order, line_id, cents in zip(credit.records, credit.line_ids, credit.cents, strict=True):
                    places[order] = _Place(day_id, line_id, "", cents, invoice, is_credit=True)
                continue
            for line, order in zip(day.asked, day.records, strict=True):
                places[order] = _Place(day_id, line.line_id, line.care.line_ref, line.care.amount_cents, invoice)
    return places, owners


def _fatal(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if reason.letter in _REFUSES_INVOICE)


def _agrees(record: AnswerRecord, reference: str) -> bool:
    """Zone 28. A reference of the old program is not known any more once its patient is erased."""
    return not record.reference or reference in ("", ERASED, record.reference)


def _said_of_invoices(
    answer: Answer, owners: Mapping[int, Invoice], *, made_elsewhere: bool
) -> tuple[dict[int, tuple[Reason, ...]], list[Doubt]]:
    said: dict[int, tuple[Reason, ...]] = {}
    doubts: list[Doubt] = []
    for record in answer.records:
        if record.type not in ("20", "80"):
            continue
        invoice = owners.get(record.order) if record.order is not None else None
        if invoice is None:
            doubts.append(Doubt("record_unmatched", record.order))
            continue
        if not _agrees(record, invoice.made.reference if made_elsewhere else invoice.reference):
            doubts.append(Doubt("reference_disagrees", record.order))
            continue
        if record.errors:
            said[invoice.made.record] = said.get(invoice.made.record, ()) + record.errors
    return said, doubts


def _notes(answer: Answer, places: Mapping[int, _Place]) -> tuple[dict[int, _Note], list[Doubt]]:
    """Reasons on the records 51 and 52 behind a line, by the number of its record 50: notes on it, never a refusal.

    They come back without their record 50 when that one is accepted (a real 920900 does so).
    """
    notes: dict[int, _Note] = {}
    doubts: list[Doubt] = []
    for record in answer.records:
        if record.type not in ("51", "52"):
            continue
        before = () if record.order is None else (record.order - 1, record.order - 2)
        line = next((order for order in before if order in places), None)
        if line is None:
            doubts.append(Doubt("record_unmatched", record.order, (("code", record.code),)))
        elif record.errors or record.comment:
            known = notes.get(line, _NOTHING)
            notes[line] = _Note(known.reasons + record.errors, _joined(known.comment, record.comment))
    return notes, doubts


def _joined(one: str, other: str) -> str:
    return f"{one} / {other}" if one and other else one or other


def _verdict(record: AnswerRecord, place: _Place, whole: tuple[Reason, ...], note: _Note) -> LineVerdict | None:
    requested, paid = place.requested_cents, record.accepted_cents or 0
    notes, comment = note.reasons, _joined(record.comment, note.comment)
    if whole:
        return LineVerdict(place.line_id, "refused", requested, 0, record.errors + whole, notes, comment)
    if any(reason.letter in _REFUSES_LINE for reason in record.errors):
        kind: Verdict = "accepted_less" if paid else "refused"
        if requested and abs(paid) >= abs(requested):
            kind = "accepted"
        return LineVerdict(place.line_id, kind, requested, paid, record.errors, notes, comment)
    accepted = paid or requested  # an innocent record may be echoed with an empty amount
    if not record.errors and not notes and accepted == requested and not comment:
        return None
    kind = "accepted" if abs(accepted) >= abs(requested) else "accepted_less"
    return LineVerdict(place.line_id, kind, requested, accepted, record.errors, notes, comment)


def _judge_unlisted(
    places: Mapping[int, _Place],
    refused_invoices: Mapping[int, tuple[Reason, ...]],
    notes: Mapping[int, _Note],
    spoken: set[int],
) -> Iterator[tuple[_Place, LineVerdict]]:
    """Lines without an echo of their own: refused with their invoice, accepted with a note, or just accepted."""
    if not refused_invoices and not notes:
        return
    for order, place in places.items():
        if order in spoken:
            continue
        asked, note = place.requested_cents, notes.get(order, _NOTHING)
        whole = refused_invoices.get(place.invoice.made.record)
        if whole:
            said = LineVerdict(place.line_id, "refused", asked, 0, whole, note.reasons, note.comment)
        elif note is not _NOTHING:
            said = LineVerdict(place.line_id, "accepted", asked, asked, (), note.reasons, note.comment)
        else:
            continue
        yield place, said


def _sum_up(
    answer: Answer,
    places: Mapping[int, _Place],
    told: Sequence[tuple[_Place, LineVerdict]],
    said_of_invoices: Mapping[int, tuple[Reason, ...]],
    doubts: list[Doubt],
) -> Judgement:
    verdicts: dict[UUID, list[LineVerdict]] = {}
    credits: dict[tuple[int, UUID], list[LineVerdict]] = {}  # noqa: A001 - the trade's word
    lost: dict[int, int] = {}
    for place, said in told:
        if place.is_credit:
            credits.setdefault((place.invoice.made.record, place.day_id), []).append(said)
        else:
            verdicts.setdefault(place.day_id, []).append(said)
        _add(lost, place.invoice.made.total_record, said.requested_cents - said.accepted_cents)
    asked: dict[int, int] = {}
    fund_of: dict[int, str] = {}
    for place in places.values():
        made = place.invoice.made
        _add(asked, made.total_record, place.requested_cents)
        fund_of[made.total_record] = made.destination
    requested, missing = sum(asked.values()), sum(lost.values())
    doubts.extend(_figures(answer, requested, missing, _by_fund(asked, fund_of), _by_fund(lost, fund_of)))
    doubts.extend(_invoice_totals(answer, asked, lost))
    holds = not any(doubt.kind in _FATAL for doubt in doubts)
    return Judgement(
        {day: tuple(group) for day, group in verdicts.items()},
        {where: tuple(group) for where, group in credits.items()},
        said_of_invoices,
        tuple(doubts),
        holds,
        requested,
        requested - missing,
        sum(said.requested_cents - said.accepted_cents for _, said in told if said.verdict != "accepted"),
        {r.order: r.insurer_reference for r in answer.records if r.type == "20" and r.order and r.insurer_reference},
    )


_FATAL = frozenset({"figures_disagree", "sum_of_lines_disagrees", "invoice_total_disagrees", "settlement_missing"})


def _add(sums: dict[T, int], key: T, cents: int) -> None:
    sums[key] = sums.get(key, 0) + cents


def _by_fund(by_invoice: Mapping[int, int], fund_of: Mapping[int, str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for total_record, cents in by_invoice.items():
        _add(sums, fund_of[total_record], cents)
    return sums


def _figures(
    answer: Answer, requested: int, lost: int, per_fund: Mapping[str, int], lost_by_fund: Mapping[str, int]
) -> list[Doubt]:
    if not answer.settlements:
        return [Doubt("settlement_missing")]
    totals = (*answer.settlements, *([answer.total] if answer.total else []))
    doubts = [Doubt("figures_disagree", None, (("fund", total.fund),)) for total in totals if not _adds_up(total)]
    if doubts:
        return doubts
    for settlement in answer.settlements:
        ours = per_fund.get(settlement.fund, 0)
        if settlement.requested_cents != ours or settlement.refused_cents != lost_by_fund.get(settlement.fund, 0):
            doubts.append(Doubt("sum_of_lines_disagrees", None, (("fund", settlement.fund),)))
    told = sum(settlement.accepted_cents or 0 for settlement in answer.settlements)
    if told != requested - lost or (answer.total and answer.total.accepted_cents != told):
        doubts.append(Doubt("sum_of_lines_disagrees", None, (("fund", answer.total.fund if answer.total else ""),)))
    return doubts


def _adds_up(total: FundSettlement) -> bool:
    requested, accepted, refused = total.requested_cents, total.accepted_cents, total.refused_cents
    if requested is None or accepted is None or refused is None:
        return False
    return requested - refused == accepted


def _invoice_totals(answer: Answer, asked: Mapping[int, int], lost: Mapping[int, int]) -> list[Doubt]:
    """Zone 114 of an echoed record 80 must be the sum of what its lines got."""
    told = {
        record.order: record.accepted_cents
        for record in answer.records
        if record.type == "80" and record.order is not None and record.accepted_cents is not None
    }
    return [
        Doubt("invoice_total_disagrees", order)
        for order, value in told.items()
        if order in asked and asked[order] - lost.get(order, 0) != value
    ]
