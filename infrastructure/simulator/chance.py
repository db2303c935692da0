"""Draws that come out the same for the same words, on every machine and every version of Python."""

from collections.abc import Iterable
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of draws named by its words. Only `Random.random` is used: its values are guaranteed not to change."""

    def __init__(self, *words: object) -> None:
        self._random = Random("|".join(map(str, words)))  # noqa: S311 - to repeat a run, not to keep a secret

    def share(self) -> float:
        """At least 0, below 1."""
        return self._random.random()

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """All items in a drawn order."""
        keyed = [(self.share(), place, item) for place, item in enumerate(items)]
        return [item for _, _, item in sorted(keyed, key=lambda entry: entry[:2])]
