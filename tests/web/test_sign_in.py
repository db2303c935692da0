"""Coming in: one-time password, second factor, limits, cookies, and that the wanted page opens in the end."""

import re
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from argon2 import PasswordHasher

from tests.acceptance.practice import OPERATOR
from tests.web.markup import parse
from tests.web.site import RunningSite, own_password
from tests.web.visitor import Visitor, local, read

COOKIE = "__Host-quittance"
BROWSER = "__Host-quittance-browser"
ELSEWHERE = (
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "javascript:alert(1)",
    "\\\\elsewhere.example",
    "/\t/elsewhere.example",
    "/\n/elsewhere.example",
    "/x\r\nSet-Cookie: a=b",
    "",
)


def log_in(site: RunningSite, login: str, password: str, who: Visitor | None = None) -> httpx.Response:
    return (who or site.anonymous()).post_form("/login", "/login", {"login": login, "password": password})


def told(answer: httpx.Response) -> str:
    """What the page says went wrong."""
    (box,) = parse(answer.text).of_class("errors")
    assert box.get("role") == "alert"
    return box.text


def test_a_new_person_sets_a_password_and_a_second_factor_first(fresh_site: RunningSite) -> None:
    password = fresh_site.add_user("new", (fresh_site.where, "office", fresh_site.today, None))
    who = fresh_site.anonymous()
    answer = log_in(fresh_site, "new", password, who)
    assert local(answer.headers["location"]).startswith("/password")
    assert who.get(fresh_site.at("/historique")).headers["location"].startswith("/login")
    assert "à usage unique" in read(who.get("/password")).text
    short = who.post_form("/password", "/password", {"old": password, "new": "trop court", "again": "trop court"})
    assert short.status_code == 422
    assert told(short)
    differs = {"old": password, "new": own_password("new"), "again": own_password("other")}
    assert who.post_form("/password", "/password", differs).status_code == 422
    again = {"old": password, "new": own_password("new"), "again": own_password("new")}
    wrong = who.post_form("/password", "/password", {**again, "old": "autre chose"})
    assert wrong.status_code == 422
    assert "\u00ab" not in told(wrong)
    answer = who.post_form("/password", "/password", again)
    assert local(answer.headers["location"]).startswith("/second-factor")
    page = read(who.get("/second-factor"))
    assert re.fullmatch(r"[A-Z2-7]{32}", page.one("code").text)
    assert page.of_class("qr")[0].all("svg")
    refused = who.post_form("/second-factor", "/second-factor", {"code": "000000"})
    assert refused.status_code == 422
    assert read_secret(refused) == page.one("code").text
    fresh_site._secrets["new"] = page.one("code").text
    answer = who.post_form("/second-factor", "/second-factor", {"code": fresh_site.code("new")})
    assert answer.headers["location"] == "/"
    assert who.get(fresh_site.at("/historique")).headers["location"].startswith(fresh_site.at("/historique/envois"))


def test_a_one_time_password_opens_nothing_once_an_own_one_is_set(fresh_site: RunningSite) -> None:
    password = fresh_site.add_user("new", (fresh_site.where, "office", fresh_site.today, None))
    fresh_site.first_sign_in("new", password)
    answer = log_in(fresh_site, "new", password)
    assert answer.status_code == 401
    assert f"{COOKIE}=" not in answer.headers.get("set-cookie", "")


