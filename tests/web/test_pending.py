"""A form that came when the session was over is kept, shown after the sign-in, and sent once."""

from datetime import timedelta

import pytest

from tests.web.site import RunningSite

NOTE = "La mutualité rappelle demain"


def _late_note(site: RunningSite, headers: dict[str, str]):
    """Somebody opens a sending, leaves for two hours, and then sends a note."""
    site.enter_care(200)
    (sending_id, *_) = site.bill()
    who = site.sign_in("office")
    page = site.at(f"/suivi/{sending_id}/notes")
    answer = who.get(site.at(f"/envois/{sending_id}"))
    assert answer.status_code == 200
    site.clock.instant += timedelta(hours=2)
    sent = who.post(page, {"note": NOTE, "csrf": "old", "command_id": "0" * 32}, headers=headers)
    return sending_id, who, sent


def test_a_lost_session_keeps_the_action_and_continues_after_the_sign_in(fresh_site: RunningSite):
    site = fresh_site
    sending_id, who, sent = _late_note(site, {"Sec-Fetch-Site": "same-origin"})
    assert sent.status_code == 303
    assert sent.headers["location"] == "/login?next=%2Fpending"
    assert site.quittance.casework.of(sending_id) is None
    kept = who.cookies["__Host-quittance-pending"]
    who, there = site.sign_in_again("office", sent.headers["location"])
    assert there == "/pending"
    who.cookies["__Host-quittance-pending"] = kept
    page = who.get("/pending")
    assert NOTE in page.text
    action = site.at(f"/suivi/{sending_id}/notes")
    done = who.post_form("/pending", action)
    assert done.status_code == 303
    assert [note.note for note in site.quittance.casework.of(sending_id).notes] == [NOTE]


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_another_site_cannot_leave_a_form_behind(fresh_site: RunningSite, headers: dict[str, str]):
    _, who, sent = _late_note(fresh_site, headers)
    assert "pending" not in sent.headers["location"]
    assert "__Host-quittance-pending" not in who.cookies
    assert fresh_site.rows("SELECT form FROM pending_forms") == []


def test_a_kept_form_is_sealed_and_dropped(fresh_site: RunningSite):
    site = fresh_site
    _, who, sent = _late_note(site, {"Sec-Fetch-Site": "same-origin"})
    rows = site.rows("SELECT form FROM pending_forms")
    assert len(rows) == 1
    assert NOTE not in rows[0]["form"]
    kept = who.cookies["__Host-quittance-pending"]
    who, _ = site.sign_in_again("office", sent.headers["location"])
    who.cookies["__Host-quittance-pending"] = kept
    assert who.post_form("/pending", "/pending/drop").status_code == 303
    assert site.rows("SELECT form FROM pending_forms") == []
    assert who.get("/pending").headers["location"] == "/"
