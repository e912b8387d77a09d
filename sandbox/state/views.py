"""Modals and Home: each person's stack of at most three views, and what the app published."""

import copy
from typing import TYPE_CHECKING

from sandbox.block_kit import element_state
from sandbox.block_kit.messages import with_ids
from sandbox.block_kit.views import check_view
from sandbox.errors import SlackError
from sandbox.model import Json, View

if TYPE_CHECKING:
    from sandbox.state.workspace import Workspace

MAX_STACK = 3


class ViewStore:
    """Holds every open view; ids live on across updates, hashes do not."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    # ---- reads -------------------------------------------------------------------------------

    def stack(self, user_id: str) -> list[View]:
        """Return the person's open modals, the bottom one first."""
        return list(self._stacks.get(user_id, ()))

    def home(self, user_id: str) -> View | None:
        """Return the person's published Home, or None."""
        return self._homes.get(user_id)

    def find(self, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """Return an open modal or a Home by its id or its external id."""
        for stack in (*self._stacks.values(), list(self._homes.values())):
            for view in stack:
                if view.id == view_id or (external_id and view.external_id == external_id):
                    return view
        return None

    # ---- what the app does -------------------------------------------------------------------

    def open(self, user_id: str, content: Json) -> View:
        """Open a modal as the bottom of a new stack; what was open is replaced."""
        view = self._new(user_id, content, "modal")
        self._stacks[user_id] = [view]
        self._changed(user_id, "views")
        return view

    def push(self, user_id: str, content: Json) -> View:
        """Put a modal on top of the person's stack (push_limit_reached beyond three)."""
        stack = self._stacks.get(user_id) or []
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MAX_STACK:
            raise SlackError("push_limit_reached")
        view = self._new(user_id, content, "modal")
        view.root_view_id, view.previous_view_id = stack[0].root_view_id, stack[-1].id
        stack.append(view)
        self._changed(user_id, "views")
        return view

    def update(self, view: View, content: Json, given_hash: str | None = None) -> View:
        """Replace what an open view shows; a stale hash is a hash_conflict."""
        if given_hash is not None and given_hash != view.hash:
            raise SlackError("hash_conflict")
        fresh = self._new(view.user_id, content, view.type, replacing=view)
        for name in _KEPT_BY_UPDATE:
            setattr(fresh, name, getattr(view, name))
        fresh.entered = element_state.keep(fresh.blocks, view.entered)
        self._put_in_place(view, fresh)
        self._changed(view.user_id, "home" if view.type == "home" else "views")
        return fresh

    def publish(self, user_id: str, content: Json, given_hash: str | None = None) -> View:
        """Set the person's Home; a stale hash is a hash_conflict."""
        current = self._homes.get(user_id)
        if current is not None:
            return self.update(current, content, given_hash)
        view = self._new(user_id, content, "home")
        self._homes[user_id] = view
        self._changed(user_id, "home")
        return view

    # ---- what a person does ------------------------------------------------------------------

    def remove(self, view: View) -> None:
        """Close one modal; the one below shows again."""
        stack = self._stacks.get(view.user_id, [])
        if view in stack:
            stack.remove(view)
            self._changed(view.user_id, "views")

    def clear(self, user_id: str) -> list[View]:
        """Close the whole stack; returns what was open, the top one first."""
        closed = list(reversed(self._stacks.pop(user_id, [])))
        self._changed(user_id, "views")
        return closed

    def note_errors(self, view: View, errors: dict[str, str]) -> None:
        """Show the app's complaints under the inputs they are about."""
        view.errors = errors
        self._changed(view.user_id, "views")

    # ---- how ---------------------------------------------------------------------------------

    def _new(self, user_id: str, content: Json, kind: str, replacing: View | None = None) -> View:
        check_view(content, kind)
        external_id = content.get("external_id", "")
        holder = self.find(external_id=external_id) if external_id else None
        if holder is not None and holder is not replacing:
            raise SlackError("duplicate_external_id")
        view_id = self._workspace.new_id("V")
        fields = {name: content[name] for name in _COPIED if name in content}
        blocks = with_ids(copy.deepcopy(content["blocks"]))
        return View(
            id=view_id,
            type="home" if kind == "home" else "modal",
            user_id=user_id,
            blocks=blocks,
            hash=self._hash(),
            root_view_id=view_id,
            **fields,
        )

    def _hash(self) -> str:
        return f"{self._workspace.next_ts().replace('.', '')}.{self._workspace.new_id('h')}"

    def _put_in_place(self, old: View, new: View) -> None:
        if old.type == "home":
            self._homes[old.user_id] = new
            return
        stack = self._stacks.get(old.user_id, [])
        if old not in stack:
            raise SlackError("not_found")
        stack[stack.index(old)] = new

    def _changed(self, user_id: str, kind: str) -> None:
        self._workspace.publish(kind, audience=[user_id])


_COPIED = (
    "title",
    "submit",
    "close",
    "private_metadata",
    "callback_id",
    "external_id",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
)
_KEPT_BY_UPDATE = ("id", "root_view_id", "previous_view_id")
