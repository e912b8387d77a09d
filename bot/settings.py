"""Settings from the environment (`MILEAGE_*`, Slack's own names) and `.env`. Only wiring and the CLI see them."""

from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from policies.privacy import LOWEST_MINIMUM_GROUP, MINIMUM_GROUP


class SettingsError(Exception):
    """A setting that is missing or wrong; the message is one sentence that says what to set."""


class Settings(BaseSettings):
    """What an operator can set. Secrets are SecretStr and never printed."""

    model_config = SettingsConfigDict(
        env_prefix="MILEAGE_", env_file=".env", extra="ignore", frozen=True
    )

    slack_bot_token: Annotated[SecretStr | None, Field(alias="SLACK_BOT_TOKEN")] = None
    slack_app_token: Annotated[SecretStr | None, Field(alias="SLACK_APP_TOKEN")] = None
    slack_signing_secret: Annotated[SecretStr | None, Field(alias="SLACK_SIGNING_SECRET")] = None
    slack_api_url: str = "https://slack.com/api/"
    database_url: SecretStr = SecretStr("sqlite:///mileage.db")
    command_outcome: str = "/outcome"
    command_mileage: str = "/mileage"
    minimum_group: Annotated[int, Field(ge=LOWEST_MINIMUM_GROUP)] = MINIMUM_GROUP
    digest_grace_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 48
    workers: Annotated[int, Field(ge=1, le=256)] = 16
    clock_start: AwareDatetime | None = None
    log_level: str = "INFO"
    log_file: Path | None = None

    def required(self, name: str) -> str:
        """A secret that a command cannot do without; SettingsError names its variable."""
        secret: SecretStr | None = getattr(self, name)
        if secret is None or not secret.get_secret_value():
            variable = name.upper()
            raise SettingsError(f"{variable} is not set. Put it in the environment or in .env.")
        return secret.get_secret_value()


def load_settings() -> Settings:
    """Read the environment; SettingsError says in one sentence which setting is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        variable = name if name.isupper() else f"MILEAGE_{name.upper()}"
        raise SettingsError(f"{variable}: {first['msg']}.") from None
