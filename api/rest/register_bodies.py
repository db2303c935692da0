"""What the register takes in: establishments, providers, patients, periods. Number rules are the domain's."""

from datetime import date as Date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.rest.bodies import Body, Day, Nihii, Reason, Ssin, Text, example
from api.rest.resources import id_of
from domain.authorisation import Authorisation, Kind
from domain.establishment import Country, EstablishmentDetails, Sector
from domain.notification import MOST_LETTERS, Notification, Sender
from domain.patient import Insurability, Language, PatientDetails
from domain.provider import ProviderDetails

Digits3 = Annotated[str, Field(pattern=r"^\d{3}$")]


class EstablishmentIn(Body):
    """An establishment, named by its third-party payer number."""

    model_config = example(
        name="Soins à domicile Les Tilleuls",
        sector="home_nursing",
        tpp_number="81234530501",
        cbe_number="0400000086",
        iban="BE80001000000177",
        bic="BBRUBEBB",
        contact_last_name="Lambert",
        contact_first_name="Claire",
        contact_phone="021234567",
        profession_code="999",
        content_code="019",
        is_test=True,
        country="BE",
        second_person_above_cents=50000,
    )

    name: Text
    sector: Sector
    tpp_number: Nihii
    cbe_number: Annotated[str, Field(max_length=10)]
    iban: Annotated[str, Field(max_length=34)]
    bic: Annotated[str, Field(max_length=11)]
    contact_last_name: Text
    contact_first_name: Text
    contact_phone: Annotated[str, Field(max_length=10)]
    profession_code: Annotated[str, Field(max_length=3, description="Record 10 zone 18; empty until known.")] = ""
    content_code: Annotated[str, Field(max_length=3, description="Record 10 zone 13; empty until known.")] = ""
    is_test: bool = True
    country: Annotated[Country, Field(description="Of the tariffs by which it bills.")] = "BE"
    second_person_above_cents: Annotated[
        int | None,
        Field(
            ge=0,
            le=100_000_000,
            description="A second person confirms decisions that give up or back more than that at once; null: never.",
        ),
    ] = None
    files_derogation_from: Annotated[
        Day | None, Field(description="From then on an insurer's derogation lifts the limit of files a month (100723).")
    ] = None
    files_derogation_to: Annotated[Day | None, Field(description="Last day of that derogation; null: open.")] = None
    reason: Reason = ""

    def details(self) -> EstablishmentDetails:
        """As the domain knows it."""
        return EstablishmentDetails(**self.model_dump(exclude={"reason"}))


class MembershipIn(Body):
    """A provider works here from a day on."""

    model_config = example(provider_id=str(id_of("provider")), valid_from="2020-01-01")

    provider_id: UUID
    valid_from: Day
    valid_to: Day | None = None


class MembershipEndIn(Body):
    """The provider's last day here."""

    model_config = example(valid_to="2099-12-31", reason="Départ à la retraite")

    valid_to: Day
    reason: Reason = ""


class StretchIn(Body):
    """From a day to a day, both included; without a last day: open."""

    valid_from: Day
    valid_to: Day | None = None


class ProviderIn(Body):
    """A provider, named by the NIHII number."""

    model_config = example(
        nihii="41234502401",
        last_name="Nijs",
        first_name="An",
        convention_status=1,
        activity=[{"valid_from": "2010-01-01"}],
    )

    nihii: Nihii
    last_name: Text
    first_name: Text
    qualification: Annotated[str, Field(pattern=r"^(\d{3})?$")] = ""
    convention_status: Annotated[int, Field(ge=0, le=9)] = 0
    activity: Annotated[tuple[StretchIn, ...], Field(max_length=50)] = ()

    def details(self) -> ProviderDetails:
        """As the domain knows it."""
        return ProviderDetails(self.nihii, self.last_name, self.first_name, self.qualification, self.convention_status)

    def stretches(self) -> list[tuple[Date, Date | None]]:
        """Periods in which the number is active."""
        return [(stretch.valid_from, stretch.valid_to) for stretch in self.activity]


class PeriodIn(Body):
    """Insurability. `destination`: where the bill goes when not to the sickness fund (a medical house …)."""

    valid_from: Day
    valid_to: Day | None = None
    sickness_fund: Digits3
    ct1: Digits3
    ct2: Digits3
    destination: Annotated[str, Field(max_length=12, pattern=r"^[A-Z0-9]*$")] = ""

    def period(self) -> Insurability:
        """As the domain knows it."""
        return Insurability(**self.model_dump())


class PersonIn(Body):
    """Who the patient is."""

    last_name: Text
    first_name: Text
    birth_date: Day | None = None
    sex: Literal[1, 2]
    language: Language = "fr"

    def details(self) -> PatientDetails:
        """As the domain knows it."""
        born = self.birth_date.isoformat() if self.birth_date else ""
        return PatientDetails(self.last_name, self.first_name, born, self.sex, self.language)


class PatientIn(PersonIn):
    """A patient of an establishment, by national number or, without one, by affiliation number."""

    model_config = example(
        establishment_id=str(id_of("establishment")),
        ssin="85073003328",
        last_name="Dubois",
        first_name="Émile",
        birth_date="1985-07-30",
        sex=1,
        language="fr",
        insurability=[{"valid_from": "2020-01-01", "sickness_fund": "131", "ct1": "110", "ct2": "110"}],
    )

    establishment_id: UUID
    ssin: Ssin = ""
    affiliation_number: Annotated[str, Field(max_length=13, pattern=r"^\d*$")] = ""
    insurability: Annotated[tuple[PeriodIn, ...], Field(max_length=100)] = ()


