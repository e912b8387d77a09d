"""A person's own figures. Only their own listeners call this, and only with their own id."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.flows.linking import unlinked_of
from bot.flows.own_workflows import own_curves
from bot.flows.people import Speaker
from messages.pages.people import Me, ModelTokens, OpenTip, PersonalWeek
from policies.metrics import SourceFreshness
from policies.outcomes import local_day_of
from policies.periods import IsoWeek
from policies.pricing import PriceBook
from policies.rules.findings import FindingState
from policies.rules.ruleset import RuleSet
from policies.usage import CostBasis, TokenCounts, Trust, sum_tokens
from storage import findings, outcomes, rollups
from storage.database import Database
from storage.rollups import PersonDay, UsageSource

WEEKS_SHOWN = 8
OPEN_TIPS = (FindingState.COACHED, FindingState.ACKNOWLEDGED)
"""Of the person, who was told: a finding nobody was told of is no tip yet."""


def my_weeks(
    database: Database, now: datetime, speaker: Speaker, book: PriceBook, rules: RuleSet
) -> Me:
    """The speaker's last weeks, oldest first, their workflows, tips and open outcomes."""
    this_week = IsoWeek.containing(now, speaker.zone)
    with database.reading() as session:
        sources = rollups.usage_sources(session, [speaker.person.id])
        return Me(
            weeks=personal_weeks(session, speaker.person.id, this_week, WEEKS_SHOWN),
            outcomes=tuple(outcomes.open_outcomes_of(session, speaker.person.id)),
            sources=freshness_of(sources),
            today=local_day_of(now, speaker.zone),
            price_basis=price_basis_of(sources),
            unlinked=unlinked_of(session, speaker.person.id, now),
            workflows=own_curves(session, now, speaker.person.id, book),
            tips=_open_tips(session, speaker, rules),
        )


def _open_tips(session: Session, speaker: Speaker, rules: RuleSet) -> tuple[OpenTip, ...]:
    """What the speaker was told and did not settle, of rules that there still are."""
    found = findings.of_person(session, speaker.person.id, OPEN_TIPS)
    return tuple(
        OpenTip(
            one.label,
            rules.judges[one.rule_id].rule.title,
            local_day_of(one.since, speaker.zone),
            is_tried=one.state is FindingState.ACKNOWLEDGED,
        )
        for one in found
        if one.is_told and one.rule_id in rules.judges
    )


def freshness_of(sources: Sequence[UsageSource]) -> tuple[SourceFreshness, ...]:
    """Sources as pages show them."""
    return tuple(SourceFreshness(one.source, Trust(one.trust), one.data_as_of) for one in sources)


def price_basis_of(sources: Sequence[UsageSource]) -> str:
    """Which prices the costs rest on; "" where nothing is priced."""
    bases = {basis for one in sources for basis in one.cost_bases}
    return "list prices of genai-prices" if CostBasis.RATE_CARD in bases else ""


def personal_weeks(
    session: Session, person_id: int, last: IsoWeek, count: int
) -> tuple[PersonalWeek, ...]:
    """Somebody's last weeks, oldest first; the last with its models."""
    weeks = list(last.last(count))
    days = rollups.person_days(session, person_id, weeks[0].monday, last.sunday)
    mix = rollups.model_mix(session, person_id, last.monday, last.sunday)
    models = tuple(ModelTokens(one.model_id, one.tokens) for one in mix)
    return tuple(
        _personal_week(week, [day for day in days if IsoWeek.of(day.day) == week], models)
        if week == last
        else _personal_week(week, [day for day in days if IsoWeek.of(day.day) == week], ())
        for week in weeks
    )


def _personal_week(
    week: IsoWeek, days: Sequence[PersonDay], models: tuple[ModelTokens, ...]
) -> PersonalWeek:
    return PersonalWeek(
        week=week,
        tokens=sum_tokens(day.tokens for day in days) if days else TokenCounts(),
        cost_list=sum((day.cost_list for day in days), PersonalWeek(week).cost_list),
        tokens_unpriced=sum(day.tokens_unpriced for day in days),
        models=models,
    )
