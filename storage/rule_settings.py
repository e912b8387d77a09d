"""How rules are set here, over what their files say: stage, breaker, and parameters by team."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, func, select

from policies.rules.facts import FactValue
from policies.rules.lifecycle import RuleSetting
from policies.rules.model import Stage
from storage.tables import RuleParamRow, RuleSettingRow

EVERYBODY: Final = 0
"""The team under which a parameter stands that holds for all."""
TAKEN_BACK: Final = json.dumps(None)
"""The value of a parameter whose next wider value holds again."""


@dataclass(frozen=True, slots=True)
class SetParam:
    """A parameter as somebody has set it; `team_id` is None for everybody."""

    rule_id: str
    team_id: int | None
    name: str
    value: FactValue
    changed_by: int
    changed_at: datetime


def settings(session: Session) -> dict[str, RuleSetting]:
    """How every rule is set that is set at all."""
    rows = session.exec(select(RuleSettingRow).execution_options(populate_existing=True))
    return {row.rule_id: _setting(row) for row in rows}


def hold_setting(session: Session, rule_id: str) -> RuleSetting:
    """How one rule is set, and nobody else changes that until the transaction ends."""
    row = _row(session, rule_id)
    return RuleSetting(rule_id) if row is None else _setting(row)


def set_stage(
    session: Session,
    rule_id: str,
    stage: Stage | None,
    reason: str,
    now: datetime,
    *,
    actor_id: int | None = None,
) -> None:
    """Put a stage over the file's; the file's again with None. Without an actor it came by itself."""
    row = _row(session, rule_id) or RuleSettingRow(rule_id=rule_id, changed_at=now)
    row.stage = stage.value if stage else None
    row.reason, row.changed_by, row.changed_at = reason, actor_id, now
    if actor_id is None:
        row.demoted_at = now
    elif row.demoted_at is not None and stage is not Stage.SHADOW:
        row.demoted_at, row.verdicts_since = None, now
    session.add(row)
    session.flush()


def hold(session: Session, rule_id: str, reason: str, now: datetime) -> bool:
    """Stop a rule whose breaker tripped; False where it is held already."""
    row = _row(session, rule_id) or RuleSettingRow(rule_id=rule_id, changed_at=now)
    if row.held_reason:
        return False
    row.held_reason, row.held_at = reason, now
    session.add(row)
    session.flush()
    return True


def release(session: Session, rule_id: str) -> bool:
    """Let a held rule go on; False where it is not held. Its stage is as old as before."""
    row = _row(session, rule_id)
    if row is None or not row.held_reason:
        return False
    row.held_reason, row.held_at = "", None
    session.add(row)
    session.flush()
    return True


def params(session: Session) -> dict[tuple[str, int | None], Mapping[str, FactValue]]:
    """Every parameter that is set, by rule and team; under None for everybody."""
    found: dict[tuple[str, int | None], dict[str, FactValue]] = defaultdict(dict)
    for one in _params(session):
        found[one.rule_id, one.team_id][one.name] = one.value
    return dict(found)


def params_of(session: Session, rule_id: str) -> list[SetParam]:
    """The parameters of one rule that are set, with who set them."""
    return _params(session, rule_id)


def params_changed_at(session: Session, rule_id: str, team_id: int | None) -> datetime | None:
    """When a parameter of a rule was last changed, or taken back, for a team or for everybody."""
    query = select(func.max(RuleParamRow.changed_at)).where(
        RuleParamRow.rule_id == rule_id,
        col(RuleParamRow.team_id).in_({EVERYBODY, team_id or EVERYBODY}),
    )
    return session.exec(query).one()


def set_params(
    session: Session,
    rule_id: str,
    team_id: int | None,
    values: Mapping[str, FactValue | None],
    now: datetime,
    *,
    actor_id: int,
) -> None:
    """Set parameters for a team, or for everybody with None; the next wider value again with None.

    That a value was taken back is kept, so that `params_changed_at` knows of it.
    """
    team = EVERYBODY if team_id is None else team_id
    known = _known_names(session, rule_id, team)
    _delete_params(session, rule_id, team, values)
    session.add_all(
        RuleParamRow(
            rule_id=rule_id,
            team_id=team,
            name=name,
            value=json.dumps(value),
            changed_by=actor_id,
            changed_at=now,
        )
        for name, value in values.items()
        if value is not None or name in known
    )
    session.flush()


def _known_names(session: Session, rule_id: str, team: int) -> set[str]:
    """The parameters that are set for a team or were once."""
    query = select(RuleParamRow.name).where(
        RuleParamRow.rule_id == rule_id, RuleParamRow.team_id == team
    )
    return set(session.exec(query))


def _delete_params(session: Session, rule_id: str, team: int, names: Collection[str]) -> None:
    session.exec(
        delete(RuleParamRow).where(
            col(RuleParamRow.rule_id) == rule_id,
            col(RuleParamRow.team_id) == team,
            col(RuleParamRow.name).in_(names),
        )
    )


def _params(session: Session, rule_id: str | None = None) -> list[SetParam]:
    query = (
        select(RuleParamRow)
        .where(RuleParamRow.value != TAKEN_BACK)
        .order_by(col(RuleParamRow.rule_id), col(RuleParamRow.team_id), col(RuleParamRow.name))
    )
    if rule_id is not None:
        query = query.where(RuleParamRow.rule_id == rule_id)
    return [
        SetParam(
            rule_id=row.rule_id,
            team_id=None if row.team_id == EVERYBODY else row.team_id,
            name=row.name,
            value=json.loads(row.value),
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in session.exec(query.execution_options(populate_existing=True))
    ]


def _row(session: Session, rule_id: str) -> RuleSettingRow | None:
    return session.get(RuleSettingRow, rule_id, populate_existing=True, with_for_update=True)


def _setting(row: RuleSettingRow) -> RuleSetting:
    return RuleSetting(
        rule_id=row.rule_id,
        stage=Stage(row.stage) if row.stage else None,
        held_reason=row.held_reason,
        held_at=row.held_at,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        reason=row.reason,
        verdicts_since=row.verdicts_since,
    )
