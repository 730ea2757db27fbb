"""The formats: complete, pure, and imported only when they are used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import linter.reporters
from linter.reporters import REPORTERS
from tests.linter.reporters.samples import FULL

HELPERS = {"catalogue", "escape", "notebook", "tally"}
"""Files of the package that are no format."""


def test_every_file_is_a_format_or_a_helper():
    folder = Path(linter.reporters.__file__).parent
    found = {entry.stem for entry in folder.iterdir() if not entry.name.startswith("_")}
    assert found == set(REPORTERS) | HELPERS


def test_the_formats_are_those_of_the_command_line():
    assert set(REPORTERS) == {"text", "json", "sarif", "junit", "github", "markdown", "html"}


@pytest.mark.parametrize("name", REPORTERS)
def test_a_format_is_pure(name):
    first = REPORTERS[name](FULL)
    assert first == REPORTERS[name](FULL)
    assert first.endswith("\n")


def test_a_text_run_imports_no_other_format():
    code = (
        "import sys\n"
        "from linter.finding import Report\n"
        "from linter.reporters import REPORTERS\n"
        "REPORTERS['text'](Report())\n"
        "print(sorted(name for name in sys.modules if name.startswith('linter.')))\n"
        "print(sorted({'json', 'jinja2', 'pydantic', 'xml', 'numpy', 'h5py', 'rich'} & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours, foreign = result.stdout.splitlines()
    assert "linter.reporters.text" in ours
    assert not any(f"linter.reporters.{name}" in ours for name in set(REPORTERS) - {"text"})
    assert foreign == "[]"
