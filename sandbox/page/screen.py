"""What one person's screen shows, as plain data for the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup

from sandbox.block_kit.element_state import state_values
from sandbox.model import Channel, File, Json, Message, View
from sandbox.page.dates import clock_time, day_name
from sandbox.page.emoji import emoji_for
from sandbox.page.mrkdwn import mrkdwn
from sandbox.page.reader import Reader
from sandbox.page.render import Surface, hue, initials, render_blocks
from sandbox.page.unread import ReadMarks
from sandbox.state.manifest import Shortcut
from sandbox.state.workspace import Workspace

_GROUP_WITHIN = timedelta(minutes=5)
SHOWN_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody as an avatar and a name."""

    id: str
    name: str
    initials: str
    hue: int
    is_app: bool = False
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation in the sidebar."""

    id: str
    name: str
    href: str
    is_current: bool
    unread: int = 0
    is_private: bool = False
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Sidebar:
    """The sidebar of one person."""

    team: str
    me: Face
    people: tuple[Face, ...]
    channels: tuple[Place, ...]
    other_channels: tuple[Place, ...]
    direct: tuple[Place, ...]
    app: Place


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction below a message."""

    name: str
    shown: str
    count: int
    is_mine: bool
    who: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """An uploaded file below a message."""

    id: str
    title: str
    href: str
    is_image: bool
    alt: str
    size: str


@dataclass(frozen=True, slots=True)
class Row:
    """One message of a timeline; `day` is set on the first message of a day."""

    message: Message
    face: Face
    body: Markup
    time: str
    moment: str
    day: str | None
    is_first: bool
    is_ephemeral: bool
    reactions: tuple[Reaction, ...]
    files: tuple[Attachment, ...]
    repliers: tuple[Face, ...]
    last_reply: str


def reader_for(workspace: Workspace, user_id: str) -> Reader:
    """Return the eyes of one person: names they may see, in their own zone, now."""
    user = workspace.users[user_id]
    visible = [c for c in workspace.channels.values() if workspace.sees(c, user_id)]
    base = f"/as/{user_id}"
    return Reader(
        user_id=user_id,
        now=datetime.fromtimestamp(workspace.clock(), tz=UTC),
        zone=_zone(user.tz),
        people={one.id: one.real_name for one in workspace.users.values()},
        channels={c.id: c.name for c in visible if not c.is_im},
        direct={c.id: workspace.users[c.peer_of(user_id)].real_name for c in visible if c.is_im},
        files={
            file.id: f"{base}/files/{file.id}"
            for file in workspace.files.values()
            if may_read(workspace, file, user_id)
        },
        base=base,
    )


def may_read(workspace: Workspace, file: File, user_id: str) -> bool:
    """Whether a person may open a file: its owner, or anybody who sees a channel it is in."""
    shared = (workspace.channels.get(channel_id) for channel_id in file.channels)
    return file.user == user_id or any(c is not None and workspace.sees(c, user_id) for c in shared)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def face_of(workspace: Workspace, user_id: str, username: str | None = None) -> Face:
    """Return how somebody is shown; an unknown id is shown as itself."""
    user = workspace.users.get(user_id)
    name = username or (user.real_name if user else user_id)
    is_app = bool(user and user.is_bot and user.bot_id)
    handle = user.name if user else ""
    return Face(user_id, name, initials(name), hue(user_id), is_app, handle)


def sidebar(
    workspace: Workspace, marks: ReadMarks, user_id: str, current: Channel | None
) -> Sidebar:
    """Return the sidebar: own channels, those one could join, direct messages, the app."""
    bot = workspace.app.bot_user_id
    mine = workspace.channels_of(user_id)
    others = [
        channel
        for channel in workspace.channels.values()
        if user_id not in channel.members and workspace.sees(channel, user_id)
    ]
    app_dm = workspace.direct_message(user_id, bot)

    def place(channel: Channel) -> Place:
        face = face_of(workspace, channel.peer_of(user_id)) if channel.is_im else None
        return Place(
            id=channel.id,
            name=face.name if face else channel.name,
            href=f"/as/{user_id}/{channel.id}",
            is_current=current is not None and channel.id == current.id,
            unread=marks.unread(user_id, channel),
            is_private=channel.is_private,
            face=face,
        )

    app_face = face_of(workspace, bot)
    return Sidebar(
        team=workspace.team.name,
        me=face_of(workspace, user_id),
        people=tuple(face_of(workspace, person.id) for person in workspace.people()),
        channels=tuple(place(channel) for channel in mine if not channel.is_im),
        other_channels=tuple(place(c) for c in sorted(others, key=lambda c: c.name)),
        direct=tuple(place(c) for c in mine if c.is_im and bot not in c.members),
        app=place(app_dm)
        if app_dm
        else Place("", app_face.name, f"/as/{user_id}/app", is_current=False, face=app_face),
    )


