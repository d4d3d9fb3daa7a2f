"""Insights: whose facts changed, told by triggers; and the sentence around a quote, once a person has checked it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OF_CONVERSATION = (
    "consent_take_part",
    "consent_keep",
    "consent_quote",
    "end_reason",
    "beans_abstained",
    "service_id",
    "participant_id",
    "created_at",
)
_PARTS = ("contribution", "about_you")


def upgrade() -> None:
    op.add_column("contribution", sa.Column("context_redacted", sa.Text(), nullable=True))
    op.create_index("ix_contribution_to_check", "contribution", ["redaction_checked", "id"], unique=False)
    op.create_table(
        "person_change",
        sa.Column("participant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name="pk_person_change"),
    )
    op.create_index("ix_person_change_seq", "person_change", ["seq"], unique=False)
    if op.get_context().dialect.name == "sqlite":
        _follow_on_sqlite()
    else:
        _follow_on_postgresql()


def _follow_on_sqlite() -> None:
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        for table in _PARTS:
            whose = f"participant_id FROM conversation WHERE id = {row}.conversation_id"
            _trigger(table, verb, verb, [whose])
    _trigger("conversation", "INSERT", "INSERT", ["NEW.participant_id AS participant_id"])
    both = ["OLD.participant_id AS participant_id", "NEW.participant_id AS participant_id"]
    _trigger("conversation", "UPDATE", f"UPDATE OF {', '.join(_OF_CONVERSATION)}", both)
    _trigger("conversation", "DELETE", "DELETE", ["OLD.participant_id AS participant_id"])


def _trigger(table: str, verb: str, event: str, people: list[str]) -> None:
    notes = "".join(
        "INSERT INTO person_change (participant_id, seq) "  # noqa: S608 - every word stands in this file
        "SELECT participant_id, (SELECT coalesce(max(seq), 0) + 1 FROM person_change) "
        f"FROM (SELECT {whose}) "
        "WHERE true ON CONFLICT (participant_id) DO UPDATE SET seq = excluded.seq; "
        for whose in people
    )
    op.execute(f"CREATE TRIGGER {table}_{verb.lower()}_told AFTER {event} ON {table} BEGIN {notes}END")


def _follow_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION tell_person_change(person integer) RETURNS void LANGUAGE sql AS $$ "
        "INSERT INTO person_change (participant_id, seq) "
        "SELECT person, pg_current_xact_id()::text::bigint WHERE person IS NOT NULL "
        "ON CONFLICT (participant_id) DO UPDATE SET seq = excluded.seq $$"
    )
    op.execute(
        "CREATE FUNCTION tell_part_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM tell_person_change((SELECT participant_id FROM conversation "
        "WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.conversation_id ELSE NEW.conversation_id END)); "
        "RETURN NULL; END $$"
    )
    op.execute(
        "CREATE FUNCTION tell_conversation_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP <> 'INSERT' THEN PERFORM tell_person_change(OLD.participant_id); END IF; "
        "IF TG_OP <> 'DELETE' THEN PERFORM tell_person_change(NEW.participant_id); END IF; "
        "RETURN NULL; END $$"
    )
    for table in _PARTS:
        op.execute(
            f"CREATE TRIGGER {table}_told AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION tell_part_change()"
        )
    op.execute(
        f"CREATE TRIGGER conversation_told AFTER INSERT OR DELETE OR UPDATE OF {', '.join(_OF_CONVERSATION)} "
        "ON conversation FOR EACH ROW EXECUTE FUNCTION tell_conversation_change()"
    )


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for table in (*_PARTS, "conversation"):
            for verb in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_{verb}_told")
    else:
        for table in (*_PARTS, "conversation"):
            op.execute(f"DROP TRIGGER {table}_told ON {table}")
        for function in ("tell_conversation_change", "tell_part_change", "tell_person_change"):
            op.execute(f"DROP FUNCTION {function}")
    op.drop_table("person_change")
    op.drop_index("ix_contribution_to_check", "contribution")
    op.drop_column("contribution", "context_redacted")
