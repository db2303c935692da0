"""Books closed by month, as people see it: who closes, who reopens, and what no longer goes back."""

from datetime import timedelta

import pytest

from domain.roles import RIGHTS_OF, ROLES, Role
from tests.web.markup import Element, forms, parse
from tests.web.site import RunningSite
from tests.web.test_chosen import confirm, done, job_of, press
from tests.web.test_corrections import WHY, answered, decide, page_of, refused_days, state
from tests.web.visitor import Visitor

__all__ = ["answered"]
STANDS = "livres sont clôturés : il reste acquis"


@pytest.fixture
def office(answered: RunningSite) -> Visitor:
    return answered.sign_in("office")


def books(page: Element) -> str:
    (panel,) = page.all("section", aria_labelledby="livres")
    return panel.text


def month_over(site: RunningSite) -> str:
    """Today's month, once it is over: the clock goes to the next one."""
    today = site.today
    while site.today.month == today.month:
        site.clock.forward(days=1)
    return f"{today:%Y-%m}"


def window_of(site: RunningSite, role: str) -> Visitor:
    """Days later the sessions of before are over."""
    who = site.sign_in(role)
    over = "/login" in who.get(site.at("/cabinet")).headers.get("location", "")
    return site.sign_in_again(role)[0] if over else who


def close(site: RunningSite, month: str, role: str = "accountant") -> int:
    who, page = window_of(site, role), site.at("/cabinet")
    return who.post_form(page, f"{page}/livres/cloturer", {"month": month}).status_code


@pytest.mark.parametrize("role", ROLES)
def test_who_closes_and_who_reopens(answered: RunningSite, role: Role) -> None:
    page = answered.at("/cabinet")
    assert close(answered, "2026-09", "administrator") == 303
    who = answered.sign_in(role)
    shown = who.see(page)
    assert "clôturés jusqu'à 09/2026 compris" in books(shown)
    assert "Par Personne administrator" in books(shown)
    assert bool(forms(shown, f"{page}/livres/cloturer")) == ("close" in RIGHTS_OF[role])
    assert bool(forms(shown, f"{page}/livres/rouvrir")) == ("admin" in RIGHTS_OF[role])


def test_ref_17_what_was_given_up_stands_once_the_accountant_closed_the_month(
    answered: RunningSite, office: Visitor
) -> None:
    day_id, other, *_ = refused_days(answered)
    page, cabinet = page_of(answered, day_id), answered.at("/cabinet")
    assert "Aucun mois n'est clôturé" in books(office.see(cabinet))
    assert decide(office, page, "justified", WHY).status_code == 303
    assert decide(office, page_of(answered, other), "rebill").status_code == 303
    month = f"{answered.today:%Y-%m}"
    assert close(answered, month) == 422, "it is not over"
    assert month_over(answered) == month
    assert forms(window_of(answered, "office").see(page), f"{page}/decision/annuler")
    assert close(answered, month) == 303

    office = window_of(answered, "office")
    shown = office.see(page)
    assert STANDS in shown.text
    assert not forms(shown, f"{page}/decision/annuler")
    assert not forms(shown, f"{page}/decision")
    told = {"selected": [str(day_id), str(other)], "decision": "restore"}
    weighed = job_of(press(office, answered.at("/historique/jours?sort=date"), "decide", fields=told))
    preview = office.see(weighed)
    (mine,) = [row.text for row in preview.all("tr") if row.all("a", href=page)]
    assert STANDS in mine, "said for the day itself"
    assert sum(STANDS in row.text for row in preview.all("tr")) == 2, "and once above all"
    confirm(answered, office, weighed)
    assert done(answered, weighed) == (1, 1)
    assert [state(answered, one).decision for one in (day_id, other)] == ["justified", "none"]

    admin = window_of(answered, "administrator")
    bare = admin.post_form(cabinet, f"{cabinet}/livres/rouvrir", {"month": month, "reason": ""})
    assert (bare.status_code, parse(bare.text).by_id("reopen-reason").get("aria-invalid")) == (422, "true")
    reopened = admin.post_form(cabinet, f"{cabinet}/livres/rouvrir", {"month": month, "reason": "Trop tôt"})
    assert reopened.status_code == 303
    assert forms(office.see(page), f"{page}/decision/annuler")
    audit = admin.see(answered.at("/audit")).text
    assert "livres clôturés" in audit
    assert "livres rouverts" in audit


def test_a_month_is_typed_as_belgians_write_it(answered: RunningSite) -> None:
    assert close(answered, "09/2026") == 303
    assert close(answered, "septembre") == 422
    assert close(answered, "2026-08") == 422, "closes go forward"
    assert "09/2026" in books(answered.sign_in("auditor").see(answered.at("/cabinet")))


def test_a_past_day_shows_the_books_of_then(answered: RunningSite) -> None:
    before = answered.today - timedelta(days=1)
    assert close(answered, "2026-09") == 303
    page = answered.sign_in("accountant").see(answered.at(f"/cabinet?as_of={before}"))
    assert "Aucun mois n'est clôturé" in books(page)
    assert not forms(page, answered.at("/cabinet/livres/cloturer"))


def test_a_derogation_is_recorded_shown_and_told_in_the_history(answered: RunningSite) -> None:
    admin, page = answered.sign_in("administrator"), answered.at("/cabinet")
    given = {"content_code": "000", "files_derogation_from": "2026-11-01", "files_derogation_to": "2026-10-01"}
    wrong = admin.post_form(page, f"{page}/corriger", given)
    field = parse(wrong.text).by_id("details-files_derogation_to")
    assert (wrong.status_code, field.get("aria-invalid")) == (422, "true")
    given["files_derogation_to"] = "2026-12-31"
    assert admin.post_form(page, f"{page}/corriger", {**given, "reason": "Lettre de la mutualité"}).status_code == 303
    assert "du 01/11/2026 au 31/12/2026" in admin.see(page).text
    assert "31/12/2026" in admin.see(answered.at("/audit")).text
