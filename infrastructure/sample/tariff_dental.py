"""Fictitious dental sets: Belgian acts by key letter N, Swiss positions by points.

301011, 303166, 371033, 371873 and 373903 keep their meaning, and N of 2025 its value (eFact reference 8); positions of
the Swiss tariff are protected, so all 9.xxxx are invented.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.pricing.tariff_set import Code, Maximum, Need, Price, Rounding, Share, TariffSet
from infrastructure.sample.tariffs import (
    FIRST,
    Texts,
    a_set,
    coefficient_for,
    of_letter,
    prices,
    texts,
    values_of,
)

_N = (Decimal("3.409091"), Decimal("3.482000"))
_POINT = (Decimal("1.00"), Decimal("1.05"))
"""Value of a point in francs: a setting of the set, not of the product."""
_CENTS, _FIVE_CENTIMES = Rounding(), Rounding(step=5)
_ALL = Share(hundredths=10_000)


@dataclass(frozen=True, slots=True)
class _Act:
    """A Belgian act: coefficient of N, and the hundredths of a percent that ordinary patients pay."""

    code: str
    coefficient: Decimal
    said: Texts
    ordinary: int
    needs: tuple[Need, ...] = ()
    maxima: tuple[Maximum, ...] = ()


_TOOTH: tuple[Need, ...] = ("tooth",)
_BELGIAN_ACTS = (
    _Act("301011", coefficient_for(2600, _N[1]), ("Consultation", "Raadpleging", "Konsultation", "Consultation"), 2000,
         maxima=(Maximum(1, "day", ("371033",)),)),
    _Act("371033", Decimal(11), ("Consultation, jusqu'au 19e anniversaire", "Raadpleging, tot de 19e verjaardag",
         "Konsultation, bis zum 19. Geburtstag", "Consultation, up to the 19th birthday"), 0,
         maxima=(Maximum(1, "day", ("301011",)),)),
    _Act("373903", coefficient_for(4150, _N[1]), ("Obturation, une face, enfant", "Vulling, één vlak, kind",
         "Füllung, eine Fläche, Kind", "Filling, one surface, child"), 0, _TOOTH),
    _Act("990910", Decimal("12.5"), ("Obturation, une face", "Vulling, één vlak", "Füllung, eine Fläche",
         "Filling, one surface"), 2500, _TOOTH),
    _Act("990921", Decimal("18.75"), ("Obturation, deux faces", "Vulling, twee vlakken", "Füllung, zwei Flächen",
         "Filling, two surfaces"), 2500, _TOOTH),
    _Act("990932", Decimal(15), ("Extraction d'une dent", "Extractie van een tand", "Extraktion eines Zahns",
         "Extraction of a tooth"), 2500, _TOOTH, (Maximum(1, "day"),)),
    _Act("303166", coefficient_for(1800, _N[1]), ("Extraction, dent supplémentaire", "Extractie, bijkomende tand",
         "Extraktion, weiterer Zahn", "Extraction, additional tooth"), 2500, _TOOTH),
    _Act("371873", Decimal("4.5"), ("Nettoyage prophylactique par quadrant, jusqu'à 18 ans",
         "Profylactische reiniging per kwadrant, tot 18 jaar", "Prophylaktische Reinigung je Quadrant, bis 18 Jahre",
         "Prophylactic cleaning by quadrant, up to 18"), 0, maxima=(Maximum(8, "year"),)),
    _Act("990943", Decimal("4.5"), ("Nettoyage prophylactique par quadrant", "Profylactische reiniging per kwadrant",
         "Prophylaktische Reinigung je Quadrant", "Prophylactic cleaning by quadrant"), 2500,
         maxima=(Maximum(4, "year"),)),
    _Act("990954", Decimal(120), ("Prothèse partielle", "Gedeeltelijke prothese", "Teilprothese",
         "Partial prosthesis"), 2500, ("agreement",), (Maximum(1, "agreement"),)),
)  # fmt: skip
_SWISS_POSITIONS: tuple[tuple[str, str, Texts, tuple[Need, ...]], ...] = (
    ("9.0010", "45", ("Examen initial", "Eerste onderzoek", "Erstbefund", "First examination"), ()),
    ("9.0020", "28.5", ("Contrôle", "Controle", "Kontrolle", "Check-up"), ()),
    ("9.0110", "17", ("Radiographie", "Röntgenopname", "Röntgenbild", "Radiograph"), _TOOTH),
    ("9.0210", "12.8", ("Anesthésie", "Verdoving", "Anästhesie", "Anaesthesia"), ()),
    ("9.0310", "33.4", ("Hygiène dentaire, par 15 minutes", "Mondhygiëne, per 15 minuten",
     "Dentalhygiene, je 15 Minuten", "Dental hygiene, each 15 minutes"), ()),
    ("9.0410", "98.7", ("Obturation, une face", "Vulling, één vlak", "Füllung, eine Fläche", "Filling, one surface"),
     _TOOTH),
    ("9.0420", "131.2", ("Obturation, deux faces", "Vulling, twee vlakken", "Füllung, zwei Flächen",
     "Filling, two surfaces"), _TOOTH),
    ("9.0510", "76", ("Extraction", "Extractie", "Extraktion", "Extraction"), _TOOTH),
)  # fmt: skip


def be_dental() -> TariffSet:
    """Coefficients of N; patients with increased reimbursement pay nothing."""
    codes = [
        Code(act.code, texts(act.said), FIRST, prices=_belgian(act), maxima=act.maxima, needs=act.needs)
        for act in _BELGIAN_ACTS
    ]
    return a_set("BE", "dentist", "Art dentaire (jeu fictif)", values_of("N", _N), codes, _CENTS)


def ch_dental() -> TariffSet:
    """Points times their value, to five centimes; all of it is asked of the patient."""
    codes = [
        Code(position, texts(said), FIRST, prices=_swiss(Decimal(points)), needs=needs)
        for position, points, said, needs in _SWISS_POSITIONS
    ]
    return a_set("CH", "dentist", "Zahnarzttarif (fiktiv)", values_of("TP", _POINT), codes, _FIVE_CENTIMES)


def _belgian(act: _Act) -> tuple[Price, ...]:
    shares = {"increased": Share(hundredths=0), "ordinary": Share(hundredths=act.ordinary)}
    return prices(of_letter("N", act.coefficient, _N, _CENTS), (shares, shares))


def _swiss(points: Decimal) -> tuple[Price, ...]:
    return prices(of_letter("TP", points, _POINT, _FIVE_CENTIMES), ({"patient": _ALL}, {"patient": _ALL}))
