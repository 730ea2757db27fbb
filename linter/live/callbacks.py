"""A guard for training: each epoch's model, or each checkpoint, is linted while `fit` runs.

Reads what Keras holds or has written, as every other reader does; runs nothing of the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from linter.audit import audit
from linter.finding import Finding, ModelReport, Severity
from linter.options import FailOn, Options
from linter.read import UnreadableError, read
from linter.read.discover import marker, targets

Seen = tuple[int, int]


class LintModel(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Lints while the model trains, says what is new, and can end the training.

    It adds `lint_errors` and `lint_warnings`, how many findings there are, to the epoch's logs, and so to the progress
    bar, to `History` and to every callback that stands after this one.

    Args:
        every: Lint after each so many epochs, starting with the first; in between the last counts are repeated.
        checkpoints: A file or folder that `ModelCheckpoint` writes to, which must stand before this callback; what is
            new there is linted. None: the model in memory.
        stop_at: Least severity that ends the training, "error", "warning" or "info"; "never": none does.
        options: What to judge, as for `linter.lint`. Rules that need sample data do not speak.
        verbose: 0 says nothing; 1 prints each finding once, and what cannot be linted.

    Attributes:
        history: Epoch to the reports of that epoch.

    Raises:
        ValueError: `every` below 1, another `stop_at`, options that name no rule.
    """

    def __init__(
        self,
        *,
        every: int = 1,
        checkpoints: str | Path | None = None,
        stop_at: str = "never",
        options: Options | None = None,
        verbose: int = 1,
    ) -> None:
        super().__init__()
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise ValueError(f"every must be a whole number of epochs, 1 or more. Received: every={every!r}")
        if stop_at not in tuple(FailOn):
            raise ValueError(f"stop_at must be one of {', '.join(FailOn)}. Received: stop_at={stop_at!r}")
        self.every, self.stop_at, self.verbose = every, FailOn(stop_at), verbose
        self.options = options or Options()
        self.history: dict[int, tuple[ModelReport, ...]] = {}
        self._source = _Files(Path(checkpoints)) if checkpoints is not None else None
        self._told: set[tuple[str, tuple[str, ...]]] = set()
        self._counts = {"lint_errors": 0, "lint_warnings": 0}
        _checked(self.options)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Lints, if it is time, and adds to the logs."""
        if epoch % self.every == 0:
            self._lint(epoch)
        if logs is not None:
            logs |= self._counts

    def _lint(self, epoch: int) -> None:
        reports = tuple(self._reports(epoch))
        self.history[epoch] = reports
        if not reports:
            return
        found = [finding for report in reports for finding in report.findings]
        for severity in (Severity.ERROR, Severity.WARNING):
            self._counts[f"lint_{severity.value}s"] = sum(finding.severity is severity for finding in found)
        for finding in found:
            self._tell(epoch, finding)
        worst = [finding for finding in found if self.stop_at.admits(finding.severity)]
        if worst:
            self.model.stop_training = True
            self._say(f"epoch {epoch + 1}: stopping, {worst[0].code} {worst[0].name} is at or above {self.stop_at}")

    def _reports(self, epoch: int) -> Iterator[ModelReport]:
        models = [("<memory>", self.model)] if self._source is None else [(str(p), p) for p in self._source.fresh()]
        for name, model in models:
            try:
                yield audit(read(model, self.options.limits), self.options, name)
            except (UnreadableError, OSError) as error:  # training goes on
                self._say(f"epoch {epoch + 1}: {name} cannot be linted: {error}")

    def _tell(self, epoch: int, finding: Finding) -> None:
        """Say a finding when it is met first."""
        key = (finding.code, finding.layers)
        if key not in self._told:
            self._told.add(key)
            where = f" in {', '.join(finding.layers[:4])}" if finding.layers else ""
            severity = finding.severity.value
            self._say(f"epoch {epoch + 1}: {severity} {finding.code} {finding.name}{where}: {finding.message}")

    def _say(self, text: str) -> None:
        if self.verbose:
            print(f"keras-lint: {text}")


def _checked(options: Options) -> None:
    """Raise what wrong options raise, before any training."""
    from linter.plugins import catalogue
    from linter.selection import selected

    selected(catalogue(options.plugins), options)


@dataclass(slots=True)
class _Files:
    """The models at a path, and which of them are new since they were last asked for."""

    path: Path
    known: dict[Path, Seen] | None = None

    def fresh(self) -> list[Path]:
        """Return the files that came or changed since; a folder that is one model changes with one of its files."""
        now = dict(self._now())
        before, self.known = self.known or {}, now
        return [path for path, seen in now.items() if before.get(path) != seen]

    def _now(self) -> Iterator[tuple[Path, Seen]]:
        if self.path.exists():
            for target in targets(self.path):
                stat = marker(target.path).stat()
                yield target.path, (stat.st_mtime_ns, stat.st_size)
