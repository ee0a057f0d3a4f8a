"""A stream remembers the mode and the form of takings that its documents were built by; empty on what is older.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns of the streams."""
    for name in ("mode", "takings"):
        op.add_column("stream", sa.Column(name, sa.String(20), nullable=False, server_default=""))
