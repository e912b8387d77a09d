"""The text of `/mileage` as an intent: `help`, `me`, `team`, `digest [WEEK]`, `policies [RULE]`, …"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from bot.intents.words import NotUnderstood, mistyped, readable, shortened
from policies.periods import IsoWeek, NotAPeriod

LONGEST_RULE_ID = 80
MOST_TEAMS = 40
WEEK_LIKE = re.compile(r"\d{4}-?[wW]")
"""A word that means a week, right or wrong: no team is called so."""
VERBS = ("me", "team", "digest", "company", "policies", "mute", "unmute", "setup", "help")


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


CoachingIntent: TypeAlias = ShowMutes | Mute | Unmute
MileageIntent: TypeAlias = (
    MileageHelp
    | ShowMe
    | ShowTeam
    | PreviewDigest
    | ShowCompany
    | OpenSetup
    | ShowRules
    | CoachingIntent
)

_ALONE: dict[str, MileageIntent] = {
    "": MileageHelp(),
    "help": MileageHelp(),
    "me": ShowMe(),
    "team": ShowTeam(),
    "setup": OpenSetup(),
}


def parse_mileage(text: str, command: str = "/mileage") -> MileageIntent:
    """Read what follows the command; NotUnderstood names the problem and the nearest right form."""
    verb, _, rest = readable(text).partition(" ")
    verb = verb.lower()
    if verb == "digest":
        return PreviewDigest(_week(rest, f"{command} digest") if rest else None)
    if verb == "company":
        return _company(rest, command)
    if verb == "policies":
        return ShowRules(shortened(rest.lower(), LONGEST_RULE_ID))
    if verb in ("mute", "unmute"):
        return _about_mutes(verb, shortened(rest.lower(), LONGEST_RULE_ID))
    if verb not in _ALONE:
        meant = mistyped(verb, VERBS)
        problem = f"“{shortened(verb)}” is nothing {command} knows."
        raise NotUnderstood(
            f"Did you mean “{meant}”?" if meant else problem, f"{command} {meant or 'help'}"
        )
    if rest:
        raise NotUnderstood(f"“{verb}” takes nothing after it.", f"{command} {verb}")
    return _ALONE[verb]


def _company(text: str, command: str) -> ShowCompany:
    """`2026-W46 Payments, Search`: a week, teams, both or neither."""
    first, _, others = text.partition(" ")
    named = others if WEEK_LIKE.match(first) else text
    week = _week(first, f"{command} company") if WEEK_LIKE.match(first) else None
    names = [shortened(name.strip()) for name in named.split(",")]
    return ShowCompany(week, tuple(name for name in names if name)[:MOST_TEAMS])


def _about_mutes(verb: str, kind: str) -> MileageIntent:
    """Without a kind both show what is stopped."""
    if not kind:
        return ShowMutes()
    return Mute(kind) if verb == "mute" else Unmute(kind)


def _week(text: str, form: str) -> IsoWeek:
    try:
        return IsoWeek.parse(shortened(text))
    except NotAPeriod as problem:
        raise NotUnderstood(str(problem), f"{form} 2026-W46") from None
