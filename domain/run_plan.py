"""What a billing run would do: which days go into which invoice and sending, what is held back and why.

Pure: preview and run call it alike, the run only adds numbers and bytes to what stands here.
"""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date as Date
from uuid import UUID

from domain.billing_day import Line
from domain.care import Acts, Care
from domain.establishment import Establishment
from domain.identifiers import is_nihii, is_ssin
from domain.patient import Patient
from domain.rules.limits import add_months, is_time_barred, month_end, month_of, month_start, next_month
from domain.rules.unions import union_of
from domain.run_again import again_reasons, asked_cents, destination, follows
from domain.run_checks import judge
from domain.run_parts import Blocked, Candidate, Practice, in_order

__all__ = [
    "Blocked",
    "Candidate",
    "InvoiceKey",
    "NotYet",
    "Plan",
    "PlannedInvoice",
    "PlannedSending",
    "Practice",
    "RunOptions",
    "only",
    "plan",
]

_GROUP = "94"
"""A third-party number of a group begins so; only an individual biller must name a profession (101810)."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`month` is `YYYY-MM`. `include_current`: bill a month that is not over. `one_month_per_file`: see decisions."""

    month: str
    include_current: bool = False
    one_month_per_file: bool = True


@dataclass(frozen=True, slots=True)
class NotYet:
    """A day that becomes billable on `billable_from`."""

    day_id: UUID
    billable_from: Date


@dataclass(frozen=True, slots=True, order=True)
class InvoiceKey:
    """What makes two days share an invoice (decisions, Billing).

    `invoicing_type`: 0 original, 1 resubmission. `previous`: id of the invoice that a resubmission follows, as text.
    """

    destination: str
    patient_id: UUID
    billed_month: str
    sickness_fund: str
    ct1: str
    ct2: str
    time_bar_lifted: bool = False
    invoicing_type: int = 0
    previous: str = ""


@dataclass(frozen=True, slots=True)
class PlannedInvoice:
    """Days of one invoice in order of date."""

    key: InvoiceKey
    days: tuple[Candidate, ...]

    @property
    def amount_cents(self) -> int:
        """What is asked of the insurer."""
        return sum(line.care.amount_cents for candidate in self.days for line in candidate.day.to_bill)


