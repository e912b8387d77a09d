"""Settings from the environment (`MILEAGE_*`, Slack's own names) and `.env`. Only wiring and the CLI see them."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from policies.outcomes import DURABLE_DAYS
from policies.periods import YEARS
from policies.personal_data import LEAST_RETENTION_DAYS
from policies.privacy import LOWEST_MINIMUM_GROUP, MINIMUM_GROUP
from policies.trials import HOLDOUT, LARGEST_HOLDOUT

DOTENV = ".env"


class SettingsError(Exception):
    """A setting that is missing or wrong; the message is one sentence that says what to set."""


def _address(text: str) -> str:
    """An address that requests can be sent below: a user's name in it would be sent along."""
    wrong = "it has to be an address such as https://git.example.com/api/v3"
    try:
        parts = urlsplit(text.strip())
        is_sound = parts.port != 0 and "@" not in parts.netloc  # ValueError for port “abc”
    except ValueError:
        raise ValueError(wrong) from None
    if not is_sound or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(wrong)
    return text.strip()


HttpAddress = Annotated[str, AfterValidator(_address)]


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
    coaching_holdout: Annotated[float, Field(ge=0, le=LARGEST_HOLDOUT)] = HOLDOUT
    digest_grace_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 48
    retention_days: Annotated[int | None, Field(ge=LEAST_RETENTION_DAYS, le=36_500)] = None
    workers: Annotated[int, Field(ge=1, le=256)] = 16
    clock_start: Annotated[
        AwareDatetime | None,
        Field(ge=datetime(YEARS[0], 1, 1, tzinfo=UTC), lt=datetime(YEARS[-1], 1, 1, tzinfo=UTC)),
    ] = None
    log_level: Annotated[LogLevel, BeforeValidator(lambda text: str(text).strip().upper())] = (
        LogLevel.INFO
    )
    log_file: Path | None = None
    policies_dir: Path | None = None
    github_token: SecretStr | None = None
    github_api_url: HttpAddress = "https://api.github.com"
    litellm_url: HttpAddress | None = None
    litellm_key: SecretStr | None = None
    cursor_key: SecretStr | None = None
    cursor_api_url: HttpAddress = "https://api.cursor.com"

    def required(self, name: str) -> str:
        """A secret that a command cannot do without; SettingsError names its variable."""
        secret = self._secret(name, name.upper(), "Slack's")
        if secret is None:
            raise SettingsError(
                f"{name.upper()} is not set. Put it in the environment or in {DOTENV}."
            )
        return secret

    def optional(self, name: str, whose: str) -> str | None:
        """A secret of an outside system; None where it is not set, so that the system is not used."""
        return self._secret(name, f"MILEAGE_{name.upper()}", whose)

    def _secret(self, name: str, variable: str, whose: str) -> str | None:
        held = getattr(self, name)
        secret = held.get_secret_value().strip() if isinstance(held, SecretStr) else ""
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise SettingsError(
                f"{variable} has a character that no secret of {whose} has. Copy it again."
            )
        return secret or None


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
