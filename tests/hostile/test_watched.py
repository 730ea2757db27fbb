"""A static lint reads the file it was given and nothing else, whatever the file asks for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile import base, corpus
from tests.hostile.attack import put
from tests.hostile.attacks import ATTACKS


def watched(folder: Path) -> dict[str, list[str]]:
    command = [sys.executable, "-B", "-m", "tests.hostile.watched", str(folder)]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def test_hostile_files_are_read_and_nothing_else_happens(tmp_path: Path) -> None:
    pytest.importorskip("tf_keras", reason="Keras 2 (tf_keras) is not installed")
    corpus.write(tmp_path)
    assert len(list((tmp_path / "hostile").iterdir())) == len(ATTACKS)
    assert watched(tmp_path / "hostile") == {}


def test_the_hook_sees(tmp_path: Path) -> None:
    """What the test above relies on, in a process of its own, since no hook can be taken off."""
    own = put(base.keras_file(), tmp_path / "own.keras")
    (tmp_path / "other").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "other")
    script = f"""
import os, sys
from pathlib import Path
from tests.hostile.watch import Watcher
folder = Path({str(tmp_path)!r})
watcher = Watcher(folder / "own.keras")
watcher.on = True
for act in (lambda: open(folder / "own.keras", "rb").close(), lambda: open(folder / "link").close(),
            lambda: open(folder / "new", "w").close(), lambda: os.system("true"), lambda: __import__("socket").socket(),
            lambda: __import__("this_is_no_module"), lambda: os.mkdir(folder / "made")):
    watcher.seen.clear()
    try: act()
    except ImportError: pass
    print(sorted(watcher.seen)[:1])
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert own.is_file()
    assert out[0] == "[]"
    assert [line != "[]" for line in out[1:]] == [True] * 6
