"""Past decisions and what came of them, against a count from the raw log by other code; and one day's story."""

from collections import Counter
from collections.abc import Iterable
from datetime import date as Date
from random import Random
from typing import Any
from uuid import UUID

import pytest

from application.ports import Recorded
from domain import billing_day as days
from domain.answer import Reason
from domain.care import Care, CareLine
from domain.correction import decide, restore
from domain.day_events import (
    CareRecorded,
    CorrectionDecided,
    CorrectionRestored,
    CreditSettled,
    DayAcceptedByInsurer,
    DayBilled,
    DayCredited,
    DayPaidOnDocument,
    DayPartlyRefusedByInsurer,
    DayRefusedByInsurer,
    DayRefusedOnDocument,
    DayReinstated,
    DayReopenedOnDocument,
    DayReturned,
    LineVerdict,
)
from domain.rules.cascade import is_cascade
from domain.sending import SendingPrepared
from projections.establishments import every_establishment_id
from projections.suggestions import FEWEST, Suggestion, suggestions
from tests.projections.conftest import Kept, OpenViews
from tests.projections.stories import Commit, Story
from tests.projections.test_views import DAY, INVOICE, LINES, OTHER, SENDING, E, P, folded, happens, rows

Told = dict[tuple[str, str, str], Counter[str]]
AGAIN = ("rebill", "rebill_elsewhere")
VERDICTS = {DayAcceptedByInsurer: "paid", DayPartlyRefusedByInsurer: "part", DayRefusedByInsurer: "refused"}


@pytest.fixture(scope="module")
def long_book() -> list[Commit]:
    """Many refusals, few practices: enough decisions of one kind to be told."""
    return list(Story(seed=11, refused=0.5, establishments=1).months(5, patients=14))


@pytest.fixture
def kept(open_views: OpenViews, long_book: list[Commit]) -> Kept:
    made = open_views()
    made.tell(long_book)
    made.runner.catch_up()
    return made


class Case:
    """What one answer refused under one root: decision and outcome as the events tell them one after the other."""

    def __init__(self, sending: UUID, code: str, *, is_refused: bool) -> None:
        self.sending, self.code, self.is_refused = sending, code, is_refused
        self.decision, self.outcome = "", ""

    def take(self, decision: str) -> None:
        self.decision = "" if decision in AGAIN and not self.is_refused else decision
        self.outcome = {"": "", "justified": "closed"}.get(self.decision, "waiting")


def roots_of(said: Iterable[LineVerdict]) -> dict[str, bool]:
    """Code of each root, and whether a line under it was refused."""

    def own(line: LineVerdict) -> list[Reason]:
        return [reason for reason in line.reasons if not is_cascade(reason.code)]

    def code_of(line: LineVerdict) -> str:
        heavy = [reason for reason in own(line) if reason.letter in ("B", "F", "R")]
        return next(iter([*heavy, *own(line), *line.reasons])).code

    heads = [line for line in said if line.verdict == "refused" and own(line)]
    found: dict[str, bool] = {}
    for line in said:
        if line.verdict in ("refused", "accepted_less"):
            root = line if own(line) or not heads else heads[0]
            found[code_of(root)] = found.get(code_of(root), False) or line.verdict == "refused"
    return found


