"""What is asked about a member, read and judged as MyCareNet judges it; its words for what is wrong are published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime

from lxml import etree

from domain.identifiers import is_ssin
from infrastructure.mycarenet_simulator.errors import wrong_content
from infrastructure.mycarenet_simulator.member_shapes import QUERY
from infrastructure.mycarenet_simulator.names import path, qname, text_at
from infrastructure.mycarenet_simulator.structure import fault_in

OURS = "urn:be:cin:nippin:"
INSURABILITY, PALLIATIVE = f"{OURS}insurability", f"{OURS}palliativeStatus"
SSIN, SSIN_AT_FUND, REGISTRATION = (
    "urn:be:fgov:person:ssin",
    f"{OURS}member:ssin@mut",
    f"{OURS}careReceiver:registrationNumber@mut",
)
IDENTIFIES = f"{OURS}memberIdentification"
YEARS_BACK = 5
_ISSUERS = {f"{OURS}nihii11": "nihii", "urn:be:fgov:kbo-bce:organization:cbe-number": "cbe"}
_ANSWERED = frozenset({INSURABILITY, PALLIATIVE, f"{OURS}globalMedicalFile", f"{OURS}chronicCondition"})
_NOT_FOR_ALL = frozenset({f"{OURS}carePath", f"{OURS}referencePharmacy"})
"""Recorded as refused to a physiotherapist; who may ask them is published nowhere, so nobody may here."""
_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "requestType": ("information", "invoicing"),
    "contactType": ("other", "hospitalized"),
}
_SSIN_LENGTH, _FUND_LENGTH = 11, 3


class QueryRefused(Exception):
    """An answer that says no. `who` and `why`: the two levels of its status; `location`: where in the query."""

    def __init__(self, who: str, why: str, fault: str, code: str, location: str = "") -> None:
        super().__init__(code)
        self.who, self.why, self.fault, self.code, self.location = who, why, fault, code, location


@dataclass(frozen=True, slots=True)
class Query:
    """`kind` and `number`: of the member; `fund` where the number is one of a fund. `end`: the first day no more."""

    id: str
    issuer_kind: str
    issuer: str
    kind: str
    number: str
    fund: str
    start: Date
    end: Date
    facets: Mapping[str, Mapping[str, str]]
    extensions: etree._Element

    @property
    def is_for_invoicing(self) -> bool:
        """Whether the insurer is asked to commit itself."""
        return self.facets.get(INSURABILITY, {}).get("requestType") == "invoicing"


def read_query(node: etree._Element, today: Date) -> Query:
    """Raises `Refused` for what is no query at all, `QueryRefused` for one that asks what cannot be asked."""
    wrong = fault_in(node, QUERY)
    if node.tag != qname("saml2p:AttributeQuery") or wrong:
        raise wrong_content(f"the query does not fit its schema at {wrong or 'AttributeQuery'}")
    issuer = path(node, "saml2:Issuer")
    told = "" if issuer is None else issuer.get("Format", "")
    if told not in _ISSUERS:
        raise _of_query("INVALID_ISSUER_FORMAT", "*:Issuer")
    extensions = node[1]
    facets = _facets(extensions)
    kind, number, fund = _member(node)
    start, end = _period(node, today)
    return Query(
        node.get("ID", ""),
        _ISSUERS[told],
        text_at(node, "saml2:Issuer"),
        kind,
        number,
        fund,
        start,
        end,
        facets,
        extensions,
    )


def _facets(extensions: etree._Element) -> Mapping[str, Mapping[str, str]]:
    if extensions.get(qname("xsi:type"), "").rpartition(":")[2] != "ExtensionsType":
        raise _of_query("MISSING_OR_BAD_EXTENSIONS_TYPE", "*:Extensions")
    found: dict[str, Mapping[str, str]] = {}
    for facet in extensions:
        name = facet.get("id", "")
        where = f'*:AttributeQuery/*:Extensions/*:Facet[@id="{name}"]'
        if name in found:
            raise _of_query("DUPLICATED_FACET", where)
        if name in _NOT_FOR_ALL:
            raise _of_query("UNAUTHORIZED_FACET", where, fault="AUTHORIZATION_ERROR")
        if name not in _ANSWERED:
            raise _of_query("UNKNOWN_FACET", where)
        found[name] = _dimensions(facet, name, where)
    return found


def _dimensions(facet: etree._Element, name: str, where: str) -> Mapping[str, str]:
    """Only insurability has any, and it has both."""
    wanted = _DIMENSIONS if name == INSURABILITY else {}
    told: dict[str, str] = {}
    for one in facet:
        key, value = one.get("id", ""), (one.text or "").strip()
        place = f'{where}/*:Dimension[@id="{key}"]'
        if key not in wanted:
            raise _of_query("INVALID_DIMENSION_ID", place)
        if key in told:
            raise _of_query("DUPLICATED_DIMENSION", place)
        if value not in wanted[key]:
            raise _of_query(f"{'UNALLOWED' if value else 'EMPTY'}_{key.upper()}", place)
        told[key] = value
    if told.keys() != wanted.keys():
        raise _of_query("MISSING_DIMENSION", where)
    return told


def _member(node: etree._Element) -> tuple[str, str, str]:
    named = path(node, "saml2:Subject", "saml2:NameID")
    kind, value = ("", "") if named is None else (named.get("Format", ""), (named.text or "").strip())
    number, at, fund = value.partition("@")
    where = "*:AttributeQuery/*:Subject/*:NameID"
    if kind not in (SSIN, SSIN_AT_FUND, REGISTRATION):
        raise _of_query("INVALID_NAMEID_FORMAT", where)
    if bool(at) != (kind != SSIN) or not number:
        raise _of_query("INVALID_NAMEID_VALUE", where)
    if at and not (len(fund) == _FUND_LENGTH and fund.isdigit()):
        raise _of_query("INVALID_IO_FORMAT", where)
    if kind != REGISTRATION and not (len(number) == _SSIN_LENGTH and number.isdigit()):
        raise _of_query("INVALID_INSS_FORMAT", where)
    if kind != REGISTRATION and not is_ssin(number):
        raise _of_query("INVALID_INSS_VALUE", where)
    return kind, number, fund


def _period(node: etree._Element, today: Date) -> tuple[Date, Date]:
    confirmation = path(node, "saml2:Subject", "saml2:SubjectConfirmation")
    where = "*:AttributeQuery/*:Subject/*:SubjectConfirmation"
    if confirmation is None or confirmation.get("Method") != IDENTIFIES:
        raise _of_query("INVALID_SUBJECT_CONFIRMATION_METHOD_VALUE", where)
    data = confirmation[0]
    try:
        start, end = (datetime.fromisoformat(data.get(name, "")).date() for name in ("NotBefore", "NotOnOrAfter"))
    except ValueError:
        raise _of_query("INVALID_PERIOD", where) from None
    if end <= start:
        raise _of_query("INVALID_PERIOD", where)
    if start > today:
        raise QueryRefused("Requester", "InputError", "INPUT_ERROR", "START_DATE_IN_FUTURE", where)
    if (start.year + YEARS_BACK, start.month, start.day) < (today.year, today.month, today.day):
        raise QueryRefused("Requester", "InputError", "INPUT_ERROR", "PERIOD_TOO_FAR_IN_PAST", where)
    return start, end


def _of_query(code: str, location: str, fault: str = "VALIDATION_ERROR") -> QueryRefused:
    return QueryRefused("Requester", "AttributeQueryError", fault, code, location)
