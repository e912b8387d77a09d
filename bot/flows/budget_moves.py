"""Setting one's own budget aside for outcomes, moving it between them, and undoing what was done last."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows import budget_notices
from bot.flows.allowances import come_to, earmark_from, ensure_base_grants
from bot.flows.budget_actions import MOVE, MOVED, Action, last_action, note_undone
from bot.flows.budget_rights import (
    Desk,
    desk_of_anybody_in_it,
    desk_of_member,
    leads,
    outcome_meant,
    problems_of,
    refusals_audited,
)
from bot.flows.grants import end_with_shares, require_within_pool
from bot.flows.ledgers import Ledger, ledger_of
from bot.flows.limits import push_limit
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from messages import wording
from messages.pages.budgets import Earmarked, Moved, Undone
from policies.amounts import Amount
from policies.budget_requests import RequestState, parse_grant_label
from policies.budgets import Grant, GrantKind, seats_of, takings
from policies.outcomes import Outcome, outcome_label
from storage import audit, budget_requests, budgets, people
from storage.database import Database
from storage.requests import settle_request, take_request

UNDO_WITHIN: Final = timedelta(minutes=5)
UNDONE = "Undone."


def earmark(
    database: Database,
    now: datetime,
    speaker: Speaker,
    outcome_id: int,
    amount: Amount,
    request_key: str | None = None,
) -> Earmarked:
    """Set an amount of the speaker's free budget aside for their own outcome, or as much as there is.

    What Slack repeats carries the key of the first declaration, and sets nothing aside again.
    """
    label = outcome_label(outcome_id)
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        desk = desk_of_member(session, now, speaker)
        _require_sound(session, desk, amount, [outcome_id])
        outcome = outcome_meant(session, desk, outcome_id)
        if outcome is None:
            raise LookupError(f"There is no outcome {outcome_id}.")
        ensure_base_grants(session, desk, now)
        key = f"{request_key}:aside" if request_key else None
        before = take_request(session, speaker.person.id, key, now) if key else None
        set_aside = (
            _earmark(session, desk, speaker, amount, outcome, now)
            if before is None
            else int(before)
        )
        if key is not None:
            settle_request(session, speaker.person.id, key, str(set_aside))
        balance = ledger_of(session, desk.terms, speaker.person.id, desk.today).balance
        return Earmarked(
            outcome=outcome,
            wanted=amount,
            earmarked=desk.amount(set_aside),
            missing=desk.amount(amount.value - set_aside),
            left_free=desk.amount(balance.left_for(None)),
        )


def move(
    database: Database,
    now: datetime,
    speaker: Speaker,
    amount: Amount,
    source_id: int | None,
    target_id: int | None,
    request_key: str | None = None,
) -> Moved:
    """Move some of the speaker's own budget from one outcome to another; None is what is free.

    A command that Slack repeats carries the key of the first, and moves nothing again.
    """
    subject = f"team:{speaker.team.id}"
    with refusals_audited(database, now, speaker, subject), database.writing() as session:
        desk = desk_of_member(session, now, speaker)
        if source_id == target_id:
            raise Refusal("That moves nothing.", "Try: /budget move 2M from O-12 to O-15")
        _require_sound(session, desk, amount, [target_id] if target_id is not None else [])
        source, target = (outcome_meant(session, desk, one) for one in (source_id, target_id))
        if source_id is not None and source is None:
            raise Refusal(f"{desk.roster.team.name} has no outcome {outcome_label(source_id)}.")
        is_new = request_key is None or not take_request(
            session, speaker.person.id, request_key, now
        )
        if is_new:
            _move(session, desk, speaker, amount, source, target, now)
            if request_key is not None:
                settle_request(session, speaker.person.id, request_key, "moved")
        balance = ledger_of(session, desk.terms, speaker.person.id, desk.today).balance
        return Moved(
            amount=amount,
            source=source,
            target=target,
            left_of_source=desk.amount(balance.left_for(source_id)),
            left_of_target=desk.amount(balance.left_for(target_id)),
        )


def release_earmarks(
    session: Session, outcome: Outcome, actor_id: int, now: datetime, reason: str
) -> int:
    """Give back what anybody had set aside for an outcome that was dropped; returns how many grants.

    Called by the flow that drops it, in its transaction.
    """
    team = people.team_of(session, outcome.team_id)
    if team is None or budgets.hold_terms(session, team.id) is None:
        return 0
    today = now.astimezone(team.zone).date()
    return sum(
        budgets.void(session, one.id, today, actor_id, reason, now)
        for one in budgets.earmarks_for(session, outcome.id)
    )


def undo(
    database: Database, now: datetime, speaker: Speaker, request_key: str | None = None
) -> Undone:
    """Take back the speaker's last action on budgets, within five minutes of it, and none before it.

    An allowance returns to what it was, what was moved to where it was, and an approved request waits
    again. What is not taken back by this, such as a void, is refused.
    """
    subject = f"team:{speaker.team.id}"
    with refusals_audited(database, now, speaker, subject), database.writing() as session:
        desk = desk_of_anybody_in_it(session, now, speaker)
        undone = _undone_before(session, now, speaker, request_key)
        if not undone:
            ensure_base_grants(session, desk, now)
            action = _last_action(session, desk, speaker, now)
            _undo(session, desk, speaker, action, now)
            undone = list(action.undone)
            if request_key is not None:
                labels = " ".join(one.label for one in undone)
                settle_request(session, speaker.person.id, request_key, labels)
        person_id = undone[0].person_id
        person = people.persons_of(session, [person_id])[person_id]
        return Undone(tuple(undone), person, desk.today)


def _require_sound(session: Session, desk: Desk, amount: Amount, outcome_ids: list[int]) -> None:
    if problems := list(problems_of(session, desk, [amount], outcome_ids)):
        raise Refusal(" ".join(problems), "Try: /budget move 2M from O-12 to O-15")


def _earmark(
    session: Session,
    desk: Desk,
    speaker: Speaker,
    amount: Amount,
    outcome: Outcome,
    now: datetime,
) -> int:
    """Set aside what there is of it; returns how much that is."""
    ledger = ledger_of(session, desk.terms, speaker.person.id, desk.today)
    got = _set_aside(session, desk, ledger, amount.value, outcome, now)
    details = {"grants": len(got)}
    audit.record(session, speaker.person.id, "budget.earmarked", outcome.label, details, now)
    return sum(part.amount for part in got)


def _set_aside(
    session: Session, desk: Desk, ledger: Ledger, amount: int, outcome: Outcome, now: datetime
) -> list[Grant]:
    return [
        budgets.add_grant(
            session, earmark_from(desk, source, part, outcome.id, ledger.person_id), now
        )
        for source, part in takings(ledger.balance, amount, None)
    ]


def _move(
    session: Session,
    desk: Desk,
    speaker: Speaker,
    amount: Amount,
    source: Outcome | None,
    target: Outcome | None,
    now: datetime,
) -> None:
    ensure_base_grants(session, desk, now)
    ledger = ledger_of(session, desk.terms, speaker.person.id, desk.today)
    left = ledger.balance.left_for(source.id if source else None)
    if amount.value > left:
        whose = f"{source.label} has" if source else "The free part of your budget has"
        raise Refusal(
            f"{whose} {wording.budget(desk.amount(left))} left.",
            "Move less, or ask for more with “/budget request”.",
        )
    if source is None and target is not None:
        _set_aside(session, desk, ledger, amount.value, target, now)
    elif source is not None:
        _take_out(session, desk, ledger, amount.value, source, target, now)
    ends = {"from": source.id if source else 0, "to": target.id if target else 0}
    team = f"team:{desk.team_id}"
    audit.record(session, speaker.person.id, MOVE, team, ends, now)


def _take_out(
    session: Session,
    desk: Desk,
    ledger: Ledger,
    amount: int,
    source: Outcome,
    target: Outcome | None,
    now: datetime,
) -> None:
    """Void what was set aside for the source, as far as needed, and set the rest aside anew."""
    lines = [one for one in ledger.balance.live if one.grant.outcome_id == source.id]
    by_id = {one.id: one for one in ledger.grants}
    for line in lines:
        part = min(amount, line.remaining)
        origin = by_id.get(line.grant.source_id or 0)
        if part == 0 or origin is None:
            continue
        _require_holds(ledger, origin)
        amount -= part
        person_id = ledger.person_id
        budgets.void(session, line.grant.id, desk.today, person_id, MOVED, now)
        rest = ledger.held_this_morning(line.grant) - part
        for outcome, share in ((source, rest), (target, part)):
            if outcome is not None and share > 0:
                draft = earmark_from(desk, origin, share, outcome.id, person_id)
                budgets.add_grant(session, draft, now)
    if amount > 0:
        granted = wording.listed(one.grant.label for one in lines if not one.grant.source_id)
        raise Refusal(
            f"{granted} was granted for {source.label} alone.",
            "A lead can void it, and grant what is needed for another outcome.",
        )


def _require_holds(ledger: Ledger, origin: Grant) -> None:
    """Refuse to take anything anew out of what is over: it would be worth nothing."""
    seats = seats_of(ledger.grants)
    seat = seats.get(origin.id)
    same = (one for one in ledger.grants if seats[one.id] == seat)
    if not any(one.holds_on(ledger.balance.day) for one in same):
        raise Refusal(
            f"{origin.label}, of which this was set aside, is over: what is left of it stays where it is.",
            "Move what is free, or ask for more with “/budget request”.",
        )


def _undone_before(
    session: Session, now: datetime, speaker: Speaker, request_key: str | None
) -> list[Grant]:
    if request_key is None:
        return []
    labels = take_request(session, speaker.person.id, request_key, now) or ""
    ids = [grant_id for word in labels.split() if (grant_id := parse_grant_label(word))]
    return [one for grant_id in ids if (one := budgets.grant_of(session, grant_id))]


def _last_action(session: Session, desk: Desk, speaker: Speaker, now: datetime) -> Action:
    last = last_action(session, desk, speaker.person.id, now - UNDO_WITHIN)
    if last is None or not (last.is_move or leads(speaker, desk.roster)):
        raise Refusal(
            "There is nothing of yours to undo.",
            "A grant, a move or an allowance can be undone for five minutes.",
        )
    if not last.can_be_undone:
        raise Refusal(
            "What you did last with budgets cannot be undone, or has changed since.",
            "Look with “/budget”, and change what has to be changed.",
        )
    return last


def _undo(session: Session, desk: Desk, speaker: Speaker, action: Action, now: datetime) -> None:
    actor_id = speaker.person.id
    if action.set_for is not None:
        _restore_allowance(session, desk, action.set_for, now)
    else:
        for one in action.granted:
            end_with_shares(session, desk, one, actor_id, UNDONE, now)
            if one.kind is GrantKind.EXTRA:
                _reopen_request(session, one, now)
                budget_notices.tell_of_void(session, one, now)
    if action.is_move:
        for one in action.voided:
            _restore_earmark(session, desk, one, now)
    else:
        push_limit(session, desk.terms, action.undone[0].person_id, now)
    note_undone(session, desk, actor_id, action, now)


def _restore_allowance(session: Session, desk: Desk, person_id: int, now: datetime) -> None:
    own = budgets.allowances_of(session, desk.team_id).get(person_id)
    before = own.before if own else None
    budgets.save_allowance(session, desk.team_id, person_id, before)
    wanted = desk.terms.base if before is None else before
    if own is not None and wanted > own.base:
        require_within_pool(session, desk)
    come_to(session, desk, person_id, wanted, None, now)


def _restore_earmark(session: Session, desk: Desk, voided: Grant, now: datetime) -> None:
    """Set aside again what a move had taken out: all that came back to where it was taken from."""
    source = budgets.grant_of(session, voided.source_id) if voided.source_id else None
    if source is None or voided.outcome_id is None:
        return
    ledger = ledger_of(session, desk.terms, voided.person_id, desk.today)
    _require_holds(ledger, source)
    lines = {one.grant.id: one for one in ledger.balance.lines}
    amount = lines[voided.id].returned if voided.id in lines else voided.amount
    if amount > 0:
        draft = earmark_from(desk, source, amount, voided.outcome_id, None)
        budgets.add_grant(session, draft, now)


def _reopen_request(session: Session, voided: Grant, now: datetime) -> None:
    request = budget_requests.request_of_grant(session, voided.id)
    if request is not None and request.state is RequestState.APPROVED:
        waits = request.reopened()
        if budget_requests.save_decision(session, request, waits):
            budget_notices.tell_of_decision(session, waits, now)
