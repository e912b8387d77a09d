"""Practice cards by direct message: once a week at most, where a person's own work shows little of a skill.

A card comes only to whoever was told nothing for a week, and each card once. Whose turn it is follows
from their id and the weekday, so that a pass has a fifth of the people to look at.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flows.gathering import Gathering
from bot.flows.posts import Post
from bot.flows.redraws import redrawn
from bot.flows.tip_terms import TipTerms
from messages.pages.coaching import PracticeCard
from policies.mutes import is_muted, kinds_of_card
from policies.outcomes import local_day_of
from policies.people import Person
from policies.practices import Practice, card_for
from policies.rules.attention import FRIDAY
from policies.skills import Skill, SkillWork
from policies.trials import Drawn, Trials, teaching_of_card
from storage import coaching_mutes, coaching_slots, coaching_trials, deliveries, people, rule_passes
from storage.coaching_slots import ToldCard
from storage.database import Database
from storage.deliveries import Claim
from storage.facts.skills import skill_works

PRACTICE_CARD: Final = "practice_card"
"""A card to a person; subject is its id, the period says on which of their days."""
PRACTICE_CARD_SETTLED: Final = "practice_card_settled"
"""The same message, changed in place after an answer."""

CADENCE: Final = "practice_cards"
LEASE: Final = timedelta(minutes=30)
CARD_HOUR: Final = 10
"""After what rules had to say since nine."""
LOOKED_BACK: Final = 28
"""So many days of a person's own work are looked at."""
QUIET_DAYS: Final = 7
AT_ONCE: Final = 500
IN_TIME: Final = timedelta(hours=1)
"""A card that could not be posted so long after it was chosen waits for the person's next turn."""


Practices = Callable[[], Sequence[Practice]]
"""The cards that there are at the moment."""


class Chosen(NamedTuple):
    """What somebody is told now, or what of it waits for its trial."""

    person: Person
    practice: Practice
    is_held: bool


@dataclass(frozen=True, slots=True)
class PracticeCards:
    """The hourly look for who is told a card now; one replica has it. `holdout` is as with tips."""

    practices: Practices
    gathering: Callable[[], Gathering]
    holdout: float = 0.0

    def __call__(self, database: Database, now: datetime) -> int:
        """Note who is told which card; returns how many are."""
        slot = now.replace(minute=0, second=0, microsecond=0)
        with database.reading() as session:
            if not rule_passes.is_due(session, CADENCE, slot, now):
                return 0
        with database.writing() as session:
            claimed = rule_passes.claim(session, CADENCE, slot, now, LEASE)
        if claimed is None:
            return 0
        with database.reading() as session:
            chosen = list(self._chosen(session, now))
        told = sum(self._note(database, now, one) for one in chosen)
        with database.writing() as session:
            rule_passes.finish(session, claimed, now)
        return told

    def _chosen(self, session: Session, now: datetime) -> Iterator[Chosen]:
        practices = self.practices()
        for zone, group in _whose_turn_it_is(session, now):
            for first in range(0, len(group), AT_ONCE):
                yield from self._among(
                    session, now, zone, group[first : first + AT_ONCE], practices
                )

    def _among(
        self,
        session: Session,
        now: datetime,
        zone: ZoneInfo,
        group: Sequence[Person],
        practices: Sequence[Practice],
    ) -> Iterator[Chosen]:
        """What each of these people is told, by what their own work shows."""
        ids = [one.id for one in group]
        today = local_day_of(now, zone)
        terms = TipTerms.of(session, ids, self.holdout)
        days = coaching_slots.tip_days(session, ids, today - timedelta(days=QUIET_DAYS - 1))
        quiet = [one for one in group if one.id not in days]
        works = _own_works(session, [one.id for one in quiet], zone, today, self.gathering())
        cards = coaching_slots.cards_told(session, ids)
        for person in quiet:
            trials, muted = terms.trials_of(person, now), terms.muted_by(person)
            fitting = [
                one
                for one in practices
                if _may_come(one, cards.get(person.id, ()), muted, terms, trials)
            ]
            practice = card_for(fitting, works[person.id])
            if practice is not None:
                yield Chosen(person, practice, trials.hold_back(teaching_of_card(practice), today))

    def _note(self, database: Database, now: datetime, one: Chosen) -> bool:
        """Take the person's tip of the day and note the message, or note the hold-out; whether it is told."""
        today = local_day_of(now, one.person.zone)
        with database.writing() as session:
            if not one.is_held:
                if not coaching_slots.take(
                    session, one.person.id, today, None, now, practice_id=one.practice.id
                ):
                    return False
                audience = f"person:{one.person.id}"
                period = period_of(one.practice.id, today)
                deliveries.enqueue(session, PRACTICE_CARD, audience, period, one.practice.id, now)
            if self.holdout > 0:
                home = people.home_team_of(session, one.person.id)
                teaching, drawn = teaching_of_card(one.practice), Drawn(one.is_held, today)
                team_id = home.id if home else None
                coaching_trials.add(session, one.person.id, team_id, teaching, drawn, now)
        return not one.is_held


