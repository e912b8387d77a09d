"""Messages and views as one person acts on them: finding them, keeping what was entered."""

from sandbox.block_kit import element_state
from sandbox.errors import SlackError
from sandbox.model import Channel, Entered, Json, Message, User, View
from sandbox.people.acts import Changed, Choice, Container
from sandbox.state.workspace import Workspace


class Surfaces:
    """Finds what a person may touch, and remembers their choices on it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._offered: dict[tuple[str, Container], dict[tuple[str, str], list[Json]]] = {}

    def person(self, user_id: str) -> User:
        """Return a human, or raise user_not_found."""
        user = self.workspace.users.get(user_id)
        if user is None or user.is_bot:
            raise SlackError("user_not_found")
        return user

    def writable(self, user_id: str, channel_id: str) -> tuple[User, Channel]:
        """Return a person and a channel they may write in.

        Raises SlackError: user_not_found, channel_not_found, is_archived, not_in_channel.
        """
        user = self.person(user_id)
        channel = self.workspace.channel_seen_by(user_id, channel_id)
        if channel is None:
            raise SlackError("channel_not_found")
        if channel.is_archived:
            raise SlackError("is_archived")
        if user_id not in channel.members:
            raise SlackError("not_in_channel")
        return user, channel

    def find(self, user_id: str, container: Container) -> tuple[User, Message | View]:
        """Return a person and the message or view they act on.

        Raises SlackError: user_not_found, view_not_found, message_not_found.
        """
        user = self.person(user_id)
        if container.view_id is None:
            return user, self.message(user_id, container.channel_id, container.ts)
        view = self.workspace.views.find(container.view_id)
        if view is None or view.user_id != user_id:
            raise SlackError("view_not_found")
        return user, view

    def message(self, user_id: str, channel_id: str | None, ts: str | None) -> Message:
        """Return a message this person sees, or raise message_not_found."""
        message = self.workspace.message(channel_id or "", ts or "")
        if message is None or not self._sees(user_id, message):
            raise SlackError("message_not_found")
        return message

    def top(self, user_id: str) -> View | None:
        """Return the modal on top of the person's stack."""
        stack = self.workspace.view_stack(user_id)
        return stack[-1] if stack else None

    def enter(
        self, user_id: str, surface: Message | View, container: Container, changed: Changed
    ) -> Entered:
        """Remember choices; return all that was entered on the surface. Raises BadChoice."""
        entered = surface.entered if isinstance(surface, View) else surface.entered.get(user_id, {})
        if not changed:
            return entered
        offered = self._offered.get((user_id, container), {})
        entered = element_state.apply(surface.blocks, entered, changed, offered)
        if isinstance(surface, View):
            surface.entered = entered
            surface.errors = {k: v for k, v in surface.errors.items() if k not in changed}
        else:
            surface.entered[user_id] = entered
        return entered

    def act(
        self,
        user_id: str,
        surface: Message | View,
        container: Container,
        element: Json,
        block_id: str,
        value: Choice,
    ) -> Json:
        """Return the action that picking or pressing an element makes. Raises BadChoice."""
        action_id = element["action_id"]
        action: Json = {
            "type": element["type"],
            "action_id": action_id,
            "block_id": block_id,
            "action_ts": self.workspace.next_ts(),
        }
        if element["type"] not in element_state.FIELDS:
            return {**action, **element_state.pressed(element, value)}
        entered = self.enter(user_id, surface, container, {block_id: {action_id: value}})
        return {**action, **element_state.choice_of(element, entered[block_id][action_id])}

    def offer(
        self, user_id: str, container: Container, block_id: str, action_id: str, options: list[Json]
    ) -> None:
        """Remember which options an external select was given, so that they can be chosen."""
        here = self._offered.setdefault((user_id, container), {})
        here.setdefault((block_id, action_id), []).extend(options)

    def _sees(self, user_id: str, message: Message) -> bool:
        if message.ephemeral_to is not None:
            return message.ephemeral_to == user_id
        return self.workspace.sees(self.workspace.channels[message.channel_id], user_id)
