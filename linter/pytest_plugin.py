"""`pytest --keras-lint PATH`: each model below PATH is a test, which fails with the model's report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from linter.options import Options
    from linter.read.discover import Target


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --keras-lint."""
    group = parser.getgroup("keras-lint")
    group.addoption("--keras-lint", action="append", default=[], metavar="PATH", help="lint the Keras models at PATH")


def pytest_collection(session: pytest.Session) -> None:
    """Ask for the models as if they had been named on the command line."""
    if session.config.getoption("--keras-lint"):
        session.config.pluginmanager.register(_Collector(session.config), "keras-lint-collector")


class _Collector:
    """Adds the models to the collected tests."""

    def __init__(self, config: pytest.Config) -> None:
        self.paths = [Path(path) for path in config.getoption("--keras-lint")]

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add one test a model."""
        options = _options()
        items += [item for path in self.paths for item in _items(session, path, options)]


def _options() -> Options:
    """Return what the project's settings say; raises UsageError, one line, where they cannot be followed."""
    from linter import api, settings

    try:
        options = settings.load(None, Path.cwd())
        api.validate(options)
    except ValueError as error:
        raise pytest.UsageError(f"keras-lint: {error}") from None
    return options


def _items(session: pytest.Session, path: Path, options: Options) -> Iterator[ModelItem]:
    from linter.read.discover import targets

    for target in targets(path):
        name = target.path.as_posix()
        yield ModelItem.from_parent(session, name=name, nodeid=f"{name}::keras-lint", target=target, options=options)


class ModelError(Exception):
    """A model with findings, or one that could not be read; the text is its report."""


class ModelItem(pytest.Item):
    """One model."""

    def __init__(self, *, target: Target, options: Options, **rest: Any) -> None:
        """Keep what is to be linted."""
        super().__init__(**rest)
        self.target, self.options = target, options

    def runtest(self) -> None:
        """Lint the model; raises ModelError where the command line would not exit 0."""
        from linter import api
        from linter.invocation import Invocation

        report = api.check(Invocation((self.target.path,)), self.options)
        if api.exit_code(report, self.options):
            raise ModelError(api.render(report, "text"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the report, not our own stack."""
        if isinstance(excinfo.value, ModelError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the model."""
        return self.target.path, None, f"keras-lint {self.target.path}"
