"""Rules and findings in words: stages, thresholds, clauses, verdicts, and numbers with their units."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from messages.escape import ELLIPSIS, clip, graphemes, link, mrkdwn, plain
from messages.lines import NAME_ROOM, title
from messages.pages.findings import LeadNotice, LeadReason
from messages.pages.rules import BacktestLine, Effect, ExceptionLine, ParamLine, Precision, SetBy
from messages.wording import amount, count, day, moment, percent, ratio, significant, usd
from policies.outcomes import Outcome
from policies.privacy import Published
from policies.rules.catalogue import CATALOGUE
from policies.rules.evaluation import Clause
from policies.rules.facts import FactType, FactValue, SubjectKind, Unit
from policies.rules.findings import Finding, FindingState
from policies.rules.model import Param, Rule, RuleProblem, Stage

CODE_ROOM: Final = 400
FEW: Final = "about fewer than 5 people"
_PARAMS: Final = "params."
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_COUNTED: Final = {
    Unit.HOURS: "hour",
    Unit.DAYS: "day",
    Unit.REQUESTS: "request",
    Unit.TURNS: "prompt",
    Unit.RUNS: "run",
    Unit.OUTCOMES: "outcome",
    Unit.SESSIONS: "session",
    Unit.KEYS: "key",
}
_STAGES: Final = {
    Stage.SHADOW: "it only counts, and nobody is told",
    Stage.DIGEST: "its findings are counted in the team's digest, without names",
    Stage.COACH: "the person concerned is told, privately",
    Stage.LEAD: "the person is told first; a lead is told if it goes on, never what was used",
}
_SUBJECTS: Final = {
    SubjectKind.ENGINEER_DAY: "a person's day",
    SubjectKind.ENGINEER_WEEK: "a person's week so far",
    SubjectKind.OUTCOME: "an outcome",
    SubjectKind.SESSION: "a session",
    SubjectKind.WORKFLOW: "a person's workflow",
    SubjectKind.TEAM_WEEK: "a team's last full week",
    SubjectKind.SOURCE: "a source of usage",
}
_SKILLS: Final = {
    "scope-first": "scope first",
    "curate-context": "curate context",
    "match-model": "match the model to the task",
    "restart-clean": "restart clean",
}
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


def code(text: object, most: int = CODE_ROOM) -> str:
    """Text as it has to be typed, in Slack's code marks; its escaped form has at most `most` signs.

    Nothing in it is a mention or a link.
    """
    shown = clip(str(text), most).replace("`", "\u02cb")
    room, pieces = most, []
    for cluster in graphemes(shown):
        piece = "".join(_ENTITIES.get(sign, sign) for sign in cluster)
        if len(piece) > room - 1:
            pieces.append(ELLIPSIS)
            break
        room -= len(piece)
        pieces.append(piece)
    return f"`{''.join(pieces)}`"


def value(of: FactValue, unit: Unit) -> str:
    """A fact's or a threshold's value with its unit: `$6.00`, `87%`, `3 hours`, `yes`; plain text."""
    if isinstance(of, bool):
        return "yes" if of else "no"
    if isinstance(of, str):
        return of or "nothing"
    if unit in _COUNTED:
        return f"{_readable(of)} {_COUNTED[unit] if of == 1 else _COUNTED[unit] + 's'}"
    return _measured(of, unit)


def typed(of: FactValue) -> str:
    """A value as a person types it into a field: `5`, `0.25`, `yes`."""
    if isinstance(of, bool):
        return "yes" if of else "no"
    return of if isinstance(of, str) else _number(of)


def param_hint(param: Param) -> str:
    """What may be typed: `USD, from 0.5 to 500. 5 in the rule's file. Least cost worth a word.`"""
    bounds = _bounds(param)
    kind = {FactType.BOOL: "yes or no", FactType.STRING: "a text", FactType.INT: "a whole number"}
    what = str(param.unit) or kind.get(param.type, "a number")
    if param.unit is Unit.SHARE:
        what = "a share, 0.25 for a quarter"
    parts = [f"{what[0].upper()}{what[1:]}{f', {bounds}' if bounds else ''}."]
    parts.append(f"The rule's file says {typed(param.default)}.")
    return " ".join([*parts, sentence(param.meaning)] if param.meaning else parts)


def param_line(line: ParamLine, today: date) -> str:
    """A threshold that holds: `• floor_usd is $5.00, as in the rule's file. Least cost worth a word.`"""
    shown = mrkdwn(clip(value(line.value, line.param.unit), 80))
    name, meaning = code(line.param.name, 60), mrkdwn(clip(sentence(line.param.meaning), 200))
    return f"• {name} is {shown}, {_who_set(line, today)}.{f' {meaning}' if line.param.meaning else ''}"


def stage_words(stage: Stage) -> str:
    """What a stage means: `the person concerned is told, privately`."""
    return _STAGES[stage]


def subject_words(kind: SubjectKind) -> str:
    """What a rule looks at: `an outcome`."""
    return _SUBJECTS[kind]


def skill_words(skill: str) -> str:
    """One of the four skills as people say it."""
    return _SKILLS.get(skill, skill.replace("-", " "))


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


def rounded_usd(money: Decimal) -> str:
    """Money in two significant digits: `$9`, `$1.20`, `$1,200`."""
    shown = significant(money, 2)
    return f"${shown:,.0f}" if abs(shown) >= 10 or shown == int(shown) else usd(shown)


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
    if state is FindingState.ACKNOWLEDGED or last_day is None:
        return f"{said}.{reason} It speaks again only if it stops and then comes back."
    return f"{said}.{reason} It stays silent until {day(last_day, today)}, then speaks again if it still holds."


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


def precision(judged: Precision) -> str:
    """`11 of 12 answers say it is right`; a few answers are not counted out."""
    if not judged.is_told:
        return "fewer than 5 answers so far"
    return f"{judged.right} of {judged.answers} answers say it is right"


def findings(counted: Published[int]) -> str:
    """`about 12 findings in 28 days`, or that they are of too few people."""
    if counted.shown is None:
        return f"findings in 28 days: {FEW}"
    return (
        f"about {count(rounded(counted.shown), 'finding')} in 28 days"
        if counted.shown
        else "no findings in 28 days"
    )


def rounded(number: int) -> int:
    """The number in two significant digits."""
    return int(significant(Decimal(number), 2))


def backtest(line: BacktestLine | None) -> str:
    """What the latest backtest came to, in one line."""
    if line is None:
        return "no backtest yet"
    dated = f"backtest of {count(line.days, 'day')}, {moment(line.made_at)}"
    old = "" if line.is_current else " of another text of the rule"
    weekly = (
        f"about {rough(line.findings_a_week)} findings a week"
        if line.findings_a_week.shown is not None
        else f"findings {FEW}"
    )
    return f"{dated}{old}: {weekly}"


def rough(counted: Published[Decimal]) -> str:
    """A published figure in two significant digits; `too few people to say` where it is withheld."""
    if counted.shown is None:
        return "too few people to say"
    return _number(float(significant(counted.shown, 2)))


def backtest_in_full(line: BacktestLine | None) -> str:
    """The same with people, tips and money."""
    if line is None or line.findings_a_week.shown is None:
        return backtest(line)
    people = f"about {rounded(line.people.shown)} people" if line.people.shown else "nobody"
    tips = f"about {rough(line.tips_a_week)} tips a week after the limit on tips"
    return f"{backtest(line)}, {people} in all, {tips}, {_money(line.impact_usd)} at stake"


def effect_lines(effect: Effect) -> str:
    """What other thresholds would have changed: `Findings a week: about 12 now, about 7 then`."""
    if effect.findings_before.shown is None and effect.findings_after.shown is None:
        return f"Both are {FEW}, so there are no figures."
    rows = (
        ("Findings a week", _about(effect.findings_before), _about(effect.findings_after)),
        ("People", _about_people(effect.people_before), _about_people(effect.people_after)),
        ("Money at stake", _money(effect.impact_before), _money(effect.impact_after)),
    )
    return "\n".join(f"*{name}:* {before} now, {after} then" for name, before, after in rows)


def param_value(line: ParamLine) -> str:
    """A threshold's value with its unit, as plain text."""
    return clip(value(line.value, line.param.unit), 80)


