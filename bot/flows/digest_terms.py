"""By whose terms a digest is composed: the group rule, the rules in force, and the library of practices."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from bot.flows.gathering import Gathering
from policies.practices import Practice
from policies.privacy import GroupRule
from policies.rules.evaluation import Judge


@dataclass(frozen=True, slots=True)
class DigestTerms:
    """What a digest takes beside the team and its week.

    `judges` are the rules in force, whose findings are counted; `practices` those of which one may be
    the tip of the week.
    """

    gathering: Gathering
    judges: Collection[Judge] = ()
    practices: tuple[Practice, ...] = ()

    @property
    def rule(self) -> GroupRule:
        """When a group's figures may be shown."""
        return self.gathering.group_rule


DigestTermsNow: TypeAlias = Callable[[], DigestTerms]
"""The terms as they are at the moment: rules and model classes are read anew while the program runs."""
