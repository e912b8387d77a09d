"""The text of `/budget` as an intent.

/budget                                                               one's own budget
/budget request [15M [until DAY] [for O-12] [because REASON]]         the form, where nothing follows
/budget grant @person 10M [until DAY] [for O-12] [because REASON]
/budget set @person 60M
/budget move 2M from O-12|free to O-15|free                           what is left out is free
/budget void G-7 because REASON
/budget approve R-3
/budget decline R-3 because REASON
/budget team | what-if -20% | undo | setup | help
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from bot.intents.budget_lines import BudgetLine
from bot.intents.words import NotUnderstood, mistyped, readable, shortened, without_controls
from policies.amounts import Amount
from policies.budget_requests import RequestDraft, parse_grant_label, parse_request_label
from policies.what_if import STEPS

VERBS = (
    *("request", "grant", "set", "move", "void", "approve", "decline"),
    *("team", "what-if", "undo", "setup", "help"),
)
A_REQUEST: Final = "a request, such as R-3"
_WHAT_IF = re.compile(r"what[ -]?if(?=\s|$)", re.IGNORECASE)
_PERCENT = re.compile(r"([+-])(\d{1,6})\s?%?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShowBudget:
    """Show the person their own budget."""


@dataclass(frozen=True, slots=True)
class OpenRequestForm:
    """Show the form that asks for more."""


@dataclass(frozen=True, slots=True)
class RequestBudget:
    """Ask for more."""

    draft: RequestDraft


@dataclass(frozen=True, slots=True)
class GrantBudget:
    """Grant something to somebody, who is named by their Slack id."""

    user_id: str
    draft: RequestDraft


@dataclass(frozen=True, slots=True)
class SetAllowance:
    """Set what somebody gets each period."""

    user_id: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class MoveBudget:
    """Move something of one's own from one outcome to another; None is what is free for anything."""

    amount: Amount
    source_id: int | None
    target_id: int | None


@dataclass(frozen=True, slots=True)
class VoidGrant:
    """Take a grant back, from today on."""

    grant_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ApproveRequest:
    """Approve a request as asked: for whoever has no card of it, such as an admin."""

    request_id: int


@dataclass(frozen=True, slots=True)
class DeclineRequest:
    """Decline a request."""

    request_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ShowTeamBudgets:
    """Show everybody's amount and band, to a lead."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Show what other base allowances would have meant; `percent` is -20 for a fifth less."""

    percent: int


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back what one granted last."""


@dataclass(frozen=True, slots=True)
class OpenBudgetSetup:
    """Show the form for the team's terms."""


@dataclass(frozen=True, slots=True)
class BudgetHelp:
    """Show what `/budget` understands."""


LeadIntent: TypeAlias = (
    GrantBudget | SetAllowance | VoidGrant | ShowTeamBudgets | WhatIf | OpenBudgetSetup
)
DecisionIntent: TypeAlias = ApproveRequest | DeclineRequest
BudgetIntent: TypeAlias = (
    ShowBudget
    | OpenRequestForm
    | RequestBudget
    | MoveBudget
    | Undo
    | BudgetHelp
    | LeadIntent
    | DecisionIntent
)

_ALONE: dict[str, BudgetIntent] = {
    "": ShowBudget(),
    "team": ShowTeamBudgets(),
    "undo": Undo(),
    "setup": OpenBudgetSetup(),
    "help": BudgetHelp(),
}


