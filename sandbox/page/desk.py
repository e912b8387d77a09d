"""One request's view of the workspace: who asks, what they may see, and the pages made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request

from sandbox.model import Channel, Json, Message, User, View
from sandbox.page import screen
from sandbox.page.reader import Reader
from sandbox.page.render import Surface, render, render_blocks
from sandbox.page.unread import ReadMarks
from sandbox.people.acts import Container
from sandbox.people.interactions import Interactions
from sandbox.state.api_shapes import file_to_api
from sandbox.state.workspace import Workspace

SHOWN_AT_MOST = 200
"""Messages of a conversation on one screen: the latest."""


@dataclass(frozen=True, slots=True)
class Place:
    """A surface that a request acts on: its blocks, its state and where it stands."""

    shown: Message | View
    surface: Surface
    container: Container


@dataclass(frozen=True, slots=True)
class Desk:
    """The workspace as one person sees it during one request."""

    workspace: Workspace
    interactions: Interactions
    marks: ReadMarks
    user_id: str

    @property
    def reader(self) -> Reader:
        """Return the person's eyes, now."""
        return screen.reader_for(self.workspace, self.user_id)

    def channel(self, channel_id: str) -> Channel:
        """Return a channel the person may see; 404 otherwise."""
        channel = self.workspace.channel_seen_by(self.user_id, channel_id)
        if channel is None:
            raise HTTPException(404, f"There is no conversation {channel_id} that you can see.")
        return channel

    def message(self, channel_id: str, ts: str) -> Message:
        """Return a message the person may see; 404 otherwise."""
        self.channel(channel_id)
        message = self.workspace.message(channel_id, ts)
        if message is None or message.ephemeral_to not in (None, self.user_id):
            raise HTTPException(404, "That message is not there any more.")
        return message

    def view(self, view_id: str) -> View:
        """Return one of the person's own views; 404 otherwise."""
        views = [*self.workspace.view_stack(self.user_id), self.workspace.home_view(self.user_id)]
        found = next((view for view in views if view is not None and view.id == view_id), None)
        if found is None:
            raise HTTPException(404, "That view is not open any more.")
        return found

    def file_objects(self, file_ids: Sequence[str]) -> list[Json]:
        """Return the person's own files as Slack describes them; 404 for anybody else's."""
        files = [self.workspace.file(file_id) for file_id in file_ids]
        own = [file for file in files if file is not None and file.user == self.user_id]
        if len(own) < len(files):
            raise HTTPException(404, "There is no such file of yours.")
        base_url = self.interactions.tickets.base_url
        return [file_to_api(file, base_url, self.workspace.team) for file in own]

    def place(self, request: Request) -> Place:
        """Return the surface that the request's path names."""
        params = request.path_params
        if "view" in params:
            view = self.view(params["view"])
            surface = screen.view_surface(view, self.reader)
            return Place(view, surface, Container.of_view(view.id))
        message = self.message(params["channel"], params["ts"])
        surface = screen.message_surface(message, self.reader)
        return Place(message, surface, Container.of_message(message.channel_id, message.ts))

    def first_channel(self) -> Channel:
        """Return where the person starts: the general channel, else the first one they see."""
        mine = self.workspace.channels_of(self.user_id)
        open_ones = [c for c in self.workspace.channels.values() if c not in mine and not c.is_im]
        for channel in sorted(mine, key=lambda c: (c.is_im, not c.is_general)) + open_ones:
            if self.workspace.sees(channel, self.user_id):
                return channel
        own = self.interactions.open_direct_message(self.user_id, self.user_id)
        return self.workspace.channels[own]

    # ---- parts of the page ---------------------------------------------------------------------

    def page(self, channel: Channel, tab: str, thread_ts: str | None) -> Markup:
        """Return the whole page of a conversation."""
        self.marks.mark(self.user_id, channel)
        bot = self.workspace.app.bot_user_id
        home_first = self.workspace.app.manifest.home_tab and tab != "messages"
        is_app = channel.is_im and bot in channel.members
        return render(
            "channel.html",
            **self._common(channel),
            **self._head(channel),
            **self._timeline(channel),
            **self._home(),
            **self._modals(),
            title=channel.name
            or screen.face_of(self.workspace, channel.peer_of(self.user_id)).name,
            is_app=is_app,
            tab="home" if is_app and home_first else "messages",
            thread_ts=thread_ts,
            thread_rows=self._thread_rows(channel, thread_ts) if thread_ts else (),
            people=[screen.face_of(self.workspace, one.id) for one in self._mentionable()],
            global_shortcuts=screen.global_shortcuts(self.workspace),
        )

    def sidebar(self, channel: Channel | None) -> Markup:
        """Return the sidebar's inside."""
        return render("sidebar.html", **self._common(channel))

    def head(self, channel: Channel) -> Markup:
        """Return the inside of a conversation's header."""
        return render("head.html", **self._common(channel), **self._head(channel))

    def timeline(self, channel: Channel) -> Markup:
        """Return a conversation's messages, and count them as read."""
        self.marks.mark(self.user_id, channel)
        return render("timeline.html", **self._common(channel), **self._timeline(channel))

    def thread(self, channel: Channel, ts: str) -> Markup:
        """Return a thread's messages."""
        common = self._common(channel) | self._timeline(channel)
        common |= {"rows": self._thread_rows(channel, ts), "in_thread": True, "earlier": 0}
        return render("timeline.html", **common)

    def home(self) -> Markup:
        """Return the app's Home, as published for this person."""
        return render("home.html", **self._common(None), **self._home())

    def modals(self) -> Markup:
        """Return the modal on top of the person's stack, or nothing."""
        return render("modals.html", reader=self.reader, **self._modals())

    def _common(self, channel: Channel | None) -> dict[str, object]:
        return {
            "reader": self.reader,
            "channel": channel,
            "manifest": self.workspace.app.manifest,
            "side": screen.sidebar(self.workspace, self.marks, self.user_id, channel),
        }

    def _head(self, channel: Channel) -> dict[str, object]:
        peer = screen.face_of(self.workspace, channel.peer_of(self.user_id))
        return {
            "channel_name": peer.name if channel.is_im else channel.name,
            "members": sorted(
                (screen.face_of(self.workspace, member) for member in channel.members),
                key=lambda face: face.name.casefold(),
            ),
            "is_member": self.user_id in channel.members,
        }

    def _timeline(self, channel: Channel) -> dict[str, object]:
        messages = self.workspace.timeline(channel.id, self.user_id)
        return {
            "earlier": max(0, len(messages) - SHOWN_AT_MOST),
            "rows": screen.rows(self.workspace, messages[-SHOWN_AT_MOST:], self.reader),
            "shortcuts": screen.message_shortcuts(self.workspace),
        }

    def _thread_rows(self, channel: Channel, ts: str) -> list[screen.Row]:
        messages = self.workspace.replies(channel.id, ts, self.user_id)
        return screen.rows(self.workspace, messages, self.reader, in_thread=True)

    def _home(self) -> dict[str, object]:
        view = self.workspace.home_view(self.user_id)
        return {"view": view, "view_body": self._body(view) if view else ""}

    def _modals(self) -> dict[str, object]:
        stack = self.workspace.view_stack(self.user_id)
        top = stack[-1] if stack else None
        return {"modal": top, "modal_body": self._body(top) if top else "", "depth": len(stack)}

    def _body(self, view: View) -> Markup:
        reader = self.reader
        return render_blocks(view.blocks, reader, screen.view_surface(view, reader))

    def _mentionable(self) -> list[User]:
        users = self.workspace.users.values()
        known = [user for user in users if not user.deleted]
        return sorted(known, key=lambda user: user.real_name.casefold())
