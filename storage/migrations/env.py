"""Run by alembic: applies migrations on the connection that storage.migrations hands over."""

from alembic import context

from storage.tables import Stored

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Stored.metadata
)
with context.begin_transaction():
    context.run_migrations()
