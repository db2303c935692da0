"""What tests of the card need beyond Python."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """`-m "not card"` leaves the card service out, `-m "not browser"` the browser."""
    config.addinivalue_line(
        "markers", "card: needs pcscd, vsmartcard-vpcd and pyscard (skipped loudly without; a failure in CI)"
    )
    config.addinivalue_line("markers", "browser: needs Chromium and axe-core (skipped loudly without; a failure in CI)")
