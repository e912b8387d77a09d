"""Living through the plan: teams set up, outcomes declared, claimed, verified and settled by the real flows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.organisation import DemoMember, DemoTeam, Organisation
from bot.demo.plan import DURABLE_AFTER, REWORKED_FOR, PlannedOutcome
from bot.flows import outcomes as outcome_flows
from bot.flows import reviews as review_flows
from bot.flows.people import Introduction, Speaker, recognise
from policies.outcomes import OutcomeState
from policies.people import SlackIdentity
from storage import audit
from storage.database import Database
from storage.people import TeamDraft, save_team

Speakers = Mapping[DemoMember, Speaker]
REVERTED_AFTER = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that happened to a planned outcome, at its own time."""

    at: datetime
    do: Callable[[], None]


def seed_people(database: Database, organisation: Organisation, now: datetime) -> Speakers:
    """Introduce everybody and set up the teams with their leads."""
    for team in organisation.teams:
        people = {
            member: _introduce(database, organisation, team, member) for member in team.members
        }
        draft = TeamDraft(team.name, organisation.workspace.id, team.channel_id, team.time_zone)
        leads = [people[member].person.id for member in team.members if member.lead]
        with database.writing() as session:
            members = [one.person.id for one in people.values()]
            saved = save_team(session, draft, leads, members, now)
            audit.record(session, leads[0], "team.saved", saved.name, {"members": len(people)}, now)
    return {
        member: _introduce(database, organisation, team, member)
        for team, member in organisation.people()
    }


def seed_outcomes(
    database: Database, speakers: Speakers, plan: Sequence[PlannedOutcome], now: datetime
) -> int:
    """Play every step of the plan up to `now`, in the order of time; returns how many outcomes there are."""
    lives = [_Life(database, speakers, planned) for planned in plan]
    declared = sorted(
        (life for life in lives if life.planned.declared_at <= now),
        key=lambda life: life.planned.declared_at,
    )
    for life in declared:
        life.declare()
    steps = sorted(
        (step for life in declared for step in life.steps() if step.at <= now),
        key=lambda step: step.at,
    )
    for step in steps:
        step.do()
    return len(declared)


class _Life:
    """One planned outcome as it is lived."""

    def __init__(self, database: Database, speakers: Speakers, planned: PlannedOutcome) -> None:
        self.database = database
        self.planned = planned
        self.owner = speakers[planned.owner]
        self.verifier = speakers[planned.verifier]
        self.id = 0

    def declare(self) -> None:
        page = outcome_flows.declare(
            self.database, self.planned.declared_at, self.owner, self.planned.draft
        )
        self.id = page.outcome.id

    def steps(self) -> Iterator[_Step]:
        """What follows the declaration, by the outcome's fate."""
        plan = self.planned
        if plan.fate is OutcomeState.DROPPED:
            yield _Step(plan.claimed_at, self._drop)
            return
        yield _Step(plan.claimed_at, lambda: self._claim(plan.claimed_at))
        yield from self._rework()
        if plan.fate is OutcomeState.REJECTED:
            yield _Step(plan.verified_at, lambda: self._reject(plan.verified_at))
            return
        yield _Step(plan.verified_at, self._verify)
        if plan.fate is OutcomeState.REVERTED:
            at = plan.verified_at + REVERTED_AFTER
            yield _Step(at, lambda: self._revert(at))
        if plan.fate is OutcomeState.DURABLE:
            at = plan.verified_at + DURABLE_AFTER
            yield _Step(at, lambda: self._endure(at))

    def _rework(self) -> Iterator[_Step]:
        """Sent back once, and claimed again, where the plan has it."""
        at = self.planned.sent_back_at
        if at is not None:
            yield _Step(at, lambda: self._reject(at))
            yield _Step(at + REWORKED_FOR, lambda: self._claim(at + REWORKED_FOR))

    def _claim(self, at: datetime) -> None:
        outcome_flows.claim(self.database, at, self.owner, self.id, self.planned.evidence_url)

    def _drop(self) -> None:
        at = self.planned.claimed_at
        outcome_flows.drop(self.database, at, self.owner, self.id, "no longer needed")

    def _verify(self) -> None:
        plan = self.planned
        review_flows.verify(self.database, plan.verified_at, self.verifier, self.id, plan.review)

    def _reject(self, at: datetime) -> None:
        reason = "the link does not show it working"
        review_flows.reject(self.database, at, self.verifier, self.id, reason)

    def _revert(self, at: datetime) -> None:
        outcome_flows.revert(self.database, at, self.owner, self.id, "it broke the nightly run")

    def _endure(self, at: datetime) -> None:
        outcome_flows.settle_durable(self.database, at, DURABLE_AFTER.days)


def _introduce(
    database: Database, organisation: Organisation, team: DemoTeam, member: DemoMember
) -> Speaker:
    introduction = Introduction(
        identity=SlackIdentity("", organisation.workspace.id, member.user_id),
        name=member.name,
        email=organisation.email_of(member),
        time_zone=team.time_zone,
    )
    return recognise(database, introduction, team.channel_id)
