"""Bad data, of every form, through the command line: each is a finding of its rule or one clear line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from linter.build import Built, add, chain, conv, dense, flatten, fresh, input, model, trained
from linter.cli import main
from linter.commands.lint import audit
from linter.live.samples import DataError, Expected, open_samples
from linter.live.samples.columns import Column, Samples
from linter.live.samples.matching import match
from linter.options import Options
from linter.write import keras_archive
from tests.linter.live.bad_data import FORMS, cut, images, written
from tests.linter.live.seeing import Seeing

Checked = Callable[..., tuple[int, list[str], str]]
GOOD = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")


@pytest.fixture
def checked(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Checked:
    """Write a model and check it on data: exit code, codes of the findings about data, what stands on stderr."""
    one = trained(chain(input(4, name="given"), dense(8, "relu"), dense(1), loss="mse"))
    left, right = input(4, name="left"), input(4, name="right")
    two = trained(model([left, right], dense(1)(add()(left, right))))
    seen = trained(chain(input(6, 5, 3, name="seen"), conv(4, activation="relu"), flatten(), dense(1)))
    for name, built in {"one": one, "two": two, "seen": seen}.items():
        (tmp_path / f"{name}.keras").write_bytes(keras_archive(built))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def run(data: Path | str, which: str = "one") -> tuple[int, list[str], str]:
        argv = ["check", f"{which}.keras", "--data", str(data), "--select", "DAT", "--format", "json"]
        status = main(argv)
        said = capsys.readouterr()
        found = [finding["code"] for item in json.loads(said.out)["models"] for finding in item["findings"]]
        return status, found, said.err

    return run


def is_one_line(text: str, *words: str) -> bool:
    """Whether a message is one line, names the words, and no traceback."""
    return text.count("\n") == 1 and "Traceback" not in text and all(w in text for w in words)


SPOILT = (1000 * GOOD).copy()
SPOILT[:, 0], SPOILT[5, 1] = 2.0, np.nan
VALUES = {"DAT801", "DAT802", "DAT803"}


@pytest.fixture(scope="module")
def seen_whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Built, str], set[str]]:
    """Run a fresh model on data in this process: the codes of the findings about data."""

    def run(built: Built, place: str) -> set[str]:
        path = tmp_path_factory.mktemp("whole") / "model.keras"
        path.write_bytes(keras_archive(built))
        seeing = Seeing(path)
        report = audit(seeing.graph, Options(select=("DAT",)), "model.keras", seeing.at(place))
        return {finding.code for finding in report.findings}

    return run


FRESH = fresh(chain(input(4, name="given"), dense(8, "relu", kernel_initializer="he_normal"), dense(1), loss="mse"))


@pytest.mark.parametrize("form", FORMS)
def test_wrong_values(form: str, seen_whole: Callable[[Built, str], set[str]], tmp_path: Path) -> None:
    assert seen_whole(FRESH, str(written(form, {"given": SPOILT}, tmp_path))) == VALUES


def test_wrong_values_of_a_function(
    seen_whole: Callable[[Built, str], set[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "spoilt.npy", SPOILT)
    load = f"np.load({str(tmp_path / 'spoilt.npy')!r})"
    (tmp_path / "spoilt_rows.py").write_text(
        f"import numpy as np\ndef data():\n    yield from np.array_split({load}, 3)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert seen_whole(FRESH, "spoilt_rows:data") == VALUES


def test_wrong_values_of_images(seen_whole: Callable[[Built, str], set[str]], tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 6, 5, 3)).astype("uint8")
    pixels[..., 2] = 7
    built = fresh(
        chain(input(6, 5, 3), conv(4, activation="relu", kernel_initializer="he_normal"), flatten(), dense(1))
    )
    assert seen_whole(built, str(images(tmp_path / "pictures", pixels))) == {"DAT801", "DAT802"}


def test_wrong_values_through_the_command_line(checked: Checked, tmp_path: Path) -> None:
    (tmp_path / "fresh.keras").write_bytes(keras_archive(FRESH))
    status, found, said = checked(written("csv", {"given": SPOILT}, tmp_path), "fresh")
    assert (status, set(found), said) == (1, VALUES, "")


@pytest.mark.parametrize("form", FORMS)
def test_wrong_shape(form: str, checked: Checked, tmp_path: Path) -> None:
    assert checked(written(form, {"given": GOOD[:, :3]}, tmp_path)) == (1, ["DAT804"], "")


@pytest.mark.parametrize(("form", "count"), [("npz", 2), ("h5", 2), ("parquet", 1), ("csv", 1)])
def test_wrong_name(form: str, count: int, checked: Checked, tmp_path: Path) -> None:
    """A table's columns that are no input's have no name of their own: what is missing is told, and no more."""
    assert checked(written(form, {"left": GOOD, "wrong": GOOD}, tmp_path), "two")[:2] == (1, ["DAT804"] * count)


def test_one_array_for_two_inputs(checked: Checked, tmp_path: Path) -> None:
    status, codes, _ = checked(written("npy", {"left": GOOD}, tmp_path), "two")
    assert (status, codes) == (1, ["DAT804"])


def test_one_array_for_two_inputs_is_told_in_a_sentence() -> None:
    expected = [Expected(name, (None, 4), "float32") for name in ("left", "right")]
    (told,) = match(Samples("x.npy", {"": Column((4,), "float64")}, 9, lambda size: iter(())), expected).mismatches
    wanted = "'left' float32 of shape (samples, 4), 'right' float32 of shape (samples, 4)"
    assert told == f"expected {wanted}; received float64 of shape (samples, 4) without a name"


@pytest.mark.parametrize("form", FORMS)
def test_objects_and_text(form: str, checked: Checked, tmp_path: Path) -> None:
    words = np.array([["a", "b", "c", "d"]] * 3, dtype=object)
    status, found, said = checked(written(form, {"given": words}, tmp_path))
    assert (status, found) == (2, [])
    assert is_one_line(said, f"data.{form}"), said


@pytest.mark.parametrize("form", FORMS)
def test_truncated(form: str, checked: Checked, tmp_path: Path) -> None:
    path = cut(written(form, {"given": GOOD}, tmp_path))
    if form == "csv":  # half a table is a table: but not where its last row is cut
        path.write_text(path.read_text().rpartition(",")[0] + "\n")
    status, found, said = checked(path)
    assert (status, found) == (2, [])
    assert is_one_line(said, f"data.{form}"), said


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("nothing", ["no rows", "no bytes"])
def test_empty(form: str, nothing: str, checked: Checked, tmp_path: Path) -> None:
    path = written(form, {"given": GOOD[:0]}, tmp_path)
    if nothing == "no bytes":
        path.write_bytes(b"")
    status, found, said = checked(path)
    assert (status, found) == (2, [])
    assert is_one_line(said, f"data.{form}"), said


def test_images(checked: Checked, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 9, 3)).astype("uint8")
    folder = images(tmp_path / "pictures", pixels)
    assert checked(folder)[0] == 2, "the model takes no images"
    cut(folder / "1.png")
    with pytest.raises(DataError, match=r"1\.png is damaged or no image"):
        list(open_samples(str(folder), [Expected("seen", (None, 6, 5, 3), "float32")], generators=False).batches(2))
    for path in folder.iterdir():
        path.unlink()
    status, found, said = checked(folder, "seen")
    assert (status, found) == (2, [])
    assert is_one_line(said, "pictures", "holds no images"), said


GENERATORS = {
    "absent": ("def other(): pass", "no attribute"),
    "broken": ("import nothing_of_that_name\ndef data(): pass", "nothing_of_that_name"),
    "empty": ("def data(): return iter(())", "yields no batches"),
    "single": ("def data(): yield 3.0", "single numbers"),
    "words": ("import numpy as np\ndef data(): yield np.array([['a'] * 4])", "expected numbers"),
    "raising": ("def data(): raise RuntimeError('out of rows')", "bad_raising:data raised RuntimeError: out of rows"),
}


@pytest.mark.parametrize("name", GENERATORS)
def test_functions(name: str, checked: Checked, tmp_path: Path) -> None:
    code, words = GENERATORS[name]
    (tmp_path / f"bad_{name}.py").write_text(code)
    status, found, said = checked(f"bad_{name}:data")
    assert (status, found) == (2, [])
    assert is_one_line(said, words), said


def test_a_function_of_another_shape(checked: Checked, tmp_path: Path) -> None:
    (tmp_path / "bad_shape.py").write_text("import numpy as np\ndef data(): yield np.zeros((5, 3))")
    assert checked("bad_shape:data") == (1, ["DAT804"], "")


@pytest.mark.parametrize("place", ["absent.npz", "data.txt", "no_module_of_that_name:data"])
def test_no_such_data(place: str, checked: Checked) -> None:
    status, found, said = checked(place)
    assert (status, found) == (2, [])
    assert is_one_line(said, place), said
