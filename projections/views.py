"""All views of the product."""

from application.ports import KeyRing
from projections import (
    api_keys,
    casework,
    correction_rules,
    days,
    descored_days,
    documents,
    establishments,
    imports,
    invoices,
    items,
    memberships,
    messages,
    notices,
    patient_names,
    patient_numbers,
    patient_papers,
    patients,
    polls,
    precedents,
    providers,
    queued_questions,
    refusals,
    runs,
    sendings,
    users,
)
from projections.view import View


def all_views(keys: KeyRing) -> tuple[View, ...]:
    """In the order in which they are folded; none reads another."""
    return (
        establishments.VIEW,
        providers.VIEW,
        memberships.VIEW,
        patients.view(keys),
        patient_numbers.view(keys),
        patient_names.view(keys),
        days.VIEW,
        invoices.VIEW,
        sendings.VIEW,
        documents.VIEW,
        refusals.VIEW,
        precedents.VIEW,
        items.VIEW,
        messages.VIEW,
        polls.VIEW,
        imports.VIEW,
        runs.VIEW,
        api_keys.VIEW,
        users.view(keys),
        casework.VIEW,
        correction_rules.VIEW,
        descored_days.VIEW,
        notices.VIEW,
        patient_papers.VIEW,
        queued_questions.VIEW,
    )
