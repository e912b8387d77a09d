"""Who may act as a lead of a team: one answer, whatever is asked for."""

from dataclasses import replace

import pytest

from bot.flows.budget_rights import leads
from bot.flows.outcome_steps import standings_in
from bot.flows.people import Speaker
from policies.people import Membership, Person, Role, Roster, SlackIdentity, Team
from policies.standing import Standing
from tests.policies.test_outcomes import an_outcome

HERE, ELSEWHERE = SlackIdentity("", "T1", "U7"), SlackIdentity("", "T2", "U7")
TEAM = Team(1, "Payments", "T1", "C1")
ANA = Person(7, "Ana", None, HERE)


@pytest.mark.parametrize(
    ("role", "identity", "is_admin", "may"),
    [
        (Role.LEAD, HERE, False, True),
        (Role.LEAD, None, False, True),
        (Role.MEMBER, HERE, False, False),
        (Role.MEMBER, HERE, True, True),
        (None, HERE, True, True),
        (None, ELSEWHERE, True, False),
        (None, None, True, False),
    ],
)
def test_leads_and_admins_of_the_teams_own_workspace_may_lead_it(
    role: Role | None, identity: SlackIdentity | None, is_admin: bool, may: bool
) -> None:
    person = replace(ANA, slack=identity)
    roster = Roster(TEAM, (Membership(person, 1, role),) if role else ())
    speaker = Speaker(person, roster, is_admin)
    assert speaker.may_lead(roster) is may
    assert leads(speaker, roster) is may
    assert (Standing.LEAD in standings_in(speaker, an_outcome(), roster)) is may
