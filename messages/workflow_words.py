"""Workflows in words: what a person's label names, and how the cost of a run went on."""

from decimal import Decimal
from typing import Final

from messages.escape import clip, mrkdwn
from messages.rule_words import code
from messages.wording import count, listed, usd
from policies.learning import LEAST_RUNS
from policies.workflows import Course, LabelKind, OwnCurve, TeamCurve, WorkflowLabel

VALUE_ROOM = 60
NAME_ROOM = 40
LAST_RUNS: Final = 3

_COURSES: Final = {
    Course.FALLING: "falls",
    Course.LEVEL: "stayed about level",
    Course.RISING: "rises",
    Course.UNCLEAR: "no clear trend yet",
}


def labelled(label: WorkflowLabel) -> str:
    """`branches that begin with `release/``, as mrkdwn."""
    what = "branches that begin with" if label.kind is LabelKind.BRANCH else "the repository"
    return f"{what} {code(label.value, VALUE_ROOM)}"


def course(curve: TeamCurve) -> str:
    """`stayed about level ($1.90 -> $1.85; likely change -8% to +6%)`, or that it cannot be said."""
    if curve.first_usd is None or curve.last_usd is None:
        return f"not enough runs yet: it takes {LEAST_RUNS} with one model"
    ends = f"{_money(curve.first_usd)} -> {_money(curve.last_usd)}"
    return f"{_COURSES[curve.course]} ({ends}; likely change {_change(curve)})"


def own_workflow(own: OwnCurve) -> str:
    """A person's own workflow in a line or two of mrkdwn."""
    curve = own.curve
    name, model = (clip(one, NAME_ROOM) for one in (curve.name, curve.model))
    each = "a unit of work" if curve.per_unit else "a run"
    last = own.costs_usd[-LAST_RUNS:]
    cost = (
        f"The last {'cost' if len(last) == 1 else f'{len(last)} cost'} {listed(map(_money, last))}"
    )
    return (
        f"*{mrkdwn(name, 2 * NAME_ROOM)}*, {count(curve.runs, 'run')} with {mrkdwn(model, 2 * NAME_ROOM)}\n"
        f"What {each} costs: {course(curve)}. {cost}."
    )


def _change(curve: TeamCurve) -> str:
    low, high = _signed(curve.change_low), _signed(curve.change_high)
    return low if low == high else f"{low} to {high}"


def _signed(share: float | None) -> str:
    """`-8%`, `+6%`, `0%`."""
    whole = round((share or 0.0) * 100)
    return f"{whole:+,}%" if whole else "0%"


def _money(value: float) -> str:
    return usd(Decimal(str(value)))
