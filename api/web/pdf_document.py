"""An invoice beyond eFact on paper, as it goes to its addressee: our own layout, which imitates no official form."""

from collections.abc import Iterator
from uuid import UUID

from api.web.documents import document_of, twigs_of
from api.web.pdf_lines import every_line, service
from api.web.pdf_words import Printed, Speaker, titled
from api.web.settlement_branches import Twig
from api.web.visit import Visit
from domain import establishment as establishments
from domain import patient as patients
from domain.document import Document, printed
from domain.event import ERASED
from domain.rules.unions import beyond_efact
from infrastructure.pdf import Block, Column, Facts, Heading, Paragraph, Table
from infrastructure.pdf import Document as Sheets


def print_document(visit: Visit, document_id: UUID) -> Printed:
    """As of the day asked for. Who the patient is stands on it for whoever may see care. Raises `NotFound`."""
    state, speak = document_of(visit, document_id), Speaker(visit.language)
    made, t = state.made, speak.t
    twigs = twigs_of(visit, state)
    blocks: list[Block] = [
        Facts(list(_from(visit, speak))),
        Heading(t("print.addressee")),
        Facts([(t("state.destination"), _addressee(made.destination, speak))]),
        Facts(list(_about(visit, state, speak))),
        Table(_columns(speak), [row for twig in twigs for row in _rows(twig, speak)]),
        Paragraph(t("print.document_total", amount=speak.amount(made.amount_cents)), is_bold=True),
        Paragraph(t("print.document_pay", communication=printed(made.communication)), is_bold=True),
    ]
    if state.status == "cancelled":
        blocks.insert(0, Paragraph(t("document_status.cancelled"), is_bold=True))
    title = titled(visit, t("print.document", number=made.number))
    return Printed(Sheets(title, blocks, is_wide=True), "document.read", [made.patient_id])


def _addressee(destination: str, speak: Speaker) -> str:
    return speak.t("said.named", name=speak.t(f"destination_kind.{beyond_efact(destination)}"), value=destination)


def _from(visit: Visit, speak: Speaker) -> Iterator[tuple[str, str]]:
    """The practice, and where it is paid."""
    here = establishments.fold(visit.events(visit.practice))
    if here is None:
        return
    details, t = here.details, speak.t
    yield t("state.establishment_id"), details.name
    for name in ("tpp_number", "cbe_number", "iban", "bic"):
        yield t(f"state.{name}"), getattr(details, name)
    contact = f"{details.contact_first_name} {details.contact_last_name} {details.contact_phone}".strip()
    yield t("print.contact"), contact


def _about(visit: Visit, state: Document, speak: Speaker) -> Iterator[tuple[str, str]]:
    made, t = state.made, speak.t
    yield t("print.document_number"), made.number
    yield t("print.document_date"), speak.day(made.issued_on)
    yield t("state.billed_month"), speak.month(made.billed_month)
    yield t("column.communication"), printed(made.communication)
    who = patients.fold(visit.events(made.patient_id)) if visit.may_ever("medical") else None
    if who is not None and ERASED not in (who.details.last_name, who.number):
        yield t("state.patient_id"), f"{who.details.last_name} {who.details.first_name}".strip()
        yield t("print.patient_number"), who.number


def _columns(speak: Speaker) -> list[Column]:
    t = speak.t
    return [
        Column(t("state.date")),
        Column(t("state.code")),
        Column(t("state.nihii")),
        Column(t("state.patient_share_cents"), is_figure=True),
        Column(t("state.amount_cents"), is_figure=True),
    ]


def _rows(twig: Twig, speak: Speaker) -> Iterator[list[str]]:
    for line, _ in every_line(twig.lines):
        yield [
            speak.day(twig.state.date),
            service(line),
            line.care.provider,
            speak.amount(line.care.share_cents),
            speak.amount(line.care.asked_cents),
        ]
