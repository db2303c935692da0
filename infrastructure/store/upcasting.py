"""Old shapes of events, brought up one version at a time. They see clear text and plain JSON, never a key."""

from collections.abc import Callable, Mapping
from typing import Any

Shape = dict[str, Any]
Upcaster = Callable[[Shape], Shape]


def _key_that_sees_care(shape: Shape) -> Shape:
    """Who might read saw patients, too, before that became a scope of its own: a key in use goes on as it was."""
    scopes = shape["scopes"]
    return shape | {"scopes": [*scopes, "medical"] if "read" in scopes else scopes}


UPCASTERS: Mapping[str, Mapping[int, Upcaster]] = {"api_key.issued": {1: _key_that_sees_care}}
"""Topic, then the version that a function brings one further. A field added with a default needs none."""


def upcast(registry: Mapping[str, Mapping[int, Upcaster]], topic: str, version: int, to: int, shape: Shape) -> Shape:
    """Run the chain. Versions without a function are taken as additive."""
    chain = registry.get(topic, {})
    for step in range(version, to):
        if step in chain:
            shape = chain[step](shape)
    return shape
