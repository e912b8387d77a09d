"""Reading the two files a sandbox starts from, strictly: the workspace (JSON), the manifest (YAML).

Anything wrong is a BadFile whose sentence names the file, the place and what is the matter.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sandbox.events import EVENT_SCOPES
from sandbox.faults import Fault, fault_from
from sandbox.manifest import AppManifest, Shortcut, SlashCommand
from sandbox.model import Channel, Json, Team, User


Model = TypeVar("Model", bound=BaseModel)


class BadFile(Exception):
    """A file that cannot be used; the text is one sentence for a person."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


# ---- the workspace -----------------------------------------------------------------------------


class _TeamFile(_Strict):
    id: str = Field(default="T0SANDBOX", pattern=r"^T[A-Z0-9]+$")
    domain: str = Field(default="sandbox", pattern=r"^[a-z0-9-]+$")
    name: str = Field(default="Sandbox", min_length=1)
    enterprise_id: str | None = None


class _UserFile(_Strict):
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


class _ChannelFile(_Strict):
    id: str = Field(pattern=r"^[CG][A-Z0-9]+$")
    name: str = Field(pattern=r"^[a-z0-9_-]{1,80}$")
    members: list[str] = []
    is_private: bool = False
    is_ext_shared: bool = False
    is_archived: bool = False
    is_general: bool = False
    topic: str = ""
    created: int = 0


class _WorkspaceFile(_Strict):
    team: _TeamFile = _TeamFile()
    users: list[_UserFile] = Field(min_length=1)
    channels: list[_ChannelFile] = []
    faults: list[dict[str, Any]] = []


