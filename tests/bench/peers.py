"""Scanners of model files: ours, and others, each of those in an environment of its own below the user's cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "keras-act"
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_ANALYTICS": "1", "DO_NOT_TRACK": "1"}
"""TensorFlow's chatter, and what one of them would send home."""


@dataclass(frozen=True)
class Scanner:
    """A scanner: what pip installs ("" for ours), and how it is started on a path and writes JSON to a file."""

    name: str
    requirement: str
    start: tuple[str, ...]
    output: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its name and version."""
        return f"{self.name} {self.requirement.partition('==')[2]}".strip()

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        if not self.requirement:
            return Path(sys.executable)
        return CACHE / self.title.replace(" ", "-") / ("Scripts" if os.name == "nt" else "bin") / "python"

    def command(self, path: Path, output: Path) -> list[str]:
        """Return the command that scans a file or folder."""
        return [str(self.python), *self.start, str(path), *self.output, str(output)]

    def missing(self) -> str:
        """Install it where it is not yet; return "" or why that cannot be done."""
        folder = self.python.parents[1]
        if not self.requirement or (folder / "complete").is_file():
            return ""
        print(f"installing {self.requirement} in {folder} ...", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(self.python), "-m", "pip", "install", "-q", self.requirement]
        done = subprocess.run(pip, capture_output=True, text=True)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        (folder / "complete").touch()
        return ""

    def alarms(self, folder: Path, models: list[Path], scratch: Path) -> dict[Path, set[str]]:
        """Scan a folder; return, for each model in it with a warning or worse, what it is called."""
        output = scratch / f"{self.name}.json"
        output.unlink(missing_ok=True)
        done = subprocess.run(self.command(folder, output), env={**os.environ, **QUIET}, capture_output=True, text=True)
        if not output.is_file():
            raise RuntimeError(f"{self.title} wrote no report: {done.stderr.strip()[-300:]}")
        found: dict[Path, set[str]] = {}
        for place, what in PLACES[self.name](json.loads(output.read_text(encoding="utf-8")), folder):
            for model in models:
                if place == str(model) or place.startswith((f"{model}/", f"{model}:", f"{model} ")):
                    found.setdefault(model, set()).add(what)
        return found


def _ours(report: Any, folder: Path) -> list[tuple[str, str]]:
    return [
        (model["path"], finding["code"])
        for model in report["models"]
        for finding in model["findings"]
        if finding["code"].startswith("SEC") and (finding["severity"] != "info" or finding["code"] == "SEC011")
    ]


def _modelscan(report: Any, folder: Path) -> list[tuple[str, str]]:
    return [(str(folder / issue["source"]), issue["operator"]) for issue in report["issues"]]


def _modelaudit(report: Any, folder: Path) -> list[tuple[str, str]]:
    loud = [issue for issue in report["issues"] if issue["severity"] in ("warning", "error", "critical")]
    return [(issue["location"] or "", issue["message"]) for issue in loud]


PLACES = {"keras-lint": _ours, "modelscan": _modelscan, "modelaudit": _modelaudit}
OURS = Scanner("keras-lint", "", ("-m", "linter", "check"), ("--fail-on", "never", "--format", "json", "-o"))
SECURITY = Scanner("keras-lint --select SEC", "", (*OURS.start, "--select", "SEC"), OURS.output)
PEERS = (
    Scanner("modelaudit", "modelaudit[h5]==0.2.54", ("-m", "modelaudit", "scan"), ("--no-cache", "-f", "json", "-o")),
    Scanner("modelscan", "modelscan[tensorflow,h5py]==0.8.8", ("-m", "modelscan.cli", "-p"), ("-r", "json", "-o")),
)
"""Reports of modelaudit hold no fewer than its exit code counts; every issue of modelscan makes it exit with 1."""
