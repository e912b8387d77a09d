"""GitHub as a witness of evidence: asked beside the minute tick, and believed only as far as a finding goes.

What it says of a claimed outcome stands on the card for the verifier. A revert or a closure that comes
after the verification changes nothing by itself: each lead is asked, once.
"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flows.calls import Called
from bot.flows.outcome_steps import (
    attempts_audited,
    outcome_and_roster,
    outcome_for,
    outcome_id_of,
    refresh_card,
)
from bot.flows.outcomes import revert_in
from bot.flows.people import Speaker, person_of
from bot.flows.posts import Post
from bot.flows.redraws import redrawn
from connectors.github import ClosedUnmerged, Finding, GitHub, Merged, Open, Reverted
from connectors.services import Failure
from messages.pages.evidence import RevertKept, RevertProposed
from messages.pages.outcomes import OutcomeMoved
from policies.outcomes import NotAllowed, Outcome, OutcomeState, local_day_of, outcome_label
from policies.people import Roster
from policies.standing import Verb
from storage import audit, deliveries, evidence, outcomes, people
from storage.database import Database
from storage.deliveries import Claim
from storage.evidence import Check

REVERT_PROPOSED: Final = "revert_proposed"
"""A direct message to a lead: a verified outcome's evidence was reverted or closed; subject O-12."""

REVERT_SETTLED: Final = "revert_settled"
"""The same message, changed in place once the outcome was reverted or kept."""

LEASE: Final = timedelta(minutes=10)
"""Longer than the calls about one pull request can take."""
FIRST_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=6)
WAIT_FOR_SOMEBODY: Final = timedelta(hours=1)
SOON: Final = timedelta(hours=1)
DAILY: Final = timedelta(days=1)

UNKNOWN: Final = "unknown"
TAKES_BACK: Final = ("closed", "reverted")
"""The findings that speak against an outcome that is verified already."""


def check_next(database: Database, now: datetime, *, github: GitHub) -> Called | None:
    """Ask about the evidence that is due longest, and note what changed; None when nothing is due."""
    check = _taken(database, now, github)
    if check is None:
        return None
    pull = github.pull_request_of(check.url)
    found = github.finding(pull) if pull else Failure("GitHub has no such pull request")
    with database.writing() as session:
        if isinstance(found, Failure) and (found.is_temporary or found.is_general):
            _postpone(session, check, found, now)
        else:
            _note(session, check, found, now)
    return Called(outcome_label(check.outcome_id), found if isinstance(found, Failure) else None)


def mark_reverted(
    database: Database, now: datetime, speaker: Speaker, outcome_id: int
) -> OutcomeMoved:
    """Take an outcome back for what GitHub said, as a lead of its team."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        _, check = _proposed(session, speaker, outcome_id)
        moved = revert_in(session, now, speaker, outcome_id, f"GitHub: {check.detail}")
        _settle_proposals(session, check, now)
    return moved


def keep(database: Database, now: datetime, speaker: Speaker, outcome_id: int) -> RevertKept:
    """Leave an outcome verified in spite of what GitHub said; the first lead who says so decides."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        outcome, check = _proposed(session, speaker, outcome_id)
        if outcome.owner_id == speaker.person.id:
            raise NotAllowed(f"{outcome.label} is your own. Another lead has to keep it.")
        if not evidence.keep(session, check, speaker.person.id, now):
            raise NotAllowed(f"{outcome.label} was kept already.")
        details = {"finding": check.finding}
        audit.record(session, speaker.person.id, "outcome.kept", outcome.label, details, now)
        _settle_proposals(session, check, now)
    return RevertKept(outcome)


def compose_revert_proposed(database: Database, claim: Claim) -> Post | None:
    """What a lead is asked; None where it is settled, or the lead is no lead or not in Slack any more."""
    with database.reading() as session:
        lead, page = _proposal_of(session, claim)
        return Post(lead, page) if lead and page and page.waits else None


def compose_revert_settled(database: Database, claim: Claim) -> Post | None:
    """The lead's message as it looks now; None when it was never posted, NotYet while it is under way."""
    with database.reading() as session:
        _, page = _proposal_of(session, claim)
        asked = deliveries.delivery_of(session, REVERT_PROPOSED, claim.audience, claim.period)
        return redrawn(session, claim, asked, claim.period, page)


def _taken(database: Database, now: datetime, github: GitHub) -> Check | None:
    with database.reading() as session:
        is_new = evidence.unchecked(session, github.web_host)
        if not is_new and not evidence.is_due(session, now):
            return None
    with database.writing() as session:
        for one in evidence.unchecked(session, github.web_host):
            is_pull = github.pull_request_of(one.url) is not None
            evidence.begin(session, one, now if is_pull else None)
        return evidence.claim_due(session, now, LEASE)


def _postpone(session: Session, check: Check, failure: Failure, now: datetime) -> None:
    until = now + _wait(check, failure)
    evidence.postpone(session, check, until)
    if failure.is_general:
        evidence.hold_off(session, until)


