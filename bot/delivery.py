"""The one place that posts unasked: claim with a lease, compose, post, confirm.

A request whose answer was lost may have been posted. Such a claim, like one whose holder died, is
looked up in the channel, or in its thread, by the delivery's id before anything is posted again; where
the app may not read the channel's history, the team's leads are asked instead.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.delivery_kinds import Kind
from bot.flows import notices
from bot.flows.posts import NotYet, Post
from bot.logs import places_of
from bot.posting import Poster, PostFailed, Trouble
from bot.slack import Installation
from bot.workers import Workers
from storage import deliveries, people
from storage.database import Database
from storage.deliveries import Claim

log = structlog.get_logger()

T = TypeVar("T")

LEASE = timedelta(minutes=3)
LAST_SECONDS = timedelta(seconds=15)
"""Of a lease: nothing is posted in them, because somebody else may take the claim right after."""
SHORTLY = timedelta(seconds=5)
POLL_SECONDS = 5.0
AT_ONCE = 4
MOST_ATTEMPTS = 50
PATIENCE = timedelta(days=2)
"""What failed this often is tried for this long all the same: an outage delays and loses nothing."""
NOT_FOUND = "not_found_in_channel"

RedrawHome = Callable[[str], Awaitable[None]]
"""Draws the Home of the person with this Slack id anew."""


async def nobody_has_one(_user_id: str) -> None:
    """Until the listeners are wired, there is no Home to redraw."""


@dataclass(slots=True)
class Delivery:
    """The delivery loop of one process."""

    clock: Clock
    database: Database
    workers: Workers
    installation: Installation
    poster: Poster
    kinds: dict[str, Kind]
    redraw_home: RedrawHome = nobody_has_one
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Look for something to post now rather than at the next poll."""
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Post what is due until told to stop; a post under way is finished first."""
        while not stopping.is_set():
            try:
                await self.deliver_due(stopping)
            except Exception as error:  # noqa: BLE001 - the loop outlives a fault
                log.error("delivery_fault", fault=type(error).__name__, at=places_of(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
            self._woken.clear()

    async def deliver_due(self, stopping: asyncio.Event | None = None) -> None:
        """Reconcile stale claims, then post everything that is due now."""
        if self.installation.is_revoked:
            return
        for stale in await self.workers.run(self._stale):
            await self._reconcile_stale(stale)
        first = await self.workers.run(self._claim_one)
        if first is not None:
            others = (self._drain(stopping) for _ in range(AT_ONCE - 1))
            await asyncio.gather(self._drain(stopping, first), *others)

    async def _drain(self, stopping: asyncio.Event | None, claim: Claim | None = None) -> None:
        """Post one claim after the other until nothing is due; a claim at hand is always posted."""
        while claim is not None or not (stopping and stopping.is_set()):
            claim = claim or await self.workers.run(self._claim_one)
            if claim is None:
                return
            await self._deliver(claim)
            claim = None

    async def _deliver(self, claim: Claim) -> None:
        kind = self.kinds.get(claim.kind)
        if kind is None:
            await self._abandon(claim, "unknown_kind")
            return
        if kind.grace is not None and self.clock.now() > claim.first_due_at + kind.grace:
            await self._abandon(claim, "too_late")
            return
        try:
            post = await self._composed(claim, kind)
        except NotYet:
            await self._release(claim, "not_yet", SHORTLY)
            return
        except PostFailed as failure:
            await self._try_later(failure, claim)
            return
        if post is None:
            await self._drop(claim)
            return
        try:
            posted = await self._found_after_all(claim, post) or await self._posted(claim, post)
        except PostFailed as failure:
            await self._after(failure, claim, kind, post)
            return
        await self._confirm(claim, *posted)
        await self._let_home_follow(claim)

    async def _let_home_follow(self, claim: Claim) -> None:
        """What a person is told of has changed their Home as well; it is no loss where that fails."""
        try:
            user_id = await self.workers.run(self._slack_user_of, claim)
            if user_id is not None:
                await self.redraw_home(user_id)
        except Exception as fault:  # noqa: BLE001 - the message stands, whatever becomes of the Home
            self._log_fault(claim, fault)

    async def _found_after_all(self, claim: Claim, post: Post) -> tuple[str, str] | None:
        """A message that was looked for in vain at the last try: Slack may have carried it out late."""
        if claim.error != NOT_FOUND:
            return None
        try:
            return await self._whatever_fails(claim, self.poster.find(claim, post))
        except PostFailed as failure:
            raise PostFailed(NOT_FOUND, Trouble.TEMPORARY, failure.retry_after) from failure

    async def _posted(self, claim: Claim, post: Post) -> tuple[str, str]:
        """(channel id, ts) of the message, posted while nobody else may take the claim."""
        left = claim.lease_until - LAST_SECONDS - self.clock.now()
        if left <= timedelta():
            raise PostFailed("too_slow", Trouble.TEMPORARY)
        try:
            async with asyncio.timeout(left.total_seconds()):
                return await self._whatever_fails(claim, self.poster.post(claim, post))
        except TimeoutError as error:
            raise PostFailed("answer_lost", Trouble.UNSURE) from error

    async def _composed(self, claim: Claim, kind: Kind) -> Post | None:
        """What is to be posted; NotYet, and PostFailed for a fault that nobody foresaw."""
        try:
            return await self.workers.run(kind.compose, self.database, claim)
        except NotYet:
            raise
        except Exception as fault:
            self._log_fault(claim, fault)
            raise PostFailed("fault", Trouble.TEMPORARY) from fault

    async def _whatever_fails(self, claim: Claim, talk: Awaitable[T]) -> T:
        """Talk to Slack; a fault that nobody foresaw may have come after the message was posted."""
        try:
            return await talk
        except PostFailed:
            raise
        except Exception as fault:
            self._log_fault(claim, fault)
            raise PostFailed("fault", Trouble.UNSURE) from fault

    async def _after(self, failure: PostFailed, claim: Claim, kind: Kind, post: Post) -> None:
        match failure.trouble:
            case Trouble.PERMANENT:
                await self._abandon(claim, failure.error)
            case Trouble.UNSURE if post.replaces_ts is None:
                await self._reconcile(claim, kind, post)
            case _:
                await self._try_later(failure, claim)

    async def _try_later(self, failure: PostFailed, claim: Claim) -> None:
        """Give the claim back for another attempt, or give up after the last."""
        if self._is_hopeless(claim):
            await self._abandon(claim, failure.error)
        else:
            await self._release(claim, failure.error, failure.retry_after or _backoff(claim))

    async def _reconcile_stale(self, stale: Claim) -> None:
        claim = await self.workers.run(self._take_over, stale)
        if claim is None:
            return
        kind = self.kinds.get(claim.kind)
        try:
            post = await self._composed(claim, kind) if kind else None
        except NotYet:
            await self._release(claim, "not_yet", SHORTLY)
            return
        except PostFailed as failure:
            await self._keep_unsure(claim, failure)
            return
        if kind is None or post is None:
            await self._release(claim, "stale", timedelta())
            return
        await self._reconcile(claim, kind, post)

    async def _reconcile(self, claim: Claim, kind: Kind, post: Post) -> None:
        """Find out from the channel whether a claim's message stands there already."""
        try:
            found = await self._whatever_fails(claim, self.poster.find(claim, post))
        except PostFailed as failure:
            if failure.trouble is not Trouble.PERMANENT:
                await self._keep_unsure(claim, failure)
            elif kind.leads_told:
                await self._abandon(claim, "unsure")
            else:
                await self._release(claim, failure.error, SHORTLY)
            return
        if found is None:
            await self._try_later(PostFailed(NOT_FOUND, Trouble.TEMPORARY), claim)
            return
        log.info("delivery_found", kind=claim.kind, delivery=claim.id)
        await self._confirm(claim, *found)

    async def _keep_unsure(self, claim: Claim, failure: PostFailed) -> None:
        """Leave the claim to run out: it is reconciled again then, and never posted blindly."""
        log.warning("delivery_unsure", kind=claim.kind, delivery=claim.id, error=failure.error)
        if self._is_hopeless(claim):
            await self._abandon(claim, "unsure")

    def _is_hopeless(self, claim: Claim) -> bool:
        """Whether it was tried often and for long enough to give up."""
        kind = self.kinds.get(claim.kind)
        patience = (kind and kind.grace) or PATIENCE
        return claim.attempt >= MOST_ATTEMPTS and self.clock.now() >= claim.first_due_at + patience

    async def _confirm(self, claim: Claim, channel_id: str, ts: str) -> None:
        """Note that it stands there and, in the same transaction, what is to follow in its thread."""
        now, kind = self.clock.now(), self.kinds.get(claim.kind)
        replies = kind.replies if kind else ()

        def confirm() -> None:
            with self.database.writing() as session:
                if deliveries.confirm(session, claim, channel_id, ts, now):
                    for one in replies:
                        follows = (one, claim.audience, claim.period, claim.subject)
                        deliveries.enqueue(session, *follows, now)

        await self.workers.run(confirm)
        log.info("delivered", kind=claim.kind, delivery=claim.id, attempt=claim.attempt)

    async def _drop(self, claim: Claim) -> None:
        """There is nothing to post any more: what it was about is settled."""
        now = self.clock.now()

        def drop() -> None:
            with self.database.writing() as session:
                deliveries.abandon(session, claim, "nothing_to_say", now)

        await self.workers.run(drop)

    async def _release(self, claim: Claim, error: str, wait: timedelta) -> None:
        retry_at = self.clock.now() + wait

        def release() -> None:
            with self.database.writing() as session:
                deliveries.release(session, claim, retry_at, error)

        await self.workers.run(release)
        log.info("delivery_postponed", kind=claim.kind, delivery=claim.id, error=error)

    async def _abandon(self, claim: Claim, error: str) -> None:
        """Give up, with one line for the operator, and tell the leads of what is theirs to know."""
        now, kind = self.clock.now(), self.kinds.get(claim.kind)
        leads_told = kind is not None and kind.leads_told

        def abandon() -> None:
            with self.database.writing() as session:
                if deliveries.abandon(session, claim, error, now) and leads_told:
                    notices.enqueue_notices(session, claim, now)

        await self.workers.run(abandon)
        log.error(
            "delivery_abandoned",
            kind=claim.kind,
            delivery=claim.id,
            audience=claim.audience,
            period=claim.period,
            error=error,
        )
        self.wake()

    def _log_fault(self, claim: Claim, fault: Exception) -> None:
        log.error(
            "delivery_fault",
            kind=claim.kind,
            delivery=claim.id,
            fault=type(fault).__name__,
            at=places_of(fault),
        )

    def _slack_user_of(self, claim: Claim) -> str | None:
        """The one person whom a delivery is for; None where it is for a channel."""
        kind, _, number = claim.audience.partition(":")
        if kind != "person":
            return None
        with self.database.reading() as session:
            person = people.person_of(session, int(number))
        return person.slack.user_id if person and person.slack else None

    def _claim_one(self) -> Claim | None:
        now = self.clock.now()
        with self.database.writing() as session:
            return next(iter(deliveries.claim_due(session, now, LEASE, limit=1)), None)

    def _stale(self) -> list[Claim]:
        with self.database.reading() as session:
            return deliveries.stale_claims(session, self.clock.now())

    def _take_over(self, claim: Claim) -> Claim | None:
        with self.database.writing() as session:
            return deliveries.take_over(session, claim, self.clock.now(), LEASE)


def _backoff(claim: Claim) -> timedelta:
    """5 s, 10 s, 20 s … up to ten minutes."""
    doublings: int = min(claim.attempt - 1, 8)
    return min(SHORTLY * (1 << doublings), timedelta(minutes=10))
