"""Find a patient by number or name: the question comes in a body, the answer lives at an address that tells nothing.

The address holds blind marks of the question, sealed for this caller and for a quarter of an hour; any process of the
service can answer it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import Path, Response
from fastapi.responses import RedirectResponse

from api.build import Quittance
from api.rest.patients import ABSENT
from api.rest.problems import FieldError, Problem
from api.rest.reads import Reads
from api.rest.register_bodies import SearchIn
from api.rest.resources import resource
from api.rest.rights import MaySeeCare, Product, establishment_at, not_here, within
from application.access import Caller
from application.register import number_blind
from infrastructure.keys.crypto import SealBroken
from projections.patient_names import name_blinds, patients_by_name
from projections.patients import identity, patients

router = resource("/patients/search", "patients")
LIVES = timedelta(minutes=15)
_SEE_OTHER = 303
_MOST_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """Enough to choose by."""

    patient_id: UUID
    establishment_id: UUID
    last_name: str
    first_name: str
    birth_date: str
    sex: int
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class FoundPatients:
    """Best matches first, at most 200."""

    patients: tuple[FoundPatient, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a result carries, sealed."""

    establishment_id: UUID
    blinds: tuple[bytes, ...]
    until: float


@router.post(
    "",
    operation_id="search_patients",
    status_code=_SEE_OTHER,
    response_class=Response,
    responses={
        303: {
            "headers": {
                "Location": {"schema": {"type": "string"}, "description": "The patient, or the result of the search."}
            }
        }
    },
)
def search_patients(caller: MaySeeCare, quittance: Product, body: SearchIn) -> Response:
    """Ask by one number, or by last name. Changes nothing, so it takes no `Idempotency-Key`."""
    where = establishment_at(caller, quittance, body.establishment_id)
    number = body.ssin or body.affiliation_number
    if bool(number) == bool(body.last_name.strip()):
        raise Problem(422, "search_unclear", [FieldError("body", "last_name", "search_unclear")])
    if not number:
        blinds = tuple(name_blinds(quittance.keys, where, body.last_name))
        return RedirectResponse(f"/patients/search/{_sealed(quittance, caller, where, blinds)}", _SEE_OTHER)
    blind = number_blind(quittance.keys, where, number)
    found = quittance.lookups.patients_by_number(where, [blind]).get(blind)
    if found is None:
        not_here(ABSENT)
    return RedirectResponse(f"/patients/{found}", _SEE_OTHER)


@router.get("/{result}", operation_id="get_search_result", response_model=FoundPatients)
def get_search_result(
    caller: MaySeeCare, reading: Reads, result: Annotated[str, Path(max_length=_MOST_CHARACTERS)]
) -> Response:
    """Records that bear the name, for as long as the address lives."""
    asked = _opened(reading.quittance, caller, result)
    where = within(caller, asked.establishment_id, "search_gone")
    keys = reading.quittance.keys
    with reading.sql() as sql:
        ids = patients_by_name(sql, [where], asked.blinds)
        rows = patients(sql, [where], ids)
    shown = []
    for row in (rows[i] for i in ids if i in rows):
        who = identity(keys, row)
        shown.append(
            FoundPatient(
                row["patient_id"],
                row["establishment_id"],
                who.last_name,
                who.first_name,
                who.birth_date,
                row["sex"],
                row["merged_into"],
            )
        )
    return reading.many(FoundPatients(tuple(shown)), action="patient.found", patients=[one.patient_id for one in shown])


def _sealed(quittance: Quittance, caller: Caller, where: UUID, blinds: tuple[bytes, ...]) -> str:
    until = (quittance.clock.now() + LIVES).timestamp()
    asked = msgspec.json.encode(Asked(where, blinds, until)).decode()
    sealed = quittance.keys.seal(where, _context(caller), asked)
    return f"{where.hex}{urlsafe_b64encode(sealed.encode()).decode()}"


def _opened(quittance: Quittance, caller: Caller, result: str) -> Asked:
    """Raises `NotFound` for what is too old, was made for another caller or by nobody."""
    try:
        where = UUID(hex=result[:32])
        sealed = urlsafe_b64decode(result[32:]).decode()
        asked = msgspec.json.decode(quittance.keys.unseal(where, _context(caller), sealed), type=Asked)
    except (ValueError, Base64Error, SealBroken, msgspec.DecodeError):
        not_here("search_gone")
    if asked.until < quittance.clock.now().timestamp():
        not_here("search_gone")
    return asked


def _context(caller: Caller) -> str:
    return f"search|{caller.actor}"
