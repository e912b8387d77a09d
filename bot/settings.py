"""Settings from the environment (`MILEAGE_*`, Slack's own names) and `.env`. Only wiring and the CLI see them."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from policies.outcomes import DURABLE_DAYS
from policies.periods import YEARS
from policies.privacy import LOWEST_MINIMUM_GROUP, MINIMUM_GROUP

DOTENV = ".env"


class SettingsError(Exception):
    """A setting that is missing or wrong; the message is one sentence that says what to set."""


class LogLevel(StrEnum):
    """How much is logged, from most to least."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class Settings(BaseSettings):
    """What an operator can set. Secrets are SecretStr and never printed."""

    model_config = SettingsConfigDict(
        env_prefix="MILEAGE_", env_file=DOTENV, extra="ignore", frozen=True
    )

    slack_bot_token: Annotated[SecretStr | None, Field(alias="SLACK_BOT_TOKEN")] = None
    slack_app_token: Annotated[SecretStr | None, Field(alias="SLACK_APP_TOKEN")] = None
    slack_signing_secret: Annotated[SecretStr | None, Field(alias="SLACK_SIGNING_SECRET")] = None
    slack_api_url: str = "https://slack.com/api/"
    database_url: SecretStr = SecretStr("sqlite:///mileage.db")
    command_outcome: str = "/outcome"
    command_mileage: str = "/mileage"
    command_budget: str = "/budget"
    minimum_group: Annotated[int, Field(ge=LOWEST_MINIMUM_GROUP)] = MINIMUM_GROUP
    outcome_durable_days: Annotated[int, Field(ge=1, le=365)] = DURABLE_DAYS
    digest_grace_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 48
    workers: Annotated[int, Field(ge=1, le=256)] = 16
    clock_start: Annotated[
        AwareDatetime | None,
        Field(ge=datetime(YEARS[0], 1, 1, tzinfo=UTC), lt=datetime(YEARS[-1], 1, 1, tzinfo=UTC)),
    ] = None
    log_level: Annotated[LogLevel, BeforeValidator(lambda text: str(text).strip().upper())] = (
        LogLevel.INFO
    )
    log_file: Path | None = None

    def required(self, name: str) -> str:
        """A secret that a command cannot do without; SettingsError names its variable."""
        variable, held = name.upper(), getattr(self, name)
        secret = held.get_secret_value().strip() if isinstance(held, SecretStr) else ""
        if not secret:
            raise SettingsError(f"{variable} is not set. Put it in the environment or in {DOTENV}.")
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise SettingsError(
                f"{variable} has a character that no secret of Slack's has. Copy it again."
            )
        return secret


def load_settings() -> Settings:
    """Read the environment; SettingsError says in one sentence which setting is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        variable = name if name.isupper() else f"MILEAGE_{name.upper()}"
        raise SettingsError(f"{variable}: {first['msg']}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{DOTENV} is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{DOTENV} cannot be read: {error.strerror}.") from None
