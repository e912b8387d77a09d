"""Backtests: what each came to, by the digest of the rule's text and parameters. Rows are added only."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from policies.rules.summary import BacktestSummary
from storage.tables import RuleBacktestRow


@dataclass(frozen=True, slots=True)
class StoredBacktest:
    """A backtest as it was kept."""

    digest: str
    made_at: datetime
    summary: BacktestSummary


def add(session: Session, digest: str, summary: BacktestSummary, now: datetime) -> None:
    """Keep what a backtest came to."""
    session.add(
        RuleBacktestRow(
            rule_id=summary.rule_id,
            digest=digest,
            days=summary.days,
            made_at=now,
            summary=summary.as_json(),
        )
    )
    session.flush()


def latest(session: Session, rule_id: str, digest: str | None = None) -> StoredBacktest | None:
    """The latest backtest of a rule: of exactly this text and parameters, or of any."""
    query = select(RuleBacktestRow).where(RuleBacktestRow.rule_id == rule_id)
    if digest is not None:
        query = query.where(RuleBacktestRow.digest == digest)
    row = session.exec(query.order_by(col(RuleBacktestRow.id).desc()).limit(1)).one_or_none()
    return None if row is None else _stored(row)


def latest_by_rule(session: Session) -> dict[str, StoredBacktest]:
    """The latest backtest of every rule that has one."""
    rows = session.exec(select(RuleBacktestRow).order_by(col(RuleBacktestRow.id)))
    return {row.rule_id: _stored(row) for row in rows}


def shortfalls(session: Session) -> dict[str, str]:
    """Every text and parameters that were ever backtested: "" where a backtest of them is a proof.

    Else why the latest one is none.
    """
    found: dict[str, str] = {}
    for row in session.exec(select(RuleBacktestRow).order_by(col(RuleBacktestRow.id))):
        if found.get(row.digest) != "":
            found[row.digest] = _stored(row).summary.shortfall
    return found


def _stored(row: RuleBacktestRow) -> StoredBacktest:
    return StoredBacktest(row.digest, row.made_at, BacktestSummary.from_json(row.summary))