def compose_card(database: Database, claim: Claim, practices: Practices) -> Post | None:
    """The card; None where it is gone, was stopped meanwhile, or comes too late: then it is given back."""
    with database.reading() as session:
        found = _told(session, claim, practices())
    if found is None:
        return None
    page, person, card = found
    if claim.lease_until <= card.taken_at + IN_TIME and not page.is_muted and person.slack:
        return Post(person.slack.user_id, page)
    with database.writing() as session:
        coaching_slots.give_card_back(session, card)
        teaching = teaching_of_card(page.practice)
        coaching_trials.take_back(session, person.id, teaching, card.taken_at)
    return None


def compose_card_settled(database: Database, claim: Claim, practices: Practices) -> Post | None:
    """The posted card as it looks now; NotYet while it is under way."""
    period = claim.period.partition(":")[0]
    with database.reading() as session:
        found = _told(session, claim, practices())
        posted = deliveries.delivery_of(session, PRACTICE_CARD, claim.audience, period)
        return redrawn(session, claim, posted, f"{period}:", found[0] if found else None)


def redraw_card(session: Session, card: ToldCard, now: datetime) -> None:
    """Have the message changed in place that told of a card."""
    audience, period = f"person:{card.person_id}", period_of(card.practice_id, card.day)
    turn = f"{period}:{now:%Y%m%dT%H%M%S%f}"
    deliveries.enqueue(session, PRACTICE_CARD_SETTLED, audience, turn, card.practice_id, now)


def own_work_before(
    session: Session, person: Person, day: date, gathering: Gathering
) -> dict[Skill, SkillWork]:
    """What the person's own work showed before a card of a day was chosen. For them alone."""
    return _own_works(session, [person.id], person.zone, day, gathering)[person.id]


def period_of(practice_id: str, day: date) -> str:
    """Which telling of a card a message is: `one-task-one-session@2026-11-24`."""
    return f"{practice_id}@{day}"


def _whose_turn_it_is(session: Session, now: datetime) -> Iterator[tuple[ZoneInfo, list[Person]]]:
    """Who is in Slack where it is the hour of cards, and whose weekday it is; by zone."""
    for name in people.time_zones_in_slack(session):
        zone = ZoneInfo(name)
        local = now.astimezone(zone)
        if local.hour == CARD_HOUR and local.isoweekday() <= FRIDAY:
            yield zone, people.in_slack(session, name, local.isoweekday() - 1, of=FRIDAY)


def _own_works(
    session: Session, ids: Sequence[int], zone: ZoneInfo, today: date, gathering: Gathering
) -> dict[int, dict[Skill, SkillWork]]:
    first, last = today - timedelta(days=LOOKED_BACK), today - timedelta(days=1)
    return skill_works(session, ids, zone, first, last, gathering.model_classes)


def _may_come(
    one: Practice,
    told: Collection[str],
    muted: Collection[str],
    terms: TipTerms,
    trials: Trials,
) -> bool:
    """Whether a card is new to somebody, not stopped, not retired, and nothing of its skill is held back."""
    teaching = teaching_of_card(one)
    is_known = one.id in told or (teaching.tip, teaching.version) in terms.retired
    is_held = one.skill in trials.held_skills
    return not is_known and not is_held and not is_muted(kinds_of_card(one.skill), muted)


def _told(
    session: Session, claim: Claim, practices: Sequence[Practice]
) -> tuple[PracticeCard, Person, ToldCard] | None:
    """The page, its reader and what is stored of it; None where the card or the person is gone."""
    person = people.person_of(session, int(claim.audience.removeprefix("person:")))
    practice = next((one for one in practices if one.id == claim.subject), None)
    if person is None or practice is None:
        return None
    card = coaching_slots.card_of(session, person.id, practice.id)
    if card is None or not claim.period.startswith(period_of(practice.id, card.day)):
        return None
    muted = coaching_mutes.muted_by(session, person.id)
    page = PracticeCard(practice, card.answer, is_muted(kinds_of_card(practice.skill), muted))
    return page, person, card
