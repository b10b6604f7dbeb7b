"""The bell of the outbox says which rows it rings for.

Until now it only rang, and the relay had to ask the database what had come before it could pass it on. A relay of
the release before does not read what the bell says, and one of this release asks when it says nothing.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE OR REPLACE FUNCTION tell_relay() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            how_many bigint;
            named text;
        BEGIN
            SELECT count(*), string_agg(id || ' ' || queue, ',' ORDER BY id) INTO how_many, named
            FROM added WHERE next_try_at <= clock_timestamp() AND closed_at IS NULL;
            -- A message holds 8,000 bytes: of more rows than a hundred the relay is only told that they are there.
            IF how_many > 0 THEN
                PERFORM pg_notify('outbox', CASE WHEN how_many <= 100 THEN named ELSE '' END);
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute("DROP TRIGGER outbox_tell_relay ON outbox")
    op.execute(
        "CREATE TRIGGER outbox_tell_relay AFTER INSERT ON outbox REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION tell_relay()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER outbox_tell_relay ON outbox")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION tell_relay() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('outbox', '');
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER outbox_tell_relay AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION tell_relay()"
    )
