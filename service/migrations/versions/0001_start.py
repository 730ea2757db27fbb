"""The first tables: audits, repeats, tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    _audits()
    op.create_table(
        "repeats",
        sa.Column("owner", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("audit", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_repeats_audit", "repeats", ["audit"])
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("revoked", sa.BigInteger),
    )


def _audits() -> None:
    op.create_table(
        "audits",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("started", sa.BigInteger),
        sa.Column("finished", sa.BigInteger),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("worker", sa.String(200)),
        sa.Column("lease", sa.BigInteger),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("progress", sa.BigInteger, nullable=False),
        sa.Column("model_place", sa.String(400), nullable=False),
        sa.Column("model_name", sa.Text, nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("model_size", sa.BigInteger, nullable=False),
        sa.Column("data_place", sa.String(400)),
        sa.Column("data_name", sa.Text),
        sa.Column("data_sha256", sa.String(64)),
        sa.Column("data_size", sa.BigInteger),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("cache_key", sa.String(64), nullable=False),
        sa.Column("cached", sa.Boolean, nullable=False),
        sa.Column("report", sa.String(400), nullable=False),
        sa.Column("errors", sa.BigInteger, nullable=False),
        sa.Column("warnings", sa.BigInteger, nullable=False),
        sa.Column("infos", sa.BigInteger, nullable=False),
        sa.Column("unreadable", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
    )
    op.create_index("audits_by_state", "audits", ["state", "created"])
    op.create_index("audits_by_owner", "audits", ["owner", "created", "id"])
    op.create_index("audits_by_key", "audits", ["cache_key", "state"])


def downgrade() -> None:
    """Drop them."""
    for table in ("tokens", "repeats", "audits"):
        op.drop_table(table)
