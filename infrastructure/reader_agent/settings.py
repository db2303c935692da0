"""Settings of one agent, from the environment (`QUITTANCE_AGENT_…`); none is needed to start it."""

import os
import sys
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_PORT = 47632
_NAME = "Quittance agent"


def _own_folder() -> Path:
    """Where programs of this system keep what belongs to one person."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", home / "AppData" / "Roaming")) / _NAME
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / _NAME
    return Path(os.environ.get("XDG_CONFIG_HOME", home / ".config")) / "quittance-agent"


class AgentSettings(BaseSettings):
    """`origins`: the only addresses of pages that may be paired; empty: whichever a person gives the code to."""

    model_config = SettingsConfigDict(env_prefix="QUITTANCE_AGENT_", extra="ignore", frozen=True)

    port: int = Field(default=DEFAULT_PORT, ge=1024, le=65_535, description="Port on 127.0.0.1.")
    home: Path = Field(default_factory=_own_folder, description="Folder of the pairings, readable by its owner alone.")
    anchors: Path | None = Field(
        default=None, description="Certificates (PEM) above the national register's, for reading identities."
    )
    origins: tuple[str, ...] = Field(default=(), description="Addresses of pages that may be paired, as a JSON list.")
    lang: Literal["fr", "nl", "en"] = Field(default="fr", description="Language when the browser names none of ours.")