def problem_line(problem: RuleProblem) -> str:
    """A problem in a file, with its place: `• rules.yaml:3:5: …`."""
    return f"• {code(problem.place, 120)} {mrkdwn(clip(problem.sentence, 300), 500)}"


def exception_line(line: ExceptionLine, today: date) -> str:
    """`*X-3* covers O-12 until Fri 20 Nov, by Ana: “Load test”`."""
    by = f", by {mrkdwn(clip(line.created_by.name, NAME_ROOM))}" if line.created_by else ""
    reason = f": “{mrkdwn(clip(line.reason, 200), 400)}”" if line.reason else ""
    return f"*{line.label}* covers {mrkdwn(clip(line.covers, 160), 300)} until {day(line.last_day, today)}{by}{reason}"


def lead_reason(page: LeadNotice) -> str:
    """Why a lead hears of it: `was told on Mon 9 Nov and has not answered for seven days`."""
    on = f" on {day(page.told_on, page.today)}" if page.told_on else ""
    return _WHY_A_LEAD[page.why].format(on=on)


def links(urls: Iterable[str]) -> str:
    """Links to read on, each under its own address."""
    return ", ".join(link(url, clip(url, 120)) for url in urls)


def sentence(text: str) -> str:
    """The text with a full stop at its end."""
    shown = text.strip()
    return shown if not shown or shown.endswith((".", "?", "!")) else f"{shown}."


