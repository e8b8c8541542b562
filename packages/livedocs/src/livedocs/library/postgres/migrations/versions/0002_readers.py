"""Who reads which generation.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | tuple[str, ...] | None = "0001"
branch_labels: str | tuple[str, ...] | None = None
depends_on: str | tuple[str, ...] | None = None


def upgrade() -> None:
    """Make the table of readers."""
    op.create_table(
        "generation_reader",
        sa.Column(
            "id", sa.String(), nullable=False, comment="of one process and one generation, made up by the process"
        ),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="who reads, for people: host and process"),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="renewed before that, while it reads"
        ),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["library_generation.id"], name=op.f("generation_reader_generation_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("generation_reader_pkey")),
    )
    op.create_index(op.f("generation_reader_generation_id_idx"), "generation_reader", ["generation_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("generation_reader")
