"""What every listener is given, and what a request looks like once its sender is known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from slack_bolt.context.async_context import AsyncBoltContext

from bot.clock import Clock
from bot.flows.digest_terms import DigestTermsNow
from bot.flows.gathering import Gathering
from bot.flows.people import Introduction, Speaker
from bot.listeners.replies import Address, Replies
from bot.rulebook import Rulebook
from bot.slack import Directory, Installation, Profile
from bot.under_way import UnderWay
from bot.workers import Workers
from messages.pages.base import Commands
from policies.privacy import GroupRule
from policies.trials import HOLDOUT
from storage.database import Database

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edge:
    """The parts of the program that listeners use; wiring makes the one there is."""

    clock: Clock
    database: Database
    workers: Workers
    directory: Directory
    installation: Installation
    replies: Replies
    commands: Commands
    rule: GroupRule
    wake_delivery: Callable[[], None]
    under_way: UnderWay
    rulebook: Rulebook
    gathering: Callable[[], Gathering]
    digest_terms: DigestTermsNow
    coaching_holdout: float = HOLDOUT
    retention_days: int | None = None

    async def run(
        self, flow: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one flow on the database in the worker pool."""
        return await self.workers.run(flow, self.database, *args, **kwargs)

    async def run_and_post(
        self, flow: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, for a flow that enqueues something to post: it is posted at once."""
        result = await self.run(flow, *args, **kwargs)
        self.wake_delivery()
        return result


@dataclass(frozen=True, slots=True)
class Request:
    """What Slack sent, before anybody knows who it is from. Everything in it is user input."""

    user_id: str
    channel_id: str | None
    response_url: str | None
    trigger_id: str
    body: dict[str, Any]

    @classmethod
    def of(cls, context: AsyncBoltContext, body: dict[str, Any]) -> "Request":
        """Read the parts that commands, buttons, shortcuts and forms have in common."""
        return cls(
            user_id=context.user_id or "",
            channel_id=context.channel_id,
            response_url=context.response_url,
            trigger_id=str(body.get("trigger_id") or ""),
            body=body,
        )

    @property
    def key(self) -> str | None:
        """The same for each repetition of one request: a form by its view, all else by its trigger."""
        if self.body.get("type") == "view_submission":
            view_id = (self.body.get("view") or {}).get("id")
            return f"view:{view_id}" if view_id else None
        return f"trigger:{self.trigger_id}" if self.trigger_id else None

    @property
    def is_from_home(self) -> bool:
        """Whether it was a button of somebody's App Home."""
        return (self.body.get("view") or {}).get("type") == "home"

    @property
    def address(self) -> Address:
        """Where the answer goes."""
        return Address(self.user_id, self.channel_id, self.response_url)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose sender is known and admitted."""

    request: Request
    speaker: Speaker
    now: datetime


def introduction_of(profile: Profile) -> Introduction:
    """A Slack profile as flows take it."""
    return Introduction(
        profile.identity, profile.name, profile.email, profile.time_zone, profile.is_admin
    )
