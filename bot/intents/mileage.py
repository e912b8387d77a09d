"""The text of `/mileage` as an intent: `help`, `me`, `team`, `digest [WEEK]`, `policies [RULE]`, `setup`."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.intents.words import NotUnderstood, mistyped, readable, shortened
from policies.periods import IsoWeek, NotAPeriod

LONGEST_RULE_ID = 80
VERBS = ("me", "team", "digest", "policies", "setup", "help")


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
class OpenSetup:
    """Show the form that sets up the channel's team."""


@dataclass(frozen=True, slots=True)
class ShowRules:
    """Show the rules, or the one with this id."""

    rule_id: str = ""


MileageIntent: TypeAlias = MileageHelp | ShowMe | ShowTeam | PreviewDigest | OpenSetup | ShowRules

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
        return PreviewDigest(_week(rest, command) if rest else None)
    if verb == "policies":
        return ShowRules(shortened(rest.lower(), LONGEST_RULE_ID))
    if verb not in _ALONE:
        meant = mistyped(verb, VERBS)
        problem = f"“{shortened(verb)}” is nothing {command} knows."
        raise NotUnderstood(
            f"Did you mean “{meant}”?" if meant else problem, f"{command} {meant or 'help'}"
        )
    if rest:
        raise NotUnderstood(f"“{verb}” takes nothing after it.", f"{command} {verb}")
    return _ALONE[verb]


def _week(text: str, command: str) -> IsoWeek:
    try:
        return IsoWeek.parse(shortened(text))
    except NotAPeriod as problem:
        raise NotUnderstood(str(problem), f"{command} digest 2026-W46") from None
