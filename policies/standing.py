"""Who may do what to an outcome: one table, asked at each command, button and form."""

from collections.abc import Mapping
from enum import StrEnum

from policies.outcomes import NotAllowed, Outcome
from policies.people import Roster


class NotTheirs(NotAllowed):
    """Something that is for others to do."""


class Standing(StrEnum):
    """What a person is to an outcome. An owner is never their own colleague, not even as a lead."""

    OWNER = "owner"
    COLLEAGUE = "colleague"
    LEAD = "lead"


class Verb(StrEnum):
    """What can be done to an outcome."""

    SHOW = "show"
    CLAIM = "claim"
    VERIFY = "verify"
    REJECT = "send back"
    DROP = "drop"
    REVERT = "revert"
    ASSESS = "change the size of"
    SET_KEYS = "change the keys of"
    """Also by linking usage of one's own by its key: that takes everybody's usage with the key."""
    MERGE = "merge"


OWNER_ALONE = frozenset({Standing.OWNER})
COLLEAGUES = frozenset({Standing.COLLEAGUE})
OWNER_AND_LEADS = frozenset({Standing.OWNER, Standing.LEAD})

THE_TEAM = frozenset(Standing)

MAY: Mapping[Verb, frozenset[Standing]] = {
    Verb.SHOW: THE_TEAM,
    Verb.CLAIM: OWNER_ALONE,
    Verb.VERIFY: COLLEAGUES,
    Verb.REJECT: COLLEAGUES,
    Verb.DROP: OWNER_AND_LEADS,
    Verb.REVERT: OWNER_AND_LEADS,
    Verb.ASSESS: OWNER_ALONE,
    Verb.SET_KEYS: OWNER_AND_LEADS,
    Verb.MERGE: OWNER_AND_LEADS,
}
_WHO = {
    OWNER_ALONE: "its owner",
    COLLEAGUES: "a colleague of its owner",
    OWNER_AND_LEADS: "its owner or a lead of the team",
    THE_TEAM: "a person of its team",
}


def standings_of(
    person_id: int, outcome: Outcome, roster: Roster, *, may_lead: bool
) -> frozenset[Standing]:
    """What the person is to the outcome of the roster's team; empty for people of other teams.

    Who may act as a lead without being of the team, as an admin, is nobody's colleague by that.
    """
    is_owner = person_id == outcome.owner_id
    found = {
        Standing.OWNER: is_owner,
        Standing.COLLEAGUE: roster.is_member(person_id) and not is_owner,
        Standing.LEAD: may_lead,
    }
    return frozenset(standing for standing, holds in found.items() if holds)


def require(verb: Verb, outcome: Outcome, standings: frozenset[Standing]) -> None:
    """NotTheirs says who may, where the person may not."""
    if MAY[verb] & standings:
        return
    if Standing.OWNER in standings:
        raise NotTheirs(f"{outcome.label} is your own. A colleague has to verify it.")
    raise NotTheirs(f"Only {_WHO[MAY[verb]]} can {verb} {outcome.label}.")