def test_nobody_learns_which_part_was_wrong(fresh_site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer to the byte and in its headers, and the same costly comparison; logins of one length."""
    accounts, verify, costs = fresh_site.quittance.accounts, PasswordHasher.verify, []

    def counted(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
        costs.append(password_hash.split("$")[1:4])
        return verify(hasher, password_hash, password)

    for login in ("office", "closed"):
        fresh_site.first_sign_in(
            login, fresh_site.add_user(login, (fresh_site.where, "office", fresh_site.today, None))
        )
    accounts.deactivate(OPERATOR, accounts.user_id("closed"))
    monkeypatch.setattr(PasswordHasher, "verify", counted)
    typed = [("nobody", own_password("office")), ("office", "faux mot de passe"), ("closed", own_password("closed"))]
    who = fresh_site.anonymous()
    answers = [log_in(fresh_site, login, password, who) for login, password in typed]
    assert {answer.status_code for answer in answers} == {401}
    pages = {as_told(answer, login) for answer, (login, _) in zip(answers, typed, strict=True)}
    assert len(pages) == 1
    assert len(costs) == 3
    assert len({tuple(cost) for cost in costs}) == 1
    assert {len(told(answer)) for answer in answers} == {len(told(answers[0]))} != {0}


def test_nobody_learns_what_was_wrong_with_a_code(fresh_site: RunningSite) -> None:
    """Another person's, one used before, one that is none."""
    fresh_site.sign_in("office")
    used = fresh_site.code("office")
    fresh_site.sign_in("auditor")
    who = fresh_site.anonymous()
    log_in(fresh_site, "office", own_password("office"), who)
    answers = [who.post_form("/code", "/code", {"code": code}) for code in (fresh_site.code("auditor"), used, "abc")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({as_told(answer) for answer in answers}) == 1


def as_told(answer: httpx.Response, login: str = "") -> tuple[str, tuple[tuple[str, str], ...]]:
    """Page and headers without what was typed as the login, nor what each request has of its own: time, id, nonce."""
    nonce = re.findall(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[0]
    told = [one for one in answer.headers.multi_items() if one[0] not in ("date", "quittance-correlation-id")]
    headers = sorted((name, value.replace(nonce, "")) for name, value in told)
    text = answer.text.replace(nonce, "")
    return text.replace(f'value="{login}"', 'value=""', 1) if login else text, tuple(headers)


def test_a_wrong_password_leaves_the_name_to_be_typed_once(fresh_site: RunningSite) -> None:
    fresh_site.sign_in("office")
    page = parse(log_in(fresh_site, "office", "faux mot de passe").text)
    assert (page.by_id("login").get("value"), page.by_id("password").get("value")) == ("office", "")


def test_an_account_rests_after_five_wrong_passwords(fresh_site: RunningSite) -> None:
    fresh_site.sign_in("office")
    for _ in range(5):
        assert log_in(fresh_site, "office", "faux").status_code == 401
    for password in ("faux", own_password("office")):
        answer = log_in(fresh_site, "office", password)
        assert answer.status_code == 429
        assert re.search(r"\d+ minute", told(answer))
    fresh_site.clock.forward(minutes=16)
    assert log_in(fresh_site, "office", own_password("office")).status_code == 303


def test_an_address_rests_after_thirty_wrong_passwords(fresh_site: RunningSite) -> None:
    fresh_site.sign_in("office")
    for number in range(30):
        assert log_in(fresh_site, f"nobody{number}", "faux").status_code == 401
    assert log_in(fresh_site, "office", own_password("office")).status_code == 429


def test_codes_can_not_be_guessed(fresh_site: RunningSite) -> None:
    fresh_site.sign_in("office")
    who = fresh_site.anonymous()
    log_in(fresh_site, "office", own_password("office"), who)
    answers = [who.post_form("/code", "/code", {"code": f"{number:06d}"}) for number in range(7)]
    assert 429 in [answer.status_code for answer in answers]
    assert {answer.status_code for answer in answers} == {401, 429}
    fresh_site.clock.forward(seconds=30)
    assert who.post_form("/code", "/code", {"code": fresh_site.code("office")}).status_code == 429


def test_a_code_counts_once(fresh_site: RunningSite) -> None:
    """The one of the enrolment, and the one of a sign-in: whoever looked over the shoulder comes too late."""
    fresh_site.sign_in("office")
    used = fresh_site.code("office")
    who = fresh_site.anonymous()
    log_in(fresh_site, "office", own_password("office"), who)
    assert who.post_form("/code", "/code", {"code": used}).status_code == 401
    fresh_site.clock.forward(seconds=30)
    code = fresh_site.code("office")
    assert who.post_form("/code", "/code", {"code": code}).status_code == 303
    other = fresh_site.anonymous()
    log_in(fresh_site, "office", own_password("office"), other)
    assert other.post_form("/code", "/code", {"code": code}).status_code == 401
    assert other.get(fresh_site.at("/historique")).headers["location"].startswith("/login")


def test_only_the_form_that_this_browser_asked_for_signs_somebody_in(fresh_site: RunningSite) -> None:
    """Otherwise another site could sign a person in under a name of its own, and read what is then entered."""
    fresh_site.sign_in("office")
    typed = {"login": "office", "password": own_password("office")}
    mine, other = fresh_site.anonymous(), fresh_site.anonymous()
    own, theirs = (read(who.get("/login")).one("input", name="csrf").get("value") for who in (mine, other))
    assert re.fullmatch(r"[0-9a-f]{64}", own)
    for given in ({}, {"csrf": ""}, {"csrf": theirs}, {"csrf": "é"}, {"csrf": mine.cookies[BROWSER]}):
        answer = mine.post("/login", {**typed, **given})
        assert answer.status_code == 403, given
        assert COOKIE not in mine.cookies
    assert fresh_site.rows("SELECT attempt_id FROM sign_in_attempts") == []
    assert fresh_site.anonymous().post("/login", {**typed, "csrf": own}).status_code == 403
    again = read(mine.get("/login")).one("input", name="csrf").get("value")
    assert again == own, "two windows of one browser do not close each other out"
    assert mine.post("/login", {**typed, "csrf": own}).status_code == 303
    (line,) = {
        line for answer in mine.sent for line in answer.headers.get_list("set-cookie") if line.startswith(BROWSER)
    }
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in line.split(";")}


def test_the_session_cookie_is_out_of_reach(fresh_site: RunningSite) -> None:
    fresh_site.sign_in("office")
    who, _ = fresh_site.sign_in_again("office")
    lines = [line for answer in who.sent for line in answer.headers.get_list("set-cookie")]
    given = [line for line in lines if line.startswith(f"{COOKIE}=")]
    assert len(given) == 2, "one after the password, another after the code"
    for line in given:
        name, _, rest = line.partition("=")
        value, *flags = [part.strip().lower() for part in rest.split(";")]
        assert name == COOKIE
        assert len(value) >= 43
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= set(flags)
        assert not [flag for flag in flags if flag.startswith("domain")]
    assert given[0].split(";")[0] != given[1].split(";")[0]
    before = fresh_site.anonymous()
    before.cookies[COOKIE] = given[0].split(";")[0].partition("=")[2]
    assert before.get(fresh_site.at("/historique")).headers["location"].startswith("/login")


def test_signing_out_ends_the_session_wherever_it_was_copied(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    copied = who.copy()
    answer = who.post_form(fresh_site.at("/historique"), "/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert COOKIE not in who.cookies
    assert copied.get(fresh_site.at("/historique")).headers["location"].startswith("/login")


def test_a_session_ends_by_itself(fresh_site: RunningSite) -> None:
    """After an hour without use, and after half a day however busy."""
    idle = fresh_site.sign_in("office")
    fresh_site.clock.forward(minutes=59)
    assert idle.get(fresh_site.at("/historique")).headers["location"].startswith("/c/")
    fresh_site.clock.forward(minutes=61)
    assert idle.get(fresh_site.at("/historique")).headers["location"].startswith("/login")
    busy, _ = fresh_site.sign_in_again("office")
    for _ in range(14):
        fresh_site.clock.forward(minutes=50)
        assert busy.get(fresh_site.at("/historique")).headers["location"].startswith("/c/")
    fresh_site.clock.forward(minutes=50)
    assert busy.get(fresh_site.at("/historique")).headers["location"].startswith("/login")


def test_the_wanted_page_opens_after_the_sign_in(fresh_site: RunningSite) -> None:
    fresh_site.sign_in("office")
    wanted = fresh_site.at("/historique/envois?month=2026-10&is_archived=true")
    asked = fresh_site.anonymous().get(wanted)
    _, there = fresh_site.sign_in_again("office", local(asked.headers["location"]))
    assert there == wanted


def test_a_form_that_is_not_kept_over_the_sign_in_leads_back_to_its_page(fresh_site: RunningSite) -> None:
    who = fresh_site.sign_in("office")
    page = fresh_site.at("/historique/envois?sort=month")
    who.see(page)
    fresh_site.clock.forward(hours=2)
    head = fresh_site.quittance.log.head()
    answer = who.post(fresh_site.at("/recherche"), {"csrf": "old"}, headers={"Referer": fresh_site.url + page})
    _, there = fresh_site.sign_in_again("office", local(answer.headers["location"]))
    assert there == page
    assert fresh_site.quittance.log.head() == head


def test_nobody_is_led_to_another_site(fresh_site: RunningSite) -> None:
    """Browsers drop tabs and line ends from an address, and take a backslash for a slash."""
    fresh_site.sign_in("office")
    for wanted in ELSEWHERE:
        asked = quote(wanted, safe="")
        for address in (f"/language/nl?next={asked}", f"/login?next={asked}"):
            answer = fresh_site.anonymous().get(address)
            if answer.status_code == 303:
                assert answer.headers["location"] == "/", repr(wanted)
            else:
                assert read(answer).one("input", name="next").get("value") == "/", repr(wanted)
        _, there = fresh_site.sign_in_again("office", f"/login?next={asked}")
        assert there == "/", repr(wanted)
    assert fresh_site.anonymous().get("/language/nl?next=/account").headers["location"] == "/account"


def test_the_longest_address_of_a_page_is_come_back_to(fresh_site: RunningSite) -> None:
    """A page of results names each of its rows."""
    fresh_site.sign_in("office")
    wanted = fresh_site.at("/recherche/resultats?" + "&".join(f"patient={UUID(int=n)}" for n in range(200)))
    _, there = fresh_site.sign_in_again("office", f"/login?next={quote(wanted, safe='')}")
    assert there == wanted


def test_the_next_person_on_a_machine_reads_their_own_language(fresh_site: RunningSite) -> None:
    """A sign-in chooses no language for the browser: only a person does."""
    accounts = fresh_site.quittance.accounts
    fresh_site.sign_in("office")
    fresh_site.sign_in("auditor")
    accounts.rename(OPERATOR, accounts.user_id("office"), "Personne office", "nl")
    machine, _ = fresh_site.sign_in_again("office")
    machine.cookies.pop("quittance-language", None)
    assert machine.get("/account").headers["content-language"] == "nl"
    machine, _ = fresh_site.sign_in_again("auditor", window=machine)
    assert machine.get("/account").headers["content-language"] == "fr"


def test_a_person_who_leaves_is_out_at_once(fresh_site: RunningSite) -> None:
    who, accounts = fresh_site.sign_in("office"), fresh_site.quittance.accounts
    accounts.deactivate(OPERATOR, accounts.user_id("office"))
    assert who.get(fresh_site.at("/historique")).headers["location"].startswith("/login")
    assert log_in(fresh_site, "office", own_password("office")).status_code == 401


def test_a_page_speaks_as_chosen_else_as_the_person_set_it(fresh_site: RunningSite) -> None:
    who = fresh_site.anonymous()
    assert who.get("/login").headers["content-language"] == "fr"
    assert who.get("/login", headers={"Accept-Language": "nl-BE"}).headers["content-language"] == "nl"
    answer = who.get("/language/en?next=/login")
    assert answer.headers["location"] == "/login"
    page = who.get("/login")
    assert page.headers["content-language"] == parse(page.text).one("html").get("lang") == "en"
    assert who.get("/language/xx?next=/login").status_code == 303
    assert who.get("/login").headers["content-language"] == "en"


def read_secret(answer: httpx.Response) -> str:
    return parse(answer.text).one("code").text
