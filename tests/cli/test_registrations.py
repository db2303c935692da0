"""Registrations with MyCareNet as an operator types them: kinds, one, many, mandates, what is arranged, the end."""

from tests.acceptance.conftest import Demo
from tests.acceptance.practice import AFTERWARDS

NURSE, OTHER, COMPANY = "49991127401", "49992216401", "0999999823"


def test_sof_09_every_kind_says_what_is_arranged_outside_first(own_demo: Demo) -> None:
    run = own_demo.installation
    kinds = run.json("registration", "kinds")
    assert list(kinds) == ["own", "company_staff", "colleague", "group", "company_for_group"]
    assert [kind for kind, rule in kinds.items() if rule["needs_mandate"]] == [
        "company_staff",
        "colleague",
        "company_for_group",
    ]
    for language, word in (("fr", "Banque-Carrefour"), ("nl", "Kruispuntbank"), ("en", "Crossroads Bank")):
        assert word in run.cli("registration", "kinds", lang=language).stdout


def test_a_registration_from_its_first_day_to_its_last(own_demo: Demo) -> None:
    run = own_demo.installation
    (group,) = run.json("registration", "list")["registrations"]
    assert (group["kind"], group["nihii"]) == ("group", "94999919000"), "the sample register has it"
    made = run.json("registration", "add", "company_staff", NURSE, "--cbe", COMPANY, "--from", "2026-01-01")
    assert (made["is_new"], made["warnings"]) == (True, ["not_for_files"])
    again = run.cli("registration", "add", "company_staff", NURSE, "--cbe", COMPANY, "--from", "2026-01-01").stdout
    assert "known already" in again
    which = made["registration_id"]
    assert "no mandate noted here holds" in run.cli("registration", "list").stdout
    run.cli("registration", "mandate", which, "--from", "2026-01-01", "--given-to", "Office", "--evidence", "letter")
    told = run.cli("registration", "list").stdout
    assert "Office" in told
    assert "no mandate noted here holds" not in told
    run.cli("registration", "arranged", which, "manager_in_cbe", "--evidence", "seen")
    _, staff = run.json("registration", "list")["registrations"]
    assert [one["condition"] for one in staff["arranged"]] == ["manager_in_cbe"]
    assert staff["arranged"][0]["arranged_on"] == f"{AFTERWARDS:%Y-%m-%d}"
    run.cli("registration", "reopen", which, "manager_in_cbe")
    mandate = staff["mandates"][0]["mandate_id"]
    assert "2026-06-30" in run.cli("registration", "revoke", which, mandate, "--to", "2026-06-30").stdout
    assert "2026-12-31" in run.cli("registration", "end", which, "--to", "2026-12-31").stdout
    _, staff = run.json("registration", "list")["registrations"]
    assert (staff["valid_to"], staff["mandates"][0]["valid_to"], staff["arranged"]) == ("2026-12-31", "2026-06-30", [])
    assert run.json("registration", "end", which, "--to", "2025-12-31", code=1)["error"] == "period_reversed"


def test_sof_05_one_company_for_many_care_providers_at_once(own_demo: Demo) -> None:
    run = own_demo.installation
    add = (
        "registration",
        "add",
        "company_staff",
        NURSE,
        "49991128401",
        OTHER,
        "--cbe",
        COMPANY,
        "--from",
        "2026-01-01",
    )
    told = run.cli(*add).stdout
    assert told.count("Registration created") == 2
    assert "field" in told
    assert [one["created"]["is_new"] if one["created"] else one["code"] for one in run.json(*add)["registrations"]] == [
        False,
        "field_invalid",
        False,
    ]
    assert run.json("registration", "add", "group", NURSE, "--cbe", COMPANY, code=1)["error"] == "cbe_not_of_kind"


def test_what_happened_to_registrations_is_told(own_demo: Demo) -> None:
    from domain.registration import registrations_id

    run = own_demo.installation
    run.cli("registration", "add", "own", NURSE, "--from", "2026-01-01", "--reason", "Sends alone")
    with run.opened() as quittance:
        (where,) = quittance.lookups.establishment_ids()
    told = run.json("show", str(registrations_id(where)))
    assert told["kind"] == "registration"
    assert [one["reason"] for one in told["timeline"]] == ["", "Sends alone"]
    assert "MyCareNet registration created" in run.cli("timeline", str(registrations_id(where))).stdout
