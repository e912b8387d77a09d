"""Usage by the outcome it counts for, and finding that anew when outcomes change."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from policies.amounts import BudgetUnit
from policies.attribution import UsageKeys, branch_name, caseless, pull_request_of
from policies.budgets import Spend
from policies.linking import UnattributedUsage
from policies.outcomes import KeyKind, Outcome, OutcomeKey, outcome_label
from policies.usage import usd_from_nanos
from storage import memberships, outcome_indexes, rollups, usage_shares
from storage.tables import OutcomeKeyRow
from storage.usage_ranges import slices
from storage.usage_shares import CARRIED, share_table

_share = share_table.c
SPENT: Final = {
    BudgetUnit.TOKENS: func.sum(_share.tokens),
    BudgetUnit.USD: func.sum(_share.cost_list_nusd),
}
USED: Final = (
    func.coalesce(func.sum(_share.tokens), 0),
    func.coalesce(func.sum(_share.cost_list_nusd), 0),
    func.coalesce(func.sum(_share.tokens_unpriced), 0),
)


@dataclass(frozen=True, slots=True)
class AttributedUsage:
    """What was used for an outcome: tokens, USD at list price, and the tokens that this leaves out."""

    tokens: int
    cost_list: Decimal
    tokens_unpriced: int


def outcomes_changed(
    session: Session, outcome: Outcome, former_keys: Iterable[OutcomeKey] = ()
) -> None:
    """Attribute anew what can be concerned by a new or changed outcome: keys, state or merges.

    `former_keys` are keys it had until now. In the transaction of the change and after it; holds the
    people of the team, so that no import under way misses what changed.
    """
    family = outcome_indexes.family_of(session, outcome.id)
    reattribute(session, outcome.team_id, family, [*former_keys, *_keys_of(session, family)])


def hold_team(session: Session, team_id: int) -> set[int]:
    """Let one transaction at a time change what the team's usage counts for; returns the people held."""
    person_ids = memberships.people_ever_in(session, team_id)
    rollups.hold_people(session, person_ids)
    return person_ids


def reattribute(
    session: Session, team_id: int, outcome_ids: Collection[int], keys: Iterable[OutcomeKey]
) -> None:
    """Find anew what the team's usage counts for that carries one of the keys or concerns the outcomes.

    What else there is keeps its outcome, since nothing about it has changed.
    """
    person_ids = hold_team(session, team_id)
    usage_shares.resolve(session, person_ids, list(_concerned(outcome_ids, keys)))


def reattribute_people(session: Session, person_ids: Collection[int]) -> None:
    """Find anew what all usage of these people counts for, as after a change of team; holds them."""
    rollups.hold_people(session, person_ids)
    usage_shares.resolve(session, person_ids)


def spends_of(
    session: Session,
    person_ids: Collection[int],
    unit: BudgetUnit,
    first_day: date | None = None,
) -> dict[int, list[Spend]]:
    """What each of these people used, by day and outcome, since `first_day` or ever, in the unit.

    Everybody asked for is in the answer. In USD, usage without a known price is left out.
    """
    by = (_share.person_id, _share.day, _share.outcome_id)
    spends: dict[int, list[Spend]] = {one: [] for one in person_ids}
    for ids in slices(sorted(person_ids)):
        query = select(*by, SPENT[unit]).where(_share.person_id.in_(ids)).group_by(*by)
        query = query if first_day is None else query.where(_share.day >= first_day)
        for person_id, day, outcome_id, amount in session.connection().execute(query):
            if amount:
                spends[person_id].append(Spend(day, outcome_id, int(amount)))
    return spends


def tokens_of_outcome(session: Session, outcome_id: int) -> AttributedUsage:
    """What counts for the outcome, whoever used it; for no page."""
    return _used(session, select(*USED).where(_share.outcome_id == outcome_id))


def tokens_of_person(session: Session, person_id: int, outcome_id: int) -> int:
    """What one person used for the outcome; for this person, and its owner's for the verifier."""
    return usage_of_person(session, person_id, outcome_id).tokens


