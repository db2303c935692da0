"""What the simulated services do beside their duty, as data; each switch holds for every call while it is on."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Scenario:
    """Of the token service:

    * `revoked`: identification certificates are revoked. `token_expired`: tokens come out of yesterday's store.
      `booleans_false`: no quality of anybody is confirmed.

    Of GenericAsync (`revoked` refuses there, too):

    * `tack_after`: the insurer's acknowledgment waits so long. `late`: so do the answers.
    * `doubled`: each message comes twice in one get. `shuffled`: in a drawn order.
    * `lost_before`, `lost_after_send`: a post ends with a closed connection, before or after it was stored.
    * `rejected`: the union refuses to treat the message: a REJECT comes instead of answers.
    * `slow`: seconds that pass before each answer. `not_enough_time`: a get with a greater Max fails (0: none does).
    * `mishaps`: share of posts, drawn by seed and reference, that end as `lost_after_send`.

    `signed`: answers carry WS-Security, which clients verify when it is there.
    """

    revoked: bool = False
    token_expired: bool = False
    booleans_false: bool = False
    tack_after: timedelta = timedelta()
    late: timedelta = timedelta()
    doubled: bool = False
    shuffled: bool = False
    lost_before: bool = False
    lost_after_send: bool = False
    rejected: bool = False
    slow: float = 0.0
    not_enough_time: int = 0
    mishaps: float = 0.0
    signed: bool = False


USUAL = Scenario()
