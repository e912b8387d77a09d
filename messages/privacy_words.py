"""What is kept about somebody, who looked and what forgetting means, in words."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from messages.escape import clip, mention, mrkdwn
from messages.pages.privacy import ForgetForm, LookLine, OrganisationPrivacy
from messages.wording import count, day, listed, percent
from policies.personal_data import DataKind, Kept, ReadKind

KINDS: Final = {
    DataKind.IDENTITY: "Name, e-mail address, Slack account and time zone",
    DataKind.MEMBERSHIPS: "Which teams you count in or lead",
    DataKind.USAGE: "Usage records: time, model, tokens, cost, session, repository, branch, ticket",
    DataKind.DAYS: "Their sums by day",
    DataKind.SHARES: "For which outcome each part of a day counts",
    DataKind.CLOSED_WEEKS: "What you added to weeks and workflows of your team that were shown",
    DataKind.LABELS: "Names you gave to workflows",
    DataKind.OUTCOMES: "Outcomes you own or verified, and steps you took",
    DataKind.FOCUS: "When you had which outcome in focus",
    DataKind.BUDGETS: "Allowances, grants and requests that you got, asked for or decided",
    DataKind.LIMITS: "Limits to be sent to other systems",
    DataKind.FINDINGS: "What rules found, and your answers",
    DataKind.TIPS: "Tips you were told, what you muted, and whether tips helped",
    DataKind.EXCEPTIONS: "Exceptions from rules that cover you",
    DataKind.ANSWERS: "Your answers to digests",
    DataKind.MESSAGES: "Which messages Mileage sent you",
    DataKind.LOOKS: "Who was shown something of yours",
    DataKind.DEEDS: "The audit trail: what you did, set and looked at",
}
"""Each kind as the person reads it."""

READS: Final = {
    ReadKind.BUDGET_BAND: "the status of your budget",
    ReadKind.REQUEST: "your request, with the status of your budget",
    ReadKind.REVIEW_TOKENS: "what you used for an outcome, to review it",
    ReadKind.FINDING: "that a rule found something",
    ReadKind.EXCEPTION: "that somebody is excepted from a rule, without a name",
}
AFTERWARDS: Final = (
    "Usage that arrives later, and old logs that are imported again, are counted under a new person, "
    "unless your organisation stops collecting them. So is what you do here from now on. Limits that "
    "other systems hold for you, and Slack’s own messages, are not Mileage’s to delete."
)
PURGED: Final = "usage, its sums by day, findings, tips, focus, answers, messages and looks are deleted, every night"


def kept_lines(kept: Iterable[Kept], today: date) -> str:
    """What is kept, a line a kind: `• Their sums by day: 61 rows since Mon 3 Aug`."""
    return "\n".join(
        f"• {mrkdwn(KINDS[one.kind])}: {count(one.rows, 'row')}{_since(one, today)}" for one in kept
    )


def look_lines(looks: Iterable[LookLine], today: date) -> str:
    """Who looked at what, a line a look."""
    return "\n".join(f"• {day(one.day, today)}: {_look(one)}" for one in looks)


def retention_words(days: int | None) -> str:
    """After how many days what is deleted."""
    if days is None:
        return "No retention period is set here: rows stay until somebody deletes them."
    return (
        f"After {count(days, 'day')} {PURGED}. Outcomes, budgets, the audit trail and the sums of "
        "closed weeks stay."
    )


def organisation_words(group: OrganisationPrivacy) -> str:
    """How figures of groups are kept fit to be shown, and how often they were withheld."""
    rule = group.group_rule
    return (
        f"A group’s figures need at least {count(rule.minimum, 'active person', 'active people')}, none with more "
        f"than {percent(rule.dominant_share)} of the tokens or cost. "
        f"Of {count(group.digests, 'digest')} posted for the last twelve weeks, {group.withheld:,} "
        f"withheld tokens and cost. "
        f"{count(group.people, 'person', 'people').capitalize()} known, {group.forgotten:,} forgotten."
    )


def going_lines(kept: Iterable[Kept]) -> str:
    """What forgetting deletes, a line a kind."""
    return "\n".join(f"• {mrkdwn(KINDS[one.kind])}: {count(one.rows, 'row')}" for one in kept)


def staying_lines(kept: Iterable[Kept]) -> str:
    """What stays with a number that leads to no name, and why."""
    kinds = {one.kind for one in kept}
    lines = ["• Sums of closed weeks, because they were shown; your part cannot be told from them"]
    if DataKind.OUTCOMES in kinds:
        lines.append(
            "• Outcomes and their stories, in the team’s name, as titles and reasons were typed"
        )
    if DataKind.BUDGETS in kinds:
        lines.append(
            "• Amounts granted and asked for, because budgets add up from them; reasons go"
        )
    if DataKind.DEEDS in kinds:
        lines.append("• The audit trail, because decisions have to stay explainable")
    return "\n".join(lines)


def afterwards_words(form: ForgetForm) -> str:
    """What happens to what is under way, and to usage that arrives later."""
    lines = [AFTERWARDS]
    if form.open_outcomes:
        lines.append(
            f"{count(form.open_outcomes, 'outcome')} of yours {_is(form.open_outcomes)} open still; "
            "colleagues verify what you claimed, and a lead can drop the rest."
        )
    if form.waiting:
        lines.append(f"{count(form.waiting, 'request')} of yours {_is(form.waiting)} withdrawn.")
    if form.only_lead_of:
        teams = mrkdwn(clip(listed(form.only_lead_of), 200))
        lines.append(
            f"You are the only lead of {teams}; an admin has to name another in its set-up."
        )
    return "\n".join(lines)


def _since(one: Kept, today: date) -> str:
    return f" since {day(one.oldest, today)}" if one.oldest else ""


def _look(one: LookLine) -> str:
    if one.reader is None or one.what is None:
        return "whoever runs Mileage exported all of it"
    subject = f" ({mrkdwn(one.subject, 80)})" if one.subject else ""
    return f"{mention(one.reader)} was shown {READS[one.what]}{subject}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
