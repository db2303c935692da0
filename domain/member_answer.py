"""What an insurer says about a member, as values; nothing that it says is dropped (MyCareNet reference 4.2).

It is a message, not a fact of the patient's file: it is read from its stored bytes each time it is shown.
"""

from dataclasses import dataclass, field
from datetime import date as Date

_PERIOD, _PATIENT, _SITUATION = "insurability:period", "insurability:patientData", "insurability:generalSituation"
_PAYMENT, _MEDICAL_HOUSE = "insurability:payment", "medicalHouse"


@dataclass(frozen=True, slots=True)
class Detail:
    """One cause of a refusal or a fault; `location` is a path in what was sent."""

    code: str
    source: str = ""
    location: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One assertion. `kind`: its type without the common beginning (`insurability:period`, `medicalHouse` …).

    `start` and `end`: the days for which it is said, `end` is the first one no more. `values`: attributes in their
    order, names without the common beginning.
    """

    kind: str
    start: Date | None
    end: Date | None
    values: tuple[tuple[str, str], ...] = field(repr=False)

    def value(self, attribute: str) -> str:
        """The first of that name, empty when it is not said."""
        return next((value for key, value in self.values if key == attribute), "")

    def day(self, attribute: str) -> Date | None:
        """A date; None when it is not said or is none."""
        return day_of(self.value(attribute))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Insured at one fund with these holder codes; `end` is the first day no more."""

    start: Date | None
    end: Date | None
    fund: str
    registration: str = field(repr=False)
    ct1: str = ""
    ct2: str = ""
    payment_approval: str = ""
    communicated: Date | None = None


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """`outcome`: `Success`, `Requester` or `Responder`; `reason`: what follows it, empty when nothing does.

    `io`: the insurer, three digits; empty when MyCareNet itself answered. `details`: why, and where in the question.
    """

    reference: str
    io: str
    outcome: str
    reason: str
    code: str
    message: str
    details: tuple[Detail, ...]
    statements: tuple[Statement, ...]

    @property
    def is_answered(self) -> bool:
        """The insurer says something about the member, perhaps not all that was asked."""
        return self.outcome == "Success"

    @property
    def is_complete(self) -> bool:
        """Everything that was asked is answered."""
        return self.is_answered and not self.reason

    @property
    def codes(self) -> tuple[str, ...]:
        """Why it is refused or not complete, as the catalogue of MemberData has it."""
        return tuple(dict.fromkeys(one.code for one in self.details if one.code)) or ((self.code,) if self.code else ())

    def of(self, kind: str) -> tuple[Statement, ...]:
        """What is said of one thing."""
        return tuple(one for one in self.statements if one.kind == kind)

    @property
    def coverages(self) -> tuple[Coverage, ...]:
        """Periods of insurance in their order; none means that nothing was said of any."""
        return tuple(
            Coverage(
                one.start,
                one.end,
                one.value("careReceiver:mutuality"),
                one.value("careReceiver:registrationNumber"),
                one.value("cb1"),
                one.value("cb2"),
                one.value("paymentApproval"),
                one.day("communicationDate"),
            )
            for one in self.of(_PERIOD)
        )

    @property
    def deceased_on(self) -> Date | None:
        """None for the living, and where nothing is said."""
        return next((day for one in self.of(_PATIENT) if (day := one.day("careReceiver:deceasedDate"))), None)

    @property
    def medical_houses(self) -> tuple[str, ...]:
        """Numbers of those in which the member is inscribed: they are billed, not the fund."""
        return tuple(one.value("medicalHouse:nihii11") for one in self.of(_MEDICAL_HOUSE))

    @property
    def pays_provider(self) -> bool | None:
        """Whether the insurer pays the care provider directly; None when it says nothing of that."""
        told = next((one.value("payment:byIO") for one in self.of(_PAYMENT)), "")
        return told in ("true", "1") if told else None

    @property
    def situations(self) -> tuple[str, ...]:
        """Events of the general situation (`closedBefore` …)."""
        return tuple(one.value("generalSituation:event") for one in self.of(_SITUATION))


def day_of(text: str | None) -> Date | None:
    """A date at the beginning of the text; None when there is none."""
    try:
        return Date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
