"""What the usage of one outcome came to: for the one who reviews it, and for its owner."""

from collections.abc import Collection

from sqlmodel import Session

from bot.flows.me import freshness_of, price_basis_of
from messages.pages.outcomes import OutcomeUsage
from policies.outcomes import Outcome, local_day_of
from policies.people import Team
from storage import attribution, rollups
from storage.attribution import AttributedUsage


def usage_of(session: Session, outcome: Outcome) -> OutcomeUsage:
    """Everybody's. For the private form of a review alone, whose opening is audited."""
    used = attribution.tokens_of_outcome(session, outcome.id)
    return _as_shown(session, used, attribution.people_behind(session, outcome.id))


def own_usage_of(session: Session, outcome: Outcome) -> OutcomeUsage:
    """The owner's. For the owner alone."""
    used = attribution.usage_of_person(session, outcome.owner_id, outcome.id)
    return _as_shown(session, used, [outcome.owner_id])


def is_retro(session: Session, outcome: Outcome, team: Team) -> bool:
    """Whether the outcome was declared after more than half of its usage."""
    declared_on = local_day_of(outcome.declared_at, team.zone)
    before = attribution.tokens_before(session, outcome.id, declared_on)
    return 2 * before > attribution.tokens_of_outcome(session, outcome.id).tokens


def _as_shown(session: Session, used: AttributedUsage, person_ids: Collection[int]) -> OutcomeUsage:
    sources = rollups.usage_sources(session, person_ids) if used.tokens else []
    return OutcomeUsage(
        tokens=used.tokens,
        cost_list=used.cost_list,
        tokens_unpriced=used.tokens_unpriced,
        price_basis=price_basis_of(sources),
        sources=freshness_of(sources),
    )
