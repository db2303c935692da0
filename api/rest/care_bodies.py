"""What care entry takes in: the columns of a care file, with the same names and widths (decisions, Care file)."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from api.rest.bodies import Body, Cents, Day, Nihii, Reason, Text, example, no_number_of_a_person
from api.rest.resources import id_of
from domain.care import COLUMNS, FREE_NORMS, Care, care_of

_MOST_LINES = 1_000
Time = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3])[0-5]\d)?$", description="hhmm")]


def _digits(longest: int, shortest: int = 1) -> type[str]:
    return Annotated[str, Field(pattern=rf"^(\d{{{shortest},{longest}}})?$")]  # type: ignore[return-value]


def _beside_amount(value: int | None, info: ValidationInfo) -> int | None:
    """Whoever gives the amount gives what goes with it."""
    known = info.data
    if value is not None and known.get("amount_cents", 0) is None and known.get("service_norm") not in FREE_NORMS:
        raise PydanticCustomError("amount_missing", "the amount is not given")
    return value


Beside = Annotated[
    Cents | None,
    AfterValidator(_beside_amount),
    Field(description="Integer cents; 0 when null. Null when the amount is null: the tariffs give it too."),
]


class CareIn(Body):
    """One service. Amounts are integer cents; numbers of agreements and documents are stored sealed."""

    code: Annotated[str, Field(pattern=r"^\d{6}$", description="Nomenclature or pseudo-code.")]
    service_norm: Annotated[int, Field(ge=0, le=9, description="9: under a flat fee, 7: for information.")] = 0
    amount_cents: Annotated[
        Cents | None,
        Field(
            description="Asked of the insurer. Null: not priced, the tariffs give it when the day is billed "
            "(0 with service norm 7 or 9). 0 is an amount."
        ),
    ] = None
    patient_share_cents: Beside = None
    supplement_cents: Beside = None
    provider: Annotated[Nihii, Field(min_length=11)]
    units: Annotated[int, Field(ge=1, le=9_999)] = 1
    visit: Annotated[int, Field(ge=0, le=99, description="Which visit of the day, from 1; 0: not said.")] = 0
    provider_norm: Annotated[int, Field(ge=0, le=9)] = 1
    care_assistant: Nihii = ""
    urgency: Annotated[int, Field(ge=0, le=9)] = 0
    time: Time = ""
    derogation: Annotated[int, Field(ge=0, le=99)] = 0
    related_code: _digits(6, 6) = ""  # type: ignore[valid-type]
    prescriber: Nihii = ""
    prescriber_norm: Annotated[int, Field(ge=0, le=9)] = 0
    prescription_date: Day | None = None
    tooth: _digits(2, 2) = ""  # type: ignore[valid-type]
    limb: Annotated[int, Field(ge=0, le=2)] = 0
    place: _digits(12) = ""  # type: ignore[valid-type]
    lump_sum_pct: Annotated[int, Field(ge=0, le=100)] = 0
    commitment_number: Annotated[str, Field(max_length=48, pattern=r"^[\x20-\x7e]*$")] = ""
    agreement_number: _digits(20) = ""  # type: ignore[valid-type]
    reading_method: Annotated[str, Field(max_length=1, pattern=r"^[\x21-\x7e]?$")] = ""
    reading_document: Annotated[str, Field(max_length=1, pattern=r"^[\x21-\x7e]?$")] = ""
    reading_reason: Annotated[int, Field(ge=0, le=9)] = 0
    reading_time: Time = ""
    reading_serial: _digits(15) = ""  # type: ignore[valid-type]
    vignette_reason: Annotated[int, Field(ge=0, le=9)] = 0
    proof_number: _digits(25) = ""  # type: ignore[valid-type]
    device_number: _digits(12) = ""  # type: ignore[valid-type]
    line_ref: Annotated[Text, Field(max_length=64)] = ""

    def care(self) -> Care:
        """As the domain knows it."""
        return care_of(self.model_dump(include=set(COLUMNS), exclude_none=True))


class EntryIn(CareIn):
    """One service of one patient on one date."""

    patient_id: UUID
    date: Day


class CareLinesIn(Body):
    """Services as somebody enters them: each is a new line, an identical second one waits for a word."""

    model_config = example(
        establishment_id=str(id_of("establishment")),
        lines=[
            {
                "patient_id": str(id_of("patient")),
                "date": "2026-02-03",
                "code": "425014",
                "amount_cents": 721,
                "provider": "41234502401",
                "time": "0815",
            },
            {
                "patient_id": str(id_of("patient")),
                "date": "2026-02-03",
                "code": "425014",
                "amount_cents": 721,
                "provider": "41234502401",
                "time": "0815",
            },
        ],
    )

    establishment_id: UUID
    lines: Annotated[list[EntryIn], Field(min_length=1, max_length=_MOST_LINES)]
    reason: Reason = ""


class CareCorrectionIn(CareIn):
    """All values of the line as they should have been."""

    model_config = example(
        code="425014", amount_cents=731, provider="41234502401", time="0830", reason="Heure et tarif corrigés"
    )

    reason: Reason = ""


class TimeBarIn(Body):
    """The registered letter that stopped the time-bar; `proof` is the practice's own reference to it."""

    model_config = example(proof="RECO-2026-0117", letter_date="2026-01-17", reason="Lettre recommandée envoyée")

    proof: Annotated[
        str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9 ./_-]*$"), AfterValidator(no_number_of_a_person)
    ]
    letter_date: Day
    reason: Reason = ""
