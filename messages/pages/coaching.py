"""Pages about coaching: what a person stopped, practice cards, and whether tips help."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage
from policies.efficacy import Effect
from policies.practices import CardAnswer, Practice
from policies.privacy import Published
from policies.skills import Skill, SkillWork


@dataclass(frozen=True, slots=True)
class MutedKind:
    """A kind of tips that somebody stopped; `title` is the rule's where it is one rule's."""

    kind: str
    since: date
    title: str = ""


@dataclass(frozen=True, slots=True)
class Mutes(MessagePage):
    """To the person alone: what they stopped, each with a button that lets it speak again."""

    template: ClassVar[str] = "mutes.json.j2"
    kinds: tuple[MutedKind, ...]
    today: date
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class PracticeCard(MessagePage):
    """To the person alone: short advice on a skill that shows little in their work; changed in place.

    `answer` is what they said; `is_muted` whether they stopped practice cards.
    """

    template: ClassVar[str] = "practice_card.json.j2"
    practice: Practice
    answer: CardAnswer | None = None
    is_muted: bool = False
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class WhyCard(MessagePage):
    """To the person alone: what of their own work of four weeks showed the skill."""

    template: ClassVar[str] = "why_card.json.j2"
    practice: Practice
    work: SkillWork
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class TipEffect:
    """A tip that can be on trial, and its effect as far as it may be shown."""

    tip: str
    title: str
    skill: Skill
    effect: Published[Effect]
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class SkillEffects:
    """The tips about one skill, and the effect of those together whose own may be shown."""

    skill: Skill
    tips: tuple[TipEffect, ...]
    together: Published[Effect]

    @property
    def shown(self) -> tuple[TipEffect, ...]:
        """The tips with an effect to show, and those that were retired."""
        return tuple(one for one in self.tips if one.effect.shown is not None or one.is_retired)

    @property
    def waiting(self) -> int:
        """How many tips have too few people yet."""
        return len(self.tips) - len(self.shown)


@dataclass(frozen=True, slots=True)
class CoachingEffects(MessagePage):
    """To leads and admins: whether tips help, over everybody. `holdout` is the share that waits, 0 to 1."""

    template: ClassVar[str] = "coaching_effects.json.j2"
    skills: tuple[SkillEffects, ...]
    holdout: float
    minimum: int
    commands: Commands = DEFAULT_COMMANDS
