"""Which fields of an event type are sealed, found once from its annotations, and how to reach one by its path."""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from domain.event import SEAL_MARK

Text = Callable[[str, str], str]
"""Path and text to text."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The sealed places below one type: itself a sealed text, a list of such, or named fields with such below."""

    is_text: bool = False
    items: "Plan | None" = None
    fields: tuple[tuple[str, "Plan"], ...] = ()


def plan_of(kind: Any) -> Plan | None:  # noqa: ANN401 - any annotation
    """The plan of an annotation; None where nothing is sealed. Raises `TypeError` for what it cannot reach into."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Plan(is_text=True) if SEAL_MARK in arguments[1:] else plan_of(arguments[0])
    if origin in (Union, UnionType):
        plans = [plan_of(argument) for argument in arguments if argument is not NoneType]
        return _only(kind, plans)
    if origin in (tuple, list):
        below = _only(kind, [plan_of(argument) for argument in arguments if argument is not Ellipsis])
        return below and Plan(items=below)
    if origin is not None:
        return _only(kind, [plan_of(argument) and Plan() for argument in arguments])
    if is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        found = ((field.name, plan_of(hints[field.name])) for field in fields(kind))
        named = tuple((name, below) for name, below in found if below)
        return Plan(fields=named) if named else None
    return None


def has_text(plan: Plan, node: Any) -> bool:  # noqa: ANN401 - an event or a part of it
    """Is there anything to seal?"""
    if not node or plan.is_text:
        return bool(node)
    if plan.items:
        return any(has_text(plan.items, item) for item in node)
    return any(has_text(below, getattr(node, name)) for name, below in plan.fields)


def seal_tree(plan: Plan, tree: Any, text: Text) -> tuple[Any, list[str]]:  # noqa: ANN401 - JSON
    """Replace the texts of the plan in plain dictionaries and lists; answers the tree and the paths sealed."""
    paths: list[str] = []

    def visit(plan: Plan, node: Any, path: str) -> Any:  # noqa: ANN401
        if not node:
            return node
        if plan.is_text:
            paths.append(path)
            return text(path, node)
        if plan.items:
            return [visit(plan.items, item, f"{path}.{n}") for n, item in enumerate(node)]
        for name, below in plan.fields:
            node[name] = visit(below, node[name], f"{path}.{name}" if path else name)
        return node

    return visit(plan, tree, ""), paths


def replace_at(tree: Any, path: str, change: Callable[[str], str]) -> None:  # noqa: ANN401 - an event, or its JSON
    """Replace one text in an event just decoded. Nobody else holds it yet, so that even a frozen one may change."""
    _replaced(tree, path.split("."), change)


def _replaced(node: Any, steps: list[str], change: Callable[[str], str]) -> Any:  # noqa: ANN401
    if not steps:
        return change(node)
    step, *rest = steps
    if isinstance(node, dict):
        node[step] = _replaced(node[step], rest, change)
    elif isinstance(node, list):
        node[int(step)] = _replaced(node[int(step)], rest, change)
    elif isinstance(node, tuple):
        at = int(step)
        item = _replaced(node[at], rest, change)
        return node if item is node[at] else (*node[:at], item, *node[at + 1 :])
    else:
        object.__setattr__(node, step, _replaced(getattr(node, step), rest, change))
    return node


def _only(kind: Any, plans: list[Plan | None]) -> Plan | None:  # noqa: ANN401
    found = [plan for plan in plans if plan]
    if not found:
        return None
    if len(set(plans)) > 1 or found[0] == Plan():
        raise TypeError(
            f"sealed text inside {kind} cannot be reached: use a dataclass, an option or a tuple of one type"
        )
    return found[0]