def bulleted(lines: Iterable[str], most: int = 300) -> list[str]:
    """Plain texts as lines of a list."""
    return [f"• {mrkdwn(clip(one, most), 2 * most)}" for one in lines]


def field_label(param: Param) -> str:
    """A field's label: the threshold's meaning in plain words, else its name."""
    return plain(param.meaning.rstrip(".") or param.name.replace("_", " "), 150)


def _about(counted: Published[Decimal]) -> str:
    return FEW if counted.shown is None else f"about {rough(counted)}"


def _about_people(counted: Published[int]) -> str:
    if counted.shown is None:
        return "fewer than 5"
    return f"about {rounded(counted.shown)}" if counted.shown else "nobody"


def _money(money: Published[Decimal]) -> str:
    return "too few people to say" if money.shown is None else f"about {rounded_usd(money.shown)}"


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


def _measured(of: int | float, unit: Unit) -> str:
    match unit:
        case Unit.USD:
            return usd(Decimal(str(of)))
        case Unit.TOKENS:
            return f"{amount(int(of))} tokens"
        case Unit.SHARE:
            return percent(of)
        case Unit.CHANGE:
            return f"{of:+.0%}"
        case Unit.PEOPLE:
            return count(int(of), "person", "people")
    return f"{_readable(of)} {unit}".strip()


def _who_set(line: ParamLine, today: date) -> str:
    if line.set_by is SetBy.FILE:
        return "as in the rule's file"
    whom = "for the team" if line.set_by is SetBy.TEAM else "for everybody"
    by = f" by {mrkdwn(clip(line.person.name, NAME_ROOM))}" if line.person else ""
    when = f", {day(line.at.date(), today)}" if line.at else ""
    return f"set {whom}{by}{when}"


def _bounds(param: Param) -> str:
    low, high = param.at_least, param.at_most
    if low is not None and high is not None:
        return f"from {_number(low)} to {_number(high)}"
    if low is not None:
        return f"at least {_number(low)}"
    return f"at most {_number(high)}" if high is not None else ""


def _number(of: int | float) -> str:
    """As a person types it, with every digit: `5`, `0.125`."""
    return str(of) if isinstance(of, int) else f"{Decimal(str(of)).normalize():f}"


def _readable(of: int | float) -> str:
    """As a person reads it: `20,000`, `1.5`, `0.33`, `12`."""
    if isinstance(of, int):
        return f"{of:,}"
    return (
        ratio(Decimal(str(of))) if abs(of) < 10 else f"{Decimal(str(round(of, 1))).normalize():,f}"
    )
