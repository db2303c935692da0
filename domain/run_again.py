"""Refused days that a run takes up: as a resubmission to the same union, or as an original invoice elsewhere.

A resubmission names the invoice that it follows (eFact reference 5.1); it makes no sense at another union, nor does an
original invoice at the destination that refused the first one (5.2).
"""

from collections.abc import Iterator
from datetime import date as Date

from domain.billing_day import BillingDay
from domain.patient import Insurability, Patient
from domain.rules.cures import need_of
from domain.rules.unions import destination_of, union_of
from domain.run_parts import Blocked, Candidate, Practice

RESUBMISSION = 1


def again_reasons(practice: Practice, candidate: Candidate, patient: Patient) -> list[Blocked]:
    """What keeps a decided day from being billed as decided."""
    day = candidate.day
    period, former = patient.insurability(day.date), practice.previous.get(day.invoice_id) if day.invoice_id else None
    if period is None:
        return []
    if former is None:
        return [Blocked(candidate.day_id, "previous_invoice_unknown")]
    now = destination(period, day.date)
    facts = (("destination", now), ("date", day.date.isoformat()))
    if day.decision == "rebill" and union_of(now) != union_of(former.destination):
        return [Blocked(candidate.day_id, "correction_other_union", facts=facts)]
    if day.decision == "rebill_elsewhere" and now == former.destination:
        return [Blocked(candidate.day_id, "correction_same_destination", facts=facts)]
    return list(_not_cured(practice, candidate, patient, is_elsewhere=now != former.destination))


def _not_cured(practice: Practice, candidate: Candidate, patient: Patient, *, is_elsewhere: bool) -> Iterator[Blocked]:
    """Each code whose cure can be seen, and is not there yet."""
    day, cured = candidate.day, {"": True, "destination": is_elsewhere}
    cured["insurability"] = candidate.day_id in practice.asked_again
    cured["authorisation"] = any(one.covers(day.date) for one in patient.authorisations)
    codes = {reason.code for line in day.refused if line.said for reason in line.said.reasons}
    for code in sorted(codes):
        need = need_of(code)
        if not cured[need]:
            facts = (("refused_as", code), ("date", day.date.isoformat()))
            yield Blocked(candidate.day_id, f"not_cured_{need}", facts=facts)


def destination(period: Insurability, on: Date) -> str:
    """Where care of that day is billed."""
    return period.destination or destination_of(period.sickness_fund, on)


def follows(day: BillingDay) -> tuple[int, str]:
    """Invoicing type, and the id of the invoice that it follows; 0 and nothing for an original one."""
    return (RESUBMISSION, str(day.invoice_id)) if day.decision == "rebill" else (0, "")


def asked_cents(day: BillingDay) -> int:
    """What the next run asks for it."""
    return sum(line.care.amount_cents for line in day.to_bill)
