"""Reading a workspace file (JSON): who works here, in which channels, and what is out of order."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from sandbox.faults import Fault, fault_from
from sandbox.model import Channel, Json, Team, User
from sandbox.startup.strict_files import BadFile, Strict, mind_duplicates, read, validated


class _TeamFile(Strict):
    id: str = Field(default="T0SANDBOX", pattern=r"^T[A-Z0-9]+$")
    domain: str = Field(default="sandbox", pattern=r"^[a-z0-9-]+$")
    name: str = Field(default="Sandbox", min_length=1)
    enterprise_id: str | None = None


class _UserFile(Strict):
    id: str = Field(pattern=r"^[UW][A-Z0-9]+$")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)
    real_name: str = Field(min_length=1)
    email: str = ""
    tz: str = "Etc/UTC"
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False

    @field_validator("tz")
    @classmethod
    def _exists(cls, tz: str) -> str:
        try:
            ZoneInfo(tz)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"there is no time zone {tz!r}") from None
        return tz


class _ChannelFile(Strict):
    id: str = Field(pattern=r"^[CG][A-Z0-9]+$")
    name: str = Field(pattern=r"^[a-z0-9_-]{1,80}$")
    members: list[str] = Field(default=[])
    is_private: bool = False
    is_ext_shared: bool = False
    is_archived: bool = False
    is_general: bool = False
    topic: str = ""
    created: int = 0


class _WorkspaceFile(Strict):
    team: _TeamFile = _TeamFile()
    users: list[_UserFile] = Field(min_length=1)
    channels: list[_ChannelFile] = Field(default=[])
    faults: list[dict[str, Any]] = Field(default=[])


@dataclass(frozen=True, slots=True)
class Seed:
    """What a workspace starts with."""

    team: Team
    users: list[User]
    channels: list[Channel]
    faults: list[Fault]


DEFAULT_WORKSPACE: Json = {
    "team": {"id": "T0SANDBOX", "domain": "sandbox", "name": "Sandbox"},
    "users": [
        {
            "id": "U0ANA",
            "name": "ana",
            "real_name": "Ana Ferreira",
            "email": "ana@example.com",
            "is_admin": True,
        },
        {"id": "U0BEN", "name": "ben", "real_name": "Ben Okafor", "email": "ben@example.com"},
        {"id": "U0CHI", "name": "chi", "real_name": "Chi Nguyen", "email": "chi@example.com"},
    ],
    "channels": [
        {"id": "C0GENERAL", "name": "general", "members": ["U0ANA", "U0BEN", "U0CHI", "U0BOT"]},
        {"id": "C0TEAM", "name": "team", "members": ["U0ANA", "U0BEN", "U0BOT"]},
    ],
}


def load_workspace(path: Path | None, bot_user_id: str = "U0BOT") -> Seed:
    """Return what the file describes, or a small default workspace. Raises BadFile."""
    if path is None:
        return seed_from(DEFAULT_WORKSPACE, "the default workspace", bot_user_id)
    try:
        content = json.loads(read(path))
    except json.JSONDecodeError as error:
        raise BadFile(
            f"{path}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}."
        ) from None
    return seed_from(content, str(path), bot_user_id)


def seed_from(content: object, name: str, bot_user_id: str = "U0BOT") -> Seed:
    """Return a workspace from decoded JSON. Raises BadFile."""
    file = validated(_WorkspaceFile, content, name)
    users = [_user(one) for one in file.users]
    channels = [Channel(**one.model_dump()) for one in file.channels]
    mind_duplicates(name, "user id", [user.id for user in users])
    mind_duplicates(name, "user name", [user.name for user in users])
    mind_duplicates(name, "channel id", [channel.id for channel in channels])
    mind_duplicates(name, "channel name", [channel.name for channel in channels])
    known = {user.id for user in users} | {bot_user_id}
    for channel in channels:
        mind_duplicates(name, f"member of #{channel.name}", channel.members)
        for member in channel.members:
            if member not in known:
                raise BadFile(f"{name}: #{channel.name} has a member {member} who is no user.")
    return Seed(
        team=Team(**file.team.model_dump()),
        users=users,
        channels=channels,
        faults=_faults(name, file.faults),
    )


def _user(file: _UserFile) -> User:
    offset = datetime.now(UTC).astimezone(ZoneInfo(file.tz)).utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return User(**file.model_dump(), tz_offset=seconds)


def _faults(name: str, faults: list[dict[str, Any]]) -> list[Fault]:
    try:
        return [fault_from(one) for one in faults]
    except ValueError as error:
        raise BadFile(f"{name}: faults: {error}") from None
