"""Telling a rule's owner, once: it is held, fails, was taken down to shadow, or its file is refused."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

import structlog
from sqlmodel import Session

from bot.flows.posts import Post
from bot.rulebook import Rulebook
from messages.pages.findings import OwnerNotice, RuleTrouble
from policies.rules.lifecycle import RuleSetting
from policies.rules.model import Rule, RuleProblem
from storage import audit, coaching_retirements, deliveries, people, rule_settings
from storage.database import Database
from storage.deliveries import Claim

log = structlog.get_logger()

MARK: Final = "%Y%m%dT%H%M%S"
"""How a moment is written in the mark of a notice."""
RULE_NOTICE: Final = "rule_owner_notice"
"""A direct message to a rule's owner; subject is the rule, the period begins with the trouble."""


def tell_owner(
    session: Session, rule: Rule, trouble: RuleTrouble, mark: str, now: datetime
) -> bool:
    """Note that the owner is to be told, once for each `mark`; False where there is nobody to tell.

    A rule whose owner is not known here is logged, and `/mileage policies` shows its trouble.
    """
    owner = people.find_person_by_email(session, rule.owner) if rule.owner else None
    if owner is None or owner.slack is None:
        log.warning("rule_without_owner", rule=rule.id, trouble=trouble.value)
        return False
    audience, period = f"person:{owner.id}", f"{trouble.value}:{rule.id}:{mark}"
    return deliveries.enqueue(session, RULE_NOTICE, audience, period, rule.id, now)


def is_owner_told(session: Session, rule: Rule, trouble: RuleTrouble, mark: str) -> bool:
    """Whether that was noted already, or there is nobody to tell."""
    owner = people.find_person_by_email(session, rule.owner) if rule.owner else None
    if owner is None or owner.slack is None:
        return True
    audience, period = f"person:{owner.id}", f"{trouble.value}:{rule.id}:{mark}"
    return deliveries.delivery_of(session, RULE_NOTICE, audience, period) is not None


def sweep_refused_files(database: Database, now: datetime, rulebook: Rulebook) -> int:
    """Tell the owners of what runs of a file that its present text is refused; once a problem."""
    told = [
        (rule, _mark(problem))
        for problem in rulebook.problems
        for rule in _owned(rulebook, problem)
    ]
    if not told:
        return 0
    with database.reading() as session:
        new = [
            (rule, mark)
            for rule, mark in told
            if not is_owner_told(session, rule, RuleTrouble.BROKEN_FILE, mark)
        ]
    if not new:
        return 0
    with database.writing() as session:
        return sum(
            tell_owner(session, rule, RuleTrouble.BROKEN_FILE, mark, now) for rule, mark in new
        )


def compose_owner_notice(database: Database, claim: Claim, rulebook: Rulebook) -> Post | None:
    """What the owner reads; None where the trouble is over, or the rule is gone."""
    judge = rulebook.current.judges.get(claim.subject)
    trouble = RuleTrouble(claim.period.partition(":")[0])
    with database.reading() as session:
        owner = people.person_of(session, int(claim.audience.removeprefix("person:")))
        setting = rule_settings.settings(session).get(claim.subject)
        happened = _what_happened(session, trouble, claim)
    if judge is None or owner is None or owner.slack is None:
        return None
    problem = _problem_of(rulebook, claim)
    rule = judge.rule
    reason = happened or _reason(trouble, rule, setting, problem)
    if not reason:
        return None
    place = problem.place if trouble is RuleTrouble.BROKEN_FILE and problem else None
    return Post(owner.slack.user_id, OwnerNotice(trouble, rule.id, rule.title, reason, place))


def _reason(
    trouble: RuleTrouble, rule: Rule, setting: RuleSetting | None, problem: RuleProblem | None
) -> str:
    """Why, without what the rule looked at: the owner may not read anybody's figures."""
    match trouble:
        case RuleTrouble.FAILS:
            return f"Version {rule.version} cannot be reckoned for some of what it looks at."
        case RuleTrouble.BROKEN_FILE:
            return problem.sentence if problem else ""
        case RuleTrouble.HELD:
            return setting.held_reason if setting else ""
    return ""


def demoted_sentence(counts: Mapping[str, str | int]) -> str:
    """Why a rule was taken down, from what the audit trail holds of it."""
    return (
        f"{counts['wrong']} of {counts['people']} people say that version {counts['version']} is "
        "wrong. A new version starts without answers."
    )


def _what_happened(session: Session, trouble: RuleTrouble, claim: Claim) -> str:
    """Why, where that was decided once and is kept; "" where it has to be looked at anew."""
    if trouble is RuleTrouble.DEMOTED:
        return _why_demoted(session, claim)
    if trouble is RuleTrouble.RETIRED:
        version = claim.period.rpartition(":v")[2]
        key = claim.subject, int(version) if version.isdecimal() else 0
        retirement = coaching_retirements.retired(session).get(key)
        return retirement.reason if retirement else ""
    return ""


def _why_demoted(session: Session, claim: Claim) -> str:
    """Why it was taken down then: somebody may have set it otherwise before the notice is posted."""
    mark = claim.period.rpartition(":")[2]
    deeds = [
        one
        for one in audit.entries_about(session, claim.subject)
        if one.action == "rule.demoted" and one.actor_id is None and f"{one.at:{MARK}}" == mark
    ]
    return demoted_sentence(deeds[-1].details) if deeds else ""


def _owned(rulebook: Rulebook, problem: RuleProblem) -> list[Rule]:
    """A rule for each owner of what runs of the problem's file; its own rule's alone where known."""
    rules = [one for one in rulebook.current.rules if one.place.file == problem.place.file]
    named = [one for one in rules if one.id == problem.rule_id]
    by_owner = {one.owner: one for one in reversed(named or rules) if one.owner}
    return list(by_owner.values())


def _problem_of(rulebook: Rulebook, claim: Claim) -> RuleProblem | None:
    mark = claim.period.rpartition(":")[2]
    return next((one for one in rulebook.problems if _mark(one) == mark), None)


def _mark(problem: RuleProblem) -> str:
    return sha256(str(problem).encode()).hexdigest()[:16]
