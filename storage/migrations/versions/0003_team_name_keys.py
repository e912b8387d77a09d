"""Team names are compared by a key that this program folds, because databases fold only ASCII alike"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "team", sa.Column("name_key", sa.String(), server_default=sa.text("''"), nullable=False)
    )
    _fold_names(op.get_bind())
    op.create_index(
        "uq_team_workspace_id_name_key", "team", ["workspace_id", "name_key"], unique=True
    )


def downgrade() -> None:
    op.drop_index("uq_team_workspace_id_name_key", table_name="team")
    op.drop_column("team", "name_key")


def _fold_names(connection: sa.Connection) -> None:
    """Of two names that SQLite took for different, the later keeps its id in the key until renamed."""
    team = sa.table(
        "team", sa.column("id"), sa.column("workspace_id"), sa.column("name"), sa.column("name_key")
    )
    taken: set[tuple[str, str]] = set()
    rows = connection.execute(
        sa.select(team.c.id, team.c.workspace_id, team.c.name).order_by(team.c.id)
    )
    for number, workspace_id, name in rows.all():
        key = _key_of(name)
        if (workspace_id, key) in taken:
            key = f"{key} #{number}"
        taken.add((workspace_id, key))
        connection.execute(sa.update(team).where(team.c.id == number).values(name_key=key))


def _key_of(name: str) -> str:
    """As storage.people.name_key was when this migration was written."""
    import unicodedata

    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
