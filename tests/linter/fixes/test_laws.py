"""Laws that every safe fix keeps, whatever the model: same outputs, no new finding, nothing left to do."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings

from linter import api
from linter.build import Built
from linter.write import keras_archive
from tests.linter.fixes.generated import models
from tests.linter.fixes.models import apart

FIXED = ("DED402", "DED408", "ACT303", "NRM601")


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(models())
def test_safe_fixes_keep_the_function_and_add_no_finding(built: Built) -> None:
    with TemporaryDirectory() as folder:
        old, new, again = (Path(folder) / f"{name}.keras" for name in ("old", "new", "again"))
        old.write_bytes(keras_archive(built))
        fixed = api.fix(old, new)
        assert fixed.exit_code == 0, fixed.text
        assert apart(old, new) < 1e-5
        assert found(new) <= found(old)
        api.fix(new, again)
        assert again.read_bytes() == new.read_bytes()


def found(path: Path) -> set[tuple[str, str]]:
    """Each finding's code with each layer that it names."""
    return {(finding.code, layer) for _, finding in api.lint(path).findings() for layer in finding.layers or ("",)}
