"""The workspace: everything a local Slack remembers, all of it in memory.

Reads never wait and never change anything, so a page may call them freely; writes keep Slack's
invariants (unique rising timestamps, threads, membership) and publish a Change. What a person does
goes through `sandbox.people`, what the app does through `sandbox.api`.
"""

import itertools
import secrets
import string
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import takewhile

from sandbox.model import SLACKBOT, Change, Channel, File, Json, Message, Team, User, View
from sandbox.state.changes import Changes, Subscription
from sandbox.state.manifest import AppManifest
from sandbox.state.views import ViewStore

Clock = Callable[[], float]
EventSink = Callable[[Json, Channel | None], None]

_ID_ALPHABET = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """The one app installed in this workspace, and the secrets it must present."""

    manifest: AppManifest
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str = "sandbox-verification-token"  # noqa: S105 (no secret: Slack's legacy field)
    app_id: str = "A0SANDBOX"
    bot_id: str = "B0SANDBOX"
    bot_user_id: str = "U0BOT"


class Workspace:
    """One team's people, channels, messages and views.

    `clock` returns Unix seconds; every expiry (triggers, response URLs) is judged by it.
    """

    def __init__(
        self,
        team: Team,
        users: Iterable[User],
        channels: Iterable[Channel],
        app: InstalledApp,
        clock: Clock,
    ) -> None:
        self.team = team
        self.app = app
        self.clock = clock
        self.users: dict[str, User] = {user.id: user for user in users}
        self.users.setdefault(SLACKBOT, User(SLACKBOT, "slackbot", "Slackbot", "", is_bot=True))
        self.users[app.bot_user_id] = _bot_user(app)
        self.channels: dict[str, Channel] = {channel.id: channel for channel in channels}
        self.files: dict[str, File] = {}
        self.changes = Changes()
        self.views = ViewStore(self)
        self._event_sinks: list[EventSink] = []
        self._last_micros = 0
        self._ids = itertools.count(1)

    # ---- reads -------------------------------------------------------------------------------

    def people(self) -> list[User]:
        """Return the humans one can be, by display name."""
        humans = (user for user in self.users.values() if not user.is_bot and not user.deleted)
        return sorted(humans, key=lambda user: user.real_name.casefold())

    def channels_of(self, user_id: str) -> list[Channel]:
        """Return the channels the person is a member of (by name), then their direct messages."""
        mine = [channel for channel in self.channels.values() if user_id in channel.members]
        return sorted(mine, key=lambda channel: (channel.is_im, channel.name))

    def sees(self, channel: Channel, user_id: str) -> bool:
        """Whether the person may read the channel: a member, or any non-guest if it is public."""
        if user_id in channel.members:
            return True
        user = self.users.get(user_id)
        is_open = not (channel.is_private or channel.is_im)
        return is_open and user is not None and not user.is_guest

    def channel_seen_by(self, user_id: str, channel_id: str) -> Channel | None:
        """Return a channel, or None when it does not exist or this person may not see it."""
        channel = self.channels.get(channel_id)
        return channel if channel is not None and self.sees(channel, user_id) else None

    def timeline(self, channel_id: str, viewer_id: str) -> list[Message]:
        """Return the channel as this person sees it, oldest first, without thread replies.

        Ephemerals are included only for the person they were sent to. Empty when the channel does
        not exist or the person may not see it.
        """
        channel = self.channel_seen_by(viewer_id, channel_id)
        if channel is None:
            return []
        shown = [m for m in channel.messages.values() if _stands_in_timeline(m, viewer_id)]
        own = [m for m in channel.ephemerals.values() if _stands_in_timeline(m, viewer_id)]
        return sorted(shown + own, key=lambda message: message.ts) if own else shown

    def news(self, channel_id: str, viewer_id: str, after: str) -> list[Message]:
        """Return what of a timeline is newer than a ts, without walking through the rest."""
        channel = self.channel_seen_by(viewer_id, channel_id)
        if channel is None:
            return []
        found: list[Message] = []
        for kept in (channel.messages, channel.ephemerals):
            newest_first = takewhile(lambda one: one.ts > after, reversed(kept.values()))
            found += [one for one in newest_first if _stands_in_timeline(one, viewer_id)]
        return sorted(found, key=lambda message: message.ts)

    def replies(self, channel_id: str, thread_ts: str, viewer_id: str) -> list[Message]:
        """Return a thread, its parent first; with the viewer's ephemerals in it."""
        channel = self.channel_seen_by(viewer_id, channel_id)
        if channel is None:
            return []
        parent = channel.messages.get(thread_ts)
        stored = [m for m in channel.messages.values() if m.is_reply and m.thread_ts == thread_ts]
        own = [
            m
            for m in channel.ephemerals.values()
            if m.ephemeral_to == viewer_id and m.thread_ts == thread_ts
        ]
        below = sorted(stored + own, key=lambda message: message.ts)
        return [parent, *below] if parent is not None else below

    def message(self, channel_id: str, ts: str) -> Message | None:
        """Return a message or an ephemeral by its place, or None."""
        channel = self.channels.get(channel_id)
        if channel is None:
            return None
        return channel.messages.get(ts) or channel.ephemerals.get(ts)

    def view_stack(self, user_id: str) -> list[View]:
        """Return the person's open modals, the bottom one first (at most three)."""
        return self.views.stack(user_id)

    def home_view(self, user_id: str) -> View | None:
        """Return what the app last published as this person's Home, or None."""
        return self.views.home(user_id)

    def file(self, file_id: str) -> File | None:
        """Return an uploaded file; its bytes are in `content`."""
        return self.files.get(file_id)

    def user_named(self, name: str) -> User | None:
        """Return the person with this handle (without @), or None."""
        wanted = name.casefold()
        return next((u for u in self.users.values() if u.name.casefold() == wanted), None)

    def channel_named(self, name: str) -> Channel | None:
        """Return the channel with this name (without #), or None."""
        wanted = name.casefold()
        found = (c for c in self.channels.values() if not c.is_im and c.name.casefold() == wanted)
        return next(found, None)

    def direct_message(self, user_id: str, other_id: str) -> Channel | None:
        """Return the direct message between two people, if it was opened."""
        pair = sorted({user_id, other_id})
        found = (c for c in self.channels.values() if c.is_im and sorted(set(c.members)) == pair)
        return next(found, None)

    def subscribe(self, user_id: str) -> AbstractContextManager[Subscription]:
        """Listen to what changes on this person's screen (see sandbox.state.changes)."""
        return self.changes.subscribe(user_id)

    # ---- writes ------------------------------------------------------------------------------

    def next_ts(self) -> str:
        """Return a new message timestamp, later than every one before it."""
        micros = max(int(self.clock() * 1_000_000), self._last_micros + 1)
        self._last_micros = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """Return a fresh Slack-like id such as V0AB12CD34E."""
        tail = "".join(secrets.choice(_ID_ALPHABET) for _ in range(4))
        return f"{prefix}0{next(self._ids):06d}{tail}"

    def post(self, message: Message) -> Message:
        """Store a message in its channel (and its thread) and tell everybody who sees it."""
        channel = self.channels[message.channel_id]
        channel.messages[message.ts] = message
        if message.is_reply and (parent := channel.messages.get(message.thread_ts or "")):
            parent.thread_ts = parent.ts
            parent.replies.append(message.ts)
            self._changed("message_changed", channel, parent)
        self._changed("message", channel, message)
        return message

    def post_ephemeral(self, message: Message) -> Message:
        """Show a message to `message.ephemeral_to` only; it never enters the history."""
        self.channels[message.channel_id].ephemerals[message.ts] = message
        self.ephemeral_changed(message)
        return message

    def message_changed(self, message: Message) -> None:
        """Tell everybody who sees a message that it is different now."""
        if message.ephemeral_to is not None:
            self.ephemeral_changed(message)
            return
        self._changed("message_changed", self.channels[message.channel_id], message)

    def delete(self, message: Message) -> None:
        """Remove a message or an ephemeral; replies below a deleted parent stay."""
        channel = self.channels[message.channel_id]
        if message.ephemeral_to is not None:
            channel.ephemerals.pop(message.ts, None)
            self.ephemeral_changed(message)
            return
        channel.messages.pop(message.ts, None)
        parent = channel.messages.get(message.thread_ts or "") if message.is_reply else None
        if parent is not None and message.ts in parent.replies:
            parent.replies.remove(message.ts)
        self._changed("message_deleted", channel, message)

    def toggle_reaction(self, message: Message, user_id: str, name: str) -> bool:
        """Add or take away somebody's reaction; returns whether it is there now."""
        users = message.reactions.setdefault(name, [])
        added = user_id not in users
        if added:
            users.append(user_id)
        else:
            users.remove(user_id)
        if not users:
            del message.reactions[name]
        channel = self.channels[message.channel_id]
        self._changed("reaction", channel, message)
        event: Json = {
            "type": "reaction_added" if added else "reaction_removed",
            "user": user_id,
            "reaction": name,
            "item": {"type": "message", "channel": channel.id, "ts": message.ts},
            "item_user": message.user,
            "event_ts": self.next_ts(),
        }
        self.emit(event, channel)
        return added

    def open_direct_message(self, user_id: str, other_id: str) -> Channel:
        """Return the direct message between two people, creating it when needed."""
        found = self.direct_message(user_id, other_id)
        if found is not None:
            return found
        members = list(dict.fromkeys((user_id, other_id)))
        channel = Channel(
            id=self.new_id("D"),
            name="",
            members=members,
            is_im=True,
            is_private=True,
            created=int(self.clock()),
        )
        self.channels[channel.id] = channel
        self.publish("channels", channel.id, audience=members)
        return channel

    def add_member(self, channel: Channel, user_id: str, inviter: str | None = None) -> None:
        """Put a person (or the bot) into a channel; an event follows."""
        if user_id in channel.members:
            return
        channel.members.append(user_id)
        self._membership(channel, user_id, "member_joined_channel", inviter)

    def remove_member(self, channel: Channel, user_id: str) -> None:
        """Take a person out of a channel; an event follows."""
        if user_id not in channel.members:
            return
        self._membership(channel, user_id, "member_left_channel", None)
        channel.members.remove(user_id)

    # ---- what follows from a write -------------------------------------------------------------

    def on_event(self, sink: EventSink) -> None:
        """Hand every workspace event (Slack's inner event, and its channel) to `sink`."""
        self._event_sinks.append(sink)

    def emit(self, event: Json, channel: Channel | None = None) -> None:
        """Let the app hear of something, if its manifest subscribes to it."""
        for sink in self._event_sinks:
            sink(event, channel)

    def publish(
        self,
        kind: str,
        channel_id: str | None = None,
        ts: str | None = None,
        thread_ts: str | None = None,
        audience: Iterable[str] | None = None,
    ) -> None:
        """Publish one Change (see sandbox.model.Change)."""
        people = None if audience is None else frozenset(audience)
        self.changes.publish(Change(kind, channel_id, ts, thread_ts, people))

    def ephemeral_changed(self, message: Message) -> None:
        """Tell the one person who sees an ephemeral that it came, changed or went."""
        audience = [message.ephemeral_to] if message.ephemeral_to else []
        self.publish("ephemeral", message.channel_id, message.ts, message.thread_ts, audience)

    def _changed(self, kind: str, channel: Channel, message: Message) -> None:
        self.publish(kind, channel.id, message.ts, message.thread_ts, self._audience(channel))

    def _audience(self, channel: Channel) -> Iterable[str] | None:
        return channel.members if channel.is_private or channel.is_im else None

    def _membership(
        self, channel: Channel, user_id: str, event_type: str, inviter: str | None
    ) -> None:
        event: Json = {
            "type": event_type,
            "user": user_id,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": self.team.id,
            "event_ts": self.next_ts(),
        }
        if inviter is not None:
            event["inviter"] = inviter
        self.publish("channels", channel.id, audience=[*channel.members, user_id])
        self.emit(event, channel)


def _stands_in_timeline(message: Message, viewer_id: str) -> bool:
    if message.ephemeral_to is not None:
        return message.ephemeral_to == viewer_id and message.thread_ts is None
    return not message.is_reply or message.reply_broadcast


def _bot_user(app: InstalledApp) -> User:
    name = app.manifest.bot_display_name
    handle = name.casefold().replace(" ", "-")
    return User(app.bot_user_id, handle, name, "", is_bot=True, bot_id=app.bot_id)
