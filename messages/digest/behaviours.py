"""Behaviours: the four skills as shares of the team's work, what is linked, and what rules found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from messages.digest.figures import Figure
from messages.wording import count, listed, percent, short_day
from policies.digest import TeamDigest
from policies.metrics import TeamWeek
from policies.skills import Reach, Skill, SkillShare

BASE_WEEKS = 4
WEEKS_FOR_A_BASE = 8
LEVEL_WITHIN = 0.02
ROUGHLY_LEVEL = 0.05

NAMES: Final[Mapping[Skill, str]] = {
    Skill.SCOPE_FIRST: "Scope set first",
    Skill.CURATE_CONTEXT: "Context curated",
    Skill.MATCH_MODEL: "Model matched to task",
    Skill.RESTART_CLEAN: "Restarted clean",
}
_REACH: Final[Mapping[Reach, str]] = {
    Reach.FEW: "in the work of few people",
    Reach.ABOUT_HALF: "in the work of about half the people",
    Reach.MOST: "in the work of most people",
}


def skill_figures(digest: TeamDigest) -> tuple[Figure, ...]:
    """Each skill that may be told: its share, how it moved, and how far it has spread."""
    figures = digest.this_week.figures.shown
    if figures is None:
        return ()
    base = base_weeks(digest.history)
    return tuple(_skill(one, base) for one in sorted(figures.skills, key=_in_order))


def behaviour_facts(digest: TeamDigest) -> Iterator[str]:
    """What is linked and what rules found, what shares are compared with, what is not told: a line each."""
    figures = digest.this_week.figures.shown
    if figures is None or not figures.tokens:
        yield _findings(digest)
        return
    yield f"{unlinked(digest)} {_findings(digest)}".strip()
    yield _compared(digest)
    yield _not_told(figures.skills)


def unlinked(digest: TeamDigest) -> str:
    """How much counts for no outcome, where that may be told."""
    figures = digest.this_week.figures.shown
    if figures is None or figures.unattributed_share is None:
        return ""
    if not figures.unattributed_share:
        return "All tokens are linked to outcomes."
    return f"{percent(figures.unattributed_share)} of the tokens are linked to no outcome."


def base_weeks(history: Sequence[TeamWeek]) -> Sequence[TeamWeek]:
    """The weeks to set the shares beside: the oldest four once there are eight, else all there are."""
    return history[:BASE_WEEKS] if len(history) >= WEEKS_FOR_A_BASE else history


def share_in(week: TeamWeek, skill: Skill) -> SkillShare | None:
    """The share of a skill in a week, where it is told."""
    figures = week.figures.shown
    return next((one for one in figures.skills if one.skill is skill), None) if figures else None


def share_words(one: SkillShare) -> str:
    """`71%`, or roughly: `about 70%`, `over 90%`, `under 10%`."""
    if not one.is_rough:
        return percent(one.share)
    if one.share in (0, 1):
        return "over 90%" if one.share else "under 10%"
    return f"about {percent(one.share)}"


def _skill(one: SkillShare, base: Sequence[TeamWeek]) -> Figure:
    shares_of = f"of the {one.skill.share_of}"
    before = [share for week in base if (share := share_in(week, one.skill)) is not None]
    moved = [_moved(one, _in_the_middle(before))] if before else []
    reach = [_REACH[one.reach]] if one.reach is not None else []
    return Figure(
        NAMES[one.skill], share_words(one), "; ".join([", ".join([shares_of, *moved]), *reach])
    )


def _in_the_middle(shares: Sequence[SkillShare]) -> SkillShare:
    """The median, rough where any of them is."""
    middle = median(one.share for one in shares)
    is_rough = any(one.is_rough for one in shares)
    return replace(shares[0], share=round(middle, 1) if is_rough else middle, is_rough=is_rough)


def _moved(now: SkillShare, before: SkillShare) -> str:
    """`up from 58%`, `down from about 80%`, `level with 70%`, and `as before` for the same rough share."""
    if share_words(now) == share_words(before):
        return "as before" if now.is_rough else f"level with {share_words(before)}"
    close = ROUGHLY_LEVEL if now.is_rough or before.is_rough else LEVEL_WITHIN
    if abs(now.share - before.share) < close:
        return f"level with {share_words(before)}"
    return f"{'up' if now.share > before.share else 'down'} from {share_words(before)}"


def _compared(digest: TeamDigest) -> str:
    """`Compared with the weeks of 31 Aug to 21 Sep.`, where any share was."""
    base = base_weeks(digest.history)
    told = digest.this_week.figures.shown
    skills = [one.skill for one in told.skills] if told else []
    if not any(share_in(week, skill) is not None for week in base for skill in skills):
        return ""
    first, last = short_day(base[0].week.monday), short_day(base[-1].week.monday)
    weeks = f"the week of {first}" if first == last else f"the weeks of {first} to {last}"
    return f"Shares are compared with {weeks}."


def _not_told(told: Sequence[SkillShare]) -> str:
    shown = {one.skill for one in told}
    missing = [NAMES[skill].lower() for skill in Skill if skill not in shown]
    if not missing:
        return ""
    which = listed(missing) if shown else "the four skills"
    why = "there was too little of it, or it would say too much of single people"
    return f"Not told this week, as {why}: {which}."


def _findings(digest: TeamDigest) -> str:
    """What the rules found, where that may be told."""
    found = digest.findings
    if found is None:
        return ""
    opened = count(found.opened, "finding") if found.opened else ""
    coached = count(found.coached, "tip told", "tips told") if found.coached else ""
    resolved = f"{found.resolved} resolved" if found.resolved else ""
    return f"Rules: {', '.join(part for part in (opened, coached, resolved) if part)}."


def _in_order(one: SkillShare) -> int:
    return list(Skill).index(one.skill)
