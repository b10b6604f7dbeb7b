"""How Alembic reaches the database and the tables of every room."""

import os
from importlib import import_module

import sqlalchemy as sa
from alembic import context

from portal.foundation.database import Base, driver_url

ROOMS_WITH_TABLES = (
    "foundation.outbox",
    "foundation.upgrades",
    "accounts.models",
    "administration.models",
    "calendars.models",
    "catalogue.models",
    "attachments.models",
    "authoring.models",
    "notices.models",
    "outages.models",
    "reasons.models",
    "texts.models",
    "dossiers.models",
    "letters.models",
    "payments.models",
    "facts.models",
    "routing.models",
    "desk.models",
    "deliveries.models",
    "counter.models",
    "hearing.models",
    "transparency.models",
)

for room in ROOMS_WITH_TABLES:
    import_module(f"portal.{room}")


def run() -> None:
    url = context.config.attributes.get("url") or driver_url(os.environ["DATABASE_URL"])
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True
        )
        with context.begin_transaction():
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7204501)"))
            context.run_migrations()


run()
