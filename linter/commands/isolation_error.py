"""The error of a confined process that gave no report. A leaf, so that who catches it need load nothing else."""

from __future__ import annotations


class IsolationError(ValueError):
    """A confined process that gave no report; `reason` is time, memory, output, crash, failed or sandbox."""

    def __init__(self, reason: str, message: str) -> None:
        """Say what happened."""
        super().__init__(message)
        self.reason = reason
