"""The history of our database's schema, as Alembic migrations."""
