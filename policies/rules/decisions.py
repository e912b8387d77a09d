"""The decisions on one finding, one function each: a next state with its reason, or None to pass on.

`pipeline.ORDER` says in which order they are asked. Every timer is a moment that is stored with the
finding, so that a restart between two passes changes nothing. No timer lies after `seen_at`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from policies.rules.evaluation import Evaluation, Verdict
from policies.rules.facts import FactValue
from policies.rules.findings import ANSWERED_UNTIL, Finding, FindingState
from policies.rules.fingerprints import fingerprint_of
from policies.rules.model import Rule
from policies.rules.passes import PassTerms, Step
from policies.rules.reasons import Reason, Why
from policies.rules.subjects import Subject

LONGEST_GAP: Final = timedelta(days=2)
"""Passes farther apart than this do not prove that a rule matched all the while between them."""
UNSEEN_KEEP: Final = timedelta(days=1)
"""How long a subject must be gone before its finding is: data may be late, or a source down."""
UNJUDGED_AT_MOST: Final = timedelta(days=28)
"""For how long a finding stands that there is too little data to judge."""
BACK_AT_MOST: Final = timedelta(days=1)
"""A clock that is farther behind what was seen is right, and the one that saw it was ahead."""
SEEN_AGAIN: Final = timedelta(hours=6)
"""How often `seen_at` is written where nothing else changes."""
NANO: Final = Decimal("1e-9")
"""The grain in which money is stored: what is read back compares equal."""

WAITS: Final = frozenset({FindingState.PENDING, FindingState.RESOLVED})
"""States from which a finding has to match for long enough before it opens."""


@dataclass(slots=True)
class Case:
    """One fingerprint of a rule in a pass: how it stood, and what was evaluated under it."""

    rule: Rule
    before: Finding | None
    now: datetime
    terms: PassTerms
    evaluations: list[tuple[Evaluation, dict[str, FactValue]]]
    inhibitor: str = ""

    @property
    def verdict(self) -> Verdict:
        """That of the group: it matches where any does, and is clear only where all are."""
        found = {one.verdict for one, _ in self.evaluations}
        order = (Verdict.MATCHES, Verdict.ERROR, Verdict.TOO_LITTLE, Verdict.BETWEEN)
        return next((one for one in order if one in found), Verdict.CLEAR)

    @property
    def note(self) -> str:
        """What the first evaluation that says something says."""
        return next((one.note for one, _ in self.evaluations if one.note), "")

    @property
    def since(self) -> datetime:
        """When it began to match this time; now where a pass saw it clear, or nobody looked for long."""
        before = self.before
        if before is None or (before.clear_since is not None and before.state in WAITS):
            return self.now
        gap = self.now - before.seen_at
        if before.state in WAITS and gap > max(LONGEST_GAP, self.rule.for_):
            return self.now
        return before.since

    @property
    def matching(self) -> list[tuple[Evaluation, dict[str, FactValue]]]:
        """The evaluations that match, each with its params."""
        return [pair for pair in self.evaluations if pair[0].verdict is Verdict.MATCHES]

    @property
    def largest(self) -> tuple[Evaluation, dict[str, FactValue]]:
        """The one of them with the most money at stake."""
        return max(self.matching, key=lambda pair: pair[0].impact_usd or Decimal(0))

    def matched(self) -> Finding:
        """The finding with the facts of this match, those of the most money at stake."""
        largest, params = self.largest
        subject = largest.subject.subject
        return replace(
            self.before or self._begun(subject),
            rule_version=self.rule.version,
            subject=subject,
            since=self.since,
            clear_since=None,
            impact_usd=_sum([one.impact_usd for one, _ in self.matching]),
            facts=_finite(largest.subject.values),
            params=params,
        )

    def opened(self, state: FindingState) -> Finding:
        """The finding as one to tell of; an answer that holds still goes on holding.

        What the person heard of an earlier opening, or agreed to then, says nothing of this one.
        """
        found = self.matched()
        return replace(
            found,
            state=state,
            opened_at=self.now,
            reason="",
            until=found.until if found.is_answered_at(self.now) else None,
            lead_announced=False,
            lead_may_know=False,
        )

    def to(self, after: Finding, why: Why, sentence: str) -> Step:
        """The step, with `seen_at` moved on where anything else changed or it is some hours old."""
        before = self.before
        if before is None or after != before or self.now - before.seen_at >= SEEN_AGAIN:
            after = replace(after, seen_at=self.now)
        return Step(before, after, Reason(why, sentence))

    def _begun(self, subject: Subject) -> Finding:
        return Finding(
            id=0,
            rule_id=self.rule.id,
            rule_version=self.rule.version,
            fingerprint=fingerprint_of(self.rule, subject),
            subject=subject,
            state=FindingState.PENDING,
            since=self.now,
            seen_at=self.now,
        )


def seen_by_now(found: Finding, now: datetime) -> Finding:
    """The finding, with the timers restarted that a clock far ahead has set."""
    if found.seen_at - now <= BACK_AT_MOST:
        return found

    def by_now(moment: datetime | None) -> datetime | None:
        return None if moment is None else min(moment, now)

    return replace(
        found,
        since=min(found.since, now),
        seen_at=now,
        opened_at=by_now(found.opened_at),
        resolved_at=by_now(found.resolved_at),
        clear_since=by_now(found.clear_since),
    )


def hold_while_the_clock_is_back(case: Case) -> Step | None:
    """A pass that is a little earlier than what was seen already can say nothing."""
    before = case.before
    if before is None or case.now >= before.seen_at:
        return None
    return _held(
        before, Why.CLOCK_BACK, "The clock went back: nothing is judged until it is on again."
    )


def hold_what_cannot_be_judged(case: Case) -> Step | None:
    """With too little data, or an error in the rule, what stands stands; nothing opens.

    What there was too little data of for four weeks is let go: it would inhibit other rules for good.
    """
    if case.before is None or case.verdict not in (Verdict.TOO_LITTLE, Verdict.ERROR):
        return None
    if case.verdict is Verdict.ERROR:
        return _held(case.before, Why.ERROR, f"The rule failed: {case.note}")
    if _is_unjudged_for_long(case, case.before):
        return _let_go(case, case.before)
    return _held(case.before, Why.TOO_LITTLE, f"Too little data to judge: {case.note}")


def let_clear(case: Case) -> Step | None:
    """Clear for `keep` is resolved; what was only waiting is forgotten at once."""
    before = case.before
    if before is None or case.verdict is not Verdict.CLEAR:
        return None
    is_unseen = not case.evaluations
    if before.state is FindingState.WRONG:
        return _answer_holds(case, before)
    since = before.clear_since or case.now
    cleared = replace(before, clear_since=since)
    if before.state is FindingState.PENDING:
        return case.to(cleared, Why.FORGOTTEN, "It cleared before it was a finding.")
    if before.state is FindingState.RESOLVED:
        return case.to(cleared, Why.STAYS_RESOLVED, "It stays resolved.")
    keep = max(case.rule.keep, UNSEEN_KEEP) if is_unseen else case.rule.keep
    if case.now - since < keep:
        return case.to(
            cleared, Why.KEPT, f"It is clear, and is resolved after {_in_words(keep)} of that."
        )
    resolved = replace(cleared, state=FindingState.RESOLVED, resolved_at=case.now)
    if is_unseen:
        return case.to(resolved, Why.NO_LONGER_SEEN, "What it was about is no longer seen.")
    return case.to(resolved, Why.RESOLVED, "It no longer matches.")


def let_stand_between(case: Case) -> Step | None:
    """Between `when` and `clear_when` a finding goes on; what was only waiting starts anew."""
    before = case.before
    if before is None or case.verdict is not Verdict.BETWEEN:
        return None
    if before.state in WAITS:
        anew = replace(before, clear_since=before.clear_since or case.now)
        return case.to(anew, Why.BETWEEN, "It does not match now, and waits anew.")
    stands = replace(before, clear_since=None)
    return case.to(stands, Why.BETWEEN, "It neither matches nor clears, so it goes on.")


def respect_an_answer(case: Case) -> Step | None:
    """Wrong is silent until the rule changes; the other answers hold until their moment."""
    before = case.before
    if before is None:
        return None
    if before.state is FindingState.WRONG and before.rule_version == case.rule.version:
        return _answer_holds(case, before)
    has_ended = before.until is not None and before.until <= case.now
    if before.state in ANSWERED_UNTIL and not has_ended:
        return case.to(case.matched(), Why.ANSWERED, "It matches still; the answer to it holds.")
    return None


def wait_long_enough(case: Case) -> Step | None:
    """It has to match for `for`, seen at both ends of it at least, before it is a finding."""
    before = case.before
    waited = case.now - case.since
    if (before is not None and before.state not in WAITS) or waited >= case.rule.for_:
        return None
    sentence = (
        f"It matches since {_in_words(waited)}; it is a finding after {_in_words(case.rule.for_)}."
    )
    return case.to(case.matched(), Why.WAITS, sentence)


def respect_an_exception(case: Case) -> Step | None:
    """What an exception covers is kept as “would have matched”."""
    subject = case.largest[0].subject.subject
    covering = case.terms.exception_for(case.rule.id, subject, case.now)
    if covering is None:
        return None
    sentence = f"It would have matched: {covering.label} covers it until {covering.last_day}."
    return case.to(replace(case.matched(), state=FindingState.EXEMPTED), Why.EXEMPTED, sentence)


def inhibit(case: Case) -> Step | None:
    """Nothing opens while a finding of a rule that says more concerns the same person."""
    if not case.inhibitor:
        return None
    return case.to(
        case.matched(), Why.INHIBITED, f"The rule {case.inhibitor} says more about it now."
    )


def open_it(case: Case) -> Step:
    """It is a finding: new, again, or as before."""
    was = case.before.state if case.before else FindingState.PENDING
    opening = {
        FindingState.PENDING: (Why.OPENED, "It matches."),
        FindingState.RESOLVED: (Why.REGRESSED, "It matches again."),
        FindingState.EXEMPTED: (Why.EXCEPTION_ENDED, "The exception has ended, and it matches."),
        FindingState.WRONG: (Why.ANSWER_ENDED, "The rule has changed, and it matches still."),
    } | dict.fromkeys(
        ANSWERED_UNTIL, (Why.ANSWER_ENDED, "The answer has ended, and it matches still.")
    )
    if was not in opening:
        return case.to(case.matched(), Why.GOES_ON, "It matches still.")
    why, sentence = opening[was]
    state = FindingState.REGRESSED if was is FindingState.RESOLVED else FindingState.OPEN
    return case.to(case.opened(state), why, sentence)


def _is_unjudged_for_long(case: Case, before: Finding) -> bool:
    if before.state in WAITS or before.state is FindingState.WRONG:
        return False
    return case.now - before.seen_at >= max(UNJUDGED_AT_MOST, case.rule.keep)


def _let_go(case: Case, before: Finding) -> Step:
    since = before.clear_since or before.seen_at
    over = replace(before, state=FindingState.RESOLVED, clear_since=since, resolved_at=case.now)
    return case.to(
        over, Why.NO_LONGER_SEEN, "There was too little data to judge it for four weeks."
    )


def _held(before: Finding, why: Why, sentence: str) -> Step:
    return Step(before, before, Reason(why, sentence))


def _answer_holds(case: Case, before: Finding) -> Step:
    return case.to(
        before, Why.ANSWERED, f"Somebody said that version {before.rule_version} is wrong here."
    )


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [one for one in amounts if one is not None]
    return sum(known, Decimal(0)).quantize(NANO) if known else None


def _finite(values: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """Facts that JSON can hold."""
    return {
        name: value
        for name, value in values.items()
        if not isinstance(value, float) or math.isfinite(value)
    }


def _in_words(length: timedelta) -> str:
    """`2 days`, `3 hours`, `25 minutes`."""
    minutes = round(length / timedelta(minutes=1))
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size and (minutes % size == 0 or minutes >= 2 * size):
            return f"{minutes // size} {unit}{'s' if minutes // size != 1 else ''}"
    return "less than a minute"
