"""What people are told of their own findings: chosen, noted once, and changed in place afterwards.

What is held back for a trial is noted too, and nothing else of it changes: the finding stays open.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.me import freshness_of, price_basis_of
from bot.flows.posts import Post
from bot.flows.redraws import redrawn
from bot.flows.rule_terms import stages_of
from bot.flows.tip_terms import TipTerms
from bot.rulebook import Rulebook
from messages.pages.findings import CoachingTip
from messages.said import coach_words
from policies.mutes import is_muted, kinds_of
from policies.outcomes import local_day_of
from policies.people import Person
from policies.rules.attention import ALARM_AGAIN, Attention, Candidate, Choice, choose, may_be_told
from policies.rules.findings import Finding, FindingState
from policies.rules.lifecycle import StageNow
from policies.rules.model import Rule, Severity, Stage
from policies.rules.pipeline import SAYS_MORE
from policies.trials import Drawn, teaching_of
from storage import (
    coaching_mutes,
    coaching_slots,
    coaching_trials,
    deliveries,
    findings,
    outcomes,
    people,
    rollups,
)
from storage.database import Database
from storage.deliveries import Claim, DeliveryState

COACHING: Final = "coaching"
"""A tip or alarm to the person it concerns; subject F-12, the period says which of its openings."""

COACHING_SETTLED: Final = "coaching_settled"
"""The same message, changed in place once the finding came to another state."""

A_WEEK: Final = timedelta(days=7)
IN_TIME: Final = timedelta(hours=1)
"""A tip that could not be posted so long after it was chosen is chosen anew, at a fitting hour."""


class _Lost(Exception):
    """Somebody else was first: nothing of this transaction is to stand."""


@dataclass(frozen=True, slots=True)
class Coaching:
    """The minute's look for what somebody is to be told now. `holdout` is the share held out for trials."""

    rulebook: Rulebook
    holdout: float = 0.0

    def __call__(self, database: Database, now: datetime) -> int:
        """Note what is told now; returns how much that is. Nothing is written when nothing is."""
        with database.reading() as session:
            stages = self._speaking(session)
            candidates = self._candidates(session, stages)
            ids = [person.id for person, _ in candidates]
            terms = TipTerms.of(session, ids, self.holdout)
            days = coaching_slots.tip_days(session, ids, (now - A_WEEK).date())
            moments = [(one, found, _moment_of(one, days, terms, now)) for one, found in candidates]
            choices = [
                (person, choice)
                for person, found, moment in moments
                if any(may_be_told(one, moment) for one in found)
                for choice in choose(found, _with_findings(session, person, stages, moment))
                if choice.is_told or _is_new_trial(choice, terms, person, now)
            ]
        return sum(self._settle(database, now, person, choice) for person, choice in choices)

    def _settle(self, database: Database, now: datetime, person: Person, choice: Choice) -> bool:
        """Tell it, or note that it waits for its trial; whether it is told."""
        if choice.is_told:
            return _tell(database, now, person, choice, is_on_trial=self.holdout > 0)
        with database.writing() as session:
            _note_trial(session, now, person, choice)
        return False

    def _speaking(self, session: Session) -> dict[str, StageNow]:
        """The rules that speak to people."""
        stages = stages_of(session, self.rulebook.current.judges.values())
        return {rule_id: one for rule_id, one in stages.items() if one.speaks_to_people}

    def _candidates(
        self, session: Session, stages: Mapping[str, StageNow]
    ) -> list[tuple[Person, list[Candidate]]]:
        """Everybody who is in Slack and has something new of a rule that speaks to people."""
        judges = self.rulebook.current.judges
        by_person: dict[int, list[Finding]] = defaultdict(list)
        for one in findings.tellable(session, stages) if stages else []:
            if one.subject.person_id is not None:
                by_person[one.subject.person_id].append(one)
        known = people.persons_of(session, by_person)
        rules = {rule_id: judges[rule_id].rule for rule_id in stages}
        return [
            (known[person_id], _as_candidates(found, rules, stages))
            for person_id, found in by_person.items()
            if person_id in known and known[person_id].slack is not None
        ]


