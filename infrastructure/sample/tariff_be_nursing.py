"""A fictitious Belgian home nursing set, complete enough to bill a month. Prices of 2026 are those of `care.py`.

419613, 421116, 423415, 424631, 424653, 424675, 424874, 427136, 427195, 428035, 428050, 428072 and 429155 keep their
meaning (eFact reference 8); which of the three supplements holds on which day, and all other codes, are invented.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.pricing.tariff_set import (
    Before,
    Code,
    Maximum,
    Need,
    NotWith,
    Price,
    RestHome,
    Role,
    Rounding,
    Share,
    TariffSet,
)
from infrastructure.sample.tariffs import (
    FIRST,
    Texts,
    Worth,
    a_set,
    coefficient_for,
    fixed,
    of_letter,
    prices,
    texts,
    values_of,
)

_W = (Decimal("5.724709"), Decimal("5.850653"))
_EARLIER = Decimal("1.022")
"""2026 against 2025, for what is no coefficient."""
_ROUNDING = Rounding()
_WEEKEND: Texts = (" (week-end, férié)", " (weekend, feestdag)", " (Wochenende, Feiertag)", " (weekend, holiday)")
_PSEUDO: Texts = (" (pseudocode)", " (pseudocode)", " (Pseudocode)", " (pseudo-code)")


@dataclass(frozen=True, slots=True)
class _Act:
    """Something that is done: its code, the pseudo-code under a flat fee, the code at weekends, its fee of 2026."""

    code: str
    statistical: str
    weekend: str
    cents: int
    said: Texts
    role: Role = "act"
    needs: tuple[Need, ...] = ()
    maxima: tuple[Maximum, ...] = ()
    before: tuple[Before, ...] = ()
    not_with: tuple[NotWith, ...] = ()


@dataclass(frozen=True, slots=True)
class _DayFee:
    """What is asked once a day: a flat fee, or something beside it."""

    code: str
    weekend: str
    cents: int
    said: Texts
    role: Role
    category: str = ""
    needs: tuple[Need, ...] = ()


_PRESCRIBED: tuple[Need, ...] = ("prescription", "prescriber")
_ACTS = (
    _Act("990301", "990101", "990604", 498, ("Première prestation de base", "Eerste basisverstrekking",
         "Erste Grundleistung", "First base service"), "base_first"),
    _Act("990312", "990123", "990615", 498, ("Deuxième prestation de base", "Tweede basisverstrekking",
         "Zweite Grundleistung", "Second base service"), "base_second", maxima=(Maximum(1, "day"),)),
    _Act("990323", "990134", "990626", 250, ("Prestation de base suivante", "Volgende basisverstrekking",
         "Weitere Grundleistung", "Further base service"), "base_next"),
    _Act("990011", "990112", "990637", 712, ("Toilette", "Toilet", "Körperpflege", "Washing"), "toilet"),
    _Act("990022", "990145", "990648", 446, ("Injection", "Inspuiting", "Injektion", "Injection"),
         needs=_PRESCRIBED, maxima=(Maximum(4, "day"),)),
    _Act("990033", "990156", "990659", 395, ("Pansement", "Verband", "Verband", "Dressing")),
    _Act("990044", "990167", "990660", 310, ("Collyre", "Oogdruppels", "Augentropfen", "Eye drops")),
    _Act("990055", "990178", "990671", 389, ("Prise de sang", "Bloedafname", "Blutentnahme", "Blood sample"),
         needs=_PRESCRIBED, maxima=(Maximum(1, "day"),)),
    _Act("990066", "990189", "990682", 342, ("Bas de contention", "Steunkousen", "Stützstrümpfe",
         "Compression stockings"), needs=_PRESCRIBED),
    _Act("424631", "990190", "990693", 835, ("Soins de plaies simples", "Eenvoudige wondzorg",
         "Einfache Wundpflege", "Simple wound care"), needs=_PRESCRIBED),
    _Act("424653", "990202", "990705", 1261, ("Soins de plaies complexes", "Complexe wondzorg",
         "Komplexe Wundpflege", "Complex wound care"), needs=_PRESCRIBED),
    _Act("424675", "990213", "990716", 1544, ("Soins de plaies spécifiques", "Specifieke wondzorg",
         "Spezifische Wundpflege", "Specific wound care"), needs=_PRESCRIBED),
    _Act("423415", "990224", "", 1310, ("Pose d'une sonde à demeure", "Plaatsing van een verblijfssonde",
         "Legen eines Dauerkatheters", "Indwelling catheter"), needs=_PRESCRIBED, maxima=(Maximum(1, "day"),)),
    _Act("421116", "990235", "", 640, ("Retrait d'une sonde à demeure", "Verwijdering van een verblijfssonde",
         "Entfernen eines Dauerkatheters", "Removal of an indwelling catheter"), needs=_PRESCRIBED,
         not_with=(NotWith(("423415",)),)),
    _Act("990077", "990246", "", 1620, ("Avis avant la préparation de médicaments",
         "Advies voor de voorbereiding van medicatie", "Beratung vor der Medikamentenvorbereitung",
         "Advice before the preparation of medication"), "advice", maxima=(Maximum(1, "year"),)),
    _Act("424874", "990257", "", 1090, ("Préparation hebdomadaire de médicaments",
         "Wekelijkse voorbereiding van medicatie", "Wöchentliche Medikamentenvorbereitung",
         "Weekly preparation of medication"), maxima=(Maximum(1, "week"),), before=(Before(("990077",), 365),)),
    _Act("990404", "990268", "", 0, ("Mise en place d'une perfusion", "Plaatsen van een perfusie",
         "Anlegen einer Infusion", "Setting up a perfusion"), "ptsi_act", _PRESCRIBED),
    _Act("990415", "990279", "", 0, ("Surveillance d'une perfusion", "Toezicht op een perfusie",
         "Überwachung einer Infusion", "Watching a perfusion"), "ptsi_act", _PRESCRIBED),
    _Act("990426", "990280", "", 0, ("Alimentation parentérale", "Parenterale voeding", "Parenterale Ernährung",
         "Parenteral nutrition"), "ptsi_act", _PRESCRIBED),
)  # fmt: skip
_DAY_FEES = (
    _DayFee("419613", "990802", 2150, ("Forfait A", "Forfait A", "Pauschale A", "Flat fee A"), "lump_sum", "A",
            ("agreement",)),
    _DayFee("990503", "990813", 4120, ("Forfait B", "Forfait B", "Pauschale B", "Flat fee B"), "lump_sum", "B",
            ("agreement",)),
    _DayFee("990514", "990824", 5630, ("Forfait C", "Forfait C", "Pauschale C", "Flat fee C"), "lump_sum", "C",
            ("agreement",)),
    _DayFee("427136", "990835", 4480, ("Forfait palliatif PA", "Palliatief forfait PA", "Palliativpauschale PA",
            "Palliative flat fee PA"), "palliative", "PA", ("notification",)),
    _DayFee("990525", "990846", 6240, ("Forfait palliatif PB", "Palliatief forfait PB", "Palliativpauschale PB",
            "Palliative flat fee PB"), "palliative", "PB", ("notification",)),
    _DayFee("990536", "990857", 7910, ("Forfait palliatif PC", "Palliatief forfait PC", "Palliativpauschale PC",
            "Palliative flat fee PC"), "palliative", "PC", ("notification",)),
    _DayFee("427195", "990868", 5020, ("Forfait palliatif PP", "Palliatief forfait PP", "Palliativpauschale PP",
            "Palliative flat fee PP"), "palliative", "PP", ("notification",)),
    _DayFee("990547", "990879", 2380, ("Supplément palliatif PN", "Palliatief supplement PN",
            "Palliativzuschlag PN", "Palliative supplement PN"), "palliative_supplement", "PN", ("notification",)),
    _DayFee("429155", "", 4975, ("Forfait pour actes techniques spécifiques",
            "Forfait voor specifieke technische verstrekkingen", "Pauschale für spezifische technische Leistungen",
            "Flat fee for specific technical acts"), "ptsi_fee", "", (*_PRESCRIBED, "notification")),
)  # fmt: skip
_SUPPLEMENT: Texts = (
    "Supplément pour prestations multiples",
    "Toeslag voor meervoudige verstrekkingen",
    "Zuschlag für mehrere Leistungen",
    "Supplement for multiple services",
)
_SUPPLEMENTS = (("428035", 165, ""), ("428050", 248, "weekend"), ("428072", 248, "holiday"))
_REST_HOME = "999999999999"
"""No number of an institution: those have eleven digits."""
_FURTHER_VISIT = Before(("990134", "990323", "990626"), 0)


def be_nursing() -> TariffSet:
    """The set: what is billed, the pseudo-codes behind it, in this order."""
    codes = [*_base_and_acts(), *_day_fees(), *_supplements(), *_pseudo_codes()]
    made = a_set("BE", "home_nursing", "Soins infirmiers (jeu fictif)", values_of("W", _W), codes, _ROUNDING)
    return replace(made, rest_homes=(RestHome(_REST_HOME, FIRST),))


def _base_and_acts() -> Iterator[Code]:
    flat = NotWith(tuple(code for fee in _DAY_FEES if _is_flat(fee) for code in (fee.code, fee.weekend)))
    for act in _ACTS:
        week = Code(
            act.code,
            texts(act.said),
            FIRST,
            role=act.role,
            statistical=act.statistical,
            prices=_priced(_by_letter(act.cents) if act.cents else fixed(0, 0)),
            maxima=_with_weekend(act),
            not_with=(flat, *act.not_with),
            before=act.before,
            needs=act.needs,
        )
        yield from _on_both(week, act.weekend, act.said, _by_letter(act.cents * 3 // 2))


def _day_fees() -> Iterator[Code]:
    for fee in _DAY_FEES:
        others = tuple(
            code for one in _DAY_FEES if one != fee and _is_flat(one) for code in (one.code, one.weekend) if code
        )
        week = Code(
            fee.code,
            texts(fee.said),
            FIRST,
            role=fee.role,
            category=fee.category,
            prices=_priced(_by_year(fee.cents)),
            maxima=(Maximum(1, "day", (fee.weekend,) if fee.weekend else ()),),
            not_with=(NotWith(others),) if fee.category else (),
            needs=fee.needs,
        )
        yield from _on_both(week, fee.weekend, fee.said, _by_year(fee.cents * 6 // 5))


def _supplements() -> Iterator[Code]:
    """Asked on a day of three visits or more; each kind of day has its code."""
    names = [code for code, _, _ in _SUPPLEMENTS]
    for code, cents, when in _SUPPLEMENTS:
        yield Code(
            code,
            texts(_SUPPLEMENT, _WEEKEND if when else ("", "", "", "")),
            FIRST,
            role="multiple_visits",
            variants={} if when else {"weekend": names[1], "holiday": names[2]},
            prices=_priced(_by_year(cents)),
            maxima=(Maximum(1, "day", tuple(name for name in names if name != code)),),
            before=(_FURTHER_VISIT,),
        )


def _pseudo_codes() -> Iterator[Code]:
    """They carry no amount, so that nobody can ask for one."""
    for act in _ACTS:
        yield Code(act.statistical, texts(act.said, _PSEUDO), FIRST)


def _on_both(week: Code, weekend: str, said: Texts, worth: Worth) -> Iterator[Code]:
    """The code, and behind it the one for weekends and holidays, if there is one."""
    if not weekend:
        yield week
        return
    yield replace(week, variants={"weekend": weekend, "holiday": weekend})
    own = tuple(
        replace(rule, codes=tuple(week.code if code == weekend else code for code in rule.codes))
        for rule in week.maxima
    )
    yield replace(week, code=weekend, texts=texts(said, _WEEKEND), prices=_priced(worth), maxima=own)


def _with_weekend(act: _Act) -> tuple[Maximum, ...]:
    """Units at weekends count with the others; a first base service also where it is only told."""
    if act.role == "base_first":
        return (Maximum(1, "day", (act.weekend, act.statistical)),)
    return tuple(replace(rule, codes=(act.weekend,) if act.weekend else ()) for rule in act.maxima)


def _is_flat(fee: _DayFee) -> bool:
    return fee.role in ("lump_sum", "palliative")


def _by_letter(cents: int) -> Worth:
    return of_letter("W", coefficient_for(cents, _W[1]), _W, _ROUNDING)


def _by_year(cents: int) -> Worth:
    return fixed(cents, int(cents / _EARLIER))


def _priced(worth: Worth) -> tuple[Price, ...]:
    """A twelfth is the patient's, nothing with increased reimbursement."""
    return prices(worth, ({"increased": Share(0), "ordinary": Share(fee // 12)} for fee in worth.fees))
