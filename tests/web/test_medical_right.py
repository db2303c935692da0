"""What is said of a patient, and what people write about one, is for who may see care; of the rest, everybody reads."""

from io import BytesIO
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest

from domain.casework import casework_id
from tests.api.practice import personal_values
from tests.printed import sheets
from tests.web.markup import parse
from tests.web.matrix import readings
from tests.web.site import RunningSite
from tests.web.test_roles import csrf_of, is_open_to

GRIDS = ("sendings", "invoices", "billing_days", "refusals", "settlements", "items", "imports")
SECRET = "Madame souffre de plaies au talon gauche."


def words(content: bytes, media: str) -> str:
    """All that somebody could read in an answer."""
    if "pdf" in media:
        return " ".join(sheets(content))
    if "spreadsheetml" in media:
        with ZipFile(BytesIO(content)) as book:
            return " ".join(book.read(name).decode() for name in book.namelist())
    return content.decode("utf-8", "replace")


def test_nothing_that_an_accountant_reads_names_a_patient(site: RunningSite) -> None:
    """Pages, exports, prints, raw files: all routes that the role opens, and every list as every kind of file."""
    who, odd = site.sign_in("accountant"), []
    addresses = [way.address(site) for way in readings(site) if is_open_to(way, "accountant")]
    addresses += [site.at(f"/export/{grid}.{kind}") for grid in GRIDS for kind in ("csv", "xlsx", "pdf")]
    for address in addresses:
        answer = who.get(address)
        assert answer.status_code in (200, 303), address
        text = words(answer.content, answer.headers.get("content-type", ""))
        odd += [f"{address}: {value}" for value in personal_values() if value in text]
    assert not odd, odd


@pytest.fixture
def refused(site: RunningSite) -> dict:
    return site.rows("SELECT * FROM refusals WHERE establishment_id = ? ORDER BY line_id", site.where)[0]


def test_raw_files_are_for_who_may_see_care(site: RunningSite) -> None:
    (row, *_) = site.rows("SELECT message FROM sendings WHERE establishment_id = ? ORDER BY sending_number", site.where)
    page = site.at(f"/messages/{row['message']}")
    assert site.sign_in("accountant").get(f"{page}/fichier").status_code == 403
    assert f"{page}/fichier" not in site.sign_in("accountant").get(page).text
    assert site.sign_in("auditor").get(f"{page}/fichier").status_code == 200
    assert f"{page}/fichier" in site.sign_in("auditor").get(page).text


def test_an_import_offers_its_file_to_who_may_see_care(site: RunningSite) -> None:
    (row, *_) = site.rows("SELECT import_id FROM imports WHERE establishment_id = ?", site.where)
    page, told = site.at(f"/importations/{row['import_id']}"), "Fichier tel qu'il est arrivé"
    assert told not in site.sign_in("accountant").see(page).text
    offered = site.sign_in("auditor").see(page)
    (link,) = [link for link in offered.by_id("main").all("a") if told in link.text]
    assert site.sign_in("auditor").get(link.get("href")).status_code == 200


def test_what_the_insurer_wrote_of_a_line_is_for_who_may_see_care(site: RunningSite) -> None:
    told = [
        page for page in _pages_with_comments(site) if "La mutualité écrit" in site.sign_in("office").get(page).text
    ]
    assert told
    assert not [page for page in told if "La mutualité écrit" in site.sign_in("accountant").get(page).text]


def _pages_with_comments(site: RunningSite) -> list[str]:
    rows = site.rows(
        "SELECT DISTINCT day_id FROM refusals WHERE establishment_id = ? ORDER BY day_id LIMIT 20", site.where
    )
    return [site.at(f"/jours/{row['day_id']}") for row in rows]


