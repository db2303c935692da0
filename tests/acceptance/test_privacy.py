"""Where a patient's number and name stand after a month of work, and what an erasure leaves (`docs/promises.md`)."""

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date as Date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.build import Quittance
from api.cli.demo import export
from api.cli.demo_days import DemoClock, collect
from application.register import number_blind
from domain.billing_day import fold
from domain.errors import DomainError
from domain.event import ERASED
from domain.patient import PatientRegistered
from infrastructure.sample import sample_files
from infrastructure.sample.numbers import ssin
from projections.patient_names import name_blinds
from tests.acceptance.practice import MONTH, OPERATOR, Installation, enter_month, rows_of, send_month, states
from tests.acceptance.searching import Person, Search, tables
from tests.api.service import running
from tests.conftest import BOTH, require_postgres

PLAIN_EXPORTS = ("outbox", "inbox", "unions")
"""Folders of a demo that hold plain files on purpose: what was sent, what came back, what the unions keep."""

REGISTER = [json.loads(line) for line in sample_files().register.decode().splitlines()]
ROWS = [row for row in REGISTER if row["kind"] == "patient"]
NEWCOMER = {
    "ssin": ssin(Date(1950, 6, 1), 2),
    "last_name": "Wézembeek",
    "first_name": "Ghislaine",
    "birth_date": "1950-06-01",
}
WRONG_NUMBER = f"{int(NEWCOMER['ssin']) + 1:011d}"
PERSONS = [Person.of(row) for row in (*ROWS, NEWCOMER, {**NEWCOMER, "ssin": WRONG_NUMBER})]


@dataclass
class Lived:
    """An installation after a month, some questions and some mistakes. `said`: logs, and what was printed or answered
    to somebody who asked about nobody by name."""

    installation: Installation
    quittance: Quittance
    where: UUID
    clock: DemoClock
    said: dict[str, str] = field(default_factory=dict)


