"""Reports, one a circuit and deleted with it; the search method beside a circuit's numbers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "r0002"
down_revision: str | None = "r0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # Not as a batch: SQLite would copy the table, and with the old one goes what hangs on it.
    op.add_column(
        "circuits",
        sa.Column("method", sa.String(length=200), server_default="", nullable=False),
    )
    circuits = sa.table(
        "circuits", sa.column("method", sa.String()), sa.column("document", sa.JSON())
    )
    op.execute(
        sa.update(circuits).values(method=circuits.c.document["provenance"]["method"].as_string())
    )
    op.create_table(
        "reports",
        sa.Column("circuit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["circuit_id"],
            ["circuits.id"],
            name=op.f("fk_reports_circuit_id_circuits"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("circuit_id", name=op.f("pk_reports")),
    )


def downgrade() -> None:
    op.drop_table("reports")
    op.drop_column("circuits", "method")
