"""Ask about the insurability of many patients: one question each, several side by side, as fast as may be asked."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from application.casework_jobs import Told
from application.insurability import NO_SESSION, Insurability, of_month
from application.job_actions import JobAction, Pause
from application.ports import Context
from domain.errors import NotAllowed

ASK = "patients.ask_insurability"


def insurability_actions(insurability: Insurability) -> Mapping[str, Told]:
    """By name of list and action, told the month. A question without an answer is a failure: a new job asks again.

    Without a session a job waits for one, also midway.
    """

    def ask(month: str) -> JobAction:
        wish = of_month(month)

        def run(context: Context, where: UUID, patient_id: UUID) -> None:
            # The job waits for a session, not each question, so that one page says what became of all.
            # Without a kept answer: what is done twice is known by the command, and a failure stays one.
            query = insurability.ask(replace(context, keeper=None), patient_id, wish, where, queues=False).result
            if query.status != "answered":
                raise NotAllowed(query.codes[0], "The insurer gave no answer.")

        pause = Pause(NO_SESSION, lambda where: not insurability.awaits_session(where))
        return JobAction("register", run, at_once=insurability.at_once, pause=pause)

    return {ASK: ask}
