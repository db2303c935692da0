"""Deputies for absences: who may be one, on which days, and what it takes back."""

from datetime import date as Date
from datetime import timedelta

import pytest

from domain import deputy as deputies
from domain import user as users
from domain.deputy import LONGEST_ABSENCE_DAYS, name_deputy, shared_practices, withdraw_deputy
from domain.errors import Invalid, NotFound
from domain.user import Absence, DeputyNamed, DeputyWithdrawn, RoleEnded, RoleGranted, UserAdded, UserDeactivated
from tests.domain.builders import uid
from tests.domain.spec import Spec

spec = Spec(users.fold)
HERE, THERE, JO_ID, KIM_ID = uid("here"), uid("there"), uid("jo"), uid("kim")
TODAY, FIRST, LAST = Date(2026, 12, 1), Date(2026, 12, 7), Date(2026, 12, 12)
DAY = timedelta(days=1)
ANNA = UserAdded("anna@practice.be", "Anna Claes", "fr")
SINCE = Date(2026, 1, 1)
AWAY = Absence(HERE, JO_ID, FIRST, LAST)
NAMED = DeputyNamed(HERE, JO_ID, FIRST, LAST)
anna = spec.given(ANNA, RoleGranted(HERE, "office", SINCE))


def jo(*events: object) -> users.User:
    state = users.fold([UserAdded("jo@practice.be", "Jo Peeters", "nl"), *events])
    assert state is not None
    return state


JO = jo(RoleGranted(HERE, "assistant", SINCE))


def test_a_deputy_is_named_from_a_day_to_a_day_and_gets_no_right() -> None:
    state = anna.when(name_deputy, JO, AWAY, TODAY).then(NAMED)
    assert state.absences == (AWAY,)
    assert [AWAY.covers(day) for day in (FIRST - DAY, FIRST, LAST, LAST + DAY)] == [False, True, True, False]
    assert state.roles_at(HERE, FIRST) == ("office",)
    spec.given(*anna.history, NAMED).when(name_deputy, JO, AWAY, TODAY).nothing()


def test_an_absence_that_began_may_still_get_a_deputy_one_that_is_over_may_not() -> None:
    anna.when(name_deputy, JO, AWAY, LAST).then(NAMED)
    assert anna.when(name_deputy, JO, AWAY, LAST + DAY).refused("absence_over").facts == {"field": "valid_to"}


def test_nobody_is_their_own_deputy() -> None:
    refused = anna.when(name_deputy, anna.state, AWAY, TODAY).refused("deputy_is_self", Invalid)
    assert refused.facts == {"field": "deputy_id"}


def test_the_last_day_is_not_before_the_first_nor_400_days_after_it() -> None:
    turned = Absence(HERE, JO_ID, LAST, FIRST)
    assert anna.when(name_deputy, JO, turned, TODAY).refused("period_reversed", Invalid).facts == {"field": "valid_to"}
    last = FIRST + LONGEST_ABSENCE_DAYS * DAY
    anna.when(name_deputy, JO, Absence(HERE, JO_ID, FIRST, last), TODAY).refused("absence_too_long", Invalid)
    longest = Absence(HERE, JO_ID, FIRST, last - DAY)
    assert anna.when(name_deputy, JO, longest, TODAY).state().absences == (longest,)
    for first, end in ((LAST, FIRST), (Date(1, 1, 1), Date(9999, 12, 31))):
        with pytest.raises(Invalid):
            shared_practices(anna.state, JO, first, end)


@pytest.mark.parametrize(
    "events",
    [
        (),
        (RoleGranted(THERE, "office", SINCE),),
        (RoleGranted(HERE, "office", FIRST + DAY),),
        (RoleGranted(HERE, "office", SINCE, LAST - DAY),),
        (RoleGranted(HERE, "office", SINCE, FIRST), RoleGranted(HERE, "auditor", FIRST + 2 * DAY)),
        (RoleGranted(HERE, "office", SINCE), RoleEnded(HERE, "office", FIRST)),
        (RoleGranted(HERE, "office", SINCE), UserDeactivated()),
    ],
)
def test_a_deputy_has_some_role_there_on_every_one_of_the_days(events: tuple[object, ...]) -> None:
    refused = anna.when(name_deputy, jo(*events), AWAY, TODAY).refused("deputy_without_role")
    assert refused.facts == {"field": "deputy_id"}
    assert shared_practices(anna.state, jo(*events), FIRST, LAST) == ()


def test_the_role_of_a_deputy_may_change_on_the_way() -> None:
    handed_on = jo(RoleGranted(HERE, "office", SINCE, FIRST), RoleGranted(HERE, "auditor", FIRST + DAY))
    anna.when(name_deputy, handed_on, AWAY, TODAY).then(NAMED)


