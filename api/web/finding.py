"""What the words of the search box may mean: a person, a number, an amount, a code, a file, an id; in one practice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from api.web.visit import Visit
from application.register import number_blind, plain
from domain.rules.refusals import known_codes
from projections.feed import owner_of
from projections.patient_names import beginning_blinds, patients_by_name
from projections.patients import Identity, identity, patients
from projections.scope import Condition, both, one_of, scoped

MOST = 50
_DIGITS = re.compile(r"\d+")
_HASH = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[A-Z]? ?(\d{6}|\d{3}/\d{2})")
_CALLED = re.compile(r"(envoi|zending|sending|facture|factuur|invoice)? ?(n[°º]|nr\.?|no\.?)? ?(?=\d)", re.IGNORECASE)
"""How pages name a number."""
_AMOUNT = re.compile(r"€?(\d{1,3}(?:[ .,]\d{3}){1,3}|\d{1,9})[.,](\d{2})€?")
_BARE = str.maketrans("", "", " .-/+")


@dataclass(frozen=True, slots=True)
class Found:
    """Hits by kind, best first. `others`: kind and id of what was named by its own id or hash."""

    patients: tuple[UUID, ...] = ()
    invoices: tuple[UUID, ...] = ()
    sendings: tuple[UUID, ...] = ()
    codes: tuple[str, ...] = ()
    others: tuple[tuple[str, UUID | str], ...] = ()


def find(visit: Visit, words: str) -> Found:
    """Everything that the words can mean; nothing for none."""
    words = " ".join(words.split())
    if not words:
        return Found()
    named = _by_id(visit, words)
    if named is not None:
        return named
    called = _CALLED.match(words)
    words = words[called.end() :] if called else words
    bare = words.translate(_BARE)
    if amount := _AMOUNT.fullmatch(words.replace("€ ", "€").replace(" €", "€")):
        of_amount = _by_amount(visit, int("".join(_DIGITS.findall(amount[1])) + amount[2]))
        if of_amount != Found():
            return of_amount
    if bare.isascii() and bare.isdigit():
        return _by_number(visit, words, bare)
    code = _CODE.fullmatch(words.upper())
    if code:
        return Found(codes=_codes(visit, code.group(1)))
    return Found(patients=_people(visit, words))


def _by_id(visit: Visit, words: str) -> Found | None:
    """An id of ours, or the hash of a file; None when the words are neither."""
    lower = words.lower()
    if _HASH.fullmatch(lower):
        sendings = _ids(visit, "sendings", "sending_id", one_of("message", [lower]))
        came = _ids(visit, "received_messages", "message_id", one_of("sha256", [lower]), most=1)
        return Found(sendings=sendings, others=(("message", lower),) if came else ())
    try:
        identifier = UUID(lower)
    except ValueError:
        return None
    recorded = visit.quittance.log.history(identifier, visit.upto)
    if not recorded or owner_of(identifier, recorded[0].event) != visit.practice:
        return Found()
    kind = recorded[0].topic.partition(".")[0]
    if kind == "patient" and not visit.may_ever("medical"):
        return Found()
    return Found(others=((kind, identifier),))


def _by_number(visit: Visit, words: str, bare: str) -> Found:
    """A number of a person, an invoice or a sending, or a refusal code: as many as it fits."""
    sending = one_of("sending_number", [int(bare)])
    return Found(
        _by_own_number(visit, bare) if visit.may_ever("medical") else (),
        _ids(visit, "invoices", "invoice_id", one_of("invoice_number", list({words, bare, bare.zfill(12)}))),
        _ids(visit, "sendings", "sending_id", sending) if len(bare) <= 3 else (),
        _codes(visit, bare) if len(bare) == 6 else (),
        tuple(("document", one) for one in _documents(visit, bare)),
    )


def _documents(visit: Visit, bare: str) -> tuple[UUID, ...]:
    """By number, or by the communication that a payment names."""
    column = {10: "number", 12: "communication"}.get(len(bare), "")
    return _ids(visit, "documents", "document_id", one_of(column, [bare]), most=1) if column else ()


def _by_amount(visit: Visit, cents: int) -> Found:
    """Asked, accepted or refused of an invoice or a sending, to the cent."""
    columns = ("requested_cents", "accepted_cents", "refused_cents")
    wanted = Condition(f"({' OR '.join(f'{column} = ?' for column in columns)})", (cents,) * len(columns))
    return Found(
        invoices=_ids(visit, "invoices", "invoice_id", wanted), sendings=_ids(visit, "sendings", "sending_id", wanted)
    )


def _by_own_number(visit: Visit, bare: str) -> tuple[UUID, ...]:
    blind = number_blind(visit.quittance.keys, visit.practice, bare)
    found = visit.quittance.lookups.patients_by_number(visit.practice, [blind])
    return tuple(found.values())


def _people(visit: Visit, words: str) -> tuple[UUID, ...]:
    """Whose last or first name begins with one of the words; those whom all words fit, if there are any."""
    if not visit.may_ever("medical"):
        return ()
    keys = visit.quittance.keys
    with visit.sql() as sql:
        ids = patients_by_name(sql, visit.scope, beginning_blinds(keys, visit.practice, words))
        rows = patients(sql, visit.scope, ids)
    asked = plain(words).split()
    fitting = {one: _fitting(asked, identity(keys, rows[one])) for one in ids if one in rows}
    whole = [one for one, words_ in fitting.items() if words_ == len(asked)]
    return tuple((whole or [one for one, words_ in fitting.items() if words_])[:MOST])


def _fitting(asked: Iterable[str], who: Identity) -> int:
    """How many of the words begin a word of the name."""
    borne = plain(f"{who.last_name} {who.first_name}").split()
    return sum(any(word.startswith(one) for word in borne) for one in asked)


def _codes(visit: Visit, code: str) -> tuple[str, ...]:
    """The code when something was refused for it here, or the catalogue explains it."""
    here = _ids(visit, "refusals", "line_id", one_of("code", [code]), most=1)
    return (code,) if here or code in known_codes() else ()


def _ids(visit: Visit, table: str, key: str, wanted: Condition, most: int = MOST) -> tuple[UUID, ...]:
    where = both([scoped(visit.scope), wanted])
    with visit.sql() as sql:
        rows = sql.rows(f"SELECT {key} AS id FROM {table} WHERE {where.text} ORDER BY {key} LIMIT {most}", where.params)
    return tuple(row["id"] for row in rows)