class Listening(logging.Handler):
    """Everything that any library logs, at any level; but not the caller's own HTTP client."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore")))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module", params=BOTH)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    if request.param == "postgres":
        require_postgres()
    installation = Installation.make(request.param, tmp_path_factory.mktemp("lived"))
    listening, root = Listening(), logging.getLogger()
    before = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    clock = DemoClock()
    with ExitStack() as stack:
        quittance = stack.enter_context(installation.opened(clock))
        where = enter_month(quittance)
        send_month(quittance, where)
        collect(quittance, clock, where)
        export(quittance, installation.home)
        quittance.views.catch_up()
        lived = Lived(installation, quittance, where, clock)
        ask_and_err(lived)
        ask_by_rest(lived)
        lived.said["logs"] = "\n".join(listening.lines)
        yield lived
    root.setLevel(before)
    root.removeHandler(listening)


def ask_and_err(lived: Lived) -> None:
    """By command line: the lists, one thing each, and mistakes that carry numbers and names."""
    home, files = lived.installation, lived.installation.home / "typed"
    files.mkdir()
    one = ROWS[0]
    bad = files / "bad.csv"
    bad.write_text(
        "ssin;date;code;provider;amount_cents\n"
        f"{one['ssin']}x;2026-10-01;425110;{one['ssin']};668\n"
        f"{one['ssin']};{one['last_name']};{one['ssin']};{one['last_name']};{one['ssin']}\n"
        f"{NEWCOMER['ssin']};2026-10-01;425110;49991148401;668\n",
        "utf-8",
    )
    register = files / "register.jsonl"
    register.write_text(
        json.dumps({"kind": "patient", **NEWCOMER, "ssin": WRONG_NUMBER, "sex": 2, "language": "fr"})
        + "\n"
        + json.dumps({"kind": one["last_name"], one["ssin"]: one["last_name"]})
        + "\n",
        "utf-8",
    )
    day = lived.quittance.lookups.undecided_refusals(lived.where)[0].day_id
    asked: tuple[tuple[int, tuple[Any, ...]], ...] = (
        (0, ("history", MONTH)),
        (0, ("history", MONTH, "--of", "days")),
        (0, ("refusals", MONTH)),
        (0, ("show", str(day))),
        (0, ("show", str(day), "--json")),
        (0, ("timeline", str(day))),
        (0, ("timeline", str(day), "--json")),
        (0, ("preview", MONTH)),
        (0, ("import", bad)),
        (1, ("import", bad, "--all-or-nothing", "--json")),
        (0, ("import", register, "--as", "register", "-e", str(lived.where))),
        (1, ("import", files / "nothing.csv")),
        (1, ("show", one["ssin"])),
        (1, ("timeline", one["last_name"])),
        (1, ("refusals", one["ssin"])),
        (1, ("history", "--as-of", one["ssin"])),
        (1, ("revoke-key", one["ssin"])),
        (0, ("answers", bad)),
        (0, ("take-over", bad)),
    )
    for code, words in asked:
        try:
            result = home.cli(*words, code=code, at=lived.clock.now())
        except AssertionError as other:
            raise AssertionError(f"{words[0]}: {other}") from None
        lived.said[" ".join(map(str, words[:1]))] = lived.said.get(words[0], "") + result.output
    lived.quittance.views.catch_up()


def ask_by_rest(lived: Lived) -> None:
    """A patient entered under an idempotency key, twice; then mistakes. Errors and kept answers name nobody."""
    token = lived.quittance.access.issue(OPERATOR, "test").result.token
    with (
        running(lived.quittance) as url,
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client,
    ):
        body = {"establishment_id": str(lived.where), **NEWCOMER, "sex": 2, "language": "fr", "insurability": []}
        key = {"Idempotency-Key": uuid4().hex}
        assert client.post("/patients", json=body, headers=key).is_success
        assert client.post("/patients", json=body, headers=key).is_success, "the kept answer"
        search = {"establishment_id": str(lived.where), "ssin": NEWCOMER["ssin"]}
        assert client.post("/patients/search", json=search).status_code == 303
        one = ROWS[0]
        mistakes = [
            client.post("/patients", json={**body, "ssin": WRONG_NUMBER}, headers={"Idempotency-Key": "a"}),
            client.post("/patients", json={**body, "sex": one["last_name"]}, headers={"Idempotency-Key": "b"}),
            client.post("/patients", json={**body, one["ssin"]: 1}, headers={"Idempotency-Key": "c"}),
            client.post("/patients", content=json.dumps(body)[:-9], headers={"Idempotency-Key": "d"}),
            client.post("/patients/search", json={**search, "ssin": one["last_name"]}),
            client.get("/invoices", params={"establishment_id": str(lived.where), "month": one["ssin"]}),
            client.get("/billing-days", params={"establishment_id": str(lived.where), "sort": one["last_name"]}),
            client.get("/patients/nobody"),
        ]
        assert [answer.status_code // 100 for answer in mistakes] == [4] * len(mistakes)
        lived.said["rest"] = "\n".join(answer.text for answer in mistakes)


# The search itself


def test_the_search_finds_what_is_there(lived: Lived) -> None:
    """Else finding nothing would mean nothing."""
    search = Search(PERSONS)
    in_register = search.found(sample_files().register)
    for row in ROWS:
        assert Search([Person.of(row)]).found(sample_files().register) >= {row.get("ssin") or row["affiliation_number"]}
        assert Search([Person((), (row["last_name"],))]).found(sample_files().register), row["last_name"]
    assert len(in_register) >= len(ROWS)
    assert search.in_files(lived.installation.home / "outbox", "*"), "numbers stand in the files sent"
    for text in ("LEFEVRE H", '"L\\u00e8fevre"', "x;Lefèvre;", "name=Lefevre,"):
        assert Search([Person((), ("Lefèvre",))]).found(text) or "\\u00e8fevre" in text, text
    assert Search([Person((), ("Lefèvre",))]).found('{"name": "Lef\\u00e8vre"}')
    assert Search([Person((), ("Müller",))]).found("MÜLLER".encode("latin-1") + b"\xff\x00")
    assert not Search([Person((), ("Tack",))]).found("QUJDTackREVG")


# After a month


def test_no_table_holds_a_number_or_a_name(lived: Lived) -> None:
    with lived.quittance.store.database.snapshot() as sql:
        assert len(tables(sql, lived.installation.schema)) > 30
        assert Search(PERSONS).in_database(sql, lived.installation.schema) == {}


def test_nor_do_the_bytes_of_the_embedded_database_and_its_write_ahead_log(lived: Lived) -> None:
    if lived.quittance.store.database.dialect != "sqlite":
        assert not list(lived.installation.home.glob("*.db*")), "nothing is kept beside the server"
        return
    files = {path.name for path in lived.installation.home.glob("quittance.db*")}
    assert {"quittance.db", "quittance.db-wal"} <= files
    assert Search(PERSONS).in_files(lived.installation.home, "quittance.db*") == {}


def test_nor_does_any_log_line_error_or_list(lived: Lived) -> None:
    search = Search(PERSONS)
    assert {where: search.found(said) for where, said in lived.said.items() if search.found(said)} == {}
    assert "import" in lived.said
    assert "refus" in lived.said["rest"] + lived.said["history"]
    assert lived.said["logs"], "something was logged at all"


def test_a_question_about_one_patient_names_that_one_only_and_is_on_record(lived: Lived) -> None:
    quittance, at = lived.quittance, lived.clock.now()
    with quittance.store.database.snapshot() as sql:
        who = sql.rows("SELECT patient_id FROM invoices ORDER BY invoice_number LIMIT 1")[0]["patient_id"]
    registered = quittance.log.load([who])[who][0]
    answered = lived.installation.cli("timeline", str(who), "--json", at=at).output
    own = Search([Person((registered.ssin,), (registered.details.last_name,))])
    assert Search(PERSONS).found(answered) <= own.found(answered)
    with quittance.store.database.snapshot() as sql:
        looked = sql.rows("SELECT actor FROM access_log WHERE patient_id = ? ORDER BY id DESC LIMIT 1", (who,))
    assert [row["actor"] for row in looked] == ["operator"]


def test_nor_does_a_kept_answer(lived: Lived) -> None:
    with lived.quittance.store.database.snapshot() as sql:
        kept = [bytes(row["body"]) for row in sql.rows("SELECT body FROM answers")]
    assert kept, "the entry of the newcomer was answered under a key"
    assert [body for body in kept if Search(PERSONS).found(body)] == []


def test_the_newcomer_can_be_found_by_number_all_the_same(lived: Lived) -> None:
    blind = number_blind(lived.quittance.keys, lived.where, NEWCOMER["ssin"])
    found = lived.quittance.lookups.patients_by_number(lived.where, [blind])
    (who,) = found.values()
    assert lived.quittance.log.load([who])[who][0].details.last_name == NEWCOMER["last_name"]


def test_only_the_plain_exports_of_a_demo_hold_numbers_and_none_holds_a_name(lived: Lived) -> None:
    everybody, names = Search(PERSONS), Search([Person((), person.names) for person in PERSONS])
    for path in sorted(lived.installation.home.rglob("*")):
        place = path.relative_to(lived.installation.home).parts[0]
        assert everybody.found(str(path.relative_to(lived.installation.home))) == set(), "file names name nobody"
        if path.is_file() and place != "typed" and not place.startswith("quittance.db"):
            found = everybody.found(path.read_bytes())
            assert place in PLAIN_EXPORTS or found == set(), path.name
            assert names.found(path.read_bytes()) == set(), path.name


# After an erasure


@dataclass
class Erased:
    """A patient of whom nothing may be left. `traces`: bytes that only this patient's key and index had."""

    lived: Lived
    who: UUID
    row: dict[str, Any]
    traces: dict[str, bytes]
    before: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def erased(lived: Lived) -> Erased:
    """The patient with the most refused days, so that insurers' comments are among what must go."""
    quittance = lived.quittance
    with quittance.store.database.snapshot() as sql:
        (chosen,) = sql.rows(
            "SELECT patient_id, count(*) AS n FROM refusals GROUP BY patient_id ORDER BY n DESC, patient_id LIMIT 1"
        )
    who = chosen["patient_id"]
    registered = quittance.log.load([who])[who][0]
    row = next(row for row in ROWS if row.get("ssin") == registered.ssin)
    quittance.register.correct_patient(OPERATOR, who, registered.details)
    traces, before = traces_of(quittance, who), states(quittance)
    quittance.register.erase(OPERATOR, who)
    quittance.views.catch_up()
    return Erased(lived, who, row, traces, before)


