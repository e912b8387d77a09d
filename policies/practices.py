"""Practice cards: short advice on one of the four skills, with where it comes from.

They come from `library/practices.yaml` and an organisation's own file of that name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.periods import IsoWeek
from policies.rules import nodes
from policies.rules.model import RuleProblem
from policies.rules.nodes import Listing, Node, NotYaml, Scalar, Source, read_nodes
from policies.rules.schema import API_VERSION, ID
from policies.rules.structure import Fault, closest
from policies.skills import SHOWS_FROM, Skill, SkillShare, SkillWork

FILE: Final = "practices.yaml"
"""What a file of practice cards is called; it holds no rules."""
TOP_KEYS: Final = ("apiVersion", "practices")
KEYS: Final = ("id", "version", "skill", "title", "text", "try", "source")
SKILLS: Final = {skill.value: skill for skill in Skill}
LONGEST: Final = {"id": 60, "title": 80, "text": 500, "source": 120}
"""Characters: a card fits into a digest beside everything else."""
LONGEST_STEP: Final = 200
MOST_STEPS: Final = 3
ROOM_TO_GROW: Final = 0.9
"""Where a skill shows in more of the work than this, its cards have little to add."""


@dataclass(frozen=True, slots=True)
class Practice:
    """A card of the library. `text` says why in a sentence or two, `try_` what to do, `source` where it is from.

    `id` is [a-z0-9-]; `version` goes up when its meaning changes.
    """

    id: str
    version: int
    skill: Skill
    title: str
    text: str
    try_: tuple[str, ...]
    source: str


LEAST_WORK: Final = {
    Skill.SCOPE_FIRST: 1_000_000,
    Skill.CURATE_CONTEXT: 1_000_000,
    Skill.MATCH_MODEL: 5_000_000_000,
    Skill.RESTART_CLEAN: 5_000_000_000,
}
"""With less work of the kind in four weeks nobody is told a card: tokens, or nano-dollars."""


class CardAnswer(StrEnum):
    """What a person says to a card, by its button."""

    TRIED = "tried"
    NOT_RELEVANT = "not_relevant"


@dataclass(frozen=True, slots=True)
class PracticesReading:
    """The cards of a file on top of those before it; with problems, those before it alone."""

    practices: tuple[Practice, ...]
    problems: tuple[RuleProblem, ...] = ()


def practice_of_week(
    practices: Sequence[Practice], week: IsoWeek, skills: Iterable[SkillShare]
) -> Practice | None:
    """The card that a team's digest of a week shows; None where there are none.

    It is of the skill that shows least in the team's work, of those that may be told; where none is, or
    all show in nearly all of it, cards take turns. The same week gives the same card.
    """
    low = [one for one in skills if one.share < ROOM_TO_GROW]
    weakest = min(low, key=lambda one: (one.share, one.skill)).skill if low else None
    of_skill = [one for one in practices if one.skill is weakest]
    return in_turn(of_skill or practices, week)


def card_for(practices: Iterable[Practice], works: Mapping[Skill, SkillWork]) -> Practice | None:
    """The first of these cards about the skill that shows least in a person's own work.

    None where there is none about any skill that shows in less than `SHOWS_FROM` of enough work.
    """
    shares = {
        skill: work.share
        for skill, work in works.items()
        if work.base >= LEAST_WORK[skill] and work.share is not None and work.share < SHOWS_FROM
    }
    about = [one for one in practices if one.skill in shares]
    return min(about, key=lambda one: shares[one.skill], default=None)


def in_turn(practices: Sequence[Practice], week: IsoWeek) -> Practice | None:
    """The card whose turn it is in a week: one after the other, in the order of the file."""
    return practices[week.monday.toordinal() // 7 % len(practices)] if practices else None


def read_practices(text: str, file: str, before: Sequence[Practice] = ()) -> PracticesReading:
    """Read a file of cards; they replace those `before` with their ids, or come after. Never raises."""
    source = Source(file, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    try:
        root = read_nodes(source)
    except NotYaml as problem:
        return PracticesReading(
            tuple(before), (RuleProblem(source.place(problem.at), str(problem)),)
        )
    faults = list(_file_faults(root)) or list(_card_faults(root))
    if faults:
        problems = (RuleProblem(source.place(one.at), one.sentence) for one in faults)
        return PracticesReading(tuple(before), tuple(sorted(problems, key=lambda one: one.place)))
    own = {card.id: card for card in map(_practice_of, _cards(root))}
    kept = {card.id: card for card in before}
    return PracticesReading(tuple({**kept, **own}.values()))


def _file_faults(root: Node) -> Iterator[Fault]:
    if not isinstance(root, nodes.Mapping):
        yield Fault(root.start, "A file of practice cards begins with “apiVersion: mileage/v1”.")
        return
    yield from _key_faults(root, TOP_KEYS)
    version = root.items.get("apiVersion")
    if version is None or version.plain != API_VERSION:
        yield Fault(version.start if version else root.start, f"Write “apiVersion: {API_VERSION}”.")
    cards = root.items.get("practices")
    if not isinstance(cards, Listing):
        start = cards.start if cards else root.start
        yield Fault(start, "“practices” has to hold a list of cards.")


def _card_faults(root: Node) -> Iterator[Fault]:
    seen: set[str] = set()
    for node in _cards(root):
        if not isinstance(node, nodes.Mapping):
            yield Fault(node.start, f"A card has the keys {', '.join(KEYS)}.")
            continue
        yield from _key_faults(node, KEYS)
        yield from _text_faults(node)
        yield from _meaning_faults(node)
        yield from _step_faults(node)
        id_ = _text(node, "id")
        if id_ and id_ in seen:
            yield Fault(node.items["id"].start, f"“{id_}” stands here twice. Rename one.")
        seen.add(id_)


def _text_faults(node: nodes.Mapping) -> Iterator[Fault]:
    for key, longest in LONGEST.items():
        value = node.items.get(key)
        if value is None:
            yield Fault(node.start, f"“{key}” is missing here.")
        elif not isinstance(value, Scalar) or not value.text.strip():
            yield Fault(value.start, f"“{key}” has to be a text.")
        elif len(value.text) > longest:
            yield Fault(value.start, f"“{key}” is longer than {longest} characters.")


def _meaning_faults(node: nodes.Mapping) -> Iterator[Fault]:
    id_, skill = _text(node, "id"), node.items.get("skill")
    if id_ and re.fullmatch(ID, id_) is None:
        sentence = "“id” has to be lower-case letters, digits and hyphens, such as one-task."
        yield Fault(node.items["id"].start, sentence)
    if _text(node, "skill") not in SKILLS:
        start = skill.start if skill else node.start
        yield Fault(start, f"“skill” has to be one of {', '.join(SKILLS)}.")
    version = node.items.get("version")
    if version is None or type(version.plain) is not int or not 1 <= version.plain <= 1_000_000:
        start = version.start if version else node.start
        yield Fault(start, "“version” has to be a whole number from 1 on.")


def _step_faults(node: nodes.Mapping) -> Iterator[Fault]:
    steps = node.items.get("try")
    if not isinstance(steps, Listing) or not 1 <= len(steps.items) <= MOST_STEPS:
        start = steps.start if steps else node.start
        yield Fault(start, f"“try” has to be a list of one to {MOST_STEPS} steps.")
        return
    for step in steps.items:
        if not isinstance(step, Scalar) or not 0 < len(step.text.strip()) <= LONGEST_STEP:
            yield Fault(step.start, f"A step is a text of at most {LONGEST_STEP} characters.")


def _key_faults(node: nodes.Mapping, keys: Sequence[str]) -> Iterator[Fault]:
    for key, scalar in node.keys.items():
        if key not in keys:
            yield Fault(scalar.start, f"There is no key “{key}” here.{closest(key, list(keys))}")


def _cards(root: Node) -> Sequence[Node]:
    cards = root.items.get("practices") if isinstance(root, nodes.Mapping) else None
    return cards.items if isinstance(cards, Listing) else ()


def _text(node: Node, key: str) -> str:
    value = node.items.get(key) if isinstance(node, nodes.Mapping) else None
    return value.text if isinstance(value, Scalar) else ""


def _practice_of(node: Node) -> Practice:
    items: Mapping[str, Node] = node.items if isinstance(node, nodes.Mapping) else {}
    steps, version = items.get("try"), items["version"].plain
    return Practice(
        id=_text(node, "id"),
        version=version if isinstance(version, int) else 1,
        skill=SKILLS[_text(node, "skill")],
        title=" ".join(_text(node, "title").split()),
        text=" ".join(_text(node, "text").split()),
        try_=tuple(
            " ".join(one.text.split())
            for one in (steps.items if isinstance(steps, Listing) else ())
            if isinstance(one, Scalar)
        ),
        source=" ".join(_text(node, "source").split()),
    )
