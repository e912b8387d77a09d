"""What is kept: tables, queries by noun, migrations. SQLite by default, PostgreSQL at scale."""
