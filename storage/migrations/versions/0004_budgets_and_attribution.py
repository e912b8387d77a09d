"""Budgets, attribution of usage to outcomes, and the rest of an outcome's life"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budget_terms",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.BigInteger(), nullable=True),
        sa.Column("auto_approve", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_budget_terms_team_id"),
        sa.PrimaryKeyConstraint("team_id", name="pk_budget_terms"),
    )
    op.create_table(
        "person_allowance",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("base_before", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_allowance_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_person_allowance_team_id"),
        sa.PrimaryKeyConstraint("team_id", "person_id", name="pk_person_allowance"),
    )
    op.create_index(
        "ix_person_allowance_person_id", "person_allowance", ["person_id"], unique=False
    )
    op.create_table(
        "budget_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("requester_id", sa.Integer(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("base_of", sa.Date(), nullable=True),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.Integer(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name="fk_budget_grant_approver_id"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_budget_grant_created_by"),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_budget_grant_outcome_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_budget_grant_person_id"),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["budget_grant.id"], name="fk_budget_grant_replaces_id"
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["person.id"], name="fk_budget_grant_requester_id"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["budget_grant.id"], name="fk_budget_grant_source_id"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_budget_grant_team_id"),
        sa.ForeignKeyConstraint(["voided_by"], ["person.id"], name="fk_budget_grant_voided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_budget_grant"),
        sa.UniqueConstraint(
            "team_id", "person_id", "base_of", name="uq_budget_grant_team_id_person_id_base_of"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_budget_grant_created_by_created_at",
        "budget_grant",
        ["created_by", "created_at"],
        unique=False,
    )
    op.create_index("ix_budget_grant_last_day", "budget_grant", ["last_day"], unique=False)
    op.create_index("ix_budget_grant_outcome_id", "budget_grant", ["outcome_id"], unique=False)
    op.create_index(
        "ix_budget_grant_person_id_team_id", "budget_grant", ["person_id", "team_id"], unique=False
    )
    op.create_index(
        "ix_budget_grant_team_id_first_day", "budget_grant", ["team_id", "first_day"], unique=False
    )
    op.create_table(
        "evidence_check",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("kept_by", sa.Integer(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["kept_by"], ["person.id"], name="fk_evidence_check_kept_by"),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name="fk_evidence_check_outcome_id"
        ),
        sa.PrimaryKeyConstraint("outcome_id", name="pk_evidence_check"),
    )
    op.create_index("ix_evidence_check_due_at", "evidence_check", ["due_at"], unique=False)
    op.create_table(
        "focus_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_focus_window_outcome_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_focus_window_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_focus_window"),
    )
    op.create_index("ix_focus_window_outcome_id", "focus_window", ["outcome_id"], unique=False)
    op.create_index(
        "ix_focus_window_person_id_started_at",
        "focus_window",
        ["person_id", "started_at"],
        unique=False,
    )
    op.create_table(
        "outcome_merge",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["into_id"], ["outcome.id"], name="fk_outcome_merge_into_id"),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_outcome_merge_outcome_id"),
        sa.PrimaryKeyConstraint("outcome_id", name="pk_outcome_merge"),
    )
    op.create_index("ix_outcome_merge_into_id", "outcome_merge", ["into_id"], unique=False)
    op.create_table(
        "outcome_review",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("review_minutes", sa.Integer(), nullable=True),
        sa.Column("impact_amount", sa.String(), nullable=True),
        sa.Column("impact_unit", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name="fk_outcome_review_outcome_id"
        ),
        sa.PrimaryKeyConstraint("outcome_id", name="pk_outcome_review"),
    )
    op.create_table(
        "usage_share",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("repo", sa.String(), nullable=True),
        sa.Column("outcome_tag", sa.String(), nullable=True),
        sa.Column("ticket", sa.String(), nullable=True),
        sa.Column("pull_request", sa.String(), nullable=True),
        sa.Column("branch", sa.String(), nullable=True),
        sa.Column("focus_id", sa.Integer(), nullable=True),
        sa.Column("outcome_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("tokens_unpriced", sa.BigInteger(), nullable=False),
        sa.Column("cost_list_nusd", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_usage_share_outcome_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_usage_share_person_id"),
        sa.PrimaryKeyConstraint("person_id", "day", "place", name="pk_usage_share"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_usage_share_outcome_id", "usage_share", ["outcome_id"], unique=False)
    op.create_table(
        "budget_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("outcome_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_amount", sa.BigInteger(), nullable=True),
        sa.Column("offered_last_day", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name="fk_budget_request_decided_by"),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["budget_grant.id"], name="fk_budget_request_grant_id"
        ),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name="fk_budget_request_outcome_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_budget_request_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_budget_request_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_budget_request"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_budget_request_person_id_state", "budget_request", ["person_id", "state"], unique=False
    )
    op.create_index(
        "ix_budget_request_team_id_state", "budget_request", ["team_id", "state"], unique=False
    )
    op.create_table(
        "limit_push",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("limit_nusd", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_limit_push_person_id"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["budget_request.id"], name="fk_limit_push_request_id"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_limit_push_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_limit_push"),
    )
    op.create_index(
        "ix_limit_push_person_id_target", "limit_push", ["person_id", "target"], unique=False
    )
    op.create_index(
        "ix_limit_push_team_id_target", "limit_push", ["team_id", "target"], unique=False
    )
    op.create_index("ix_limit_push_state_due_at", "limit_push", ["state", "due_at"], unique=False)
    op.create_index(
        "ix_outcome_state_verified_at", "outcome", ["state", "verified_at"], unique=False
    )
    op.add_column(
        "outcome_event",
        sa.Column("change", sa.String(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("team_week", sa.Column("tokens_unattributed", sa.BigInteger(), nullable=True))
    op.add_column(
        "team_week_person",
        sa.Column(
            "tokens_unattributed", sa.BigInteger(), server_default=sa.text("0"), nullable=False
        ),
    )
    # What was stored before has no known keys here: it counts for no outcome until linked.
    op.execute(
        "INSERT INTO usage_share (person_id, day, place, method, confidence,"
        " records, tokens, tokens_unpriced, cost_list_nusd)"
        " SELECT person_id, day, 0, 'none', 'none',"
        " sum(records), sum(tokens), sum(tokens_unpriced), sum(cost_list_nusd)"
        " FROM engineer_day GROUP BY person_id, day"
    )


def downgrade() -> None:
    op.drop_column("team_week_person", "tokens_unattributed")
    op.drop_column("team_week", "tokens_unattributed")
    op.drop_column("outcome_event", "change")
    op.drop_index("ix_outcome_state_verified_at", table_name="outcome")
    op.drop_index("ix_limit_push_state_due_at", table_name="limit_push")
    op.drop_index("ix_limit_push_team_id_target", table_name="limit_push")
    op.drop_index("ix_limit_push_person_id_target", table_name="limit_push")
    op.drop_table("limit_push")
    op.drop_index("ix_budget_request_team_id_state", table_name="budget_request")
    op.drop_index("ix_budget_request_person_id_state", table_name="budget_request")
    op.drop_table("budget_request")
    op.drop_index("ix_usage_share_outcome_id", table_name="usage_share")
    op.drop_table("usage_share")
    op.drop_table("outcome_review")
    op.drop_index("ix_outcome_merge_into_id", table_name="outcome_merge")
    op.drop_table("outcome_merge")
    op.drop_index("ix_evidence_check_due_at", table_name="evidence_check")
    op.drop_table("evidence_check")
    op.drop_index("ix_focus_window_person_id_started_at", table_name="focus_window")
    op.drop_index("ix_focus_window_outcome_id", table_name="focus_window")
    op.drop_table("focus_window")
    op.drop_index("ix_budget_grant_team_id_first_day", table_name="budget_grant")
    op.drop_index("ix_budget_grant_person_id_team_id", table_name="budget_grant")
    op.drop_index("ix_budget_grant_outcome_id", table_name="budget_grant")
    op.drop_index("ix_budget_grant_last_day", table_name="budget_grant")
    op.drop_index("ix_budget_grant_created_by_created_at", table_name="budget_grant")
    op.drop_table("budget_grant")
    op.drop_index("ix_person_allowance_person_id", table_name="person_allowance")
    op.drop_table("person_allowance")
    op.drop_table("budget_terms")
