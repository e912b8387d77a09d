"""Reading an app manifest (YAML): main sections refuse unknown keys, as Slack's do.

Source: docs.slack.dev/reference/app-manifest.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sandbox.model import Json
from sandbox.startup.strict_files import BadFile, Strict, mind_duplicates, read, validated
from sandbox.state.manifest import EVENT_SCOPES, AppManifest, Shortcut, SlashCommand, may_receive


class _Display(Strict):
    name: str = Field(min_length=1, max_length=35)
    description: str = Field(default="", max_length=140)
    long_description: str = Field(default="", max_length=4000)
    background_color: str = ""


class _AppHome(Strict):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = True
    messages_tab_read_only_enabled: bool = True


class _BotUser(Strict):
    display_name: str = Field(min_length=1, max_length=80)
    always_online: bool = False


class _SlashCommandFile(Strict):
    command: str = Field(pattern=r"^/[a-z0-9_-]{1,31}$")
    description: str = Field(min_length=1, max_length=2000)
    url: str = ""
    usage_hint: str = Field(default="", max_length=1000)
    should_escape: bool = False


class _ShortcutFile(Strict):
    name: str = Field(min_length=1, max_length=24)
    callback_id: str = Field(min_length=1, max_length=255)
    type: Literal["global", "message"]
    description: str = Field(min_length=1, max_length=150)


class _Features(Strict):
    app_home: _AppHome = _AppHome()
    bot_user: _BotUser | None = None
    shortcuts: list[_ShortcutFile] = Field(default=[], max_length=10)
    slash_commands: list[_SlashCommandFile] = Field(default=[], max_length=50)
    unfurl_domains: list[str] = Field(default=[])
    assistant_view: dict[str, Any] | None = None


class _Scopes(Strict):
    bot: list[str] = Field(default=[])
    user: list[str] = Field(default=[])
    bot_optional: list[str] = Field(default=[])
    user_optional: list[str] = Field(default=[])


class _OAuthConfig(Strict):
    scopes: _Scopes = _Scopes()
    redirect_urls: list[str] = Field(default=[])
    token_management_enabled: bool = False
    pkce_enabled: bool = False


class _Events(Strict):
    bot_events: list[str] = Field(default=[])
    user_events: list[str] = Field(default=[])
    request_url: str = ""
    metadata_subscriptions: list[dict[str, Any]] = Field(default=[])


class _Interactivity(Strict):
    is_enabled: bool
    request_url: str = ""
    message_menu_options_url: str = ""


class _Settings(Strict):
    event_subscriptions: _Events = _Events()
    interactivity: _Interactivity = _Interactivity(is_enabled=False)
    allowed_ip_address_ranges: list[str] = Field(default=[])
    org_deploy_enabled: bool = False
    socket_mode_enabled: bool = False
    token_rotation_enabled: bool = False
    is_hosted: bool = False
    hermes_app_type: str = ""
    function_runtime: str = ""


class _ManifestFile(Strict):
    display_information: _Display
    features: _Features = _Features()
    oauth_config: _OAuthConfig = _OAuthConfig()
    settings: _Settings = _Settings()
    metadata: dict[str, Any] = Field(default={}, alias="_metadata")
    outgoing_domains: list[str] = Field(default=[])
    functions: dict[str, Any] = Field(default={})
    workflows: dict[str, Any] = Field(default={})


def load_manifest(path: Path | None) -> AppManifest:
    """Return the app manifest in a YAML (or JSON) file, or a default one. Raises BadFile."""
    if path is None:
        return manifest_from(DEFAULT_MANIFEST, "the default manifest")
    try:
        content = YAML(typ="safe", pure=True).load(read(path))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise BadFile(f"{path}{place}: this is not YAML: {error.problem}.") from None
    except YAMLError as error:
        raise BadFile(f"{path}: this is not YAML: {error}.") from None
    return manifest_from(content, str(path))


def manifest_from(content: object, name: str = "the manifest") -> AppManifest:
    """Return an app manifest from decoded YAML. Raises BadFile."""
    file = validated(_ManifestFile, content, name)
    features, settings = file.features, file.settings
    scopes = frozenset((*file.oauth_config.scopes.bot, *file.oauth_config.scopes.bot_optional))
    events = frozenset(settings.event_subscriptions.bot_events)
    _mind_scopes(name, file, scopes, events)
    mind_duplicates(name, "command", [one.command for one in features.slash_commands])
    mind_duplicates(name, "shortcut", [one.callback_id for one in features.shortcuts])
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
        if not may_receive(event, scopes):
            needed = " or ".join(EVENT_SCOPES[event])
            raise BadFile(f"{name}: the event {event} needs the bot scope {needed}.")


# What an app may do whose manifest nobody gave: everything the sandbox knows, and no command.
DEFAULT_MANIFEST: Json = {
    "display_information": {"name": "Sandbox app"},
    "features": {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "sandbox-app"},
        "slash_commands": [{"command": "/echo", "description": "Say it again"}],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "channels:history",
                "channels:read",
                "chat:write",
                "commands",
                "files:write",
                "im:history",
                "im:read",
                "im:write",
                "users:read",
                "users:read.email",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": ["app_home_opened", "app_mention", "message.channels", "message.im"]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}
