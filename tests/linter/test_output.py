"""What the commands write: whole or not at all, in place of nothing but a file, and errors that name what was asked."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from linter import output
from linter.build import chain, dense, input, trained
from linter.cli import main
from linter.write import keras_archive


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "m.keras"
    path.write_bytes(keras_archive(trained(chain(input(4), dense(3, "relu"), dense(1), loss="mse"))))
    return str(path)


@pytest.mark.parametrize(
    "command",
    [
        ["check", "MODEL", "-o"],
        ["check", "MODEL", "--format", "sarif", "-o"],
        ["check", "MODEL", "--write-baseline"],
        ["fix", "MODEL", "-o"],
        ["convert", "MODEL", "-o"],
        ["docs", "-o"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("wanted", "message"),
    [("none/x.keras", "there is no folder {folder}"), ("folder.keras", "it is a folder; name a file")],
)
def test_an_error_names_the_file_that_was_asked_for(
    command: list[str], wanted: str, message: str, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(model).parent / wanted
    (path.parent / "folder.keras").mkdir() if path.name == "folder.keras" else None
    assert main([model if word == "MODEL" else word for word in command] + [str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.err == f"keras-lint: {path} cannot be written: {message.format(folder=path.parent)}\n"
    assert printed.out == ""


def test_a_system_that_refuses_is_quoted() -> None:
    path = Path("/proc/report.json")
    if not path.parent.is_dir():
        pytest.skip("this system has no /proc, where nobody may write")
    with pytest.raises(output.OutputError, match=r"^/proc/report\.json cannot be written: \w"):
        output.write("text", path)


def test_a_full_disk_is_named_with_the_file(tmp_path: Path) -> None:
    with (
        pytest.raises(output.OutputError, match="report cannot be written: No space left"),
        output.draft_of(tmp_path / "report"),
    ):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_what_fails_elsewhere_is_not_the_output(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"), output.draft_of(tmp_path / "report"):
        (tmp_path / "nowhere").read_bytes()


def test_nothing_is_left_of_what_fails(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("old")

    def interrupted() -> None:
        with output.draft_of(path) as draft:
            draft.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_to_and_stays(model: str, tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    assert main(["check", model, "--format", "json", "-o", str(pipe)]) in (0, 1)
    reader.join(10)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert read[0].startswith("{")


def test_standard_output_by_its_name_adds_to_the_file_behind_it(model: str, tmp_path: Path) -> None:
    if not Path("/dev/stdout").exists():
        pytest.skip("this system has no /dev/stdout")
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("a") as stream:
        subprocess.run(
            [sys.executable, "-m", "linter", "check", model, "-o", "/dev/stdout"], stdout=stream, check=False
        )
    assert log.read_text().startswith("before\n")
    assert "m.keras" in log.read_text()


def test_a_link_stays_and_what_it_names_is_written(tmp_path: Path) -> None:
    link, real = tmp_path / "link", tmp_path / "real"
    link.symlink_to(real)
    for text in ("one", "two"):
        output.write(text, link)
        assert link.is_symlink()
        assert real.read_text() == text


def test_a_file_in_memory_is_a_file(tmp_path: Path) -> None:
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("this system has no /dev/shm")
    path = Path("/dev/shm") / f"{tmp_path.name}-{os.getpid()}"
    try:
        for text in ("one", "two"):
            output.write(text, path)
            assert path.read_text() == text
    finally:
        path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    "command",
    [["check", ""], ["check", "MODEL", "-o", ""], ["check", "MODEL", "--data", ""], ["diff", "MODEL", ""],
     ["fix", "", "-o", "x.keras"], ["convert", "MODEL", "-o", ""]],
)  # fmt: skip
def test_an_empty_path_is_no_folder(command: list[str], model: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([model if word == "MODEL" else word for word in command])
    assert end.value.code == 2
    assert "it is empty; a variable that is not set, perhaps" in capsys.readouterr().err
