"""What can be wrong between a person, a card and the pages.

CardError
    pcsc_service_not_running        the system's card service is off or missing
    no_reader                       none, or the one named is gone
    no_card                         the reader is empty
    reader_busy                     another program holds the card
    reader_failed                   the card service answered with something else
    card_removed                    pulled while it was spoken to
    card_interrupted                another program reset it meanwhile
    card_changed                    another card than the one that was asked for
    card_unresponsive               it does not answer: upside down, dirty, broken
    card_not_belgian_eid            another kind of card
    card_unsupported_applet         an eID of a generation that we do not know
    card_answer_unexpected          an answer that the applet's manual does not have
    eid_no_authentication_certificate   a card of a child, or one without certificates
    eid_no_key                      no such key on the card
    eid_not_activated               the municipality has not activated it
    eid_pin_length                  a PIN has 4 to 12 digits
    eid_pin_wrong                   `tries_left` says how many are left
    eid_pin_last_try                one try is left: nothing was sent, a person must confirm first
    eid_pin_blocked                 no try is left
    eid_pin_needed                  the card wants the PIN before this
    certificate_out_of_time         not valid yet, or no more
    certificate_untrusted           no anchor of the settings is above it
    trust_anchors_missing           the settings name no anchors: nothing on the card can be believed
    identity_not_genuine            its signature does not hold
    address_not_genuine             that of the address does not hold
    identity_unreadable             signed, but not as the format says
"""


class AgentError(Exception):
    """`code` is stable and public; nothing of a person is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CardError(AgentError):
    """Of the list above. `tries_left`: what the card said of its PIN, None when it did not."""

    def __init__(self, code: str, tries_left: int | None = None) -> None:
        super().__init__(code)
        self.tries_left = tries_left


class RequestError(AgentError):
    """What the pages ask for cannot be done.

    sts_request_unreadable      no XML, too large, with a document type
    sts_request_not_recognised  not what opens a session at the eHealth token service: it is not signed
    sts_request_of_another      in the name of somebody else than the card's holder
    sts_request_out_of_time     its times are not now, or last too long
    request_unknown             no such request to sign, or it is another site's
    request_over                used, given up, or five minutes old
    request_without_pin         nobody has typed the PIN yet
    pairing_code_wrong          not the code that the agent shows now
    pairing_closed              it shows none, or it was guessed at too often
    not_paired                  these pages hold no token of this agent
    """
