"""What the owner of an outcome used for it: for the owner, and for the one who reviews it.

What others used for it is told to nobody. Keys are free text: with a figure for everybody, whoever
has an outcome could give it a key of somebody else's usage, and read what that came to.
"""

from sqlmodel import Session

from bot.flows.me import freshness_of, price_basis_of
from messages.pages.outcomes import OutcomeUsage
from policies.outcomes import Outcome, local_day_of
from policies.people import Team
from storage import attribution, rollups


def own_usage_of(session: Session, outcome: Outcome) -> OutcomeUsage:
    """The owner's. For the owner, and for the private form of a review, whose opening is audited."""
    used = attribution.usage_of_person(session, outcome.owner_id, outcome.id)
    sources = rollups.usage_sources(session, [outcome.owner_id]) if used.tokens else []
    return OutcomeUsage(
        tokens=used.tokens,
        cost_list=used.cost_list,
        tokens_unpriced=used.tokens_unpriced,
        price_basis=price_basis_of(sources),
        sources=freshness_of(sources),
    )


def is_used_by_others(session: Session, outcome: Outcome) -> bool:
    """Whether anybody but the owner used something for it."""
    return attribution.is_used_beside(session, outcome.id, outcome.owner_id)


def is_retro(session: Session, outcome: Outcome, team: Team) -> bool:
    """Whether the outcome was declared after more than half of what its owner used for it."""
    owner_id, declared_on = outcome.owner_id, local_day_of(outcome.declared_at, team.zone)
    before = attribution.tokens_before(session, owner_id, outcome.id, declared_on)
    return 2 * before > attribution.tokens_of_person(session, owner_id, outcome.id)
