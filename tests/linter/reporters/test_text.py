"""The text report: what is said, how calmly, and that nothing in a file speaks to the terminal."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given

from linter.finding import ModelReport, Report
from linter.graph import Unanalysed
from linter.reporters.text import render
from tests.linter.reporters.samples import CLEAN, FEW, FULL, NOTE, REPORTS, RNN, TROUBLED

SGR = re.compile(r"\x1b\[[0-9;]*m")


def test_a_clean_model_gets_one_line():
    assert render(Report(models=(CLEAN,))) == "ok  models/clean.h5  h5, Keras 2.15.0, 12 parameters\n"


def test_clean_models_get_a_line_each_and_a_summary():
    lines = render(Report(models=(CLEAN, CLEAN))).splitlines()
    assert [line[:2] for line in lines] == ["ok", "ok", "", "2 "]
    assert lines[-1] == "2 models: no findings"


def test_worst_comes_first_and_the_hint_names_it():
    text = render(FULL)
    assert text.index("RNN101") < text.index("DED401") < text.index("CMP951")
    assert text.endswith("keras-lint explain RNN101 says why, and what to do\n")


def test_everything_is_said():
    text = re.sub(r"\s+", " ", render(FULL))
    for part in (
        "models/troubled.keras",
        "error RNN101 unbounded-recurrent-activation (proven by the configuration)",
        "in encoder/lstm, lstm_1",
        RNN.message,
        "fix (unsafe): set activation='tanh'",
        "warning DED401 dead-units (observed on the sample)",
        "info CMP951",
        "rule INI210 failed: ZeroDivisionError: division by zero",
        "not analysed: crop (Lambda), what it computes is not in the configuration",
        "run on 512 samples in 3.2 s, ended by max_seconds",
        "skipped DAT801, DAT802: needs sample data (--data)",
        "not linted models/broken.h5: the file is empty",
        "2 models: 1 error, 1 warning, 1 info; 1 file not linted; 1 rule failed",
    ):
        assert part in text


def test_colour_adds_nothing_but_colour():
    assert SGR.sub("", render(FULL, colour=True)) == render(FULL)
    assert "\x1b" not in render(FULL)


def test_lines_keep_the_width():
    long = replace(RNN, message="word " * 200, layers=tuple(f"layer_{index}" for index in range(30)))
    text = render(Report(models=(replace(TROUBLED, findings=(long,)),)), width=60)
    body = [line for line in text.splitlines() if line.startswith("    ")]
    assert max(map(len, body)) <= 60
    assert "and 22 more" in re.sub(r"\s+", " ", text)


def test_only_information_is_no_alarm():
    text = render(Report(models=(replace(CLEAN, findings=(NOTE,)),)), colour=True)
    assert "\x1b[1;31m" not in text
    assert "1 model: 1 info" in SGR.sub("", text)


@FEW
@given(REPORTS)
def test_no_file_speaks_to_the_terminal_or_the_log(report):
    shown = SGR.sub("", render(report, colour=True))
    assert all(line.isprintable() for line in shown.split("\n"))
    assert "::" not in shown
    assert "##" not in shown
    shown.encode("utf-8")


def test_layers_of_one_class_and_reason_share_a_line():
    unanalysed = [Unanalysed(f"lambda_{i}", "Lambda", "it is code") for i in range(40)]
    model = ModelReport("m.keras", "keras", unanalysed=(*unanalysed, Unanalysed("crop", "Cropper", "it is custom")))
    lines = [line.strip() for line in render(Report(models=(model,)), width=200).splitlines()]
    assert "not analysed: lambda_0, lambda_1, lambda_2 and 37 more (Lambda), it is code" in lines
    assert "not analysed: crop (Cropper), it is custom" in lines
    assert sum("not analysed" in line for line in lines) == 2


def test_what_is_said_of_the_whole_file_has_no_name():
    model = ModelReport("m.h5", "weights", unanalysed=(Unanalysed("", "", "the file holds weights only"),))
    lines = [line.strip() for line in render(Report(models=(model,))).splitlines()]
    assert "not analysed: the file holds weights only" in lines
