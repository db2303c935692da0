"""The demo that commands are typed at."""

from tests.acceptance.conftest import demo, own_demo

__all__ = ["demo", "own_demo"]