@pytest.mark.parametrize(
    ("granted", "fits"),
    [
        (RoleGranted(HERE, "office", SINCE, FIRST), True),
        (RoleGranted(HERE, "office", LAST), True),
        (RoleGranted(HERE, "office", SINCE, FIRST - DAY), False),
        (RoleGranted(HERE, "office", LAST + DAY), False),
        (RoleGranted(THERE, "office", SINCE), False),
    ],
)
def test_who_is_absent_has_a_role_there_on_some_of_the_days(granted: RoleGranted, fits: bool) -> None:
    when = spec.given(ANNA, granted).when(name_deputy, JO, AWAY, TODAY)
    if fits:
        when.then(NAMED)
    else:
        assert when.refused("absent_without_role").facts == {"field": "establishment_id"}


def test_work_of_a_closed_account_can_be_looked_after() -> None:
    spec.given(*anna.history, UserDeactivated()).when(name_deputy, JO, AWAY, TODAY).then(NAMED)


def test_there_is_one_deputy_a_day_and_practice() -> None:
    kim = jo(RoleGranted(HERE, "office", SINCE), RoleGranted(THERE, "office", SINCE))
    given = spec.given(*anna.history, RoleGranted(THERE, "office", SINCE), NAMED)
    for first, last in (
        (LAST, LAST + DAY),
        (FIRST - DAY, FIRST),
        (FIRST + DAY, FIRST + DAY),
        (FIRST - DAY, LAST + DAY),
    ):
        refused = given.when(name_deputy, kim, Absence(HERE, KIM_ID, first, last), TODAY).refused("absence_overlaps")
        assert refused.facts == {"field": "valid_from"}
    for fine in (Absence(HERE, KIM_ID, LAST + DAY, LAST + DAY), Absence(THERE, KIM_ID, FIRST, LAST)):
        assert given.when(name_deputy, kim, fine, TODAY).state().absences == (AWAY, fine)


def test_a_deputy_is_not_away_on_those_days() -> None:
    away = jo(RoleGranted(HERE, "office", SINCE), DeputyNamed(HERE, KIM_ID, LAST, LAST + DAY))
    assert anna.when(name_deputy, away, AWAY, TODAY).refused("deputy_absent").facts == {"field": "deputy_id"}
    back = jo(RoleGranted(HERE, "office", SINCE), DeputyNamed(HERE, KIM_ID, LAST + DAY, LAST + DAY))
    anna.when(name_deputy, back, AWAY, TODAY).then(NAMED)


def test_an_absence_is_withdrawn_until_it_is_over() -> None:
    given, withdrawn = spec.given(*anna.history, NAMED), DeputyWithdrawn(HERE, FIRST)
    assert given.when(withdraw_deputy, HERE, FIRST, LAST).then(withdrawn).absences == ()
    given.when(withdraw_deputy, HERE, FIRST, LAST + DAY).refused("absence_over")
    for where, first in ((THERE, FIRST), (HERE, LAST)):
        given.when(withdraw_deputy, where, first, TODAY).refused("absence_unknown", NotFound)
    again = spec.given(*given.history, withdrawn)
    again.when(withdraw_deputy, HERE, FIRST, TODAY).refused("absence_unknown", NotFound)
    again.when(name_deputy, JO, AWAY, TODAY).then(NAMED)


def test_one_withdrawn_absence_takes_no_other_with_it() -> None:
    elsewhere = DeputyNamed(THERE, JO_ID, FIRST, LAST)
    later = DeputyNamed(HERE, JO_ID, LAST + DAY, LAST + DAY)
    state = spec.given(*anna.history, NAMED, elsewhere, later).when(withdraw_deputy, HERE, FIRST, TODAY).state()
    assert [(one.establishment_id, one.valid_from) for one in state.absences] == [(THERE, FIRST), (HERE, LAST + DAY)]


def test_practices_are_shared_where_both_have_a_role_then() -> None:
    both = jo(
        RoleGranted(THERE, "office", SINCE), RoleGranted(HERE, "office", SINCE), RoleGranted(KIM_ID, "office", SINCE)
    )
    given = spec.given(*anna.history, RoleGranted(HERE, "auditor", SINCE), RoleGranted(THERE, "office", SINCE, FIRST))
    assert deputies.shared_practices(given.state, both, FIRST, LAST) == (HERE, THERE)
    assert deputies.shared_practices(given.state, both, FIRST + DAY, LAST) == (HERE,)
    assert deputies.shared_practices(given.state, JO, FIRST, LAST) == (HERE,)
