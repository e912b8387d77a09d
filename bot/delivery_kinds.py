"""Every kind of delivery there is: how it is composed, and what becomes of it when all does not go well."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.flows import (
    budget_notices,
    budget_sweep,
    coaching,
    digest,
    digest_replies,
    evidence,
    findings_for_leads,
    notices,
    outcome_steps,
    practice_cards,
    reviews,
    rule_notices,
    team_findings,
)
from bot.flows.digest_terms import DigestTermsNow
from bot.flows.posts import Post
from bot.rulebook import Rulebook
from policies.practices import Practice
from storage.database import Database
from storage.deliveries import Claim

Compose = Callable[[Database, Claim], Post | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of delivery is composed, and what becomes of it when all does not go well.

    `leads_told`: the team's leads hear of one that could not be posted, and are asked about one that
    may have been. Others are posted again where nobody knows: a second card is harmless and a missing
    one is not. `replies` are the kinds that follow with its confirmation, in its thread. `grace` is
    for how long it is news: it is not posted later than that.
    """

    compose: Compose
    leads_told: bool = False
    replies: tuple[str, ...] = ()
    grace: timedelta | None = None


def kinds(
    rulebook: Rulebook, digest_terms: DigestTermsNow, digest_grace: timedelta
) -> dict[str, Kind]:
    """Every kind of delivery there is."""

    def practices() -> tuple[Practice, ...]:
        return digest_terms().practices

    return {
        digest.DIGEST: Kind(
            partial(digest.compose_digest, terms_now=digest_terms),
            leads_told=True,
            replies=(digest_replies.DETAILS, digest_replies.WORKFLOWS),
            grace=digest_grace,
        ),
        digest_replies.DETAILS: Kind(
            partial(digest_replies.compose_details, terms_now=digest_terms), leads_told=True
        ),
        digest_replies.WORKFLOWS: Kind(
            partial(digest_replies.compose_workflows, terms_now=digest_terms), leads_told=True
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
        practice_cards.PRACTICE_CARD: Kind(
            partial(practice_cards.compose_card, practices=practices)
        ),
        practice_cards.PRACTICE_CARD_SETTLED: Kind(
            partial(practice_cards.compose_card_settled, practices=practices)
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
