"""The parts of a set, out of the objects of a file. A part with a fault is None, and its faults are noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.pricing.tariff_set import (
    Before,
    Code,
    Entitlement,
    LetterValue,
    Maximum,
    Note,
    NotWith,
    Price,
    RestHome,
    Rounding,
    Share,
)
from infrastructure.tariff.objects import Objects, Raw, shown, without
from infrastructure.tariff.price_faults import LETTER_UNKNOWN, price_fault
from infrastructure.tariff.report import Faults
from infrastructure.tariff.whole import Draft

_MOST_OF_A_KIND = 500
"""Letter values and entitlements of a set: each price is held against them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What stands around a code: parts that were read on their own."""

    prices: Sequence[Price] = ()
    maxima: Sequence[Maximum] = ()
    not_with: Sequence[NotWith] = ()
    before: Sequence[Before] = ()
    notes: Sequence[Note] = ()


class Parts:
    """Reads one part after the other. Rounding, letters and entitlements come before the prices that lean on them."""

    def __init__(self, country: str, faults: Faults, *, typed: bool) -> None:
        self.objects = Objects(country, faults, typed=typed)
        self.faults = faults
        self.rounding = Rounding()
        self.letters: list[LetterValue] = []
        self.entitlements: list[Entitlement] = []
        self.rest_homes: list[RestHome] = []
        self.codes: list[tuple[str, Code]] = []
        self.named: set[tuple[str, str]] = set()
        """Names of letters, entitlements and codes that stand there, also of faulty ones: one fault is told once."""

    def note_rounding(self, raw: Raw, place: str, prefix: str = "") -> None:
        """The rule of the set; the usual one holds where nothing is said."""
        values = self.objects.values("rounding", raw, place, prefix)
        if values is not None:
            self.rounding = Rounding(**values)

    def note_letter(self, raw: Raw, place: str) -> None:
        """A value of a key letter."""
        self._name("letter", raw.get("letter"))
        made = self.objects.made(LetterValue, "letter", raw, place)
        if made is not None and self._is_room(self.letters, place):
            self.letters.append(made)

    def note_entitlement(self, raw: Raw, place: str) -> None:
        """A pattern of holder codes; no two of them are the same."""
        self._name("entitlement", raw.get("name"))
        values = self.objects.values("entitlement", raw, place)
        if values is None or not self._is_room(self.entitlements, place):
            return
        made = Entitlement(values.get("ct1", ""), values.get("ct2", ""), values["name"])
        if any((one.ct1, one.ct2) == (made.ct1, made.ct2) for one in self.entitlements):
            self.faults.add(place, "ct1", "entitlement_duplicate", made.name)
        self.entitlements.append(made)

    def note_rest_home(self, raw: Raw, place: str) -> None:
        """A place of care that is a rest home, in a period."""
        made = self.objects.made(RestHome, "rest_home", raw, place)
        if made is not None:
            self.rest_homes.append(made)

    def price(self, raw: Raw, place: str, prefix: str = "", about: str = "") -> Price | None:
        """A price of one period; `prefix` of its fields where it does not stand alone."""
        values = self.objects.values("price", without(raw, "shares"), place, prefix, about)
        shares = self._shares(raw.get("shares"), place, f"{prefix}shares", about)
        if values is None or shares is None:
            return None
        made = Price(**values, shares=shares)
        wrong = price_fault(made, self.rounding, self.letters, has_coefficient="coefficient" in values)
        if wrong == LETTER_UNKNOWN and ("letter", made.letter) in self.named:
            return None
        if wrong:
            self.faults.add(place, prefix + wrong[0], wrong[1], about)
            return None
        return made

    def note(self, raw: Raw, place: str, about: str) -> Note | None:
        """A remark of the publisher."""
        texts = self.objects.texts(raw, place, about)
        values = self.objects.values("note", without(raw, "texts"), place, "", about)
        return None if texts is None or values is None else Note(texts, **values)

    def note_code(self, raw: Raw, rules: Rules, place: str) -> None:
        """A code with the parts that were read for it; its prices come in order of their days."""
        about = self.objects.about(raw)
        self._name("code", about)
        texts = self.objects.texts(raw, place, about)
        variants: Any = self.objects.inner("variants", raw.get("variants"), place, about)
        values = self.objects.values("code", without(raw, "texts", "variants"), place, "", about)
        if texts is None or variants is None or values is None:
            return
        made = Code(
            **values,
            texts=texts,
            variants=variants,
            prices=tuple(sorted(rules.prices, key=lambda price: price.valid_from)),
            maxima=tuple(rules.maxima),
            not_with=tuple(rules.not_with),
            before=tuple(rules.before),
            notes=tuple(rules.notes),
        )
        self.codes.append((place, made))

    def draft(self, head: dict[str, Any] | None, content: str) -> Draft:
        """All parts, to be looked at as a whole. `head`: values of the object `set`."""
        fields = None if head is None else {name: value for name, value in head.items() if name != "format"}
        named = {code for kind, code in self.named if kind == "code"}
        return Draft(
            fields, self.rounding, self.letters, self.entitlements, self.codes, named, content, self.rest_homes
        )

    def _shares(self, raw: object, place: str, field: str, about: str) -> dict[str, Share] | None:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.faults.add(place, field, "type_wrong", about)
            return None
        shares: dict[str, Share] = {}
        for name, value in raw.items():
            at = f"{field}.{shown(name)}"
            is_known = ("entitlement", name) in self.named
            made, code = self._share(value, place, at, about) if is_known else (None, "entitlement_unknown")
            if code:
                self.faults.add(place, at, code, about)
            if made is not None:
                shares[name] = made
        return shares if len(shares) == len(raw) else None

    def _share(self, raw: object, place: str, at: str, about: str) -> tuple[Share | None, str]:
        """The share, or what is wrong with it as a whole."""
        if not isinstance(raw, dict):
            return None, "type_wrong"
        values = self.objects.values("share", raw, place, f"{at}.", about)
        if values is None:
            return None, ""
        if len(values) != 1:
            return None, "share_double" if values else "value_missing"
        return Share(**values), ""

    def _name(self, kind: str, name: object) -> None:
        if isinstance(name, str):
            self.named.add((kind, name))

    def _is_room(self, known: Sequence[object], place: str) -> bool:
        if len(known) < _MOST_OF_A_KIND:
            return True
        self.faults.add(place, "", "list_too_long")
        return False


MADE: dict[str, type[Maximum | NotWith | Before]] = {"maximum": Maximum, "not_with": NotWith, "before": Before}
"""Rules of a code that are nothing but their fields."""
