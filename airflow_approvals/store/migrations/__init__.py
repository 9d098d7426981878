"""Alembic history of our tables; released revisions are never edited."""