@dataclass(frozen=True, slots=True)
class PlannedSending:
    """Invoices of one file, by ascending destination."""

    union: str
    billed_month: str
    invoices: tuple[PlannedInvoice, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`stopped`: reasons why nothing at all can be billed. `elsewhere`: days for a destination eFact does not reach.

    `amounts`: cents asked by day; a day that waits for its prices has none. `noticed`: what an insurer will remark on
    days that go, and pay. `hints`: why days that go are not billed as one might expect.
    """

    options: RunOptions
    creation_date: Date
    sendings: tuple[PlannedSending, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    not_yet: tuple[NotYet, ...] = ()
    elsewhere: tuple[tuple[str, Candidate], ...] = ()
    stopped: tuple[str, ...] = ()
    amounts: Mapping[UUID, int] = field(default_factory=dict)
    noticed: tuple[Blocked, ...] = ()
    hints: tuple[Blocked, ...] = ()


def plan(practice: Practice, days: Iterable[Candidate], options: RunOptions, today: Date) -> Plan:
    """Sort every prepared or decided day into a sending, a blocker, a later date or another destination."""
    until = month_end(month_start(options.month))
    invoices: dict[InvoiceKey, list[Candidate]] = {}
    blocked: list[Blocked] = []
    not_yet: list[NotYet] = []
    elsewhere: list[tuple[str, Candidate]] = []
    amounts: dict[UUID, int] = {}
    candidates = list(days)
    twins = _twins(practice, candidates)
    free: list[Candidate] = []
    for candidate in candidates:
        day = candidate.day
        if not day.to_bill or day.date > until:
            continue
        if not day.unpriced:
            amounts[candidate.day_id] = asked_cents(day)
        later = _billable_from(day.date, today, options)
        if later is not None:
            not_yet.append(NotYet(candidate.day_id, later))
            continue
        reasons = _reasons(practice, candidate, twins, today)
        blocked += reasons
        if not reasons:
            free.append(candidate)
    judged = judge(practice, free)
    blocked += judged.blocked
    held = {one.day_id for one in judged.blocked}
    for candidate in (judged.days[one.day_id] for one in free):
        if not candidate.day.unpriced:
            amounts[candidate.day_id] = asked_cents(candidate.day)
        if candidate.day_id in held:
            continue
        key = _invoice_key(practice, candidate, today)
        if union_of(key.destination) is None:
            elsewhere.append((key.destination, candidate))
            continue
        invoices.setdefault(key, []).append(candidate)
    return Plan(
        options,
        today,
        _sendings(invoices, options),
        tuple(blocked),
        tuple(not_yet),
        tuple(elsewhere),
        _stopped(practice.establishment),
        amounts,
        tuple(judged.noticed),
        tuple(judged.hints),
    )


def only(planned: Plan, day_ids: Collection[UUID]) -> Plan:
    """What a plan says of these days."""
    sendings = []
    for sending in planned.sendings:
        invoices = [
            PlannedInvoice(invoice.key, mine)
            for invoice in sending.invoices
            if (mine := tuple(one for one in invoice.days if one.day_id in day_ids))
        ]
        if invoices:
            sendings.append(replace(sending, invoices=tuple(invoices)))
    return replace(
        planned,
        sendings=tuple(sendings),
        blocked=tuple(one for one in planned.blocked if one.day_id in day_ids),
        not_yet=tuple(one for one in planned.not_yet if one.day_id in day_ids),
        elsewhere=tuple(one for one in planned.elsewhere if one[1].day_id in day_ids),
        noticed=tuple(one for one in planned.noticed if one.day_id in day_ids),
        hints=tuple(one for one in planned.hints if one.day_id in day_ids),
    )


def _twins(practice: Practice, candidates: Iterable[Candidate]) -> AbstractSet[UUID]:
    """Lines that stand a second time on a date of one person, whichever record they were entered on.

    The first of them is not in doubt. In a later sequence of the date the first may be in a sending already, so there
    the word given at entry counts too. A derogation code or a person's confirmation settles it.
    """
    acts, doubtful = Acts(), set[UUID]()
    for candidate in sorted(candidates, key=in_order):
        day = candidate.day
        billed = practice.patients.get(day.patient_id, (day.patient_id, None))[0]
        for line in day.recorded if day.is_prepared else ():
            if line.care.is_statistical:
                continue
            is_second = acts.add(line.care, billed, day.date) or (line.possible_duplicate and day.sequence > 1)
            if is_second and not line.is_confirmed and not line.care.derogation:
                doubtful.add(line.line_id)
    return doubtful


def _stopped(establishment: Establishment) -> tuple[str, ...]:
    details = establishment.details
    is_group = details.tpp_number.startswith(_GROUP)
    no_profession = not details.profession_code or (not is_group and not int(details.profession_code))
    missing = [("profession_code_missing", no_profession), ("content_code_missing", not details.content_code)]
    return tuple(code for code, is_missing in missing if is_missing)


def _billable_from(care: Date, today: Date, options: RunOptions) -> Date | None:
    if care > today:
        return care if options.include_current else next_month(care)
    if month_of(care) == month_of(today) and not options.include_current:
        return next_month(care)
    return None


def _reasons(practice: Practice, candidate: Candidate, twins: AbstractSet[UUID], today: Date) -> list[Blocked]:
    day, found = candidate.day, list[Blocked]()

    def block(code: str, line: Line | None = None, **facts: str) -> None:
        found.append(Blocked(candidate.day_id, code, line.line_id if line else None, tuple(facts.items())))

    known = practice.patients.get(day.patient_id)
    if known is None:
        block("patient_unknown")
    else:
        for code in _patient_reasons(known[1], day.date):
            block(code, date=day.date.isoformat())
    if is_time_barred(day.date, today) and not day.time_bar_proof:
        block("time_barred", date=day.date.isoformat())
    if not day.is_prepared and known is not None:
        found += again_reasons(practice, candidate, known[1])
    for line in day.recorded if day.is_open else day.to_bill:
        codes = _line_reasons(practice, line, day.date)
        if line.line_id in twins:
            codes.append("possible_duplicate")
        for code in codes:
            block(code, line, nomenclature_code=line.care.code)
    return found


def _patient_reasons(patient: Patient, on: Date) -> list[str]:
    if patient.is_erased:
        return ["patient_erased"]
    found = []
    if patient.ssin and not is_ssin(patient.ssin):
        found.append("ssin_invalid")
    if not patient.number:
        found.append("patient_number_missing")
    if patient.insurability(on) is None:
        found.append("insurability_missing")
    return found


def _line_reasons(practice: Practice, line: Line, on: Date) -> list[str]:
    care, found = line.care, list[str]()
    known = practice.providers.get(care.provider)
    if known is None:
        found.append("provider_unknown")
    else:
        identifier, provider = known
        if not provider.is_active(on):
            found.append("provider_not_active")
        if not any(m.provider_id == identifier and m.covers(on) for m in practice.establishment.memberships):
            found.append("provider_not_member")
    found.extend(_shape_reasons(care))
    return found


def _shape_reasons(care: Care) -> list[str]:
    """What every union refuses without looking at its own files (eFact reference 4)."""
    wrong = {
        "statistical_amount": care.is_statistical and bool(care.amount_cents or care.patient_share_cents),
        "amount_negative": care.amount_cents < 0,
        "care_assistant_missing": care.provider_norm == 2 and not care.care_assistant,
        "care_assistant_unexpected": bool(care.care_assistant) and care.provider_norm not in (2, 4, 5),
        "care_assistant_invalid": bool(care.care_assistant) and not is_nihii(care.care_assistant),
        "prescriber_invalid": bool(care.prescriber) and not is_nihii(care.prescriber),
        "prescription_date_missing": bool(care.prescriber) and care.prescription_date is None,
    }
    return [code for code, is_wrong in wrong.items() if is_wrong]


def _invoice_key(practice: Practice, candidate: Candidate, today: Date) -> InvoiceKey:
    day = candidate.day
    identifier, patient = practice.patients[day.patient_id]
    period = patient.insurability(day.date)
    if period is None:
        raise AssertionError("a day without insurability is blocked before")
    lifted = bool(day.time_bar_proof) and is_time_barred(day.date, today)
    return InvoiceKey(
        destination(period, day.date),
        identifier,
        month_of(day.date),
        period.sickness_fund,
        period.ct1,
        period.ct2,
        lifted,
        *follows(day),
    )


def _sendings(invoices: Mapping[InvoiceKey, list[Candidate]], options: RunOptions) -> tuple[PlannedSending, ...]:
    files: dict[str, list[PlannedInvoice]] = {}
    for key in sorted(invoices):
        days = sorted(invoices[key], key=in_order)
        files.setdefault(union_of(key.destination) or "", []).append(PlannedInvoice(key, tuple(days)))
    made = []
    for union, open_ones in sorted(files.items()):
        waiting = open_ones
        while waiting:
            month = _majority_month(waiting)
            fits = [i for i in waiting if _fits(i.key.billed_month, month, options)]
            made.append(PlannedSending(union, month, tuple(fits)))
            waiting = [i for i in waiting if not _fits(i.key.billed_month, month, options)]
    return tuple(sorted(made, key=lambda sending: (sending.union, sending.billed_month)))


def _fits(month: str, billed_month: str, options: RunOptions) -> bool:
    """Care of one month in a file of another: at most one month later (500547), or never when months are kept apart."""
    if options.one_month_per_file:
        return month == billed_month
    return month_start(month) <= add_months(month_start(billed_month), 1)


def _majority_month(invoices: Iterable[PlannedInvoice]) -> str:
    """Month of most services, the latest on a tie (eFact reference 1.11)."""
    count: dict[str, int] = {}
    for invoice in invoices:
        lines = sum(len(candidate.day.to_bill) for candidate in invoice.days)
        count[invoice.key.billed_month] = count.get(invoice.key.billed_month, 0) + lines
    return max(count, key=lambda month: (count[month], month))
