"""First tables: people, teams, outcomes, usage, rollups, deliveries, audit"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

USAGE_KEY = sa.LargeBinary(16).with_variant(UUID(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=True),
        sa.Column("message_ts", sa.String(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("kind", "audience", "period", name="uq_delivery_kind_audience_period"),
    )
    op.create_index("ix_delivery_state_due_at", "delivery", ["state", "due_at"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("digest_day", sa.String(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("digest_minute", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("workspace_id", "channel_id", name="uq_team_workspace_id_channel_id"),
        sa.UniqueConstraint("workspace_id", "name", name="uq_team_workspace_id_name"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("enterprise_id", sa.String(), nullable=True),
        sa.Column("workspace_id", sa.String(), nullable=True),
        sa.Column("slack_user_id", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("home_team_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["home_team_id"], ["team.id"], name="fk_person_home_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
        sa.UniqueConstraint(
            "workspace_id",
            "slack_user_id",
            "enterprise_id",
            name="uq_person_workspace_id_slack_user_id_enterprise_id",
        ),
    )
    op.create_index("ix_person_home_team_id", "person", ["home_team_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_audit_actor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject_id", "audit", ["subject", "id"], unique=False)
    op.create_table(
        "engineer_day",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("model_class", sa.String(), nullable=False),
        sa.Column("cost_basis", sa.String(), nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("input_uncached", sa.BigInteger(), nullable=True),
        sa.Column("cache_read", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_5m", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_1h", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_other", sa.BigInteger(), nullable=True),
        sa.Column("output_total", sa.BigInteger(), nullable=True),
        sa.Column("output_reasoning", sa.BigInteger(), nullable=True),
        sa.Column("requests", sa.BigInteger(), nullable=True),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("tokens_unpriced", sa.BigInteger(), nullable=False),
        sa.Column("cost_reported_nusd", sa.BigInteger(), nullable=True),
        sa.Column("cost_list_nusd", sa.BigInteger(), nullable=False),
        sa.Column("data_as_of_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_engineer_day_person_id"),
        sa.PrimaryKeyConstraint(
            "person_id",
            "day",
            "source",
            "model_id",
            "model_class",
            "cost_basis",
            name="pk_engineer_day",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("complexity", sa.String(), nullable=False),
        sa.Column("exploration", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("evidence_url", sa.String(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_outcome_owner_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_outcome_team_id"),
        sa.ForeignKeyConstraint(["verified_by"], ["person.id"], name="fk_outcome_verified_by"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outcome_owner_id_state", "outcome", ["owner_id", "state"], unique=False)
    op.create_index("ix_outcome_team_id_state", "outcome", ["team_id", "state"], unique=False)
    op.create_index(
        "uq_outcome_evidence_url",
        "outcome",
        ["evidence_url"],
        unique=True,
        sqlite_where=sa.text("state != 'dropped'"),
        postgresql_where=sa.text("state != 'dropped'"),
    )
    op.create_table(
        "team_lead",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_team_lead_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_lead_team_id"),
        sa.PrimaryKeyConstraint("team_id", "person_id", name="pk_team_lead"),
    )
    op.create_index("ix_team_lead_person_id", "team_lead", ["person_id"], unique=False)
    op.create_table(
        "usage",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("usage_key", USAGE_KEY, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("granularity", sa.String(), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("model_raw", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("model_class", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_ref", sa.String(), nullable=False),
        sa.Column("api_key_ref", sa.String(), nullable=True),
        sa.Column("workspace_ref", sa.String(), nullable=True),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("prompt_id", sa.String(), nullable=True),
        sa.Column("workflow_id", sa.String(), nullable=True),
        sa.Column("tool", sa.String(), nullable=True),
        sa.Column("agent_name", sa.String(), nullable=True),
        sa.Column("query_source", sa.String(), nullable=True),
        sa.Column("repo", sa.String(), nullable=True),
        sa.Column("branch", sa.String(), nullable=True),
        sa.Column("commit_sha", sa.String(), nullable=True),
        sa.Column("pull_request", sa.String(), nullable=True),
        sa.Column("ticket", sa.String(), nullable=True),
        sa.Column("outcome_tag", sa.String(), nullable=True),
        sa.Column("input_uncached", sa.BigInteger(), nullable=True),
        sa.Column("cache_read", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_5m", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_1h", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_other", sa.BigInteger(), nullable=True),
        sa.Column("output_total", sa.BigInteger(), nullable=True),
        sa.Column("output_reasoning", sa.BigInteger(), nullable=True),
        sa.Column("requests", sa.BigInteger(), nullable=True),
        sa.Column("cost_reported_nusd", sa.BigInteger(), nullable=True),
        sa.Column("cost_list_nusd", sa.BigInteger(), nullable=True),
        sa.Column("cost_basis", sa.String(), nullable=False),
        sa.Column("price_version", sa.String(), nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("data_as_of_us", sa.BigInteger(), nullable=False),
        sa.Column("ingested_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_usage_person_id"),
        sa.PrimaryKeyConstraint("person_id", "usage_key", name="pk_usage"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outcome_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_outcome_event_actor_id"),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_outcome_event_outcome_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome_event"),
    )
    op.create_index(
        "ix_outcome_event_actor_id_at", "outcome_event", ["actor_id", "at"], unique=False
    )
    op.create_index(
        "ix_outcome_event_outcome_id_after_at",
        "outcome_event",
        ["outcome_id", "after", "at"],
        unique=False,
    )
    op.create_table(
        "outcome_key",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_outcome_key_outcome_id"),
        sa.PrimaryKeyConstraint("outcome_id", "place", name="pk_outcome_key"),
    )
    op.create_index("ix_outcome_key_kind_value", "outcome_key", ["kind", "value"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_outcome_key_kind_value", table_name="outcome_key")
    op.drop_table("outcome_key")
    op.drop_index("ix_outcome_event_outcome_id_after_at", table_name="outcome_event")
    op.drop_index("ix_outcome_event_actor_id_at", table_name="outcome_event")
    op.drop_table("outcome_event")
    op.drop_table("usage")
    op.drop_index("ix_team_lead_person_id", table_name="team_lead")
    op.drop_table("team_lead")
    op.drop_index(
        "uq_outcome_evidence_url",
        table_name="outcome",
        sqlite_where=sa.text("state != 'dropped'"),
        postgresql_where=sa.text("state != 'dropped'"),
    )
    op.drop_index("ix_outcome_team_id_state", table_name="outcome")
    op.drop_index("ix_outcome_owner_id_state", table_name="outcome")
    op.drop_table("outcome")
    op.drop_table("engineer_day")
    op.drop_index("ix_audit_subject_id", table_name="audit")
    op.drop_table("audit")
    op.drop_index("ix_person_home_team_id", table_name="person")
    op.drop_table("person")
    op.drop_table("team")
    op.drop_index("ix_delivery_state_due_at", table_name="delivery")
    op.drop_table("delivery")
