"""What was decided before beside what is to be decided now: counts on the pages, in the API, in the command line."""

from uuid import UUID

import pytest

from api.past_decisions import in_words
from domain import correction
from infrastructure.simulator.scenario import ACCEPTS_ALL, Scenario
from projections.suggestions import FEWEST, suggestions
from tests.acceptance.practice import OPERATOR
from tests.api.service import ok
from tests.web.site import RunningSite
from tests.web.test_corrections import bill_again, decide, page_of, state
from tests.web.visitor import Visitor

CODE = "501999"
REFUSES = Scenario(refusals=((CODE, 0.2),), remarks=())


@pytest.fixture
def answered(fresh_site: RunningSite) -> RunningSite:
    fresh_site.enter_care(600)
    fresh_site.quittance.transport.scenario = REFUSES  # type: ignore[attr-defined]
    fresh_site.bill_and_answer()
    fresh_site.quittance.transport.scenario = ACCEPTS_ALL  # type: ignore[attr-defined]
    return fresh_site


def of_one_union(site: RunningSite) -> tuple[str, list[UUID]]:
    """The union that refused most days under the root code, and those of them that may be billed again."""
    rows = site.rows(
        "SELECT DISTINCT s.national_union, r.day_id FROM refusals r JOIN sendings s ON s.sending_id = r.sending_id"
        " WHERE r.root_code = ? ORDER BY 1, 2",
        CODE,
    )
    found: dict[str, list[UUID]] = {}
    for row in rows:
        if not correction.why_not(state(site, row["day_id"]), "rebill"):
            found.setdefault(row["national_union"], []).append(row["day_id"])
    return max(found.items(), key=lambda item: len(item[1]))


def test_ref_22_past_decisions_stand_as_counts_beside_the_advice(answered: RunningSite) -> None:
    office = answered.sign_in("office")
    union, (left, *others) = of_one_union(answered)
    decided = others[:FEWEST]
    assert len(decided) == FEWEST
    for day_id in decided[1:]:
        assert decide(office, page_of(answered, day_id), "rebill").status_code == 303
    told = f"Union {union} : refacturé"
    assert told not in office.see(answered.at("/refus")).text, "four are too few to be told"
    assert decide(office, page_of(answered, decided[0]), "rebill").status_code == 303
    waiting = f"{told} {FEWEST} fois, en attente {FEWEST} fois."
    assert waiting in office.see(answered.at("/refus")).text
    before = answered.clock.now()
    office = bill_again(answered, office)
    _see_everywhere(answered, office, left, f"{told} {FEWEST} fois, payé {FEWEST} fois.")
    asked = {"establishment_id": str(answered.where), "national_union": union, "code": CODE}
    token = answered.quittance.access.issue(OPERATOR, "beside the pages").result.token
    headers = {"Authorization": f"Bearer {token}"}
    (one,) = ok(answered.client.get("/refusals/suggestions", params=asked, headers=headers))["suggestions"]
    way = {"decision": "rebill", "days": FEWEST, "paid": FEWEST, "part": 0, "refused": 0, "waiting": 0, "closed": 0}
    assert one == {"national_union": union, "root_code": CODE, "ways": [way]}
    asked |= {"as_of": before.isoformat()}
    (one,) = ok(answered.client.get("/refusals/suggestions", params=asked, headers=headers))["suggestions"]
    assert one["ways"] == [{**way, "paid": 0, "waiting": FEWEST}]


def _see_everywhere(site: RunningSite, office: Visitor, day_id: UUID, told: str) -> None:
    """On the list of causes, on the cause and on a day that waits for its decision: there nothing is chosen by it."""
    assert told in office.see(site.at("/refus")).text
    assert told in office.see(site.at(f"/refus/{CODE}")).text
    day = office.see(page_of(site, day_id))
    assert told in day.text
    assert told in day.all("section", aria_labelledby="decider")[0].text
    chosen = [option.get("value") for option in day.by_id("decision-decision").all("option", "selected")]
    advice = [one for one in day.of_class("hint") if "Conseil du catalogue" in one.text]
    assert len(advice) == len(chosen), "what stands chosen is named as the catalogue's"


def test_justified_ones_are_told_without_an_outcome_in_each_language(answered: RunningSite) -> None:
    office = answered.sign_in("office")
    _, day_ids = of_one_union(answered)
    assert len(day_ids) > FEWEST
    for number, day_id in enumerate(day_ids[: FEWEST + 1]):
        said = ("justified", "Vu avec la mutualité") if number else ("rebill", "")
        assert decide(office, page_of(answered, day_id), *said).status_code == 303
    with answered.quittance.store.database.snapshot() as sql:
        (one,) = suggestions(sql, [answered.where], root_codes=[CODE])
    assert in_words(one, "fr") == "accepté comme refus 5 fois\u00a0; refacturé 1 fois, en attente 1 fois"
    assert in_words(one, "nl") == "als weigering aanvaard 5 keer; opnieuw gefactureerd 1 keer, in afwachting 1 keer"
    assert in_words(one, "en") == "accepted as a refusal 5 times; rebilled once, waiting once"
