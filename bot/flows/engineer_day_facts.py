"""The facts of people's running days: for the pass of the rules, which shows each to the person alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session

from bot.flows.gathering import Gathering
from bot.flows.personal_subjects import person_subject
from policies.amounts import BudgetUnit
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.subjects import SubjectFacts
from policies.usage import NANOS_PER_USD, Trust, microseconds
from storage.facts import bots, engineer_days, shared_keys, sources
from storage.facts.bots import DayNames
from storage.facts.engineer_days import (
    NO_DAY_BEFORE,
    NO_HOURS,
    NO_SUMS,
    NO_USE,
    DayBefore,
    DayHours,
    DaySums,
    RecentUse,
)
from storage.facts.homes import Homes, homes_by_zone
from storage.facts.hourly_budgets import HourlyBudget, hourly_budgets
from storage.facts.known import known_as_of
from storage.facts.shared_keys import KeyUse
from storage.facts.usage_sums import NO_USAGE, UsageSums, usage_sums
from storage.facts.windows import RunningDay
from storage.source_hours import HOUR_US

KIND: Final = SubjectKind.ENGINEER_DAY
FIVE_MINUTES_IN_AN_HOUR: Final = 12


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of the people of one zone beside the sums of their days, by person."""

    hours: Mapping[int, DayHours]
    recent: Mapping[int, RecentUse]
    budgets: Mapping[int, HourlyBudget]
    yesterday: Mapping[int, DayBefore]
    is_yesterday_whole: bool
    shared_keys: Mapping[int, int]

    def facts_of(
        self, person_id: int, usage: UsageSums = NO_USAGE, day: DaySums = NO_SUMS
    ) -> dict[str, FactValue]:
        """Every fact of one person's day."""
        hours = self.hours.get(person_id, NO_HOURS)
        recent = self.recent.get(person_id, NO_USE)
        yesterday = self.yesterday.get(person_id, NO_DAY_BEFORE)
        return {
            **usage.facts(),
            **_day_facts(usage, day, hours),
            **_burn_facts(recent, self.budgets.get(person_id)),
            **_reported_facts(yesterday if self.is_yesterday_whole else NO_DAY_BEFORE),
            "calls.day_before": yesterday.requests,
            "keys.shared": self.shared_keys.get(person_id, 0),
        }


@dataclass(frozen=True, slots=True)
class Zone:
    """People of one zone, their running day, and what the records of it are called."""

    homes: Homes
    day: RunningDay
    names: Sequence[DayNames]


def engineer_day_facts(
    session: Session, as_of: datetime, gathering: Gathering
) -> Iterator[SubjectFacts]:
    """Everybody who used anything on their local day, or in the last hour, up to the moment.

    A day that begins with the moment is empty: nothing is left of the one before but its last hour.
    """
    known = known_as_of(session, as_of)
    zones = []
    for homes in homes_by_zone(session, gathering.team_ids, gathering.person_ids):
        day = RunningDay.of(as_of, homes.zone)
        zones.append(Zone(homes, day, bots.names_of(session, homes, day)))
    keys = _key_use(session, zones, as_of, known)
    for zone in zones:
        yield from _of_zone(session, gathering, zone, keys, known)


def _key_use(
    session: Session, zones: Sequence[Zone], as_of: datetime, known: ColumnElement[bool]
) -> KeyUse:
    """The use of keys on these days; where nobody looked at used one, nobody is asked for."""
    starts = [one.day.starts for one in zones if any(name.has_key for name in one.names)]
    if not starts:
        return shared_keys.NO_KEY_USE
    return shared_keys.key_use(session, min(starts), as_of, known)


