"""Lists that fit: outcomes, people and models as lines of mrkdwn, cut with a count of the rest."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from messages.escape import clip, link, mrkdwn
from messages.wording import deadline
from policies.outcomes import Outcome, OutcomeState
from policies.people import Person

SECTION_ROOM = 2900
TITLE_ROOM = 120
NAME_ROOM = 60
NO_OWNER = "owner no longer known"


def within(
    lines: Sequence[str], room: int, most: int, joint: str = "\n", of: int | None = None
) -> str:
    """As many lines as fit into `room` characters of JSON, at most `most`, then `and 4 more`.

    `of` is how many there are in all, where `lines` holds only the first.
    """
    total = len(lines) if of is None else of
    room -= len(joint) + len(f"and {total} more")
    kept: list[str] = []
    for line in lines[:most]:
        room -= _size(line) + _size(joint)
        if room < 0:
            break
        kept.append(line)
    rest = total - len(kept)
    return joint.join([*kept, f"and {rest} more"] if rest else kept)


def _size(line: str) -> int:
    """How much it takes of a payload, where a quotation mark is two characters."""
    return len(json.dumps(line, ensure_ascii=False)) - 2


def within_last(lines: Sequence[str], room: int, most: int) -> str:
    """The latest lines that fit, in their order, after `4 before that` where some did not."""
    kept: list[str] = []
    room -= len(f"{len(lines)} before that\n")
    for line in reversed(lines[-most:]):
        room -= len(line) + 1
        if room < 0:
            break
        kept.insert(0, line)
    left = len(lines) - len(kept)
    return "\n".join([f"{left} before that", *kept] if left else kept)


def title(outcome: Outcome) -> str:
    """An outcome's escaped title, shortened."""
    return mrkdwn(clip(outcome.title, TITLE_ROOM), 2 * TITLE_ROOM)


def linked_title(outcome: Outcome) -> str:
    """The title, linked to the evidence where there is some."""
    return link(outcome.evidence_url, clip(outcome.title, TITLE_ROOM))


def evidence(url: str) -> str:
    """A link under its own address, so that a reader sees where it leads before they follow it."""
    return link(url, clip(url, TITLE_ROOM))


def team_list(outcomes: Iterable[Outcome], people: Iterable[Person], room: int, most: int) -> str:
    """Outcomes as a team reads them, in the order of their ids: title, id, size, owner.

    Owners are named, not mentioned: a digest that notifies everybody in it would cost attention.
    """
    by_id: Mapping[int, Person] = {person.id: person for person in people}
    in_order = sorted(outcomes, key=lambda one: one.id)
    return within([_team_line(one, by_id) for one in in_order[:most]], room, most, of=len(in_order))


def _team_line(outcome: Outcome, by_id: Mapping[int, Person]) -> str:
    owner = by_id.get(outcome.owner_id)
    parts = [f"• {linked_title(outcome)}: {outcome.label}, size {outcome.size}"]
    parts.append(mrkdwn(clip(owner.name, NAME_ROOM), 2 * NAME_ROOM) if owner else NO_OWNER)
    parts += ["exploration"] if outcome.exploration else []
    return ", ".join(parts)


def own_line(outcome: Outcome, today: date) -> str:
    """An open outcome as its owner reads it: bold id and title, then size, deadline and state."""
    facts = [f"size {outcome.size}"]
    facts += [f"due {deadline(outcome.deadline, today)}"] if outcome.deadline else []
    facts += ["exploration, not scored"] if outcome.exploration else []
    if outcome.state is OutcomeState.CLAIMED:
        facts.append("waiting for a colleague to verify it")
    if outcome.state is OutcomeState.REJECTED:
        facts.append("sent back: claim it again with better evidence")
    return f"*{outcome.label}* {title(outcome)}\n{', '.join(facts)}"


def can_be_finished(outcome: Outcome) -> bool:
    """Whether its owner can claim it now."""
    return outcome.state in (OutcomeState.DECLARED, OutcomeState.REJECTED)
