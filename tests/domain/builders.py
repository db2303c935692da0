"""A small fictitious practice for tests: numbers with valid check digits that belong to nobody."""

from dataclasses import replace
from datetime import date as Date
from typing import Any
from uuid import UUID, uuid5

from domain.answer import Answer, AnswerRecord, FundSettlement, Reason
from domain.billing_day import BillingDay, day_id, fold
from domain.care import Care, CareLine, line_id, reference_of
from domain.day_events import CareRecorded, DayBilled
from domain.establishment import EstablishmentDetails
from domain.invoice import Invoice, InvoiceIssued, invoice_id
from domain.patient import Insurability, PatientDetails
from domain.provider import ProviderDetails
from domain.sending import SendingPrepared

ROOT = UUID("0f7bb1f0-54a5-4a8e-9a5e-6e7b7a0c1d2e")
NURSE = "41234502401"
COLLEAGUE = "49990137405"
DOCTOR = "11234578004"
GROUP = "94000117110"
SSIN = "85073003328"
OTHER_SSIN = "90010110120"
BORN_2014 = "14032816518"


def uid(name: str) -> UUID:
    """A readable id: the same name, the same id."""
    return uuid5(ROOT, name)


WHERE, PATIENT, SENDING = uid("establishment"), uid("patient"), uid("sending")
DAY = Date(2026, 1, 15)
MESSAGE = "a" * 64


def a_care(code: str = "425110", cents: int = 668, **values: Any) -> Care:
    values.setdefault("provider", NURSE)
    return Care(code=code, amount_cents=cents, **values)


def recorded(
    *cares: Care, date: Date = DAY, sequence: int = 1, patient: UUID = PATIENT, import_id: UUID | None = None
) -> CareRecorded:
    """Care on one day, each line with its own number."""
    target = day_id(WHERE, patient, date, sequence)
    lines = tuple(CareLine(line_id(target, care, n), care) for n, care in enumerate(cares or (a_care(),), 1))
    return CareRecorded(WHERE, patient, date, sequence, lines, import_id)


def ids_of(opening: CareRecorded) -> list[UUID]:
    return [line.line_id for line in opening.lines]


def billed(opening: CareRecorded, sending: UUID = SENDING, first: int = 3) -> DayBilled:
    """Its lines in a file, one record 50 behind the other from number `first` on."""
    return DayBilled(sending, uid("invoice"), tuple(range(first, first + len(opening.lines))))


def a_day(*cares: Care, **values: Any) -> BillingDay:
    day = fold([recorded(*cares, **values)])
    assert day is not None
    return day


def establishment_details(**values: Any) -> EstablishmentDetails:
    return replace(
        EstablishmentDetails(
            name="Thuisverpleging De Brug",
            sector="home_nursing",
            tpp_number=GROUP,
            cbe_number="0123456749",
            iban="BE49999000000171",
            bic="TESTBEBB",
            contact_last_name="Peeters",
            contact_first_name="An",
            contact_phone="0470000001",
            profession_code="410",
            content_code="040",
        ),
        **values,
    )


def patient_details(**values: Any) -> PatientDetails:
    return replace(PatientDetails("Maes", "Lotte", "1985-07-30", 2, "nl"), **values)


def provider_details(nihii: str = NURSE, **values: Any) -> ProviderDetails:
    return replace(ProviderDetails(nihii, "Janssens", "Piet", nihii[8:], 1), **values)


def insured(fund: str = "131", start: Date = Date(2025, 1, 1), end: Date | None = None, **values: Any) -> Insurability:
    return replace(Insurability(start, end, fund, "110", "110"), **values)


def prepared(**values: Any) -> SendingPrepared:
    return replace(
        SendingPrepared(
            establishment_id=WHERE,
            run_id=uid("run"),
            union="100",
            billed_month="2026-01",
            creation_date=Date(2026, 2, 2),
            sending_number=1,
            provider_reference="20260000000001",
            reference=reference_of(SENDING),
            message=MESSAGE,
            invoice_ids=(uid("invoice"),),
            record_count=6,
            line_count=1,
            day_count=1,
            requested_cents=668,
            control_number=1,
        ),
        **values,
    )


