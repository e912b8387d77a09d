"""The week of all teams, to an admin alone: each team's own published week, in no order but by name."""

from dataclasses import dataclass
from typing import ClassVar, Final

from messages.company_words import CompanyWords, TeamLine, team_line, words_of_company
from messages.pages.base import DEFAULT_COMMANDS, Commands, TeamFacingPage
from policies.company import CompanyDigest

TEAMS_A_PAGE: Final = 40
"""As many rows as one table holds with the longest names."""


@dataclass(frozen=True, slots=True)
class Company(TeamFacingPage):
    """A page of the company's digest, from 1. Figures stand in `digest` as Published and nowhere else."""

    template: ClassVar[str] = "company.json.j2"
    digest: CompanyDigest
    number: int = 1
    commands: Commands = DEFAULT_COMMANDS

    @property
    def words(self) -> CompanyWords:
        """The sums in plain words."""
        return words_of_company(self.digest)

    @property
    def pages(self) -> int:
        """How many pages the teams fill."""
        return max(1, -(-len(self.digest.teams) // TEAMS_A_PAGE))

    @property
    def lines(self) -> tuple[TeamLine, ...]:
        """The teams of this page, in words."""
        first = (self.number - 1) * TEAMS_A_PAGE
        return tuple(map(team_line, self.digest.teams[first : first + TEAMS_A_PAGE]))

    @property
    def turns(self) -> tuple[tuple[str, int], ...]:
        """The pages beside this one: (`Back`, 1)."""
        beside = (("Back", self.number - 1), ("More teams", self.number + 1))
        return tuple((label, page) for label, page in beside if 1 <= page <= self.pages)
