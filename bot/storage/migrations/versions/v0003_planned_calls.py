"""Calls that are planned, the log of calls, and numbers that are not to be rung."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "do_not_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "reason IN ('asked', 'died', 'hospital', 'moved', 'wrong_number')", name="ck_do_not_call_reason"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_do_not_call"),
        sa.UniqueConstraint("number_hash", name="uq_do_not_call_number_hash"),
    )
    op.create_table(
        "planned_call",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("preferred_name", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("number_hash", sa.String(length=64), nullable=True),
        sa.Column("code_word", sa.Text(), nullable=True),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("window_end", MOMENT, nullable=False),
        sa.Column("may_leave_message", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("dialled_at", MOMENT, nullable=True),
        sa.Column("call_id", sa.String(length=200), nullable=True),
        sa.Column("last_outcome", sa.String(length=16), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('first_talk', 'resume', 'call_back', 'answer')", name="ck_planned_call_kind"),
        sa.CheckConstraint(
            "state IN ('planned', 'calling', 'done', 'given_up', 'cancelled')", name="ck_planned_call_state"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_planned_call_service_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name="fk_planned_call_participant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_planned_call_conversation_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_planned_call"),
    )
    op.create_index("ix_planned_call_due", "planned_call", ["state", "next_at"], unique=False)
    for column in ("participant_id", "conversation_id", "number_hash"):
        op.create_index(f"ix_planned_call_{column}", "planned_call", [column], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=200), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("number_hash", sa.String(length=64), nullable=True),
        sa.Column("planned_id", sa.String(length=36), nullable=True),
        sa.Column("conversation_id", sa.String(length=36), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("direction IN ('inbound', 'outbound')", name="ck_call_direction"),
        sa.ForeignKeyConstraint(["planned_id"], ["planned_call.id"], name="fk_call_planned_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_call_conversation_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("call_id", name="uq_call_call_id"),
    )
    for column in ("conversation_id", "number_hash", "planned_id", "started_at"):
        op.create_index(f"ix_call_{column}", "call", [column], unique=False)


def downgrade() -> None:
    for table in ("call", "planned_call", "do_not_call"):
        op.drop_table(table)
