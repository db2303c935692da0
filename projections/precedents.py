"""Precedents: what insurers refused of a day under one root code, what was decided about it, and what came of that.

One row a day, verdict and root; it stays when the day is billed again, so that past decisions can be counted.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args
from uuid import UUID, uuid5

from application.ports import Recorded
from domain.billing_day import AGAIN
from domain.correction_rule import rule_of
from domain.day_events import (
    CorrectionDecided,
    CorrectionRestored,
    CreditSettled,
    DayAcceptedByInsurer,
    DayPaidOnDocument,
    DayPartlyRefusedByInsurer,
    DayRefusedByInsurer,
    DayRefusedOnDocument,
    DayReinstated,
    DayReopenedOnDocument,
    Decision,
    LineVerdict,
    Settled,
)
from domain.local_time import local_date
from projections.refusals import lost, rooted
from projections.table import Index, Table, ViewRow, flag, number, text, uuid
from projections.view import Key, SetView, Streams, topic

Outcome = Literal["undecided", "waiting", "paid", "part", "refused", "closed"]
OUTCOMES = get_args(Outcome)
_OF_VERDICT: dict[type[Any], Outcome] = {
    DayAcceptedByInsurer: "paid",
    DayPartlyRefusedByInsurer: "part",
    DayRefusedByInsurer: "refused",
}
_TOLD: tuple[Outcome, ...] = ("paid", "refused")
_FIRST_ROUND = 5
"""Recorded, billed, answered, decided and billed again come before a second answer."""

TABLE = Table(
    "precedents",
    (
        uuid("precedent_id", fixed=True),
        uuid("establishment_id", fixed=True),
        text("root_code", fixed=True),
        uuid("sending_id", fixed=True),
        text("refused_on", fixed=True),
        text("decision"),
        text("outcome"),
        number("refused_cents", fixed=True),
        flag("is_refused"),
        uuid("day_id", fixed=True),
        uuid("rule_id", optional=True),
        text("application"),
        text("decided_on"),
    ),
    key="precedent_id",
    owner="day_id",
    indexes=(Index(("establishment_id", "root_code"), only_on="postgresql"),),
)


def apply(rows: Mapping[Key, ViewRow], recorded: Recorded, streams: Streams) -> Mapping[Key, ViewRow | None]:
    """`is_refused`: a line under this root was refused, not only paid for less. `sending_id`: the one that was refused.

    `outcome` is that of all that was asked again: `paid` whole, in `part`, `refused` again, or `waiting` for a run or
    an answer; `closed` where the practice gave up, or gave back. A decision that was replaced or taken back before
    a run took it up leaves nothing. `rule_id`, `application`: of a decision that a rule took, in which step.
    """
    alive = {key: row for key, row in rows.items() if _is_alive(row)}
    match recorded.event:
        case CorrectionDecided(decision=decision):
            return _decided(alive, decision, recorded)
        case CorrectionRestored():
            return _decided(alive, "none", recorded)
        case CreditSettled():
            return _credit_settled(alive, recorded, streams)
        case DayReinstated():
            return _reinstated(alive, recorded, streams)
        case DayPaidOnDocument():
            return _ended(_waiting(alive), "paid")
        case DayRefusedOnDocument():
            return _ended(_waiting(alive), "refused")
        case DayReopenedOnDocument():
            return _ended(_answered(rows, recorded, streams), "waiting")
    answered = _waiting(alive)
    open_ones = {row["root_code"]: row for key, row in alive.items() if key not in answered}
    made = _opened(recorded, streams, open_ones)
    return {
        **{key: {**row, "outcome": _OF_VERDICT[type(recorded.event)]} for key, row in answered.items()},
        **{row["precedent_id"]: None for row in open_ones.values() if row["root_code"] in made},
        **{row["precedent_id"]: row for row in made.values()},
    }


def _waiting(rows: Mapping[Key, ViewRow]) -> dict[Key, ViewRow]:
    return {key: row for key, row in rows.items() if row["outcome"] == "waiting"}


def _answered(rows: Mapping[Key, ViewRow], recorded: Recorded, streams: Streams) -> dict[Key, ViewRow]:
    """What was asked again on the document that the day waits for once more: what its former sending was refused."""
    before = streams.day_after(recorded).before if rows else None
    if before is None:
        return {}
    return {key: row for key, row in rows.items() if row["sending_id"] == before.sending_id and row["outcome"] in _TOLD}


def _is_alive(row: ViewRow) -> bool:
    """Somebody may still decide about it, or an answer is to come."""
    return row["outcome"] in ("undecided", "waiting") or row["decision"] == "justified"


def _decided(rows: Mapping[Key, ViewRow], decision: Decision, recorded: Recorded) -> dict[Key, ViewRow | None]:
    """What was only paid for less is not asked again."""
    return {
        key: {**row, **_standing("none" if decision in AGAIN and not row["is_refused"] else decision, recorded)}
        for key, row in rows.items()
    }


def _standing(decision: Decision, recorded: Recorded | None = None) -> ViewRow:
    outcome: Outcome = "undecided" if decision == "none" else "closed" if decision == "justified" else "waiting"
    taken = recorded if recorded and decision != "none" else None
    by_rule = rule_of(taken.meta.actor) if taken else None
    return {
        "decision": decision,
        "outcome": outcome,
        "decided_on": local_date(taken.recorded_at).isoformat() if taken else "",
        "rule_id": by_rule,
        "application": taken.meta.cause if taken and by_rule else "",
    }


def _credit_settled(rows: Mapping[Key, ViewRow], recorded: Recorded, streams: Streams) -> Mapping[Key, ViewRow | None]:
    """A credit note that was refused is a past decision; somebody decides anew."""
    waiting = _waiting(rows)
    if not waiting:
        return {}
    after = streams.day_after(recorded)
    if after.verdict == "none" or after.waits_for_credit:
        return {}
    if after.decision == "none":
        again = [_row(recorded, {**row, **_standing("none")}) for row in waiting.values()]
        return {**_ended(waiting, "refused"), **{row["precedent_id"]: row for row in again}}
    return _ended(waiting, "closed") if after.decision == "regularise" else {}


def _ended(rows: Mapping[Key, ViewRow], outcome: Outcome) -> dict[Key, ViewRow | None]:
    return {key: {**row, "outcome": outcome} for key, row in rows.items()}


def _reinstated(rows: Mapping[Key, ViewRow], recorded: Recorded, streams: Streams) -> Mapping[Key, ViewRow | None]:
    """Billed again after all, by the decision of then, whatever was decided since the sending came back."""
    before = streams.day_after(recorded).before if rows else None
    if before is None:
        return {}
    decision = before.decision
    return _decided({key: row for key, row in rows.items() if row["decision"] != decision}, decision, recorded)


def _opened(recorded: Recorded, streams: Streams, former: Mapping[str, ViewRow]) -> dict[str, ViewRow]:
    """By root code. `former`: rows that nobody decided about, which go into the new ones of their root."""
    said = lost(recorded.event.lines)
    if not said:
        return {}
    opening = streams.before(recorded)[0]
    found: dict[str, list[LineVerdict]] = {}
    for line, _, cause in rooted(said):
        found.setdefault(cause.code, []).append(line)
    return {
        code: _row(
            recorded,
            {
                "establishment_id": opening.establishment_id,
                "root_code": code,
                "sending_id": recorded.event.sending_id,
                "refused_on": local_date(recorded.recorded_at).isoformat(),
                "refused_cents": _cents(lines) + (former[code]["refused_cents"] if code in former else 0),
                "is_refused": any(line.verdict == "refused" for line in lines),
                **_standing("none"),
            },
        )
        for code, lines in found.items()
    }


def _cents(lines: Iterable[LineVerdict]) -> int:
    return sum(line.requested_cents - line.accepted_cents for line in lines)


def _row(recorded: Recorded, values: ViewRow) -> ViewRow:
    """A day and a version of its stream open at most one row a root."""
    day_id = recorded.stream_id
    return {**values, "day_id": day_id, "precedent_id": _id_of(day_id, recorded.version, values["root_code"])}


def _id_of(day_id: UUID, version: int, code: str) -> UUID:
    return uuid5(day_id, f"{version}|{code}")


def _judged(recorded: Recorded) -> tuple[Key, ...]:
    said: Settled = recorded.event
    return (recorded.stream_id,) if recorded.version > _FIRST_ROUND or lost(said.lines) else ()


def _again(recorded: Recorded) -> tuple[Key, ...]:
    return (recorded.stream_id,) if recorded.version > _FIRST_ROUND else ()


def _by_day(recorded: Recorded) -> tuple[Key, ...]:
    return (recorded.stream_id,)


def _needs_stream(recorded: Recorded) -> bool:
    match recorded.event:
        case CorrectionDecided() | CorrectionRestored():
            return False
        case DayReinstated() | CreditSettled() | DayReopenedOnDocument():
            return bool(_again(recorded))
        case DayPaidOnDocument() | DayRefusedOnDocument():
            return False
        case said:
            return bool(lost(said.lines))


_OF_DOCUMENTS = (DayPaidOnDocument, DayRefusedOnDocument, DayReopenedOnDocument)

VIEW = SetView(
    TABLE,
    version=1,
    touches={
        **dict.fromkeys(map(topic, _OF_VERDICT), _judged),
        **dict.fromkeys(map(topic, (CorrectionDecided, CorrectionRestored)), _by_day),
        **dict.fromkeys(map(topic, (DayReinstated, CreditSettled, *_OF_DOCUMENTS)), _again),
    },
    needs_stream=_needs_stream,
    apply=apply,
)
