"""Processes that work until they are killed; what they send through the pipe was acknowledged to a person."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import date as Date
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID

import msgspec

from api.build import Quittance, build
from api.settings import Settings
from application.ports import AnswerKeeper, Context, Meta
from application.record_care import Entry
from domain.care import Care
from domain.run_plan import RunOptions
from infrastructure.sample.people import NURSES
from tests.acceptance.practice import AFTERWARDS, MONTH
from tests.stores import SteppedClock

LINES_AT_ONCE = 4
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.acceptance.crash_worker", "tests.acceptance.soap_worker"])


def start(work: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """A process without anything open, which imported the product before, and what it says."""
    here, there = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=work, args=(*arguments, there))
    process.start()
    there.close()
    return process, here


def kill(process: BaseProcess) -> None:
    """As the kernel does it when memory is short: nothing can be tidied up."""
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def entries(patients: list[UUID], salt: int) -> Iterator[list[Entry]]:
    """Care without end, never the same line twice."""
    for n in count():
        who = patients[n % len(patients)]
        date = Date(2026, 10, 1 + n // len(patients) % 28)
        at = f"{salt % 24:02d}{n % 60:02d}"
        yield [Entry(who, date, Care("425110", 100 + nth, NURSES[0], time=at)) for nth in range(LINES_AT_ONCE)]


def record_and_bill(settings: Settings, where: UUID, patients: list[UUID], salt: int, acknowledge: Connection) -> None:
    """Record; bill what was recorded; take every second run back. Each is told as soon as it is done."""
    quittance = build(settings, SteppedClock(AFTERWARDS))
    for n, wanted in enumerate(entries(patients, salt)):
        made = quittance.care.record(_context(f"{salt} care {n}"), where, wanted).result
        acknowledge.send(("recorded", [(line.day_id, line.line_id) for line in made.lines]))
        if n % 3 == 2:
            quittance.views.catch_up()
            report = quittance.billing.run(_context(f"{salt} run {n}"), where, RunOptions(MONTH)).result
            acknowledge.send(("billed", [total.sending_id for total in report.sendings]))
            if report.run_id is not None and n % 2:
                cancelled = quittance.billing.cancel(_context(f"{salt} cancel {n}"), report.run_id).result
                acknowledge.send(("cancelled", list(cancelled.sending_ids)))


def record_and_die(settings: Settings, where: UUID, patient: UUID, acknowledge: Connection) -> None:
    """Commit under a key; the process ends before anybody is told."""
    quittance = build(settings, SteppedClock(AFTERWARDS))
    append = quittance.log.append

    def append_and_die(*arguments: Any) -> int:
        append(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")

    quittance.log.append = append_and_die  # type: ignore[method-assign]
    record_under_key(quittance, where, patient)
    acknowledge.send("told")


def record_under_key(quittance: Quittance, where: UUID, patient: UUID) -> None:
    """One line, its answer kept as a door would keep it."""
    keeper = AnswerKeeper("the key", "the digest", lambda result: (201, msgspec.json.encode(result)))
    care = Entry(patient, Date(2026, 10, 5), Care("425110", 668, NURSES[0], time="0815"))
    quittance.care.record(Context(Meta("operator", command_id="once"), keeper), where, [care])


def _context(command: str) -> Context:
    return Context(Meta("operator", command_id=command))
