"""What a person stops hearing of, and lets speak again. Each person's own; nobody else is shown it."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.coaching import redraw_tip
from bot.flows.finding_answers import own_finding, take_answer, until_usually
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from bot.flows.rule_rights import refusals_audited
from bot.intents.words import mistyped, shortened
from messages.pages.coaching import MutedKind, Mutes
from messages.pages.findings import WAITS_FOR_ANSWER
from policies.mutes import ALL, CARDS, SKILLS, kinds_of, named
from policies.outcomes import local_day_of
from policies.rules.findings import Answer, Finding
from policies.rules.model import Severity
from policies.rules.ruleset import RuleSet
from storage import audit, coaching_mutes
from storage.database import Database

GENERAL: Final = (ALL, CARDS, *SKILLS)


def stop_kind_of(
    database: Database, now: datetime, speaker: Speaker, rules: RuleSet, finding_id: int
) -> None:
    """Stop tips of the rule that a tip is of. What waits for an answer is answered: not relevant."""
    label = f"F-{finding_id}"
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        before = own_finding(session, speaker, finding_id, is_held=True)
        _require_tip(rules, before.rule_id)
        _mute(session, speaker, before.rule_id, now)
        if before.state in WAITS_FOR_ANSWER:
            until = until_usually(Answer.NOT_RELEVANT, now, speaker.person.zone)
            take_answer(session, now, speaker, before, Answer.NOT_RELEVANT, until=until)
        else:
            redraw_tip(session, before, now)


def resume_kind_of(
    database: Database, now: datetime, speaker: Speaker, rules: RuleSet, finding_id: int
) -> None:
    """Let tips of that rule speak again; Refusal where a wider kind is stopped, which stays so."""
    label = f"F-{finding_id}"
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        finding = own_finding(session, speaker, finding_id, is_held=True)
        _unmute(session, speaker, finding.rule_id, now)
        _require_no_wider_mute(session, speaker, rules, finding)
        redraw_tip(session, finding, now)


def mute(database: Database, now: datetime, speaker: Speaker, rules: RuleSet, kind: str) -> Mutes:
    """Stop a kind, and show all that is stopped; Refusal for what is no kind, or an alarm."""
    _require_kind(rules, kind)
    with database.writing() as session:
        _mute(session, speaker, kind, now)
        return _page(session, speaker, rules, now)


def unmute(database: Database, now: datetime, speaker: Speaker, rules: RuleSet, kind: str) -> Mutes:
    """Let a kind speak again, and show what is still stopped; Refusal where it was not stopped."""
    with database.writing() as session:
        if not _unmute(session, speaker, kind, now):
            stopped = coaching_mutes.muted_by(session, speaker.person.id)
            meant = mistyped(kind, stopped)
            hint = f"Did you mean “{meant}”?" if meant else "“/mileage mute” shows what is stopped."
            raise Refusal(f"“{shortened(kind)}” is not stopped.", hint)
        return _page(session, speaker, rules, now)


def show_mutes(database: Database, now: datetime, speaker: Speaker, rules: RuleSet) -> Mutes:
    """All that the person stopped."""
    with database.reading() as session:
        return _page(session, speaker, rules, now)


def _mute(session: Session, speaker: Speaker, kind: str, now: datetime) -> None:
    if coaching_mutes.mute(session, speaker.person.id, kind, now):
        audit.record(session, speaker.person.id, "coaching.muted", kind, {}, now)


def _unmute(session: Session, speaker: Speaker, kind: str, now: datetime) -> bool:
    is_gone = coaching_mutes.unmute(session, speaker.person.id, kind)
    if is_gone:
        audit.record(session, speaker.person.id, "coaching.unmuted", kind, {}, now)
    return is_gone


def _require_kind(rules: RuleSet, kind: str) -> None:
    if kind in GENERAL:
        return
    if kind not in rules.judges:
        meant = mistyped(kind, (*GENERAL, *rules.judges))
        hint = f"Did you mean “{meant}”?" if meant else f"Stop {', '.join(GENERAL)}, or a rule."
        raise Refusal(f"There are no tips called “{shortened(kind)}”.", hint)
    _require_tip(rules, kind)


def _require_tip(rules: RuleSet, rule_id: str) -> None:
    judge = rules.judges.get(rule_id)
    if judge is not None and judge.rule.severity is Severity.ALARM:
        raise Refusal(
            "An alarm cannot be stopped for good.",
            f"Make an exception with an end: “/mileage policies {rule_id}”.",
        )


def _require_no_wider_mute(
    session: Session, speaker: Speaker, rules: RuleSet, finding: Finding
) -> None:
    judge = rules.judges.get(finding.rule_id)
    stopped = coaching_mutes.muted_by(session, speaker.person.id)
    wider = [kind for kind in (kinds_of(judge.rule) if judge else ()) if kind in stopped]
    if wider:
        raise Refusal(
            f"You stopped {named(wider[0])}.",
            f"“/mileage unmute {wider[0]}” lets them speak again.",
        )


def _page(session: Session, speaker: Speaker, rules: RuleSet, now: datetime) -> Mutes:
    zone = speaker.person.zone
    return Mutes(
        tuple(
            MutedKind(kind, local_day_of(since, zone), _title(rules, kind))
            for kind, since in coaching_mutes.muted_by(session, speaker.person.id).items()
        ),
        local_day_of(now, zone),
    )


def _title(rules: RuleSet, kind: str) -> str:
    judge = rules.judges.get(kind)
    return judge.rule.title if judge else ""
