"""Rules: findings and their events, verdicts, settings, exceptions, backtests and passes; hours of sources"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


SOURCE_HOURS_OF_WHAT_IS_STORED = """
INSERT INTO source_hour (source, hour, first_ingested_at_us, trust)
SELECT source, start_us / 3600000000, min(ingested_at_us), min(trust)
FROM usage GROUP BY source, start_us / 3600000000
"""


def upgrade() -> None:
    op.create_table(
        "source_hour",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("first_ingested_at_us", sa.BigInteger(), nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "hour", name="pk_source_hour"),
        sqlite_with_rowid=False,
    )
    op.execute(SOURCE_HOURS_OF_WHAT_IS_STORED)
    op.create_table(
        "rule_backtest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_backtest"),
    )
    op.create_index(
        "ix_rule_backtest_rule_id_digest", "rule_backtest", ["rule_id", "digest"], unique=False
    )
    op.create_table(
        "rule_pass",
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("cadence", "slot", name="pk_rule_pass"),
    )
    op.create_table(
        "rule_param",
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name="fk_rule_param_changed_by"),
        sa.PrimaryKeyConstraint("rule_id", "team_id", "name", name="pk_rule_param"),
    )
    op.create_table(
        "rule_setting",
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("demoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdicts_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name="fk_rule_setting_changed_by"),
        sa.PrimaryKeyConstraint("rule_id", name="pk_rule_setting"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_key", sa.String(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("outcome_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clear_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("impact_nusd", sa.BigInteger(), nullable=True),
        sa.Column("lead_announced", sa.Boolean(), nullable=False),
        sa.Column("lead_may_know", sa.Boolean(), nullable=False),
        sa.Column("lead_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_finding_outcome_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_finding_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_finding_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_finding_outcome_id", "finding", ["outcome_id"], unique=False)
    op.create_index("ix_finding_person_id_state", "finding", ["person_id", "state"], unique=False)
    op.create_index("ix_finding_rule_id_state", "finding", ["rule_id", "state"], unique=False)
    op.create_index("ix_finding_team_id_rule_id", "finding", ["team_id", "rule_id"], unique=False)
    op.create_index("uq_finding_fingerprint", "finding", ["fingerprint"], unique=True)
    op.create_table(
        "rule_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("outcome_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_rule_exception_created_by"),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name="fk_rule_exception_ended_by"),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name="fk_rule_exception_outcome_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_rule_exception_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_rule_exception_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_exception"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_rule_exception_rule_id_last_day",
        "rule_exception",
        ["rule_id", "last_day"],
        unique=False,
    )
    op.create_table(
        "coaching_slot",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name="fk_coaching_slot_finding_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_coaching_slot_person_id"),
        sa.PrimaryKeyConstraint("person_id", "day", name="pk_coaching_slot"),
        sa.UniqueConstraint(
            "person_id", "week", "place", name="uq_coaching_slot_person_id_week_place"
        ),
    )
    op.create_index("ix_coaching_slot_finding_id", "coaching_slot", ["finding_id"], unique=False)
    op.create_table(
        "finding_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_finding_event_actor_id"),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name="fk_finding_event_finding_id"),
        sa.PrimaryKeyConstraint("id", name="pk_finding_event"),
    )
    op.create_index("ix_finding_event_at", "finding_event", ["at"], unique=False)
    op.create_index(
        "ix_finding_event_finding_id_id", "finding_event", ["finding_id", "id"], unique=False
    )
    op.create_table(
        "finding_verdict",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name="fk_finding_verdict_finding_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_finding_verdict_person_id"),
        sa.PrimaryKeyConstraint("finding_id", "person_id", name="pk_finding_verdict"),
    )
    op.create_index("ix_finding_verdict_person_id", "finding_verdict", ["person_id"], unique=False)
    op.create_index(
        "ix_finding_verdict_rule_id_rule_version_answer",
        "finding_verdict",
        ["rule_id", "rule_version", "answer"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_finding_verdict_rule_id_rule_version_answer", table_name="finding_verdict")
    op.drop_index("ix_finding_verdict_person_id", table_name="finding_verdict")
    op.drop_table("finding_verdict")
    op.drop_index("ix_finding_event_finding_id_id", table_name="finding_event")
    op.drop_index("ix_finding_event_at", table_name="finding_event")
    op.drop_table("finding_event")
    op.drop_index("ix_coaching_slot_finding_id", table_name="coaching_slot")
    op.drop_table("coaching_slot")
    op.drop_index("ix_rule_exception_rule_id_last_day", table_name="rule_exception")
    op.drop_table("rule_exception")
    op.drop_index("uq_finding_fingerprint", table_name="finding")
    op.drop_index("ix_finding_team_id_rule_id", table_name="finding")
    op.drop_index("ix_finding_rule_id_state", table_name="finding")
    op.drop_index("ix_finding_person_id_state", table_name="finding")
    op.drop_index("ix_finding_outcome_id", table_name="finding")
    op.drop_table("finding")
    op.drop_table("rule_setting")
    op.drop_table("rule_param")
    op.drop_table("rule_pass")
    op.drop_index("ix_rule_backtest_rule_id_digest", table_name="rule_backtest")
    op.drop_table("rule_backtest")
    op.drop_table("source_hour")
