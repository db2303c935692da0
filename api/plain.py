"""What an event or a state says, for a program."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from typing import Any

from domain.care import Care, columns_of


def plain(value: Any) -> Any:  # noqa: ANN401  # any value of any event or state
    """As JSON will have it. Amounts of care that nobody gave are None, wherever that care stands."""
    if isinstance(value, Care):
        return columns_of(value) | {"is_priced": value.is_priced}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.name[0] != "_"}
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list | AbstractSet):
        return [plain(one) for one in value]
    return value
