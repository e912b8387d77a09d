"""A person's spend limit in systems that enforce one: noted with the change, and told where it fails.

Only budgets in US dollars are sent: what a token of a budget costs depends on the model it is spent on.
The ledger stays the truth; a system that cannot be reached holds nothing up and is asked again, by
bot/flows/limit_sends.py.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from connectors.limits import TARGETS
from policies.amounts import BudgetUnit
from policies.budgets import BudgetTerms
from storage import limit_pushes
from storage.limit_pushes import Push, PushState


def push_limit(
    session: Session,
    terms: BudgetTerms,
    person_id: int,
    now: datetime,
    request_id: int | None = None,
) -> None:
    """Note that a person's limit may have changed, in the transaction of what changed it.

    To be called after every grant, earmark apart, and every void; `request_id` is of the request that
    was approved, on whose card a failure is then shown. Does nothing for a team that reckons in tokens.
    Whether any system is to be told is settled when it is sent, so callers need no settings.
    """
    if terms.unit is BudgetUnit.USD:
        for target in TARGETS:
            limit_pushes.enqueue(session, terms.team_id, person_id, target, now, request_id)


def push_note(session: Session, request_id: int, zone: ZoneInfo) -> str:
    """What a request's card says about the new limit elsewhere: "" unless it did not get there."""
    pushes = limit_pushes.pushes_for_request(session, request_id)
    return " ".join(_trouble(one, zone) for one in pushes if one.error)


def _trouble(push: Push, zone: ZoneInfo) -> str:
    title = TARGETS[push.target].title if push.target in TARGETS else push.target
    says = f"The new limit did not reach {title}. {push.error}."
    if push.state is PushState.WAITING:
        return f"{says} It is tried again at {push.due_at.astimezone(zone):%H:%M}."
    return f"{says} It is not tried again until the limit changes."
