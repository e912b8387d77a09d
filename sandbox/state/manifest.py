"""The app manifest: what the installed app declared, and so what the workspace will send it."""

from dataclasses import dataclass
from typing import Literal

from sandbox.model import Json

# Event name in the manifest -> scopes of which one is needed to receive it.
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
}


def may_receive(event: str, scopes: frozenset[str]) -> bool:
    """Whether an app of these scopes may receive an event."""
    needed = EVENT_SCOPES.get(event, ())
    return not needed or not scopes.isdisjoint(needed)


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A declared slash command; `command` starts with a slash."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A declared shortcut: "global" (from anywhere) or "message" (on a message)."""

    name: str
    callback_id: str
    type: Literal["global", "message"]
    description: str = ""


@dataclass(frozen=True, slots=True)
class AppManifest:
    """The parts of a manifest that the workspace acts on."""

    name: str
    bot_display_name: str
    scopes: frozenset[str]
    commands: tuple[SlashCommand, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] = frozenset()
    is_interactive: bool = True
    home_tab: bool = True
    messages_tab: bool = True
    messages_tab_read_only: bool = False
    socket_mode: bool = True
    source: Json | None = None

    def command(self, name: str) -> SlashCommand | None:
        """Return the declared command of this name (with its slash), or None."""
        return next((c for c in self.commands if c.command == name), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        """Return the declared shortcut of this callback id, or None."""
        return next((s for s in self.shortcuts if s.callback_id == callback_id), None)
