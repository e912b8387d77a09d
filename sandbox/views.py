"""Modals and Home: each person's stack of at most three views, and what the app published."""

from typing import TYPE_CHECKING

from sandbox.model import View

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

MAX_STACK = 3


class ViewStore:
    """Holds every open view; ids live on across updates, hashes do not."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user_id: str) -> list[View]:
        """Return the person's open modals, the bottom one first."""
        return list(self._stacks.get(user_id, ()))

    def home(self, user_id: str) -> View | None:
        """Return the person's published Home, or None."""
        return self._homes.get(user_id)
