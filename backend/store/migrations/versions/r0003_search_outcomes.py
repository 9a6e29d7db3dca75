"""How searches ended, those that found nothing included."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "r0003"
down_revision: str | None = "r0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "search_outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checkpoint_digest", sa.String(length=64), nullable=False),
        sa.Column("means_digest", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=100), nullable=False),
        sa.Column("pairs_digest", sa.String(length=64), nullable=False),
        sa.Column("target_loss", sa.Double(), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("settings", sa.String(length=1000), nullable=False),
        sa.Column("checkpoint", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=True),
        sa.Column("nodes", sa.Integer(), nullable=True),
        sa.Column("induced_edges", sa.Integer(), nullable=True),
        sa.Column("kept_edges", sa.Integer(), nullable=True),
        sa.Column("task_loss", sa.Double(), nullable=True),
        sa.Column("loss_low", sa.Double(), nullable=True),
        sa.Column("loss_high", sa.Double(), nullable=True),
        sa.Column("accuracy", sa.Double(), nullable=True),
        sa.Column("whole_model", sa.Double(), nullable=True),
        sa.Column("everything_ablated", sa.Double(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_outcomes")),
        sa.UniqueConstraint(
            "checkpoint_digest",
            "means_digest",
            "task",
            "pairs_digest",
            "target_loss",
            "method",
            "seed",
            "settings",
            name="uq_search_outcomes_key",
        ),
    )


def downgrade() -> None:
    op.drop_table("search_outcomes")
