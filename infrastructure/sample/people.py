"""Who works in the fictitious practice and whom it cares for. Every name is invented."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Date
from typing import Any, Literal

from infrastructure.sample.numbers import bis_number, cbe_number, iban, nihii, ssin

Line = dict[str, Any]
Need = Literal["toilet", "injection", "wound", "flat_fee", "palliative", "technical", "rare"]

TPP_NUMBER = nihii(949_999, "000")
NURSES = tuple(nihii(499_911 + 11 * place, "401") for place in range(6))
CARE_AID = nihii(499_981, "405")
DOCTOR = nihii(199_999, "004")
MEDICAL_HOUSE = nihii(899_999, "001")
_NURSE_NAMES = (
    ("Delvaux", "Amélie"), ("Vanhoutte", "Bérénice"), ("Peeters", "Joëlle"), ("Grégoire", "Loïc"),
    ("Van den Bossche", "Griet"), ("Çelik-Dubois", "Özlem"),
)  # fmt: skip
_PATIENT_NAMES = (
    ("Lefèvre", "Hélène", 2), ("D'Hôte", "Zoë", 2), ("Müller", "Jürgen", 1), ("Van Overstraeten", "Godelieve", 2),
    ("Crèvecœur", "André", 1), ("Peñaloza", "Inès", 2), ("Håkansson", "Sørine", 2), ("Dupré-Lambrecht", "François", 1),
    ("'t Kint", "Wannes", 1), ("Łukowska", "Élise", 2), ("Vanderelst", "Noël", 1), ("Maréchal", "Thérèse", 2),
    ("Goossens", "Chloë", 2), ("Bœuf", "Gaëtan", 1), ("Straßer", "Käthe", 2), ("Benoît", "Aurélie", 2),
    ("De Clercq", "Raphaël", 1), ("Nuñez", "Begoña", 2), ("Van Looÿ", "Daniël", 1), ("Frère", "Angélique", 2),
    ("Özdemir", "Gülşen", 2), ("Hénuzet", "Désiré", 1), ("Coppée", "Léopoldine", 2), ("Jánošík", "Tomáš", 1),
    ("Verstraëte", "Ruben", 1), ("Gérard", "Édith", 2), ("Lacroix", "Maëlle", 2), ("Tack", "Joost", 1),
    ("Brûlé", "Clémence", 2), ("Vermeersch", "Jérôme", 1), ("Saïdi", "Naïma", 2), ("Pâques", "Barnabé", 1),
    ("Wijnands", "Mieke", 2), ("Ångström", "Bjørn", 1), ("Théâtre", "Sidonie", 2), ("Quévy", "Onésime", 1),
    ("Rutgeerts", "Margaux", 2), ("Évrard", "Lætitia", 2), ("Simoëns", "Firmin", 1),
)  # fmt: skip
_FUNDS = (
    "101", "131", "131", "206", "304", "319", "306", "403", "509", "511", "601", "910", "940", "131", "206", "304",
    "306", "403", "509", "601",
)  # fmt: skip
_NEEDS: tuple[Need, ...] = ("flat_fee", "toilet", "wound", "injection", "toilet", "flat_fee", "technical", "wound",
                            "toilet", "palliative", "rare")  # fmt: skip
_ALLOWED: Mapping[Need, tuple[str, str]] = {
    "flat_fee": ("katz", "A"),
    "palliative": ("palliative", "PA"),
    "technical": ("ptsi", ""),
}
"""What an insurer knows of who needs it: kind and category."""
_ALWAYS = Date(2026, 1, 1)
MID_MONTH = Date(2026, 10, 15)


@dataclass(frozen=True, slots=True)
class Person:
    """A patient's line of the register file, and the care that the person needs."""

    line: Line
    need: Need

    @property
    def number(self) -> tuple[str, str]:
        """National and affiliation number, as in the care file."""
        return self.line.get("ssin", ""), self.line.get("affiliation_number", "")

    @property
    def lines(self) -> Iterator[Line]:
        """The person, and what was authorised."""
        yield self.line
        if self.need in _ALLOWED:
            kind, category = _ALLOWED[self.need]
            number = f"FICT{self.line['birth_date'].replace('-', '')}"
            allowed = {"kind": "authorisation", "ssin": self.number[0], "authorisation": kind, "category": category}
            known = {**allowed, "valid_from": _ALWAYS.isoformat(), "number": number}
            yield {name: value for name, value in known.items() if value}


def practice() -> list[Line]:
    """The establishment, its nurses and when they work there, and under which registration its files go."""
    establishment = {
        "kind": "establishment",
        "name": "Soins à domicile Les Tilleuls (fictif)",
        "sector": "home_nursing",
        "tpp_number": TPP_NUMBER,
        "cbe_number": cbe_number(9_999_998),
        "iban": iban(26),
        "bic": "TESTBEBB",
        "contact_last_name": "Delvaux",
        "contact_first_name": "Amélie",
        "contact_phone": "0470000001",
        "profession_code": "999",
        "content_code": "040",
        "is_test": True,
    }
    providers = [
        {"kind": "provider", "nihii": number, "last_name": last, "first_name": first, "convention_status": 1}
        for number, (last, first) in zip(NURSES, _NURSE_NAMES, strict=True)
    ]
    memberships = [{"kind": "membership", "nihii": number, "valid_from": _ALWAYS.isoformat()} for number in NURSES]
    registration = {
        "kind": "registration",
        "registration": "group",
        "nihii": TPP_NUMBER,
        "valid_from": _ALWAYS.isoformat(),
    }
    return [establishment, *providers, *memberships, registration]


def patients() -> list[Person]:
    """40 records: 39 persons, one of them known twice. Four of the records cannot be billed as they stand."""
    made = [_patient(place) for place in range(len(_PATIENT_NAMES))]
    made[6] = _changed(made[6], destination=MEDICAL_HOUSE)
    made[11] = _changed(made[11], valid_to=MID_MONTH.isoformat())
    made[17] = Person({**made[17].line, "periods": []}, made[17].need)
    newborn = {name: value for name, value in made[31].line.items() if name != "ssin"}
    made[31] = Person({**newborn, "affiliation_number": "9990031", "birth_date": "2026-09-14"}, "rare")
    former = {**made[4].line, "ssin": bis_number(_birth(4), 1), "first_name": "Andre"}
    return [*made, Person(former, "rare")]


def _patient(place: int) -> Person:
    last, first, sex = _PATIENT_NAMES[place]
    born = _birth(place)
    fund = _FUNDS[place % len(_FUNDS)]
    code = "111" if place % 3 == 0 else "110"
    period = {"valid_from": _ALWAYS.isoformat(), "sickness_fund": fund, "ct1": code, "ct2": code}
    line = {
        "kind": "patient",
        "ssin": ssin(born, sex),
        "last_name": last,
        "first_name": first,
        "birth_date": born.isoformat(),
        "sex": sex,
        "language": "nl" if place % 3 == 1 else "fr",
        "periods": [period],
    }
    return Person(line, _NEEDS[place % len(_NEEDS)])


def _birth(place: int) -> Date:
    year = 1931 + place * 2 if place % 13 else 2002 + place % 7
    return Date(year, place % 12 + 1, place * 7 % 28 + 1)


def _changed(person: Person, **values: str) -> Person:
    period = {**person.line["periods"][0], **values}
    return Person({**person.line, "periods": [period]}, person.need)
