"""Work on a long file: begun by a form; the page of the job says how far it is and where its result stands."""

from fastapi import Response

from api.web.job_words import command_of, names_of, title_of
from api.web.looks import job_state
from api.web.visit import Visit
from application.job_actions import FileWork
from application.job_store import Job


def begin_file(visit: Visit, action: str, content: bytes) -> Response:
    """To the page of the job."""
    job_id = visit.quittance.jobs.begin_file(command_of(visit), visit.practice, action, content)
    return visit.go(visit.at(f"/travaux/{job_id}"))


def file_job_page(visit: Visit, job: Job, work: FileWork) -> Response:
    """How far it is, or what came of it."""
    jobs = visit.quittance.jobs
    failed = jobs.items(job.job_id, "failed", 1)
    return visit.page(
        "file_job.html",
        fragment="job",
        job=job,
        title=title_of(visit, job),
        code=failed[0].code if failed else "",
        leads_to=jobs.leads_to(job) if job.state == "finished" else "",
        may_act=visit.may(work.right),
        names=names_of(visit, [job]),
        job_state=job_state,
    )