class PatientCorrectionIn(PersonIn):
    """The right details of a known patient."""

    model_config = example(
        last_name="Dubois", first_name="Émile", birth_date="1985-07-30", sex=1, language="nl", reason="Langue corrigée"
    )

    reason: Reason = ""


class InsurabilityIn(Body):
    """Periods to record; one with the same first day replaces the former."""

    model_config = example(periods=[{"valid_from": "2026-01-01", "sickness_fund": "319", "ct1": "110", "ct2": "110"}])

    periods: Annotated[list[PeriodIn], Field(min_length=1, max_length=100)]
    reason: Reason = ""


class InsurabilityDayIn(Body):
    """A day of care about which the insurer was asked again."""

    model_config = example(day="2026-02-03", reason="Portail de la mutualité")

    day: Day
    reason: Reason = ""


class AuthorisationIn(Body):
    """What an insurer allowed, or was told of; one of the same kind and first day replaces the former."""

    model_config = example(
        kind="katz", category="B", valid_from="2026-01-01", valid_to="2026-03-31", reason="Échelle envoyée"
    )

    kind: Kind
    category: Annotated[str, Field(max_length=2, description="None for ptsi.")] = ""
    valid_from: Day
    valid_to: Day | None = None
    number: Annotated[str, Field(max_length=40, pattern=r"^[ -~]*$", description="The insurer's, if any.")] = ""
    reason: Reason = ""

    def given(self) -> Authorisation:
        """As the domain knows it."""
        return Authorisation(self.kind, self.category, self.valid_from, self.valid_to, self.number)


class AuthorisationEndIn(Body):
    """The one that begins on that day was a mistake, or the insurer took it back from its first day on."""

    model_config = example(kind="katz", valid_from="2026-01-01", reason="Refusée par le médecin-conseil")

    kind: Kind
    valid_from: Day
    reason: Reason = ""


class NotificationIn(Body):
    """How the insurer was told of the authorisation of that kind and first day, by the practice or another."""

    model_config = example(
        kind="katz", valid_from="2026-01-01", sent_on="2026-01-05", reference="410000-17", reason="Accusé reçu"
    )

    kind: Kind
    valid_from: Day
    sent_on: Annotated[Day | None, Field(description="May be left out when another sent it.")] = None
    sender: Annotated[Sender, Field(description="`other`: a care giver elsewhere had it already.")] = "practice"
    reference: Annotated[str, Field(max_length=MOST_LETTERS, description="Of the message or letter.")] = ""
    proof: Annotated[str, Field(max_length=MOST_LETTERS, description="What shows it, and where it is kept.")] = ""
    reason: Reason = ""

    def told(self) -> Notification:
        """As the domain knows it."""
        return Notification(self.kind, self.valid_from, self.sent_on, self.sender, self.reference, self.proof)


class DescoringIn(Body):
    """The insurer's message after a control visit: a lower category held on these days, or none (empty)."""

    model_config = example(
        category="A", valid_from="2026-01-01", valid_to="2026-03-31", told_on="2026-02-20", reason="Visite de contrôle"
    )

    category: Annotated[str, Field(max_length=2, description="Of the Katz form; empty: none holds.")] = ""
    valid_from: Day
    valid_to: Day | None = None
    told_on: Annotated[Day, Field(description="Date of the message: 90 calendar days count from it.")]
    number: Annotated[str, Field(max_length=40, pattern=r"^[ -~]*$", description="The insurer's, if any.")] = ""
    reason: Reason = ""

    def given(self) -> Authorisation:
        """As the domain knows it."""
        return Authorisation("katz", self.category, self.valid_from, self.valid_to, self.number)


class DescoringEndIn(Body):
    """The one that begins on that day was recorded by mistake, or the insurer took it back."""

    model_config = example(valid_from="2026-01-01", reason="Contesté, la mutualité revient dessus")

    valid_from: Day
    reason: Reason = ""


class NumberIn(Body):
    """The national number that the authority gave instead."""

    model_config = example(ssin="85073100130", reason="Changement au registre national")

    ssin: Annotated[str, Field(pattern=r"^\d{11}$")]
    reason: Reason = ""


class MergeIn(Body):
    """The record under which care is billed from now on."""

    model_config = example(survivor_id=str(id_of("patient")), reason="Même personne")

    survivor_id: UUID
    reason: Reason = ""


class ReasonIn(Body):
    """Why; may be left out."""

    model_config = example(reason="Erreur de saisie")

    reason: Reason = ""


class NeededReasonIn(Body):
    """Why; the record of it is asked for."""

    model_config = example(reason="Réglé par téléphone avec la mutualité")

    reason: Annotated[str, Field(min_length=3, max_length=500)]


class SearchIn(Body):
    """By one of the numbers, or by last name; the address of the result holds neither."""

    model_config = example(establishment_id=str(id_of("establishment")), last_name="Dubois")

    establishment_id: UUID
    ssin: Ssin = ""
    affiliation_number: Annotated[str, Field(max_length=13, pattern=r"^\d*$")] = ""
    last_name: Text = ""
