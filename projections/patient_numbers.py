"""From a blind national or affiliation number, present or former, to the patient's record."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from application.ports import KeyRing, Recorded, Sql
from application.register import number_blind
from domain.event import ERASED
from domain.patient import NationalNumberReplaced, PatientErased, PatientRegistered
from projections.scope import both, one_of, scoped
from projections.table import Column, Index, Table, ViewRow, flag, uuid
from projections.view import Key, SetView, Streams, on_stream, topic

TABLE = Table(
    "patient_numbers",
    (
        uuid("number_id", fixed=True),
        uuid("patient_id", fixed=True),
        uuid("establishment_id", fixed=True),
        Column("blind", "bytes", fixed=True),
        flag("is_former"),
    ),
    key="number_id",
    owner="patient_id",
    indexes=(Index(("establishment_id", "blind")),),
)


def view(keys: KeyRing) -> SetView:
    """The view, blinding with these keys."""

    def apply(rows: Mapping[Key, ViewRow], recorded: Recorded, _streams: Streams) -> dict[Key, ViewRow | None]:
        happened, who = recorded.event, recorded.stream_id
        match happened:
            case PatientRegistered():
                numbers = [happened.ssin, happened.affiliation_number]
                return _rows(keys, who, happened.establishment_id, numbers)
            case NationalNumberReplaced():
                # A known patient has at least the number given at registration, unless erased since.
                where = next((row["establishment_id"] for row in rows.values()), None)
                if where is None:
                    return {}
                changed = _rows(keys, who, where, [happened.ssin])
                former = {_number_id(who, number_blind(keys, where, happened.former))} if happened.former else set()
                changed |= {key: rows[key] | {"is_former": True} for key in former if key in rows}
                return changed
            case _:
                return dict.fromkeys(rows)

    return SetView(
        TABLE,
        version=1,
        touches=on_stream(PatientRegistered, NationalNumberReplaced, PatientErased),
        forgets=frozenset({topic(PatientErased)}),
        is_register=True,
        apply=apply,
    )


def _rows(keys: KeyRing, who: UUID, where: UUID, numbers: Sequence[str]) -> dict[Key, ViewRow | None]:
    made: dict[Key, Any] = {}
    for number in numbers:
        if number and number != ERASED:
            blind = number_blind(keys, where, number)
            key = _number_id(who, blind)
            made[key] = {
                "number_id": key,
                "patient_id": who,
                "establishment_id": where,
                "blind": blind,
                "is_former": False,
            }
    return made


def _number_id(who: UUID, blind: bytes) -> UUID:
    return uuid5(who, blind.hex())


def patients_by_number(sql: Sql, scope: Collection[UUID], blinds: Sequence[bytes]) -> dict[bytes, UUID]:
    """Who has, or else had, each number."""
    found: dict[bytes, UUID] = {}
    for start in range(0, len(blinds), _BLINDS_A_QUERY):
        where = both([scoped(scope), one_of("blind", blinds[start : start + _BLINDS_A_QUERY])])
        rows = sql.rows(
            f"SELECT blind, patient_id FROM patient_numbers WHERE {where.text} ORDER BY is_former, patient_id",
            where.params,
        )
        for row in rows:
            found.setdefault(bytes(row["blind"]), row["patient_id"])
    return found


_BLINDS_A_QUERY = 5_000
