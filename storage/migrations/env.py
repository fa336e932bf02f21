"""What Alembic runs: the migrations, over the connection that storage.migration hands in."""

from __future__ import annotations

from alembic import context

from storage.tables import METADATA

# the transaction around all this is the caller's: half a migration must not stay
context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
