"""What the simulated services do beside their duty, as data; each switch holds for every call while it is on."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Scenario:
    """Of the token service:

    * `revoked`, `outdated`: certificates are revoked, or past their end. `token_expired`: tokens are those of
      yesterday. `booleans_false`: no quality of anybody is confirmed. `renews_by_held_key`: the key that holds a token
      renews it, whoever certified that key.

    Of GenericAsync (`revoked` and `outdated` refuse there, too):

    * `tack_after`: the insurer's acknowledgment waits so long. `late`: so do the answers.
    * `doubled`: each message comes twice in one get. `shuffled`: in a drawn order.
    * `lost_before`, `lost_after_send`: a post ends with a closed connection, before or after it was stored.
    * `rejected`: the union refuses to treat the message: a REJECT comes instead of answers.
    * `certified_keys_only`: contents signed by a key that nobody certified are refused, also when it holds the token.
    * `slow`: seconds that pass before each answer. `not_enough_time`: a get with a greater Max fails (0: none does).
    * `mishaps`: share of posts, drawn by seed and reference, that end as `lost_after_send`.

    Of MemberData (`revoked`, `lost_before` and `lost_after_send` hold for its questions, too):

    * `unavailable`: the service has a pause. `insurer_down`: it works, but no insurer answers it.

    `signed`: answers carry WS-Security, which clients verify when it is there.
    """

    revoked: bool = False
    outdated: bool = False
    token_expired: bool = False
    booleans_false: bool = False
    renews_by_held_key: bool = False
    tack_after: timedelta = timedelta()
    late: timedelta = timedelta()
    doubled: bool = False
    shuffled: bool = False
    lost_before: bool = False
    lost_after_send: bool = False
    rejected: bool = False
    certified_keys_only: bool = False
    slow: float = 0.0
    not_enough_time: int = 0
    mishaps: float = 0.0
    unavailable: bool = False
    insurer_down: bool = False
    signed: bool = False

    @property
    def certificate_fault(self) -> str:
        """What is wrong with every certificate, empty when nothing."""
        if self.revoked:
            return "the certificate is revoked"
        return "the certificate is out of date" if self.outdated else ""


USUAL = Scenario()
