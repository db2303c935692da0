"""`quittance user`: people are added, listed, given roles, reset and kept out; a password is printed once."""

import re
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.catalogue import LANGUAGES
from api.cli.console import context
from application.accounts import SignInRefused
from domain.local_time import local_date
from infrastructure.sample import sample_files
from tests.acceptance.practice import AFTERWARDS, Installation
from tests.cli.test_commands import KEY, NOTHING

TODAY = local_date(AFTERWARDS)
LOGIN = "anna@practice.be"
PASSWORD = re.compile(r": (?:[a-z2-9]{4}-){3}[a-z2-9]{4}$", re.MULTILINE)
"""As it is printed: ids of things look alike, but never end a sentence."""


def opened_office(folder: Path) -> Installation:
    made = Installation(folder / "home", "", "cli")
    made.json("init")
    (folder / "practice.jsonl").write_bytes(sample_files().register)
    made.cli("import", folder / "practice.jsonl", "--as", "register")
    return made


@pytest.fixture
def office(tmp_path: Path) -> Installation:
    """An installation with the sample practice and nobody to sign in."""
    return opened_office(tmp_path)


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The same with one person in the office, who was there in 2025 too. Look at it, change nothing."""
    made = opened_office(tmp_path_factory.mktemp("staffed"))
    made.cli("user", "add", LOGIN, "--role", "office")
    made.cli("user", "grant", LOGIN, "--role", "office", "--from", "2025-01-01", "--to", "2025-12-31")
    return made


def place(office: Installation) -> UUID:
    with office.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
    return where


def listed(office: Installation, *words: str) -> dict[str, Any]:
    """By login."""
    return {one["login"]: one for one in office.json("user", "list", *words)}


def test_the_first_administrator_is_added_with_a_password_that_opens_once(office: Installation) -> None:
    made = office.json(
        "user", "add", LOGIN, "--name", "Anna Claes", "--role", "administrator", "--establishment", "all"
    )
    assert set(made) == {"user_id", "one_time_password"}
    user_id = UUID(made["user_id"])
    with office.opened() as quittance:
        session = quittance.accounts.session(quittance.accounts.sign_in(LOGIN, made["one_time_password"], ""))
        assert session is not None
        assert (session.user_id, session.stage, session.name, session.language) == (
            user_id,
            "password",
            "Anna Claes",
            "fr",
        )
    assert listed(office) == {
        LOGIN: {
            "user_id": str(user_id),
            "login": LOGIN,
            "name": "Anna Claes",
            "language": "fr",
            "is_active": True,
            "has_second_factor": False,
            "grants": [
                {
                    "establishment_id": str(place(office)),
                    "role": "administrator",
                    "valid_from": TODAY.isoformat(),
                    "valid_to": None,
                    "provider_id": None,
                }
            ],
            "absences": [],
            "added_at": AFTERWARDS.isoformat(),
        }
    }


def test_the_only_establishment_needs_no_name_and_the_name_may_be_the_login(office: Installation) -> None:
    office.cli("user", "add", "jo@practice.be", "--role", "office", "--language", "nl")
    one = listed(office)["jo@practice.be"]
    assert (one["name"], one["language"], len(one["grants"])) == ("jo@practice.be", "nl", 1)
    assert set(listed(office, "-e", str(place(office)))) == {"jo@practice.be"}
    assert listed(office, "-e", NOTHING) == {}


def test_roles_are_given_and_ended_by_day(office: Installation) -> None:
    office.cli("user", "add", LOGIN, "--role", "office")
    user_id = listed(office)[LOGIN]["user_id"]
    given = office.json("user", "grant", LOGIN, "--role", "auditor", "--from", "2026-01-01", "--to", "2026-12-31")
    assert given == {"user_id": user_id}
    office.cli("user", "end-role", LOGIN, "--role", "auditor", "--to", "2026-06-30", "-e", "all")
    office.cli("user", "end-role", LOGIN, "--role", "office")
    grants = [(one["role"], one["valid_from"], one["valid_to"]) for one in listed(office)[LOGIN]["grants"]]
    assert grants == [("office", str(TODAY), str(TODAY)), ("auditor", "2026-01-01", "2026-06-30")]
    with office.opened() as quittance:
        assert quittance.accounts.practices(UUID(user_id), Date(2027, 1, 1)) == ()


def test_a_role_can_be_that_of_a_provider(office: Installation) -> None:
    with office.opened() as quittance, quittance.store.database.snapshot() as sql:
        provider = str(sql.rows("SELECT provider_id FROM providers ORDER BY nihii LIMIT 1")[0]["provider_id"])
    office.cli("user", "add", LOGIN, "--role", "care_giver", "--provider", provider)
    assert [one["provider_id"] for one in listed(office)[LOGIN]["grants"]] == [provider]


def test_a_reset_prints_another_password_and_the_former_one_opens_nothing(office: Installation) -> None:
    first = office.json("user", "add", LOGIN, "--role", "office")["one_time_password"]
    second = office.json("user", "reset", LOGIN)["one_time_password"]
    assert first != second
    with office.opened() as quittance:
        with pytest.raises(SignInRefused):
            quittance.accounts.sign_in(LOGIN, first, "")
        assert quittance.accounts.sign_in(LOGIN, second, "")


def test_who_is_deactivated_is_listed_so_and_comes_back(office: Installation) -> None:
    office.cli("user", "add", LOGIN, "--role", "office")
    user_id = listed(office)[LOGIN]["user_id"]
    assert office.json("user", "deactivate", LOGIN) == {"user_id": user_id}
    assert listed(office)[LOGIN]["is_active"] is False
    assert office.json("user", "reactivate", LOGIN) == {"user_id": user_id}
    assert listed(office)[LOGIN]["is_active"] is True


def test_words_are_of_the_language_and_the_password_stands_in_them_once(office: Installation) -> None:
    told = set()
    for language in LANGUAGES:
        login = f"{language}@practice.be"
        words = [
            office.cli("user", "add", login, "--role", "dentist", lang=language).stdout,
            office.cli("user", "reset", login, lang=language).stdout,
            office.cli("user", "grant", login, "--role", "office", lang=language).stdout,
            office.cli("user", "end-role", login, "--role", "office", lang=language).stdout,
            office.cli("user", "deactivate", login, lang=language).stdout,
            office.cli("user", "reactivate", login, lang=language).stdout,
            office.cli("user", "list", lang=language).stdout,
        ]
        assert [len(PASSWORD.findall(one)) for one in words] == [1, 1, 0, 0, 0, 0, 0]
        assert all(one.strip() and not KEY.findall(one) for one in words), language
        assert login in words[-1]
        told.add(tuple(one.splitlines()[0] for one in words[2:]))
    assert len(told) == len(LANGUAGES)


def test_absences_are_listed_and_shown(office: Installation) -> None:
    for login, name in ((LOGIN, "Anna Claes"), ("jo@practice.be", "Jo Maes")):
        office.cli("user", "add", login, "--name", name, "--role", "office")
    where, last = place(office), TODAY + timedelta(days=9)
    with office.opened() as quittance:
        anna, jo = (quittance.accounts.user_id(login) for login in (LOGIN, "jo@practice.be"))
        quittance.accounts.name_deputy(context(), anna, jo, TODAY, last, where)
    away = {
        "establishment_id": str(where),
        "deputy_id": str(jo),
        "valid_from": str(TODAY),
        "valid_to": str(last),
    }
    assert [one["absences"] for one in (listed(office)[LOGIN], listed(office)["jo@practice.be"])] == [[away], []]
    assert office.json("show", str(anna))["state"]["absences"] == [away]
    heads = set()
    for language, head in (("fr", "Absences"), ("nl", "Afwezigheden"), ("en", "Absences")):
        words = office.cli("user", "list", lang=language).stdout
        assert head in words
        assert str(last) in words
        heads.add(words.splitlines()[1])
        assert head in office.cli("show", str(anna), lang=language).stdout
    assert len(heads) == len(LANGUAGES)


def test_a_user_is_shown_and_a_password_is_not(office: Installation) -> None:
    made = office.json("user", "add", LOGIN, "--name", "Anna Claes", "--role", "office")
    office.cli("user", "reset", LOGIN)
    shown = office.json("show", made["user_id"])
    assert (shown["kind"], shown["version"]) == ("user", 3)
    assert shown["state"]["login"] == LOGIN
    for language in LANGUAGES:
        words = office.cli("show", made["user_id"], lang=language).stdout
        assert "state." not in words
        assert not KEY.findall(words)
        assert "argon2" not in words
        assert made["one_time_password"] not in words


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("add", LOGIN, "--role", "office"), "login_taken"),
        (("add", "jo", "--role", "office"), "login_invalid"),
        (("add", "jo@practice.be", "--role", "king"), "role_unknown"),
        (("add", "jo@practice.be", "--role", "office", "--language", "de"), "language_unknown"),
        (("add", "jo@practice.be", "--role", "office", "--name", "x" * 101), "name_invalid"),
        (("add", "jo@practice.be", "--role", "office", "-e", "here"), "id_invalid"),
        (("add", "jo@practice.be", "--role", "office", "-e", NOTHING), "establishment_unknown"),
        (("add", "jo@practice.be", "--role", "office", "--provider", NOTHING), "provider_unknown"),
        (("grant", "nobody@practice.be", "--role", "office"), "user_unknown"),
        (("grant", LOGIN, "--role", "office", "--from", "2025-06-01"), "role_overlaps"),
        (("grant", LOGIN, "--role", "auditor", "--from", "2026-02-01", "--to", "2026-01-01"), "period_reversed"),
        (("end-role", LOGIN, "--role", "auditor"), "role_unknown_here"),
        (("end-role", LOGIN, "--role", "king", "-e", "all"), "role_unknown"),
        (("reset", "nobody@practice.be"), "user_unknown"),
        (("deactivate", "nobody@practice.be"), "user_unknown"),
        (("reactivate", "nobody@practice.be"), "user_unknown"),
        (("list", "-e", "here"), "id_invalid"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_clear_line_and_adds_nobody(staffed: Installation, words: tuple[str, ...], error: str) -> None:
    answered = staffed.json("user", *words, code=1)
    assert answered["error"] == error
    sentences = {staffed.cli("user", *words, code=1, lang=language).stderr for language in LANGUAGES}
    assert len(sentences) == len(LANGUAGES)
    assert all(one.startswith(f"{error}: ") and "jo@" not in one and "nobody@" not in one for one in sentences)
    assert set(listed(staffed)) == {LOGIN}


def test_without_an_establishment_nobody_is_added(tmp_path: Path) -> None:
    made = Installation(tmp_path / "home", "", "cli")
    made.json("init")
    words = ("user", "add", LOGIN, "--role", "administrator", "-e", "all")
    assert made.json(*words, code=1)["error"] == "establishment_none"
    assert made.json("user", "list") == []
