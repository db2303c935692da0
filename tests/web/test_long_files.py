"""Files that take long: a job on the same form, told how far it is, with the same result as a short one's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.web import import_files, register_files
from infrastructure.sample import sample_files
from tests.web.markup import Element, forms
from tests.web.site import RunningSite
from tests.web.test_imports import BAD, PATH, ROWS, Desk, cards, care, dearer, told
from tests.web.visitor import local

JOBS = "/travaux/"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Where every file is a long one, on each database."""
    if request.param == "postgres":
        from tests.conftest import require_postgres

        require_postgres()
    monkeypatch.setattr(import_files, "CARE_BYTES", 10)
    monkeypatch.setattr(register_files, "REGISTER_BYTES", 10)
    with RunningSite.open(tmp_path / "home", kind=request.param) as opened:
        opened.enter_practice()
        yield Desk(opened, opened.sign_in("office"))


@dataclass
class Ended:
    """The page of a job at its end, where it leads to, and the page there."""

    job: Element
    where: str
    page: Element


def ended(desk: Desk, answer: Any) -> Ended:
    """Work it off, as the service does beside."""
    at, waiting = desk.at_the_end(answer)
    assert JOBS in at
    assert "en attente" in waiting.text
    part = desk.who.partial(at)
    assert 'id="job"' in part.text
    assert part.headers["hx-push-url"] == "false"
    assert desk.site.quittance.jobs.work("here")
    desk.site.quittance.views.catch_up()
    job = desk.who.see(at)
    (link,) = job.one("main").all("a", class_="btn-primary")
    where = local(link.get("href"))
    return Ended(job, where, desk.who.see(where))


def failed(desk: Desk, answer: Any) -> Element:
    at, _ = desk.at_the_end(answer)
    assert desk.site.quittance.jobs.work("here")
    return desk.who.see(at)


def test_a_long_care_file_is_taken_by_a_job(desk: Desk) -> None:
    done = ended(desk, desk.give(care(*BAD), "take"))
    (row,) = desk.site.rows("SELECT import_id, accepted_lines, rejected_lines FROM imports")
    assert done.where == desk.site.at(f"{PATH}/{row['import_id']}")
    assert (row["accepted_lines"], row["rejected_lines"]) == (18, 2)
    assert "terminé" in done.job.text
    assert done.job.one("progress").get("value") == done.job.one("progress").get("max")
    assert cards(done.page)["Lignes rejetées"] == "2"
    assert "peuvent maintenant être reprises" not in done.page.text, "nobody looked again"


def test_it_is_looked_at_first_all_the_same(desk: Desk) -> None:
    done = ended(desk, desk.give(care(*BAD)))
    assert (cards(done.page)["Nouvelles lignes"], cards(done.page)["Lignes rejetées"]) == ("18", "2")
    assert "date attendue" in done.page.text
    assert (desk.count("days"), desk.count("imports")) == (0, 0)
    taken = ended(desk, desk.who.post_form(done.where, done.where.partition("?")[0], {"step": "take"}))
    assert cards(taken.page)["Lignes reprises"] == "18"


def test_other_values_are_asked_about_and_their_readers_noted(desk: Desk) -> None:
    ended(desk, desk.give(care(*ROWS[:30]), "take"))
    done = ended(desk, desk.give(care(*map(dearer, ROWS[:30])), "take"))
    assert "/fichiers/" in done.where
    assert "un travail à part" in done.page.text, "long: it is not looked at on the way"
    looked = ended(desk, desk.who.post_form(done.where, done.where, {"step": "look"}))
    table = looked.page.one("div", aria_labelledby="differences")
    first = next(n for n, row in enumerate(ROWS) if row != dearer(row))
    assert table.one("tbody").all("tr")[0].one("th").text == str(first + 2)
    assert desk.site.rows("SELECT 1 AS one FROM access_log WHERE action = 'billing_day.read'")
    path = looked.where.partition("?")[0]
    accepting = next(form for form in forms(looked.page, path) if form.all("input", name="accept_changes"))
    ended(desk, desk.who.submit(accepting, looked.where))
    known = desk.site.rows("SELECT sum(amount_cents) AS sum FROM days")[0]["sum"]
    assert known == sum(int(dearer(row).split(";")[5]) for row in ROWS[:30])


def test_all_or_nothing_is_kept_on_the_way(desk: Desk) -> None:
    done = ended(desk, desk.give(care(*BAD), "take", all_or_nothing="true"))
    assert done.where.endswith("?all_or_nothing=true")
    assert desk.count("imports") == 0
    looked = ended(desk, desk.who.post_form(done.where, done.where.partition("?")[0], {"step": "look"}))
    assert "tout ou rien était demandé" in looked.page.text


