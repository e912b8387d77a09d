"""The text of `/mileage` as an intent: one of VERBS, some with a week, a rule or teams after it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.intents.words import NotUnderstood, mistyped, readable, shortened
from bot.intents.workflows import WorkflowIntent, parse_workflow
from policies.periods import IsoWeek, NotAPeriod

LONGEST_RULE_ID = 80
MOST_TEAMS = 40
WEEK_LIKE = re.compile(r"\d{4}-?[wW]")
"""A word that means a week, right or wrong: no team is called so."""
VERBS = (
    *("me", "team", "digest", "company", "policies", "workflow"),
    *("mute", "unmute", "coaching", "privacy", "setup", "help"),
)


@dataclass(frozen=True, slots=True)
class MileageHelp:
    """Show what `/mileage` understands."""


@dataclass(frozen=True, slots=True)
class ShowMe:
    """Show the person their own figures."""


@dataclass(frozen=True, slots=True)
class ShowTeam:
    """Show the team's week so far, fit for its members."""


@dataclass(frozen=True, slots=True)
class PreviewDigest:
    """Show the digest as it would be posted; the last full week where none is named."""

    week: IsoWeek | None = None


@dataclass(frozen=True, slots=True)
class ShowCompany:
    """Show all teams' week; the last full one where none is named, all teams where none is named."""

    week: IsoWeek | None = None
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenSetup:
    """Show the form that sets up the channel's team."""


@dataclass(frozen=True, slots=True)
class ShowRules:
    """Show the rules, or the one with this id."""

    rule_id: str = ""


@dataclass(frozen=True, slots=True)
class ShowMutes:
    """Show which tips the person stopped."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Stop tips of a kind: `all`, `cards`, a skill, or a rule's id."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unmute:
    """Let tips of a kind speak again."""

    kind: str


@dataclass(frozen=True, slots=True)
class ShowCoaching:
    """Show whether tips help, for leads and admins."""


@dataclass(frozen=True, slots=True)
class ShowPrivacy:
    """Show the person what is kept about them and who looked."""


CoachingIntent: TypeAlias = ShowMutes | Mute | Unmute | ShowCoaching
OwnIntent: TypeAlias = MileageHelp | ShowMe | ShowPrivacy | WorkflowIntent | CoachingIntent
TeamIntent: TypeAlias = ShowTeam | PreviewDigest | ShowCompany | OpenSetup | ShowRules
MileageIntent: TypeAlias = OwnIntent | TeamIntent

_ALONE: dict[str, MileageIntent] = {
    "": MileageHelp(),
    "help": MileageHelp(),
    "me": ShowMe(),
    "team": ShowTeam(),
    "coaching": ShowCoaching(),
    "privacy": ShowPrivacy(),
    "setup": OpenSetup(),
}


def parse_mileage(text: str, command: str = "/mileage") -> MileageIntent:
    """Read what follows the command; NotUnderstood names the problem and the nearest right form."""
    verb, _, rest = readable(text).partition(" ")
    verb = verb.lower()
    if verb in _WITH_MORE:
        return _WITH_MORE[verb](rest, command)
    if verb not in _ALONE:
        meant = mistyped(verb, VERBS)
        problem = f"“{shortened(verb)}” is nothing {command} knows."
        raise NotUnderstood(
            f"Did you mean “{meant}”?" if meant else problem, f"{command} {meant or 'help'}"
        )
    if rest:
        raise NotUnderstood(f"“{verb}” takes nothing after it.", f"{command} {verb}")
    return _ALONE[verb]


def _digest(text: str, command: str) -> PreviewDigest:
    return PreviewDigest(_week(text, f"{command} digest") if text else None)


def _policies(text: str, _command: str) -> ShowRules:
    return ShowRules(shortened(text.lower(), LONGEST_RULE_ID))


def _company(text: str, command: str) -> ShowCompany:
    """`2026-W46 Payments, Search`: a week, teams, both or neither."""
    first, _, others = text.partition(" ")
    named = others if WEEK_LIKE.match(first) else text
    week = _week(first, f"{command} company") if WEEK_LIKE.match(first) else None
    names = [shortened(name.strip()) for name in named.split(",")]
    return ShowCompany(week, tuple(name for name in names if name)[:MOST_TEAMS])


def _mute(text: str, _command: str) -> ShowMutes | Mute:
    kind = shortened(text.lower(), LONGEST_RULE_ID)
    return Mute(kind) if kind else ShowMutes()


def _unmute(text: str, _command: str) -> ShowMutes | Unmute:
    kind = shortened(text.lower(), LONGEST_RULE_ID)
    return Unmute(kind) if kind else ShowMutes()


def _week(text: str, form: str) -> IsoWeek:
    try:
        return IsoWeek.parse(shortened(text))
    except NotAPeriod as problem:
        raise NotUnderstood(str(problem), f"{form} 2026-W46") from None


_WITH_MORE: dict[str, Callable[[str, str], MileageIntent]] = {
    "digest": _digest,
    "company": _company,
    "policies": _policies,
    "workflow": parse_workflow,
    "mute": _mute,
    "unmute": _unmute,
}
"""Verbs that take something after them, each with what reads it and the command's name."""
