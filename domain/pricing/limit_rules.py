"""Rules of one code of a set as each of its lines asks them: worked out once, asked thousands of times."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from domain.authorisation import Kind
from domain.pricing.spans import kind_of
from domain.pricing.tariff_set import Before, Code, Maximum, NotWith, TariffSet


class Rules(NamedTuple):
    """A code of a set, with its rules as each of its lines asks them. `told`: maxima of a line that only tells it."""

    tariffs: TariffSet
    code: Code
    asked: tuple[Maximum, ...]
    told: tuple[Maximum, ...]
    not_with: tuple[tuple[NotWith, frozenset[str]], ...]
    before: tuple[tuple[Before, frozenset[str]], ...]
    kind: Kind | None

    @property
    def is_bound(self) -> bool:
        """Whether a line that asks it has to keep any rule."""
        return bool(self.asked or self.not_with or self.before or self.kind or self.code.needs)


def rules_of(tariffs: TariffSet, name: str) -> Rules | None:
    """None when the set does not know the name."""
    code = tariffs.codes.get(name)
    if code is None:
        return None
    told = [(act.code, rule) for act in tariffs.told_by(name) for rule in act.maxima if name in rule.codes]
    return Rules(
        tariffs,
        code,
        _counted((code.code, rule) for rule in code.maxima),
        _counted(told),
        tuple((rule, frozenset(rule.codes)) for rule in code.not_with),
        tuple((rule, frozenset((*rule.codes, *_pseudo_codes(tariffs, rule.codes)))) for rule in code.before),
        kind_of(code.role),
    )


def _counted(maxima: Iterable[tuple[str, Maximum]]) -> tuple[Maximum, ...]:
    """With all codes that count together. A pseudo-code counts where the rule of an act that it tells names it."""
    return tuple(dict.fromkeys(replace(rule, codes=tuple(sorted({code, *rule.codes}))) for code, rule in maxima))


def _pseudo_codes(tariffs: TariffSet, codes: Sequence[str]) -> set[str]:
    return {tariffs.codes[code].statistical for code in codes if code in tariffs.codes} - {""}
