"""The front page: its report is the demo's, its commands and settings are understood, what it links to is there."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from linter import arguments, schema
from linter.commands.demo import demo

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of a language; "" for those of none."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.M | re.S)


def commands() -> list[str]:
    """Return every keras-lint command that stands there with its arguments."""
    inline = re.findall(r"`(keras-lint [a-z][^`]*)`", TEXT)
    lines = re.findall(r"^[ -]*(keras-lint [a-z].*)$", TEXT, flags=re.M)
    return sorted({*inline, *lines})


def test_the_report_is_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    demo(None)
    said = capsys.readouterr().out
    head, *findings = re.split(r"\n\n(?=  (?:error|warning|info))", blocks("")[0].strip("\n"))
    assert head.endswith(said.partition("\n")[0].rpartition("/")[2])
    assert len(findings) == 3
    for finding in findings:
        assert f"\n{finding}\n" in said


@pytest.mark.parametrize("command", commands())
def test_every_command_is_one(command: str) -> None:
    arguments.parser().parse_args(shlex.split(command)[1:])


def test_there_are_commands_to_try() -> None:
    assert {shlex.split(command)[1] for command in commands()} >= {"check", "fix", "convert", "diff", "explain"}


def test_the_settings_are_settings() -> None:
    tables = [tomllib.loads(block) for block in blocks("toml")]
    named = [table["tool"]["keras-lint"] for table in tables if "tool" in table]
    assert len(named) == 2
    for values in named:
        schema.options({key.replace("-", "_"): value for key, value in values.items()})


def test_the_recipes_are_of_this_project() -> None:
    github, gitlab, hooks = (yaml.safe_load(block) for block in blocks("yaml"))
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = github["jobs"]["models"]["steps"][-1]
    assert step["uses"].startswith("keras-act/keras-act@")
    assert set(step["with"]) <= set(action["inputs"])
    job = gitlab["keras-lint"]
    assert f"--output {job['artifacts']['reports']['junit']}" in job["script"][-1]
    (repository,) = hooks["repos"]
    ours = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in ours]


def test_what_it_links_to_is_there() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in re.findall(r"^#+ (.+)$", TEXT, re.M)
    }
    for target in (*re.findall(r"\]\(([^)]+)\)", TEXT), *re.findall(r'src="([^"]+)"', TEXT)):
        assert target[1:] in anchors if target.startswith("#") else (ROOT / target).is_file(), target


def test_the_picture_is_small() -> None:
    assert (ROOT / "tests/bench/report.png").stat().st_size < 200_000


def test_the_table_is_whole() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {9}
