"""What fix does not touch: it says why in one line, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from linter import api
from linter.build import trained
from linter.fixes import Draft
from linter.write import keras_archive
from tests.linter.fixes.models import apart, made, stored
from tests.linter.fixes.test_fix import BIASED

PLAIN = "chain(input(4), dense(8, 'relu'), dense(1))"


def refusal(model: Path, output: Path, **how: bool) -> str:
    """The one line that fix ends with; nothing is left behind."""
    before = sorted(output.parent.iterdir())
    with pytest.raises(ValueError, match=r"^[^\n]+$") as raised:
        api.fix(model, output, **how)
    assert sorted(output.parent.iterdir()) == before
    return str(raised.value)


def test_a_file_that_attacks_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(
        keras_archive(made("chain(input(4), layer('Lambda', function=['4wEAAAA=', None, None]), dense(1))"))
    )
    assert "SEC001" in refusal(path, tmp_path / "new.keras")


def test_what_is_no_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(b"no model at all")
    assert str(path) in refusal(path, tmp_path / "new.keras")


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras's own
def test_weights_alone_are_converted_first(tmp_path: Path) -> None:
    path = tmp_path / "model.weights.h5"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save_weights(path)
    assert "keras-lint convert" in refusal(path, tmp_path / "new.h5")


def test_the_format_stays(tmp_path: Path) -> None:
    assert ".keras" in refusal(stored(made(PLAIN), tmp_path), tmp_path / "new.h5")


def test_the_model_itself_is_written_only_when_said_so(tmp_path: Path) -> None:
    path, link = stored(made(BIASED), tmp_path), tmp_path / "link.keras"
    link.symlink_to(path)
    kept = path.read_bytes()
    for output in (path, link):
        assert "--overwrite" in refusal(path, output)
    assert path.read_bytes() == kept
    assert api.fix(path, path, overwrite=True).exit_code == 0
    assert path.read_bytes() != kept
    assert "nothing to fix" in api.fix(path, path, overwrite=True).text


def test_a_fix_that_cannot_be_verified_is_left_out(tmp_path: Path) -> None:
    text = "chain(input(4), dense(8), batch_normalization(), custom('Attend', 'my_project.layers'), dense(1))"
    path, new = tmp_path / "model.keras", tmp_path / "new.keras"
    path.write_bytes(keras_archive(trained(made(text))))
    fixed = api.fix(path, new)
    assert (fixed.exit_code, new.exists()) == (2, False)
    assert "left out drop-bias-before-batchnorm: not verified" in fixed.text


def test_data_that_do_not_fit_are_told(tmp_path: Path) -> None:
    path, data = stored(made(BIASED), tmp_path), tmp_path / "sample.npy"
    np.save(data, np.zeros((3, 5), np.float32))
    with pytest.raises(ValueError, match="expected"):
        api.fix(path, tmp_path / "new.keras", data=str(data))
    assert not (tmp_path / "new.keras").exists()


def test_units_that_are_read_elsewhere_stay(tmp_path: Path) -> None:
    text = (
        "model(x := input(2), dense(2)(add()(h := dense(3, 'relu', kernel=array([1, 0, 1], [3, 0, 4]))(x), "
        "dense(3)(h))))"
    )
    path, new = stored(made(text), tmp_path), tmp_path / "new.keras"
    fixed = api.fix(path, new)
    assert "not fixed: dense" in fixed.text
    assert apart(path, new) == 0


def test_a_document_that_no_fix_expects_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, new = stored(made(BIASED), tmp_path), tmp_path / "new.keras"
    monkeypatch.setattr(Draft, "settings", lambda self, node: {}["config"])
    fixed = api.fix(path, new)
    assert (fixed.exit_code, new.exists()) == (2, False)
    assert "left out drop-bias-before-batchnorm: the file is not as Keras writes it" in fixed.text
