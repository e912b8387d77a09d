"""The screen as a pass asks it: the rules' parameters differ by team, and so one screen a team does."""

from collections.abc import Iterable, Sequence

from policies.rules.compiled import CompiledRule
from policies.rules.passes import PassTerms
from policies.rules.screen import Screen
from policies.rules.subjects import SubjectFacts


class Screening:
    """Which rules may match a subject, by the parameters of its team. For one pass, in one thread."""

    def __init__(self, judges: Sequence[CompiledRule], terms: PassTerms) -> None:
        self._judges = judges
        self._terms = terms
        self._screens: dict[int | None, Screen] = {}

    def __call__(self, facts: SubjectFacts) -> Iterable[str]:
        """The rules by id; one that cannot be told is among them."""
        team_id = facts.subject.team_id
        screen = self._screens.get(team_id)
        if screen is None:
            screen = self._screens[team_id] = self._screen_of(team_id)
        return [one.rule.id for one in screen.candidates(facts.values)]

    def _screen_of(self, team_id: int | None) -> Screen:
        looking = [one for one in self._judges if self._terms.takes_in(one.rule, team_id)]
        return Screen(
            looking, {one.rule.id: self._terms.params_of(one.rule, team_id) for one in looking}
        )