def traces_of(quittance: Quittance, who: UUID) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with quittance.store.database.snapshot() as sql:
        ((wrapped,),) = [tuple(r.values()) for r in sql.rows("SELECT wrapped FROM keys WHERE subject_id = ?", (who,))]
        found["key"] = bytes(wrapped)
        for table, column in (
            ("patients", "identity"),
            ("patients_past", "identity"),
            ("patients", "likeness"),
            ("patient_numbers", "blind"),
            ("patient_names", "blind"),
        ):
            others = sql.rows(f"SELECT {column} AS v FROM {table} WHERE patient_id <> ?", (who,))
            known = {row["v"] for row in others}  # a beginning of a name may be that of somebody else too
            for n, r in enumerate(sql.rows(f"SELECT {column} AS v FROM {table} WHERE patient_id = ?", (who,))):
                if r["v"] is not None and r["v"] not in known:
                    found[f"{table}.{column}.{n}"] = r["v"].encode() if isinstance(r["v"], str) else bytes(r["v"])
    return found


def test_an_erased_name_decodes_to_nothing_everywhere_in_the_log(erased: Erased) -> None:
    quittance = erased.lived.quittance
    for entry in quittance.log.history(erased.who):
        if isinstance(entry.event, PatientRegistered):
            assert entry.event.ssin == ERASED
            assert {entry.event.details.last_name, entry.event.details.first_name} == {ERASED}
    assert quittance.log.load([erased.who])[erased.who], "the history itself stays"


