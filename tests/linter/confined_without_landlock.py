"""Imported into a child before it is confined: makes the kernel look as if it had no Landlock."""

from __future__ import annotations

from linter.confine import landlock
from linter.confine.layer import LayerError
from linter.confine.policy import Policy


def _absent(policy: Policy) -> str:
    raise LayerError("the kernel has none")


landlock.apply = _absent
