"""Requests to the token service. Narrower than the schemas: what no client of it sends is refused."""

from infrastructure.mycarenet_simulator.names import HOLDER_OF_KEY
from infrastructure.mycarenet_simulator.structure import (
    MANY,
    TEXT,
    Part,
    Shape,
    anything,
    base64,
    date_time,
    ncname,
    one_of,
    uri,
)

_ALGORITHM = {"Algorithm": (uri, True)}
_METHOD = Shape(attributes=_ALGORITHM)
_BYTES = Shape(text=base64, attributes={"Id": (ncname, False)})
_X509 = Shape((Part("ds:X509Data", Shape((Part("ds:X509Certificate", Shape(text=base64), 1, MANY),))),))
_REFERENCE = Shape(
    (
        Part("ds:Transforms", Shape((Part("ds:Transform", _METHOD, 1, MANY),))),
        Part("ds:DigestMethod", _METHOD),
        Part("ds:DigestValue", Shape(text=base64)),
    ),
    attributes={"URI": (uri, True)},
)
_SIGNED_INFO = Shape(
    (
        Part("ds:CanonicalizationMethod", _METHOD),
        Part("ds:SignatureMethod", _METHOD),
        Part("ds:Reference", _REFERENCE, 1, MANY),
    ),
    attributes={"Id": (ncname, False)},
)
_SIGNATURE = Shape(
    (Part("ds:SignedInfo", _SIGNED_INFO), Part("ds:SignatureValue", _BYTES), Part("ds:KeyInfo", _X509)),
    attributes={"Id": (ncname, False)},
)

_NAME = Shape(text=anything, attributes={"Format": (uri, False), "NameQualifier": (anything, False)})
_VERSIONS = {"MajorVersion": (one_of("1"), True), "MinorVersion": (one_of("0", "1"), True)}
_DESIGNATED = {"AttributeNamespace": (uri, True), "AttributeName": (anything, True)}
_ATTRIBUTE = Shape((Part("saml:AttributeValue", TEXT, 1, MANY),), attributes=_DESIGNATED)
_CLAIMS = Shape(
    (
        Part("saml:Subject", Shape((Part("saml:NameIdentifier", _NAME),))),
        Part("saml:Attribute", _ATTRIBUTE, 1, MANY),
    )
)
_CONDITIONS = Shape(attributes={"NotBefore": (date_time, True), "NotOnOrAfter": (date_time, True)})
_ASSERTION = Shape(
    (Part("saml:Conditions", _CONDITIONS), Part("saml:AttributeStatement", _CLAIMS)),
    attributes={
        **_VERSIONS,
        "AssertionID": (ncname, True),
        "IssueInstant": (date_time, True),
        "Issuer": (anything, True),
    },
)
_CONFIRMATION = Shape(
    (
        Part("saml:ConfirmationMethod", Shape(text=one_of(HOLDER_OF_KEY))),
        Part("saml:SubjectConfirmationData", Shape((Part("saml:Assertion", _ASSERTION),))),
        Part("ds:KeyInfo", _X509),
    )
)
_QUERY = Shape(
    (
        Part(
            "saml:Subject",
            Shape((Part("saml:NameIdentifier", _NAME), Part("saml:SubjectConfirmation", _CONFIRMATION))),
        ),
        Part("saml:AttributeDesignator", Shape(attributes=_DESIGNATED), 0, MANY),
    ),
    attributes={"Resource": (uri, False)},
)
SAML_REQUEST = Shape(
    (Part("ds:Signature", _SIGNATURE, 0), Part("samlp:AttributeQuery", _QUERY)),
    attributes={**_VERSIONS, "RequestID": (ncname, True), "IssueInstant": (date_time, True)},
)


def claim_name(text: str) -> bool:
    """A bare name, or `{namespace}name`, which is an escaped URI reference only with some good will."""
    namespace, found, name = text.removeprefix("{").partition("}")
    return uri(text) if not found else text.startswith("{") and uri(namespace) and uri(name)


_CLAIM = Shape(
    (Part("auth:Value", TEXT, 0),), attributes={"Uri": (claim_name, True), "Optional": (one_of("true", "false"), False)}
)
_CONTEXT = {"Context": (uri, True)}
ISSUE = Shape(
    (
        Part("wst:TokenType", Shape(text=uri), 0),
        Part("wst:RequestType", Shape(text=uri)),
        Part(
            "wst:Claims",
            Shape((Part("auth:ClaimType", _CLAIM, 1, MANY),), attributes={"Dialect": (uri, True)}),
        ),
        Part(
            "wst:Lifetime",
            Shape((Part("wsu:Created", Shape(text=date_time)), Part("wsu:Expires", Shape(text=date_time)))),
            0,
        ),
        Part("wst:KeyType", Shape(text=uri), 0),
        Part("wst:UseKey", Shape((Part("wsse:SecurityTokenReference", _X509),))),
    ),
    attributes=_CONTEXT,
)
CHALLENGE = Shape((Part("wst:SignChallengeResponse", Shape((Part("wst:Challenge", TEXT),))),), attributes=_CONTEXT)
