"""What the rules found in a team's week, as far as it may be told to the team."""

from sqlmodel import Session

from bot.flows.digest_terms import DigestTerms
from bot.flows.rule_terms import stages_of
from policies.people import Team
from policies.periods import IsoWeek
from policies.rules.model import Stage
from policies.rules.reports import FindingCounts, published_total
from storage import finding_reports, memberships


def found_in(
    session: Session, team: Team, week: IsoWeek, terms: DigestTerms
) -> FindingCounts | None:
    """Findings of rules at stage digest and beyond, of those who count in the team in that week.

    None where there are none, or none that may be told.
    """
    stages = stages_of(session, terms.judges)
    loud = [rule_id for rule_id, one in stages.items() if one.stage >= Stage.DIGEST]
    if not loud:
        return None
    start, end = week.bounds(team.zone)
    cohort = memberships.cohort_of(session, team.id, week)
    counted = finding_reports.counts_by_person(session, start, end, loud, person_ids=cohort)
    return published_total(counted, terms.rule)
