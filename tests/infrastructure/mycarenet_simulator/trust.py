"""WS-Trust requests of the honest client."""

from datetime import timedelta

from lxml import etree

from infrastructure.mycarenet_simulator.app import STS_TRUST
from tests.infrastructure.mycarenet_simulator import honest

WST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
REQUEST = "urn:be:fgov:ehealth:sts:protocol:v1:RequestSecurityToken"
CHALLENGE = "urn:be:fgov:ehealth:sts:protocol:v1:Challenge"
SPACES = f'xmlns:wst="{WST}" xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706" xmlns:wsse="{honest.WSSE}" xmlns:wsu="{honest.WSU}" xmlns:ds="{honest.DS}"'


def request(ask, key_holder, now, hours=24, full_names=False) -> str:
    values = {(n, a): v for n, a, v in ask.claims}
    seen = dict.fromkeys([(n, a) for n, a, _ in ask.claims])
    bare = {a for _, a in seen}
    names = [*seen, *(one for one in ask.wanted if one[1] not in bare)]
    claims = "".join(
        f'<auth:ClaimType Uri="{"{" + n + "}" + a if full_names else a}">'
        + (f"<auth:Value>{values[(n, a)]}</auth:Value>" if (n, a) in values else "")
        + "</auth:ClaimType>"
        for n, a in names
    )
    return (
        f'<wst:RequestSecurityToken {SPACES} Context="context-1">'
        "<wst:TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1</wst:TokenType>"
        f"<wst:RequestType>{WST}/Issue</wst:RequestType>"
        '<wst:Claims Dialect="http://docs.oasis-open.org/wsfed/authorization/200706/authclaims">'
        f"{claims}</wst:Claims><wst:Lifetime><wsu:Created>{honest.z(now)}</wsu:Created>"
        f"<wsu:Expires>{honest.z(now + timedelta(hours=hours))}</wsu:Expires></wst:Lifetime>"
        "<wst:KeyType>http://docs.oasis-open.org/ws-sx/wstrust/200512/PublicKey</wst:KeyType>"
        "<wst:UseKey><wsse:SecurityTokenReference><ds:X509Data><ds:X509Certificate>"
        f"{honest.der(key_holder)}</ds:X509Certificate></ds:X509Data></wsse:SecurityTokenReference></wst:UseKey>"
        "</wst:RequestSecurityToken>"
    )


def response(context: str, challenge: str) -> str:
    return (
        f'<wst:RequestSecurityTokenResponse {SPACES} Context="{context}"><wst:SignChallengeResponse><wst:Challenge>'
        f"{challenge}</wst:Challenge></wst:SignChallengeResponse></wst:RequestSecurityTokenResponse>"
    )


def issue(world, ask, held, key_holder=None, **options):
    text = request(ask, key_holder or held, world.clock.now(), **options)
    return world.send(STS_TRUST, honest.x509_message(text, held, world.clock.now()), REQUEST)


def meet(world, challenge, key_holder, word=None, context="context-1"):
    text = response(context, word or challenge.text("//wst:SignChallenge/wst:Challenge"))
    return world.send(STS_TRUST, honest.x509_message(text, key_holder, world.clock.now()), CHALLENGE)


def renew(world, token, held):
    text = (
        f'<wst:RequestSecurityToken {SPACES} Context="context-2"><wst:RequestType>{WST}/Renew</wst:RequestType>'
        '<wst:RenewTarget><wsse:SecurityTokenReference><wsse:Embedded wsu:Id="token-1">'
        f"{etree.tostring(token, with_tail=False).decode()}</wsse:Embedded></wsse:SecurityTokenReference></wst:RenewTarget>"
        "</wst:RequestSecurityToken>"
    )
    return world.send(STS_TRUST, honest.x509_message(text, held, world.clock.now()), REQUEST)
