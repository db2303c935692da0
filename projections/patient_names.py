"""From a blind word of a last name, or the blind beginning of any name, to the patients who bear it: search by name
without a name in the database. A patient has at most 36 beginnings; without the secret they show who shares which.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid5

from application.ports import KeyRing, Recorded, Sql
from application.register import plain
from domain.event import ERASED
from domain.patient import PatientDetails, PatientDetailsCorrected, PatientErased, PatientRegistered
from projections.scope import both, one_of, scoped
from projections.table import Column, Index, Table, ViewRow, uuid
from projections.view import Key, SetView, Streams, on_stream, topic

_MOST_FOUND = 200
_MOST_WORDS = 6
_SHORTEST, _LONGEST = 3, 8
"""Letters of a beginning that is kept; what is longer is found by its first eight."""

TABLE = Table(
    "patient_names",
    (
        uuid("name_id", fixed=True),
        uuid("patient_id", fixed=True),
        uuid("establishment_id", fixed=True),
        Column("blind", "bytes", fixed=True),
    ),
    key="name_id",
    owner="patient_id",
    indexes=(Index(("establishment_id", "blind")),),
)


def view(keys: KeyRing) -> SetView:
    """The view, blinding with these keys."""

    def apply(rows: Mapping[Key, ViewRow], recorded: Recorded, _streams: Streams) -> dict[Key, ViewRow | None]:
        happened, who = recorded.event, recorded.stream_id
        match happened:
            case PatientRegistered():
                return {**_rows(keys, who, happened.establishment_id, happened.details)}
            case PatientDetailsCorrected():
                where = next((row["establishment_id"] for row in rows.values()), None)
                if where is None:
                    return {}
                named = _rows(keys, who, where, happened.details)
                gone = dict.fromkeys(key for key in rows if key not in named)
                return {**gone, **{key: row for key, row in named.items() if key not in rows}}
            case _:
                return dict.fromkeys(rows)

    return SetView(
        TABLE,
        version=3,
        touches=on_stream(PatientRegistered, PatientDetailsCorrected, PatientErased),
        forgets=frozenset({topic(PatientErased)}),
        is_register=True,
        apply=apply,
    )


def name_blinds(keys: KeyRing, establishment_id: UUID, last_name: str) -> list[bytes]:
    """Blind index of the whole name and of each of its words, without case and accents; the whole name first."""
    whole = plain(last_name)
    words = dict.fromkeys([whole, *whole.split()])
    return [keys.blind("last_name", f"{establishment_id}|{word}") for word in words if word]


def beginning_blinds(keys: KeyRing, establishment_id: UUID, words: str) -> list[bytes]:
    """Blind index of what is looked for: by each word, as the beginning of a last or first name."""
    asked = dict.fromkeys(word[:_LONGEST] for word in plain(words).split())
    return [_beginning(keys, establishment_id, word) for word in asked]


def _beginnings(word: str) -> list[str]:
    """Of three to eight letters; of a short word itself."""
    return [word[:n] for n in range(min(len(word), _SHORTEST), min(len(word), _LONGEST) + 1)]


def _beginning(keys: KeyRing, where: UUID, letters: str) -> bytes:
    return keys.blind("name_beginning", f"{where}|{letters}")


def _rows(keys: KeyRing, who: UUID, where: UUID, details: PatientDetails) -> dict[Key, ViewRow]:
    if ERASED in (details.last_name, details.first_name):
        return {}
    words = plain(f"{details.last_name} {details.first_name}").split()[:_MOST_WORDS]
    kept = dict.fromkeys(one for word in words for one in _beginnings(word))
    made = {}
    for blind in (*name_blinds(keys, where, details.last_name), *(_beginning(keys, where, one) for one in kept)):
        key = uuid5(who, blind.hex())
        made[key] = {"name_id": key, "patient_id": who, "establishment_id": where, "blind": blind}
    return made


def patients_by_name(sql: Sql, scope: Collection[UUID], blinds: Sequence[bytes]) -> list[UUID]:
    """Patients who bear any of these words, most matches first, at most 200."""
    if not blinds:
        return []
    where = both([scoped(scope), one_of("blind", list(dict.fromkeys(blinds)))])
    rows = sql.rows(
        f"SELECT patient_id, count(*) AS matches FROM patient_names WHERE {where.text}"
        " GROUP BY patient_id ORDER BY matches DESC, patient_id LIMIT ?",
        (*where.params, _MOST_FOUND),
    )
    return [row["patient_id"] for row in rows]