def rows(
    workspace: Workspace, messages: Sequence[Message], reader: Reader, *, in_thread: bool = False
) -> list[Row]:
    """Return a timeline's messages, ready to show."""
    out: list[Row] = []
    before: Message | None = None
    for message in messages:
        out.append(_row(workspace, message, before, reader, in_thread=in_thread))
        before = message
    return out


def _row(
    workspace: Workspace,
    message: Message,
    before: Message | None,
    reader: Reader,
    *,
    in_thread: bool,
) -> Row:
    then = reader.local(float(message.ts))
    earlier = reader.local(float(before.ts)) if before else None
    is_new_day = earlier is None or earlier.date() != then.date()
    continues = (
        before is not None
        and earlier is not None
        and not is_new_day
        and (before.user, before.username, before.ephemeral_to, before.bot_id)
        == (message.user, message.username, message.ephemeral_to, message.bot_id)
        and then - earlier < _GROUP_WITHIN
        and not before.has_thread
    )
    replies = (
        [] if in_thread else [workspace.message(message.channel_id, ts) for ts in message.replies]
    )
    known = [reply for reply in replies if reply is not None]
    return Row(
        message=message,
        face=face_of(workspace, message.user, message.username),
        body=_body(message, reader, "t" if in_thread else "m"),
        time=clock_time(then),
        moment=f"{then:%A, %d %B %Y, %H:%M:%S %Z}",
        day=day_name(then, reader.now) if is_new_day and not in_thread else None,
        is_first=not continues,
        is_ephemeral=message.ephemeral_to is not None,
        reactions=_reactions(message, reader),
        files=tuple(_attachment(file, reader) for file in message.files),
        repliers=tuple(face_of(workspace, user) for user in dict.fromkeys(r.user for r in known)),
        last_reply=_last_reply(known, reader),
    )


def _body(message: Message, reader: Reader, prefix: str) -> Markup:
    surface = message_surface(message, reader, prefix)
    if message.blocks:
        body = render_blocks(message.blocks, reader, surface)
    else:
        body = Markup('<div class="text">{}</div>').format(mrkdwn(message.text, reader))
    for attachment in message.attachments:
        body += _legacy_attachment(attachment, reader, surface)
    return body


def _legacy_attachment(attachment: Json, reader: Reader, surface: Surface) -> Markup:
    words = [str(attachment[key]) for key in ("pretext", "title", "text") if attachment.get(key)]
    inner = Markup().join(
        Markup('<div class="text">{}</div>').format(mrkdwn(text, reader)) for text in words
    )
    inner += render_blocks(attachment.get("blocks") or [], reader, surface)
    return Markup('<div class="attachment">{}</div>').format(inner)


def message_surface(message: Message, reader: Reader, prefix: str = "m") -> Surface:
    """Return the surface of a message's elements, for this reader."""
    place = f"message/{message.channel_id}/{message.ts}"
    entered = message.entered.get(reader.user_id, {})
    return Surface(
        key=f"{prefix}-{message.ts}",
        act_url=f"{reader.base}/act/{place}",
        options_url=f"{reader.base}/options/{place}",
        state=state_values(message.blocks, entered),
    )


def view_surface(view: View, reader: Reader) -> Surface:
    """Return the surface of a modal's or Home's elements."""
    return Surface(
        key=view.id,
        act_url=f"{reader.base}/act/view/{view.id}",
        options_url=f"{reader.base}/options/view/{view.id}",
        state=state_values(view.blocks, view.entered),
        errors=view.errors,
    )


def _reactions(message: Message, reader: Reader) -> tuple[Reaction, ...]:
    return tuple(
        Reaction(
            name=name,
            shown=emoji_for(name) or f":{name}:",
            count=len(users),
            is_mine=reader.user_id in users,
            who=", ".join(reader.people.get(user, user) for user in users),
        )
        for name, users in message.reactions.items()
        if users
    )


def _attachment(file: File, reader: Reader) -> Attachment:
    return Attachment(
        id=file.id,
        title=file.title or file.name,
        href=reader.files.get(file.id, f"{reader.base}/files/{file.id}"),
        is_image=file.mimetype in SHOWN_IMAGES,
        alt=file.alt_txt or file.title or file.name,
        size=_size(file.length),
    )


def _size(length: int) -> str:
    return f"{length / 1024:.0f} KB" if length < 1_000_000 else f"{length / 1_048_576:.1f} MB"


def _last_reply(replies: Sequence[Message], reader: Reader) -> str:
    if not replies:
        return ""
    then = reader.local(float(replies[-1].ts))
    return f"{day_name(then, reader.now)} at {clock_time(then)}"


def message_shortcuts(workspace: Workspace) -> tuple[Shortcut, ...]:
    """Return the shortcuts that stand in a message's menu."""
    return tuple(s for s in workspace.app.manifest.shortcuts if s.type == "message")


def global_shortcuts(workspace: Workspace) -> tuple[Shortcut, ...]:
    """Return the shortcuts that can be run from anywhere."""
    return tuple(s for s in workspace.app.manifest.shortcuts if s.type == "global")
