"""Checks of the headers and of records 10 and 90 (eFact reference 1.4, 1.5, 1.8, 2.1)."""

from collections.abc import Iterator
from datetime import date

from domain.identifiers import is_cbe_number, is_iban, is_nihii
from infrastructure.efact.faults import Fault, fault, slip_fault
from infrastructure.efact.message import EfactFile, Record
from infrastructure.efact.outline import Outline
from infrastructure.efact.values import as_date

_INSTRUCTIONS = {12: "0001999", 92: "9991999"}
_INVOICE_TYPES = (1, 3, 9)
_AMBULATORY = 3
_AMBULATORY_MODES, _MODES = (1, 2, 5), (1, 2)
_OLDEST = date(2002, 1, 1)
_GROUP = "094"
_FICTITIOUS_CBE = "0999999922"


def envelope_faults(file: EfactFile, placed: Outline) -> Iterator[Fault]:
    """Faults of headers 200 and 300, alone and against record 10; of record 10; of record 90 against 10."""
    yield from _header_faults(file.header)
    yield from _slip_faults(file.second_header, file.header.number("environment"))
    if placed.opening is not None:
        yield from _agreement_faults(file.second_header, placed.opening)
        yield from _opening_faults(placed.opening)
        if placed.closing is not None:
            yield from _closing_faults(placed.opening, placed.closing)


def _header_faults(header: Record) -> Iterator[Fault]:
    if not header.number("version"):
        yield slip_fault(201, "11", "format version is not a number above zero")
    if header.number("environment") not in _INSTRUCTIONS:
        yield slip_fault(202, "20", "neither production (12) nor test (92)")
    if not header.number("provider_reference"):
        yield slip_fault(204, "10", "provider reference is missing")


def _slip_faults(second: Record, environment: int | None) -> Iterator[Fault]:
    if second.text("instructions") != _INSTRUCTIONS.get(environment or 0):
        yield slip_fault(304, "21", "version of the instructions does not go with production or test (zone 202)")
    created = as_date(second.number("creation_date"))
    if created is None:
        yield slip_fault(302, "11", "creation date is not a date")
    elif created < _OLDEST:
        yield slip_fault(302, "21", "creation date before 2002")
    kind = second.number("invoice_type")
    if kind not in _INVOICE_TYPES:
        yield slip_fault(308, "20", "invoice type is not 01, 03 or 09")
    elif kind == _AMBULATORY and second.number("account_mode") not in _AMBULATORY_MODES:
        yield slip_fault(309, "30", "account mode is not 1, 2 or 5 in ambulatory care")
    elif kind != _AMBULATORY and second.number("account_mode") not in _MODES:
        yield slip_fault(309, "20", "account mode is not 1 or 2")


def _agreement_faults(second: Record, ten: Record) -> Iterator[Fault]:
    month = second.zone("billed_month")
    if ten.zone("billed_year") != b"0" + month[:4]:
        yield fault(ten, 22, "20", "invoiced year differs from header 300")
    if ten.zone("billed_month") != month[4:]:
        yield fault(ten, 23, "20", "invoiced month differs from header 300")
    if ten.zone("sending_number") != second.zone("sending_number"):
        yield fault(ten, 7, "20", "sending number differs from header 300")
    if ten.zone("creation_date") != second.zone("creation_date"):
        yield slip_fault(302, "20", "creation date differs from record 10")
    if ten.zone("instructions") != second.zone("instructions"):
        yield fault(ten, 4, "20", "version of the instructions differs from header 300")


def _opening_faults(ten: Record) -> Iterator[Fault]:
    if not ten.number("sending_number"):
        yield fault(ten, 7, "03", "sending number is not 001-999")
    tpp_number = ten.text("tpp_number")
    if tpp_number[:1] != "0" or not is_nihii(tpp_number[1:]):
        yield fault(ten, 14, "02", "third-payer number has wrong check digits")
    if not ten.number("profession_code") and not tpp_number.startswith(_GROUP):
        yield fault(ten, 18, "10", "profession code is zero although the biller is a person")
    company = ten.text("cbe_number")
    if company == _FICTITIOUS_CBE:
        yield fault(ten, 27, "11", "fictitious company number")
    elif not is_cbe_number(company):
        yield fault(ten, 27, "02", "company number is missing or has wrong check digits")
    if not is_iban(ten.text("iban")):
        yield fault(ten, 36, "05", "IBAN of account A is wrong")
    yield from _month_faults(ten)


def _month_faults(ten: Record) -> Iterator[Fault]:
    year, month = ten.number("billed_year"), ten.number("billed_month")
    if year is None or month is None or not 1 <= month <= 12:
        yield fault(ten, 23, "03", "invoiced month is not a month")
        return
    created = ten.number("creation_date")
    if as_date(created) is None:
        yield fault(ten, 25, "03", "creation date is not a date")
    elif created is not None and year * 100 + month > created // 100:
        yield fault(ten, 23, "11", "invoiced month is later than the creation date")


def _closing_faults(ten: Record, ninety: Record) -> Iterator[Fault]:
    for zone, name in (
        (7, "sending_number"),
        (14, "tpp_number"),
        (22, "billed_year"),
        (23, "billed_month"),
        (27, "cbe_number"),
    ):
        if ninety.zone(name) != ten.zone(name):
            yield fault(ninety, zone, "12", "differs from record 10")