def _of_zone(
    session: Session,
    gathering: Gathering,
    zone: Zone,
    keys: KeyUse,
    known: ColumnElement[bool],
) -> Iterator[SubjectFacts]:
    homes, day = zone.homes, zone.day
    beside = _beside(session, homes, day, keys, known)
    classes, models = gathering.model_classes, {one.model_id for one in zone.names}
    columns = usage_sums(classes.frontier_ids() & models, classes.reviewed_ids() & models)
    is_bot = bots.is_bot(zone.names)
    rest = set(homes.teams) if gathering.person_ids is not None else set(beside.recent)
    found = engineer_days.day_sums(session, homes, day, known, columns, is_bot)
    for person_id, usage, sums in found:
        rest.discard(person_id)
        subject = person_subject(KIND, person_id, homes.teams[person_id])
        yield SubjectFacts(subject, beside.facts_of(person_id, usage, sums))
    for person_id in sorted(rest):
        subject = person_subject(KIND, person_id, homes.teams[person_id])
        yield SubjectFacts(subject, beside.facts_of(person_id))


def _beside(
    session: Session, homes: Homes, day: RunningDay, keys: KeyUse, known: ColumnElement[bool]
) -> Beside:
    return Beside(
        hours=engineer_days.day_hours(session, homes, day, known),
        recent=engineer_days.recent_use(session, homes, day.as_of, known),
        budgets=hourly_budgets(session, homes, day.day, day.as_of),
        yesterday=engineer_days.day_before(session, homes, day, known),
        is_yesterday_whole=_is_yesterday_whole(session, day),
        shared_keys=keys.shared_since(day.starts),
    )


def _is_yesterday_whole(session: Session, day: RunningDay) -> bool:
    """Whether both kinds of source have delivered all of the day before.

    A source has when it has told of an hour that came after.
    """
    after = microseconds(day.starts) // HOUR_US
    whole = [one.trust for one in sources.silences(session, day.as_of) if one.latest_hour >= after]
    return any(map(_is_client, whole)) and any(map(_is_provider, whole))


def _is_client(trust: int) -> bool:
    return trust <= Trust.CLIENT_TELEMETRY


def _is_provider(trust: int) -> bool:
    return trust >= Trust.GATEWAY


def _day_facts(usage: UsageSums, day: DaySums, hours: DayHours) -> dict[str, FactValue]:
    tokens = usage.tokens
    return {
        "day.hours_active": hours.active,
        "day.human_turns": day.turns,
        "day.turns_known": day.prompted > 0,
        "day.unattributed_share": (tokens - day.attributed) / tokens if tokens else 0.0,
        "night.requests": day.night_requests,
        "night.cost_usd": day.night_nusd / NANOS_PER_USD,
        "night.human_turns": day.night_turns,
        "night.hours_active": hours.at_night,
        "calls.peak_hour": hours.peak,
        "colleagues.tokens": day.of_colleagues,
        "colleagues.share": day.of_colleagues / tokens if tokens else 0.0,
        "transcription.hours": day.bot_hours,
        "transcription.requests": day.bot_requests,
        "transcription.cost_usd": day.bot_nusd / NANOS_PER_USD,
    }


def _burn_facts(recent: RecentUse, budget: HourlyBudget | None) -> dict[str, FactValue]:
    hour, minutes = recent.hour_tokens, recent.minutes_tokens
    if budget is not None and budget.unit is BudgetUnit.USD:
        hour, minutes = recent.hour_nusd, recent.minutes_nusd
    share = budget.amount if budget is not None else 0.0
    return {
        "burn.hour_multiple": hour / share if share else 0.0,
        "burn.five_minute_multiple": (minutes * FIVE_MINUTES_IN_AN_HOUR / share if share else 0.0),
        "burn.hour_usd": recent.hour_nusd / NANOS_PER_USD,
        "burn.known": share > 0,
    }


def _reported_facts(yesterday: DayBefore) -> dict[str, FactValue]:
    client, provider = yesterday.by_client, yesterday.by_provider
    if not (client and provider):
        client = provider = 0
    return {
        "reported.client_tokens": client,
        "reported.provider_tokens": provider,
        "reported.ratio": client / provider if provider else 0.0,
        "reported.known": provider > 0,
    }