def issued(number: str = "202600000001", **values: Any) -> InvoiceIssued:
    identifier = invoice_id(SENDING, number)
    return replace(
        InvoiceIssued(
            establishment_id=WHERE,
            patient_id=PATIENT,
            sending_id=SENDING,
            invoice_number=number,
            reference=reference_of(identifier),
            billed_month="2026-01",
            sickness_fund="131",
            destination="131",
            ct1="110",
            ct2="110",
            invoicing_type=0,
            record=2,
            total_record=4,
            requested_cents=668,
            patient_share_cents=0,
            supplement_cents=0,
            line_count=1,
            day_ids=(),
        ),
        **values,
    )


class Sent:
    """A sending of several invoices, each a list of days, each a list of cares; record numbers as the writer gives.

    A care with an identity reading takes a record 52, one with a commitment a record 51.
    """

    def __init__(self, *invoices: tuple[str, list[list[Care]]], reverse_references: bool = False) -> None:
        self.days: dict[UUID, BillingDay] = {}
        self.invoices: list[Invoice] = []
        self.record_of: dict[UUID, int] = {}
        order = 2
        for index, (fund, made) in enumerate(invoices, 1):
            opening, order = order, order + 1
            day_ids = []
            for nth, cares in enumerate(made):
                event = recorded(*cares, date=Date(2026, 1, 1 + nth), patient=uid(f"patient {index}"))
                records = []
                for line in event.lines:
                    records.append(order)
                    self.record_of[line.line_id] = order
                    order += 1 + bool(line.care.commitment_number) + line.care.has_reading
                identifier = day_id(WHERE, event.patient_id, event.date, 1)
                day = fold([event, DayBilled(SENDING, uid(f"invoice {index}"), tuple(records))])
                assert day is not None
                self.days[identifier] = day
                day_ids.append(identifier)
            cents = sum(care.amount_cents for cares in made for care in cares)
            self.invoices.append(
                Invoice(
                    issued(
                        f"2026{index:08d}",
                        destination=fund,
                        record=opening,
                        total_record=order,
                        requested_cents=cents,
                        day_ids=tuple(day_ids),
                    )
                )
            )
            order += 1

    @property
    def lines(self) -> list[Any]:
        return [line for day in self.days.values() for line in day.active]

    def echo(self, nth: int, *errors: Reason, accepted: int | None = 0, **values: Any) -> AnswerRecord:
        """The record 50 of the n-th line (from 0) with what the union says of it."""
        line = self.lines[nth]
        echo = AnswerRecord(
            type="50",
            order=self.record_of[line.line_id],
            errors=errors,
            accepted_cents=accepted,
            requested_cents=line.care.amount_cents,
            reference=reference_of(line.line_id),
            code=line.care.code,
        )
        return replace(echo, **values)

    def beside(self, nth: int, kind: str, *errors: Reason, offset: int = 1, comment: str = "") -> AnswerRecord:
        """A record 51 or 52 behind the n-th line."""
        order = self.record_of[self.lines[nth].line_id] + offset
        return AnswerRecord(type=kind, order=order, errors=errors, comment=comment, accepted_cents=0)

    def frame(self, index: int, kind: str, *errors: Reason, accepted: int | None = None, **values: Any) -> AnswerRecord:
        """Record 20 or 80 of an invoice."""
        made = self.invoices[index].made
        order = made.record if kind == "20" else made.total_record
        return replace(
            AnswerRecord(type=kind, order=order, errors=errors, accepted_cents=accepted, reference=made.reference),
            **values,
        )


def reason(text: str) -> Reason:
    """ "R502255" as an answer writes it."""
    return Reason(text[0], text[1:])


def settlement(fund: str, requested: int, refused: int, accepted: int | None = None) -> FundSettlement:
    told = requested - refused if accepted is None else accepted
    return FundSettlement(fund, requested, told, refused, f"001/202601/{fund}/")


def answer(
    *records: AnswerRecord, funds: tuple[FundSettlement, ...] = (), total: FundSettlement | None = None, **values: Any
) -> Answer:
    made = Answer("920900", "20260000000001", "00000000000001", "00000", "00", (), records, funds, total)
    return replace(made, **values)
