"""The tables in a digest's thread: the weeks with their figures and skills, and the workflows."""

from decimal import Decimal
from typing import Final

from messages.digest.behaviours import NAMES, share_in, share_words
from messages.digest.usage import is_unpriced
from messages.digest.workflows import workflow_words
from messages.tables import Cell, Table
from messages.wording import amount, ratio, short_day, usd
from policies.digest import TeamDigest
from policies.metrics import TeamWeek
from policies.skills import Skill, SkillShare

WEEKS_TOLD: Final = 12
WORKFLOWS_TOLD: Final = 20
NOT_SHOWN: Final = Cell("not shown")
NONE: Final = Cell("none")


def weeks_table(digest: TeamDigest) -> Table:
    """The weeks, oldest first: outcomes, and tokens, cost and ratios where any week shows them."""
    weeks = (*digest.history, digest.this_week)[-WEEKS_TOLD:]
    if all(week.figures.shown is None for week in weeks):
        rows = tuple(_week(week)[:2] for week in weeks)
        return Table("Verified outcomes by week, by its Monday.", ("Week of", "Verified"), rows)
    return Table(
        caption="The weeks so far, by their Mondays. Cost at list price, in USD.",
        head=("Week of", "Verified", "Tokens", "Cost", "Outcomes per million", "Cost per outcome"),
        rows=tuple(_week(week) for week in weeks),
    )


def skills_table(digest: TeamDigest) -> Table | None:
    """The four skills week by week; None where no week tells any."""
    weeks = (*digest.history, digest.this_week)[-WEEKS_TOLD:]
    rows = tuple(_skills(week) for week in weeks)
    if not any(cell.number is not None for row in rows for cell in row):
        return None
    shares = ", ".join(f"{NAMES[skill].lower()} of {skill.share_of}" for skill in Skill)
    return Table(
        caption=f"The four skills as shares of the team's work: {shares}.",
        head=("Week of", *(NAMES[skill] for skill in Skill)),
        rows=rows,
    )


def workflows_table(digest: TeamDigest) -> Table | None:
    """The workflows by name, as many as fit; None without one."""
    told = workflow_words(digest)[:WORKFLOWS_TOLD]
    if not told:
        return None
    return Table(
        caption="Workflows and what a run costs at list price. The change is the range it likely lies in.",
        head=("Workflow", "Model", "Runs", "Cost of a run", "At first", "By now", "Change"),
        rows=tuple(
            (
                Cell(one.name),
                Cell(one.model),
                Cell(str(one.runs), one.runs),
                Cell(one.course),
                Cell(one.first or "none"),
                Cell(one.last or "none"),
                Cell(one.change or "none"),
            )
            for one in told
        ),
    )


def _week(week: TeamWeek) -> tuple[Cell, ...]:
    scored = week.outcomes.scored
    first = (Cell(short_day(week.week.monday)), Cell(str(scored), scored))
    figures = week.figures.shown
    if figures is None:
        return (*first, *[NOT_SHOWN] * 4)
    if is_unpriced(figures) and figures.tokens:
        cost = per_outcome = Cell("not known")
    else:
        cost = _money(figures.cost_list_usd)
        per_outcome = _money(figures.cost_per_verified_outcome_usd)
    value = figures.outcomes_per_million_tokens
    per_million = (
        NONE if value is None else Cell(ratio(value), float(ratio(value).replace(",", "")))
    )
    return (*first, Cell(amount(figures.tokens), figures.tokens), cost, per_million, per_outcome)


def _money(value: Decimal | None) -> Cell:
    return NONE if value is None else Cell(usd(value), round(float(value), 2))


def _skills(week: TeamWeek) -> tuple[Cell, ...]:
    return (Cell(short_day(week.week.monday)), *(_share(share_in(week, skill)) for skill in Skill))


def _share(share: SkillShare | None) -> Cell:
    return NOT_SHOWN if share is None else Cell(share_words(share), round(share.share, 2))
