"""Checkpoints, jobs and their events, circuits with their nodes and edges, saved states."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "r0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=50), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("config", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("parameters", sa.BigInteger(), nullable=False),
        sa.Column("nonzero", sa.BigInteger(), nullable=False),
        sa.Column("card", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_checkpoints")),
    )
    op.create_index(op.f("ix_checkpoints_digest"), "checkpoints", ["digest"], unique=False)
    op.create_table(
        "circuits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("checkpoint", sa.String(length=200), nullable=False),
        sa.Column("checkpoint_digest", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=100), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("node_count", sa.Integer(), nullable=False),
        sa.Column("induced_edges", sa.Integer(), nullable=False),
        sa.Column("kept_edges", sa.Integer(), nullable=False),
        sa.Column("task_loss", sa.Double(), nullable=False),
        sa.Column("accuracy", sa.Double(), nullable=False),
        sa.Column("target_loss", sa.Double(), nullable=False),
        sa.Column("meets_target", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circuits")),
        sa.UniqueConstraint("slug", name=op.f("uq_circuits_slug")),
    )
    op.create_index(
        op.f("ix_circuits_checkpoint_digest"), "circuits", ["checkpoint_digest"], unique=False
    )
    op.create_index(
        op.f("ix_circuits_checkpoint_task"), "circuits", ["checkpoint", "task"], unique=False
    )
    op.create_index(op.f("ix_circuits_task"), "circuits", ["task"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                "cancelled",
                "interrupted",
                name="jobstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("started", sa.DateTime(), nullable=True),
        sa.Column("finished", sa.DateTime(), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("result", sa.String(length=200), nullable=True),
        sa.Column("worker_pid", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_status_created"), "jobs", ["status", "created"], unique=False)
    op.create_table(
        "saved_states",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_states")),
    )
    op.create_table(
        "circuit_edges",
        sa.Column("circuit_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["circuit_id"],
            ["circuits.id"],
            name=op.f("fk_circuit_edges_circuit_id_circuits"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("circuit_id", "source", "target", name=op.f("pk_circuit_edges")),
    )
    op.create_index(
        op.f("ix_circuit_edges_source_target"), "circuit_edges", ["source", "target"], unique=False
    )
    op.create_index(op.f("ix_circuit_edges_target"), "circuit_edges", ["target"], unique=False)
    op.create_table(
        "circuit_nodes",
        sa.Column("circuit_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=50), nullable=False),
        sa.Column("channel", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["circuit_id"],
            ["circuits.id"],
            name=op.f("fk_circuit_nodes_circuit_id_circuits"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("circuit_id", "site", "channel", name=op.f("pk_circuit_nodes")),
    )
    op.create_index(
        op.f("ix_circuit_nodes_site_channel"), "circuit_nodes", ["site", "channel"], unique=False
    )
    op.create_table(
        "job_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_events_job_id_jobs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_job_events_job_id_id"), "job_events", ["job_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_job_events_job_id_id"), table_name="job_events")
    op.drop_table("job_events")
    op.drop_index(op.f("ix_circuit_nodes_site_channel"), table_name="circuit_nodes")
    op.drop_table("circuit_nodes")
    op.drop_index(op.f("ix_circuit_edges_target"), table_name="circuit_edges")
    op.drop_index(op.f("ix_circuit_edges_source_target"), table_name="circuit_edges")
    op.drop_table("circuit_edges")
    op.drop_table("saved_states")
    op.drop_index(op.f("ix_jobs_status_created"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_index(op.f("ix_circuits_task"), table_name="circuits")
    op.drop_index(op.f("ix_circuits_checkpoint_task"), table_name="circuits")
    op.drop_index(op.f("ix_circuits_checkpoint_digest"), table_name="circuits")
    op.drop_table("circuits")
    op.drop_index(op.f("ix_checkpoints_digest"), table_name="checkpoints")
    op.drop_table("checkpoints")
