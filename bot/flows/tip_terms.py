"""What bears on whether people are told, beside their findings: what they stopped, trials, retired tips."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from sqlmodel import Session

from policies.outcomes import local_day_of
from policies.people import Person
from policies.rules.attention import Attention
from policies.skills import Skill
from policies.trials import Drawn, Trials
from storage import coaching_mutes, coaching_retirements, coaching_trials


@dataclass(frozen=True, slots=True)
class TipTerms:
    """For some people, each person's own apart. `holdout` is the share of first times that is held out."""

    holdout: float
    retired: Collection[tuple[str, int]]
    _muted: Mapping[int, Collection[str]]
    _drawn: Mapping[int, Mapping[tuple[str, int], tuple[Drawn, Skill]]]

    @classmethod
    def of(cls, session: Session, person_ids: Collection[int], holdout: float) -> Self:
        """As they are now."""
        return cls(
            holdout=holdout,
            retired=frozenset(coaching_retirements.retired(session)),
            _muted=coaching_mutes.mutes_of(session, person_ids),
            _drawn=coaching_trials.drawn_of(session, person_ids),
        )

    def muted_by(self, person: Person) -> Collection[str]:
        """The kinds that somebody stopped."""
        return self._muted.get(person.id, ())

    def trials_of(self, person: Person, now: datetime) -> Trials:
        """Somebody's trials so far."""
        drawn = self._drawn.get(person.id, {})
        today = local_day_of(now, person.zone)
        return Trials(
            person.id,
            self.holdout,
            {tip: one for tip, (one, _) in drawn.items()},
            frozenset(
                skill for one, skill in drawn.values() if one.is_held and one.is_running(today)
            ),
        )

    def bear_on(self, attention: Attention, person: Person) -> Attention:
        """Somebody's moment, with these taken into account."""
        return replace(
            attention,
            muted=self.muted_by(person),
            retired=self.retired,
            trials=self.trials_of(person, attention.now),
        )
