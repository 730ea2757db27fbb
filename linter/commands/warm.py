"""Imported where many models will be linted in forks: lints one of ours, so that every library is loaded, every table
computed, before the first fork.
"""

from __future__ import annotations

from linter.commands.demo import planted
from linter.commands.lint import lint_model
from linter.finding import Report
from linter.options import Options
from linter.reporters.json import render
from linter.rules import RULES
from linter.schema import report
from linter.write import keras_archive


def warm() -> Report:
    """Return the report of a small model, judged by every rule and sent round the wire format."""
    every = Options(select=tuple(rule.code for rule in RULES))
    return report(render(lint_model(keras_archive(planted()), every, "warm")))


warm()
