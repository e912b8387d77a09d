"""One example of every page, so that goldens, limits and hostile text all look at the same ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from messages.metadata import FormContext
from messages.pages.base import Page
from messages.pages.digest import Digest, DigestPreview
from messages.pages.evidence import RevertKept, RevertProposed
from messages.pages.help import Help, NotUnderstood, Refused, SomethingFailed
from messages.pages.home import Home
from messages.pages.outcome_story import OutcomeStory
from messages.pages.outcomes import (
    DoneForm,
    OutcomeClaimed,
    OutcomeDeclared,
    OutcomeForm,
    OutcomeList,
    OutcomeMoved,
    OutcomeUsage,
    OwnerTold,
    ReviewForm,
    VerificationCard,
    Verified,
)
from messages.pages.people import Me, ModelTokens, PersonalWeek
from messages.pages.team import NoTeam, SetupDone, SetupForm, TeamView
from messages.steps import Told
from policies.digest import TeamDigest, TeamSource
from policies.metrics import (
    OutcomeCounts,
    PersonWeek,
    SourceFreshness,
    TeamWeek,
    closed_team_week,
    sums_to_close,
    team_week,
)
from policies.outcomes import (
    Complexity,
    KeyKind,
    Outcome,
    OutcomeEvent,
    OutcomeKey,
    OutcomeKind,
    OutcomeSize,
    OutcomeState,
)
from policies.people import Membership, Person, Role, Roster, SlackIdentity, Team
from policies.periods import IsoWeek
from policies.privacy import GroupRule
from policies.reviews import Impact, ImpactUnit, Review
from policies.rules.reports import FindingCounts
from policies.usage import TokenCounts, Trust
from tests.messages.attribution_examples import attribution_pages, groups
from tests.messages.budget_examples import budget_pages, homes
from tests.messages.coaching_examples import coaching_pages
from tests.messages.company_examples import company_pages
from tests.messages.digest_answer_examples import digest_answer_pages
from tests.messages.digest_examples import digest_pages
from tests.messages.privacy_examples import privacy_pages
from tests.messages.rule_examples import rule_pages
from tests.messages.workflow_examples import open_tips, own_curves, workflow_pages

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
WEEK = IsoWeek(2026, 47)
BASIS = "genai-prices of 2026-11-01"
Typed = Callable[[str], str]


def as_typed(text: str) -> str:
    return text


def person(number: int, name: str) -> Person:
    return Person(number, name, None, SlackIdentity("", "T1", f"U{number:03d}"), "Europe/Berlin")


def outcome(number: int, title: str, **changes: object) -> Outcome:
    declared = NOW - timedelta(days=6)
    plain = Outcome(
        id=number,
        team_id=1,
        owner_id=1,
        title=title,
        kind=OutcomeKind.FEATURE,
        size=OutcomeSize.M,
        complexity=Complexity.STANDARD,
        exploration=False,
        state=OutcomeState.DECLARED,
        keys=(),
        deadline=None,
        evidence_url=None,
        declared_at=declared,
        claimed_at=None,
        verified_at=None,
        verified_by=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's keyword arguments


def a_week(week: IsoWeek, verified: int, people: int, tokens: int, explored: int = 0) -> TeamWeek:
    usage = [
        PersonWeek(one, tokens, Decimal(tokens) / 250_000, tokens // 50, tokens // 3)
        for one in range(people)
    ]
    return team_week(week, OutcomeCounts(verified + 2, verified + 1, verified), usage, GroupRule())


def history(weeks: int, people: int = 6, gap: int | None = None) -> tuple[TeamWeek, ...]:
    """Weeks before WEEK, oldest first; in the one at index `gap` only three people were active."""
    past = list(WEEK.plus(-1).last(weeks)) if weeks else []
    return tuple(
        a_week(week, 4 + index % 4, 3 if index == gap else people, 30_000_000 + 2_000_000 * index)
        for index, week in enumerate(past)
    )


def team_digest(
    typed: Typed = as_typed,
    *,
    verified: int = 9,
    claimed: int = 3,
    people: int = 6,
    weeks: int = 11,
    gap: int | None = 4,
    tokens: int = 60_000_000,
) -> TeamDigest:
    titles = (
        "Cut checkout p95 to 300 ms",
        "Move invoices to the new ledger",
        "Retry failed payouts",
    )
    done = tuple(
        outcome(
            number,
            typed(titles[number % 3]),
            owner_id=1 + number % 2,
            state=OutcomeState.VERIFIED,
            evidence_url=f"https://git.example/pay/pull/{number}?w=1&d=2",
            exploration=number == 3,
        )
        for number in range(1, verified + 1)
    )
    waiting = tuple(
        outcome(100 + number, typed(titles[number % 3]), state=OutcomeState.CLAIMED, owner_id=2)
        for number in range(claimed)
    )
    return TeamDigest(
        team_id=1,
        team_name=typed("Payments"),
        this_week=a_week(WEEK, verified, people, tokens),
        history=history(weeks, people, gap),
        verified=done,
        claimed=waiting,
        declared=(),
        sources=(
            TeamSource(typed("claude-code"), Trust.LOCAL_FILE, WEEK.sunday),
            TeamSource("csv", Trust.PROVIDER, WEEK.sunday - timedelta(days=1)),
        ),
        price_basis=typed(BASIS),
    )


def digest(typed: Typed = as_typed, **shape: int | None) -> Digest:
    people = (person(1, typed("Ada Byron")), replace(person(2, typed("Bo Lind")), slack=None))
    return Digest(team_digest(typed, **shape), people)  # type: ignore[arg-type]  # as above


def digest_fixed(typed: Typed) -> Digest:
    """A week that stands since it was shown, with exploration, and sources too few people use."""
    plain = digest(typed)
    counts = OutcomeCounts(11, 10, 9, explored=1)
    usage = [PersonWeek(n, 60_000_000, Decimal(240), 5 * (n == 0)) for n in range(6)]
    sums = sums_to_close(usage, GroupRule())
    assert sums is not None
    week = closed_team_week(WEEK, counts, sums, TODAY, GroupRule())
    told = replace(plain.digest, this_week=week, other_sources=2)
    return replace(plain, digest=told)


def personal_week(typed: Typed, week: IsoWeek, scale: int = 10) -> PersonalWeek:
    million = scale * 100_000
    return PersonalWeek(
        week,
        TokenCounts(million, 30 * million, 2 * million, None, None, million // 2),
        Decimal("12.30") * scale / 10,
        tokens_unpriced=million,
        models=(
            ModelTokens(typed("claude-opus-4-6"), 24 * million),
            ModelTokens("claude-haiku-4-5", 9 * million),
        ),
    )


def open_outcomes(typed: Typed, many: int = 3) -> tuple[Outcome, ...]:
    first = outcome(
        12,
        typed("Cut checkout p95 to 300 ms"),
        deadline=TODAY + timedelta(days=4),
        keys=(
            OutcomeKey(KeyKind.TICKET, "PAY-481"),
            OutcomeKey(KeyKind.BRANCH, typed("checkout-p95")),
        ),
    )
    claimed = outcome(
        13,
        typed("Move invoices to the new ledger"),
        state=OutcomeState.CLAIMED,
        claimed_at=NOW,
        deadline=TODAY - timedelta(days=2),
        evidence_url="https://git.example/pay/pull/13",
    )
    rest = tuple(
        outcome(20 + number, typed("Try a cheaper model"), exploration=True)
        for number in range(many - 2)
    )
    return (first, claimed, *rest)


def roster(typed: Typed, members: int = 6) -> Roster:
    names = ("Ada Byron", "Bo Lind", "Cy Moss", "Di Ray", "Ed Poe", "Flo Ito")
    people = tuple(
        Membership(person(n + 1, typed(names[n % 6])), 1, Role.LEAD if n == 0 else Role.MEMBER)
        for n in range(members)
    )
    return Roster(Team(1, typed("Payments"), "T1", "C0PAY", "Europe/Berlin"), people)


def told(
    number: int, after: OutcomeState, actor: Person, reason: str = "", change: str = ""
) -> Told:
    return Told(OutcomeEvent(number, actor.id, NOW, None, after, reason, change), actor)


def every_page(typed: Typed = as_typed) -> dict[str, Page]:
    """Every page by the name of its golden file, with `typed` around all that people type."""
    first, claimed, _ = open_outcomes(typed)
    owner, colleague = person(1, typed("Ada Byron")), person(2, typed("Bo Lind"))
    verified = replace(claimed, state=OutcomeState.VERIFIED, verified_at=NOW, verified_by=2)
    verifying = told(13, OutcomeState.VERIFIED, colleague)
    sent_back = told(13, OutcomeState.REJECTED, colleague, typed("the link shows a draft"))
    durable = told(13, OutcomeState.DURABLE, owner, "30 days without a revert")
    reverted = told(13, OutcomeState.REVERTED, owner, typed("it broke the nightly run"))
    dropped = told(13, OutcomeState.DROPPED, owner, typed("no longer needed"))
    rekeyed = told(12, OutcomeState.DECLARED, owner, typed("added ticket PAY-9"), "keys")
    resized = told(12, OutcomeState.DECLARED, owner, "M to L", "size")
    weeks = tuple(
        personal_week(typed, week, 8 + index % 5) for index, week in enumerate(WEEK.last(12))
    )
    sources = (
        SourceFreshness(typed("claude-code"), Trust.LOCAL_FILE, NOW - timedelta(hours=2)),
        SourceFreshness("csv", Trust.PROVIDER, NOW - timedelta(days=1)),
    )
    normal = digest(typed)
    about_budgets = budget_pages(
        typed, NOW, roster(typed).team, (owner, colleague), open_outcomes(typed), sources
    )
    about_privacy = privacy_pages(typed, NOW, (owner, colleague))
    about_rules = rule_pages(typed, NOW, (owner, colleague), open_outcomes(typed), sources)
    home = Home(weeks[-1], open_outcomes(typed), sources, TODAY, typed(BASIS))
    return {
        "help": Help(),
        "help_outcome": Help(topic="outcome"),
        "help_budget": Help(topic="budget"),
        "not_understood": NotUnderstood(
            typed("Did you mean “team”?"),
            (typed("/mileage team"), "/mileage me"),
        ),
        "not_understood_at_all": NotUnderstood(
            typed("“ten” is not an amount. Write 40M, 250k, 1.5B or $50."),
            ("/budget grant @person 10M until Fri for O-12",),
            (typed("“yesterday” is past. Give a day from today on."), "There is no outcome O-999."),
        ),
        "not_understood_bare": NotUnderstood(typed("“O-x” is not the id of an outcome.")),
        "refused": Refused(typed("O-13 is your own."), typed("A colleague has to verify it.")),
        "refused_bare": Refused(typed("O-13 is your own.")),
        "something_failed": SomethingFailed("7f3a9c"),
        "outcome_form": OutcomeForm(),
        "outcome_form_filled": OutcomeForm(
            FormContext("C0PAY", None, 1),
            typed("Cut checkout p95 to 300 ms"),
            OutcomeKind.FIX,
            OutcomeSize.S,
            Complexity.HARD,
            date(2026, 11, 27),
            typed("PAY-481"),
            exploration=True,
        ),
        "outcome_declared": OutcomeDeclared(first, TODAY),
        "outcome_declared_bare": OutcomeDeclared(outcome(14, typed("Try it")), TODAY),
        "done_form": DoneForm(first, FormContext("C0PAY", 12), typed("https://git.example/1")),
        "outcome_list": OutcomeList(open_outcomes(typed), TODAY),
        "outcome_list_long": OutcomeList(open_outcomes(typed, 40), TODAY),
        "outcome_list_empty": OutcomeList((), TODAY),
        "outcome_claimed": OutcomeClaimed(claimed, "C0PAY"),
        "verification_card": VerificationCard(claimed, owner),
        "verification_card_verified": VerificationCard(verified, owner, (verifying,)),
        "verification_card_sent_back": VerificationCard(
            claimed, owner, (sent_back,), changes=(resized,)
        ),
        "verification_card_reverted": VerificationCard(
            verified, owner, (verifying, durable, reverted)
        ),
        "verification_card_evidence": VerificationCard(
            claimed, owner, changes=(resized,), evidence=typed("GitHub: merged on 2026-11-20")
        ),
        "revert_proposed": RevertProposed(
            verified, owner, typed("GitHub: reverted by shop/checkout#14 on 2026-11-21")
        ),
        "revert_proposed_kept": RevertProposed(
            verified, owner, typed("GitHub: reverted by commit 3f2a1bc"), colleague
        ),
        "revert_proposed_done": RevertProposed(
            replace(verified, state=OutcomeState.REVERTED), owner, typed("GitHub: closed")
        ),
        "revert_kept": RevertKept(verified),
        "review_form": ReviewForm(claimed, owner, FormContext("C0PAY", 13, event_id=40)),
        "review_form_full": ReviewForm(
            replace(claimed, exploration=True),
            owner,
            FormContext("C0PAY", 13, event_id=40),
            (resized,) * 6,
            OutcomeUsage(41_000_000, Decimal("38.20"), 900_000, typed(BASIS)),
            is_shared=True,
            is_retro=True,
            evidence=typed("GitHub: merged on 2026-11-20"),
        ),
        "verified": Verified(verified, owner),
        "verified_reviewed": Verified(
            verified, owner, Review(25, Impact(Decimal("3.50"), ImpactUnit.HOURS))
        ),
        "outcome_sent_back": OutcomeMoved(replace(claimed, state=OutcomeState.REJECTED), sent_back),
        "outcome_reverted": OutcomeMoved(replace(claimed, state=OutcomeState.REVERTED), reverted),
        "outcome_dropped": OutcomeMoved(replace(claimed, state=OutcomeState.DROPPED), dropped),
        "outcome_resized": OutcomeMoved(first, resized),
        "outcome_rekeyed": OutcomeMoved(first, rekeyed),
        "owner_told_sent_back": OwnerTold(replace(claimed, state=OutcomeState.REJECTED), sent_back),
        "owner_told_reverted": OwnerTold(replace(claimed, state=OutcomeState.REVERTED), reverted),
        "outcome_story": OutcomeStory(
            verified,
            owner,
            (
                told(13, OutcomeState.DECLARED, owner, "https://acme.slack.com/archives/C0/p1"),
                resized,
                told(13, OutcomeState.CLAIMED, owner, "https://git.example/pay/pull/13"),
                sent_back,
                verifying,
            ),
            TODAY,
            Review(25, Impact(Decimal(12000), ImpactUnit.REVENUE)),
            parts=(outcome(15, typed("Split off"), state=OutcomeState.DROPPED),),
            usage=OutcomeUsage(41_000_000, Decimal("38.20"), 900_000, typed(BASIS)),
        ),
        "outcome_story_new": OutcomeStory(
            first, owner, (told(12, OutcomeState.DECLARED, owner),), TODAY, can_finish=True
        ),
        "outcome_story_long": OutcomeStory(
            replace(claimed, exploration=True),
            owner,
            (sent_back,) * 60,
            TODAY,
            whole=first,
            can_review=True,
        ),
        "me": Me(weeks, open_outcomes(typed), sources, TODAY, typed(BASIS), groups(typed, TODAY)),
        "me_workflows": Me(
            weeks,
            open_outcomes(typed)[:1],
            sources,
            TODAY,
            typed(BASIS),
            workflows=own_curves(typed),
            tips=open_tips(typed, TODAY),
        ),
        "me_one_outcome": Me(
            weeks, open_outcomes(typed)[:1], sources, TODAY, "", groups(typed, TODAY)
        ),
        "me_no_outcome": Me(weeks, (), sources, TODAY, "", groups(typed, TODAY)),
        "me_long": Me(
            weeks,
            open_outcomes(typed, 60),
            sources,
            TODAY,
            typed(BASIS),
            groups(typed, TODAY, 40),
            own_curves(typed, 20),
            open_tips(typed, TODAY, 20),
        ),
        "me_empty": Me((), (), (), TODAY),
        "team": TeamView(roster(typed), open_outcomes(typed)),
        "team_of_300": TeamView(roster(typed, 300), open_outcomes(typed, 400)),
        "team_empty": TeamView(roster(typed, 0), ()),
        "no_team": NoTeam(),
        "setup_form": SetupForm(
            FormContext("C0PAY"), typed("Payments"), ("U001",), ("U001", "U002"), "Europe/Berlin"
        ),
        "setup_form_of_300": SetupForm(
            FormContext("C0PAY"),
            typed("Payments"),
            ("U001",),
            tuple(f"U{number:03d}" for number in range(300)),
            "America/Indiana/Knox",
            digest_minute=15,
        ),
        "setup_done": SetupDone(roster(typed).team, 6),
        "digest_with_findings": replace(
            digest(typed), digest=replace(team_digest(typed), findings=FindingCounts(12, 7))
        ),
        "digest": normal,
        "digest_image": replace(normal, chart="image", image_file_ids=("F0CHART",)),
        "digest_text": replace(normal, chart="text"),
        "digest_withheld": digest(typed, people=3, gap=None),
        "digest_first_week": digest(typed, weeks=0),
        "digest_young": digest(typed, weeks=3, gap=None, verified=4),
        "digest_nothing": digest(typed, verified=0, claimed=0, tokens=0, weeks=1),
        "digest_of_300": digest(typed, verified=400, claimed=200, people=300),
        "digest_fixed": digest_fixed(typed),
        "digest_preview": DigestPreview(
            normal.digest, normal.people, posts_at=NOW, channel_id="C0PAY"
        ),
        **digest_answer_pages(normal),
        **digest_pages(
            typed,
            normal,
            digest(typed, people=3, gap=None),
            digest(typed, verified=0, claimed=0, tokens=0, weeks=1),
        ),
        **attribution_pages(typed, NOW, open_outcomes(typed)),
        **company_pages(typed),
        **workflow_pages(typed),
        **about_budgets,
        **about_rules,
        **coaching_pages(typed),
        **about_privacy,
        **homes(home, about_budgets, open_outcomes(typed, 200)),
    }
