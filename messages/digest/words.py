"""A digest as sentences, section by section, with nothing escaped yet."""

from dataclasses import dataclass

from messages.charts import Chart, chart_of
from messages.digest.behaviours import behaviour_facts, skill_figures
from messages.digest.figures import Figure
from messages.digest.headline import caution, headline, withheld
from messages.digest.impact import impact_facts, impact_figures
from messages.digest.usage import usage_facts, usage_figures
from messages.digest.workflows import WorkflowWords, workflow_words, workflows_kept_back
from messages.wording import span
from policies.digest import TeamDigest


@dataclass(frozen=True, slots=True)
class DigestWords:
    """The digest as sentences. Empty strings and tuples where nothing is to be said."""

    team: str
    dates: str
    headline: str
    withheld: str
    impact: tuple[Figure, ...]
    impact_facts: tuple[str, ...]
    skills: tuple[Figure, ...]
    behaviours: tuple[str, ...]
    usage: tuple[Figure, ...]
    usage_facts: tuple[str, ...]
    workflows: tuple[WorkflowWords, ...]
    workflows_kept_back: str
    chart: Chart | None


def words_of(digest: TeamDigest) -> DigestWords:
    """Say a team's week in words."""
    week = digest.this_week
    return DigestWords(
        team=digest.team_name,
        dates=span(week.week.monday, week.week.sunday),
        headline=headline(digest),
        withheld=withheld(week),
        impact=impact_figures(digest),
        impact_facts=_said(*impact_facts(digest), caution(week)),
        skills=skill_figures(digest),
        behaviours=_said(*behaviour_facts(digest)),
        usage=usage_figures(digest),
        usage_facts=_said(*usage_facts(digest)),
        workflows=workflow_words(digest),
        workflows_kept_back=workflows_kept_back(digest),
        chart=chart_of(digest),
    )


def _said(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
