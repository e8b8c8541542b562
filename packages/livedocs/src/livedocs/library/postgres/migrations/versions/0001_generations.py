"""Generations of the library.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | tuple[str, ...] | None = None
branch_labels: str | tuple[str, ...] | None = None
depends_on: str | tuple[str, ...] | None = None

_IS_PUBLISHED = sa.text("state = 'published'")


def upgrade() -> None:
    """Make the table of generations."""
    op.create_table(
        "library_generation",
        sa.Column("id", sa.Integer(), nullable=False, comment="N of the schema livedocs_gN; never used again"),
        sa.Column("state", sa.String(), nullable=False, comment="State"),
        sa.Column("schema_version", sa.Integer(), nullable=False, comment="livedocs.library.format.SCHEMA_VERSION"),
        sa.Column("library_hash", sa.String(), nullable=False, comment="livedocs.library.reader.library_hash"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('building', 'published', 'retired')", name=op.f("library_generation_state_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("library_generation_pkey")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "library_generation_published_key",
        "library_generation",
        ["state"],
        unique=True,
        postgresql_where=_IS_PUBLISHED,
        sqlite_where=_IS_PUBLISHED,
    )


def downgrade() -> None:
    """Drop it; the schemas of the generations stay."""
    op.drop_table("library_generation")
