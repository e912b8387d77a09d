"""Digests with everything in them, and each of the cases that have to be said in words of their own."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from messages.pages.base import Page
from messages.pages.digest import ChartForm, Digest, DigestDetails, DigestPreview, DigestWorkflows
from policies.digest import TeamDigest, TeamSource, UsualRange, WeekImpact
from policies.metrics import OutcomeCounts, PersonWeek, TeamWeek, team_week
from policies.outcomes import Outcome, OutcomeState
from policies.periods import IsoWeek
from policies.practices import Practice
from policies.privacy import GroupRule, Published, publish
from policies.reviews import ImpactUnit
from policies.rules.reports import FindingCounts
from policies.skills import Reach, Skill, SkillShare
from policies.usage import Trust
from policies.workflows import Course, FitPoint, TeamCurve

T = TypeVar("T")
Typed = Callable[[str], str]
ENOUGH = dict.fromkeys(range(6), 10)
USUAL = UsualRange(Decimal("0.017"), Decimal("0.031"), 11, "within")
SHARES = ((0.71, Reach.MOST), (0.83, Reach.ABOUT_HALF), (0.64, Reach.FEW), (0.9, None))
BY_CLASS = {"input": 12_000_000, "cache_read": 300_000_000, "cache_write": 20_000_000}


def told(value: T) -> Published[T]:
    return publish(value, ENOUGH, GroupRule())


def kept_back(value: T) -> Published[T]:
    return publish(value, {1: 10}, GroupRule())


def with_skills(week: TeamWeek, back: int) -> TeamWeek:
    """The week with its four skills, each 1.2 points lower for every week that it lies back."""
    skills = tuple(
        SkillShare(skill, share - 0.012 * back, reach)
        for skill, (share, reach) in zip(Skill, SHARES, strict=True)
    )
    return replace(
        week,
        figures=week.figures.then(
            lambda one: replace(
                one, skills=skills, by_class={**BY_CLASS, "output": 28_000_000}, cache_share=0.904
            )
        ),
    )


def curve(
    name: str, course: Course = Course.FALLING, runs: int = 34, model: str = "claude-opus-4-6"
) -> TeamCurve:
    """A fit that falls from $1.20 by Wright's law, or nothing fitted where there is nothing to say."""
    if course in (Course.TOO_FEW_RUNS, Course.UNCLEAR):
        return TeamCurve(name, model, runs, course)
    slope = {Course.FALLING: -0.1, Course.LEVEL: 0.0}.get(course, 0.1)
    costs = [(run, 1.2 * run**slope) for run in range(1, runs + 1)]
    fit = tuple(FitPoint(run, cost, 0.9 * cost, 1.12 * cost) for run, cost in costs)
    low, high = {-0.1: (-0.41, -0.12), 0.0: (-0.06, 0.05)}.get(slope, (0.08, 0.55))
    return TeamCurve(name, model, runs, course, costs[0][1], costs[-1][1], low, high, fit)


def workflows(typed: Typed) -> tuple[Published[TeamCurve], ...]:
    """One of each course, one per unit of work, and one that too few people run."""
    return (
        told(curve(typed("changelog"), Course.TOO_FEW_RUNS, 3, typed("claude-haiku-4-5"))),
        told(curve(typed("nightly triage"))),
        told(curve(typed("release notes"), Course.LEVEL, 18)),
        told(curve(typed("schema review"), Course.RISING, 12)),
        told(replace(curve(typed("test writer"), Course.UNCLEAR, 9), per_unit=True)),
        kept_back(curve("secret")),
    )


def practice(typed: Typed) -> Practice:
    return Practice(
        id="small-model-first",
        version=1,
        skill=Skill.MATCH_MODEL,
        title=typed("Start trivial work on a small model"),
        text=typed("Renames and test fixtures seldom need a frontier model, which costs five times as much."),
        try_=(typed("Set the small model as the default of your tool."), "Move up when it fails twice."),
        source=typed("https://docs.example.com/choosing-a-model"),
    )  # fmt: skip


