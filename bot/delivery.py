"""The one place that posts unasked: claim with a lease, compose, post, confirm.

A request whose answer was lost may have been posted. Such a claim, like one whose holder died, is
looked up in the channel by the delivery's id before anything is posted again; where the app may not
read the channel's history, the team's leads are asked instead.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.flows import (
    budget_notices,
    budget_sweep,
    coaching,
    digest,
    evidence,
    findings_for_leads,
    notices,
    outcome_steps,
    reviews,
    rule_notices,
    team_findings,
)
from bot.flows.digest_terms import DigestTermsNow
from bot.flows.posts import NotYet, Post
from bot.logs import places_of
from bot.posting import Poster, PostFailed, Trouble
from bot.rulebook import Rulebook
from bot.slack import Installation
from bot.workers import Workers
from storage import deliveries, people
from storage.database import Database
from storage.deliveries import Claim

log = structlog.get_logger()

T = TypeVar("T")

LEASE = timedelta(minutes=3)
SHORTLY = timedelta(seconds=5)
POLL_SECONDS = 5.0
AT_ONCE = 4
MOST_ATTEMPTS = 50

RedrawHome = Callable[[str], Awaitable[None]]
"""Draws the Home of the person with this Slack id anew."""
Compose = Callable[[Database, Claim], Post | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of delivery is composed, and what to do when it may have been posted already.

    `asks_when_unsure` is whether a lead is asked; otherwise it is posted again, because a second
    card is harmless and a missing one is not.
    """

    compose: Compose
    asks_when_unsure: bool = False


def kinds(rulebook: Rulebook, digest_terms: DigestTermsNow) -> dict[str, Kind]:
    """Every kind of delivery there is."""
    return {
        digest.DIGEST: Kind(
            partial(digest.compose_digest, terms_now=digest_terms), asks_when_unsure=True
        ),
        reviews.VERIFICATION: Kind(reviews.compose_verification),
        outcome_steps.VERIFICATION_SETTLED: Kind(reviews.compose_verification_settled),
        outcome_steps.OWNER_NEWS: Kind(outcome_steps.compose_owner_news),
        budget_notices.BUDGET_REQUEST: Kind(budget_notices.compose_request),
        budget_notices.BUDGET_REQUEST_SETTLED: Kind(budget_notices.compose_request_settled),
        budget_notices.BUDGET_DECIDED: Kind(budget_notices.compose_decided),
        budget_notices.BUDGET_GRANT: Kind(budget_notices.compose_grant),
        evidence.REVERT_PROPOSED: Kind(evidence.compose_revert_proposed),
        evidence.REVERT_SETTLED: Kind(evidence.compose_revert_settled),
        budget_sweep.BUDGET_WARNING: Kind(budget_sweep.compose_warning),
        notices.LEAD_NOTICE: Kind(notices.compose_notice),
        coaching.COACHING: Kind(partial(coaching.compose_coaching, rulebook=rulebook)),
        coaching.COACHING_SETTLED: Kind(
            partial(coaching.compose_coaching_settled, rulebook=rulebook)
        ),
        findings_for_leads.FINDING_FOR_LEAD: Kind(
            partial(findings_for_leads.compose_for_lead, rulebook=rulebook)
        ),
        team_findings.TEAM_FINDING: Kind(
            partial(team_findings.compose_team_finding, rulebook=rulebook)
        ),
        rule_notices.RULE_NOTICE: Kind(
            partial(rule_notices.compose_owner_notice, rulebook=rulebook)
        ),
    }


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
            posted = await self._whatever_fails(claim, self.poster.post(claim, post))
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
        if claim.attempt >= MOST_ATTEMPTS:
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
            elif kind.asks_when_unsure:
                await self._abandon(claim, "unsure")
            else:
                await self._release(claim, failure.error, SHORTLY)
            return
        if found is None:
            await self._try_later(PostFailed("not_found_in_channel", Trouble.TEMPORARY), claim)
            return
        log.info("delivery_found", kind=claim.kind, delivery=claim.id)
        await self._confirm(claim, *found)

    async def _keep_unsure(self, claim: Claim, failure: PostFailed) -> None:
        """Leave the claim to run out: it is reconciled again then, and never posted blindly."""
        log.warning("delivery_unsure", kind=claim.kind, delivery=claim.id, error=failure.error)
        if claim.attempt >= MOST_ATTEMPTS:
            await self._abandon(claim, "unsure")

    async def _confirm(self, claim: Claim, channel_id: str, ts: str) -> None:
        now = self.clock.now()

        def confirm() -> None:
            with self.database.writing() as session:
                deliveries.confirm(session, claim, channel_id, ts, now)

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
        """Give up, with one line for the operator, and tell the leads where a digest is concerned."""
        now = self.clock.now()

        def abandon() -> None:
            with self.database.writing() as session:
                if deliveries.abandon(session, claim, error, now) and claim.kind == digest.DIGEST:
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
