"""Digests and coaching: parts of closed weeks, workflows, trials, mutes, answers, and who read what"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coaching_retirement",
        sa.Column("tip", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tip", "version", name="pk_coaching_retirement"),
    )
    op.create_index("ix_outcome_event_after_at", "outcome_event", ["after", "at"])
    op.create_table(
        "company_week",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("contributors", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_list_nusd", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "week", name="pk_company_week"),
    )
    op.create_table(
        "company_week_team",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_company_week_team_team_id_team"),
        sa.PrimaryKeyConstraint("team_id", "week", name="pk_company_week_team"),
    )
    op.create_table(
        "team_workflow",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("contributors", sa.Integer(), nullable=False),
        sa.Column("curve", sa.JSON(), nullable=False),
        sa.Column("runs_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_workflow_team_id"),
        sa.PrimaryKeyConstraint("team_id", "name", "week", name="pk_team_workflow"),
    )
    op.create_table(
        "team_workflow_person",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("cost_nusd", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_team_workflow_person_person_id"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_workflow_person_team_id"),
        sa.PrimaryKeyConstraint(
            "team_id", "name", "week", "person_id", name="pk_team_workflow_person"
        ),
    )
    op.create_index(
        "ix_team_workflow_person_person_id", "team_workflow_person", ["person_id"], unique=False
    )
    op.create_table(
        "coaching_mute",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_coaching_mute_person_id"),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_coaching_mute"),
    )
    op.create_table(
        "digest_answer",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_useful", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_digest_answer_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_digest_answer_team_id"),
        sa.PrimaryKeyConstraint("team_id", "week", "person_id", name="pk_digest_answer"),
    )
    op.create_index("ix_digest_answer_person_id", "digest_answer", ["person_id"], unique=False)

    op.create_table(
        "personal_read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_personal_read_person_id"),
        sa.ForeignKeyConstraint(["reader_id"], ["person.id"], name="fk_personal_read_reader_id"),
        sa.PrimaryKeyConstraint("id", name="pk_personal_read"),
        sa.UniqueConstraint(
            "person_id",
            "reader_id",
            "what",
            "subject",
            "day",
            name="uq_personal_read_person_id_reader_id_what_subject_day",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_personal_read_reader_id", "personal_read", ["reader_id"], unique=False)

    op.create_table(
        "workflow_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_workflow_label_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_workflow_label"),
        sa.UniqueConstraint(
            "person_id", "kind", "value", name="uq_workflow_label_person_id_kind_value"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "coaching_trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("tip", sa.String(), nullable=False),
        sa.Column("tip_version", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_good", sa.BigInteger(), nullable=True),
        sa.Column("before_base", sa.BigInteger(), nullable=True),
        sa.Column("after_good", sa.BigInteger(), nullable=True),
        sa.Column("after_base", sa.BigInteger(), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name="fk_coaching_trial_finding_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_coaching_trial_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_coaching_trial_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coaching_trial"),
        sa.UniqueConstraint(
            "person_id", "tip", "tip_version", name="uq_coaching_trial_person_id_tip_tip_version"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_coaching_trial_measured_at_decided_on",
        "coaching_trial",
        ["measured_at", "decided_on"],
        unique=False,
    )
    op.create_index("ix_coaching_trial_tip_skill", "coaching_trial", ["tip", "skill"], unique=False)

    with op.batch_alter_table("coaching_slot") as batch_op:
        batch_op.add_column(sa.Column("practice_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("answer", sa.String(), nullable=True))
        batch_op.alter_column("finding_id", existing_type=sa.Integer(), nullable=True)

    op.add_column("delivery", sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE delivery SET first_due_at = due_at")
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.alter_column(
            "first_due_at", existing_type=sa.DateTime(timezone=True), nullable=False
        )

    op.add_column("person", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))

    op.add_column("team_week", sa.Column("parts", sa.JSON(), nullable=True))

    op.add_column(
        "team_week_person",
        sa.Column("parts", sa.JSON(), nullable=True),
    )


def downgrade() -> None:

    op.drop_column("team_week_person", "parts")

    op.drop_column("team_week", "parts")

    op.drop_column("person", "forgotten_at")

    op.drop_column("delivery", "first_due_at")

    op.execute("DELETE FROM coaching_slot WHERE finding_id IS NULL")
    with op.batch_alter_table("coaching_slot") as batch_op:
        batch_op.alter_column("finding_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("answer")
        batch_op.drop_column("practice_id")

    op.drop_index("ix_coaching_trial_tip_skill", table_name="coaching_trial")
    op.drop_index("ix_coaching_trial_measured_at_decided_on", table_name="coaching_trial")

    op.drop_table("coaching_trial")
    op.drop_table("workflow_label")
    op.drop_index("ix_personal_read_reader_id", table_name="personal_read")

    op.drop_table("personal_read")
    op.drop_index("ix_digest_answer_person_id", table_name="digest_answer")

    op.drop_table("digest_answer")
    op.drop_table("coaching_mute")
    op.drop_index("ix_team_workflow_person_person_id", table_name="team_workflow_person")
    op.drop_table("team_workflow_person")
    op.drop_table("team_workflow")
    op.drop_index("ix_outcome_event_after_at", "outcome_event")
    op.drop_table("company_week_team")
    op.drop_table("company_week")
    op.drop_table("coaching_retirement")
