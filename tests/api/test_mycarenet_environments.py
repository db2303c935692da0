"""Settings of MyCareNet by environment: what is known need not be set, what is not known is asked for by name."""

import pytest

from api.mycarenet import MyCareNetIncomplete, MyCareNetSettings, mycarenet
from tests.stores import SteppedClock

PREFIX = "QUITTANCE_MYCARENET_"
OWN = {"TRUST", "LICENCE_USER", "LICENCE_PASSWORD_FILE"}


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> MyCareNetSettings:
    for name, value in values.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    return MyCareNetSettings()


def missing(settings: MyCareNetSettings) -> set[str]:
    with pytest.raises(MyCareNetIncomplete) as refused:
        mycarenet(settings, SteppedClock())
    return {name.removeprefix(PREFIX) for name in refused.value.missing}


def test_acceptance_is_known_but_for_what_the_practice_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, ENVIRONMENT="acc")
    assert missing(settings) == OWN
    assert settings.is_test
    assert settings.sts == ("https://services-acpt.ehealth.fgov.be/IAM/Saml11TokenService/v1",)
    assert settings.member_data_async == ("https://pilot.mycarenet.be:9443/mycarenet/bed/GenAsync/memberData",)


def test_no_address_of_production_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, ENVIRONMENT="prd", STS_PROTOCOL="ws-trust")
    assert missing(settings) == {"INVOICING", *OWN}
    assert not settings.is_test
    assert settings.sts == ("https://services.ehealth.fgov.be/IAM/SecurityTokenService/v1",)
    assert settings.member_data_async == ()


def test_simulated_services_are_named_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mycarenet(read(monkeypatch, ENVIRONMENT="sim"), SteppedClock()) is None
    assert missing(read(monkeypatch, STS="http://127.0.0.1:1/sts")) == {"INVOICING", *OWN}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('["https://a/", "https://b/"]', ("https://a/", "https://b/")),
        (" https://a/  https://b/ ", ("https://a/", "https://b/")),
    ],
)
def test_what_is_set_counts_more_than_what_is_known(
    monkeypatch: pytest.MonkeyPatch, written: str, expected: tuple[str, ...]
) -> None:
    settings = read(monkeypatch, ENVIRONMENT="acc", INVOICING=written, IS_TEST="false")
    assert (settings.invoicing, settings.is_test) == (expected, False)
