"""Who counts in a team in which weeks, and weeks whose figures were shown"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("team", sa.Column("created_week", sa.Date(), nullable=True))
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_week", sa.Date(), nullable=True),
        sa.Column("until_week", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_membership_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_membership_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
    )
    op.create_index("ix_membership_person_id", "membership", ["person_id"], unique=False)
    op.create_index("ix_membership_team_id", "membership", ["team_id"], unique=False)
    op.execute(
        "INSERT INTO membership (team_id, person_id)"
        " SELECT home_team_id, id FROM person WHERE home_team_id IS NOT NULL"
    )
    op.create_table(
        "team_week",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("contributors", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_list_nusd", sa.BigInteger(), nullable=False),
        sa.Column("tokens_unpriced", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_week_team_id"),
        sa.PrimaryKeyConstraint("team_id", "week", name="pk_team_week"),
    )
    op.create_table(
        "team_week_person",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_list_nusd", sa.BigInteger(), nullable=False),
        sa.Column("tokens_unpriced", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_team_week_person_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_week_person_team_id"),
        sa.PrimaryKeyConstraint("team_id", "week", "person_id", name="pk_team_week_person"),
    )
    op.create_index(
        "ix_team_week_person_person_id", "team_week_person", ["person_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_team_week_person_person_id", table_name="team_week_person")
    op.drop_table("team_week_person")
    op.drop_table("team_week")
    op.drop_index("ix_membership_team_id", table_name="membership")
    op.drop_index("ix_membership_person_id", table_name="membership")
    op.drop_table("membership")
    op.drop_column("team", "created_week")
