"""post, get and confirm of GenericAsync, version 1.3, with the common information 2.4 that they carry."""

from infrastructure.mycarenet_simulator.structure import (
    TEXT,
    Part,
    Shape,
    anything,
    at_least,
    base64,
    base64_list,
    boolean,
    integer_or_default,
    ncname,
    one_of,
    uri,
)

ENCRYPTIONS = (
    "encryptedForKnownRecipient",
    "encryptedForKnownIO",
    "encryptedForKnownHCP",
    "encryptedForKnownBED",
    "encryptedForKnownCINNIC",
    "toEncryptByIM",
    "decryptedByIM",
)

_SELF = {"Id": (ncname, False), "Ref": (uri, False)}
_VALUE = Shape(text=anything, attributes={"ValueRef": (uri, False)})
_NIHII = Shape((Part("c2:Quality", TEXT, 0), Part("c2:Value", _VALUE, 0)), attributes=_SELF)
_IDENTITY = Shape(
    (Part("c2:Name", _VALUE, 0), Part("c2:Nihii", _NIHII, 0), Part("c2:Ssin", _VALUE, 0), Part("c2:Cbe", _VALUE, 0)),
    attributes=_SELF,
)
_PARTIES = (Part("c2:PhysicalPerson", _IDENTITY, 0), Part("c2:Organization", _IDENTITY, 0))
_LICENCE = Shape((Part("c2:Username", TEXT), Part("c2:Password", TEXT)))
_PACKAGE = Shape((Part("c2:Name", _VALUE, 0), Part("c2:License", _LICENCE)), attributes=_SELF)
ORIGIN = Shape(
    (
        Part("c2:Package", _PACKAGE),
        Part("c2:SiteID", _VALUE, 0),
        Part("c2:CareProvider", Shape((Part("c2:Nihii", _NIHII, 0), *_PARTIES)), 0),
        Part("c2:Sender", Shape(_PARTIES), 0),
    )
)
_COMMON_INPUT = Shape(
    (
        Part("c2:Request", Shape((Part("c2:IsTest", Shape(text=boolean)),))),
        Part("c2:Origin", ORIGIN),
        Part("c2:InputReference", TEXT, 0),
        Part("c2:NIPReference", TEXT, 0),
    )
)
_BLOB = Shape(
    text=base64,
    attributes={
        "ContentType": (anything, True),
        "ContentEncoding": (anything, False),
        "ContentEncryption": (one_of(*ENCRYPTIONS), False),
        "Etk": (base64, False),
        "MessageName": (anything, True),
        "HashValue": (base64, False),
        "Id": (ncname, False),
        "Reference": (anything, False),
        "Issuer": (uri, False),
    },
)
_SIGNATURE = Shape(text=base64, attributes={"xmime:contentType": (at_least(3), False)})
_INCLUDE = {"Include": (boolean, False)}
_MAX = Part("g:Max", Shape(text=integer_or_default), 0)
_PARAMETERS = Shape(
    (Part("g:includeIOs", TEXT), Part("g:excludeIOs", TEXT), Part("g:tackMessageNames", TEXT, 0)),
    attributes={"Reference": (anything, False)},
)

POST = Shape((Part("g:CommonInput", _COMMON_INPUT), Part("g:Detail", _BLOB), Part("g:Xades-t", _SIGNATURE, 0)))
GET = Shape(
    (
        Part("g:Origin", ORIGIN),
        Part("g:Reply-to-etk", Shape(text=base64), 0),
        Part("g:QueryParameters", _PARAMETERS, 0),
        Part("g:MsgQuery", Shape((_MAX, Part("g:MessageNames", TEXT)), attributes=_INCLUDE)),
        Part("g:TAckQuery", Shape((_MAX,), attributes=_INCLUDE)),
    )
)
CONFIRM = Shape(
    (
        Part("g:Origin", ORIGIN),
        Part("g:MsgHashValues", Shape(text=base64_list), 0),
        Part("g:MsgRefValues", TEXT, 0),
        Part("g:TAckContents", Shape(text=base64_list), 0),
        Part("g:TAckReferences", TEXT, 0),
    )
)
