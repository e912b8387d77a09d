"""Who may do what to an outcome: the whole table, one row a verb."""

from itertools import product

import pytest

from policies.outcomes import NotAllowed, Outcome, OutcomeState
from policies.people import Membership, Person, Role, Roster, Team
from policies.standing import MAY, Standing, Verb, require, standings_of
from tests.policies.test_outcomes import OWNER, an_outcome

LEAD, COLLEAGUE, STRANGER, ADMIN = 7, 8, 9, 10
TEAM = Team(1, "Payments", "T1", "C1")

# Rows: verb; who may, of owner, owner who leads, colleague, lead, admin, admin in the team, other team.
WHO = ("owner", "leading owner", "colleague", "lead", "admin", "admin in the team", "other team")
TABLE = {
    Verb.SHOW: (1, 1, 1, 1, 1, 1, 0),
    Verb.CLAIM: (1, 1, 0, 0, 0, 0, 0),
    Verb.VERIFY: (0, 0, 1, 1, 0, 1, 0),
    Verb.REJECT: (0, 0, 1, 1, 0, 1, 0),
    Verb.DROP: (1, 1, 0, 1, 1, 1, 0),
    Verb.REVERT: (1, 1, 0, 1, 1, 1, 0),
    Verb.ASSESS: (1, 1, 0, 0, 0, 0, 0),
    Verb.SET_KEYS: (1, 1, 0, 1, 1, 1, 0),
    Verb.MERGE: (1, 1, 0, 1, 1, 1, 0),
}
CASES = [
    (verb, who, bool(may)) for verb, row in TABLE.items() for who, may in zip(WHO, row, strict=True)
]


def roster(*members: tuple[int, Role]) -> Roster:
    return Roster(
        TEAM,
        tuple(Membership(Person(one, f"P{one}", None, None), 1, role) for one, role in members),
    )


def standings(who: str, outcome: Outcome) -> frozenset[Standing]:
    member, lead = Role.MEMBER, Role.LEAD
    person_id, members, may_lead = {
        "owner": (OWNER, ((OWNER, member),), False),
        "leading owner": (OWNER, ((OWNER, lead),), True),
        "colleague": (COLLEAGUE, ((OWNER, member), (COLLEAGUE, member)), False),
        "lead": (LEAD, ((OWNER, member), (LEAD, lead)), True),
        "admin": (ADMIN, ((OWNER, member),), True),
        "admin in the team": (ADMIN, ((OWNER, member), (ADMIN, member)), True),
        "other team": (STRANGER, ((OWNER, member),), False),
    }[who]
    return standings_of(person_id, outcome, roster(*members), may_lead=may_lead)


def test_the_table_has_every_verb() -> None:
    assert set(TABLE) == set(Verb) == set(MAY)


@pytest.mark.parametrize(("verb", "who", "may"), CASES, ids=str)
def test_each_may_what_the_table_says(verb: Verb, who: str, may: bool) -> None:
    for state in OutcomeState:
        outcome = an_outcome(state)
        found = standings(who, outcome)
        assert bool(MAY[verb] & found) is may
        if may:
            require(verb, outcome, found)
        else:
            with pytest.raises(NotAllowed, match="O-12"):
                require(verb, outcome, found)


def test_an_owner_who_left_the_team_still_owns_the_outcome() -> None:
    found = standings_of(OWNER, an_outcome(), roster((COLLEAGUE, Role.MEMBER)), may_lead=False)
    assert found == {Standing.OWNER}


def test_nobody_is_their_own_colleague() -> None:
    for role, may_lead in product(Role, (False, True)):
        found = standings_of(OWNER, an_outcome(), roster((OWNER, role)), may_lead=may_lead)
        assert Standing.COLLEAGUE not in found


def test_the_refusal_says_who_may() -> None:
    outcome = an_outcome(OutcomeState.VERIFIED)
    with pytest.raises(NotAllowed, match="Only its owner or a lead of the team can revert O-12"):
        require(Verb.REVERT, outcome, standings("colleague", outcome))
    with pytest.raises(NotAllowed, match="O-12 is your own"):
        require(Verb.REJECT, outcome, standings("owner", outcome))