def redraw_tip(session: Session, told: Finding, now: datetime) -> None:
    """Change the message in place that told of a finding; `told` is how it stood when it did so.

    Nothing where there is no such message.
    """
    audience, period = f"person:{told.subject.person_id}", _period(told)
    if deliveries.delivery_of(session, COACHING, audience, period) is not None:
        turn = f"{period}:{now:%Y%m%dT%H%M%S%f}"
        deliveries.enqueue(session, COACHING_SETTLED, audience, turn, told.label, now)


def has_read(session: Session, finding: Finding) -> bool:
    """Whether the message that tells the person of the finding's present opening stands in Slack."""
    audience = f"person:{finding.subject.person_id}"
    posted = deliveries.delivery_of(session, COACHING, audience, _period(finding))
    return finding.is_told and posted is not None and posted.state is DeliveryState.POSTED


def compose_coaching(database: Database, claim: Claim, rulebook: Rulebook) -> Post | None:
    """What the person reads; None where it is over by now, or its rule is gone or speaks no more.

    What comes too late, or of a rule that is silent by now, goes back among what waits to be told.
    """
    with database.reading() as session:
        found = _tip(session, claim, rulebook)
        if found is None:
            return None
        page, user_id = found
        finding = page.finding
        if finding.state is not FindingState.COACHED or _period(finding) != claim.period:
            return None
        stage = stages_of(session, [rulebook.current.judges[finding.rule_id]])[finding.rule_id]
    is_alarm = page.rule.severity is Severity.ALARM
    fits_now = _is_in_time(finding, claim) and not page.is_muted
    if stage.speaks_to_people and (is_alarm or fits_now):
        return Post(user_id, page)
    _take_back(database, finding, page.rule, claim)
    return None


def compose_coaching_settled(database: Database, claim: Claim, rulebook: Rulebook) -> Post | None:
    """The posted message as it looks now; NotYet while it is under way."""
    period = claim.period.partition(":")[0]
    with database.reading() as session:
        found = _tip(session, claim, rulebook)
        posted = deliveries.delivery_of(session, COACHING, claim.audience, period)
        return redrawn(session, claim, posted, f"{period}:", found[0] if found else None)


def tip_of(
    session: Session, finding: Finding, rule: Rule, person: Person, now: datetime
) -> CoachingTip:
    """A finding as the person it concerns reads it."""
    subject = finding.subject
    sources = rollups.usage_sources(session, [person.id])
    team = people.team_of(session, subject.team_id) if subject.team_id is not None else None
    return CoachingTip(
        finding=finding,
        rule=rule,
        said=coach_words(rule, finding, {"team": team.name} if team else None),
        zone=person.zone,
        today=local_day_of(now, person.zone),
        outcome=outcomes.outcome_of(session, subject.outcome_id) if subject.outcome_id else None,
        sources=freshness_of(sources),
        price_basis=price_basis_of(sources),
        is_muted=is_muted(kinds_of(rule), coaching_mutes.muted_by(session, person.id)),
    )


def finding_id_of(label: str) -> int | None:
    """12 of `F-12`; None for anything else."""
    number = label.removeprefix("F-")
    return int(number) if label.startswith("F-") and number.isdecimal() else None


def _moment_of(
    person: Person, days: Mapping[int, Collection[date]], terms: TipTerms, now: datetime
) -> Attention:
    """Somebody's moment without their findings, which are asked for only where that leaves a choice."""
    moment = Attention(zone=person.zone, now=now, tip_days=days.get(person.id, ()))
    return terms.bear_on(moment, person)


def _with_findings(
    session: Session, person: Person, speaking: Collection[str], moment: Attention
) -> Attention:
    found = findings.of_person(session, person.id, SAYS_MORE)
    return replace(
        moment,
        standing=frozenset(one.rule_id for one in found if one.rule_id in speaking),
        told_lately=findings.rules_told_since(session, person.id, moment.now - ALARM_AGAIN),
    )