def parse_budget(
    text: str, now: datetime, zone: ZoneInfo, command: str = "/budget"
) -> BudgetIntent:
    """Read what follows the command, as Slack sends it: mentions are `<@U123|name>`.

    WrongLine names each thing that is wrong, NotUnderstood the one thing; both have the nearest form.
    """
    line = _WHAT_IF.sub("what-if", " ".join(without_controls(text).split()), count=1)
    typed, _, rest = line.partition(" ")
    verb = readable(typed).lower()
    if verb in _ALONE:
        if rest:
            raise NotUnderstood(f"“{verb}” takes nothing after it.", f"{command} {verb}")
        return _ALONE[verb]
    if verb not in _READERS:
        meant = mistyped(verb, VERBS)
        problem = f"“{shortened(verb)}” is nothing {command} knows."
        said = f"{command} {meant} {readable(rest)}".strip() if meant else f"{command} help"
        raise NotUnderstood(f"Did you mean “{meant}”?" if meant else problem, shortened(said, 200))
    return _READERS[verb](BudgetLine(rest, now, zone), command)


def _request(line: BudgetLine, command: str) -> BudgetIntent:
    if line.is_empty:
        return OpenRequestForm()
    draft = _draft(line)
    line.require_sound(f"{command} request 15M until Fri for O-12 because of the load test")
    return RequestBudget(draft)


def _grant(line: BudgetLine, command: str) -> BudgetIntent:
    user_id = line.take_person()
    draft = _draft(line)
    line.require_sound(f"{command} grant @person 10M until Fri for O-12")
    return GrantBudget(user_id, draft)


def _set(line: BudgetLine, command: str) -> BudgetIntent:
    user_id, amount = line.take_person(), line.take_amount()
    line.take_nothing_more()
    line.require_sound(f"{command} set @person 60M")
    return SetAllowance(user_id, amount)


def _move(line: BudgetLine, command: str) -> BudgetIntent:
    source_id, target_id = line.take_side("from"), line.take_side("to")
    amount = line.take_amount()
    line.take_nothing_more()
    if source_id == target_id and not line.problems:
        line.problems.append("It would come from where it goes to. Name one outcome, or two.")
    line.require_sound(f"{command} move 2M from O-12 to O-15")
    return MoveBudget(amount, source_id, target_id)


def _void(line: BudgetLine, command: str) -> BudgetIntent:
    grant_id = line.take_id(parse_grant_label, "a grant, such as G-7")
    reason = line.take_reason(needed=True)
    line.require_sound(f"{command} void G-7 because the load test was called off")
    return VoidGrant(grant_id, reason)


def _approve(line: BudgetLine, command: str) -> BudgetIntent:
    request_id = line.take_id(parse_request_label, A_REQUEST)
    line.take_nothing_more()
    line.require_sound(f"{command} approve R-3")
    return ApproveRequest(request_id)


def _decline(line: BudgetLine, command: str) -> BudgetIntent:
    request_id = line.take_id(parse_request_label, A_REQUEST)
    reason = line.take_reason(needed=True)
    line.require_sound(f"{command} decline R-3 because the pool is nearly empty")
    return DeclineRequest(request_id, reason)


def _what_if(line: BudgetLine, command: str) -> BudgetIntent:
    example = f"{command} what-if -20%"
    said = readable(line.rest).replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    match = _PERCENT.fullmatch(said)
    if match is None:
        problem = f"“{shortened(said)}” is not a change." if said else "Say by how much."
        raise NotUnderstood(f"{problem} Write it with its sign.", example)
    percent = int(match[1] + match[2])
    if percent not in STEPS:
        raise NotUnderstood(
            f"“{shortened(said)}” is no change to try. Ask in steps of 10%, down to {STEPS[0]}%: "
            "finer ones would tell what one person used.",
            example,
        )
    return WhatIf(percent)


_READERS: dict[str, Callable[[BudgetLine, str], BudgetIntent]] = {
    "request": _request,
    "grant": _grant,
    "set": _set,
    "move": _move,
    "void": _void,
    "approve": _approve,
    "decline": _decline,
    "what-if": _what_if,
}


def _draft(line: BudgetLine) -> RequestDraft:
    last_day, outcome_id, amount = line.take_until(), line.take_outcome(), line.take_amount()
    return RequestDraft(amount, last_day, outcome_id, line.take_reason())
