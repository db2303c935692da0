"""A person at a browser without JavaScript: keeps cookies, follows links, fills in the forms that pages really have."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.web.markup import Element, Fields, filled, forms, parse

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
Files = Mapping[str, tuple[str, bytes]]


@dataclass(repr=False)
class Visitor:
    """Paths are whole ones of the site (`/c/…`). Secure cookies are set by hand: the test's address is not https."""

    client: httpx.Client
    cookies: dict[str, str] = field(default_factory=dict)
    role: str = ""
    sent: list[httpx.Response] = field(default_factory=list)

    def copy(self) -> "Visitor":
        """Another window with the same session."""
        return replace(self, cookies=dict(self.cookies), sent=[])

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request, as the browser would make it; redirects are not followed."""
        headers = dict(options.pop("headers", {}))
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.client.request(method, path, headers=headers, **options)
        self.client.cookies.clear()
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        self.sent.append(answer)
        return answer

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The answer as it comes, redirects too."""
        return self.call("GET", path, **options)

    def partial(self, path: str) -> httpx.Response:
        """As the browser's script asks for the list alone."""
        return self.get(path, headers=PARTIAL)

    def see(self, path: str) -> Element:
        """The page at the end of all redirects, which is there."""
        return read(self.followed(self.get(path)))

    def followed(self, answer: httpx.Response) -> httpx.Response:
        """The answer at the end of the redirects."""
        for _ in range(6):
            if answer.status_code != 303:
                return answer
            answer = self.get(local(answer.headers["location"]))
        raise AssertionError(f"redirected for ever: {answer.headers['location']}")

    def post(self, path: str, data: Any = None, files: Any = None, **options: Any) -> httpx.Response:
        """A form as given, right or wrong."""
        return self.call("POST", path, data=data, files=files, **options)

    def post_form(
        self, page_path: str, action_path: str, fields: Fields | None = None, files: Files | None = None
    ) -> httpx.Response:
        """Open a page, fill in its form that sends to `action_path`, press the button; redirects are not followed."""
        page = read(self.followed(self.get(page_path)))
        found = forms(page, action_path)
        assert found, f"{page_path} has no form to {action_path}, only {[form.get('action') for form in forms(page)]}"
        fitting = [form for form in found if set(fields or ()) <= {item.get("name") for item in form.walk()}]
        return self.submit((fitting or found)[0], page_path, fields, files)

    def submit(
        self, form: Element, page_path: str, fields: Fields | None = None, files: Files | None = None
    ) -> httpx.Response:
        """Send a form of a page."""
        data: dict[str, list[str]] = {}
        for name, value in filled(form, fields or {}):
            data.setdefault(name, []).append(value)
        headers = {"Referer": str(self.client.base_url.join(page_path))}
        return self.post(form.get("action") or page_path, data, files, headers=headers)


def read(answer: httpx.Response) -> Element:
    """The page of an answer that went well."""
    told = f"{answer.request.method} {answer.request.url.raw_path.decode()}: {answer.status_code}"
    assert answer.status_code == 200, f"{told} {parse(answer.text).by_id('main').text if is_html(answer) else ''}"
    assert is_html(answer), told
    return parse(answer.text)


def is_html(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-type", "")).startswith("text/html")


def local(address: str) -> str:
    """Path and query."""
    parts = urlsplit(address)
    assert not parts.netloc, f"leads elsewhere: {address}"
    return parts.path + (f"?{parts.query}" if parts.query else "")
