"""How often each rule fires on healthy models and on planted faults; `python -m tests.linter.measure` writes it down.

Healthy are those of `healthy`; planted faults are the flagged examples of all rules together.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

TARGET = Path(__file__).parents[2] / "linter" / "commands" / "rates.py"
HEAD = '''"""How often each rule fires on the models of the tests: by `python -m tests.linter.measure`, tested."""

from __future__ import annotations

'''


def planted() -> tuple[int, Counter[str]]:
    """How many flagged examples there are, and on how many of them each rule fires."""
    from linter import build
    from linter.commands.lint import audit
    from linter.options import Options
    from linter.rules import RULES

    every = Options(select=tuple(rule.code for rule in RULES))
    fired: Counter[str] = Counter()
    examples = [example for rule in RULES for example in rule.flagged]
    for example in examples:
        built = eval(example.model, vars(build))
        report = audit(built.graph(), every, "example", built.observation)
        assert not report.failures, report.failures
        fired.update({finding.code for finding in report.findings})
    return len(examples), fired


def healthy() -> tuple[int, Counter[str]]:
    """How many healthy models there are, and on how many of them each rule that runs by default fires."""
    import keras

    from linter.api import lint
    from tests.linter.healthy import HEALTHY

    fired: Counter[str] = Counter()
    for make in HEALTHY.values():
        (report,) = lint(make()).models
        assert not report.failures, report.failures
        fired.update({finding.code for finding in report.findings})
        keras.backend.clear_session()
    return len(HEALTHY), fired


def render(good: tuple[int, Counter[str]], bad: tuple[int, Counter[str]]) -> str:
    """The module that holds the numbers."""
    from linter.rules import RULES

    lines = [f"HEALTHY, PLANTED = {good[0]}, {bad[0]}", '"""How many models there are of each kind."""', ""]
    lines += ["RATES: dict[str, tuple[int, int]] = {"]
    lines += [f'    "{rule.code}": ({good[1][rule.code]}, {bad[1][rule.code]}),' for rule in RULES]
    lines += ["}", '"""On how many healthy and on how many planted ones each rule fires."""', ""]
    return HEAD + "\n".join(lines)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    TARGET.write_text(render(healthy(), planted()), encoding="utf-8")
