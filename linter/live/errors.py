"""What a run says when it gives no observation."""

from __future__ import annotations


class RunError(ValueError):
    """A run that gave no observation; the message says why."""