def usage_of_person(session: Session, person_id: int, outcome_id: int) -> AttributedUsage:
    """The same with what it cost."""
    query = select(*USED).where(_share.person_id == person_id, _share.outcome_id == outcome_id)
    return _used(session, query)


def is_used_beside(session: Session, outcome_id: int, person_id: int) -> bool:
    """Whether usage of anybody but this person counts for the outcome."""
    query = select(_share.person_id).where(
        _share.outcome_id == outcome_id, _share.person_id != person_id
    )
    return session.connection().scalar(query.limit(1)) is not None


def tokens_before(session: Session, person_id: int, outcome_id: int, day: date) -> int:
    """What one person used for the outcome before a local day."""
    query = select(*USED).where(
        _share.person_id == person_id, _share.outcome_id == outcome_id, _share.day < day
    )
    return _used(session, query).tokens


def unattributed_of(
    session: Session, person_id: int, first_day: date, last_day: date
) -> list[UnattributedUsage]:
    """What one person used from `first_day` to `last_day` that counts for nothing, by day and keys.

    For this person alone.
    """
    by = (_share.day, *(_share[name] for name in CARRIED))
    query = (
        select(*by, func.sum(_share.tokens), func.sum(_share.tokens_unpriced))
        .where(_share.person_id == person_id, _share.outcome_id.is_(None))
        .where(_share.day.between(first_day, last_day))
        .group_by(*by)
        .order_by(*by)
    )
    return [
        UnattributedUsage(day, UsageKeys(*keys), int(tokens), int(unpriced))
        for day, *keys, tokens, unpriced in session.connection().execute(query)
    ]


def _used(session: Session, query: Select[*tuple[int, ...]]) -> AttributedUsage:
    tokens, cost, unpriced = map(int, session.connection().execute(query).one())
    return AttributedUsage(tokens, usd_from_nanos(cost), unpriced)


def _keys_of(session: Session, outcome_ids: Collection[int]) -> list[OutcomeKey]:
    query = select_rows(OutcomeKeyRow).where(col(OutcomeKeyRow.outcome_id).in_(outcome_ids))
    return [OutcomeKey(KeyKind(row.kind), row.value) for row in session.exec(query)]


def _concerned(
    outcome_ids: Collection[int], keys: Iterable[OutcomeKey]
) -> Iterator[ColumnElement[bool]]:
    """Conditions of which every share that can count for something else meets one.

    They may find more: what a share counts for is decided by `policies.attribution` alone.
    """
    yield _share.outcome_id.in_(outcome_ids)
    yield _share.focus_id.in_(outcome_ids)
    labels = [outcome_label(one) for one in outcome_ids]
    tags = [*labels, *(one.replace("-", "") for one in labels)]
    values = {kind: [key.value for key in keys_of] for kind, keys_of in _by_kind(keys).items()}
    yield _is_any(_share.outcome_tag, [*tags, *values.get(KeyKind.TAG, ())])
    yield _is_any(_share.ticket, values.get(KeyKind.TICKET, ()))
    branches = {branch_name(one) for one in values.get(KeyKind.BRANCH, ())}
    yield _share.branch.in_([*branches, *(f"refs/heads/{one}" for one in branches)])
    numbers = {pull_request_of(one).number for one in values.get(KeyKind.PULL_REQUEST, ())}
    for number in numbers:
        yield func.lower(_share.pull_request).contains(number, autoescape=True)
        yield _share.pull_request.contains(number, autoescape=True)


def _is_any(column: ColumnElement[str | None], values: Iterable[str]) -> ColumnElement[bool]:
    texts = {*values}
    return func.lower(column).in_({caseless(one) for one in texts}) | column.in_(texts)


def _by_kind(keys: Iterable[OutcomeKey]) -> dict[KeyKind, list[OutcomeKey]]:
    by_kind: dict[KeyKind, list[OutcomeKey]] = {}
    for key in keys:
        by_kind.setdefault(key.kind, []).append(key)
    return by_kind
