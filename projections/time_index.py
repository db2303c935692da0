"""Which closed versions were alive at a position, without reading the others.

Each version carries a node of an implicit binary tree over the positions: the one with the most trailing zeros in
its span. A position lies only under its own ancestors, so that "alive then" is a handful of index ranges, whatever
the length of the past (the relational interval tree of Kriegel, Poetke and Seidl, VLDB 2000).
"""

from dataclasses import dataclass

NODE = "node"
_HEIGHT = 40
"""Of the tree: positions below 2^40. Nodes that hold nothing cost a microsecond each."""


@dataclass(frozen=True, slots=True)
class Ancestors:
    """Nodes whose spans may hold a position: those up to it, and those after it."""

    upto: tuple[int, ...]
    after: tuple[int, ...]


def node_of(valid_from: int, valid_to: int) -> int:
    """Node of a version that lives from `valid_from` up to, without, `valid_to`."""
    last = valid_to - 1
    level = ((valid_from - 1) ^ last).bit_length() - 1
    return last >> level << level


def ancestors(position: int) -> Ancestors:
    """All nodes whose spans can hold the position."""
    upto, after = [], []
    for level in range(max(_HEIGHT, position.bit_length())):
        node = (position >> level | 1) << level
        if node > position:
            after.append(node)
        else:
            upto.append(node)
    return Ancestors(tuple(dict.fromkeys(upto)), tuple(after))
