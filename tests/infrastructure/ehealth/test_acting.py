"""In whose name a file goes: which registration fits the holder of a session, and the Origin that follows from it."""

from datetime import UTC, datetime
from datetime import date as Date
from uuid import uuid5

import pytest

from domain.registration import Registration
from domain.registration_kinds import Kind
from infrastructure.ehealth import acting
from infrastructure.ehealth.acting import NoRegistration
from infrastructure.ehealth.distinguished import Holder
from infrastructure.ehealth.faults import NoToken
from infrastructure.ehealth.origin import Licence
from infrastructure.ehealth.qualities import attributes_of
from infrastructure.ehealth.token import Token
from tests.domain.builders import ROOT

NURSE, DENTIST, GROUP, COMPANY = "49991127401", "39991118001", "94999919000", "0999999823"
SSIN = "84031200293"
PERSON, STAFF = Holder("SSIN", SSIN, "Amélie Delvaux"), Holder("CBE", COMPANY, "Les Tilleuls")
MEMBERS = Holder("NIHII-GROUP", GROUP[:8], "Les Tilleuls")
LICENCE = Licence("Quittance", "user", "secret")
NUMBER_OF_NURSE = "urn:be:fgov:person:ssin:ehealth:1.0:nurse:nihii11"
CBE_OF_TOKEN = "urn:be:fgov:ehealth:1.0:certificateholder:enterprise:cbe-number"


def a(kind: Kind, nihii: str, cbe: str = "") -> Registration:
    return Registration(uuid5(ROOT, f"{kind}{nihii}{cbe}"), kind, nihii, cbe, Date(2026, 1, 1))


def token(**attributes: str) -> Token:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Token(b"", "id", now, now, {name: (value,) for name, value in attributes.items()})


OWN, COLLEAGUE = a("own", NURSE), a("colleague", NURSE)
FOR_NURSE, FOR_GROUP = a("company_staff", NURSE, COMPANY), a("company_for_group", GROUP, COMPANY)
MEMBER = a("group", GROUP)
ALL = (FOR_GROUP, MEMBER, FOR_NURSE, COLLEAGUE, OWN)
AS_NURSE = token(**{NUMBER_OF_NURSE: NURSE})
AS_OTHER_NURSE = token(**{NUMBER_OF_NURSE: "49992216401"})
AS_NOBODY = token(**{NUMBER_OF_NURSE: ""})


@pytest.mark.parametrize(
    ("holder", "number", "found"),
    [
        (PERSON, NURSE, (OWN, COLLEAGUE, FOR_NURSE)),
        (PERSON, GROUP, (MEMBER, FOR_GROUP)),
        (STAFF, NURSE, (FOR_NURSE,)),
        (STAFF, GROUP, (FOR_GROUP,)),
        (MEMBERS, GROUP, (MEMBER,)),
    ],
)
def test_what_fits_a_holder_is_for_the_number_and_the_certificate(
    holder: Holder, number: str, found: tuple[Registration, ...]
):
    assert acting.fitting(ALL, holder, number) == found


@pytest.mark.parametrize(
    ("holder", "number"),
    [
        (MEMBERS, NURSE),
        (Holder("CBE", "0400000086"), GROUP),
        (Holder("NIHII-GROUP", "94123456"), GROUP),
        (PERSON, DENTIST),
        (Holder("EHP", "1234567890"), GROUP),
    ],
)
def test_sof_02_without_a_registration_that_fits_nothing_goes(holder: Holder, number: str):
    with pytest.raises(NoRegistration) as caught:
        acting.fitting(ALL, holder, number)
    assert caught.value.holder_kind == holder.kind


def test_sof_03_whoever_sends_under_the_own_number_is_the_care_provider_and_no_sender_is_told():
    told = acting.origin(PERSON, acting.fitting(ALL, PERSON, NURSE), LICENCE, AS_NURSE)
    assert (told.nihii, told.quality, told.under, told.holder_kind) == (NURSE, "nurse", OWN, "SSIN")
    assert told.person is not None
    assert (told.person.ssin, told.sender_person, told.organisation) == (SSIN, None, None)
    assert set(told.as_sent()) == {"Package", "CareProvider"}, "what it goes under is for us alone"


