"""What a person can do in Slack, one verb each; the page and the control API call nothing else.

Every verb waits for the app's acknowledgement as Slack does (three seconds) and returns a
`Result`. A failure is also put where the person would read it in Slack: a Slackbot line only they
see for commands, `Result.notice` for everything else.
"""

from sandbox.block_kit import element_state
from sandbox.block_kit.element_state import BadChoice
from sandbox.errors import SlackError
from sandbox.model import Channel, Json, Message, User, View
from sandbox.people import mentions
from sandbox.people.acts import Changed, Choice, Container, Result, failed
from sandbox.people.submission import TROUBLE, BadAck, settle
from sandbox.people.surfaces import Surfaces
from sandbox.state import posting
from sandbox.state.api_shapes import view_to_api
from sandbox.state.tickets import Tickets
from sandbox.state.workspace import Workspace
from sandbox.transport import payloads
from sandbox.transport.delivery import Ack, DeliveryError, Transport

_WORDS = ("text", "blocks", "attachments")


class Interactions:
    """The verbs of one workspace's people."""

    def __init__(self, workspace: Workspace, transport: Transport, tickets: Tickets) -> None:
        self.workspace = workspace
        self.tickets = tickets
        self.surfaces = Surfaces(workspace)
        self._transport = transport

    # ---- commands, messages, channels ----------------------------------------------------------

    async def run_command(self, user_id: str, channel_id: str, text: str) -> Result:
        """Run a slash command as typed, e.g. `/outcome done O-12 @ana`.

        Mentions (`@name`, `#channel`) are escaped when the manifest says should_escape. An unknown
        command is answered by Slackbot, privately.
        """
        try:
            user, channel = self.surfaces.writable(user_id, channel_id)
        except SlackError as error:
            return failed(error.code)
        name, _, rest = text.strip().partition(" ")
        manifest = self.workspace.app.manifest
        declared = manifest.command(name) if "commands" in manifest.scopes else None
        if declared is None:
            return self._command_failed(
                user, channel, "invalid_command", f"{name} is not a valid command."
            )
        rest = rest.strip()
        if declared.should_escape:
            rest = mentions.escape_command(self.workspace, rest)
        ticket = self._ticket(user_id, channel_id, "commands")
        payload = payloads.command(self.workspace, user, channel, name, rest, ticket)
        return await self._send_command(user, channel, name, payload)

    async def post_message(
        self, user_id: str, channel_id: str, text: str, thread_ts: str | None = None
    ) -> Result:
        """Say something in a channel or thread; `@name` and `#channel` become mentions.

        Returns once stored; events to the app (message.*, app_mention) follow on their own.
        """
        try:
            _, channel = self.surfaces.writable(user_id, channel_id)
            self._mind_messages_tab(channel)
            if not text.strip():
                raise SlackError("no_text")
            if thread_ts is not None and thread_ts not in channel.messages:
                raise SlackError("message_not_found")
        except SlackError as error:
            return failed(error.code)
        message = Message(
            ts=self.workspace.next_ts(),
            channel_id=channel_id,
            user=user_id,
            text=mentions.escape_message(self.workspace, text.strip()),
            thread_ts=thread_ts,
        )
        return Result(ok=True, message=posting.publish(self.workspace, message))

    async def react(self, user_id: str, channel_id: str, ts: str, name: str) -> Result:
        """Toggle a reaction on a message."""
        message = self.workspace.message(channel_id, ts)
        if message is None or message.ephemeral_to is not None:
            return failed("message_not_found")
        self.workspace.toggle_reaction(message, user_id, name)
        return Result(ok=True, message=message)

    async def join(self, user_id: str, channel_id: str) -> Result:
        """Join a public channel."""
        channel = self.workspace.channel_seen_by(user_id, channel_id)
        if channel is None:
            return failed("channel_not_found")
        self.workspace.add_member(channel, user_id)
        return Result(ok=True)

    async def leave(self, user_id: str, channel_id: str) -> Result:
        """Leave a channel."""
        channel = self.workspace.channels.get(channel_id)
        if channel is None or channel.is_im:
            return failed("channel_not_found")
        self.workspace.remove_member(channel, user_id)
        return Result(ok=True)

    async def invite(self, user_id: str, channel_id: str, invited_id: str) -> Result:
        """Bring a person or the app into a channel one is in."""
        try:
            _, channel = self.surfaces.writable(user_id, channel_id)
        except SlackError as error:
            return failed(error.code)
        if invited_id not in self.workspace.users:
            return failed("user_not_found")
        self.workspace.add_member(channel, invited_id, inviter=user_id)
        return Result(ok=True)

    def dismiss(self, user_id: str, channel_id: str, ts: str) -> None:
        """Dismiss an ephemeral ("Only visible to you")."""
        message = self.workspace.message(channel_id, ts)
        if message is not None and message.ephemeral_to == user_id:
            self.workspace.delete(message)

    def open_direct_message(self, user_id: str, other_id: str) -> str:
        """Open (or find) the direct message with a person or the app; returns its channel id."""
        return self.workspace.open_direct_message(user_id, other_id).id

    # ---- elements ------------------------------------------------------------------------------

    async def click(
        self,
        user_id: str,
        container: Container,
        block_id: str,
        action_id: str,
        value: Choice = None,
        state_values: Changed | None = None,
    ) -> Result:
        """Press a button or pick in a select, overflow, date picker, checkboxes ...

        `value` is what was picked (buttons need none; an overflow or select: the option's value).
        `state_values` are other changes on the same surface not sent yet. An element of an input
        block without dispatch_action only remembers the choice. An element with a confirm dialog
        is assumed to be confirmed: the page asks before it calls.
        """
        try:
            user, surface = self.surfaces.find(user_id, container)
            self.surfaces.enter(user_id, surface, container, state_values or {})
            block, element = element_state.find(surface.blocks, block_id, action_id)
            action = self.surfaces.act(user_id, surface, container, element, block_id, value)
        except SlackError as error:
            return failed(error.code)
        except BadChoice as error:
            return failed("invalid_choice", notice=str(error))
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Result(ok=True, view=self.surfaces.top(user_id))
        return await self._send_action(user, surface, action)

    def enter(self, user_id: str, container: Container, state_values: Changed) -> None:
        """Remember what the person typed or chose without telling the app.

        Raises SlackError when the surface is gone, BadChoice when it cannot hold the choice.
        """
        _, surface = self.surfaces.find(user_id, container)
        self.surfaces.enter(user_id, surface, container, state_values)

    async def options(
        self, user_id: str, container: Container, block_id: str, action_id: str, query: str
    ) -> list[Json]:
        """Ask the app for an external select's options (option objects, or option groups).

        Empty when the app did not answer, or the query is shorter than min_query_length (3).
        """
        try:
            user, surface = self.surfaces.find(user_id, container)
            _, element = element_state.find(surface.blocks, block_id, action_id)
        except (SlackError, BadChoice):
            return []
        if len(query) < element.get("min_query_length", 3):
            return []
        payload = payloads.block_suggestion(
            self.workspace, user, surface, block_id, action_id, query
        )
        try:
            ack = await self._deliver(payload)
        except DeliveryError:
            return []
        answer = ack.payload or {}
        found: list[Json] = [*answer.get("options", ()), *answer.get("option_groups", ())][:100]
        flat = [one for entry in found for one in entry.get("options", [entry])]
        self.surfaces.offer(user_id, container, block_id, action_id, flat)
        return found

    # ---- modals, Home, shortcuts ---------------------------------------------------------------

    async def submit_view(
        self, user_id: str, view_id: str, state_values: Changed | None = None
    ) -> Result:
        """Submit a modal. `errors` carry both missing required inputs and the app's own refusals."""
        container = Container.of_view(view_id)
        view = self.surfaces.top(user_id)
        if view is None or view.id != view_id or view.submit is None:
            return failed("view_not_found")
        try:
            user, _ = self.surfaces.find(user_id, container)
            self.surfaces.enter(user_id, view, container, state_values or {})
        except BadChoice as error:
            return failed("invalid_choice", notice=str(error))
        missing = element_state.problems(view.blocks, view.entered)
        if missing:
            self.workspace.views.note_errors(view, missing)
            return Result(ok=False, error="invalid_input", errors=missing, view=view)
        return await self._send_submission(user, view)

    async def close_view(self, user_id: str, view_id: str, clear: bool = False) -> Result:
        """Close a modal (its Close button), or the whole stack with `clear` (its X)."""
        view = next((v for v in self.workspace.view_stack(user_id) if v.id == view_id), None)
        if view is None:
            return failed("view_not_found")
        user = self.workspace.users[user_id]
        is_cleared = clear or view.clear_on_close
        if is_cleared:
            closed = self.workspace.views.clear(user_id)
        else:
            self.workspace.views.remove(view)
            closed = [view]
        result = Result(ok=True, view=self.surfaces.top(user_id))
        for one in closed:
            if one.notify_on_close:
                payload = payloads.view_closed(self.workspace, user, one, is_cleared=is_cleared)
                result = await self._send(user_id, payload)
        return result

    async def open_home(self, user_id: str, tab: str = "home") -> Result:
        """Open the app's Home (or Messages) tab; app_home_opened follows. `view` is the Home."""
        if user_id not in self.workspace.users:
            return failed("user_not_found")
        app = self.workspace.app
        channel = self.workspace.open_direct_message(user_id, app.bot_user_id)
        home = self.workspace.home_view(user_id)
        event: Json = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self.workspace.next_ts(),
        }
        if home is not None and tab == "home":
            event["view"] = view_to_api(self.workspace, home)
        if tab != "home" or app.manifest.home_tab:
            self.workspace.emit(event)
        return Result(ok=True, view=home)

    async def run_shortcut(
        self,
        user_id: str,
        callback_id: str,
        channel_id: str | None = None,
        ts: str | None = None,
    ) -> Result:
        """Run a declared shortcut; a message shortcut needs the message's channel and ts."""
        app = self.workspace.app
        declared = app.manifest.shortcut(callback_id)
        if declared is None or "commands" not in app.manifest.scopes:
            return failed("unknown_shortcut")
        try:
            user = self.surfaces.person(user_id)
            if declared.type == "global":
                trigger_id = self.tickets.trigger(user_id)
                payload = payloads.global_shortcut(self.workspace, user, callback_id, trigger_id)
            else:
                payload = self._message_shortcut(user, callback_id, channel_id, ts)
        except SlackError as error:
            return failed(error.code)
        return await self._send(user_id, payload)

    # ---- how -----------------------------------------------------------------------------------

    def _mind_messages_tab(self, channel: Channel) -> None:
        app = self.workspace.app
        is_app = channel.is_im and app.bot_user_id in channel.members
        if is_app and (app.manifest.messages_tab_read_only or not app.manifest.messages_tab):
            raise SlackError("messages_tab_disabled")

    def _ticket(self, user_id: str, channel_id: str, kind: str, ts: str | None = None) -> Json:
        return {
            "trigger_id": self.tickets.trigger(user_id),
            "response_url": self.tickets.response_url(user_id, channel_id, kind, ts),
        }

    def _message_shortcut(
        self, user: User, callback_id: str, channel_id: str | None, ts: str | None
    ) -> Json:
        message = self.surfaces.message(user.id, channel_id, ts)
        if message.ephemeral_to is not None:
            raise SlackError("message_not_found")
        ticket = self._ticket(user.id, message.channel_id, "actions", message.ts)
        return payloads.message_shortcut(self.workspace, user, callback_id, message, ticket)

    async def _send_command(self, user: User, channel: Channel, name: str, payload: Json) -> Result:
        ms = None
        try:
            ack = await self._transport.deliver("slash_commands", payload)
            ms = ack.ms
            said = None
            if ack.payload is not None and any(ack.payload.get(key) for key in _WORDS):
                said = posting.answer(self.workspace, user.id, channel.id, ack.payload)
        except (DeliveryError, SlackError) as error:
            ms = error.ms if isinstance(error, DeliveryError) else ms
            line = f'{name} failed with the error "{error.code}".'
            return self._command_failed(user, channel, error.code, line, ms)
        return Result(ok=True, ack_ms=ms, message=said)

    def _command_failed(
        self, user: User, channel: Channel, code: str, line: str, ms: float | None = None
    ) -> Result:
        said = posting.slackbot_says(self.workspace, channel.id, user.id, line)
        return Result(ok=False, ack_ms=ms, error=code, notice=line, message=said)

    async def _send_action(self, user: User, surface: Message | View, action: Json) -> Result:
        if isinstance(surface, Message):
            ticket = self._ticket(user.id, surface.channel_id, "actions", surface.ts)
        else:
            ticket = {"trigger_id": self.tickets.trigger(user.id)}
        payload = payloads.block_actions(self.workspace, user, surface, action, ticket)
        return await self._send(user.id, payload)

    async def _send_submission(self, user: User, view: View) -> Result:
        trigger_id = self.tickets.trigger(user.id)
        urls = self._response_urls(user.id, view)
        payload = payloads.view_submission(self.workspace, user, view, trigger_id, urls)
        try:
            ack = await self._deliver(payload)
            errors = settle(self.workspace, view, ack.payload)
        except DeliveryError as error:
            return failed(error.code, error.ms, TROUBLE)
        except BadAck as error:
            return failed(error.code, notice=TROUBLE)
        return Result(ok=not errors, ack_ms=ack.ms, errors=errors, view=self.surfaces.top(user.id))

    def _response_urls(self, user_id: str, view: View) -> list[Json]:
        urls: list[Json] = []
        for block_id, action_id, channel_id in element_state.answerable(view.blocks, view.entered):
            url = self.tickets.response_url(user_id, channel_id, "app")
            place = {"block_id": block_id, "action_id": action_id, "channel_id": channel_id}
            urls.append({**place, "response_url": url})
        return urls

    async def _send(self, user_id: str, payload: Json) -> Result:
        try:
            ack = await self._deliver(payload)
        except DeliveryError as error:
            return failed(error.code, error.ms)
        return Result(ok=True, ack_ms=ack.ms, view=self.surfaces.top(user_id))

    async def _deliver(self, payload: Json) -> Ack:
        if not self.workspace.app.manifest.is_interactive:
            raise DeliveryError("not_interactive")
        return await self._transport.deliver("interactive", payload)
