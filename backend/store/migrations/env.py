"""Alembic's entry: runs migrations on the connection that `upgrade` in engine.py hands over.

The transaction is that function's, so that all steps succeed or none does.
"""

from alembic import context

from backend.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite alters tables by copying them
    transactional_ddl=True,
)
context.run_migrations()
