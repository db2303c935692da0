"""What a billing run would do: which days go into which invoice and sending, what is held back and why.

Pure: preview and run call it alike, the run only adds numbers and bytes to what stands here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date as Date
from uuid import UUID

from domain.billing_day import GIVES_BACK, Line
from domain.care import Acts, Care
from domain.establishment import Establishment
from domain.identifiers import is_nihii, is_ssin
from domain.patient import Patient
from domain.rules.limits import is_time_barred, month_end, month_of, month_start, next_month
from domain.rules.unions import union_of
from domain.run_again import again_reasons, asked_cents
from domain.run_checks import judge
from domain.run_credits import billable_from, credit_reasons, credited_cents, is_billed_with, without_negative_totals
from domain.run_documents import DocumentKey, PlannedDocument, document_key, documents_of, only_documents
from domain.run_invoices import InvoiceKey, PlannedInvoice, PlannedSending, credit_key, files_of, invoice_key
from domain.run_parts import Blocked, Candidate, Practice, in_order

__all__ = [
    "Blocked",
    "Candidate",
    "InvoiceKey",
    "NotYet",
    "Plan",
    "PlannedDocument",
    "PlannedInvoice",
    "PlannedSending",
    "Practice",
    "RunOptions",
    "only",
    "plan",
]

_GROUP = "94"
"""A third-party number of a group begins so; only an individual biller must name a profession (101810)."""
_ANOTHER_COUNTRY = "country_not_billed"
"""eFact is Belgian, and so are its rules of numbers, insurability and time: elsewhere they would say nothing true."""


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


@dataclass(frozen=True, slots=True)
class Plan:
    """`stopped`: reasons why nothing at all can be billed. `documents`: for destinations that eFact does not reach.

    `amounts`: cents asked by day; a day that waits for its prices has none. `noticed`: what an insurer will remark on
    days that go, and pay. `hints`: why days that go are not billed as one might expect.
    """

    options: RunOptions
    creation_date: Date
    sendings: tuple[PlannedSending, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    not_yet: tuple[NotYet, ...] = ()
    documents: tuple[PlannedDocument, ...] = ()
    stopped: tuple[str, ...] = ()
    amounts: Mapping[UUID, int] = field(default_factory=dict)
    noticed: tuple[Blocked, ...] = ()
    hints: tuple[Blocked, ...] = ()


def plan(practice: Practice, days: Iterable[Candidate], options: RunOptions, today: Date) -> Plan:
    """Sort every prepared or decided day into a sending, a document, a blocker or a later date."""
    until = month_end(month_start(options.month))
    invoices: dict[InvoiceKey, list[Candidate]] = {}
    blocked: list[Blocked] = []
    not_yet: list[NotYet] = []
    beyond: list[tuple[DocumentKey, Candidate]] = []
    amounts: dict[UUID, int] = {}
    candidates = list(days)
    twins = _twins(practice, candidates)
    free: list[Candidate] = []
    held: list[Candidate] = []
    given_back: list[Candidate] = []
    for candidate in candidates:
        day = candidate.day
        if not day.waits_for_run or day.date > until:
            continue
        if not day.unpriced:
            amounts[candidate.day_id] = asked_cents(day)
        if _is_of_another_country(practice.establishment):
            blocked.append(Blocked(candidate.day_id, _ANOTHER_COUNTRY))
            continue
        later = _billable_from(day.date, today, options) or billable_from(practice, candidate, today)
        if later is not None:
            not_yet.append(NotYet(candidate.day_id, later))
            continue
        reasons = _reasons(practice, candidate, twins, today)
        blocked += reasons
        if day.to_bill:
            (held if reasons else free).append(candidate)
        elif not reasons:
            given_back.append(candidate)
    judged = judge(practice, free, held)
    first = list[Blocked]()
    for candidate in (judged.going[one.day_id] for one in free if one.day_id in judged.going):
        key = invoice_key(practice, candidate, today)
        if candidate.day.to_credit:
            given_back.append(candidate)
            if not is_billed_with(practice, candidate, key, today):
                first.append(Blocked(candidate.day_id, "billed_after_credit"))
                continue
        if union_of(key.destination) is None:
            beyond.append((document_key(key), candidate))
            continue
        invoices.setdefault(key, []).append(candidate)
    for candidate in given_back:
        for payer in candidate.day.to_credit:
            invoices.setdefault(credit_key(practice, candidate, payer), []).append(candidate)
    files, negative = without_negative_totals(files_of(invoices, one_month_per_file=options.one_month_per_file), today)
    return Plan(
        options,
        today,
        files,
        (*blocked, *_not_told(judged.blocked, blocked), *negative),
        tuple(not_yet),
        documents_of(beyond),
        _stopped(practice.establishment),
        _net(amounts | judged.amounts, candidates),
        tuple(judged.noticed),
        (*judged.hints, *first),
    )


def _net(asked: Mapping[UUID, int], candidates: Iterable[Candidate]) -> dict[UUID, int]:
    """Less what is given back."""
    back = {one.day_id: credited_cents(one.day) for one in candidates if one.day.decision in GIVES_BACK}
    return {day_id: cents + back.get(day_id, 0) for day_id, cents in asked.items()}


def _not_told(reasons: Iterable[Blocked], told: Iterable[Blocked]) -> Iterator[Blocked]:
    """What the tariffs need of a line may be what every union needs of it."""
    known = {(one.day_id, one.code, one.line_id) for one in told}
    return (one for one in reasons if (one.day_id, one.code, one.line_id) not in known)


def only(planned: Plan, day_ids: Collection[UUID]) -> Plan:
    """What a plan says of these days."""
    sendings = [sending.without(sending.day_ids - set(day_ids)) for sending in planned.sendings]
    return replace(
        planned,
        sendings=tuple(sending for sending in sendings if sending.invoices),
        blocked=tuple(one for one in planned.blocked if one.day_id in day_ids),
        not_yet=tuple(one for one in planned.not_yet if one.day_id in day_ids),
        documents=only_documents(planned.documents, day_ids),
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


def _is_of_another_country(establishment: Establishment) -> bool:
    return establishment.details.country != "BE"


def _stopped(establishment: Establishment) -> tuple[str, ...]:
    details = establishment.details
    if _is_of_another_country(establishment):
        return (_ANOTHER_COUNTRY,)
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
    if day.to_bill and is_time_barred(day.date, today) and not day.time_bar_proof:
        block("time_barred", date=day.date.isoformat())
    found += credit_reasons(practice, candidate)
    if not day.is_prepared and known is not None and day.to_bill:
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