def _as_candidates(
    found: Sequence[Finding], rules: Mapping[str, Rule], stages: Mapping[str, StageNow]
) -> list[Candidate]:
    return [Candidate(rules[one.rule_id], one, stages[one.rule_id].stage) for one in found]


def _is_new_trial(choice: Choice, terms: TipTerms, person: Person, now: datetime) -> bool:
    """Whether it is held back from now on, which is to be noted."""
    teaching = choice.candidate.teaching
    if teaching is None or not choice.is_held_back:
        return False
    return not terms.trials_of(person, now).is_decided(teaching)


def _tell(
    database: Database, now: datetime, person: Person, choice: Choice, *, is_on_trial: bool
) -> bool:
    """Take the person's tip of the day, mark the finding, and note the message: all or nothing."""
    try:
        with database.writing() as session:
            _note(session, now, person, choice)
            if is_on_trial:
                _note_trial(session, now, person, choice)
    except _Lost:
        return False
    return True


def _note(session: Session, now: datetime, person: Person, choice: Choice) -> None:
    before = choice.candidate.finding
    if not choice.candidate.is_alarm:
        today = local_day_of(now, person.zone)
        if not coaching_slots.take(session, person.id, today, before.id, now):
            raise _Lost
    rule = choice.candidate.rule
    told = replace(
        before,
        state=FindingState.COACHED,
        coached_at=now,
        lead_announced=choice.candidate.stage is Stage.LEAD and bool(rule.say.lead),
    )
    sentence = choice.reason.sentence
    if not findings.change(session, before, told, now, reason=sentence):
        raise _Lost
    deliveries.enqueue(session, COACHING, f"person:{person.id}", _period(told), before.label, now)


def _note_trial(session: Session, now: datetime, person: Person, choice: Choice) -> None:
    """Note somebody's first time with what the tip teaches, told or held out; nothing at a later time."""
    one = choice.candidate
    if one.teaching is not None:
        drawn = Drawn(choice.is_held_back, local_day_of(now, person.zone))
        finding, team_id = one.finding, one.finding.subject.team_id
        coaching_trials.add(session, person.id, team_id, one.teaching, drawn, now, finding.id)


def _is_in_time(finding: Finding, claim: Claim) -> bool:
    told = finding.coached_at
    return told is not None and claim.lease_until <= told + IN_TIME


def _take_back(database: Database, told: Finding, rule: Rule, claim: Claim) -> None:
    """Let what was not posted wait again, and give back the tip that it took."""
    with database.writing() as session:
        waits = replace(told, state=FindingState.OPEN, coached_at=None, lead_announced=False)
        reason = "It could not be told in time."
        if findings.change(session, told, waits, claim.due_at, reason=reason):
            coaching_slots.give_back(session, told.id, told.coached_at)
            _forget_trial(session, told, rule)


def _forget_trial(session: Session, told: Finding, rule: Rule) -> None:
    teaching, person_id = teaching_of(rule), told.subject.person_id
    if teaching is not None and person_id is not None and told.coached_at is not None:
        coaching_trials.take_back(session, person_id, teaching, told.coached_at)


def _period(told: Finding) -> str:
    """Which telling of a finding a message is: `F-12@20261124T101500000000`."""
    return f"{told.label}@{told.coached_at:%Y%m%dT%H%M%S%f}" if told.coached_at else ""


def _tip(session: Session, claim: Claim, rulebook: Rulebook) -> tuple[CoachingTip, str] | None:
    """(page, Slack id); None where the finding is another's by now, or its rule is gone."""
    finding_id = finding_id_of(claim.subject)
    finding = findings.finding_of(session, finding_id) if finding_id else None
    person = people.person_of(session, int(claim.audience.removeprefix("person:")))
    judge = rulebook.current.judges.get(finding.rule_id) if finding else None
    if finding is None or judge is None or person is None or person.slack is None:
        return None
    if finding.subject.person_id != person.id:
        return None
    page = tip_of(session, finding, judge.rule, person, claim.due_at)
    return page, person.slack.user_id