def test_insurers_comments_about_the_patient_are_gone_too(erased: Erased) -> None:
    days = [row["day_id"] for row in erased.before["refusals"] if row["patient_id"] == erased.who]
    comments = {
        line.said.comment
        for lines in (fold(events).lines for events in erased.lived.quittance.log.load(days).values())
        for line in lines
        if line.said
    }
    assert days
    assert comments <= {"", ERASED}


def test_the_patient_is_no_longer_found(erased: Erased) -> None:
    quittance, where = erased.lived.quittance, erased.lived.where
    blind = number_blind(quittance.keys, where, erased.row["ssin"])
    assert quittance.lookups.patients_by_number(where, [blind]) == {}
    names = name_blinds(quittance.keys, where, erased.row["last_name"])
    assert erased.who not in quittance.lookups.patients_by_name(where, names)


def test_views_hold_nothing_personal_of_the_patient_not_even_in_their_past(erased: Erased) -> None:
    rows = rows_of(erased.lived.quittance)
    mine = {name: [dict(row) for row in found if ("patient_id", erased.who) in row] for name, found in rows.items()}
    assert mine["patients_past"], "there is a past to look at"
    for row in (*mine["patients"], *mine["patients_past"]):
        assert (row["identity"], row["likeness"]) == (None, None)
    for name in ("patient_numbers", "patient_numbers_past", "patient_names", "patient_names_past"):
        assert mine[name] == [], name


def test_no_table_names_the_erased_patient_and_only_sealed_messages_hold_the_number(erased: Erased) -> None:
    quittance, search = erased.lived.quittance, Search([Person.of(erased.row)])
    with quittance.store.database.snapshot() as sql:
        assert search.in_database(sql, erased.lived.installation.schema) == {}
        copies = sql.rows("SELECT sha256, kind FROM messages")
    opened = {copy["kind"] for copy in copies if search.found(quittance.messages.get(copy["sha256"]))}
    assert opened == {"920000", "answer", "care_file"}, "what an erasure does not reach, until retention ends"


def test_the_former_key_and_index_are_in_no_table(erased: Erased) -> None:
    with erased.lived.quittance.store.database.snapshot() as sql:
        for table in tables(sql, erased.lived.installation.schema):
            for row in sql.rows(f"SELECT * FROM {table}"):
                values = [
                    v.encode() if isinstance(v, str) else bytes(v) for v in row.values() if isinstance(v, str | bytes)
                ]
                for name, trace in erased.traces.items():
                    assert not any(trace in value for value in values), (name, table)


def test_nor_in_freed_pages_or_the_write_ahead_log_of_the_embedded_database(erased: Erased) -> None:
    """While the product is running, right after the erasure; on PostgreSQL the server decides (docs/promises.md)."""
    home = erased.lived.installation.home
    files = list(home.glob("quittance.db*"))
    assert bool(files) == (erased.lived.quittance.store.database.dialect == "sqlite")
    for path in files:
        content = path.read_bytes()
        assert [name for name, trace in erased.traces.items() if trace in content] == [], path.name


def test_money_adds_up_as_before(erased: Erased) -> None:
    after = states(erased.lived.quittance)
    for name in ("sendings", "invoices", "days", "refusals"):
        assert after[name] == erased.before[name], name
    quittance = erased.lived.quittance
    for invoice in after["invoices"]:
        days = [row for row in after["days"] if row["invoice_id"] == invoice["invoice_id"]]
        assert sum(row["amount_cents"] for row in days) == invoice["requested_cents"]
        folded = [fold(quittance.log.load([row["day_id"]])[row["day_id"]]) for row in days[:1]]
        assert sum(line.care.amount_cents for day in folded if day for line in day.active) == days[0]["amount_cents"]


def test_nothing_new_is_stored_about_the_erased_patient(erased: Erased) -> None:
    quittance = erased.lived.quittance
    with pytest.raises(DomainError) as refused:
        quittance.register.replace_number(OPERATOR, erased.who, NEWCOMER["ssin"])
    assert refused.value.code == "patient_erased"


def test_a_rebuild_brings_nothing_back(erased: Erased) -> None:
    quittance = erased.lived.quittance
    before = rows_of(quittance)
    quittance.views.rebuild()
    assert rows_of(quittance) == before