def full(typed: Typed, plain: TeamDigest) -> TeamDigest:
    """The digest with every section."""
    durable = tuple(
        replace(one, id=one.id + 40, state=OutcomeState.DURABLE) for one in plain.verified[:2]
    )
    weeks = [
        with_skills(week, len(plain.history) - place) for place, week in enumerate(plain.history)
    ]
    return replace(
        plain,
        this_week=with_skills(plain.this_week, 0),
        history=tuple(weeks),
        reverted=tuple(replace(one, id=90) for one in plain.verified[:1]),
        declared=tuple(replace(one, id=200 + one.id) for one in plain.claimed),
        findings=FindingCounts(12, 7),
        impact=WeekImpact(
            durable=durable,
            rejected=1,
            decided=12,
            days_to_verify=2.5,
            review_minutes=140,
            reviews_timed=8,
            impacts={ImpactUnit.HOURS: Decimal("3.5"), ImpactUnit.REVENUE: Decimal(12_000)},
        ),
        usual=told(USUAL),
        workflows=workflows(typed),
        tip=practice(typed),
    )


def many(digest: TeamDigest, number: int) -> TeamDigest:
    """The full digest of a team with so many of everything that can be many."""

    def several(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        return tuple(replace(outcomes[0], id=n) for n in range(1, number)) if outcomes else ()

    return replace(
        digest,
        verified=several(digest.verified),
        claimed=several(digest.claimed),
        reverted=several(digest.reverted),
        declared=several(digest.declared),
        impact=replace(digest.impact, durable=several(digest.impact.durable)),
        workflows=digest.workflows * 10,
        sources=digest.sources * 20,
    )


def with_usage(digest: TeamDigest, usage: list[PersonWeek], verified: int = 9) -> TeamDigest:
    """The digest with a week of other usage."""
    counts = OutcomeCounts(verified + 2, verified + 1, verified)
    week = team_week(digest.this_week.week, counts, usage, GroupRule())
    return replace(digest, this_week=week)


def unpriced(digest: TeamDigest) -> TeamDigest:
    usage = [PersonWeek(n, 60_000_000, Decimal(0), 60_000_000, 20_000_000) for n in range(6)]
    return with_usage(digest, usage)


def dominated(digest: TeamDigest) -> TeamDigest:
    usage = [PersonWeek(n, 10**9 if n == 0 else 10**6, Decimal(1)) for n in range(6)]
    return with_usage(digest, usage)


def stale(digest: TeamDigest, typed: Typed, week: IsoWeek) -> TeamDigest:
    thursday = week.plus(-1).sunday
    late = TeamSource(typed("claude-code"), Trust.LOCAL_FILE, thursday, is_stale=True)
    return replace(digest, sources=(late, *digest.sources[1:]), other_sources=1)


def digest_pages(typed: Typed, plain: Digest, withheld: Digest, nothing: Digest) -> dict[str, Page]:
    """Every page of a digest by the name of its golden file."""
    whole = full(typed, plain.digest)
    crowd = many(whole, 300)
    page = replace(plain, digest=whole)
    weeks = whole.this_week.week

    def details(digest: TeamDigest, chart: ChartForm = "native") -> DigestDetails:
        return DigestDetails(digest, plain.people, chart=chart)

    def curves(digest: TeamDigest, chart: ChartForm = "native") -> DigestWorkflows:
        return DigestWorkflows(digest, plain.people, chart=chart)

    return {
        "digest_full": page,
        "digest_full_preview": DigestPreview(whole, plain.people),
        "digest_full_of_300": replace(page, digest=crowd),
        "digest_unpriced": replace(plain, digest=unpriced(plain.digest)),
        "digest_dominated": replace(plain, digest=dominated(plain.digest)),
        "digest_stale": replace(plain, digest=stale(whole, typed, weeks)),
        "digest_without_outcomes": replace(
            plain,
            digest=replace(
                with_usage(plain.digest, [PersonWeek(n, 10**7, Decimal(4)) for n in range(6)], 0),
                verified=(),
                claimed=(),
            ),
        ),
        "digest_without_tokens": replace(plain, digest=with_usage(plain.digest, [])),
        "digest_of_unknown_people": replace(plain, people=()),
        "digest_details": details(whole),
        "digest_details_text": details(whole, "text"),
        "digest_details_withheld": details(withheld.digest),
        "digest_details_of_300": details(crowd),
        "digest_details_nothing": details(nothing.digest),
        "digest_workflows": curves(whole),
        "digest_workflows_image": replace(curves(whole, "image"), image_file_ids=("F1", "F2")),
        "digest_workflows_text": curves(whole, "text"),
        "digest_workflows_of_300": curves(crowd),
    }
