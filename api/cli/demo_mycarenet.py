"""`serve --demo` over SOAP: a simulated MyCareNet beside the service, and a month whose files wait for a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from api.build import Quittance
from api.cli.console import context
from api.cli.demo_days import care_of
from api.cli.simulator import settings_for, write_settings
from api.mycarenet import MyCareNetSettings
from api.outside import inform
from api.settings import Settings
from application.import_care import ImportOptions
from application.ports import Clock
from application.register import establishment_id
from domain.local_time import local_date
from domain.rules.limits import add_months, month_of, month_start
from domain.run_plan import RunOptions
from infrastructure.carefile.care_file import read_care_file
from infrastructure.mycarenet_simulator.app import Simulator
from infrastructure.mycarenet_simulator.demo import GROUP
from infrastructure.mycarenet_simulator.serving import running
from infrastructure.simulator.scenario import USUAL
from projections.billing_months import last_billed_month

_FOLDER, _WHO = "mycarenet", "nurse"


@dataclass(frozen=True, slots=True)
class Beside:
    """A simulated MyCareNet that listens: `way` leads to it, `keystore` and `password_file` open a session there."""

    simulator: Simulator
    way: MyCareNetSettings

    @property
    def keystore(self) -> Path:
        """Of the nurse of the sample practice, whose group she may send for."""
        return self.simulator.folder.keystore_file(_WHO).resolve()

    @property
    def password_file(self) -> Path:
        """Holds the password of the keystore."""
        return self.simulator.folder.password_file.resolve()


@contextmanager
def mycarenet_beside(settings: Settings, clock: Clock) -> Iterator[Beside]:
    """On a free port of loopback, in front of the unions that the story was told with.

    `settings.sh` in its folder lets another terminal send there, too.
    """
    folder, mailboxes = settings.home / _FOLDER, settings.simulator_folder
    with running(folder, clock, settings.simulator_seed, unions=USUAL, mailboxes=mailboxes) as there:
        way = settings_for(there.simulator, there.url)
        write_settings(there.simulator, way)
        yield Beside(there.simulator, way)


def make_ready(quittance: Quittance, beside: Beside) -> tuple[str, int]:
    """Tell the unions what they know of the practice; bill the care of the month after the last billed one.

    The month and how many files were made; none when that month has not begun, or when no story was told to its end.
    """
    inform(beside.simulator.unions, quittance.log, quittance.keys, quittance.tariffs)
    quittance.views.catch_up()
    where = establishment_id(quittance.keys, GROUP)
    with quittance.store.database.snapshot() as sql:
        last = last_billed_month(sql, (where,))
    if not last:
        return "", 0
    first = add_months(month_start(last), 1)
    until = min(local_date(quittance.clock.now()), add_months(first, 1))
    if until <= first:
        return month_of(first), 0
    return month_of(first), _bill(quittance, where, month_of(first), care_of(first, 0, (until - first).days))


def _bill(quittance: Quittance, where: UUID, month: str, care: bytes) -> int:
    quittance.imports.take(context(), where, care, read_care_file(care), ImportOptions())
    quittance.views.catch_up()
    options = RunOptions(month, include_current=True)
    report = quittance.billing.run(context(), where, options, leave_undecided=True).result
    quittance.views.catch_up()
    return len(report.sendings)
