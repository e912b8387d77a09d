"""The facts of people's running weeks: for the pass of the rules, which shows each to the person alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session

from bot.flows.budget_facts import NO_BUDGET, BudgetFacts, budget_facts
from bot.flows.gathering import Gathering
from bot.flows.personal_subjects import person_subject
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.subjects import SubjectFacts
from storage.facts import engineer_weeks
from storage.facts.declared_outcomes import NONE_DECLARED, DeclaredOutcomes, declared_outcomes
from storage.facts.engineer_weeks import NO_WEEK, WeekTokens
from storage.facts.homes import Homes, homes_by_zone
from storage.facts.known import known_as_of
from storage.facts.usage_sums import NO_USAGE, UsageSums, usage_sums
from storage.facts.windows import RunningWeek

KIND: Final = SubjectKind.ENGINEER_WEEK


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of the people of one zone beside the sums of their weeks, by person."""

    declared: Mapping[int, DeclaredOutcomes]
    budgets: Mapping[int, BudgetFacts]

    def facts_of(
        self, person_id: int, usage: UsageSums = NO_USAGE, week: WeekTokens = NO_WEEK
    ) -> dict[str, FactValue]:
        """Every fact of one person's week."""
        return {
            **usage.facts(),
            **_week_facts(usage, week),
            **_outcome_facts(self.declared.get(person_id, NONE_DECLARED)),
            **self.budgets.get(person_id, NO_BUDGET).facts(),
        }


def engineer_week_facts(
    session: Session, as_of: datetime, gathering: Gathering
) -> Iterator[SubjectFacts]:
    """Everybody who used anything, or declared an outcome, in their local week up to the moment."""
    known = known_as_of(session, as_of)
    for homes in list(homes_by_zone(session, gathering.team_ids, gathering.person_ids)):
        yield from _of_zone(session, as_of, gathering, homes, known)


def _of_zone(
    session: Session,
    as_of: datetime,
    gathering: Gathering,
    homes: Homes,
    known: ColumnElement[bool],
) -> Iterator[SubjectFacts]:
    week = RunningWeek.of(as_of, homes.zone)
    declared = declared_outcomes(session, homes, week.starts, as_of)
    beside = Beside(declared, budget_facts(session, as_of, homes, week, known))
    classes = gathering.model_classes
    columns = usage_sums(classes.frontier_ids(), classes.reviewed_ids())
    rest = set(homes.teams) if gathering.person_ids is not None else set(declared)
    for person_id, usage, tokens in engineer_weeks.week_sums(session, homes, week, known, columns):
        rest.discard(person_id)
        subject = person_subject(KIND, person_id, homes.teams[person_id])
        yield SubjectFacts(subject, beside.facts_of(person_id, usage, tokens))
    for person_id in sorted(rest):
        subject = person_subject(KIND, person_id, homes.teams[person_id])
        yield SubjectFacts(subject, beside.facts_of(person_id))


def _week_facts(usage: UsageSums, week: WeekTokens) -> dict[str, FactValue]:
    attributed = usage.tokens - week.loose
    return {
        "week.days_active": week.days,
        "week.unattributed_share": week.loose / usage.tokens if usage.tokens else 0.0,
        "week.declared_first_share": week.declared_first / attributed if attributed else 0.0,
        "week.attributed_known": attributed > 0,
        "sessions.count": week.sessions,
    }


def _outcome_facts(declared: DeclaredOutcomes) -> dict[str, FactValue]:
    return {
        "outcomes.declared": declared.all,
        "outcomes.trivial": declared.trivial,
        "outcomes.retro": declared.retro,
        "outcomes.split": declared.split,
    }
