"""The page of a sending: all its sides, its timeline, what may be done about it; and raw messages."""

from uuid import UUID, uuid4

import pytest

from application.ports import Collected, Context, Meta, OutcomeUnknown
from application.send import Dispatch
from tests.web.markup import Element, filled, forms, parse
from tests.web.site import RunningSite
from tests.web.visitor import local

OPERATOR = Context(Meta("operator"))


@pytest.fixture
def settled(site: RunningSite) -> dict:
    return site.rows(
        "SELECT * FROM sendings WHERE establishment_id = ? AND status = 'settled' ORDER BY refused_cents DESC",
        site.where,
    )[0]


@pytest.fixture
def path(site: RunningSite, settled: dict) -> str:
    return site.at(f"/envois/{settled['sending_id']}")


def tabs(page: Element) -> list[str]:
    return [link.text for nav in page.of_class("tabs") for link in nav.all("a")]


def timeline(page: Element) -> list[Element]:
    return [item for found in page.of_class("timeline") if found.tag == "ol" for item in found.all("li")]


def test_sof_16_a_sending_has_its_six_sides(site: RunningSite, path: str) -> None:
    page = site.sign_in().see(path)
    named = [name.partition(" (")[0] for name in tabs(page)]
    assert named == ["Demande", "Réponses", "Mises à jour", "Accusés", "Interrogations", "Statut d'envoi"]
    for link in page.of_class("tabs")[0].all("a", "href"):
        shown = site.sign_in().see(local(link.get("href")))
        assert [one.text for one in shown.of_class("tabs")[0].all("a", aria_current="page")] == [link.text]


def test_sof_16_the_request_lists_its_invoices(site: RunningSite, settled: dict, path: str) -> None:
    page = site.sign_in().see(path)
    rows = site.rows("SELECT * FROM invoices WHERE sending_id = ?", settled["sending_id"])
    shown = {link.text for link in page.of_class("row-link")}
    assert shown == {row["invoice_number"] for row in rows}
    assert str(settled["control_number"]) in page.text


def test_sof_52_answers_say_what_came_by_percentage(site: RunningSite, settled: dict, path: str) -> None:
    page = site.sign_in().see(f"{path}?tab=answers")
    kinds = {
        row["kind"]
        for row in site.rows("SELECT kind FROM received_messages WHERE sending_id = ?", settled["sending_id"])
    }
    badges = {badge.text for badge in page.of_class("badge")}
    assert kinds - {"931000"} <= badges
    assert "931000" not in badges
    assert " %" in page.text
    receipts = site.sign_in().see(f"{path}?tab=receipts")
    assert "931000" in {badge.text for badge in receipts.of_class("badge")}


def test_sof_18_the_status_is_empty_of_surprises_when_all_is_well(site: RunningSite, path: str) -> None:
    page = site.sign_in().see(f"{path}?tab=status")
    assert "Rien : tout s'est passé comme prévu." in page.text
    steps = next(found for found in page.all("ol") if not found.has_class("timeline") and found.of_class("state-sent"))
    assert len(steps.of_class("state-sent")) == 6


def test_ref_23_every_entry_says_when_what_who_and_from_where(site: RunningSite, path: str) -> None:
    entries = timeline(site.sign_in().see(path))
    instants = [entry.one("time").get("datetime") for entry in entries]
    assert instants == sorted(instants, reverse=True)
    for entry in entries:
        assert entry.of_class("badge")[0].text in ("humain", "réponse", "import", "règle", "programme")
        assert entry.all("strong")[0].text
        assert "event." not in entry.text
    answers = timeline(site.sign_in().see(f"{path}?source=answer"))
    assert 0 < len(answers) < len(entries)
    assert {entry.of_class("badge")[0].text for entry in answers} == {"réponse"}
    assert all(entry.all("a")[0].get("href").startswith(site.at("/messages/")) for entry in answers)


