"""Rules of other distributions: real packages in a folder of their own, met through their metadata by a new process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from linter.write import keras_archive
from tests.linter.test_cli import HEALTHY

RULE = '''
from linter.finding import Severity
from linter.rule import Rule


class NoDense(Rule):
    """A Dense layer, of which the team wants none.

    ## Ours
    Ask the team.
    """

    code = "{code}"
    name = "{name}"
    severity = Severity.WARNING
    url = "https://example.org/no-dense"

    def check(self, model):
        layers = tuple(node.layer for node in model.graph.nodes if node.op == "Dense")
        if layers:
            yield self.finding("a Dense layer", layers)


RULES = (NoDense,)
print("imported {code}", file=__import__("sys").stderr)
'''


def install(site: Path, name: str, text: str, plugin: str = "acme", target: str = "RULES") -> None:
    """Install a distribution of one module and one entry point, as an installer leaves it."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (site / f"{name}.py").write_text(text)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[keras_lint.rules]\n{plugin} = {name}:{target}\n")


def rule(code: str = "ACME001", name: str = "no-dense") -> str:
    """Return a module with one rule."""
    return RULE.replace("{code}", code).replace("{name}", name)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a healthy model, whose settings name the plugin `acme`."""
    (tmp_path / "setup.cfg").write_text("[keras-lint]\nplugins = acme\n")
    (tmp_path / "model.keras").write_bytes(keras_archive(HEALTHY))
    return tmp_path


def lint(project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run keras-lint in the project, with its folder `site` on the path."""
    command = [sys.executable, "-m", "linter", *args]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(project / "site"), root))}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=120)


def codes(project: Path, *args: str) -> set[str]:
    """Return the codes that are found in the model."""
    result = lint(project, "check", "model.keras", "--format", "json", "--fail-on", "never", *args)
    assert result.returncode == 0, result.stderr
    (model,) = json.loads(result.stdout)["models"]
    assert not model["failures"]
    return {finding["code"] for finding in model["findings"]}


def test_a_named_plugin_is_a_rule_like_any_other(project: Path) -> None:
    install(project / "site", "acme_rules", rule())
    assert "ACME001" in codes(project)
    assert codes(project, "--select", "ACME") == {"ACME001"}
    assert codes(project, "--ignore", "ACME001") == codes(project) - {"ACME001"}
    found = lint(project, "check", "model.keras", "--select", "ACME001")
    assert found.returncode == 1
    assert "warning ACME001 no-dense" in found.stdout
    assert "ACME001  no-dense" in lint(project, "rules").stdout
    explained = lint(project, "explain", "no-dense").stdout
    assert explained.startswith("# ACME001 no-dense\n")
    assert "of acme_rules" in explained
    assert "## Ours\nAsk the team." in explained


@pytest.mark.parametrize("format", ["sarif", "html", "junit", "github", "markdown"])
def test_every_report_can_hold_its_findings(project: Path, format: str) -> None:
    install(project / "site", "acme_rules", rule())
    result = lint(project, "check", "model.keras", "--select", "ACME001", "--format", format)
    assert result.returncode == 1, result.stderr
    assert "ACME001" in result.stdout
    assert "acme001" not in result.stdout, "no link to a page of ours"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="confined processes are Linux's")
def test_a_confined_process_has_it_too(project: Path) -> None:
    install(project / "site", "acme_rules", rule())
    assert codes(project, "--isolate", "--select", "ACME001") == {"ACME001"}


def test_several_processes_have_it_too(project: Path) -> None:
    install(project / "site", "acme_rules", rule())
    (project / "other.keras").write_bytes(keras_archive(HEALTHY))
    result = lint(project, "check", ".", "--jobs", "2", "--select", "ACME001")
    assert result.stdout.count("ACME001 no-dense") == 2


def test_an_unnamed_plugin_is_not_imported(project: Path) -> None:
    install(project / "site", "acme_rules", rule())
    (project / "setup.cfg").write_text("[keras-lint]\nfail-on = never\n")
    result = lint(project, "check", "model.keras")
    assert result.returncode == 0
    assert "imported" not in result.stderr
    unknown = lint(project, "check", "model.keras", "--select", "ACME001")
    assert unknown.returncode == 2
    assert "unknown rule code 'ACME001'" in unknown.stderr


WRONG = {
    "broken": ("import no_such_module_of_acme", "RULES", "cannot be loaded from acme_rules:RULES: ModuleNotFoundError"),
    "crashing": ("1 / 0", "RULES", "ZeroDivisionError: division by zero"),
    "no attribute": (rule(), "NOTHING", "AttributeError"),
    "empty": ("RULES = ()", "RULES", "holds no rules"),
    "no rule": ("RULES = (int,)", "RULES", "is not a class derived from linter.rule.Rule"),
    "odd code": (rule("acme-1"), "RULES", "the code of NoDense is 'acme-1', expected one such as ACME001"),
    "odd name": (rule(name="No Dense"), "RULES", "the name of NoDense is 'No Dense'"),
    "our code": (rule("RNN101"), "RULES", "RNN101 no-dense collides with RNN101 unbounded-recurrent-activation"),
    "our name": (rule(name="dead-units"), "RULES", "collides with DED401 dead-units of keras-lint"),
    "our family": (rule("RNN999"), "RULES", "codes that begin with RNN are keras-lint's own"),
    "unfinished": (rule().replace("def check", "def look"), "RULES", "NoDense does not define check"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_plugin_that_cannot_be_used_is_one_line(project: Path, case: str) -> None:
    text, target, message = WRONG[case]
    install(project / "site", "acme_rules", text, target=target)
    result = lint(project, "rules")
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = [line for line in result.stderr.splitlines() if not line.startswith("imported")]
    assert line.startswith("keras-lint: plugin 'acme'")
    assert message in line


def test_a_plugin_that_is_not_there_is_one_line_that_names_what_is(project: Path) -> None:
    install(project / "site", "other_rules", rule(), plugin="other")
    result = lint(project, "check", "model.keras")
    assert result.returncode == 2
    assert "plugin 'acme' is not installed" in result.stderr
    assert "(found: other)" in result.stderr


def test_two_distributions_with_one_plugin_are_refused(project: Path) -> None:
    install(project / "site", "acme_one", rule())
    install(project / "site", "acme_two", rule())
    result = lint(project, "check", "model.keras")
    assert result.returncode == 2
    assert "is offered twice, by acme_one 1.0 and acme_two 1.0" in result.stderr


def test_two_plugins_with_one_code_are_refused(project: Path) -> None:
    install(project / "site", "acme_rules", rule())
    install(project / "site", "other_rules", rule(name="other"), plugin="other")
    (project / "setup.cfg").write_text("[keras-lint]\nplugins = acme, other\n")
    result = lint(project, "check", "model.keras")
    assert result.returncode == 2
    assert "plugin 'other': ACME001 other collides with ACME001 no-dense of acme_rules" in result.stderr
