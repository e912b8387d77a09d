"""Rules in words: stages, thresholds, verdicts, exceptions, and numbers with their units."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from messages.escape import ELLIPSIS, clip, graphemes, link, mrkdwn, plain
from messages.lines import NAME_ROOM
from messages.pages.rules import ExceptionLine, ParamLine, SetBy
from messages.wording import amount, count, day, percent, ratio, significant, usd
from policies.privacy import MINIMUM_GROUP
from policies.rules.facts import FactType, FactValue, SubjectKind, Unit
from policies.rules.lifecycle import Verdicts
from policies.rules.model import Param, RuleProblem, Stage

CODE_ROOM: Final = 400
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
        return f"{readable(of)} {_COUNTED[unit] if of == 1 else _COUNTED[unit] + 's'}"
    return _measured(of, unit)


def typed(of: FactValue) -> str:
    """A value as a person types it into a field: `5`, `0.25`, `yes`."""
    if isinstance(of, bool):
        return "yes" if of else "no"
    return of if isinstance(of, str) else _number(of)


def param_hint(param: Param) -> str:
    """What may be typed: `floor_usd: USD, from 0.5 to 500. The rule's file says 5.`"""
    within = bounds(param)
    kind = {FactType.BOOL: "yes or no", FactType.STRING: "a text", FactType.INT: "a whole number"}
    what = str(param.unit) or kind.get(param.type, "a number")
    if param.unit is Unit.SHARE:
        what = "a share, 0.25 for a quarter"
    said = f"{param.name}: {what}{f', {within}' if within else ''}."
    return f"{said} The rule's file says {typed(param.default)}."


def bounds(param: Param) -> str:
    """`from 0.5 to 500`, `at least 1`, or nothing."""
    low, high = param.at_least, param.at_most
    if low is not None and high is not None:
        return f"from {_bound(low)} to {_bound(high)}"
    if low is not None:
        return f"at least {_bound(low)}"
    return f"at most {_bound(high)}" if high is not None else ""


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


def rounded_usd(money: Decimal) -> str:
    """Money in two significant digits: `$9`, `$1.20`, `$1,200`."""
    shown = significant(money, 2)
    return f"${shown:,.0f}" if abs(shown) >= 10 or shown == int(shown) else usd(shown)


def precision(verdicts: Verdicts, fewest: int = MINIMUM_GROUP) -> str:
    """`11 of 12 people say it is right`; a few are not counted out, so as to name nobody."""
    if verdicts.total < fewest:
        return f"answers of fewer than {fewest} people so far"
    right = verdicts.total - verdicts.wrong
    return f"{right} of {verdicts.total} people say it is right"


def rounded(number: int) -> int:
    """The number in two significant digits."""
    return int(significant(Decimal(number), 2))


def param_value(line: ParamLine) -> str:
    """A threshold's value with its unit, as plain text."""
    return clip(value(line.value, line.param.unit), 80)


def problem_line(problem: RuleProblem) -> str:
    """A problem in a file, with its place: `• rules.yaml:3:5: …`."""
    return f"• {code(problem.place, 120)} {mrkdwn(clip(problem.sentence, 300), 500)}"


def exception_line(line: ExceptionLine, today: date) -> str:
    """`*E-3* covers O-12 until Fri 20 Nov, by Ana: “Load test”`."""
    by = f", by {mrkdwn(clip(line.created_by.name, NAME_ROOM))}" if line.created_by else ""
    reason = f": “{mrkdwn(clip(line.reason, 200), 400)}”" if line.reason else ""
    return f"*{line.label}* covers {mrkdwn(clip(line.covers, 160), 300)} until {day(line.last_day, today)}{by}{reason}"


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
    return f"{readable(of)} {unit}".strip()


def _who_set(line: ParamLine, today: date) -> str:
    if line.set_by is SetBy.FILE:
        return "as in the rule's file"
    whom = "for the team" if line.set_by is SetBy.TEAM else "for everybody"
    by = f" by {mrkdwn(clip(line.person.name, NAME_ROOM))}" if line.person else ""
    when = f", {day(line.at.date(), today)}" if line.at else ""
    return f"set {whom}{by}{when}"


def _number(of: int | float) -> str:
    """As a person types it, with every digit: `5`, `0.125`."""
    return str(of) if isinstance(of, int) else f"{Decimal(str(of)).normalize():f}"


def _bound(of: int | float) -> str:
    return f"{of:,}" if isinstance(of, int) else _number(of)


def readable(of: int | float) -> str:
    """As a person reads it: `20,000`, `1.5`, `0.33`, `12`."""
    if isinstance(of, int):
        return f"{of:,}"
    return (
        ratio(Decimal(str(of))) if abs(of) < 10 else f"{Decimal(str(round(of, 1))).normalize():,f}"
    )
