"""What it takes to gather facts, beside a moment: the terms of the organisation, and whom to look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlmodel import Session

from policies.model_classes import ModelClasses
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from policies.rules.subjects import SubjectFacts


@dataclass(frozen=True, slots=True)
class Gathering:
    """By whose terms facts are gathered, and of whom.

    Without `team_ids` that is every team, and people without one. Without `person_ids` it is everybody
    with something to look at in the window; with them exactly these people, also those of whom there
    is nothing, as whoever has a finding still open needs.
    """

    group_rule: GroupRule
    price_book: PriceBook
    model_classes: ModelClasses
    team_ids: frozenset[int] | None = None
    person_ids: frozenset[int] | None = None


Gatherer: TypeAlias = Callable[[Session, datetime, Gathering], Iterator[SubjectFacts]]
"""Every subject of one kind with its facts as of the moment."""
