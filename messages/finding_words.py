"""Findings in words: what each is about, what its person said, and why it speaks, clause by clause."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from messages.escape import clip, mrkdwn
from messages.lines import title
from messages.pages.findings import CoachingTip, LeadNotice, LeadReason
from messages.rule_words import code, rounded_usd, value
from messages.wording import count, day, moment
from policies.outcomes import Outcome
from policies.rules.catalogue import CATALOGUE
from policies.rules.evaluation import Clause
from policies.rules.facts import FactValue, SubjectKind, Unit
from policies.rules.findings import Finding, FindingState
from policies.rules.model import Rule

_PARAMS: Final = "params."
_HOLDS: Final = {
    FindingState.ACKNOWLEDGED: "You: I tried it",
    FindingState.PLANNED: "You: it is planned",
    FindingState.SNOOZED: "You: not now",
    FindingState.ACCEPTED: "You: it does not matter here",
    FindingState.WRONG: "You: it is wrong",
}
_WHY_A_LEAD: Final = {
    LeadReason.UNANSWERED: "was told{on} and has not answered for seven days",
    LeadReason.STILL_MATCHES: "was told{on}, and it still holds",
    LeadReason.AGREED: "agreed that you hear of it",
    LeadReason.BUDGET_USED_UP: "has nothing left of their budget",
}


def about(finding: Finding, outcome: Outcome | None) -> str:
    """What a finding is about, as its person reads it: `*O-12* Cut checkout p95`, `your day so far`."""
    if outcome is not None:
        return f"*{outcome.label}* {title(outcome)}"
    labels = finding.subject.labels
    match finding.subject.kind:
        case SubjectKind.OUTCOME:
            return mrkdwn(clip(labels.get("outcome", ""), 40))
        case SubjectKind.SESSION:
            return f"your session {mrkdwn(clip(labels.get('session', ''), 40))}"
        case SubjectKind.WORKFLOW:
            return f"your workflow {mrkdwn(clip(labels.get('workflow', ''), 80))}"
        case SubjectKind.SOURCE:
            return f"the source {mrkdwn(clip(labels.get('source', ''), 60))}"
        case SubjectKind.ENGINEER_DAY:
            return "your day"
        case SubjectKind.ENGINEER_WEEK:
            return "your week"
        case _:
            return "your team's last full week"


def at_stake(impact: Decimal | None) -> str:
    """`about $9 at list price`: two significant digits; "" where no money is at stake."""
    if impact is None or impact <= 0:
        return ""
    return f"about {rounded_usd(impact)} at list price"


def answered(finding: Finding, last_day: date | None, today: date) -> str:
    """What the person said, or what became of it, and when the rule speaks again."""
    state = finding.state
    if state is FindingState.RESOLVED:
        when = f" {moment(finding.resolved_at)}" if finding.resolved_at else ""
        return f"*Settled{when}*: it no longer holds."
    if state is FindingState.EXEMPTED:
        return "*Not told*: an exception covers it."
    if state not in _HOLDS:
        return "*Waiting*: it has not held for long enough yet."
    said = f"*{_HOLDS[state]}*"
    reason = f" “{mrkdwn(clip(finding.reason, 300), 600)}”" if finding.reason else ""
    if state is FindingState.WRONG:
        return f"{said}.{reason} It says no more about this until the rule changes."
    if state is FindingState.ACKNOWLEDGED and last_day is not None:
        silent = f"It stays silent until {day(last_day, today)}"
        return f"{said}.{reason} {silent}, then speaks again only if it stopped and came back."
    if state is FindingState.ACKNOWLEDGED or last_day is None:
        return f"{said}.{reason} It speaks again only if it stops and then comes back."
    return f"{said}.{reason} It stays silent until {day(last_day, today)}, then speaks again if it still holds."


def who_reads(page: CoachingTip) -> str:
    """Who reads of a tip beside the person, and when a lead does."""
    finding = page.finding
    only = "Only you see this message."
    if finding.is_lead_told:
        return (
            f"{only} Your lead was told of the rule and what it is about, never of what you used."
        )
    if finding.lead_may_know:
        return (
            f"{only} Your lead may hear of the rule and what it is about, never of what you used."
        )
    if page.lead_will_hear:
        return (
            f"{only} If it still holds in seven days, or tomorrow where your budget is used up, your "
            "lead hears of the rule and what it is about, never of what you used. “Planned…”, "
            "“Snooze…”, “Not relevant” and “Wrong…” keep it yours while they hold, “Tried it” for a week."
        )
    return "Only you see this."


def clause_lines(clauses: Iterable[Clause], rule: Rule) -> list[str]:
    """Each part of a condition: whether it holds, its values, and what would clear it."""
    return [_clause(one, rule) for one in clauses]


def timers(rule: Rule) -> str:
    """How long a rule waits before it speaks and before it is settled."""
    before = f"It has to hold for {duration(rule.for_)} first" if rule.for_ else "It speaks at once"
    after = f"has to be clear for {duration(rule.keep)}" if rule.keep else "is settled at once"
    return f"{before}, and {after} when it stops."


def duration(length: timedelta) -> str:
    """`30 minutes`, `1 hour`, `2 days`."""
    minutes = int(length.total_seconds()) // 60
    for size, word in ((1440, "day"), (60, "hour")):
        if minutes >= size and minutes % size == 0:
            return count(minutes // size, word)
    return count(minutes, "minute")


def lead_reason(page: LeadNotice) -> str:
    """Why a lead hears of it: `was told on Mon 9 Nov and has not answered for seven days`."""
    on = f" on {day(page.told_on, page.today)}" if page.told_on else ""
    return _WHY_A_LEAD[page.why].format(on=on)


def _clause(clause: Clause, rule: Rule) -> str:
    holds = "holds" if clause.holds else "does not hold"
    lines = [f"• {code(clause.text)} *{holds}*"]
    lines += [f"     {_named(name, of, rule)}" for name, of in clause.named.items()]
    if clause.holds and clause.clears:
        lines.append(f"     It would clear with: {mrkdwn(clip(clause.clears, 200), 400)}")
    return "\n".join(lines)


def _named(name: str, of: FactValue, rule: Rule) -> str:
    if name.startswith(_PARAMS):
        param = rule.params.get(name.removeprefix(_PARAMS))
        unit, meaning = (param.unit, param.meaning) if param else (Unit.NONE, "")
        what = f"the threshold {code(name.removeprefix(_PARAMS), 60)}"
    else:
        fact = CATALOGUE[rule.subject].get(name)
        unit, meaning = (fact.unit, fact.meaning) if fact else (Unit.NONE, "")
        what = code(name, 80)
    said = f" ({mrkdwn(clip(meaning, 160), 320)})" if meaning else ""
    return f"{what} is *{mrkdwn(clip(value(of, unit), 80), 160)}*{said}"