def cases_of(story: Iterable[Any]) -> list[Case]:
    """Of one day."""
    known: list[Case] = []
    billed: dict[UUID, str] = {}
    given_back: dict[UUID, tuple[UUID, int, int | None]] = {}
    gone = set[UUID]()
    asked: UUID | None = None
    on_paper: list[Case] = []
    decision = ""
    for happened in story:
        alive = [case for case in known if case.outcome in ("", "waiting") or case.decision == "justified"]
        match happened:
            case CorrectionDecided(decision=decided):
                decision = decided
                for case in alive:
                    case.take(decided)
            case CorrectionRestored():
                decision = ""
                for case in alive:
                    case.take("")
            case DayBilled(sending_id=sending):
                billed[sending], asked, decision = decision, sending, ""
            case DayReturned(sending_id=sending):
                decision = billed.get(sending, decision) if asked == sending else decision
                asked = None if asked == sending else asked
                gone.add(sending)
            case DayReinstated(sending_id=sending):
                gone.discard(sending)
                asked = sending if sending in billed else asked
                for case in alive:
                    if billed.get(sending):
                        case.take(billed[sending])
            case DayCredited(sending_id=sending, invoice_id=invoice, cents=cents):
                given_back[invoice] = (sending, -sum(cents), None)
            case CreditSettled(invoice_id=invoice, sending_id=sending, taken_cents=taken):
                given_back[invoice] = (*given_back[invoice][:2], taken)
                valid = [one for one in given_back.values() if one[0] not in gone]
                if asked == sending or any(one[2] is None for one in valid):
                    continue
                waiting = [case for case in alive if case.outcome == "waiting"]
                if any(one[1] != one[2] for one in valid):
                    for case in waiting:
                        case.outcome = "refused"
                    known += [Case(case.sending, case.code, is_refused=case.is_refused) for case in waiting]
                    given_back, decision = {}, ""
                elif decision == "regularise":
                    for case in waiting:
                        case.outcome = "closed"
            case DayPaidOnDocument() | DayRefusedOnDocument():
                on_paper = [case for case in alive if case.outcome == "waiting"]
                for case in on_paper:
                    case.outcome = "paid" if isinstance(happened, DayPaidOnDocument) else "refused"
                asked = None
            case DayReopenedOnDocument(document_id=asked):
                for case in on_paper:
                    case.outcome = "waiting"
            case DayAcceptedByInsurer() | DayPartlyRefusedByInsurer() | DayRefusedByInsurer():
                for case in alive:
                    if case.outcome == "waiting":
                        case.outcome = VERDICTS[type(happened)]
                fresh = roots_of(happened.lines)
                known = [case for case in known if case.outcome or case.code not in fresh]
                known += [Case(happened.sending_id, code, is_refused=flag) for code, flag in fresh.items()]
                asked = None
    return known


def recount(log: list[Recorded], scope: list[UUID], at: int) -> Told:
    """Decision and outcomes by union and root, of roots that are told."""
    unions, streams, found = {}, dict[UUID, list[Any]](), Told()
    for recorded in log:
        if isinstance(recorded.event, SendingPrepared):
            unions[recorded.stream_id] = recorded.event.union
        elif recorded.topic.startswith("billing_day.") and recorded.position <= at:
            streams.setdefault(recorded.stream_id, []).append(recorded.event)
    for story in streams.values():
        if story[0].establishment_id not in scope:
            continue
        for case in cases_of(story):
            if case.decision:
                found.setdefault((case.code, unions[case.sending], case.decision), Counter())[case.outcome] += 1
    sums: Counter[tuple[str, str]] = Counter()
    for (code, union, _), outcomes in found.items():
        sums[code, union] += sum(outcomes.values())
    return {key: outcomes for key, outcomes in found.items() if sums[key[0], key[1]] >= FEWEST}


def told(found: Iterable[Suggestion]) -> Told:
    made: Told = {}
    for one in found:
        for way in one.ways:
            counts = {name: getattr(way, name) for name in ("paid", "part", "refused", "waiting", "closed")}
            assert sum(counts.values()) == way.days
            made[one.root_code, one.national_union, way.decision] = +Counter(counts)
    return made


def test_suggestions_are_what_the_raw_log_counts_now_and_then(kept: Kept) -> None:
    log, head = kept.store.log.read(0, 100_000), kept.store.log.head()
    with kept.store.database.snapshot() as sql:
        scope = every_establishment_id(sql)
        now = told(suggestions(sql, scope))
        assert now == recount(log, scope, head)
        assert {decision for _, _, decision in now} >= {"rebill", "credit_note", "justified"}
        outcomes = sum(now.values(), Counter[str]())
        assert {"paid", "part", "refused", "closed"} <= set(outcomes)
        for at in sorted(Random(4).sample(range(1, head), 12)):
            assert told(suggestions(sql, scope, at=at)) == recount(log, scope, at), at
        code, union, _ = next(iter(now))
        (one,) = suggestions(sql, scope, national_union=union, root_codes=[code])
        assert told([one]) == {key: counts for key, counts in now.items() if key[:2] == (code, union)}
        assert suggestions(sql, scope, root_codes=[]) == []
        assert suggestions(sql, []) == []


