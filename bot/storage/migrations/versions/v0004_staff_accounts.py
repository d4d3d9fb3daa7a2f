"""Accounts of staff: roles, invitations, sessions, the second step, and failed sign-ins."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    _remake_staff()
    kinds: tuple[tuple[str, str, sa.types.TypeEngine[Any]], ...] = (
        ("staff_service", "service", sa.String(64)),
        ("staff_person", "participant", sa.Integer()),
    )
    for table, other, kind in kinds:
        moment = [sa.Column("created_at", MOMENT, nullable=False)] if table == "staff_person" else []
        op.create_table(
            table,
            _staff_id(),
            sa.Column(f"{other}_id", kind, nullable=False),
            *moment,
            sa.ForeignKeyConstraint(
                [f"{other}_id"], [f"{other}.id"], name=f"fk_{table}_{other}_id", ondelete="CASCADE"
            ),
            _of_staff(table),
            sa.PrimaryKeyConstraint("staff_id", f"{other}_id", name=f"pk_{table}"),
        )
    op.create_table(
        "staff_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        _staff_id(),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        _of_staff("staff_invitation"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_invitation"),
        sa.UniqueConstraint("code_hash", name="uq_staff_invitation_code_hash"),
    )
    op.create_index("ix_staff_invitation_staff_id", "staff_invitation", ["staff_id"])
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Integer(), nullable=False),
        _staff_id(),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("totp_offered", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.CheckConstraint("stage IN ('code', 'enrol', 'open')", name="stage"),
        _of_staff("staff_session"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_session"),
        sa.UniqueConstraint("token_hash", name="uq_staff_session_token_hash"),
    )
    for indexed in ("staff_id", "expires_at"):
        op.create_index(f"ix_staff_session_{indexed}", "staff_session", [indexed])
    op.create_table(
        "staff_recovery",
        sa.Column("id", sa.Integer(), nullable=False),
        _staff_id(),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _of_staff("staff_recovery"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_recovery"),
    )
    op.create_index("ix_staff_recovery_code", "staff_recovery", ["staff_id", "code_hash"], unique=True)
    op.create_table(
        "sign_in_try",
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name="pk_sign_in_try"),
    )
    op.create_index("ix_sign_in_try_last_at", "sign_in_try", ["last_at"])


def _remake_staff() -> None:
    """The first table had nothing to sign in with, so nobody is in it whom an invitation would not serve better."""
    op.execute("UPDATE answer_to_people SET staff_id = NULL")
    op.execute("DELETE FROM staff")
    with op.batch_alter_table("staff") as staff:
        staff.drop_constraint("uq_staff_name", type_="unique")
        staff.drop_constraint("fk_staff_service_id", type_="foreignkey")
        staff.drop_column("role")
        staff.drop_column("service_id")
        staff.alter_column("name", existing_type=sa.String(120), type_=sa.Text(), nullable=True)
        staff.add_column(sa.Column("email", sa.Text(), nullable=True))
        staff.add_column(sa.Column("email_hash", sa.String(64), nullable=True))
        staff.add_column(sa.Column("roles", JSON, nullable=False))
        staff.add_column(sa.Column("state", sa.String(8), nullable=False))
        staff.add_column(sa.Column("totp_secret", sa.Text(), nullable=True))
        staff.add_column(sa.Column("totp_step", sa.Integer(), nullable=True))
        staff.add_column(sa.Column("updated_at", MOMENT, nullable=False))
        staff.create_unique_constraint("uq_staff_email_hash", ["email_hash"])
        staff.create_check_constraint("state", "state IN ('invited', 'active', 'locked', 'left')")


def _staff_id() -> sa.Column[int]:
    return sa.Column("staff_id", sa.Integer(), nullable=False)


def _of_staff(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=f"fk_{table}_staff_id", ondelete="CASCADE")


def downgrade() -> None:
    for table in (
        "sign_in_try",
        "staff_recovery",
        "staff_session",
        "staff_invitation",
        "staff_person",
        "staff_service",
    ):
        op.drop_table(table)
    op.execute("UPDATE answer_to_people SET staff_id = NULL")
    op.execute("DELETE FROM staff")
    with op.batch_alter_table("staff") as staff:
        staff.drop_constraint(op.f("ck_staff_state"), type_="check")
        staff.drop_constraint("uq_staff_email_hash", type_="unique")
        for column in ("email", "email_hash", "roles", "state", "totp_secret", "totp_step", "updated_at"):
            staff.drop_column(column)
        staff.alter_column("name", existing_type=sa.Text(), type_=sa.String(120), nullable=False)
        staff.add_column(sa.Column("role", sa.String(16), nullable=False))
        staff.add_column(sa.Column("service_id", sa.String(64), nullable=True))
        staff.create_unique_constraint("uq_staff_name", ["name"])
        staff.create_foreign_key("fk_staff_service_id", "service", ["service_id"], ["id"])