def test_ref_24_the_page_shows_the_sending_as_it_was(site: RunningSite, path: str) -> None:
    page = site.sign_in().see(path)
    first = timeline(page)[-1]
    then = next(link for link in first.all("a") if "as_of=" in link.get("href"))
    past = site.sign_in().see(then.get("href"))
    assert [name for name in tabs(past) if name.startswith("Réponses")] == ["Réponses (0)"]
    assert "transmis" in past.of_class("cards")[0].text
    assert len(timeline(past)) < len(timeline(page))
    assert not [form for form in past.all("form", method="post") if form.get("action").startswith(path)]
    assert all("as_of=" in link.get("href") for link in past.of_class("row-link"))


def test_sof_16_previous_and_next_are_those_of_the_list(site: RunningSite, settled: dict) -> None:
    rows = site.rows(
        "SELECT sending_id FROM sendings WHERE establishment_id = ? ORDER BY refused_cents DESC, sending_id DESC",
        site.where,
    )
    who, ids = site.sign_in(), [str(row["sending_id"]) for row in rows]
    came_from = "list=sort%3Drefused_cents%26descending%3Dtrue"
    page = who.see(site.at(f"/envois/{ids[0]}?{came_from}"))
    assert not page.all("a", rel="prev")
    seen = [ids[0]]
    while page.all("a", rel="next"):
        address = local(page.one("a", rel="next").get("href"))
        seen.append(address.partition("?")[0].rpartition("/")[2])
        page = who.see(address)
    assert seen == ids
    plain = who.see(site.at(f"/envois/{ids[1]}?list=month%3Dnever%26sort%3Dpatients"))
    assert not plain.all("a", rel="next")