def test_the_same_form_twice_is_one_job_and_one_import(desk: Desk) -> None:
    path = desk.site.at(PATH)
    (form,) = forms(desk.who.see(path), path)
    files = {"file": ("soins.csv", care(*ROWS[:20]))}
    first, second = (desk.who.submit(form, path, {"step": "take"}, files) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert desk.site.quittance.jobs.work("here")
    assert not desk.site.quittance.jobs.work("here")
    desk.site.quittance.views.catch_up()
    assert desk.count("imports") == 1


def test_what_is_no_care_file_is_told_at_once(desk: Desk) -> None:
    assert "colonne" in told(desk.give(b"nom;prenom\na;b\n" * 9_000), 422)
    assert "texte" in told(desk.give(b"\x00\x01\x02" * 9, "take"), 422).lower()
    assert desk.site.rows("SELECT sha256 FROM messages WHERE kind = 'care_file'") == []
    assert not desk.site.quittance.jobs.work("here")


def test_what_turns_out_later_is_told_on_the_job(desk: Desk) -> None:
    page = failed(desk, desk.give(care(*ROWS[:20]) + b"\nx" * 200_001, "take"))
    assert "échoué" in page.text
    assert desk.count("imports") == 0
    assert "trop volumineux" in page.one("p", class_="error").text
    assert "Voir le résultat" not in page.text


def test_a_stopped_job_took_nothing(desk: Desk) -> None:
    at, page = desk.at_the_end(desk.give(care(*ROWS[:20]), "take"))
    assert desk.who.post_form(at, f"{at}/arreter").status_code == 303
    assert not desk.site.quittance.jobs.work("here")
    page = desk.who.see(at)
    assert "rien de ce fichier n'a été repris" in page.text
    assert desk.count("imports") == 0
    assert "Fichier" not in page.by_id("tray").text


# ---- Register


def people(many: int) -> bytes:
    lines = [json.loads(line) for line in sample_files().register.splitlines()]
    patients = [line for line in lines if line["kind"] == "patient"][:many]
    changed = [line | {"last_name": f"Nouveau {n}"} for n, line in enumerate(patients)]
    return "\n".join(json.dumps(line) for line in [*changed, patients[0] | {"ssin": "85010100000"}]).encode()


def test_a_long_register_file_is_loaded_by_a_job_and_its_report_kept(desk: Desk) -> None:
    done = ended(desk, desk.load(people(3)))
    assert done.where.startswith(desk.site.at(f"{PATH}/registre/"))
    assert cards(done.page)["Patients"] == "3"
    assert "NISS invalide" in done.page.text
    assert desk.site.rows("SELECT job_id FROM job_files") == []


def test_the_register_of_another_practice_is_refused_by_the_job(desk: Desk) -> None:
    desk.site.enter_other_practice()
    lines = [json.loads(line) for line in sample_files().register.splitlines()]
    other = json.dumps(lines[0] | {"tpp_number": "49992216401", "name": "Pris"}).encode()
    assert "autre établissement" in failed(desk, desk.load(other)).text
    assert not desk.site.rows("SELECT 1 AS one FROM establishments WHERE name = 'Pris'")


def test_while_it_waits_the_file_lies_sealed(desk: Desk) -> None:
    desk.load(people(3))
    (row,) = desk.site.rows("SELECT file FROM job_files")
    assert len(row["file"]) > 100
    assert "Nouveau" not in row["file"]


# ---- Who


def test_work_on_files_is_for_those_who_may_do_it(desk: Desk) -> None:
    pages = [desk.at_the_end(desk.load(people(2)))[0], desk.at_the_end(desk.give(care(*ROWS[:20]), "take"))[0]]
    assistant, auditor = desk.site.sign_in("assistant"), desk.site.sign_in("auditor")
    listed, hidden = (who.see(desk.site.at("/travaux")).one("main").text for who in (assistant, auditor))
    for page, title in zip(pages, ("Charger un fichier du registre", "Importer un fichier de soins"), strict=True):
        assert assistant.see(page).one("h1").text == title
        assert title in listed
        assert title not in hidden
        assert auditor.get(page).status_code == 403
        csrf = auditor.see(desk.site.at("/travaux")).all("input", name="csrf")[0].get("value")
        assert auditor.post(f"{page}/arreter", {"csrf": csrf}).status_code == 403
        assert desk.site.quittance.jobs.job(UUID(page.rpartition("/")[2])).state == "waiting"


def test_what_a_look_found_is_of_one_practice_and_one_file(desk: Desk) -> None:
    first = ended(desk, desk.give(care(*BAD)))
    second = ended(desk, desk.give(care(*ROWS[:20])))
    look = first.where.partition("look=")[2]
    assert desk.who.get(f"{second.where.partition('?')[0]}?look={look}").status_code == 404
    elsewhere = desk.site.enter_other_practice()
    stranger = desk.site.sign_in("office@other")
    name = first.where.partition("/fichiers/")[2]
    assert stranger.get(desk.site.at(f"{PATH}/fichiers/{name}", elsewhere)).status_code == 404
    assert desk.who.get(f"{first.where}0").status_code == 422
