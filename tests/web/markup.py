"""Read a page as a tree: elements, their attributes, their words; and fill in its forms as a browser does.

page = parse(answer.text)
page.one("h1").text                       words as read, blanks joined
page.all("a", "href")                     every link that has an address
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

Fields = Mapping[str, str | Sequence[str]]
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_IMPLIED = {"li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "tr": {"tr", "td", "th"}, "option": {"option"}}
_UNSEEN = frozenset({"script", "style", "template", "title"})


@dataclass(eq=False)
class Element:
    """`children`: elements and runs of text in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """Itself and all below, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str = "", *having: str, **values: str) -> list["Element"]:
        """Elements of that name that have those attributes, with those values (`class_` for `class`)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in values.items()}
        return [
            found
            for found in self.walk()
            if (not tag or found.tag == tag)
            and all(name in found.attributes for name in having)
            and all(found.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str = "", *having: str, **values: str) -> "Element":
        """The only one."""
        found = self.all(tag, *having, **values)
        assert len(found) == 1, f"{len(found)} of {tag} {having} {values}"
        return found[0]

    def by_id(self, identifier: str) -> "Element":
        return self.one(id=identifier)

    def has_class(self, name: str) -> bool:
        return name in self.get("class").split()

    def of_class(self, name: str) -> list["Element"]:
        return [found for found in self.walk() if found.has_class(name)]

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def texts(self) -> Iterator[str]:
        """Runs of words that a person may see."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in _UNSEEN:
                yield from child.texts

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> says twice: {names}"
        while self._open[-1].tag in _IMPLIED.get(tag, ()):
            self._open.pop()
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(made)
        if tag not in _VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        while self._open[-1].tag in _IMPLIED and self._open[-1].tag != tag:
            self._open.pop()
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(text: str) -> Element:
    """The page. Fails where elements do not nest: a browser would guess, each its own way."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    rest = [element.tag for element in reader._open[1:]]
    assert not rest, f"never closed: {rest}"
    return reader.root


def forms(page: Element, action: str = "", method: str = "post") -> list[Element]:
    """Forms that send there, the query of the address aside when none is asked for."""
    return [
        form
        for form in page.all("form")
        if (form.get("method") or "get").lower() == method
        and (not action or action in (form.get("action"), form.get("action").partition("?")[0]))
    ]


def filled(form: Element, given: Fields) -> list[tuple[str, str]]:
    """What a browser would send: what stands in the form, and what a person typed or chose. Fails for unknown names."""
    known = {item.get("name") for item in form.walk() if item.get("name")}
    unknown = set(given) - known
    assert not unknown, f"the form has no {sorted(unknown)}, only {sorted(known)}"
    sent = [(name, value) for name, value in _standing(form) if name not in given]
    for name, value in given.items():
        sent += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    return sent


def _standing(form: Element) -> Iterable[tuple[str, str]]:
    for item in form.walk():
        name, kind = item.get("name"), item.get("type").lower()
        if not name or "disabled" in item.attributes:
            continue
        match item.tag:
            case "input" if kind in ("checkbox", "radio"):
                if "checked" in item.attributes:
                    yield name, item.attributes.get("value", "on")
            case "input" if kind not in ("submit", "image", "button", "reset", "file"):
                yield name, item.get("value")
            case "textarea":
                yield name, "".join(item.texts).removeprefix("\n")
            case "select":
                options = item.all("option")
                chosen = [option for option in options if "selected" in option.attributes] or options[:1]
                for option in chosen if "multiple" in item.attributes else chosen[-1:]:
                    yield name, option.attributes.get("value", option.text)
