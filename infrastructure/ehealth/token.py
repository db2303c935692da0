"""The token of a session: a SAML 1.1 assertion whose holder proves a key (reference 1.4). It is a secret."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from infrastructure.ehealth.namespaces import SAML, name
from infrastructure.xml import document

_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Token:
    """`assertion`: as it came, for its signature to hold. Times are UTC; `attributes` by name, values in order."""

    assertion: bytes = field(repr=False)
    assertion_id: str
    not_before: datetime
    not_on_or_after: datetime
    attributes: dict[str, tuple[str, ...]] = field(repr=False)

    def element(self) -> etree._Element:
        """As it came, to stand in a message."""
        return document(self.assertion, _MOST_BYTES)

    def is_valid(self, now: datetime) -> bool:
        """Whether a service may believe it now."""
        return self.not_before <= now < self.not_on_or_after


def read_token(assertion: etree._Element) -> Token:
    """Raises ValueError when it has no id or no times."""
    conditions = assertion.find(name(SAML, "Conditions"))
    identifier = assertion.get("AssertionID")
    if conditions is None or not identifier:
        raise ValueError("assertion without id or conditions")
    attributes: dict[str, tuple[str, ...]] = {}
    for attribute in assertion.iter(name(SAML, "Attribute")):
        values = tuple((value.text or "").strip() for value in attribute.iter(name(SAML, "AttributeValue")))
        key = attribute.get("AttributeName", "")
        attributes[key] = attributes.get(key, ()) + values
    return Token(
        etree.tostring(assertion, with_tail=False),
        identifier,
        _instant(conditions.get("NotBefore")),
        _instant(conditions.get("NotOnOrAfter")),
        attributes,
    )


def _instant(text: str | None) -> datetime:
    found = datetime.fromisoformat(text or "")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
