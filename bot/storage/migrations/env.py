"""How Alembic runs: on a connection that the program gives, or as SQL text for another database."""

from __future__ import annotations

from alembic import context

from bot.storage.models import Base

if context.is_offline_mode():
    context.configure(
        dialect_name=context.config.get_main_option("dialect") or "postgresql",
        target_metadata=Base.metadata,
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    context.run_migrations()