def test_sof_06_a_colleague_is_the_sender_and_the_employer_is_not_told():
    told = acting.origin(PERSON, acting.fitting(ALL, PERSON, NURSE), LICENCE, AS_OTHER_NURSE)
    assert told.under == COLLEAGUE
    assert told.sender_person is not None
    assert (told.sender_person.ssin, told.sender_organisation, told.person) == (SSIN, None, None)


def test_nobody_sends_under_the_own_number_of_somebody_else():
    with pytest.raises(NoRegistration):
        acting.origin(PERSON, (OWN,), LICENCE, AS_OTHER_NURSE)


def test_sof_04_staff_comes_for_the_company_which_is_told_where_the_token_names_it():
    fits = acting.fitting((FOR_NURSE, FOR_GROUP), PERSON, NURSE)
    wanted = {one.name for one in acting.claims(PERSON, fits) if one.value}
    assert CBE_OF_TOKEN in wanted
    assert any(name.endswith("person:ssin") for name in wanted)
    named = acting.origin(PERSON, fits, LICENCE, token(**{CBE_OF_TOKEN: COMPANY}))
    assert named.sender_organisation is not None
    assert (named.sender_organisation.cbe, named.under) == (COMPANY, FOR_NURSE)
    assert acting.origin(PERSON, fits, LICENCE, AS_NOBODY).sender_organisation is None


def test_who_gives_no_care_asks_anew_as_staff_and_comes_so_where_the_token_names_the_company():
    fits = acting.fitting(ALL, PERSON, GROUP)
    assert acting.claims_as_staff(PERSON, fits, AS_NURSE) == ()
    assert acting.claims_as_staff(PERSON, fits, AS_NOBODY) == acting.claims(PERSON, (FOR_GROUP,))
    assert acting.claims_as_staff(PERSON, (MEMBER,), AS_NOBODY) == ()
    assert acting.claims_as_staff(PERSON, (FOR_GROUP,), AS_NOBODY) == (), "it was asked for so"
    assert acting.claims_as_staff(STAFF, (FOR_GROUP,), AS_NOBODY) == ()
    assert acting.origin(PERSON, fits, LICENCE, AS_NURSE).under == MEMBER
    assert acting.origin(PERSON, fits, LICENCE, AS_NOBODY).under == MEMBER, "in person, then"
    named = acting.origin(PERSON, fits, LICENCE, token(**{CBE_OF_TOKEN: COMPANY}))
    assert named.under == FOR_GROUP
    assert named.sender_organisation is not None
    assert named.sender_organisation.cbe == COMPANY


def test_sof_07_and_sof_08_a_group_is_the_care_provider_whoever_sends():
    for holder, under in ((MEMBERS, MEMBER), (STAFF, FOR_GROUP)):
        told = acting.origin(holder, acting.fitting(ALL, holder, GROUP), LICENCE, AS_NOBODY)
        assert (told.quality, told.nihii, told.under) == ("groupofnurses", GROUP, under)
        assert told.organisation is not None
        assert told.organisation.nihii == GROUP
        assert (told.sender_organisation is not None) == (holder is STAFF)


def test_claims_follow_the_registration():
    number = "81234530501"
    assert acting.claims(PERSON, (a("group", number),)) == attributes_of("nurse", SSIN), "also without 94"
    assert acting.claims(PERSON, (a("own", DENTIST),)) == attributes_of("dentist", SSIN)
    assert acting.claims(STAFF, (FOR_GROUP,)) == attributes_of("enterprise", COMPANY)
    assert acting.claims(MEMBERS, (MEMBER,)) == attributes_of("groupofnurses", GROUP[:8])
    with pytest.raises(NoToken):
        acting.claims(PERSON, (a("own", number),))
