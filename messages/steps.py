"""What happened to an outcome, one line an event: its card and its story both read from here."""

from dataclasses import dataclass

from messages.escape import clip, link, mention, mrkdwn
from messages.wording import moment
from policies.outcomes import OutcomeEvent, OutcomeState
from policies.people import Person

REASON_ROOM = 500

_DEEDS = {
    OutcomeState.DECLARED: "declared it",
    OutcomeState.CLAIMED: "claimed it is done",
    OutcomeState.VERIFIED: "verified it",
    OutcomeState.DURABLE: "It is durable",
    OutcomeState.DROPPED: "dropped it",
    OutcomeState.REJECTED: "sent it back",
    OutcomeState.REVERTED: "reverted it",
}
_CHANGES = {
    "size": "changed its size",
    "complexity": "changed its complexity",
    "keys": "changed its keys",
    "merge": "merged outcomes",
    "evidence": "Evidence",
}
_LINKED = {OutcomeState.DECLARED: "asked for here", OutcomeState.CLAIMED: "evidence"}
_BY_THE_PROGRAM = (OutcomeState.DURABLE.value, "evidence")


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and the person who did it."""

    event: OutcomeEvent
    actor: Person

    @property
    def is_by_nobody(self) -> bool:
        """Whether it came about by itself: its actor is the owner for want of another."""
        return (self.event.change or self.event.after.value) in _BY_THE_PROGRAM

    @property
    def deed(self) -> str:
        """`sent it back`."""
        return _CHANGES.get(self.event.change, "changed it") if self.event.change else self.step

    @property
    def step(self) -> str:
        """The same, of the state that was reached."""
        return _DEEDS[self.event.after]


def step_line(told: Told) -> str:
    """`<moment>: @bo sent it back: the link shows a draft`, in mrkdwn."""
    return f"{moment(told.event.at)}: {deed_line(told)}"


def deed_line(told: Told) -> str:
    """The same without the moment."""
    who = "" if told.is_by_nobody else f"{mention(told.actor)} "
    reason = reason_of(told)
    return f"{who}{told.deed}{': ' + reason if reason else ''}"


def reason_of(told: Told) -> str:
    """The reason as it was typed, or the link that stands for one."""
    event = told.event
    if not event.reason:
        return ""
    if event.is_step and event.after in _LINKED:
        return link(event.reason, _LINKED[event.after])
    return mrkdwn(clip(event.reason, REASON_ROOM), 2 * REASON_ROOM)
