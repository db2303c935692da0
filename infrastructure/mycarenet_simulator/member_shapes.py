"""A question about a member: the message of MemberData, and the SAML 2.0 attribute query that it carries."""

from infrastructure.mycarenet_simulator.generic_shapes import ENCRYPTIONS, common_input_shape
from infrastructure.mycarenet_simulator.structure import (
    Part,
    Shape,
    anything,
    at_least,
    base64,
    date_time,
    ncname,
    one_of,
)

_BLOB = Shape(
    text=base64,
    attributes={
        "ContentType": (anything, True),
        "ContentEncoding": (anything, False),
        "ContentEncryption": (one_of(*ENCRYPTIONS), False),
        "Etk": (base64, False),
        "HashValue": (base64, False),
        "Id": (ncname, False),
    },
)
CONSULTATION = Shape(
    (
        Part("mcp:CommonInput", common_input_shape("mcc")),
        Part("mcp:Detail", _BLOB),
        Part("mcp:Xades", Shape(text=base64, attributes={"xmime:contentType": (at_least(3), False)}), 0),
    ),
    attributes={"Id": (ncname, False), "IssueInstant": (date_time, True)},
)
"""Routing, which no client sends, is not taken."""

_DIMENSION = Shape(text=anything, attributes={"id": (anything, True)})
_FACET = Shape((Part("Dimension", _DIMENSION, 0, 10),), attributes={"id": (anything, True)})
_PERIOD = Shape(text=anything, attributes={"NotBefore": (anything, True), "NotOnOrAfter": (anything, True)})
_CONFIRMATION = Shape((Part("saml2:SubjectConfirmationData", _PERIOD),), attributes={"Method": (anything, True)})
_SUBJECT = Shape(
    (
        Part("saml2:NameID", Shape(text=anything, attributes={"Format": (anything, True)})),
        Part("saml2:SubjectConfirmation", _CONFIRMATION),
    )
)
_EXTENSIONS = Shape((Part("ext:Facet", _FACET, 1, 10),), attributes={"xsi:type": (anything, True)})
QUERY = Shape(
    (
        Part("saml2:Issuer", Shape(text=anything, attributes={"Format": (anything, True)})),
        Part("saml2p:Extensions", _EXTENSIONS),
        Part("saml2:Subject", _SUBJECT),
    ),
    attributes={
        "ID": (ncname, True),
        "Version": (one_of("2.0"), True),
        "IssueInstant": (anything, True),
    },
)