def refuse(kept: Kept, sending: UUID, verdict: str, code: str, *line_ids: UUID) -> None:
    state = folded(kept, DAY)
    took = 0 if verdict == "refused" else 900
    said = [LineVerdict(one, verdict, 1_000, took, (Reason("F", code),)) for one in line_ids]  # type: ignore[arg-type]
    happens(kept, DAY, *days.settle(state, sending, "m", said))


def shown(kept: Kept) -> list[tuple[Any, ...]]:
    found = rows(kept, "precedents", "root_code, decision, outcome, refused_cents", "root_code, outcome, decision")
    return [tuple(row.values()) for row in found]


@pytest.fixture
def billed(open_views: OpenViews) -> Kept:
    kept = open_views()
    lines = tuple(CareLine(one, Care("425110", 1_000, "40000001001")) for one in LINES[:2])
    happens(kept, DAY, CareRecorded(E, P, Date(2026, 1, 31), 1, lines), DayBilled(SENDING, INVOICE, (3, 4)))
    return kept


def test_a_decision_leaves_a_precedent_only_when_a_run_took_it_up_or_it_stands(billed: Kept) -> None:
    refuse(billed, SENDING, "refused", "500518", *LINES[:2])
    assert shown(billed) == [("500518", "none", "undecided", 2_000)]
    happens(billed, DAY, *decide(folded(billed, DAY), "justified"))
    assert shown(billed) == [("500518", "justified", "closed", 2_000)]
    happens(billed, DAY, *restore(folded(billed, DAY), Date(2026, 2, 1)))
    assert shown(billed) == [("500518", "none", "undecided", 2_000)]
    happens(billed, DAY, *decide(folded(billed, DAY), "justified"))
    happens(billed, DAY, *decide(folded(billed, DAY), "rebill"))
    happens(billed, DAY, DayBilled(OTHER, INVOICE, (3, 4)))
    assert shown(billed) == [("500518", "rebill", "waiting", 2_000)]
    happens(billed, DAY, DayReturned(OTHER, "rejected"))
    happens(billed, DAY, *decide(folded(billed, DAY), "justified"))
    happens(billed, DAY, DayReinstated(OTHER, INVOICE))
    assert shown(billed) == [("500518", "rebill", "waiting", 2_000)], "that answer is about what was asked"
    refuse(billed, OTHER, "refused", "500546", LINES[0])
    assert shown(billed) == [("500518", "rebill", "part", 2_000), ("500546", "none", "undecided", 1_000)]


def test_what_was_paid_for_less_is_not_counted_as_billed_again(billed: Kept) -> None:
    said = [
        LineVerdict(LINES[0], "accepted_less", 1_000, 900, (Reason("E", "501940"),)),
        LineVerdict(LINES[1], "refused", 1_000, 0, (Reason("F", "500518"),)),
    ]
    happens(billed, DAY, *days.settle(folded(billed, DAY), SENDING, "m", said))
    happens(billed, DAY, *decide(folded(billed, DAY), "rebill"))
    assert shown(billed) == [("500518", "rebill", "waiting", 1_000), ("501940", "none", "undecided", 100)]
    happens(billed, DAY, DayBilled(OTHER, INVOICE, (3,), (LINES[1],)))
    refuse(billed, OTHER, "refused", "501940", LINES[1])
    assert shown(billed) == [("500518", "rebill", "refused", 1_000), ("501940", "none", "undecided", 1_100)]
    happens(billed, DAY, *decide(folded(billed, DAY), "justified"))
    assert shown(billed)[1] == ("501940", "justified", "closed", 1_100)
