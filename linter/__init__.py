"""keras-lint: finds risky patterns in saved Keras models, without Keras and without running anything from the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linter.api import lint as lint
    from linter.finding import Report as Report
    from linter.options import Options as Options

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import `linter.lint`, `linter.Options` and `linter.Report` when they are first used."""
    homes = {"lint": "linter.api", "Options": "linter.options", "Report": "linter.finding"}
    if name not in homes:
        raise AttributeError(f"module 'linter' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(homes[name]), name)