@pytest.mark.parametrize("kind", ["patients", "jours", "factures"])
def test_notes_about_a_patient_are_read_and_written_by_who_may_see_care(fresh_site: RunningSite, kind: str) -> None:
    target = _discussed(fresh_site, kind)
    page, work = fresh_site.at(f"/{kind}/{target}"), fresh_site.at(f"/suivi/{target}")
    accountant, giver = fresh_site.sign_in("accountant"), fresh_site.sign_in("care_giver")
    shown = fresh_site.at(f"/patients/{target}/chronologie") if kind == "patients" else page
    seen = accountant.get(shown)
    assert seen.status_code == (403 if kind == "patients" else 200)
    for secret in (SECRET, "plaie.txt", "attend le médecin", work):
        assert secret not in seen.text
        assert secret in giver.get(shown).text
    form = {"csrf": csrf_of(accountant, fresh_site), "command_id": uuid4().hex, "note": "x", "user_id": "", "until": ""}
    file_id = fresh_site.quittance.casework.of(target).files[0].file_id
    head = fresh_site.quittance.log.head()
    for action in ("notes", f"notes/{uuid4()}/retrait", "responsable", "report", f"fichiers/{file_id}/retrait"):
        assert accountant.post(f"{work}/{action}", form).status_code == 404, action
    upload = {"file": ("a.txt", b"autre chose")}
    assert accountant.post(f"{work}/fichiers", form, upload).status_code == 404
    assert accountant.get(f"{work}/fichiers/{file_id}").status_code == 404
    assert fresh_site.quittance.log.head() == head
    giver.post_form(shown, f"{work}/notes", {"note": "Vu ce matin."})
    assert len(fresh_site.quittance.casework.of(target).notes) == 2


def _discussed(site: RunningSite, kind: str) -> UUID:
    """A thing about a patient with a note, a file, and put off for a reason."""
    site.enter_care(40)
    site.bill()
    site.quittance.views.catch_up()
    table, key = {
        "patients": ("patients", "patient_id"),
        "jours": ("days", "day_id"),
        "factures": ("invoices", "invoice_id"),
    }[kind]
    target: UUID = site.rows(f"SELECT {key} FROM {table} WHERE patient_id IN (SELECT patient_id FROM days)")[0][key]
    writer = site.sign_in("office")
    page = site.at(f"/{kind}/{target}" + ("/chronologie" if kind == "patients" else ""))
    work = site.at(f"/suivi/{target}")
    writer.post_form(page, f"{work}/notes", {"note": SECRET})
    writer.post_form(page, f"{work}/fichiers", {}, {"file": ("plaie.txt", b"Une plaie au talon")})
    writer.post_form(page, f"{work}/report", {"until": "2026-11-20", "reason": "attend le médecin"})
    assert site.quittance.log.load([casework_id(target)])
    return target


def test_casework_on_a_sending_is_open_to_an_accountant(site: RunningSite) -> None:
    target = site.kept[site.where]["target_id"]
    page = parse(site.sign_in("accountant").get(site.at(f"/envois/{target}")).text)
    assert "réponse promise vendredi" in page.text
    assert [form for form in page.all("form") if form.get("action") == site.at(f"/suivi/{target}/notes")]


@pytest.mark.parametrize(
    ("grid", "offers"),
    [("historique/envois", True), ("historique/factures", False), ("historique/jours", False), ("refus/lignes", False)],
)
def test_lists_of_what_is_about_patients_offer_an_accountant_no_work_on_them(
    site: RunningSite, grid: str, offers: bool
) -> None:
    for role, is_offered in (("accountant", offers), ("care_giver", True)):
        page = site.sign_in(role).see(site.at(f"/{grid}"))
        assert bool(page.all("button", value="assign")) == is_offered, role


def test_nor_are_they_done_in_a_forged_form(site: RunningSite) -> None:
    who, head = site.sign_in("accountant"), site.quittance.log.head()
    for grid, key in (("billing_days", "day_id"), ("invoices", "invoice_id"), ("patients", "patient_id")):
        table = "days" if grid == "billing_days" else grid
        (row,) = site.rows(f"SELECT {key} AS id FROM {table} WHERE establishment_id = ? LIMIT 1", site.where)
        fields = {"csrf": csrf_of(who, site), "command_id": uuid4().hex, "action": "assign", "selected": str(row["id"])}
        assert who.post(site.at(f"/actions/{grid}"), fields).status_code == 403, grid
    assert site.quittance.log.head() == head


def test_a_reason_about_a_patient_stands_in_the_timeline_for_who_may_see_care(fresh_site: RunningSite) -> None:
    fresh_site.enter_care(20)
    day = fresh_site.rows("SELECT * FROM days ORDER BY line_count DESC, day_id")[0]
    page, office = fresh_site.at(f"/jours/{day['day_id']}"), fresh_site.sign_in("office")
    office.post_form(page, f"{page}/retirer", {"reason": SECRET})
    assert SECRET in office.get(page).text
    seen = fresh_site.sign_in("accountant").get(page).text
    assert SECRET not in seen
    assert "réservé à qui voit les données des patients" in seen
