"""Ask about the insurability of many patients: one question each, several side by side, as fast as may be asked."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from application.casework_jobs import Told
from application.insurability import Insurability, of_month
from application.job_actions import JobAction
from application.ports import Context
from domain.errors import NotAllowed

ASK = "patients.ask_insurability"


def insurability_actions(insurability: Insurability) -> Mapping[str, Told]:
    """By name of list and action, told the month. A question without an answer is a failure: a new job asks again."""

    def ask(month: str) -> JobAction:
        wish = of_month(month)

        def run(context: Context, where: UUID, patient_id: UUID) -> None:
            # Without a kept answer: what is done twice is known by the command, and a failure stays one.
            query = insurability.ask(replace(context, keeper=None), patient_id, wish, where).result
            if query.status != "answered":
                raise NotAllowed(query.codes[0], "The insurer gave no answer.")

        return JobAction("register", run, at_once=insurability.at_once)

    return {ASK: ask}
