"""How a session comes about: by an eHealth P12, or by a card for a key of its own; and how it is made to last."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from application.mycarenet_ports import GrantedSession, Sender, SessionRefused
from domain.errors import Invalid, NotAllowed
from domain.mycarenet_session import HolderKind
from domain.registration import Registration
from infrastructure.ehealth import acting
from infrastructure.ehealth.calls import NoAnswer, NotReached
from infrastructure.ehealth.card import card_of, require_signed, session_key
from infrastructure.ehealth.credential import Credential, KeystoreError, read_p12
from infrastructure.ehealth.distinguished import Holder, holder_of
from infrastructure.ehealth.faults import NoToken, ServiceFault
from infrastructure.ehealth.kept import KeptKey, KeptRequest, KeptSession
from infrastructure.ehealth.qualities import Attribute
from infrastructure.ehealth.sts import TokenService
from infrastructure.ehealth.token import Token

_ASKED_FOR = timedelta(hours=24)
_KINDS: dict[str, HolderKind] = {"SSIN": "person", "CBE": "company", "NIHII-GROUP": "group"}
_NOT_AUTHENTICATED, _REFUSED = "SOA-01", "SOA-03007"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The `TokenDesk` port. `length`: how long a session may last here, whatever the token service grants.

    `card_authorities`: who may have issued the certificate of a card; none: whoever did.
    """

    service: TokenService
    length: timedelta
    card_authorities: Sequence[x509.Certificate]
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]

    def by_p12(self, content: bytes, password: str, sender: Sender) -> GrantedSession:
        """One key identifies and holds the token: nobody has to be there to renew it."""
        credential, holder = self._keystore(content, password)
        token = self._issued(credential, holder, sender)
        kept = KeptSession(holder, "p12", KeptKey.of(credential), token.assertion)
        return _seen(_granted(kept, token, sender), credential.certificate)

    def prepare_card(self, certificate: bytes, sender: Sender) -> tuple[bytes, str]:
        """Nobody is asked yet."""
        card, holder = card_of(certificate, self.card_authorities, self.now())
        claims, key = _claims(holder, sender), session_key(self.now(), self.new_id)
        envelope, ids = self.service.prepare(card, key, claims, _ASKED_FOR)
        der = card.public_bytes(Encoding.DER)
        return envelope, KeptRequest(holder, der, KeptKey.of(key), envelope, str(ids)).written()

    def by_card(self, prepared: str, signed: bytes, sender: Sender) -> GrantedSession:
        """The agent's word is not believed: everything is looked at again."""
        kept = KeptRequest.read(prepared)
        card = x509.load_der_x509_certificate(kept.card)
        require_signed(signed, kept.envelope, card, self.now())
        with _refusing():
            token = self.service.answered(signed, kept.key.credential(), UUID(kept.ids))
        return _seen(_granted(KeptSession(kept.holder, "card", kept.key, token.assertion), token, sender), card)

    def renew(self, secret: str, sender: Sender) -> GrantedSession:
        """By the key of the keystore; of a card's session by its own key, where the service takes that."""
        kept = KeptSession.read(secret)
        if kept.by == "card":
            _fits(kept.holder, sender)
            token = self._by_session_key(kept)
        else:
            token = self._issued(kept.key.credential(), kept.holder, sender)
        return _granted(KeptSession(kept.holder, kept.by, kept.key, token.assertion), token, sender)

    def _issued(self, key: Credential, holder: Holder, sender: Sender) -> Token:
        """By one request; by a second one of staff of a company, unless they are none."""
        claims = _claims(holder, sender)
        with _refusing():
            token = self.service.issue(key, key, claims, _ASKED_FOR)
        anew = acting.claims_as_staff(holder, _fits(holder, sender), token)
        if not anew:
            return token
        try:
            return self.service.issue(key, key, anew, _ASKED_FOR)
        except (NoToken, ServiceFault):
            return token

    def _by_session_key(self, kept: KeptSession) -> Token:
        if self.service.protocol == "saml":
            raise _card_needed()
        with _refusing():
            try:
                return self.service.renew(kept.key.credential(), kept.token)
            except (NoToken, ServiceFault) as error:
                raise _card_needed() from error

    def _keystore(self, content: bytes, password: str) -> tuple[Credential, Holder]:
        try:
            credential = read_p12(content, password).authentication
        except KeystoreError as error:
            raise Invalid(error.code, "The P12 cannot be opened.", field="p12") from None
        holder, now = holder_of(credential.certificate), self.now()
        if holder is None:
            raise Invalid("p12_of_nobody", "The certificate in the P12 names nobody.", field="p12")
        if not credential.certificate.not_valid_before_utc <= now <= credential.certificate.not_valid_after_utc:
            raise Invalid("certificate_out_of_time", "The certificate in the P12 does not hold today.", field="p12")
        return credential, holder


def _claims(holder: Holder, sender: Sender) -> tuple[Attribute, ...]:
    try:
        return acting.claims(holder, _fits(holder, sender))
    except NoToken as error:
        raise NotAllowed(error.code, "No session can be opened for this holder and this number.") from None


def _fits(holder: Holder, sender: Sender) -> tuple[Registration, ...]:
    try:
        return acting.fitting(sender.registrations, holder, sender.tpp_number)
    except acting.NoRegistration:
        raise _no_registration() from None


def _granted(kept: KeptSession, token: Token, sender: Sender) -> GrantedSession:
    """Of no use to a holder who, by the token, may come under none of the registrations. Raises `NotAllowed`."""
    try:
        acting.counting(kept.holder, _fits(kept.holder, sender), token)
    except acting.NoRegistration:
        raise _no_registration() from None
    return GrantedSession(token.assertion_id, _KINDS[kept.holder.kind], token.not_on_or_after, kept.written())


def _seen(granted: GrantedSession, certificate: x509.Certificate) -> GrantedSession:
    """With what tells certificates apart, and names nobody."""
    fingerprint, ends_at = certificate.fingerprint(SHA256()).hex(), certificate.not_valid_after_utc
    return replace(granted, fingerprint=fingerprint, certificate_ends_at=ends_at)


def _no_registration() -> NotAllowed:
    return NotAllowed("registration_missing", "No registration in force fits the holder: enter it first.")


def _card_needed() -> NotAllowed:
    return NotAllowed("card_needed", "Only the card can ask for another token: open the session anew with it.")


@contextmanager
def _refusing() -> Iterator[None]:
    """What the service said, as a code; its words stay here, for nobody knows whom they name."""
    try:
        yield
    except NoToken as error:
        raise SessionRefused(error.code) from error
    except NotReached as error:
        raise SessionRefused("sts_not_reached") from error
    except NoAnswer as error:
        raise SessionRefused("sts_no_answer") from error
    except ServiceFault as error:
        raise SessionRefused(_code_of(error), error.code) from error


def _code_of(fault: ServiceFault) -> str:
    if fault.code.startswith(_NOT_AUTHENTICATED):
        return "sts_not_authenticated"
    if fault.code == _REFUSED:
        return "sts_refused"
    return "sts_unavailable" if fault.retry else "sts_fault"
