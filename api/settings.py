"""Settings of an installation, from the environment (`QUITTANCE_…`) or given by a command."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from infrastructure.reader_agent.settings import DEFAULT_PORT


class Settings(BaseSettings):
    """Everything an operator can set. `database`: `sqlite:///file.db` or `postgresql://…`; empty: in `home`."""

    model_config = SettingsConfigDict(env_prefix="QUITTANCE_", extra="ignore", frozen=True)

    home: Path = Field(default=Path("quittance-data"), description="Folder of the embedded database and its key.")
    database: str = Field(
        default="",
        pattern=r"^(sqlite:///.+|postgres(ql)?://.*)?$",
        description="Database address; empty means the embedded one in `home`.",
    )
    schema_name: str = Field(default="quittance", description="PostgreSQL schema of this practice.")
    key_file: Path | None = Field(default=None, description="Master key; default: beside the embedded database.")
    lang: Literal["fr", "nl", "en"] = Field(default="fr", description="Language of the command line.")
    files_per_day_scope: Literal["tpp_and_union", "tpp"] = Field(
        default="tpp_and_union",
        description="Scope of the limits of files a day and a month (100724, 100723): unknown, hence a setting.",
    )
    one_month_per_file: bool = Field(default=True, description="One billed month in each file.")
    simulator_seed: int = Field(default=1, description="Seed of the simulated unions.")

    agent_port: int = Field(
        default=DEFAULT_PORT, ge=1024, le=65_535, description="Port of the reader agent on the computers of people."
    )
    mycarenet_poll_minutes: float = Field(
        default=60, ge=1, description="Minutes between two requests for answers while a session is open; ours."
    )
    public_url: str = Field(
        default="", pattern=r"^(https?://\S+)?$", description="Address of the pages as people reach them; for mails."
    )
    mail_host: str = Field(default="", description="Mail server for the daily digest; empty: none is sent.")
    mail_port: int = Field(default=587, ge=1, le=65_535, description="Its port.")
    mail_security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="How it is spoken to.")
    mail_from: str = Field(default="", description="Sender of the digest.")
    mail_user: str = Field(default="", description="Who signs in there, if anybody must.")
    mail_password_file: Path | None = Field(default=None, description="File with the password.")

    @property
    def database_url(self) -> str:
        """Where the store is."""
        return self.database or f"sqlite:///{self.home.resolve() / 'quittance.db'}"

    @property
    def master_key_path(self) -> Path:
        """Where the master key is unless the environment holds it."""
        return self.key_file or self.home / "master.key"

    @property
    def erasure_list_path(self) -> Path:
        """Ids of erased patients, beside the master key: a restore applies them."""
        return self.master_key_path.with_name("erased.list")

    @property
    def simulator_folder(self) -> Path:
        """Where the simulated unions keep what they were sent."""
        return self.home / "unions"