def _wait(check: Check, failure: Failure) -> timedelta:
    """5, 10, 20 … minutes up to six hours, or what GitHub asked for."""
    if not failure.is_temporary:
        return WAIT_FOR_SOMEBODY
    return failure.wait or min(FIRST_WAIT * (1 << min(check.failures, 10)), LONGEST_WAIT)


def _note(session: Session, check: Check, found: Finding, now: datetime) -> None:
    """Store what was found; an event, the card and the leads only where it is news."""
    outcome, roster = outcome_and_roster(session, check.outcome_id)
    word, detail = _in_words(found, outcome, roster.team.zone)
    if word == UNKNOWN and check.finding:
        word, detail = (
            check.finding,
            check.detail,
        )  # it was seen once: that it is hidden now is no news
    if not evidence.settle(session, check, word, detail, now + _rest(outcome, word)):
        return
    if (word, detail) != (check.finding, check.detail):
        reason = f"GitHub: {detail}"
        outcomes.note_change(session, outcome, outcome.owner_id, "evidence", reason, now)
        audit.record(session, None, "outcome.evidence", outcome.label, {"finding": word}, now)
        refresh_card(session, outcome, f"{word}@{now:%Y%m%dT%H%M%S}", now)
    if word in TAKES_BACK and outcome.state is OutcomeState.VERIFIED:
        _propose_revert(session, outcome, roster, word, now)


def _propose_revert(
    session: Session, outcome: Outcome, roster: Roster, word: str, now: datetime
) -> None:
    for lead in roster.leads:
        if lead.slack is not None:
            deliveries.enqueue(
                session,
                REVERT_PROPOSED,
                f"person:{lead.id}",
                _proposal_period(outcome, word),
                outcome.label,
                now,
            )


def _settle_proposals(session: Session, check: Check, now: datetime) -> None:
    outcome, roster = outcome_and_roster(session, check.outcome_id)
    period = _proposal_period(outcome, check.finding)
    for lead in roster.leads:
        audience = f"person:{lead.id}"
        if deliveries.delivery_of(session, REVERT_PROPOSED, audience, period) is not None:
            deliveries.enqueue(session, REVERT_SETTLED, audience, period, outcome.label, now)


def _proposed(session: Session, speaker: Speaker, outcome_id: int) -> tuple[Outcome, Check]:
    """The outcome and the finding against it, if the speaker may decide about it; one at a time may."""
    check = evidence.hold(session, outcome_id)
    outcome, _ = outcome_for(session, speaker, outcome_id, Verb.REVERT)
    if check is None or check.finding not in TAKES_BACK or outcome.claimed_at != check.claimed_at:
        raise NotAllowed(f"Nothing speaks against {outcome.label} any more.")
    if check.kept_by is not None:
        raise NotAllowed(f"A lead kept {outcome.label} already.")
    if outcome.state is OutcomeState.REVERTED:
        raise NotAllowed(f"{outcome.label} is reverted already.")
    return outcome, check


def _proposal_of(session: Session, claim: Claim) -> tuple[str | None, RevertProposed | None]:
    """The lead's Slack id, and what they are to read."""
    outcome, roster = outcome_and_roster(session, outcome_id_of(claim))
    check = evidence.check_of(session, outcome.id)
    lead = people.person_of(session, int(claim.audience.removeprefix("person:")))
    if check is None or lead is None or lead.slack is None or not roster.is_led_by(lead.id):
        return None, None
    if claim.period != _proposal_period(outcome, check.finding):
        return None, None
    page = RevertProposed(
        outcome=outcome,
        owner=person_of(session, outcome.owner_id),
        finding=f"GitHub: {check.detail}",
        kept_by=person_of(session, check.kept_by) if check.kept_by else None,
    )
    return lead.slack.user_id, page


def _proposal_period(outcome: Outcome, word: str) -> str:
    claimed = f"{outcome.claimed_at:%Y%m%dT%H%M%S%f}" if outcome.claimed_at else ""
    return f"{outcome.label}@{claimed}/{word}"


def _rest(outcome: Outcome, word: str) -> timedelta:
    """Until it is asked again: soon while a verifier may wait for the merge, else daily."""
    is_awaited = outcome.state is OutcomeState.CLAIMED and word in ("open", "closed")
    return SOON if is_awaited else DAILY


def _in_words(found: Finding, outcome: Outcome, zone: ZoneInfo) -> tuple[str, str]:
    """(the word it is stored as, what people read after “GitHub:”)."""
    match found:
        case Open():
            return "open", "not merged yet"
        case Merged(at):
            before = ", before the outcome was declared" if at < outcome.declared_at else ""
            return "merged", f"merged on {local_day_of(at, zone)}{before}"
        case ClosedUnmerged(at):
            return "closed", f"closed without being merged{_on(at, zone)}"
        case Reverted(by, at):
            return "reverted", f"reverted by {by}{_on(at, zone)}"
        case Failure():
            return UNKNOWN, "it does not show this pull request to Mileage"


def _on(at: datetime | None, zone: ZoneInfo) -> str:
    return f" on {local_day_of(at, zone)}" if at else ""