class Seed(BaseModel):
    """What a workspace starts with."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

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
        content = json.loads(_read(path))
    except json.JSONDecodeError as error:
        raise BadFile(
            f"{path}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}."
        ) from None
    return seed_from(content, str(path), bot_user_id)


def seed_from(content: object, name: str, bot_user_id: str = "U0BOT") -> Seed:
    """Return a workspace from decoded JSON. Raises BadFile."""
    file = _validated(_WorkspaceFile, content, name)
    users = [_user(one) for one in file.users]
    channels = [Channel(**one.model_dump()) for one in file.channels]
    _mind_duplicates(name, "user id", [user.id for user in users])
    _mind_duplicates(name, "user name", [user.name for user in users])
    _mind_duplicates(name, "channel id", [channel.id for channel in channels])
    _mind_duplicates(name, "channel name", [channel.name for channel in channels])
    known = {user.id for user in users} | {bot_user_id}
    for channel in channels:
        _mind_duplicates(name, f"member of #{channel.name}", channel.members)
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


def _mind_duplicates(name: str, what: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise BadFile(f"{name}: the {what} {value} occurs twice.")
        seen.add(value)


# ---- the manifest ------------------------------------------------------------------------------


class _Display(_Strict):
    name: str = Field(min_length=1, max_length=35)
    description: str = Field(default="", max_length=140)
    long_description: str = Field(default="", max_length=4000)
    background_color: str = ""


class _AppHome(_Strict):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = True
    messages_tab_read_only_enabled: bool = True


class _BotUser(_Strict):
    display_name: str = Field(min_length=1, max_length=80)
    always_online: bool = False


class _SlashCommandFile(_Strict):
    command: str = Field(pattern=r"^/[a-z0-9_-]{1,31}$")
    description: str = Field(min_length=1, max_length=2000)
    url: str = ""
    usage_hint: str = Field(default="", max_length=1000)
    should_escape: bool = False


class _ShortcutFile(_Strict):
    name: str = Field(min_length=1, max_length=24)
    callback_id: str = Field(min_length=1, max_length=255)
    type: Literal["global", "message"]
    description: str = Field(min_length=1, max_length=150)


class _Features(_Strict):
    app_home: _AppHome = _AppHome()
    bot_user: _BotUser | None = None
    shortcuts: list[_ShortcutFile] = Field(default=[], max_length=10)
    slash_commands: list[_SlashCommandFile] = Field(default=[], max_length=50)
    unfurl_domains: list[str] = []
    assistant_view: dict[str, Any] | None = None


class _Scopes(_Strict):
    bot: list[str] = []
    user: list[str] = []
    bot_optional: list[str] = []
    user_optional: list[str] = []


class _OAuthConfig(_Strict):
    scopes: _Scopes = _Scopes()
    redirect_urls: list[str] = []
    token_management_enabled: bool = False
    pkce_enabled: bool = False


class _Events(_Strict):
    bot_events: list[str] = []
    user_events: list[str] = []
    request_url: str = ""
    metadata_subscriptions: list[dict[str, Any]] = []


class _Interactivity(_Strict):
    is_enabled: bool
    request_url: str = ""
    message_menu_options_url: str = ""


class _Settings(_Strict):
    event_subscriptions: _Events = _Events()
    interactivity: _Interactivity = _Interactivity(is_enabled=False)
    allowed_ip_address_ranges: list[str] = []
    org_deploy_enabled: bool = False
    socket_mode_enabled: bool = False
    token_rotation_enabled: bool = False
    is_hosted: bool = False
    hermes_app_type: str = ""
    function_runtime: str = ""


class _ManifestFile(_Strict):
    display_information: _Display
    features: _Features = _Features()
    oauth_config: _OAuthConfig = _OAuthConfig()
    settings: _Settings = _Settings()
    metadata: dict[str, Any] = Field(default={}, alias="_metadata")
    outgoing_domains: list[str] = []
    functions: dict[str, Any] = {}
    workflows: dict[str, Any] = {}


def load_manifest(path: Path) -> AppManifest:
    """Return the app manifest in a YAML (or JSON) file. Raises BadFile."""
    try:
        content = YAML(typ="safe", pure=True).load(_read(path))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise BadFile(f"{path}{place}: this is not YAML: {error.problem}.") from None
    except YAMLError as error:
        raise BadFile(f"{path}: this is not YAML: {error}.") from None
    return manifest_from(content, str(path))


def manifest_from(content: object, name: str = "the manifest") -> AppManifest:
    """Return an app manifest from decoded YAML. Raises BadFile."""
    file = _validated(_ManifestFile, content, name)
    features, settings = file.features, file.settings
    scopes = frozenset((*file.oauth_config.scopes.bot, *file.oauth_config.scopes.bot_optional))
    events = frozenset(settings.event_subscriptions.bot_events)
    _mind_scopes(name, file, scopes, events)
    _mind_duplicates(name, "command", [one.command for one in features.slash_commands])
    _mind_duplicates(name, "shortcut", [one.callback_id for one in features.shortcuts])
    display = file.display_information.name
    return AppManifest(
        name=display,
        bot_display_name=features.bot_user.display_name if features.bot_user else display,
        scopes=scopes,
        commands=tuple(
            SlashCommand(one.command, one.description, one.usage_hint, one.should_escape)
            for one in features.slash_commands
        ),
        shortcuts=tuple(
            Shortcut(one.name, one.callback_id, one.type, one.description)
            for one in features.shortcuts
        ),
        events=events,
        is_interactive=settings.interactivity.is_enabled,
        home_tab=features.app_home.home_tab_enabled,
        messages_tab=features.app_home.messages_tab_enabled,
        messages_tab_read_only=features.app_home.messages_tab_read_only_enabled,
        socket_mode=settings.socket_mode_enabled,
    )


def _mind_scopes(
    name: str, file: _ManifestFile, scopes: frozenset[str], events: frozenset[str]
) -> None:
    if scopes and file.features.bot_user is None:
        raise BadFile(f"{name}: bot scopes need features.bot_user.")
    if (file.features.slash_commands or file.features.shortcuts) and "commands" not in scopes:
        raise BadFile(f"{name}: slash commands and shortcuts need the bot scope commands.")
    for event in sorted(events):
        needed = EVENT_SCOPES.get(event, ())
        if needed and not scopes & set(needed):
            raise BadFile(f"{name}: the event {event} needs the bot scope {' or '.join(needed)}.")


# ---- both --------------------------------------------------------------------------------------


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFile(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path}: this is not UTF-8 text.") from None


def _validated(model: type[Model], content: object, name: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        where = f"{name}: {place}" if place else name
        raise BadFile(f"{where}: {first['msg']}.") from None