def test_sof_17_opening_a_settlement_reads_nothing_and_the_button_does(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(200)
    sending_id = site.bill_and_answer()[0]
    who, page = site.sign_in(), site.at(f"/envois/{sending_id}")
    head = site.quittance.log.head()
    who.see(page)
    who.see(site.at(f"/decomptes/{sending_id}"))
    assert site.quittance.log.head() == head
    answer = who.post_form(page, f"{page}/lu")
    assert (answer.status_code, local(answer.headers["location"])) == (303, page)
    assert site.rows("SELECT is_read FROM sendings WHERE sending_id = ?", sending_id)[0]["is_read"]
    assert "Marquer comme lu" not in who.see(page).text


def test_sof_19_archived_and_back(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(60)
    sending_id = site.bill_and_answer()[0]
    who, page = site.sign_in(), site.at(f"/envois/{sending_id}")
    assert not forms(who.see(page), f"{page}/archiver"), "nobody read it yet"
    csrf, command = who.see("/account").all("input", name="csrf")[0].get("value"), "f" * 32
    refused = who.post(f"{page}/archiver", {"csrf": csrf, "command_id": command})
    assert (refused.status_code, parse(refused.text).one("h1").text) == (409, "Réponse pas encore lue")
    assert str(sending_id) in who.get(site.at()).text
    who.post_form(page, f"{page}/lu")
    who.post_form(page, f"{page}/archiver")
    assert site.rows("SELECT is_archived FROM sendings WHERE sending_id = ?", sending_id)[0]["is_archived"]
    who.post_form(page, f"{page}/desarchiver")
    assert not site.rows("SELECT is_archived FROM sendings WHERE sending_id = ?", sending_id)[0]["is_archived"]
    assert {"envoi archivé", "envoi désarchivé"} <= {entry.all("strong")[0].text for entry in timeline(who.see(page))}
    assert "Personne office" in timeline(who.see(page))[0].text


def test_a_form_that_comes_twice_at_once_is_done_once_and_both_are_led_there(
    fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a double click: the second comes while the first is not yet at its end."""
    site = fresh_site
    site.enter_care(60)
    sending_id = site.bill_and_answer()[0]
    who, page, answers = site.sign_in(), site.at(f"/envois/{sending_id}"), []
    (form,) = forms(who.see(page), f"{page}/lu")
    data, slow = dict(filled(form, {})), Dispatch.mark_read

    def meanwhile(*given: object, **named: object) -> object:
        if not answers:
            answers.append(None)
            answers.append(who.post(f"{page}/lu", data))
        return slow(*given, **named)

    monkeypatch.setattr(Dispatch, "mark_read", meanwhile)
    first, head = who.post(f"{page}/lu", data), site.quittance.log.head()
    assert [one.status_code for one in (first, answers[1])] == [303, 303]
    assert first.headers["location"] == answers[1].headers["location"]
    assert who.post(f"{page}/lu", data).status_code == 303
    assert site.quittance.log.head() == head


def test_a_run_is_cancelled_with_its_reason(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(200)
    made = site.bill()
    who, page = site.sign_in(), site.at(f"/envois/{made[0]}")
    shown = who.see(page)
    assert f"{len(made)} envois pas encore partis" in shown.text or len(made) == 1
    refused = who.post_form(page, f"{page}/annuler", {"reason": ""})
    assert refused.status_code == 422
    again = parse(refused.text)
    assert again.of_class("errors")[0].all("a")[0].get("href") == "#cancel-reason"
    assert f"{len(made)} envois pas encore partis" in again.text
    who.post_form(page, f"{page}/annuler", {"reason": "Un prestataire a oublié ses soins"})
    assert {row["status"] for row in site.rows("SELECT status FROM sendings")} == {"cancelled"}
    after = who.see(page)
    assert "Un prestataire a oublié ses soins" in after.text
    assert not [form for form in after.all("form") if form.get("action").endswith("/annuler")]


def _lost(site: RunningSite) -> UUID:
    """A sending of which nobody knows whether it arrived."""

    class Lossy:
        def is_open(self, *_: object) -> bool:
            return True

        def transmit(self, *_: object) -> None:
            raise OutcomeUnknown

    site.enter_care(60)
    sending_id = site.bill()[0]
    dispatch, kept = site.quittance.dispatch, site.quittance.dispatch._transport
    dispatch._transport = Lossy()  # type: ignore[assignment]
    dispatch.send(OPERATOR, site.where, [sending_id])
    dispatch._transport = kept
    site.quittance.views.catch_up()
    return sending_id


@pytest.mark.parametrize(("arrived", "becomes"), [("yes", "transmitted"), ("no", "prepared")])
def test_an_unknown_outcome_is_resolved_by_a_person(fresh_site: RunningSite, arrived: str, becomes: str) -> None:
    sending_id = _lost(fresh_site)
    who, page = fresh_site.sign_in(), fresh_site.at(f"/envois/{sending_id}")
    assert who.see(page).of_class("state-unknown")
    refused = who.post_form(page, f"{page}/issue", {"arrived": arrived, "reason": "ab"})
    assert refused.status_code == 422
    again = parse(refused.text)
    assert again.by_id("resolve-reason").get("value") == "ab"
    assert [one.get("value") for one in again.all("input", "checked") if one.get("name") == "arrived"] == [arrived]
    who.post_form(page, f"{page}/issue", {"arrived": arrived, "reason": "Confirmé au téléphone"})
    assert fresh_site.rows("SELECT status FROM sendings WHERE sending_id = ?", sending_id)[0]["status"] == becomes
    assert "Confirmé au téléphone" in who.see(page).text


def test_a_decision_on_what_has_changed_since_is_refused(fresh_site: RunningSite) -> None:
    sending_id = _lost(fresh_site)
    page = fresh_site.at(f"/envois/{sending_id}")
    who = fresh_site.sign_in()
    form = next(form for form in who.see(page).all("form") if form.get("action") == f"{page}/issue")
    fresh_site.quittance.dispatch.resolve(OPERATOR, sending_id, arrived=True)
    answer = who.submit(form, page, {"arrived": "no", "reason": "Rien reçu"})
    assert answer.status_code in (409, 412)
    assert fresh_site.rows("SELECT status FROM sendings WHERE sending_id = ?", sending_id)[0]["status"] == "transmitted"


def test_who_may_not_bill_sees_no_action(site: RunningSite, path: str) -> None:
    page = site.sign_in("auditor").see(path)
    assert not [form for form in page.all("form", method="post") if form.get("action").startswith(path)]


def test_names_are_shown_only_to_who_may_see_care(site: RunningSite, path: str) -> None:
    assert "Patient" in [head.text for head in site.sign_in("office").see(path).all("th", scope="col")]
    assert "Patient" not in [head.text for head in site.sign_in("accountant").see(path).all("th", scope="col")]


def test_ref_03_a_raw_message_is_readable_and_comes_as_its_bytes(site: RunningSite, settled: dict) -> None:
    who = site.sign_in()
    sha256 = site.rows("SELECT message FROM refusals WHERE sending_id = ?", settled["sending_id"])[0]["message"]
    page = who.see(site.at(f"/messages/{sha256}"))
    content = site.quittance.messages.get(sha256)
    assert sha256 in page.text
    assert str(len(content)) in page.text
    assert page.of_class("is-refused")
    every = who.see(site.at(f"/messages/{sha256}?errors=0"))
    assert len(every.all("tr")) > len(page.all("tr"))
    answer = who.get(site.at(f"/messages/{sha256}/fichier"))
    assert answer.content == content
    assert answer.headers["content-disposition"] == f'attachment; filename="920900-{sha256[:16]}"'


def test_a_message_is_there_for_each_practice_that_got_it_and_for_no_other(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_other_practice()
    site.bill_and_answer(site.elsewhere)
    answers = "SELECT sha256 FROM messages WHERE kind = 'answer' AND establishment_id = ?"
    sha256 = site.rows(answers, site.elsewhere)[0]["sha256"]
    who, content = site.sign_in(), site.quittance.messages.get(sha256)
    for path in (f"/messages/{sha256}", f"/messages/{sha256}/fichier"):
        assert who.get(site.at(path)).status_code == 404, path
    site.quittance.answers.receive(OPERATOR, site.where, content)
    assert sha256 in who.see(site.at(f"/messages/{sha256}")).text
    site.quittance.keys.erase(site.elsewhere)
    assert who.get(site.at(f"/messages/{sha256}/fichier")).content == content


def test_reading_a_message_is_noted_for_everybody_in_it(site: RunningSite, settled: dict) -> None:
    who = site.sign_in()
    before = site.rows("SELECT count(*) AS n FROM access_log")[0]["n"]
    who.get(site.at(f"/messages/{settled['message']}/fichier"))
    patients = site.rows(
        "SELECT count(DISTINCT patient_id) AS n FROM invoices WHERE sending_id = ?", settled["sending_id"]
    )
    assert site.rows("SELECT count(*) AS n FROM access_log")[0]["n"] - before == patients[0]["n"]


def test_what_was_not_there_yet_is_absent(site: RunningSite, settled: dict) -> None:
    who = site.sign_in()
    sha256 = site.rows("SELECT message FROM refusals WHERE sending_id = ?", settled["sending_id"])[0]["message"]
    assert who.get(site.at(f"/messages/{sha256}?as_of=2026-11-04")).status_code == 404
    assert who.get(site.at(f"/envois/{settled['sending_id']}?as_of=2026-11-02")).status_code == 404
    assert who.get(site.at(f"/envois/{uuid4()}")).status_code == 404
    assert who.get(site.at(f"/messages/{'0' * 64}")).status_code == 404


def test_a_note_says_the_day_on_which_it_was_written_in_belgium(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(60)
    sending_id = site.bill()[0]
    site.clock.instant = site.clock.instant.replace(day=3, hour=23, minute=30)
    site.quittance.casework.note(OPERATOR, site.where, sending_id, "Appelé tard le soir")
    page = site.sign_in().see(site.at(f"/envois/{sending_id}"))
    (said,) = [item.text for item in page.all("li") if "Appelé tard le soir" in item.text and item.of_class("hint")]
    assert "04/11/2026" in said
    assert "03/11/2026" not in said


def test_what_people_attach_is_no_message(fresh_site: RunningSite) -> None:
    site = fresh_site
    site.enter_care(60)
    sending_id = site.bill()[0]
    who, page = site.sign_in(), site.at(f"/envois/{sending_id}")
    site.quittance.casework.attach(OPERATOR, site.where, sending_id, "lettre.txt", b"Une lettre de la mutualite")
    site.quittance.views.catch_up()
    sha256 = site.rows("SELECT sha256 FROM messages WHERE kind = 'attachment'")[0]["sha256"]
    assert who.get(site.at(f"/messages/{sha256}")).status_code == 404
    shown = timeline(who.see(page))
    assert [entry for entry in shown if "fichier joint" in entry.text]
    assert not [link for entry in shown for link in entry.all("a") if sha256 in link.get("href")]


@pytest.mark.parametrize(
    ("brought", "saved"),
    [
        ("lettre é.txt", "lettre%20%C3%A9.txt"),
        ('C:\\Mes documents\\"oui" 100%.txt', "%22oui%22%20100%25.txt"),
        ("sans suite", "sans%20suite.txt"),
    ],
)
def test_an_attached_file_is_given_back_under_its_name(fresh_site: RunningSite, brought: str, saved: str) -> None:
    site = fresh_site
    site.enter_care(60)
    sending_id = site.bill()[0]
    file_id = site.quittance.casework.attach(OPERATOR, site.where, sending_id, brought, b"Courrier").result
    answer = site.sign_in().get(site.at(f"/suivi/{sending_id}/fichiers/{file_id}"))
    told = answer.headers["content-disposition"]
    assert told == f"attachment; filename=\"{file_id}.txt\"; filename*=UTF-8''{saved}"


# What waits for a session, and how often the unions were asked


@pytest.fixture
def sent(fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A file that was sent while no session was open."""
    fresh_site.enter_practice()
    fresh_site.enter_care(60)
    ids = fresh_site.bill()
    monkeypatch.setattr(fresh_site.quittance.transport, "is_open", lambda _: False)
    sent = fresh_site.quittance.dispatch.send(OPERATOR, fresh_site.where, [ids[0]]).result
    assert [one.outcome for one in sent] == ["queued"]
    return ids[0]


def test_sof_13_a_queued_file_says_what_it_waits_for_and_is_taken_out_of_the_queue(
    fresh_site: RunningSite, sent: UUID
) -> None:
    who, path = fresh_site.sign_in(), fresh_site.at(f"/envois/{sent}")
    assert "en attente d'une session" in who.see(path).text
    listed = who.see(fresh_site.at("/historique/envois?status=queued"))
    assert "en attente d'une session" in listed.text
    todo = who.see(fresh_site.at(""))
    links = [link.get("href") for link in todo.all("a") if "attend" in link.text and "session" in link.text]
    assert {local(link) for link in links if link} == {fresh_site.at("/session")}
    who.post_form(path, f"{path}/file", {})
    assert "Ne plus attendre de session" not in who.see(path).text
    assert fresh_site.quittance.lookups.queued_sending_ids(fresh_site.where) == []


def test_n17_requests_since_the_file_left_stand_in_a_tab_with_their_proof(
    fresh_site: RunningSite, sent: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    quittance, path = fresh_site.quittance, fresh_site.at(f"/envois/{sent}?tab=polls")
    who = fresh_site.sign_in()
    assert "Le fichier n'est pas encore parti." in who.see(path).text
    monkeypatch.undo()
    quittance.dispatch.send(OPERATOR, fresh_site.where, [sent])
    assert "pas été interrogées depuis" in who.see(path).text
    monkeypatch.setattr(quittance.transport, "collect", lambda _: Collected((), b"<soap>nothing</soap>"))
    fresh_site.clock.forward(minutes=5)
    quittance.answers.collect(OPERATOR, fresh_site.where)
    page = who.see(path)
    (proof,) = proofs(page)
    assert "rien" in page.text
    assert "interrogation" in who.see(local(proof)).text
    assert who.get(f"{local(proof)}/fichier").content == b"<soap>nothing</soap>"
    assert proofs(fresh_site.sign_in("accountant").see(path)) == []


def proofs(page: Element) -> list[str]:
    return [str(link.get("href")) for table in page.of_class("grid") for link in table.all("a")]
