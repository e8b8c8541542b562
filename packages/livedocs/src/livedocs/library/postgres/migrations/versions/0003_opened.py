"""What people open.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | tuple[str, ...] | None = "0002"
branch_labels: str | tuple[str, ...] | None = None
depends_on: str | tuple[str, ...] | None = None


def upgrade() -> None:
    """Make the table of what was opened."""
    op.create_table(
        "opened",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("docset", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "docset", "version", "page", "anchor", name=op.f("opened_pkey")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("opened")
